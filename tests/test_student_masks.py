"""The mask of a unit that is cut: of another layer, of the error, of no batch at all, or not there."""

import pytest

from tests.student_runs import diagnosed, line_of

LEAKY = """
import numpy as np

rng = np.random.default_rng(2)
X, Y = rng.normal(size=(9, 3)), rng.normal(size=(9, 2))
W1, W2, W3 = rng.normal(size=(3, 4)), rng.normal(size=(4, 4)), rng.normal(size=(4, 2))


def leaky(z):
    return np.where(z > 0, z, 0.2 * z)


def slope(z):
    return np.where(z > 0, 1, 0.2)


for step in range(60):
    z1 = X @ W1
    a1 = leaky(z1)
    z2 = a1 @ W2
    a2 = leaky(z2)
    out = a2 @ W3
    loss = 0.5 * np.sum((out - Y) ** 2)
    d3 = out - Y
    e2 = d3 @ W3.T
    d2 = e2 * slope(z2)
    e1 = d2 @ W2.T
    d1 = e1 * slope(z1)
    W3 -= 0.01 * a2.T @ d3
    W2 -= 0.01 * a1.T @ d2
    W1 -= 0.01 * X.T @ d1
"""


@pytest.mark.parametrize(
    ("right", "wrong", "layer"),
    [
        ("d1 = e1 * slope(z1)", "d1 = e1 * slope(e1)", 1),
        ("d1 = e1 * slope(z1)", "d1 = e1 * slope(z2)", 1),
        ("d2 = e2 * slope(z2)", "d2 = e2.copy()\n    d2[None] *= 0.2", 2),
    ],
    ids=["of the error", "of another layer", "none"],
)
def test_a_mask_that_is_not_the_layers_own_is_named(right: str, wrong: str, layer: int) -> None:
    assert LEAKY.count(right) == 1
    text = LEAKY.replace(right, wrong)
    said = diagnosed(text)
    assert (said.verdict, said.bugs[0].id) == ("wrong", "B29"), said
    assert said.first_fault is not None
    assert (said.first_fault.layer, said.first_fault.quantity) == (layer, "delta")
    assert said.first_fault.line == line_of(text, wrong.rpartition("\n")[2].strip())


def test_right_masks_are_right() -> None:
    assert diagnosed(LEAKY).verdict == "correct"


ONE_SAMPLE = """
import numpy as np

rng = np.random.default_rng(7)
X, T = rng.normal(size=(20, 5)), np.eye(4)[rng.integers(0, 4, 20)]
U, c = rng.normal(size=(4, 5)), np.zeros(4)
V, b = rng.normal(size=(4, 4)), np.zeros(4)
for sweep in range(10):
    for x, t in zip(X, T):
        s = U @ x + c
        h = np.maximum(s, 0)
        p = 1 / (1 + np.exp(-(V @ h + b)))
        loss = 0.5 * np.sum((p - t) ** 2)
        dq = (p - t) * p * (1 - p)
        dh = V.T @ dq
        ds = dh * (s > 0)
        U -= 0.1 * np.outer(ds, x)
        c -= 0.1 * ds
        V -= 0.1 * np.outer(dq, h)
        b -= 0.1 * dq
"""


@pytest.mark.parametrize(
    ("right", "wrong", "bug"),
    [
        ("dh * (s > 0)", "dh.copy()", "B11"),
        ("dh * (s > 0)", "dh * (dh > 0)", "B29"),
        ("V.T @ dq", "np.sum(V * dq, axis=0)", "B12"),
    ],
)
def test_what_a_mistake_in_all_units_makes_is_none_of_a_few_units(right: str, wrong: str, bug: str) -> None:
    assert ONE_SAMPLE.count(right) == 1
    said = diagnosed(ONE_SAMPLE.replace(right, wrong))
    assert (said.verdict, said.bugs[0].id) == ("wrong", bug), said
    assert "in entry" not in said.bugs[0].wrong


IN_A_CLASS = """
import numpy as np


class Relu:
    def __init__(self):
        self.mask = None

    def forward(self, x):
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dout[self.mask] = 0
        return dout


rng = np.random.default_rng(8)
X, Y = rng.normal(size=(9, 3)), rng.normal(size=(9, 2))
W1, W2 = rng.normal(size=(3, 5)), rng.normal(size=(5, 2))
relu = Relu()
for step in range(60):
    h = relu.forward(X @ W1)
    out = h @ W2
    loss = 0.5 * np.sum((out - Y) ** 2)
    d2 = out - Y
    d1 = relu.backward(d2 @ W2.T)
    W2 -= 0.01 * h.T @ d2
    W1 -= 0.01 * X.T @ d1
"""


def test_a_mask_that_forward_names_and_does_not_keep_is_missing_there() -> None:
    text = IN_A_CLASS.replace("self.mask = x <= 0", "mask = x <= 0").replace(" out[self.mask]", " out[mask]")
    said = diagnosed(text)
    assert (said.verdict, said.bugs[0].id) == ("wrong", "B29"), said
    assert said.first_fault is not None
    assert said.first_fault.text == "mask = x <= 0"
    assert diagnosed(IN_A_CLASS).verdict == "correct"


def test_a_slope_of_1_that_is_multiplied_by_is_lost_on_the_negative_side_and_not_missing() -> None:
    text = LEAKY.replace("np.where(z > 0, 1, 0.2)", "np.where(z > 0, 1, 1)")
    assert text != LEAKY
    assert [bug.id for bug in diagnosed(text).bugs][:1] == ["B42"]
    assert [bug.id for bug in diagnosed(LEAKY.replace("e1 * slope(z1)", "e1")).bugs][:1] == ["B11"]
