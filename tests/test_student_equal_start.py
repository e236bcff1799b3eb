"""Parameters that start equal: one cannot be told from another until they are given other values."""

import pytest

from tests.student_runs import diagnosed

EQUAL = """
import numpy as np

def f(z):
    return 1 / (1 + np.exp(-z))

X, Y = np.array([[0.2, 0.7], [0.4, 0.1], [0.9, 0.3]]), np.array([[0, 1], [1, 0], [1, 1]])
W1, b1 = {start}((2, 2){more}), np.zeros((1, 2))
W2, b2 = {start}((2, 2){more}), np.zeros((1, 2))
for i in range(1000):
    z1 = X.dot(W1) + b1
    a1 = f(z1)
    a2 = f(a1.dot(W2) + b2)
    d2 = (a2 - Y) * a2 * (1 - a2)
    d1 = d2.dot(W2.T) * {slope}
    W2 -= 0.5 * a1.T.dot(d2)
    b2 -= 0.5 * d2.sum(axis=0, keepdims=True)
    W1 -= 0.5 * X.T.dot(d1)
    b1 -= 0.5 * d1.sum(axis=0, keepdims=True)
"""
STARTS = [("np.ones", ""), ("np.zeros", ""), ("np.full", ", 0.5")]


@pytest.mark.parametrize(("start", "more"), STARTS)
def test_weights_that_all_start_equal_are_judged_at_others(start: str, more: str) -> None:
    verdicts = {}
    for slope in ("a1 * (1 - a1)", "f(a1) * (1 - f(a1))"):
        said = diagnosed(EQUAL.format(start=start, more=more, slope=slope))
        assert said.network["sizes"] == [2, 2, 2]
        verdicts[slope] = (said.verdict, [bug.id for bug in said.bugs])
    assert list(verdicts.values()) == [("correct", []), ("wrong", ["B8"])]
