"""Programs whose weights, inputs and samples are lists or single numbers, and functions that are only handed over."""

import numpy as np
import pytest

from tests.student_runs import diagnosed
from verify.student.child.given import Given
from verify.student.child.names import Trial, data

# The first sample is all zeros, and the display of samples is no array: their inputs stand beside their targets.
NEURON = """\
import random
from math import exp
random.seed(0)
weights = [random.random(), random.random()]
bias = random.random()
table = [[[0, 0], 0], [[0, 1], 1], [[1, 0], 1], [[1, 1], 1]]
for epoch in range(3000):
    for inputs, target in table:
        total = bias + weights[0] * inputs[0] + weights[1] * inputs[1]
        out = 1.0 / (1.0 + exp(-total))
        slope = out * (1 - out)
        delta = (target - out) * slope
        for i in range(2):
            weights[i] += 0.5 * delta * inputs[i]
        bias += 0.5 * delta
"""

LISTS = """\
import numpy as np
inputs = [1.0, 0.5, -1.5]
target = [0.2, 0.9]
W1 = [[0.1, 0.4], [0.8, -0.2], [0.3, 0.7]]
W2 = [[0.3, -0.5], [0.9, 0.6]]
def sigmoid(x):
    return 1 / (1 + np.exp(-x))
for step in range(50):
    h = sigmoid(np.dot(inputs, W1))
    out = sigmoid(np.dot(h, W2))
    d_out = (out - target) * out * (1 - out)
    d_h = np.dot(d_out, np.transpose(W2)) * h
    W2 -= 0.1 * np.outer(h, d_out)
    W1 -= 0.1 * np.outer(inputs, d_h)
"""

# One number is the target of all samples, and the output's bias becomes one for each sample.
ONE_TARGET = """\
import numpy as np
X = np.array([[5.0, 1.0], [1.0, 2.0], [-2.0, 4.0]])
W1 = np.array([[0.6, -0.4, 0.9], [0.4, 0.6, -0.9]])
W2 = np.array([[0.4], [0.6], [-0.7]])
b1, b2, wanted = 0.16, 0.61, 0.75
def sigmoid(z):
    return 1 / (1 + np.exp(-z))
for step in range(100):
    h = sigmoid(X @ W1 + b1)
    out = sigmoid(h @ W2 + b2)
    d2 = (wanted - out) * out * (1 - out)
    d1 = (d2 @ W2.T) * h * (1 - h)
    W1 = W1 + 0.5 * X.T @ d1
    W2 = W2 + 0.5 * h.T @ d2
    b1 = b1 + 0.5 * d1.sum()
    b2 = b2 + 0.5 * d2
"""

# The error of a first target of 0 is the output itself, and the weights just changed look like a layer above it.
FUSED = """\
import numpy as np
def sigmoid(z):
    return 1 / (1 + np.exp(-z))
class Layer:
    def __init__(self, n, m):
        self.w, self.b = np.random.randn(m, n), np.zeros(m)
layers = [Layer(2, 3), Layer(3, 1)]
X, Y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0], [1], [1], [0]])
for epoch in range(500):
    for x, y in zip(X, Y):
        acts = [x]
        for layer in layers:
            acts.append(sigmoid(layer.w @ acts[-1] + layer.b))
        delta = acts[-1] - y
        for i in (1, 0):
            layer, below = layers[i], acts[i]
            layer.w -= 0.5 * np.outer(delta, below)
            layer.b -= 0.5 * delta
            delta = (layer.w.T @ delta) * below * (1 - below)
"""

# Nothing is called; the activation, its derivative and data that were held out are parameters.
HANDED = """\
import numpy as np
class Net:
    def __init__(self, n_in, n_hidden, n_out, activation, activation_prime):
        self.f, self.g = activation, activation_prime
        self.activation, self.activation_prime = activation, activation_prime
        self.W = np.random.randn(n_in, n_hidden)
        self.V = np.random.randn(n_hidden, n_out)
    def forward(self, X):
        self.z = X @ self.W
        self.h = self.activation(self.z)
        self.o = self.activation(self.h @ self.V)
        return self.o
    def fit(self, X, y, X_val, y_val, epochs, lr):
        for _ in range(epochs):
            delta = (self.forward(X) - y) * self.activation_prime(self.o)
            below = delta @ self.V.T * self.activation_prime(self.h)
            self.V -= lr * self.h.T @ delta
            self.W -= lr * X.T @ delta @ self.V.T
            print(np.mean((self.forward(X_val) - y_val) ** 2))
"""

# The class hands its own data on to its layers, and data that were held out between two steps.
LAYERS = """\
import numpy as np
class Layer:
    def __init__(self, n, m, activation, activation_prime):
        self.W = np.random.randn(n, m) * 0.3
        self.activation, self.activation_prime = activation, activation_prime
    def forward(self, X):
        self.X, self.Z = X, X @ self.W
        return self.activation(self.Z)
    def backward(self, dA, lr):
        dZ = dA * self.activation_prime(self.Z)
        dX = dZ @ self.W.T
        self.W -= lr * self.X.T @ dZ
        return dX
class Net:
    def __init__(self, n_in, n_hidden, n_out, activation, activation_prime):
        self.one = Layer(n_in, n_hidden, activation, activation_prime)
        self.two = Layer(n_hidden, n_out, activation, activation_prime)
    def fit(self, X, y, X_val, y_val, epochs, lr):
        for _ in range(epochs):
            self.one.backward(self.two.backward(self.two.forward(self.one.forward(X)) - y, lr), lr)
            print(np.mean((self.two.forward(self.one.forward(X_val)) - y_val) ** 2))
"""

# Lists of lists, relu: the products of a closed unit are zeros in a sum, and its biases are zeros that stand nowhere.
RELU = """\
import random
random.seed(1)
def relu(x):
    return max(0.0, x)
def relu_prime(x):
    return 1.0 if x > 0 else 0.0
class MLP:
    def __init__(self, n_in, n_hid, n_out):
        self.w1 = [[random.uniform(-1, 1) for _ in range(n_in)] for _ in range(n_hid)]
        self.b1 = [0.0] * n_hid
        self.w2 = [[random.uniform(-1, 1) for _ in range(n_hid)] for _ in range(n_out)]
        self.b2 = [0.0] * n_out
    def forward(self, x):
        self.z1 = [sum(w * v for w, v in zip(row, x)) + b for row, b in zip(self.w1, self.b1)]
        self.h = [relu(z) for z in self.z1]
        return [sum(w * v for w, v in zip(row, self.h)) + b for row, b in zip(self.w2, self.b2)]
    def train(self, x, y, lr):
        out = self.forward(x)
        d2 = [o - t for o, t in zip(out, y)]
        d1 = []
        for j in range(len(self.h)):
            s = sum(self.w2[k][j] * d2[k] for k in range(len(d2)))
            d1.append(s * relu_prime(self.z1[j]))
        for k in range(len(d2)):
            for j in range(len(self.h)):
                self.w2[k][j] -= lr * d2[k] * self.h[j]
            self.b2[k] -= lr * d2[k]
        for j in range(len(d1)):
            for i in range(len(x)):
                self.w1[j][i] -= lr * d1[j] * x[i]
            self.b1[j] -= lr * d1[j]
        return sum(d * d for d in d2) / 2
net = MLP(2, 4, 1)
data = [([0.1, 0.7], [0.5]), ([0.9, 0.2], [0.1]), ([0.4, 0.4], [0.8])]
for epoch in range(200):
    loss = 0.0
    for x, y in data:
        loss += net.train(x, y, 0.05)
print(loss)
"""


@pytest.mark.parametrize("text", [NEURON, RELU, LAYERS], ids=["neuron", "relu", "handed over"])
def test_lists_and_what_is_handed_over_that_are_right_are_called_right(text: str) -> None:
    said = diagnosed(text)
    assert said.verdict.startswith("correct"), said.missing


@pytest.mark.parametrize(
    ("text", "bug", "line"),
    [
        (NEURON.replace("weights[i] += 0.5 * delta * inputs[i]", "weights[i] -= 0.5 * delta * inputs[i]"), "B14", 14),
        (NEURON.replace("slope = out * (1 - out)", "slope = total * (1 - total)"), "B9", 11),
        (LISTS, "B40", 12),
        (ONE_TARGET, "B17", 16),
        (FUSED, "B3", 19),
    ],
    ids=["climbing", "of z", "lists", "one target", "fused"],
)
def test_what_lists_and_single_numbers_hide_is_found_in_its_line(text: str, bug: str, line: int) -> None:
    said = diagnosed(text)
    assert said.verdict == "wrong", said.missing
    assert said.first_fault is not None
    assert (said.bugs[0].id, said.first_fault.line) == (bug, line)


def test_an_activation_that_is_handed_over_is_made_up_in_the_form_it_is_asked_for() -> None:
    said = diagnosed(HANDED)
    assert said.verdict == "wrong", said.missing
    assert said.network["activations"] == ["sigmoid", "sigmoid"]
    assert said.first_fault is not None
    assert said.first_fault.layer == 1  # its derivative is computed for nothing
    assert any("activation_prime was given" in note for note in said.notes)


def test_weights_that_are_made_up_are_other_numbers_than_the_data_that_they_meet() -> None:
    trial = Trial((4, 5, 3), "rows", "one-hot")
    made = [Given(2, frozenset(), False).made(name, trial) for name in ("hidden_weights", "output_weights")]
    given = [*(value.ravel() for value in made if value is not None), data(trial).ravel()]
    assert len(np.unique(np.concatenate(given))) == 4 * 5 + 5 * 3 + 7 * 4


LAST_BIAS_ALONE = """
import math, random
random.seed(1)
f = lambda z: 1 / (1 + math.exp(-z))
U = [[random.uniform(-1, 1) for _ in range(3)] for _ in range(2)]
b, V, c = [0] * 3, [random.uniform(-1, 1) for _ in range(3)], 0
X, Y = [[0.2, 0.9], [0.5, 0.3], [0.8, 0.7]], [0.3, 0.9, 0.5]
for epoch in range(100):
    for x, y in zip(X, Y):
        h = [f(sum(x[i] * U[i][j] for i in range(2)) + b[j]) for j in range(3)]
        o = f(sum(h[j] * V[j] for j in range(3)) + c)
        top = (y - o) * o * (1 - o)
        low = [top * V[j] * h[j] * (1 - h[j]) for j in range(3)]
        for j in range(3):
            V[j] += 0.1 * top * h[j]
        c += 0.1 * top
        for i in range(2):
            for j in range(3):
                U[i][j] += 0.1 * low[j] * x[i]
{update}
"""


def test_a_bias_of_which_only_the_last_entry_is_updated_is_not_called_right() -> None:
    every = LAST_BIAS_ALONE.format(update="        for j in range(3):\n            b[j] += 0.1 * low[j]")
    assert diagnosed(every).verdict.startswith("correct")
    last = LAST_BIAS_ALONE.format(update="        b[j] += 0.1 * low[j]")
    assert not diagnosed(last).verdict.startswith("correct")
