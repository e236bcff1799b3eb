"""The loss that a program computes elsewhere than in its step: in a cost with penalties, a check, of places."""

from typing import Any

import pytest

from tests.student_runs import diagnosed, source
from verify.student.judging.later import EVENTS
from verify.student.reading.lineage import lineage
from verify.student.runs.recording import Recording
from verify.student.runs.session import Session, watch
from verify.student.runs.tape import Tape

# The cost is computed after the step, and punishes the biases' row of each matrix as well.
MERGED = """
import numpy as np
rng = np.random.RandomState(1)
X, Y = rng.randn(12, 3), np.eye(2)[np.arange(12) % 2]
W1, W2 = rng.randn(4, 5), rng.randn(6, 2)
def ones(A):
    return np.hstack([A, np.ones((len(A), 1))])
def forward(X):
    h = np.tanh(ones(X) @ W1)
    e = np.exp(ones(h) @ W2)
    return h, e / e.sum(axis=1, keepdims=True)
def cost():
    p = forward(X)[1]
    return -np.sum(Y * np.log(p)) / len(X) + 0.5 * 0.1 * sum(np.sum(W ** 2) for W in (W1, W2))
for epoch in range(20):
    h, p = forward(X)
    d = (p - Y) / len(X)
    g2 = ones(h).T @ d + 0.1 * W2
    d = (d @ W2[:-1].T) * (1 - h ** 2)
    g1 = ones(X).T @ d + 0.1 * W1
    W1, W2 = W1 - 0.5 * g1, W2 - 0.5 * g2
    print(cost())
"""
# The gradient is compared with central differences: W + e is no step.
CHECKED = """
import numpy as np
rng = np.random.RandomState(2)
X, W = rng.randn(9, 3), rng.randn(3, 2)
def cost(W):
    return np.sum(np.tanh(X @ W) ** 2)
def numerical(W):
    g = np.zeros_like(W)
    for i, j in np.ndindex(3, 2):
        e = np.zeros_like(W)
        e[i, j] = 1e-5
        g[i, j] = (cost(W + e) - cost(W - e)) / 2e-5
    return g
print(cost(W))
before = numerical(W)
"""
# The softmax goes back by each sample's Jacobian; the loss takes the labels by their place.
JACOBIANS = """
import numpy as np
rng = np.random.RandomState(3)
X, y = rng.randn(110, 3), np.arange(110) % 4
W1, b1, W2, b2 = rng.randn(3, 5), np.zeros((1, 5)), rng.randn(5, 4), np.zeros((1, 4))
for epoch in range(50):
    h = 1 / (1 + np.exp(-(X @ W1 + b1)))
    e = np.exp(h @ W2 + b2)
    p = e / e.sum(axis=1, keepdims=True)
    print(np.mean(-np.log(p[range(len(p)), y])))
    dp = -np.eye(4)[y] / p / len(p)
    dz = np.empty_like(dp)
    for i, (one, d) in enumerate(zip(p, dp)):
        one = one.reshape(-1, 1)
        dz[i] = np.dot(np.diagflat(one) - np.dot(one, one.T), d)
    dh = np.dot(dz, W2.T) * h * (1 - h)
    W2 -= 0.5 * np.dot(h.T, dz)
    b2 -= 0.5 * dz.sum(axis=0, keepdims=True)
    W1 -= 0.5 * np.dot(X.T, dh)
    b1 -= 0.5 * dh.sum(axis=0, keepdims=True)
"""
# One sample at a time; of the cost's two terms one has a sign of its own.
HALVES = """
import numpy as np
rng = np.random.RandomState(4)
X, Y = rng.randn(9, 3), rng.uniform(0.2, 0.8, (9, 1))
W1, W2 = rng.randn(3, 4), rng.randn(4, 1)
for epoch in range(9):
    for x, y in zip(X, Y):
        x, y = x[None], y[None]
        h = np.tanh(x @ W1)
        p = 1 / (1 + np.exp(-(h @ W2)))
        print((1 - y) * np.log(1 - p) - y * np.log(p))
        d = p - y
        down = (d @ W2.T) * (1 - h ** 2)
        W2 = W2 - 0.1 * h.T @ d
        W1 = W1 - 0.1 * x.T @ down
"""


@pytest.mark.parametrize("text", [MERGED, JACOBIANS], ids=["merged biases", "Jacobians"])
def test_right_steps_are_right_by_the_loss_that_is_computed_elsewhere(text: str) -> None:
    found = diagnosed(text)
    assert (found.verdict, found.network["loss"]) == ("correct", "cross_entropy"), found.missing


def test_steps_right_for_a_loss_that_is_not_the_programs_own_are_wrong() -> None:
    found = diagnosed(JACOBIANS.replace("-np.eye(4)[y] / p / len(p)", "(p - np.eye(4)[y]) / len(p)"))
    assert found.verdict == "wrong"
    assert found.first_fault is not None
    assert (found.first_fault.layer, found.first_fault.quantity) == (2, "delta")


def test_one_term_of_a_cost_is_not_the_loss_that_steps_are_held_against() -> None:
    assert diagnosed(HALVES).verdict.startswith("correct")
    alone = HALVES.replace("(1 - y) * np.log(1 - p) - y", "-y")
    assert diagnosed(alone).verdict == "wrong"


def test_what_is_added_and_taken_away_again_is_no_step() -> None:
    for last, steps in (("", 0), ("W = W - 0.1 * before\nprint(cost(W))\n", 1)):
        with watch(source(CHECKED + last)) as session:
            assert len(lineage(Tape(session.run(updates=100)))) == steps


UNSCORED = """
import numpy as np

class Fitted:
    def __init__(self, n_inputs, n_hidden, n_outputs):
        self.V, self.U = np.random.randn(n_inputs, n_hidden), np.random.randn(n_hidden, n_outputs)

    def fit(self, X, y):
        for round in range(5000):
            h = np.tanh(X @ self.V)
            d = h @ self.U - y
            down = (d @ self.U.T) * (1 - h * h)
            self.U -= 0.01 * h.T @ d
            self.V -= 0.01 * X.T @ down

    def score(self, X, y):
        return np.mean((np.tanh(X @ self.V) @ self.U - y) ** 2)
"""


def test_what_is_called_by_us_is_not_run_on_for_a_loss_that_it_does_not_come_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, run = [0], Session.run

    def counted(session: Session, inject: Any = None, updates: int = 3, events: int | None = None) -> Recording:
        asked.append(events or 0)
        return run(session, inject, updates, events)

    monkeypatch.setattr(Session, "run", counted)
    assert diagnosed(UNSCORED).verdict.startswith("correct")
    assert 0 < max(asked) <= EVENTS
