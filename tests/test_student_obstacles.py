"""What stands around a training step in public programs: a trial before it, an optimiser, labels off by one."""

import pytest

from tests.student_runs import diagnosed

BATCHES = """
import numpy as np
np.random.seed(3)
net = [[np.random.randn(4, 2), np.random.randn(4, 1)], [np.random.randn(1, 4), np.random.randn(1, 1)]]
samples = [(np.random.randn(2, 1), np.random.randn(1, 1)) for _ in range(60)]
def f(z): return np.tanh(z)
def run(x):
    for w, b in net[:-1]:
        x = f(w.dot(x) + b)
    return net[-1][0].dot(x) + net[-1][1]
def distance(): return sum(np.sum((run(x) - y) ** 2) for x, y in samples) / len(samples)
def back(x, y):
    (w1, b1), (w2, b2) = net
    a = f(w1.dot(x) + b1)
    top = w2.dot(a) + b2 - y
    low = w2.T.dot(top) * (1 - a ** 2)
    return [(low.dot(x.T), low), (top.dot(a.T), top)]
def train(batch, rate):
    sums = [[np.zeros_like(w), np.zeros_like(b)] for w, b in net]
    for x, y in batch:
        for total, grads in zip(sums, back(x, y)):
            total[0] {adds} grads[0]
            total[1] += grads[1]
    for layer, total in zip(net, sums):
        layer[0] -= rate / len(batch) * total[0]
        layer[1] -= rate / len(batch) * total[1]
print(distance())
for epoch in range(100):
    for k in range(0, 60, 6):
        train(samples[k:k + 6], 0.1)
"""
LABELS = """
import numpy as np
np.random.seed(1)
X, t = np.random.randn(30, 4), np.arange(30) % 3 - 1
W1, b1 = np.random.randn(4, 5), np.zeros(5)
W2, b2 = np.random.randn(5, 3), np.zeros(3)
for i in range(100):
    h = np.tanh(X @ W1 + b1)
    s = np.exp(h @ W2 + b2)
    p = s / s.sum(axis=1, keepdims=True)
    loss = -np.mean(np.log(p[np.arange(30), t]))
    d2 = p.copy()
    d2[np.arange(30), t] -= 1
    d2 /= 30
    d1 = d2 @ W2.T * (1 - h ** 2)
    W2 -= 0.5 * {dW2}
    b2 -= 0.5 * d2.sum(axis=0)
    W1 -= 0.5 * X.T @ d1
    b1 -= 0.5 * d1.sum(axis=0)
"""
NUMBERS = """
import math
doses, effects = [0.1, 0.5, 0.9, 0.3], [0.2, 0.9, 0.1, 0.6]
w1, w2, b1, b2, v1, v2, c = 2.7, -1.1, -0.5, 0.3, 0.4, -0.7, 0.2
for epoch in range(500):
    dw1 = dw2 = db1 = db2 = dv1 = dv2 = dc = 0.0
    for x, y in zip(doses, effects):
        z1 = w1 * x + b1
        z2 = w2 * x + b2
        a1 = math.tanh(z1)
        a2 = math.tanh(z2)
        out = v1 * a1 + v2 * a2 + c
        residual = out - y
        dv1 += 2 * residual * a1
        dv2 += 2 * residual * a2
        dc += {factor} * residual
        dz1 = 2 * residual * v1 * (1 - a1 ** 2)
        dz2 = 2 * residual * v2 * (1 - a2 ** 2)
        dw1 += dz1 * x
        dw2 += dz2 * x
        db1 += dz1
        db2 += dz2
    w1 -= 0.02 * dw1
    w2 -= 0.02 * dw2
    b1 -= 0.02 * db1
    b2 -= 0.02 * db2
    v1 -= 0.02 * dv1
    v2 -= 0.02 * dv2
    c -= 0.02 * dc
"""
FITTED = """
import numpy as np
from scipy import optimize
np.random.seed(4)
X, Y = np.random.randn(20, 2), np.random.randn(20, 1)
class Net:
    def set(self, v):
        self.W1, self.b1 = v[:6].reshape(2, 3), v[6:9]
        self.W2, self.b2 = v[9:12].reshape(3, 1), v[12:]
    def forward(self):
        self.a = np.tanh(np.dot(X, self.W1) + self.b1)
        return np.dot(self.a, self.W2) + self.b2
    def cost(self):
        return 0.5 * np.sum((Y - self.forward()) ** 2)
    def slopes(self):
        d2 = self.forward() - Y
        d1 = np.dot(d2, self.W2.T) * (1 - self.a {power})
        dW1, db1, dW2, db2 = np.dot(X.T, d1), d1.sum(axis=0), np.dot(self.a.T, d2), d2.sum(axis=0)
        return np.concatenate((dW1.ravel(), db1, dW2.ravel(), db2))
net, costs = Net(), []
def both(v):
    net.set(v)
    return net.cost(), net.slopes()
def note(v):
    net.set(v)
    costs.append(net.cost())
optimize.minimize(both, np.random.randn(13), jac=True, method="BFGS", options={"maxiter": 4}, callback=note)
"""
CUT_ANEW = """
import numpy as np
from scipy.optimize import fmin_cg
rng = np.random.default_rng(1)
X, T = rng.normal(size=(15, 3)), np.eye(2)[rng.integers(0, 2, 15)]
def cut(v):
    return v[:16].reshape(4, 4), v[16:].reshape(5, 2)
def ones(A):
    return np.c_[A, np.ones(len(A))]
def predict(v):
    V, W = cut(v)
    E = np.exp(ones(np.tanh(ones(X) @ V)) @ W)
    return E / E.sum(axis=1, keepdims=True)
def cost(v):
    V, W = cut(v)
    return (-np.sum(T * np.log(predict(v))) + 0.05 * (np.sum(V[:-1] ** 2) + np.sum(W[:-1] ** 2))) / len(X)
def slopes(v):
    V, W = cut(v)
    X1 = ones(X)
    H = np.tanh(X1 @ V)
    E = np.exp(ones(H) @ W)
    out = E / E.sum(axis=1, keepdims=True) - T
    dW = ones(H).T @ out
    dW[:-1] += 0.1 * W[:-1]
    dV = X1.T @ ({back})
    dV[:-1] += 0.1 * V[:-1]
    return np.concatenate([{dV}.ravel(), dW.ravel()]) / len(X)
fmin_cg(cost, rng.normal(size=26), fprime=slopes, disp=False)
"""

TURNED = """
import numpy as np
from scipy.optimize import minimize
rng = np.random.default_rng(1)
X, Y = rng.normal(size=(12, 3)), np.eye(3)[rng.integers(0, 3, 12)]
def sigmoid(z):
    return 1 / (1 + np.exp(-z))
def cost(v):
    W1, W2 = v[:16].reshape(4, 4), v[16:].reshape(3, 5)
    a1 = np.hstack([np.ones((12, 1)), X])
    a2 = np.hstack([np.ones((12, 1)), sigmoid(a1.dot(W1.T))])
    h = sigmoid(a2.dot(W2.T))
    J = -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / 12
    d3 = h - Y
    d2 = d3.dot(W2{cut}) * (a2 * (1 - a2))[:, 1:]
    grad1, grad2 = d2.T.dot(a1) / 12, d3.T.dot(a2) / 12
    return J, np.concatenate([grad1.ravel(), grad2.ravel()])
minimize(cost, rng.normal(size=31), jac=True, method="CG")
"""


def test_a_network_that_is_tried_on_all_samples_before_it_is_trained_is_judged_by_its_batches() -> None:
    right = diagnosed(BATCHES.replace("{adds}", "+="))
    assert right.verdict.startswith("correct"), right.missing
    wrong = diagnosed(BATCHES.replace("total[0] {adds} grads[0]", "total[0] = grads[0]"))
    assert (wrong.verdict, wrong.bugs[0].id) == ("wrong", "B36")


def test_labels_from_minus_one_are_taken_as_numpy_takes_them() -> None:
    right = diagnosed(LABELS.replace("{dW2}", "h.T @ d2"))
    assert right.verdict.startswith("correct"), right.missing
    wrong = diagnosed(LABELS.replace("{dW2}", "(h ** 2).T @ d2"))
    assert (wrong.verdict, wrong.bugs[0].id) == ("wrong", "B25")


def test_gradients_of_which_some_are_clipped_are_right() -> None:
    right = diagnosed(LABELS.replace("{dW2}", "np.clip(h.T @ d2, -0.02, 0.02)"))
    assert right.verdict.startswith("correct"), right.missing


@pytest.mark.parametrize(("factor", "verdict"), [("2", "correct"), ("1", "wrong")])
def test_a_sum_over_samples_of_numbers_is_no_step_that_an_optimiser_bent(factor: str, verdict: str) -> None:
    found = diagnosed(NUMBERS.replace("{factor}", factor))
    assert found.verdict.startswith(verdict), found.missing
    assert [bug.id for bug in found.bugs[:1]] == ([] if verdict == "correct" else ["B43"])


def test_gradients_handed_to_an_optimiser_belong_to_the_point_they_were_computed_at() -> None:
    right = diagnosed(FITTED.replace("{power}", "** 2"))
    assert right.verdict.startswith("correct"), right.missing
    wrong = diagnosed(FITTED.replace("{power}", ""))
    assert not wrong.verdict.startswith("correct")
    assert (wrong.bugs[0].id, wrong.first_fault and wrong.first_fault.line) == ("B40", 17)


SET = "net.set(v)\n    "


@pytest.mark.parametrize(
    ("right", "wrong", "bug", "line"),
    [
        (f"{SET}return net.cost(), net.slopes()", f"g = net.slopes()\n    {SET}return net.cost(), g", "B34", 23),
        ("self.forward() - Y", "Y - self.forward()", "B14", 18),
    ],
)  # fmt: skip
def test_a_minimiser_given_the_gradient_of_the_point_before_or_one_that_climbs(
    right: str, wrong: str, bug: str, line: int
) -> None:
    started = FITTED.replace("{power}", "** 2").replace("Net(), []", "Net(), []\nnet.set(np.ones(13))")
    found = diagnosed(started.replace(right, wrong, 1))
    assert (found.verdict, found.bugs[0].id, found.first_fault and found.first_fault.line) == ("wrong", bug, line)


@pytest.mark.parametrize(
    ("back", "dV", "said"),
    [
        ("(out @ W[:-1].T) * (1 - H ** 2)", "dV", ("correct", None)),
        ("(out @ W[:-1].T) * (1 - np.tanh(H) ** 2)", "dV", ("wrong", "B8")),
        ("(out @ W[:-1].T) * (1 - H ** 2)", "dV.T", ("wrong", "B22")),
    ],
)
def test_a_vector_that_loss_and_gradient_each_cut_anew_is_one_network(
    back: str, dV: str, said: tuple[str, str | None]
) -> None:
    found = diagnosed(CUT_ANEW.replace("{back}", back).replace("{dV}", dV))
    assert (found.verdict, next((bug.id for bug in found.bugs), None)) == said, found.missing


def test_weights_that_are_transposed_where_they_are_used_were_there_before() -> None:
    right = diagnosed(TURNED.replace("{cut}", "[:, 1:]"))
    assert right.verdict.startswith("correct"), right.missing
    wrong = diagnosed(TURNED.replace("{cut}", "[:, :-1]"))
    assert (wrong.verdict, wrong.bugs[0].id, wrong.first_fault and wrong.first_fault.line) == ("wrong", "B32", 15)


def test_a_file_that_made_up_data_do_not_suit_is_not_called_broken() -> None:
    text = """
import csv
import numpy as np
rows, kinds = [], []
with open("readings.csv") as lines:
    for parts in csv.reader(lines):
        rows.append([float(p) for p in parts[:2]])
        kinds.append(["left", "right"].index(parts[len(parts)]))
X, y = np.array(rows), np.array(kinds)
"""
    found = diagnosed(text)
    assert found.verdict == "inconclusive"
    assert any("made-up" in sentence for sentence in found.missing)


def test_matrices_that_do_not_fit_after_made_up_targets_met_their_output_cannot_run() -> None:
    text = """
import csv
import numpy as np
rows = [[float(v) for v in row[:4]] for row in csv.reader(open("flowers.csv"))]
W, V = np.random.randn(6, 4), np.random.randn(3, 6)
for row in rows:
    x, t = np.array(row).reshape(4, 1), np.eye(3)[:, :1]
    h = np.tanh(np.dot(W, x))
    d = np.dot(V, h) - t
    g = np.dot(V{turned}, d) * (1 - h ** 2)
    V -= 0.1 * np.dot(d, h.T)
    W -= 0.1 * np.dot(g, x.T)
"""
    assert diagnosed(text.replace("{turned}", ".T")).verdict.startswith("correct")
    found = diagnosed(text.replace("{turned}", ""))
    assert found.verdict == "cannot run"
    assert found.missing[0].startswith("ValueError in line 10")


def test_a_main_that_fails_on_nothing_made_up_before_any_product_cannot_run() -> None:
    text = """
import numpy as np
class Layer:
    def __init__(self, n, m): self.W, self.out = np.random.randn(n, m), None
    def forward(self, x):
        self.x, self.out = x, x @ self.W
        return self.out
    def backward(self, error, rate):
        down = error.reshape(self.out.shape) @ self.W.T
        self.W = self.W - rate * self.x.T @ error
        return down
Layer(3, 2).backward(np.ones((4, 2)), 0.1)
"""
    found = diagnosed(text)
    assert found.verdict == "cannot run"
    assert found.missing[0].startswith("the file's own main ended in AttributeError (line 9)")
