"""Classes and functions that no main of their file uses are called with what their names say."""

import pytest

from tests.student_runs import diagnosed, watched

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
