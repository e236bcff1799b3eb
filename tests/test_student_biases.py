"""Biases of unusual shape: one for each sample, one number that grows, arrays that the network leaves out."""

import pytest

from tests.student_runs import diagnosed

FOR_EACH_SAMPLE = """
import numpy as np
rng = np.random.RandomState(0)
X, Y = rng.rand(12, 3), np.eye(4)[rng.randint(0, 4, 12)]
W1, b1, W2, b2 = rng.randn(3, 5), np.zeros((12, 1)), rng.randn(5, 4), np.zeros((12, 1))
for epoch in range(100):
    z1 = X @ W1 + b1
    a1 = np.maximum(0, z1)
    z2 = a1 @ W2 + b2
    e = np.exp(z2 - z2.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.sum(Y * np.log(p)) / 12
    d2 = p - Y
    dW2 = a1.T @ d2
    db2 = np.sum(d2, axis=1, keepdims=True)
    d1 = (d2 @ W2.T) * (z1 > 0)
    dW1 = X.T @ d1
    db1 = np.sum({taken}, axis=1, keepdims=True)
    W1 -= 0.01 * dW1
    b1 -= 0.01 * db1
    W2 -= 0.01 * dW2
    b2 -= 0.01 * db2
"""

BY_A_PRODUCT = """
import numpy as np
rng = np.random.default_rng(0)
X, Y = rng.normal(size=(12, 3)), rng.normal(size=(12, 2))
W1, b1, W2, b2 = rng.normal(size=(5, 3)), rng.normal(size=(5, 1)), rng.normal(size=(2, 5)), rng.normal(size=(2, 1))

def forward():
    ones = np.ones((len(X), 1))
    a1 = np.tanh(X @ W1.T + ones @ b1.T)
    return ones, a1, a1 @ W2.T + ones @ b2.T

for epoch in range(100):
    ones, a1, out = forward()
    d2 = (out - Y) / len(X)
    d1 = (d2 @ W2) * (1 - a1)
    W1 = W1 - 0.1 * d1.T @ X
    b1 = b1 - 0.1 * d1.T @ ones
    W2 = W2 - 0.1 * d2.T @ a1
    b2 = b2 - 0.1 * d2.T @ ones
    if epoch == 0:
        print(np.sum((forward()[2] - Y) ** 2) / len(X))
"""

GROWING = """
import numpy as np
rng = np.random.RandomState(0)
X, Y = np.array([[0, 0, 1, 1], [0, 1, 0, 1]]), np.array([[0, 1, 1, 1]])
W1, B1, W2, B2 = rng.rand(3, 2), np.zeros((3, 1)), rng.rand(1, 3), 0
for i in range(1000):
    Z1 = np.dot(W1, X) + B1
    A1 = np.tanh(Z1)
    Z2 = np.dot(W2, A1) + B2
    A2 = 1 / (1 + np.exp(-Z2))
    loss = -np.mean(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))
    dZ2 = (A2 - Y) / 4
    dB2 = {summed}
    dW2 = np.dot(dZ2, A1.T)
    dZ1 = np.dot(W2.T, dZ2) * (1 - A1 ** 2)
    dB1 = np.sum(dZ1, axis=1, keepdims=True)
    dW1 = np.dot(dZ1, X.T)
    W2 = W2 - 0.1 * dW2
    B2 = B2 - 0.1 * dB2
    W1 = W1 - 0.1 * dW1
    B1 = B1 - 0.1 * dB1
"""

SCALED = """
import numpy as np
rng = np.random.RandomState(0)
X, Y = rng.randn(10, 3), rng.rand(10, 2)
W1, W2, gain = rng.randn(3, 4), rng.randn(4, 2), np.ones(2)
for i in range(100):
    h = np.tanh(X @ W1)
    z = h @ W2
    a = 1 / (1 + np.exp(-z{gain}))
    loss = 0.5 * np.sum((a - Y) ** 2)
    d = (a - Y) * a * (1 - a)
    dW2, dgain = h.T @ d, np.sum(d, axis=0)
    dW1 = X.T @ ((d @ W2.T) * (1 - h ** 2))
    W1 -= 0.1 * dW1
    W2 -= 0.1 * dW2
    gain -= 0.1 * dgain
"""


def test_a_bias_for_each_sample_is_judged_by_the_sum_over_the_units() -> None:
    right = diagnosed(FOR_EACH_SAMPLE.format(taken="d1"))
    assert right.verdict == "correct", right.missing
    assert "a bias of its own for each sample" in right.read_as


def test_a_bias_that_gets_another_layers_delta_is_wrong_though_it_is_stored_for_each_sample() -> None:
    wrong = diagnosed(FOR_EACH_SAMPLE.format(taken="d2"))
    assert wrong.verdict == "wrong", wrong.missing
    assert wrong.first_fault is not None
    assert (wrong.first_fault.layer, wrong.first_fault.quantity) == (1, "db")
    assert wrong.bugs[0].id == "B19"


def test_biases_may_be_spread_over_the_samples_by_a_product_with_ones() -> None:
    right, wrong = (diagnosed(BY_A_PRODUCT.replace("(1 - a1)", f)) for f in ("(1 - a1**2)", "(1 - a1)"))
    assert right.verdict.startswith("correct"), right.missing
    assert (wrong.verdict, [bug.line for bug in wrong.bugs]) == ("wrong", [15]), wrong.missing


def test_a_loss_of_the_new_weights_is_read_with_the_biases_of_their_pass() -> None:
    rows = {"ones @ b1.T": "b1", "ones @ b2.T": "b2", "(5, 1)": "5", "(2, 1)": "2", "d1.T @ ones": "d1.sum(0)"}
    text = BY_A_PRODUCT
    for old, new in {**rows, "d2.T @ ones": "d2.sum(0)"}.items():
        text = text.replace(old, new)
    said = diagnosed(text)
    assert said.verdict == "wrong"
    assert "computes in another pass" in said.read_as


@pytest.mark.parametrize(("summed", "verdict"), [("np.sum(dZ2)", "correct up to convention"), ("dZ2", "wrong")])
def test_a_bias_that_grows_was_not_summed_over_the_batch(summed: str, verdict: str) -> None:
    said = diagnosed(GROWING.format(summed=summed))
    assert said.verdict == verdict, said.missing
    if verdict == "wrong":
        assert said.bugs[0].id == "B17"
        assert said.first_fault is not None
        assert said.first_fault.text == "dB2 = dZ2"


def test_nothing_is_called_correct_while_a_trained_array_was_not_judged() -> None:
    judged = diagnosed(SCALED.format(gain=""))
    assert judged.verdict == "correct", judged.missing  # the output is not computed from it
    left = diagnosed(SCALED.format(gain=" * gain"))
    assert left.verdict != "correct"
    assert "gain" in " ".join(left.missing)


def test_a_hidden_layer_is_not_taken_for_the_whole_network() -> None:
    program = """import numpy as np

rng = np.random.default_rng(3)
X, labels = rng.normal(size=(7, 4)), rng.integers(0, 3, 7)
W = [rng.normal(size=(4, 5)), rng.normal(size=(5, 3))]
b = [np.zeros((1, 5)), np.zeros((1, 3))]
for epoch in range(50):
    h = np.maximum(0, np.dot(X, W[0]) + b[0])
    h *= rng.random(h.shape) > 0.4
    h /= 0.6
    z = np.dot(h, W[1]) + b[1]
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    p = e / np.sum(e, axis=1, keepdims=True)
    dz = p - np.eye(3)[labels]
    dW, db = [np.dot(h.T, dz) / 7], [np.sum(dz, axis=0, keepdims=True) / 7]
    dz = np.dot(dz, W[1].T) * (h > 0)  # the 1 / 0.6 is missing
    dW.insert(0, np.dot(X.T, dz) / 7)
    db.insert(0, np.sum(dz, axis=0, keepdims=True) / 7)
    for i in range(2):
        W[i] -= 0.01 * dW[i]
        b[i] -= 0.01 * db[i]
    loss = -np.mean(np.log(p[range(7), labels]))
"""
    assert not diagnosed(program).verdict.startswith("correct")


NORMALISED = """
import numpy as np
rng = np.random.RandomState(0)
X, y = rng.randn(30, 4), rng.randint(0, 3, 30)
W1, gain, W2, b2 = rng.randn(4, 6), np.ones(6), rng.randn(6, 3), np.zeros(3)
for i in range(100):
    z = X @ W1
    h = np.maximum(0, gain * (z - z.mean(0)) / z.std(0))
    s = np.exp(h @ W2 + b2)
    p = s / s.sum(1, keepdims=True)
    print(-np.log(p[range(30), y]).mean())
    ds = p.copy()
    ds[range(30), y] -= 1
    dh = ds @ W2.T * (h > 0)
    W2 -= 0.01 * h.T @ ds
    b2 -= 0.01 * ds.sum(0)
    gain -= 0.01 * dh.sum(0)
    W1 -= 0.01 * X.T @ dh
"""
FACTORS = """
import numpy as np
rng = np.random.RandomState(0)
R, P, Q = rng.rand(8, 6), rng.rand(8, 3), rng.rand(6, 3)
for i in range(100):
    E = P @ Q.T - R
    dP, dQ = E @ Q * E.sum(), E.T @ P
    P -= 0.01 * dP
    Q -= 0.01 * dQ
    print(0.5 * np.sum(E**2))
"""


def test_what_the_first_layer_that_was_read_is_given_may_be_trained_too() -> None:
    said = diagnosed(FACTORS)
    assert said.verdict == "inconclusive", said
    assert "P" in said.missing[0]


def test_weights_below_a_normalization_that_no_gradient_goes_through_are_wrong() -> None:
    said = diagnosed(NORMALISED)
    assert said.verdict == "wrong", said
    assert "the steps of gain, W1 go down it at no rate" in said.evidence[1]


SUBTRACTED = """
import csv
import numpy as np
np.random.seed(2)
table = np.array(list(csv.reader(open("loads.csv")))[1:], dtype=float)
x, y = table[:40, :4], table[:40, 4:]
x, y = (x - x.mean(0)) / x.std(0), (y - y.mean(0)) / y.std(0)
w1, b1 = 0.5 * np.random.randn(4, 5), np.zeros(5)
w2, b2 = 0.5 * np.random.randn(5, 3), np.zeros(3)
for step in range(100):
    a = np.tanh(x @ w1 - b1)
    out = a @ w2 - b2
    print(np.mean((out - y) ** 2))
    d2 = 2 * (out - y) / y.size
    d1 = d2 @ w2.T * (1 - a)
    w1 = w1 - 0.1 * x.T @ d1
    b1 = b1 - 0.1 * -d1.sum(axis=0)
    w2 = w2 - 0.1 * a.T @ d2
    b2 = b2 - 0.1 * -d2.sum(axis=0)
"""


def test_a_bias_that_is_subtracted_is_not_taken_for_made_up_targets() -> None:
    said = diagnosed(SUBTRACTED)
    assert said.verdict == "wrong", said.missing
    assert said.first_fault is not None
    assert (said.first_fault.layer, said.first_fault.quantity) == (1, "delta")


UNCALLED = """
import numpy as np

class Net:
    def __init__(self, nodes):
        self.depth = len(nodes) - 1
        self.W = [np.random.randn(nodes[i], nodes[i + 1]) for i in range(self.depth)]
        self.b = [np.zeros((1, n)) for n in nodes[1:]]

    def train(self, x, target, rate):
        a = [x]
        for W, b in zip(self.W, self.b):
            a.append(np.tanh(a[-1] @ W + b))
        print(0.5 * np.sum((a[-1] - target) ** 2))
        d = (a[-1] - target) * (1 - a[-1] ** 2)
        for i in reversed(range(self.depth)):
            down = d @ self.W[i].T
            self.W[i] = self.W[i] - rate * a[i].T @ d
            self.b[i] = self.b[i] - rate * {step}
            d = down * (1 - a[i] ** 2)
"""


def test_biases_of_a_network_that_nothing_calls_may_be_meant_for_one_sample() -> None:
    alone = diagnosed(UNCALLED.format(step="d"))
    assert alone.verdict == "inconclusive"
    assert "right for one at a time" in alone.missing[0]
    assert diagnosed(UNCALLED.format(step="d.sum(0, keepdims=True)")).verdict.startswith("correct")
    assert [bug.id for bug in diagnosed(UNCALLED.format(step="d.sum()")).bugs][:1] == ["B1"]
