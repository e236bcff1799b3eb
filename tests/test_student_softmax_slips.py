"""Slips at a softmax on the way back: its sum over the batch, the derivative of outputs that stand alone."""

import pytest

from tests.student_runs import diagnosed, line_of

NETWORK = """
import numpy as np

rng = np.random.default_rng(6)
X, Y = rng.normal(size=(9, 4)), np.eye(3)[rng.integers(0, 3, 9)]
W, V = rng.normal(size=(4, 5)), rng.normal(size=(5, 3))
for step in range(100):
    H = np.tanh(X @ W)
    S = H @ V
    P = np.exp(S) / np.exp(S).sum(axis=1, keepdims=True)
    loss = -np.sum(Y * np.log(P)) / 9
    D = (P - Y) / 9
    G = (D @ V.T) * (1 - H**2)
    V -= 0.1 * H.T @ D
    W -= 0.1 * X.T @ G
"""
OF_LOG = "g = -Y / 9\n    D = g - P * g.sum(axis=AXIS, keepdims=True)"
AGAIN = "Q = np.exp(S) / np.exp(S).sum(axis=0)\n    D = (Q - Y) / 9"
ALONE = "g = -(Y / P + (1 - Y) / (1 - P)) / 9\n    D = g * P * (1 - P)"


@pytest.mark.parametrize(
    ("wrong", "bug", "guilty"),
    [(OF_LOG.replace("AXIS", "0"), "B38", "D = g - P"), (AGAIN, "B38", "Q = np.exp"), (ALONE, "B39", "D = g * P")],
    ids=["the sum of its derivative over the batch", "its own sum over the batch", "a sign inside, entry by entry"],
)
def test_a_slip_at_a_softmax_has_its_name_and_line(wrong: str, bug: str, guilty: str) -> None:
    text = NETWORK.replace("D = (P - Y) / 9", wrong)
    said = diagnosed(text)
    assert (said.verdict, said.bugs[0].id) == ("wrong", bug), said
    assert said.first_fault is not None
    assert (said.first_fault.quantity, said.first_fault.line) == ("delta", line_of(text, guilty))


def test_the_derivative_of_its_logarithm_is_right_with_the_sum_over_the_classes() -> None:
    text = NETWORK.replace("D = (P - Y) / 9", OF_LOG.replace("AXIS", "1"))
    assert diagnosed(text).verdict == "correct"


def test_the_sum_over_the_batch_is_told_where_the_logarithm_is_taken_that_the_output_is_made_of() -> None:
    right = "L = S - np.log(np.exp(S).sum(axis=1, keepdims=True))\n    loss = -np.sum(Y * L) / 9\n    P = np.exp(L)"
    text = NETWORK.replace("    P = np.exp(S) / np.exp(S).sum(axis=1, keepdims=True)\n", "").replace(
        "loss = -np.sum(Y * np.log(P)) / 9", right
    )
    assert diagnosed(text).verdict == "correct"
    said = diagnosed(text.replace("axis=1", "axis=0"))
    assert (said.verdict, [bug.id for bug in said.bugs]) == ("forward differs", ["B38"])
    assert said.first_fault is not None
    assert said.first_fault.text.startswith("L = S")
