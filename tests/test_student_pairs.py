"""Two mistakes in one program, as students' programs often have them: both are told."""

import pytest

from tests.student_networks import PROGRAM
from tests.student_runs import diagnosed, line_of

PENALISED = PROGRAM.replace("(out - target) ** 2)", "(out - target) ** 2) + 0.1 * (np.sum(W1 ** 2) + np.sum(W2 ** 2))")
PENALISED = PENALISED.replace("hidden.T @ d_out", "hidden.T @ d_out + 0.2 * W2")
PENALISED = PENALISED.replace("data.T @ d_hidden", "data.T @ d_hidden + 0.2 * W1")


@pytest.mark.parametrize(
    ("right", "changes", "bugs"),
    [
        (PROGRAM, {"d_out = (out - target) * slope(out)": "d_out = (out - target) ** 2"}, {"B24", "B4"}),
        (PROGRAM, {"back * slope(hidden)": "back * slope(z1) / 6"}, {"B9", "B15"}),
        (PENALISED, {"back * slope(hidden)": "back", "d_hidden.sum(axis=0)": "d_hidden.sum()"}, {"B11", "B1"}),
        (PENALISED, {"0.2 * W": "0.1 * W", "sum(axis=0)": "mean(axis=0)"}, {"B13", "B16"}),
        (PROGRAM, {"back * slope(hidden)": "back", "sum(axis=0)": "mean(axis=0)"}, {"B11", "B16"}),
    ],
    ids=["of one slope", "a constant beside a slope", "beside a penalty", "with the penalty", "a mean of every layer"],
)
def test_both_of_two_mistakes_are_named(right: str, changes: dict[str, str], bugs: set[str]) -> None:
    program = right
    for old, new in changes.items():
        program = program.replace(old, new)
    told = diagnosed(program)
    assert told.verdict == "wrong"
    assert bugs <= {bug.id for bug in told.bugs}
    assert "B40" not in {bug.id for bug in told.bugs}
    for bug in told.bugs:
        if bug.id == "B16":
            assert bug.line == line_of(program, "b2 -= 0.1 * d_out.mean")
