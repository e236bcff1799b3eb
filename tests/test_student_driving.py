"""A stranger's file is made to train: by its own main, or by calls of what it defines."""

import json
from pathlib import Path

import pytest

from reference.errors import InputError
from tests.student_programs import DEFINED_ONLY, FLAT, FORWARD_BACKWARD, OWN_MAIN, SCRIPT
from tests.student_runs import diagnosed, watched
from verify.student.runs.adapter import Adapter
from verify.student.runs.recording import Recording
from verify.student.runs.session import watch
from verify.student.source.ingest import read


def products(recording: Recording) -> int:
    """Return how many matrix products there were."""
    names = ("@", "dot", "matmul")
    return sum(recording.nodes[e.node].what.rpartition(".")[2] in names for e in recording.events)


@pytest.mark.parametrize("shape", OWN_MAIN)
def test_a_program_that_trains_is_cut_after_a_few_updates_whatever_its_shape(shape: str) -> None:
    recording = watched(OWN_MAIN[shape])
    assert recording.ended == "enough updates", recording.raised
    assert not any("trains by itself" in note for note in recording.notes)
    assert 50 < len(recording.events) < 5000


@pytest.mark.parametrize("shape", DEFINED_ONLY)
def test_what_only_defines_a_network_is_called_until_it_computes_gradients(shape: str) -> None:
    recording = watched(DEFINED_ONLY[shape])
    assert recording.ended in ("enough updates", "finished"), recording.raised
    assert products(recording) >= 6
    assert any("nothing in the file trains by itself" in note for note in recording.notes)


def test_a_notebook_trains_like_the_script_in_its_cells(tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "source": part} for part in SCRIPT.partition("for j")[::2]]
    cells[1]["source"] = "for j" + cells[1]["source"]
    path = tmp_path / "net.ipynb"
    path.write_text(json.dumps({"cells": cells, "nbformat": 4}), encoding="utf-8")
    with watch(read(path)) as session:
        assert session.run().ended == "enough updates"


def test_a_notebook_that_was_saved_as_a_program_runs_without_one() -> None:
    recording = watched("get_ipython().run_line_magic('matplotlib', 'inline')\n" + OWN_MAIN[next(iter(OWN_MAIN))])
    assert recording.raised is None
    assert recording.ended == "enough updates"


def test_a_loop_that_only_goes_forward_is_left_for_the_step_that_follows() -> None:
    before, _, step = SCRIPT.partition("for ")
    looping = "for epoch in range(10000):\n    out = np.dot(X, np.ones((X.shape[1], 2)))\n"
    recording = watched(before + looping + "for " + step)
    assert recording.ended == "enough updates"
    line = before.count("\n") + 1
    assert f"every round of the loop in line {line} computes the same: it was left" in recording.notes


def test_a_file_that_loads_what_is_missing_gets_a_table_of_the_width_that_it_needs() -> None:
    text = """
import numpy as np
data = np.loadtxt("heart.csv", delimiter=",")
X, Y = data[:, :-1], np.eye(3)[data[:, -1].astype(int)]
W1, W2 = np.random.randn(13, 5), np.random.randn(5, 3)
for i in range(1000):
    a = np.tanh(X @ W1)
    d = a @ W2 - Y
    W1, W2 = W1 - 0.01 * X.T @ (d @ W2.T * (1 - a * a)), W2 - 0.01 * a.T @ d
"""
    recording = watched(text)
    assert recording.ended == "enough updates", recording.raised
    assert "heart.csv is missing: a made-up table was read" in recording.notes


def test_a_made_up_table_is_separated_as_the_program_splits_its_lines() -> None:
    text = """
import numpy as np
rows = [[float(v) for v in line.strip().split(" ")] for line in open("points.txt")]
w = np.zeros(len(rows[0]))
"""
    recording = watched(text)
    assert recording.ended == "finished", recording.raised
    assert any(value.ndim == 1 and value.size > 1 for value in recording.values)


def test_a_file_that_takes_care_of_what_is_missing_is_left_to_do_so() -> None:
    text = 'try:\n    open("data.csv")\nexcept IOError:\n    x = 0.25\n'
    recording = watched(text)
    assert [float(v) for v in recording.values] == [0.25]
    assert recording.notes == ()


def test_one_function_can_be_asked_for() -> None:
    recording = watched(FORWARD_BACKWARD + "net = Net(2, 3, 1)\n", function="Net.forward")
    assert recording.ended == "finished"
    assert {recording.nodes[e.node].function for e in recording.events} == {
        "Net.__init__",
        "Net.__squash",
        "Net.forward",
    }


def test_a_function_that_the_file_does_not_define_is_refused_with_those_it_does() -> None:
    with pytest.raises(InputError, match=r"function: got 'kost', should be one of cost; did you mean cost\?"):
        watched(FLAT.partition("X, y =")[0], function="kost")


def test_a_function_whose_parameters_say_nothing_is_not_called_and_a_note_says_so() -> None:
    recording = watched("def f(foo, bar):\n    return foo @ bar\n", function="f")
    assert recording.notes == ("f was not called: its parameters' names do not say what it takes",)


def test_an_adapter_makes_the_step_that_could_not_be_found() -> None:
    text = FLAT.partition("for i in")[0]
    adapter = Adapter(
        call="J, g = cost(theta, X, y); theta = theta - 0.1 * g", x="X", params=("theta[:20].reshape(4, 5)",)
    )
    recording = watched(text, adapter=adapter)
    assert recording.ended == "enough updates"
    bound = {recording.nodes[e.node].what: e.result for e in recording.events if recording.nodes[e.node].line == 0}
    assert recording.values[bound["adapter_x"]].shape == (9, 4)
    assert recording.values[bound["adapter_params_0"]].shape == (4, 5)


def test_nothing_to_run_tells_what_was_seen() -> None:
    recording = watched("class Foo:\n    def bar(self, q): pass\ndef add(a, b):\n    return a + b\n")
    assert recording.ended == "finished"
    assert recording.events == ()
    assert recording.seen == ("class Foo", "Foo.bar(q)", "add(a, b)")


def test_rows_that_a_program_cuts_off_leave_some_to_train_on() -> None:
    text = """
import numpy as np
import pandas as pd
table = np.array(pd.read_csv("train.csv"))
held, rest = table[0:400].T, table[400:].T
y, X = rest[0], rest[1:] / 255.0
W = np.random.randn(10, 784) * 0.01
for _ in range(4):
    z = W.dot(X)
    p = np.exp(z) / sum(np.exp(z))
    p[y, np.arange(y.size)] -= 1
    W = W - 0.1 * p.dot(X.T)
"""
    run = watched(text)
    assert run.raised is None, run.raised
    assert run.ended == "enough updates"


def test_calls_of_our_own_making_are_not_the_programs_mistake() -> None:
    text = """
import numpy as np
class Layer:
    def forward(self, x): raise NotImplementedError
    def backward(self, g, rate): raise NotImplementedError
class Dense(Layer):
    def __init__(self, n, m): self.W = np.random.randn(n, m)
    def forward(self, x):
        self.x = x
        return x @ self.W
    def backward(self, g, rate):
        down = g @ self.W.T
        self.W -= rate * self.x.T @ g
        return down
"""
    run = watched(text)
    assert run.raised is None
    assert run.ended == "enough updates", run.notes


def test_what_is_missing_of_a_step_is_told_beside_what_was_found() -> None:
    lines = ["import numpy as np", "x, w = np.ones((3, 2)), np.ones((2, 1))", "for i in range(9):", "    y = x @ w"]
    without_step = diagnosed("\n".join([*lines, "    print(y)"]))
    assert "products of arrays were seen, the first in line 4" in without_step.missing[0]
    without_target = diagnosed("\n".join([*lines, "    w = w - 0.1 * (x.T @ np.tanh(y)) * w"]))
    assert "no value was found that the output is compared with" in without_target.missing[0]


def test_a_second_training_loop_further_down_is_told_not_to_be_judged() -> None:
    step = """
for i in range(200):
    a = 1 / (1 + np.exp(-X.dot({w})))
    {w} -= 0.1 * X.T.dot((a - Y) * a * (1 - a))
"""
    start = "import numpy as np\nX, Y = np.random.rand(6, 3), np.random.rand(6, 2)\nv = w = np.random.rand(3, 2)"
    two = diagnosed(start + step.format(w="w") + step.format(w="v"))
    assert any("in line 10: that part was not judged" in note for note in two.notes)
    one = diagnosed(start + step.format(w="w") + "\nprint(X.dot(w))\n")
    assert not any("not judged" in note for note in one.notes)


CALLED = {
    "with widths that have defaults": "class Net:\n    def __init__(self, input_size=2, hidden_size=2, output_size=1):",
    "in another language, sizes in order": "class Rede:\n    def __init__(self, entrada, oculta, saida):",
    "after a method that makes weights": "class Net:\n    def init_net(self, input_size, hidden_size, output_size):",
}


@pytest.mark.parametrize("way", CALLED)
def test_a_class_that_no_main_uses_is_called_with_what_its_names_say(way: str) -> None:
    n, m, k = CALLED[way].partition("(self, ")[2].rstrip(":)").split(", ")
    n, m, k = (name.partition("=")[0] for name in (n, m, k))
    recording = watched(f"""
import numpy as np
{CALLED[way]}
        self.V, self.W = np.random.randn({m}, {n}), np.random.randn({k}, {m})
    def treinamento(self, dados, esperado):
        h = np.tanh(np.dot(self.V, dados))
        d = np.dot(self.W, h) - esperado
        e = np.dot(self.W.T, d) * (1 - h ** 2)
        self.W = self.W - 0.1 * np.dot(d[:, None], h[:, None].T)
        self.V = self.V - 0.1 * np.dot(e[:, None], dados[:, None].T)
""")
    assert recording.ended == "enough updates", recording.raised


def test_a_class_of_a_fixed_width_is_given_data_as_wide_and_a_shape_that_is_set_is_a_reshaping() -> None:
    recording = watched("""
import numpy as np
class Net:
    def __init__(self):
        self.W = np.random.randn(6, 2)
    def train(self, X, y):
        for row, t in zip(X, y):
            t.shape, x = (1, 2), row.copy()
            x.shape = (1, 6)
            self.W = self.W - 0.1 * x.T @ (x @ self.W - t)
""")
    assert recording.ended == "enough updates", recording.raised
    assert any(recording.nodes[event.node].what == "reshape" for event in recording.events)


def test_a_class_that_holds_its_data_trains_by_itself_and_counts_its_classes_by_the_largest() -> None:
    recording = watched("""
import numpy as np
class Net:
    def __init__(self, data, labels):
        self.X, self.labels = data, labels
        self.W = np.random.rand(9, 12) - 0.5
    def update(self, dW):
        self.W = self.W - 0.1 * dW
    def gradient_descent(self):
        for _ in range(9):
            hot = np.zeros((self.labels.size, self.labels.max() + 1))
            hot[np.arange(self.labels.size), self.labels] = 1
            self.update((self.W.dot(self.X) - hot.T).dot(self.X.T))
""")
    assert recording.ended == "enough updates", recording.raised
    assert any("made-up data of sizes [12, 5, 9], samples as columns" in note for note in recording.notes)


def test_what_predicts_is_not_taken_for_the_forward_pass_of_a_class_that_only_defines_its_steps() -> None:
    recording = watched(
        """
import numpy as np

class Network:
    def __init__(self, layer_dims):
        self.W = [np.random.randn(n, m) for m, n in zip(layer_dims, layer_dims[1:])]

    def forward_propagation(self, X):
        A = [X]
        for W in self.W:
            A.append(np.tanh(W @ A[-1]))
        return A[-1], A

    def backward_propagation(self, AL, Y, A):
        grads, dA = {}, AL - Y
        for l in reversed(range(len(self.W))):
            dZ = dA * (1 - A[l + 1] ** 2)
            grads[l], dA = dZ @ A[l].T, self.W[l].T @ dZ
        return grads

    def update_parameters(self, grads, learning_rate):
        self.W = [W - learning_rate * grads[l] for l, W in enumerate(self.W)]

    def predict(self, X):
        return np.argmax(self.forward_propagation(X)[0], axis=0)
"""
    )
    assert recording.ended == "enough updates"


def test_the_ends_of_a_network_may_be_counted_by_words_that_elsewhere_are_data() -> None:
    recording = watched(
        """
import numpy as np

class Rede:
    def __init__(self, entradas, ocultos, saidas):
        self.W, self.V = np.random.randn(entradas, ocultos), np.random.randn(ocultos, saidas)

    def treinar(self, X, y, epocas):
        for _ in range(epocas):
            h = np.tanh(X @ self.W)
            erro = h @ self.V - y
            volta = erro @ self.V.T * (1 - h**2)
            self.V -= 0.1 * h.T @ erro
            self.W -= 0.1 * X.T @ volta
"""
    )
    assert recording.ended == "enough updates"


GIVEN_WEIGHTS = """
import numpy as np

def S(v):
    return np.exp(-np.logaddexp(0, -v))

def backprop(W1, W2, X, D):
    for k in range(len(X)):
        x, d = X[k:k + 1].T, np.array(D[k], ndmin=2).T
        a = S(W1 @ x)
        y = S(W2 @ a)
        delta = y * (1 - y) * (d - y)
        W1 = W1 + 0.1 * SENT * a * (1 - a) @ x.T
        W2 = W2 + 0.1 * delta @ a.T
    return W1, W2
"""


@pytest.mark.parametrize(
    ("sent", "said"), [("(W2.T @ delta)", "correct up to convention"), ("(W2.T @ (d - y))", "wrong")]
)
def test_functions_that_take_their_weights_are_given_some_as_their_products_need_them(sent: str, said: str) -> None:
    found = diagnosed(GIVEN_WEIGHTS.replace("SENT", sent))
    assert found.verdict == said, found
    assert [(bug.id, bug.line) for bug in found.bugs[:1]] == ([("B5", 13)] if said == "wrong" else [])


LAYERS_ALONE = """
import numpy as np

class Dense:
    def __init__(self, inputs, outputs):
        self.weights, self.bias = np.random.randn(outputs, inputs), np.zeros((outputs, 1))
    def forward(self, input):
        self.input = input
        return self.weights @ input + self.bias
    def backward(self, gradient, lr):
        back = self.weights.T @ gradient
        self.weights STEP lr * gradient @ self.input.T
        self.bias STEP lr * gradient.sum(axis=1, keepdims=True)
        return back

class Sigmoid:
    def forward(self, input):
        self.output = 1 / (1 + np.exp(-input))
        return self.output
    def backward(self, gradient, lr):
        return gradient * SLOPE

class Softmax:
    def forward(self, input):
        return np.exp(input) / np.exp(input).sum(axis=0)
    def backward(self, gradient, lr):
        return gradient
"""


@pytest.mark.parametrize(
    ("step", "slope", "verdict"),
    [
        ("-=", "self.output * (1 - self.output)", "correct"),
        ("+=", "self.output * (1 - self.output)", "correct up to convention"),
        ("-=", "self.output", "wrong"),
    ],
)
def test_layers_that_nothing_stacks_are_stacked_and_go_back_from_an_error_that_is_seen(
    step: str, slope: str, verdict: str
) -> None:
    found = diagnosed(LAYERS_ALONE.replace("STEP", step).replace("SLOPE", slope))
    assert found.verdict.startswith(verdict)
    assert verdict != "wrong" or [bug.line for bug in found.bugs[:1]] == [21]


GROWN = """
class Net:
    def __init__(self, input_size, activation):
        self.last, self.W, self.kind = input_size, [], activation
        if activation not in ("relu", "tanh"):
            raise ValueError(activation)

    def add_layer(self, units):
        self.W.append(np.random.randn(self.last, units))
        self.last = units

    def train_sgd(self, input_array, target_array):
        a = [input_array]
        for W in self.W:
            a.append(np.maximum(0, a[-1] @ W) if self.kind == "relu" else np.tanh(a[-1] @ W))
        delta = a[-1] - target_array
        for i in reversed(range(len(self.W))):
            delta = delta * ((a[i + 1] > 0) if self.kind == "relu" else 1 - a[i + 1] ** 2)
            self.W[i] -= 0.1 * a[i].T @ delta
            delta = delta @ self.W[i].T
"""


def test_a_network_that_grows_by_its_own_method_is_grown_and_given_what_its_file_lacks() -> None:
    found = diagnosed(GROWN)
    assert [(bug.id, bug.line) for bug in found.bugs[:1]] == [("B3", 20)]
    assert any("np is not imported" in note for note in found.notes)


ENDED_EARLY = """
import numpy as np
from course_tests import cost_case
def sigmoid(z):
    return 1 / (1 + np.exp(-z))
def cost(A, Y):
    return -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / Y.shape[1]
A, Y = cost_case()
print(cost(A, Y))
class Network:
    def __init__(self):
        self.W1, self.b1 = np.random.randn(4, 5), np.zeros((1, 5))
        self.W2, self.b2 = np.random.randn(5, 3), np.zeros((1, 3))
    def train(self, X, Y, epochs=5, rate=0.1):
        for _ in range(epochs):
            h = np.tanh(X @ self.W1 + self.b1)
            out = sigmoid(h @ self.W2 + self.b2)
            d2 = out - Y
            d1 = d2 @ self.W2.T * (1 - h ** 2)
            self.W2 -= rate * h.T @ d2
            self.b2 -= rate * np.sum(d2, axis=0)
            self.W1 -= rate * X.T @ d1
            self.b1 -= rate * np.sum(d1, axis=0)
"""


def test_what_stands_below_the_line_that_ended_the_main_is_defined_before_it_is_called() -> None:
    said = diagnosed(ENDED_EARLY)
    assert said.verdict.startswith("correct"), said
