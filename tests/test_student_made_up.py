"""Data that a stranger's program asks for and that are not there are made up in the sizes and the form it needs."""

import numpy as np
import pytest

from tests.student_runs import diagnosed, watched
from verify.student.runs.sizes import wishes

ROWS = """
for _ in range(1000):
    h = np.maximum(0, X @ W1)
    p = np.exp(h @ W2)
    p = p / p.sum(axis=1, keepdims=True)
    {delta}
    W2, W1 = W2 - 0.1 * h.T @ d, W1 - 0.1 * X.T @ (d @ W2.T * (h > 0))
"""
LABELS = ROWS.format(delta="d = p.copy(); d[range(len(X)), y] -= 1")
COLUMN = ROWS.format(delta="d = p - y")
COLUMNS = """
W1, W2 = np.random.randn(5, X.shape[0]), np.random.randn(Y.shape[0], 5)
for _ in range(1000):
    h = np.tanh(np.dot(W1, X))
    a = 1 / (1 + np.exp(-np.dot(W2, h)))
    d = (a - Y) / Y.shape[1]
    W2, W1 = W2 - np.dot(d, h.T), W1 - np.dot(np.dot(W2.T, d) * (1 - h * h), X.T)
"""
UNKNOWN = {
    "samples, features and classes as arguments": f"""
import points
N, D, K = 40, 2, 3
X, y = points.get(N, D, K)
W1, W2 = np.random.randn(D, 6), np.random.randn(6, K)
assert len(X) == N * K
{LABELS}""",
    "sizes of the weights": f"""
from my_data import load
(X, y), (X_test, y_test) = load("everything")
W1, W2 = np.random.randn(13, 6), np.random.randn(6, 4)
{LABELS}""",
    "one array a call": f"""
import my_data
X = my_data.read("inputs")
y = my_data.read("targets")
W1, W2 = np.random.randn(X.shape[1], 6), np.random.randn(6, 1)
{COLUMN}""",
    "samples as columns": f"""
from planar_flowers import load_flowers
X, Y = load_flowers()
{COLUMNS}""",
}


@pytest.mark.parametrize("form", UNKNOWN)
def test_data_of_an_unknown_module_fit_what_the_program_does_with_them(form: str) -> None:
    run = watched(f"\nimport numpy as np{UNKNOWN[form]}")
    assert run.raised is None, run.raised
    assert run.ended == "enough updates"
    assert any("is made up" in note for note in run.notes), run.notes


def test_samples_as_columns_are_not_met_by_targets_as_a_column() -> None:
    run = watched(f"\nimport numpy as np{UNKNOWN['samples as columns']}")
    deltas = {run.values[e.result].shape for e in run.events if run.nodes[e.node].text == "a - Y"}
    assert deltas == {(1, 100)}


MNIST = """
from keras.datasets import mnist
(X, y), _ = mnist.load_data()
"""


def test_numbers_that_count_a_data_set_are_divided_where_fewer_samples_are_made_up() -> None:
    run = watched(f"""
import numpy as np{MNIST}
X = X.reshape((60000, 784)) / 255
Y = np.zeros((60000, 10))
Y[np.arange(60000), y] = 1
X, Y, held_out = X[10000:], Y[10000:], X[:10000]
W = np.random.randn(784, 10) * 0.01
for i in range(0, 50000, 64):
    W = W - 0.1 * X[i:i + 64].T @ (X[i:i + 64] @ W - Y[i:i + 64])
""")
    assert run.ended == "enough updates", run.raised
    assert any(value.shape == (500, 784) for value in run.values)
    assert any("divided by 100" in note for note in run.notes), run.notes


def test_an_assertion_about_made_up_data_is_passed_over_and_one_about_the_programs_own_is_not() -> None:
    about_data = watched(
        f"\nimport numpy as np{MNIST}assert X.shape == (60123, 28, 28)\nz = X.reshape(-1, 784) @ np.ones(784)\n"
    )
    assert about_data.raised is None
    assert "the assertion in line 5 does not hold for the made-up data: it was passed over" in about_data.notes
    own = watched("import numpy as np\nz = np.ones(3)\nassert z.sum() == 4, 'four'\n").raised
    assert own is not None
    assert (own.type, own.message, own.line) == ("AssertionError", "four", 3)


ONE_HOT = {
    "two columns of targets, standardised": """
data = np.genfromtxt("energy.csv", delimiter=",", skip_header=1)
X, Y = data[:, :5], data[:, 5:]
Y = (Y - Y.mean(axis=0)) / Y.std(axis=0)
""",
    "classes counted from 1": """
data = np.genfromtxt("wheat.csv", delimiter=",")
X, Y = data[:, 1:6], (data[:, 6][:, None] == np.arange(1, 3)).astype(float)
assert (Y.sum(axis=1) == 1).all()
""",
    "the class by name in the first cell": """
KINDS = ["apple", "lemon"]
X, Y = [], []
for line in open("fruit.csv"):
    cells = line.strip().split(",")
    X.append([float(v) for v in cells[1:6]])
    Y.append(np.eye(2)[KINDS.index(cells[0])])
X, Y = np.array(X), np.array(Y)
""",
    "the class in the first column": """
data = np.loadtxt("wine.data", delimiter=",")
X, labels = data[:, 1:], data[:, 0]
Y = np.zeros((len(X), 2))
for i in range(len(X)):
    Y[i, int(labels[i])] = 1
""",
    "a column that is dropped and set under the name of an attribute": """
import pandas as pd
table = pd.read_csv("cells.csv")
table.diagnosis = [int(kind == "M") for kind in table.diagnosis]
X, Y = table[["a", "b", "c", "d", "e"]].values, np.eye(2)[table.diagnosis.values]
""",
    "columns of which a logarithm is taken": """
data = np.genfromtxt("sizes.csv", delimiter=",")
data[:, :3] = np.log10(data[:, :3])
X, Y = data[:, :5], np.eye(2)[data[:, 5].astype(int)]
""",
    "an archive whose names say nothing": """
found = np.load("spectra.npz")
X, Y = found["spectra"], np.eye(2)[found["substance"]]
""",
}


@pytest.mark.parametrize("form", ONE_HOT)
def test_made_up_targets_suit_the_output_that_they_are_compared_with(form: str) -> None:
    run = watched(f"""
import numpy as np{ONE_HOT[form]}
W = np.random.randn(5, 2) * 0.01
for _ in range(1000):
    W = W - 0.1 * X.T @ (X @ W - Y)
""")
    assert run.raised is None, run.raised
    assert (run.ended, run.misfit) == ("enough updates", "")
    assert not any(np.isnan(value).any() for value in run.values if value.dtype.kind == "f")


def test_a_right_program_is_not_called_wrong_for_made_up_targets_of_no_class() -> None:
    text = """
import numpy as np
data = np.genfromtxt("wheat.csv", delimiter=",")
X, Y = data[:, :6], (data[:, 6:] == np.array([10, 20, 30])).astype(float)
W = np.random.randn(6, 3) * 0.1
for _ in range(100):
    P = np.exp(X @ W)
    P = P / P.sum(axis=1, keepdims=True)
    loss = -np.mean(np.sum(Y * np.log(P), axis=1))
    W = W - 0.1 * X.T @ (P - Y) / len(X)
"""
    found = diagnosed(text)
    assert found.verdict == "inconclusive"
    assert found.missing == (
        "data that suit the program: the made-up ones have targets that do not sum to 1 over 3 classes",
    )


MADE = {"features": 4, "classes": 2, "rows": 100}


@pytest.mark.parametrize(
    ("message", "wish"),
    [
        ("shapes (100,4) and (784,30) not aligned: 4 (dim 1) != 784 (dim 0)", {"features": 784}),
        ("matmul: ... core dimension 0 (size 13 is different from 5)", {"features": 12}),
        ("cannot reshape array of size 400 into shape (28,28)", {"features": 784}),
        ("cannot reshape array of size 400 into shape (150,4)", {"rows": 150}),
        ("operands could not be broadcast together with shapes (100,2) (100,3)", {"classes": 3}),
        ("index 7 is out of bounds for axis 1 with size 4", {"features": 8}),
        ("index 7 is out of bounds for axis 1 with size 5", {"features": 7}),
        ("matmul: ... core dimension 0 (size 7 is different from 2)", {"features": 9}),
        ("targets of 1 column met an output of 3", {"features": 6}),
        ("targets that do not sum to 1 over 3 classes", {"first": 1}),
        ("index 149 is out of bounds for axis 0 with size 100", {"rows": 150}),
    ],
)
def test_an_exception_says_which_size_the_data_should_have_had(message: str, wish: dict[str, int]) -> None:
    assert wish in wishes(message, MADE)
    assert wishes(message, {}) == []


def test_sizes_of_which_none_was_made_up_are_no_reason_for_others() -> None:
    assert wishes("shapes (9,784) and (7,4) not aligned: 784 (dim 1) != 7 (dim 0)", MADE) == []


def test_an_exception_on_data_of_known_sizes_is_the_programs_own() -> None:
    run = watched("""
import numpy as np
from sklearn.datasets import load_iris
X, y = load_iris(return_X_y=True)
class Net:
    def __init__(self):
        self.W = np.zeros((4, 3))
    def train(self, X, y):
        self.W = self.W - 0.1 * X.T @ (X @ self.W - y)
net = Net()
for epoch in range(10000):
    net.train(X, y)
""")
    assert run.raised is not None
    assert (run.raised.type, run.raised.line) == ("ValueError", 9)
    assert not any("nothing in the file trains" in note for note in run.notes), run.notes
