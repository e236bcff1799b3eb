"""The zoo itself: every program runs, the right ones are right, every mistake is where its table says."""

import ast
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from tests.students import scoring, tables
from tests.students.scoring import Answer, score
from tests.students.steps import Values, agree, common_scale, shortened, step_of
from tests.students.zoo import FOLDERS, RIGHT, Case, cases, edited, notebook

VERDICTS = (*RIGHT, "wrong", "forward differs", "cannot run", "inconclusive")
QUANTITIES = ("z", "a", "delta", "dW", "db", "dX", "update")
CATALOGUE = {f"B{i}" for i in range(1, 61)}
# Of the catalogue, what a file cannot carry on its own, and why.
INAPPLICABLE: dict[str, str] = {}

PROGRAMS = sorted({case.program for case in cases()})
SEEDS = (0, 1, 2)


def of(program: str) -> list[Case]:
    """Return the cases of one program."""
    return [case for case in cases() if case.program == program]


@cache
def measured(case_name: str, seed: int, steps: int = 1) -> tuple[Values, Values]:
    """Return the updates and the slopes of a right program."""
    case = named(case_name)
    return step_of(replace(case, check={**case.check, "steps": steps}), seed)


@cache
def named(name: str) -> Case:
    """Return one case."""
    return next(case for case in cases() if case.name == name)


def test_every_name_is_there_once() -> None:
    names = [case.name for case in cases()]
    assert len(names) == len(set(names))


def test_every_table_has_its_program_and_every_program_its_table() -> None:
    for folder in FOLDERS.values():
        assert {p.stem for p in folder.glob("*.py")} == {p.stem for p in folder.glob("*.toml")}


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_file_compiles(program: str) -> None:
    for case in of(program):
        ast.parse(shortened(case, 1), case.name)


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_truth_is_complete(program: str) -> None:
    for case in of(program):
        depth = len(case.network["sizes"]) - 1
        assert len(case.network["activations"]) == depth == len(case.check["W"]), case.name
        assert set(case.verdicts) <= set(VERDICTS), case.name
        assert case.verdicts, case.name
        assert set(case.bugs) <= CATALOGUE, case.name
        assert bool(case.bugs) == case.wrong, case.name
        assert all(1 <= layer <= depth and quantity in QUANTITIES for layer, quantity in case.faults), case.name
        assert bool(case.faults) or not (case.harmful and case.runs), case.name
        assert case.visible or case.why, case.name
        assert case.visible or not case.harmful, case.name
        assert all(1 <= line <= case.source.count("\n") + 1 for line in case.lines), case.name


def test_every_mistake_of_the_catalogue_occurs_or_says_why_it_cannot() -> None:
    occurring = {bug for case in cases() for bug in (*case.bugs, case.shows) if bug}
    assert occurring | set(INAPPLICABLE) == CATALOGUE
    assert not occurring & set(INAPPLICABLE)


def test_the_zoo_is_large_and_a_third_of_it_was_run_before_anyone_looked() -> None:
    wrong = [case for case in cases() if case.wrong]
    blind = [case for case in (*cases("blind"), *cases("once-blind")) if case.wrong]
    assert len(wrong) >= 200
    assert len(cases()) - len(wrong) >= 60
    assert 3 * len(blind) >= len(wrong)
    assert len({case.shape for case in cases()}) >= 14


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_mistake_changes_a_number_of_a_training_step(program: str) -> None:
    for case in of(program):
        if case.wrong and case.runs:
            theirs, _ = step_of(without_loss(case))
            right = right_updates(case.origin, case.check["steps"], case.check.get("setup", ""))
            assert different(theirs, right) == case.visible, case.name


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_file_that_cannot_run_raises(program: str) -> None:
    for case in of(program):
        if not case.runs:
            with pytest.raises((TypeError, ValueError, AttributeError, IndexError, NameError)):
                step_of(without_loss(case))


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_right_program_goes_down_its_own_loss(program: str) -> None:
    for case in of(program):
        if not case.wrong:
            updates, slopes = measured(case.name, 0)
            k = common_scale(updates, slopes)
            assert k > 0, case.name
            assert all(agree(updates, slopes, k)), case.name


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS)
def test_every_mistake_is_where_its_table_says(program: str) -> None:
    for case in of(program):
        backward = any(quantity not in "za" for _, quantity in case.faults[:1])
        if case.harmful and case.runs and case.check["steps"] == 1 and backward:
            wanted = expected(case)
            found = [picked(matches(case, SEEDS[0]), wanted)]
            # a unit that no sample of one point drives below zero may hide the mistake there, not at three points
            found += [picked(matches(case, seed), wanted) for seed in SEEDS[1:] if found[0] != wanted]
            assert {name: all(row[name] for row in found) for name in wanted} == wanted, (case.name, found)


def without_loss(case: Case) -> Case:
    """Return a case of which only the updates are measured."""
    return replace(case, check={k: v for k, v in case.check.items() if k != "loss"})


@cache
def right_updates(name: str, steps: int, setup: str) -> Values:
    """Return the right program's updates in the last of so many steps, from the start that a mistake has."""
    right = named(name)
    return step_of(without_loss(replace(right, check={**right.check, "steps": steps, "setup": setup})))[0]


def different(a: Values, b: Values) -> bool:
    """Return whether any number differs by more than its own rounding."""
    return any(u.shape != v.shape or not np.allclose(u, v, rtol=1e-7, atol=1e-12) for u, v in zip(a, b, strict=True))


def matches(case: Case, seed: int) -> dict[str, bool]:
    """Return which parameters' updates are right, up to the scale of one that the table calls right."""
    updates, slopes = step_of(case, seed)
    names = labels(case)
    sound = [i for i, name in enumerate(names) if expected(case).get(name)]
    k = scale(updates, slopes, sound) if sound else common_scale(*measured(case.origin, seed))
    return dict(zip(names, agree_in_shape(updates, slopes, k), strict=True))


def picked(found: dict[str, bool], wanted: dict[str, bool]) -> dict[str, bool]:
    """Return what was found of the parameters on which the table has something to say."""
    return {name: found[name] for name in wanted}


def scale(updates: Values, slopes: Values, sound: list[int]) -> float:
    """Return the factor on the first parameter that ought to be right."""
    return common_scale([updates[sound[0]]], [slopes[sound[0]]])


def agree_in_shape(updates: Values, slopes: Values, k: float) -> list[bool]:
    """Return ``agree``, and False where not even the shapes do."""
    shapes = [u.shape == s.shape for u, s in zip(updates, slopes, strict=True)]
    safe = [u if same else np.full_like(s, np.inf) for u, s, same in zip(updates, slopes, shapes, strict=True)]
    return agree(safe, slopes, k)


def labels(case: Case) -> list[str]:
    """Return "W1", "W2", "b1", "b2": the parameters in the order in which steps measure them."""
    return [f"{kind}{i}" for kind in "Wb" for i in range(1, len(case.check.get(kind, [])) + 1)]


def expected(case: Case) -> dict[str, bool]:
    """Return what the first fault says of each parameter: above it right; at it, the quantity's own wrong."""
    layer, quantity = case.faults[0]
    above = {name: True for name in labels(case) if int(name[1:]) > layer}
    has_bias = f"b{layer}" in labels(case)
    here = {f"W{layer}": False}
    if quantity == "db" and has_bias:
        here = {f"W{layer}": True, f"b{layer}": False}
    return above | here


CASE = named("xor_class-B11")


def test_an_edit_that_fits_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="occurs 2 times, should be once"):
        edited("a = 1\na = 1\n", [["a = 1", "a = 2"]], "program")


def test_a_notebook_has_the_cells_of_its_program() -> None:
    text = notebook("# %% [markdown]\n# title\n\n# %%\nx = 1\n")
    assert '"cell_type": "markdown"' in text
    assert '"x = 1"' in text


def test_a_right_answer_gets_every_mark() -> None:
    (layer, quantity), line = CASE.faults[0], CASE.lines[0]
    fault = {"layer": layer, "quantity": quantity, "index": [0, 0], "line": line}
    marks = score(CASE, Answer({"verdict": "wrong", "first_fault": fault, "bugs": [{"id": "B11"}]}, 1.0))
    assert (marks.detected, marks.fault, marks.first, marks.three, marks.line) == (True,) * 5
    assert not tables.bad(marks)


def test_an_equivalent_name_counts_and_another_does_not() -> None:
    case = named("xor_class-B3")
    for name, right in (("B30", True), ("B4", False)):
        assert score(case, Answer({"verdict": "wrong", "bugs": [{"id": name}]}, 1.0)).first is right


def test_an_objection_to_a_right_program_is_a_false_alarm() -> None:
    marks = score(named("xor_class"), Answer({"verdict": "wrong"}, 1.0))
    assert marks.false_alarm
    assert "| false alarms | 1 of 1 | 0 |" in tables.page([(named("xor_class"), Answer({}, 1.0), marks)], "seen")


def test_a_crash_is_counted_and_shown() -> None:
    given = Answer({}, 1.0, "crash: exit code 1, KeyError: 3")
    page = tables.page([(CASE, given, score(CASE, given))], "seen")
    assert "| crashed or out of time | 1 of 1 | 0 |" in page
    assert "KeyError: 3" in page


def test_no_equivalence_is_of_one() -> None:
    assert all(len(same) > 1 for same in scoring.EQUIVALENT)
