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
