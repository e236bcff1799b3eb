"""The first wrong line, where a value is right where it was made and wrong where it is used."""

import pytest

from tests.student_networks import PROGRAM, diagnosis_of, line_of

BESIDE = PROGRAM.replace("    d_hidden = back * slope(hidden)\n", "    steep = slope(hidden)\n")
BESIDE = BESIDE.replace("data.T @ d_hidden", "data.T @ (back * steep)").replace(
    "d_hidden.sum(axis=0)", "(back * steep).sum(axis=0)"
)
HELPED = PROGRAM.replace("return v * (1 - v)", "return squash(v) * (1 - squash(v))")
HELPED = HELPED.replace("slope(out)", "slope(z2)").replace("slope(hidden)", "slope(z1)")
PENALTY = "0.05 * ((W1**2).sum() + (W2**2).sum())"
DECAYED = PROGRAM.replace("np.sum((out - target) ** 2)", f"np.sum((out - target) ** 2) + {PENALTY}")
DECAYED = DECAYED.replace("    W2 -=", "    grad2 += 0.1 * W2\n    grad1 += 0.1 * W1\n    W2 -=", 1)


@pytest.mark.parametrize(
    ("right", "old", "new", "bug", "guilty"),
    [
        (BESIDE, "(back * steep)", "back", "B11", "grad1 = data.T @ back"),
        (HELPED, "slope(z1)", "slope(hidden)", "B8", "d_hidden = back * slope(hidden)"),
        (DECAYED, "grad1 += 0.1 * W1", "grad1 += 0.1 * grad1", "B13", "grad1 += 0.1 * grad1"),
    ],
    ids=["a derivative left out", "a helper that is right for the output", "a penalty of the gradient itself"],
)
def test_the_line_is_where_it_goes_wrong(right: str, old: str, new: str, bug: str, guilty: str) -> None:
    assert diagnosis_of(right).verdict.startswith("correct")
    program = right.replace(old, new)
    told = diagnosis_of(program)
    assert told.verdict == "wrong"
    assert told.bugs[0].id == bug
    assert told.first_fault is not None
    assert told.first_fault.line == line_of(program, guilty)
