"""Comparing blocks of numbers with their bounds: wrong, inconclusive, below resolution, and the worst entry."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from verify.agreement import Comparison, compare, worst

INF, NAN = np.inf, np.nan


def one(got: float, should_be: float, bound: float) -> Comparison:
    """Compare a single number."""
    return compare([("z", 1)], *(([np.array([v])]) for v in (got, should_be, bound)))


@pytest.mark.parametrize(
    ("got", "should_be", "bound", "wrong", "inconclusive", "below"),
    [
        (1.0, 1.0, 0.0, 0, 0, 0),
        (1.0, 1.0 + 1e-9, 1e-8, 0, 0, 0),
        (1.0, 1.0 + 1e-9, 1e-10, 1, 0, 0),
        (1.0, 2.0, 0.0, 1, 0, 0),
        (NAN, 1.0, 0.5, 1, 0, 0),
        (INF, 1.0, 0.5, 1, 0, 0),
        (1.0, NAN, 0.5, 0, 1, 0),
        (1.0, INF, 0.5, 0, 1, 0),
        (1.0, 1.0, INF, 0, 1, 0),
        (1.0, 2.0, NAN, 0, 1, 0),
        (NAN, NAN, NAN, 0, 1, 0),
        (1e-9, 2e-9, 1e-8, 0, 0, 1),
        (0.0, 0.0, 1e-8, 0, 0, 0),
        (0.0, 1e-9, 1e-8, 0, 0, 1),
    ],
)
def test_an_entry_is_right_wrong_inconclusive_or_below_resolution(
    got: float, should_be: float, bound: float, wrong: int, inconclusive: int, below: int
) -> None:
    found = one(got, should_be, bound)
    assert (found.wrong[0], found.inconclusive[0], found.below_resolution[0]) == (wrong, inconclusive, below)
    assert found.agrees == (not wrong)


def test_blocks_are_counted_apart_and_the_first_wrong_one_is_named() -> None:
    got = [np.zeros((2, 2)), np.array([1.0, 2.0, 3.0]), np.zeros((0, 3)), np.array([[5.0]])]
    should_be = [np.zeros((2, 2)), np.array([1.0, 2.5, 3.0]), np.zeros((0, 3)), np.array([[6.0]])]
    bound = [np.full((2, 2), 1e-9), np.array([1.0, 0.25, INF]), np.zeros((0, 3)), np.array([[0.5]])]
    found = compare([("z", 1), ("a", 1), ("dW", 1), ("dX", 0)], got, should_be, bound)
    assert found.compared.tolist() == [4, 3, 0, 1]
    assert found.wrong.tolist() == [0, 1, 0, 1]
    assert found.inconclusive.tolist() == [0, 1, 0, 0]
    assert found.fraction.tolist() == [0, 2, 0, 2]
    assert found.first_wrong == 1
    assert worst(found.rows[1]) == (1,)


def test_what_agrees_has_no_first_wrong_block() -> None:
    found = one(1.0, 1.0, 0.1)
    assert (found.agrees, found.first_wrong) == (True, None)


def test_a_wholly_unjudged_block_has_fraction_0() -> None:
    assert one(1.0, 2.0, INF).fraction.tolist() == [0]


def test_the_worst_entry_is_the_largest_share_of_its_own_bound_not_the_largest_difference() -> None:
    row = (np.array([[10.0, 1.0], [0.0, 0.0]]), np.zeros((2, 2)), np.array([[100.0, 0.1], [1.0, NAN]]))
    assert worst(row) == (0, 1)


def test_a_single_precision_block_is_compared_in_double() -> None:
    found = compare([("z", 1)], [np.float32([0.1])], [np.array([0.1])], [np.array([1e-9])])
    assert found.wrong.tolist() == [1]


@given(
    npst.arrays(np.float64, (3, 2), elements=st.floats()),
    npst.arrays(np.float64, (3, 2), elements=st.floats()),
    npst.arrays(np.float64, (3, 2), elements=st.floats(0)),
)
def test_every_entry_has_one_outcome_whatever_the_numbers(
    got: np.ndarray, should_be: np.ndarray, bound: np.ndarray
) -> None:
    found = compare([("z", 1)], [got], [should_be], [bound])
    judged = np.isfinite(should_be) & np.isfinite(bound)
    assert found.inconclusive[0] == (~judged).sum()
    with np.errstate(all="ignore"):
        right = (got == should_be) | (np.abs(got - should_be) <= bound)
    assert found.wrong[0] == (judged & ~right).sum()
    assert found.fraction[0] >= 0
