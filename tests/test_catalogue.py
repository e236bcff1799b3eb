"""The catalogue of mistakes is whole: every id, every field, every equivalent, and how each one is seen."""

import re
from pathlib import Path

import pytest

import verify.student as student
from tests.students.scoring import EQUIVALENT
from verify.student.mistakes.catalogue import CATALOGUE, SEEN_OTHERWISE, Bug

IDS = {f"B{i}" for i in range(1, 62)}
every_bug = pytest.mark.parametrize("bug", CATALOGUE.values(), ids=CATALOGUE)


def searched() -> set[str]:
    """Return the ids that the search may name: those in the sources beside the catalogue."""
    sources = [p for p in Path(student.__file__).parent.rglob("*.py") if p.name != "catalogue.py"]
    return {id for p in sources for id in re.findall(r"\"(B\d+)\"", p.read_text(encoding="utf-8"))}


def test_every_id_is_there_once_and_in_order() -> None:
    assert list(CATALOGUE) == sorted(IDS, key=lambda id: int(id[1:]))
    assert all(id == bug.id for id, bug in CATALOGUE.items())


@every_bug
def test_every_field_says_something_short(bug: Bug) -> None:
    for text in (bug.name, bug.wrong, bug.right, bug.why, bug.fix):
        assert text == text.strip()
        assert 0 < len(text) <= 120
    assert bug.wrong != bug.right


@every_bug
def test_what_is_equivalent_is_so_both_ways(bug: Bug) -> None:
    assert set(bug.equivalents) <= IDS - {bug.id}
    assert all(bug.id in CATALOGUE[other].equivalents for other in bug.equivalents)


def test_the_zoo_accepts_only_what_the_catalogue_declares_equivalent() -> None:
    for one, other in map(sorted, EQUIVALENT):
        assert other in CATALOGUE[one].equivalents


def test_what_the_search_cannot_name_is_declared_with_how_it_is_seen_instead() -> None:
    assert IDS - searched() <= set(SEEN_OTHERWISE) <= IDS
    assert all(SEEN_OTHERWISE.values())
