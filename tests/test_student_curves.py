"""Which activation a program computes, told from its values: also the mistaken ones that are made often."""

import numpy as np
import pytest

from reference.arrays import Array
from tests.student_networks import PROGRAM
from tests.student_runs import diagnosed, line_of
from verify.student.reading.curves import matching_curves

Z = np.random.default_rng(5).normal(size=(4, 3))
E = np.exp(Z)


@pytest.mark.parametrize(
    ("name", "a"),
    [
        ("sigmoid", 1 / (1 + np.exp(-Z))),
        ("sigmoid(-1 z)", 1 / (1 + E)),
        ("arctan", np.arctan(Z)),
        ("softmax", E / E.sum(axis=1, keepdims=True)),
        ("softmax over the batch", E / E.sum(axis=0)),
        ("softmax over all entries", E / E.sum()),
    ],
)
def test_an_activation_is_known_by_its_values(name: str, a: Array) -> None:
    assert next(matching_curves(Z, a)).name == name


def test_a_softmax_summed_over_everything_is_told_by_its_name_and_line() -> None:
    program = PROGRAM.replace("    out = squash(z2)\n", "    out = np.exp(z2) / np.sum(np.exp(z2))\n")
    diagnosis = diagnosed(program.replace("d_out = (out - target) * slope(out)", "d_out = out - target"))
    assert diagnosis.verdict == "forward differs"
    assert diagnosis.bugs[0].id == "B38"
    assert diagnosis.first_fault is not None
    assert diagnosis.first_fault.line == line_of(program, "out = np.exp(z2)")


def test_an_activation_that_no_table_has_is_differentiated_as_it_is_computed() -> None:
    program = PROGRAM.replace("return 1 / (1 + np.exp(-v))", "return 1 / 1 + np.exp(-v)")  # e^-z + 1: no sigmoid
    diagnosis = diagnosed(program)
    assert diagnosis.verdict == "wrong"
    assert diagnosis.network["activations"] == ["`1 / 1 + np.exp(-v)`"] * 2
    assert [bug.id for bug in diagnosis.bugs] == ["B40"]
    assert diagnosis.first_fault is not None
    assert diagnosis.first_fault.line == line_of(program, "return v * (1 - v)")
    assert diagnosed(program.replace("return v * (1 - v)", "return 1 - v")).exit_code == 0  # its own derivative


HALF_SLOPED = PROGRAM.replace("hidden = squash(z1)", "hidden = bent(z1)").replace(
    "back * slope(hidden)", "back * 0.5 * ((z1 > -1) & (z1 < 1))"
)
BENT = "def bent(v):\n    return {text}\n\n\nfor epoch"


@pytest.mark.parametrize(
    "text",
    [
        "np.clip((v + 1) / 2, 0, 1)",
        "np.minimum(np.maximum(v / 2 + 0.5, 0), 1)",
        "np.where(v > 1, 1, np.where(v < -1, 0, 0.5 * v + 0.5))",
        "0.25 * (np.abs(v + 1) - np.abs(v - 1)) + 0.5",
    ],
)
def test_an_activation_in_pieces_that_no_table_has_is_differentiated_piece_by_piece(text: str) -> None:
    program = HALF_SLOPED.replace("for epoch", BENT.format(text=text))
    assert diagnosed(program).exit_code == 0, diagnosed(program).missing
    wrong = diagnosed(program.replace("back * 0.5 *", "back *"))
    assert wrong.verdict == "wrong"
    assert wrong.first_fault is not None
    assert (wrong.first_fault.layer, wrong.first_fault.quantity) == (1, "delta")


UNKNOWN = """
import numpy as np
rng = np.random.default_rng(1)
X, y = rng.normal(size=(20, 4)), rng.integers(0, 2, size=(20, 1)).astype(float)
bent = np.vectorize(lambda t: 0 if t <= -1 else t / 2 + 0.5 if t < 1 else 1, otypes=[float])
W1, W2 = rng.normal(size=(4, 3)), rng.normal(size=(3, 1))
for epoch in range(10):
    z = X @ W1
    h = bent(z)
    o = 1 / (1 + np.exp(-(h @ W2)))
    print(np.mean((o - y) ** 2))
    d = 2 * (o - y) * o * (1 - o) / 20
    below = d @ W2.T * 0.5 * ((z > -1) & (z < 1))
    W2 -= 0.3 * h.T @ d
    W1 -= 0.3 * X.T @ below
"""


def test_a_hidden_layer_whose_activation_is_unknown_is_not_held_against_the_targets() -> None:
    assert diagnosed(UNKNOWN).verdict == "correct"  # by the slopes of its own loss
    told = diagnosed(UNKNOWN.replace("    print(np.mean((o - y) ** 2))\n", ""))
    assert told.verdict == "inconclusive"
    assert "the activation of a hidden layer" in told.missing[0]
