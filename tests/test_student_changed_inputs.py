"""Activations that are changed in place on the way back, before the weights' gradient takes them."""

import pytest

from tests.student_runs import diagnosed, line_of

NETWORK = """
import numpy as np

rng = np.random.default_rng(4)
X, Y = rng.normal(size=(8, 3)), rng.uniform(0.1, 0.9, size=(8, 2))
W1, W2 = rng.normal(size=(3, 5)), rng.normal(size=(5, 2))


def slope_of(A):
    return 1 - A**2


for step in range(60):
    A1 = np.tanh(X @ W1)
    A2 = np.tanh(A1 @ W2)
    loss = 0.5 * np.sum((A2 - Y) ** 2)
    d2 = (A2 - Y) * (1 - A2**2)
    d1 = (d2 @ W2.T) * slope_of(A1)
    W2 -= 0.1 * A1.T @ d2
    W1 -= 0.1 * X.T @ d1
"""


@pytest.mark.parametrize(
    ("body", "guilty"),
    [
        ("    A *= A\n    return 1 - A\n", "A *= A"),
        ("    A[...] = 1 - A**2\n    return A\n", "A[...] ="),
        ("    S = A\n    S *= A\n    return 1 - S\n", "S = A"),
    ],
    ids=["squared", "their slopes", "under another name"],
)
def test_a_gradient_of_activations_that_were_changed_before_is_told_as_that(body: str, guilty: str) -> None:
    text = NETWORK.replace("    return 1 - A**2\n", body)
    said = diagnosed(text)
    assert (said.verdict, said.bugs[0].id) == ("wrong", "B28"), said
    assert said.first_fault is not None
    assert (said.first_fault.layer, said.first_fault.quantity) == (2, "dW")
    assert said.first_fault.line == line_of(text, guilty)


def test_activations_that_are_changed_when_nothing_needs_them_any_more_do_no_harm() -> None:
    text = NETWORK.replace("    W1 -= 0.1 * X.T @ d1", "    A1 *= A1\n    W1 -= 0.1 * X.T @ d1")
    assert text != NETWORK
    assert diagnosed(text).verdict == "correct"
