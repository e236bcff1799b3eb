"""Networks that are not written as matrices and updates: one vector, single numbers, gradients only returned."""

import pytest

from tests.student_runs import diagnosed

VECTOR = """
import numpy as np
np.random.seed(0)
X, Y = np.random.randn(12, 3), np.random.randn(12, 2)

def cost(theta):
    W1, b1 = theta[:12].reshape(3, 4), theta[12:16]
    W2, b2 = theta[16:24].reshape(4, 2), theta[24:]
    A = np.tanh(X @ W1 + b1)
    out = A @ W2 + b2
    d = (out - Y) / len(X)
    dA = d @ W2.T
    dZ = dA * (1 - A ** 2)
    grad = np.concatenate([(X.T @ dZ).ravel(), dZ.sum(0), (A.T @ d).ravel(), d.sum(0)])
    return np.sum((out - Y) ** 2) / (2 * len(X)), grad

theta = np.random.randn(26) * 0.5
for step in range(100):
    J, grad = cost(theta)
    theta = theta - 0.1 * grad
"""

NUMBERS = """
import numpy as np

def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def deriv_sigmoid(x):
    fx = sigmoid(x)
    return fx * (1 - fx)

class Net:
    def __init__(self):
        self.w1, self.w2, self.w3, self.w4 = (np.random.normal() for _ in range(4))
        self.w5, self.w6 = np.random.normal(), np.random.normal()
        self.b1, self.b2, self.b3 = np.random.normal(), np.random.normal(), np.random.normal()

    def train(self, data, answers):
        for epoch in range(100):
            for x, y in zip(data, answers):
                s1 = self.w1 * x[0] + self.w2 * x[1] + self.b1
                h1 = sigmoid(s1)
                s2 = self.w3 * x[0] + self.w4 * x[1] + self.b2
                h2 = sigmoid(s2)
                s3 = self.w5 * h1 + self.w6 * h2 + self.b3
                o = sigmoid(s3)
                dL = -2 * (y - o)
                do = dL * deriv_sigmoid(s3)
                dh1 = self.w5 * do * deriv_sigmoid(s1)
                dh2 = self.w6 * do * deriv_sigmoid(s2)
                self.w1 -= 0.1 * dh1 * x[0]
                self.w2 -= 0.1 * dh1 * x[1]
                self.b1 -= 0.1 * dh1
                self.w3 -= 0.1 * dh2 * x[0]
                self.w4 -= 0.1 * dh2 * x[1]
                self.b2 -= 0.1 * dh2
                self.w5 -= 0.1 * do * h1
                self.w6 -= 0.1 * do * h2
                self.b3 -= 0.1 * do

np.random.seed(1)
Net().train(np.array([[-2.0, -1], [25, 6], [17, 4], [-15, -6]]) / 10, np.array([1, 0, 0, 1]))
"""

ROWS = """
from math import exp
from random import random, seed

def activate(weights, inputs):
    total = weights[-1]
    for i in range(len(weights) - 1):
        total += weights[i] * inputs[i]
    return total

def forward(network, row):
    inputs = row
    for layer in network:
        outputs = []
        for neuron in layer:
            neuron['output'] = 1.0 / (1.0 + exp(-activate(neuron['weights'], inputs)))
            outputs.append(neuron['output'])
        inputs = outputs
    return inputs

def backward(network, expected):
    for i in reversed(range(len(network))):
        errors = []
        if i != len(network) - 1:
            for j in range(len(network[i])):
                error = 0.0
                for neuron in network[i + 1]:
                    error += neuron['weights'][j] * neuron['delta']
                errors.append(error)
        else:
            for j in range(len(network[i])):
                errors.append(network[i][j]['output'] - expected[j])
        for j in range(len(network[i])):
            neuron = network[i][j]
            neuron['delta'] = errors[j] * (neuron['output'] * (1.0 - neuron['output']))

def update(network, row, rate):
    for i in range(len(network)):
        inputs = row[:-1] if i == 0 else [neuron['output'] for neuron in network[i - 1]]
        for neuron in network[i]:
            for j in range(len(inputs)):
                neuron['weights'][j] -= rate * neuron['delta'] * inputs[j]
            neuron['weights'][-1] -= rate * neuron['delta']

seed(1)
network = [[{'weights': [random() for i in range(3)]} for i in range(4)],
           [{'weights': [random() for i in range(5)]} for i in range(2)]]
data = [[2.78, 2.55, 0], [1.46, 2.36, 0], [3.39, 4.40, 0], [7.62, 2.75, 1], [5.33, 2.08, 1]]
for epoch in range(20):
    total = 0
    for row in data:
        outputs = forward(network, row)
        expected = [0 for i in range(2)]
        expected[row[-1]] = 1
        total += sum([(expected[i] - outputs[i]) ** 2 for i in range(2)])
        backward(network, expected)
        update(network, row, 0.5)
"""

RETURNED = """
import numpy as np
W = np.array([[0.2, 0.4, 0.1], [-0.5, 0.7, 0.6], [0.3, 0.1, 0.9]])
x = np.array([[0.3], [0.5], [0.2]])
q = W @ x
s = 1 / (1 + np.exp(-q))
f = np.sum(s ** 2)
dq = 2 * s * s * (1 - s)
dW = np.dot(dq, x.T)
dx = np.dot(W.T, dq)
"""

PENALTY = """
import numpy as np
np.random.seed(3)
X, Y, lam = np.random.randn(20, 4), np.random.rand(20, 2), 0.3
W1, b1, W2, b2 = np.random.randn(4, 5), np.zeros(5), np.random.randn(5, 2), np.zeros(2)
for step in range(50):
    A = np.tanh(X @ W1 + b1)
    out = A @ W2 + b2
    loss = np.sum((out - Y) ** 2) / 2 + lam / 2 * (np.sum(W1 ** 2) + np.sum(W2 ** 2))
    d = out - Y
    e = (d @ W2.T) * (1 - A ** 2)
    W2 -= 0.01 * (A.T @ d + lam * W2)
    b2 -= 0.01 * d.sum(0)
    W1 -= 0.01 * (X.T @ e + lam * W1)
    b1 -= 0.01 * e.sum(0)
"""

SHARED = """
import numpy as np
np.random.seed(2)
X, Y = np.random.randn(9, 3), np.random.rand(9, 1)
V, c, U, e = np.random.randn(3, 4), np.random.randn(), np.random.randn(4, 1), np.random.randn()
for step in range(50):
    H = 1 / (1 + np.exp(-(X @ V + c)))
    P = H @ U + e
    loss = np.mean((P - Y) ** 2)
    d = 2 * (P - Y) / len(X)
    g = d @ U.T * H * (1 - H)
    U -= 0.1 * (H.T @ d)
    e -= 0.1 * np.sum(d)
    V -= 0.1 * (X.T @ g)
    c -= 0.1 * np.sum(g)
"""

OBJECTS = """
import numpy as np

class Dense:
    def __init__(self, inputs, units):
        self.weights, self.biases = np.random.randn(inputs, units), np.random.randn(1, units)
    def forward(self, inputs):
        self.inputs = inputs
        self.output = inputs @ self.weights + self.biases
    def backward(self, dvalues):
        self.dweights = self.inputs.T @ dvalues
        self.dbiases = dvalues.sum(axis=0, keepdims=True)
        self.dinputs = dvalues @ self.weights.T

rng = np.random.default_rng(1)
X, Y = rng.normal(size=(9, 2)), rng.normal(size=(9, 3))
one, two = Dense(2, 3), Dense(3, 3)
one.forward(X)
A = np.tanh(one.output)
two.forward(A)
print(np.mean((two.output - Y) ** 2))
two.backward(2 * (two.output - Y) / Y.size)
one.backward(two.dinputs * (1 - A**2))
"""

RIGHT = {"one vector": VECTOR, "named numbers": NUMBERS, "a gradient that is only computed": RETURNED,
         "a penalty": PENALTY, "one bias for a layer": SHARED, "neurons as rows": ROWS,
         "layers of one width, their gradients named alike": OBJECTS}  # fmt: skip

WRONG = {
    "one vector, no derivative": (VECTOR, "dA * (1 - A ** 2)", "dA", "B11", (1, "delta")),
    "neurons as rows, no derivative": (ROWS, "errors[j] * (neuron['output'] * (1.0 - neuron['output']))", "errors[j]",
                                      "B4", (2, "delta")),
    "a gradient that is only computed": (RETURNED, "np.dot(dq, x.T)", "dq * x", "B12", (1, "dW")),
    "rounded on the way": (RETURNED, "s = 1 / (1 + np.exp(-q))", "s = np.round(1 / (1 + np.exp(-q)), 2)",
                           "B47", (1, "a")),
    "a penalty of the wrong sign": (PENALTY, "(A.T @ d + lam * W2)", "(A.T @ d - lam * W2)", "B60", (2, "dW")),
    "a penalty forgotten": (PENALTY, "(A.T @ d + lam * W2)", "(A.T @ d)", "B13", (2, "dW")),
    "one bias for a layer, negated": (SHARED, "c -= 0.1", "c += 0.1", "B14", (1, "db")),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_program_of_an_unusual_shape_is_called_right(name: str) -> None:
    assert diagnosed(RIGHT[name]).verdict.startswith("correct")


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_program_of_an_unusual_shape_is_told_its_first_wrong_quantity(name: str) -> None:
    text, old, new, bug, fault = WRONG[name]
    assert text.count(old) == 1
    diagnosis = diagnosed(text.replace(old, new))
    first = diagnosis.first_fault
    assert diagnosis.verdict == "wrong"
    assert first is not None
    assert (first.layer, first.quantity) == fault
    assert diagnosis.bugs[0].id == bug


OUT_IN = """
import numpy as np
np.random.seed(1)
x, y = np.random.randn(15, 3), np.random.randn(15, 2)
w1, w2, w3 = 0.7 * np.random.randn(4, 3), 0.7 * np.random.randn(4, 4), 0.7 * np.random.randn(2, 4)
for step in range(100):
    a1 = np.tanh(x @ w1.T)
    a2 = np.tanh(a1 @ w2.T)
    out = a2 @ w3.T
    loss = np.sum(np.log(np.cosh(out - y))) / len(y)
    d3 = np.tanh(out - y) / len(y)
    d2 = d3 @ w3 * (1 - a2 ** 2)
    d1 = d2 @ w2 * (1 - a1 ** 2)
    w1 = w1 - 0.1 * d1.T @ x
    w2 = w2 - 0.1 * a1.T @ d2
    w3 = w3 - 0.1 * d3.T @ a2
    print(loss)
"""


def test_square_weights_kept_as_out_in_are_not_taken_for_their_transpose() -> None:
    diagnosis = diagnosed(OUT_IN)
    assert diagnosis.verdict == "wrong"
    assert diagnosis.first_fault is not None
    assert (diagnosis.first_fault.layer, diagnosis.first_fault.quantity) == (2, "dW")
    assert diagnosis.bugs[0].id == "B22"
    assert (
        next(line.line for line in diagnosis.lines if not line.ok) == OUT_IN[: OUT_IN.index("w2 = w2")].count("\n") + 1
    )


def test_the_value_of_a_log_cosh_in_place_of_its_slope_is_named() -> None:
    text = OUT_IN.replace("a1.T @ d2", "d2.T @ a1").replace("d3 = np.tanh(out - y)", "d3 = np.log(np.cosh(out - y))")
    diagnosis = diagnosed(text)
    assert diagnosis.verdict == "wrong"
    assert diagnosis.bugs[0].id == "B24"


KEYED = """
import numpy as np
f = lambda z: 1 / (1 + np.exp(-z))
def initial():
    return {{"W1": np.array([[-1, -2, -3], [1, -3, 3]]), "b1": np.array([[-1], [1]]),
             "W2": np.array([[3, 1]]), "b2": np.array([[0]])}}
def gradients(X, Y):
    held = initial()
    A1 = f(np.dot(held["W1"], X) + held["b1"])
    Z2 = np.dot(held["W2"], A1) + held["b2"]
    A2 = f(Z2)
    print("loss", 0.5 * (A2 - Y) ** 2)
    dZ2 = (A2 - Y) * A2 * (1 - A2)
    dW2, db2 = np.dot(dZ2, A1.T), dZ2
    dZ1 = np.dot(held["W2"].T, dZ2) * A1 * (1 - A1)
    dW1, db1 = {factor} * np.dot(dZ1, X.T), np.sum(dZ1, axis=1, keepdims=True)
    print(dW1, db1, dW2, db2)
gradients(np.array([[1], [1], [1]]), np.array([[1]]))
"""


def test_gradients_that_are_only_printed_are_known_by_their_names_where_the_weights_are_keyed() -> None:
    assert diagnosed(KEYED.format(factor=1)).verdict.startswith("correct")
    wrong = diagnosed(KEYED.format(factor=2))
    assert (wrong.verdict, wrong.bugs[0].id, wrong.bugs[0].line) == ("wrong", "B43", 16), wrong
