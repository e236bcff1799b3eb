"""Programs whose neurons are objects: numbers that remember how they were made, vectors, lists of lists, own names."""

import pytest

from tests.student_runs import diagnosed, line_of

# A graph of numbers with closures; y - x is x plus a negative, and sum starts with the bias.
GRAPH = """
import math, random
random.seed(7)
class Value:
    def __init__(self, data, children=()):
        self.data, self.grad = data, 0.0
        self._backward, self._prev = lambda: None, children
    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other))
        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out
    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other))
        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out
    def __pow__(self, n):
        out = Value(self.data ** n, (self,))
        def _backward():
            self.grad += n * self.data ** (n - 1) * out.grad
        out._backward = _backward
        return out
    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,))
        def _backward():
            self.grad += (1 - t ** 2) * out.grad
        out._backward = _backward
        return out
    def __radd__(self, other):
        return self + other
    def __neg__(self):
        return self * -1
    def __sub__(self, other):
        return self + (-other)
    def backward(self):
        order, seen = [], set()
        def build(v):
            if v not in seen:
                seen.add(v)
                for child in v._prev:
                    build(child)
                order.append(v)
        build(self)
        self.grad = 1.0
        for v in reversed(order):
            v._backward()
class Neuron:
    def __init__(self, n):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(n)]
        self.b = Value(random.uniform(-1, 1))
    def __call__(self, x):
        return sum((w * a for w, a in zip(self.w, x)), self.b).tanh()
layers = [[Neuron(2) for _ in range(2)], [Neuron(2) for _ in range(2)]]
parameters = [p for layer in layers for n in layer for p in n.w + [n.b]]
def predict(x):
    for layer in layers:
        x = [n(x) for n in layer]
    return x
xs, ys = [[2.0, 3.0], [3.0, -1.0]], [[1.0, -0.5], [-1.0, 0.5]]
for step in range(20):
    loss = sum((o - Value(t)) ** 2 for x, y in zip(xs, ys) for o, t in zip(predict(x), y))
    for p in parameters:
        p.grad = 0.0
    loss.backward()
    for p in parameters:
        p.data -= 0.1 * p.grad
    print(step, loss.data)
"""

# All biases start at the same number.
VECTORS = """
import numpy as np
np.random.seed(1)
class Neuron:
    def __init__(self, n):
        self.weights = np.random.randn(n)
        self.bias = {bias}
    def forward(self, inputs):
        self.inputs = inputs
        self.out = 1 / (1 + np.exp(-(np.dot(inputs, self.weights) + self.bias)))
        return self.out
hidden, top = [Neuron(3) for _ in range(4)], [Neuron(4) for _ in range(2)]
def forward(x):
    h = np.array([n.forward(x) for n in hidden])
    return np.array([n.forward(h) for n in top])
def update(layer):
    for n in layer:
        n.weights = n.weights - 0.5 * n.delta * n.inputs
        n.bias -= 0.5 * n.delta
def train(x, y):
    out = forward(x)
    for k, n in enumerate(top):
        n.delta = (n.out - y[k]) * n.out * (1 - n.out)
    for j, n in enumerate(hidden):
        error = 0
        for o in top:
            error += o.delta * o.weights[j]
        n.delta = error * n.out * (1 - n.out)
    update(hidden)
    update(top)
    return 0.5 * np.sum((out - y) ** 2)
X = np.random.uniform(-1, 1, (20, 3))
Y = np.stack([X[:, 0] * X[:, 1] > 0, X[:, 2] > 0], axis=1).astype(float)
for epoch in range(50):
    print(epoch, sum(train(x, y) for x, y in zip(X, Y)))
"""

# Dead units hand on the constant 0.0, and the learning rate is kept in an attribute as gradients are.
LOOPS = """
import math, random
random.seed(42)
class Net:
    def __init__(self, sizes, lr):
        self.lr, self.w, self.b = lr, [], []
        for n, m in zip(sizes[:-1], sizes[1:]):
            self.w.append([[random.gauss(0, 1) / math.sqrt(n) for _ in range(n)] for _ in range(m)])
            self.b.append([random.gauss(0, 1) for _ in range(m)])
    def relu(self, x):
        return x if x > 0 else 0.0
    def softmax(self, zs):
        m = max(zs)
        es = [math.exp(z - m) for z in zs]
        s = sum(es)
        return [e / s for e in es]
    def forward(self, x):
        self.a, self.z = [x], []
        for l in range(len(self.w)):
            z = []
            for j in range(len(self.w[l])):
                total = self.b[l][j]
                for i in range(len(self.a[-1])):
                    total += self.w[l][j][i] * self.a[-1][i]
                z.append(total)
            self.z.append(z)
            self.a.append(self.softmax(z) if l == len(self.w) - 1 else [self.relu(v) for v in z])
        return self.a[-1]
    def backward(self, y):
        deltas = [None] * len(self.w)
        deltas[-1] = [a - t for a, t in zip(self.a[-1], y)]
        for l in range(len(self.w) - 2, -1, -1):
            deltas[l] = []
            for i in range(len(self.w[l])):
                error = 0.0
                for j in range(len(self.w[l + 1])):
                    error += self.w[l + 1][j][i] * deltas[l + 1][j]
                deltas[l].append(error * (1.0 if self.z[l][i] > 0 else 0.0))
        for l in range(len(self.w)):
            for j in range(len(self.w[l])):
                for i in range(len(self.w[l][j])):
                    self.w[l][j][i] -= self.lr * deltas[l][j] * self.a[l][i]
                self.b[l][j] -= self.lr * deltas[l][j]
net = Net([2, 5, 4, 3], 0.05)
data = []
for _ in range(20):
    x = [random.uniform(-1, 1), random.uniform(-1, 1)]
    c = 0 if x[0] > 0.3 else (1 if x[1] > 0 else 2)
    data.append((x, [1.0 if k == c else 0.0 for k in range(3)]))
for epoch in range(30):
    loss = 0.0
    for x, y in data:
        loss -= sum(t * math.log(p) for t, p in zip(y, net.forward(x)))
        net.backward(y)
    print(epoch, loss / 20)
"""
THRESHOLDS = LOOPS.replace("total = self.b", "total = -self.b").replace("self.b[l][j] -= ", "self.b[l][j] += ")


@pytest.mark.parametrize(
    "text",
    [GRAPH, VECTORS.replace("{bias}", "0.1"), VECTORS.replace("{bias}", "np.random.randn()"), LOOPS, THRESHOLDS],
    ids=["a graph of numbers", "equal biases", "vectors", "relu and softmax", "thresholds"],
)
def test_neurons_that_are_right_are_called_right(text: str) -> None:
    said = diagnosed(text)
    assert said.verdict.startswith("correct"), (said.verdict, said.missing)


@pytest.mark.parametrize(("layers", "layer"), [("range(1, len(self.w))", 1), ("range(len(self.w) - 1)", 3)])
def test_a_layer_of_numbers_that_never_changes_is_told_as_one(layers: str, layer: int) -> None:
    steps = "for l in {}:\n            for j in range(len(self.w[l])):\n                for i in range"
    said = diagnosed(LOOPS.replace(steps.format("range(len(self.w))"), steps.format(layers)))
    assert said.verdict == "wrong", said.missing
    assert said.bugs[0].id == "B54"
    assert said.first_fault is not None
    assert said.first_fault.layer == layer


ADDED = "self.grad += out.grad\n            other.grad += out.grad"


@pytest.mark.parametrize(
    ("old", "new", "bug", "line"),
    [
        (ADDED, ADDED.replace("+=", "="), "B36", 1),
        ("    for p in parameters:\n        p.grad = 0.0\n", "", "B35", None),
    ],
)
def test_gradients_of_a_graph_that_are_assigned_or_kept_are_named(
    old: str, new: str, bug: str, line: int | None
) -> None:
    text = GRAPH.replace(old, new)
    said = diagnosed(text)
    assert said.verdict == "wrong", said.missing
    assert said.bugs[0].id == bug
    if line is not None and said.first_fault is not None:
        assert said.first_fault.line in (line_of(text, new), line_of(text, new) + line)


EARLY = "        n.delta = (n.out - y[k]) * n.out * (1 - n.out)\n"


@pytest.mark.parametrize(
    ("old", "new", "bug", "part"),
    [
        (EARLY, f"{EARLY}    update(top)\n", "B3", "error += o.delta"),
        ("o.delta * o.weights[j]", "o.delta * o.weights[0]", "B20", "error += o.delta"),
        ("n.delta = error * n.out * (1 - n.out)", "n.delta = error", "B11", "n.delta = error"),
    ],
)
def test_a_mistake_among_neurons_that_are_vectors_is_found_in_its_line(old: str, new: str, bug: str, part: str) -> None:
    text = VECTORS.replace("{bias}", "np.random.randn()").replace(old, new)
    text = text.replace("    update(hidden)\n    update(top)\n", "    update(hidden)\n") if bug == "B3" else text
    said = diagnosed(text)
    assert said.verdict == "wrong", said.missing
    assert said.first_fault is not None
    assert (said.bugs[0].id, said.first_fault.line) == (bug, line_of(text, part))


SENT_BACK_IN_PLACE = """
import math
import random

class Unit:
    def __init__(self, n):
        self.w = [random.uniform(-1, 1) for _ in range(n + 1)]

    def feed(self, inputs):
        self.inputs, z = inputs + [-1], 0
        for i in range(len(self.w)):
            z += self.w[i] * self.inputs[i]
        self.out = 1 / (1 + math.exp(-z))
        return self.out

    def learn(self, e):
        for i in range(len(self.w)):
            self.w[i] = self.w[i] + 0.5 * e * self.inputs[i]

hidden, top = [Unit(2), Unit(2)], Unit(2)
samples = [([1, 0], 1), ([0, 1], 1), ([0, 0], 0), ([1, 1], 0)]
for epoch in range(1000):
    for x, goal in samples:
        v = top.feed([unit.feed(x) for unit in hidden])
        error, errors = v * (1 - v) * (goal - v), []
        for j in range(len(hidden)):
            e = hidden[j].out * (1 - hidden[j].out)
            e *= error * top.w[j]
            errors.append(e)
        top.learn(error)
        for unit, e in zip(hidden, errors):
            unit.learn(e)
"""


def test_a_factor_that_is_multiplied_in_place_is_no_weight_and_a_zero_of_the_data_is_none_of_a_sum() -> None:
    said = diagnosed(SENT_BACK_IN_PLACE)
    assert (said.verdict, said.layers) == ("correct up to convention", 2), said


WRITTEN_OUT = """
from math import exp
w1, w2, b1, b2 = 2.7, -1.1, -0.5, 0.3
v1, v2, c = 0.4, 0.6, 0.0
def bend(x):
    return 1 / (1 + exp(-x))
for epoch in range(100):
    dw1 = dw2 = db1 = db2 = dv1 = dv2 = dc = 0.0
    for x, t in [(0.1, 0.2), (0.5, 0.9), (0.8, 0.4)]:
        y1 = bend(x * w1 + b1)
        y2 = bend(x * w2 + b2)
        d = y1 * v1 + y2 * v2 + c - t
        dv1 += d * y1
        dv2 += d * y2
        dc += d
        d1, d2 = d * v1 * y1 * (1 - y1), d * v2 * y2 * (1 - y2)
        dw1 += d1 * x
        dw2 += d2 * x
        db1 += d1
        db2 += d2
    v1, v2 = v1 - 0.1 * dv1, v2 - 0.1 * dv2
    c = c - 0.1 * dc
    w1, w2 = w1 - 0.1 * dw1, w2 - 0.1 * dw2
    b1, b2 = b1 - 0.1 * db1, b2 - 0.1 * db2
"""
LOWER = "    w1, w2 = w1 - 0.1 * dw1, w2 - 0.1 * dw2\n    b1, b2 = b1 - 0.1 * db1, b2 - 0.1 * db2\n"


@pytest.mark.parametrize(
    ("left_out", "told_of"),
    [(LOWER, "the weights of the layer below, in line 10"), ("    c = c - 0.1 * dc\n", "an update of c")],
)
def test_numbers_that_stay_what_they_are_in_every_pass_are_missed(left_out: str, told_of: str) -> None:
    said = diagnosed(WRITTEN_OUT.replace(left_out, ""))
    assert said.verdict == "inconclusive"
    assert told_of in said.missing[0]
