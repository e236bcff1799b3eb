"""Dropout between two layers: a mask is part of the activation, and what the way back does with it is judged."""

import numpy as np
import pytest

from tests.student_networks import PROGRAM
from tests.student_runs import diagnosed, line_of
from verify.student.reading.dropout import dropped

KEEP = "keep = (rng.random(hidden.shape) > 0.4) / 0.6"
DROPPING = PROGRAM.replace("    z2 =", f"    {KEEP}\n    hidden_kept = hidden * keep\n    z2 =")
DROPPING = DROPPING.replace("z2 = hidden @", "z2 = hidden_kept @").replace("grad2 = hidden.T", "grad2 = hidden_kept.T")
DROPPING = DROPPING.replace("back = d_out @ W2.T", "down = d_out @ W2.T\n    back = down * keep")


@pytest.mark.parametrize("mask", [KEEP, "keep = np.floor(rng.random(hidden.shape) + 0.6) / 0.6"])
def test_a_network_with_dropout_is_right(mask: str) -> None:
    told = diagnosed(DROPPING.replace(KEEP, mask))
    assert told.verdict.startswith("correct")
    assert told.network["activations"] == ["sigmoid(dropout)", "sigmoid"]


@pytest.mark.parametrize(
    "masked", ["down", "down * (keep > 0)", "down * keep / 0.6"], ids=["no mask", "not rescaled", "twice"]
)
def test_a_mask_that_the_way_back_leaves_out_is_named_where_it_is_missing(masked: str) -> None:
    program = DROPPING.replace("back = down * keep", f"back = {masked}")
    told = diagnosed(program)
    assert told.verdict == "wrong"
    assert told.bugs[0].id == "B56"
    assert told.first_fault is not None
    assert (told.first_fault.layer, told.first_fault.quantity) == (1, "delta")
    assert told.first_fault.line == line_of(program, f"back = {masked}")


def test_a_mask_that_is_drawn_anew_on_the_way_back_is_another_batchs() -> None:
    program = DROPPING.replace("    down =", f"    {KEEP.replace('keep', 'again', 1)}\n    down =")
    program = program.replace("back = down * keep", "back = down * again")
    told = diagnosed(program)
    assert (told.verdict, told.bugs[0].id) == ("wrong", "B29"), told
    assert told.first_fault is not None
    assert (told.first_fault.layer, told.first_fault.quantity) == (1, "delta")
    assert told.first_fault.line == line_of(program, "again = ")


def test_what_a_threshold_cuts_off_is_no_dropout() -> None:
    z = np.random.default_rng(0).normal(size=(6, 5))
    assert dropped(z, np.where(z > 0.7, np.tanh(z), 0)) is None
    assert dropped(z, np.where(np.abs(z) < 9, np.tanh(z), 0)) is None


def test_the_mask_and_the_function_are_told_from_their_product() -> None:
    rng = np.random.default_rng(0)
    z, mask = rng.normal(size=(6, 5)), (rng.random((6, 5)) > 0.4) / 0.6
    found = dropped(z, np.where(z > 0, z, 0.3 * z) * mask)
    assert found is not None
    assert found.name == "leaky_relu(0.3, dropout)"
    assert np.allclose(found.derivative(z), np.where(z > 0, 1, 0.3) * mask)
