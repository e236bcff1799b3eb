"""Data that a stranger's program asks for and that are not there are made up in the sizes and the form it needs."""

import numpy as np
import pytest

from tests.student_runs import diagnosed, source, watched
from verify.student.runs.session import watch
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


FRAMES = {
    "a repository's features and targets, joined, filtered and mapped": """
from ucimlrepo import fetch_ucirepo
import pandas as pd
found = fetch_ucirepo(id=39)
table = pd.concat([found.data.features, found.data.targets], axis=1)
table = table[table["class"].isin(["cp", "im"])]
table.loc[:, "class"] = table["class"].map({"cp": 0, "im": 1})
X, Y = table.drop(columns=["class"]).values, table["class"].values.reshape(-1, 1)
""",
    "named columns, dummies and a scaled part": """
import pandas as pd
table = pd.read_csv("../input/churn.csv").dropna().sample(frac=1)
table.drop(["RowNumber", "CustomerId"], axis=1, inplace=True)
X = table[["Age", "Balance", "Tenure", "Points", "Card", "Salary"]].astype(float)
X = ((X - X.mean()) / X.std()).to_numpy()
Y = pd.get_dummies(table["Exited"]).values[:, :1]
""",
    "names of flowers": """
import pandas as pd
table = pd.read_csv("https://example.org/iris.data", header=None)
X = table.iloc[:100, [0, 2]].values
Y = np.where(table.iloc[:100, 4].values == "Iris-setosa", 0, 1)[:, None]
assert 0 < Y.sum() < 100
""",
}


@pytest.mark.parametrize("form", FRAMES)
def test_a_made_up_table_has_the_columns_and_classes_that_it_is_asked_for(form: str) -> None:
    run = watched(f"""
import numpy as np{FRAMES[form]}
W1, W2 = np.random.randn(X.shape[1], 3), np.random.randn(3, 1)
for _ in range(1000):
    h = np.tanh(X @ W1)
    d = h @ W2 - Y
    W2, W1 = W2 - 0.01 * h.T @ d, W1 - 0.01 * X.T @ (d @ W2.T * (1 - h * h))
""")
    assert run.raised is None, run.raised
    assert run.ended == "enough updates"
    assert not any("does not hold" in note for note in run.notes), run.notes


FORMATS = {
    "MNIST's own files": """
import gzip, os, struct, urllib.request
if not os.path.exists("train-images-idx3-ubyte.gz"):
    urllib.request.urlretrieve("http://example.org/mnist/", "train-images-idx3-ubyte.gz")
with open("data/train-labels-idx1-ubyte", "rb") as f:
    magic, n = struct.unpack(">II", f.read(8))
    y = np.fromfile(f, dtype=np.uint8)
with gzip.open("train-images-idx3-ubyte.gz", "rb") as f:
    X = np.frombuffer(f.read(), np.uint8, offset=16).reshape(len(y), 784) / 255
Y = np.eye(10)[y]
""",
    "an archive of arrays": """
with np.load("mnist.npz") as f:
    X, Y = f["x_train"].reshape(-1, 784) / 255, np.eye(10)[f["y_train"]]
""",
    "arrays in files of their own": """
X, y = np.load("data/X_train.npy"), np.load("data/y_train.npy")
Y = np.eye(10)[y.astype(int)]
""",
    "a pickled batch": """
import pickle
with open("cifar-10-batches-py/data_batch_1", "rb") as f:
    batch = pickle.load(f, encoding="bytes")
X, Y = batch[b"data"] / 255, np.eye(10)[np.array(batch[b"labels"])]
""",
    "tensors": """
from torchvision import datasets, transforms
train = datasets.MNIST("data", train=True, download=True, transform=transforms.ToTensor())
X, Y = train.data.view(-1, 784).float().numpy() / 255, np.eye(10)[train.targets.numpy()]
""",
    "a tutorial's batches": """
from tensorflow.examples.tutorials.mnist import input_data
X, Y = input_data.read_data_sets("data", one_hot=True).train.next_batch(50)
""",
    "a folder of pictures": """
import os
import cv2
X, y = [], []
for k, folder in enumerate(os.listdir("pictures")):
    for name in os.listdir(os.path.join("pictures", folder)):
        X.append(cv2.resize(cv2.imread(os.path.join("pictures", folder, name), 0), (8, 8)).ravel() / 255)
        y.append(k)
X, Y = np.array(X), np.eye(3)[y]
""",
    "an answer from far away": """
import requests
rows = [line.split(",") for line in requests.get("https://example.org/points.csv").text.splitlines()]
data = np.array(rows, dtype=float)
X, Y = data[:, :-1], data[:, -1:]
""",
    "files named on the command line": """
import argparse, sys
parser = argparse.ArgumentParser()
parser.add_argument("train")
parser.add_argument("--rate", type=float, required=True)
if len(sys.argv) < 3:
    sys.exit("usage: net.py TRAIN EPOCHS")
data = np.loadtxt(sys.argv[1], delimiter=",")
epochs = int(sys.argv[2])
X, Y = data[:, :-1], data[:, -1:]
""",
    "features and labels in tables of their own": """
X = np.genfromtxt("train_x.csv", delimiter=",")
Y = np.eye(4)[np.genfromtxt("train_y.csv", delimiter=",").astype(int)]
""",
    "a pickle of anything": """
import pickle
found = pickle.load(open("points.pkl", "rb"))
X_train, y_train = found["X_train"], found["y_train"]
X, Y = X_train.reshape(len(X_train), -1), np.eye(10)[y_train]
""",
    "a pickle of a pair of which one name tells the role": """
import pickle
feats, digits = pickle.load(open("points.pkl", "rb"))
X, Y = np.array([v for v in feats]), np.eye(3)[[[0, 1, 7].index(d) for d in digits]]
""",
    "other names in an HDF5 file": """
import h5py
file = h5py.File("signs.h5", "r")
X, Y = file["X_train"][:], np.eye(6)[file["Y_train"][:].astype(int).ravel()]
file.close()
""",
    "rows by the names of columns": """
import csv
rows = list(csv.DictReader(open("passengers_train.csv")))
X = np.array([[float(row[name]) for name in ("Age", "Fare", "Class", "Cabin", "Deck", "Port")] for row in rows])
assert np.linalg.matrix_rank(X) == 6
Y = np.array([[int(row["Survived"])] for row in rows])
""",
    "columns of text": """
import pandas as pd
table = pd.read_csv("passengers.csv")
table["Sex"] = table["Sex"].map({"male": 0, "female": 1})
X, Y = table[["Sex", "Age", "Fare", "Class", "Cabin"]].values, table["Survived"].values[:, None]
assert set(X[:, 0]) == {0, 1}
""",
    "pandas' tables of pictures": """
from sklearn.datasets import fetch_openml
X, y = fetch_openml("mnist_784", version=1, return_X_y=True)
X, y = X.to_numpy()[:60000] / 255, y.astype(int).to_numpy()[:60000]
Y = np.zeros((60000, 10))
Y[np.arange(60000), y] = 1
""",
}


@pytest.mark.parametrize("form", FORMATS)
def test_missing_files_hold_what_files_of_their_kind_hold(form: str) -> None:
    run = watched(f"""
import numpy as np{FORMATS[form]}
W = np.random.randn(X.shape[1], Y.shape[1]) * 0.01
for _ in range(1000):
    W = W - 0.1 * X.T @ (X @ W - Y)
""")
    assert run.raised is None, run.raised
    assert run.ended == "enough updates"


def test_a_program_is_the_same_in_every_run_though_it_asks_the_clock_for_its_seed() -> None:
    text = """
import random, time
import numpy as np
np.random.seed(int(time.time() * 1000) % 2**31)
random.seed()
w = np.array([np.random.rand(), random.random(), np.random.RandomState().rand(), np.random.default_rng().random()])
"""
    with watch(source(text)) as session:
        first, second = session.run(), session.run()
    assert [v.tolist() for v in first.values] == [v.tolist() for v in second.values]


def test_what_stands_in_the_way_of_the_training_is_answered() -> None:
    run = watched("""
import numpy as np
import os
import cupy as cp
get_ipython().run_line_magic("matplotlib", "inline")
os.chdir("/content/drive/nothing")
if input("Train now? (y/n) ") != "y":
    exit()
hidden = int(input("Hidden neurons: "))
W = cp.ones((3, hidden))
for _ in range(int(input("Epochs: ")) * 1000):
    W = W - 0.1 * cp.dot(cp.eye(3), cp.dot(cp.eye(3), W))
""")
    assert run.raised is None, run.raised
    assert run.ended == "enough updates"
    assert any(value.shape == (3, 3) for value in run.values)
    assert "the folder nothing is missing: the program stayed in its own" in run.notes


STARTED = {
    "in a pool": "from multiprocessing import Pool\nwith Pool(4) as pool:\n    pool.map(train, [3, 4])\n",
    "in a process": "import multiprocessing as mp\np = mp.Process(target=train, args=(3,))\np.start()\np.join()\n",
    "as a command": "import click\n@click.command()\n@click.option('--hidden', default=3)\n"
    "def main(hidden):\n    train(hidden)\nmain()\n",
    "in an animation": "import matplotlib.pyplot as plt\nfrom matplotlib.animation import FuncAnimation\n"
    "shown = FuncAnimation(plt.figure(), lambda i: train(3), frames=200)\nplt.show()\n",
    "on each part of the data": "from sklearn.model_selection import KFold\n"
    "for rows, held_out in KFold(n_splits=5, shuffle=True).split(np.zeros((20, 2))):\n    train(3)\n",
}


@pytest.mark.parametrize("way", STARTED)
def test_training_is_seen_however_it_is_started(way: str) -> None:
    run = watched(f"""
import numpy as np
def train(hidden):
    W = np.ones((3, hidden))
    for _ in range(1000):
        W = W - 0.1 * np.eye(3) @ (np.eye(3) @ W)
{STARTED[way]}""")
    assert run.raised is None, run.raised
    assert run.ended == "enough updates"
    assert not any("nothing in the file trains" in note for note in run.notes)


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
