"""The pattern finder: each way of being wrong is named, placed, and not mistaken for another."""

import numpy as np
import pytest

from verify.patterns import describe, find_pattern
from verify.patterns.arrangements import ARRANGEMENTS
from verify.patterns.relations import RELATIONS

RIGHT = np.random.default_rng(7).normal(size=(3, 4))
SQUARE = np.random.default_rng(8).normal(size=(3, 3))
BOUND = 1e-12


def changed(array, index, change):
    """Return a copy of ``array`` with ``change`` applied at ``index``."""
    copy = array.copy()
    copy[index] = change(copy[index])
    return copy


def negate(a):
    return -a


RELATED = [
    ("zero", np.zeros_like, "zero in 12 of 12 entries"),
    ("sign", negate, "sign flipped in 12 of 12 entries"),
    ("factor", lambda a: 2 * a, "twice what it should be in 12 of 12 entries"),
    ("factor", lambda a: a / 2, "half of what it should be in 12 of 12 entries"),
    ("factor", lambda a: -2 * a, "a constant factor of -2 in 12 of 12 entries"),
    ("factor", lambda a: 1.5 * a, "a constant factor of 1.5 (3/2) in 12 of 12 entries"),
    ("factor", lambda a: a / 8, "a constant factor of 0.125 (1/8: is 8 the batch size?) in 12 of 12 entries"),
    ("factor", lambda a: 32 * a, "a constant factor of 32 (is 32 the batch size?) in 12 of 12 entries"),
    ("factor", lambda a: 0.31731 * a, "a constant factor of 0.317310 in 12 of 12 entries"),
    ("factor", lambda a: (1 + 1e-8) * a, "a constant factor of 1.000000010 in 12 of 12 entries"),
    ("shift", lambda a: a + 0.25, "0.25 is added in 12 of 12 entries"),
    ("single precision", lambda a: a.astype(np.float32), "rounded to single precision in 12 of 12 entries"),
    ("arrangement", np.abs, "the absolute value of what it should be"),
    ("arrangement", np.flipud, "what it should be with its rows in reverse order"),
    ("arrangement", np.fliplr, "what it should be with its columns in reverse order"),
    ("arrangement", lambda a: a.reshape(4, 3).T, "what it should be, read in column-major order"),
    ("arrangement", lambda a: 0 * a + a.mean(0), "what it should be, averaged over the rows"),
    ("order", lambda a: a[[1, 0, 2]], "the right numbers in another order"),
]


@pytest.mark.parametrize(("name", "mistake", "words"), RELATED, ids=[words for _, _, words in RELATED])
def test_a_mistake_made_everywhere_is_named(name, mistake, words):
    pattern = find_pattern(mistake(RIGHT), RIGHT, BOUND)
    assert (pattern.name, pattern.words) == (name, words)
    assert pattern.advice


PLACED = [
    (RIGHT, (2, 1), "sign flipped in one entry: [2, 1]"),
    (RIGHT, 2, "sign flipped in 4 of 12 entries: row 2 only"),
    (RIGHT, [0, 2], "sign flipped in 8 of 12 entries: rows 0, 2 only"),
    (RIGHT, (slice(None), 1), "sign flipped in 3 of 12 entries: column 1 only"),
    (RIGHT, RIGHT < 0, f"sign flipped in {(RIGHT < 0).sum()} of 12 entries: those that should be negative"),
    (SQUARE, np.eye(3, dtype=bool), "sign flipped in 3 of 9 entries: the diagonal only"),
    (SQUARE, ~np.eye(3, dtype=bool), "sign flipped in 6 of 9 entries: off the diagonal only"),
    (RIGHT.reshape(-1), slice(5), "sign flipped in 5 of 12 entries: the first 5"),
    (RIGHT.reshape(-1), slice(9, None), "sign flipped in 3 of 12 entries: the last 3"),
    (RIGHT.reshape(-1), [1, 3, 8], "sign flipped in 3 of 12 entries"),
    (RIGHT.reshape(3, 2, 2), (slice(None), 1), "sign flipped in 6 of 12 entries: axis 1, index 1 only"),
]


@pytest.mark.parametrize(("right", "index", "words"), PLACED, ids=[words for _, _, words in PLACED])
def test_a_mistake_made_in_some_entries_is_placed(right, index, words):
    if words.endswith("negative"):  # a flip of the negative entries is an absolute value: scale them instead
        words = words.replace("sign flipped", "a constant factor of 3 (is 3 the batch size?)")
        assert describe(changed(right, index, lambda a: 3 * a), right, BOUND) == words
        return
    assert describe(changed(right, index, negate), right, BOUND) == words


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (SQUARE.T, "the transpose of what it should be"),
        (changed(SQUARE, (1, 2), np.zeros_like), "zero in one entry: [1, 2]"),
        (changed(SQUARE, (1, 2), lambda a: 1.01732 * a), "off by up to 0.017 relative in one entry: [1, 2]"),
        (changed(SQUARE, (1, 2), lambda a: np.nan), "not finite in 1 of 9 entries, nan at [1, 2] first"),
        (changed(SQUARE, 0, lambda a: np.inf), "not finite in 3 of 9 entries, inf at [0, 0] first"),
        (changed(-SQUARE, (1, 1), lambda a: 5.0), "sign flipped in 8 of 9 entries; 1 more differ otherwise"),
        (SQUARE * (1 + np.arange(9).reshape(3, 3) / 7), None),
    ],
)
def test_other_mistakes_are_described(got, words):
    pattern = find_pattern(got, SQUARE, BOUND)
    assert pattern.words == words if words else pattern.name == "unexplained"


@pytest.mark.parametrize(
    ("got", "should_be", "words"),
    [
        (RIGHT.T, RIGHT, "shape (4, 3), should be (3, 4); its transpose is right"),
        (RIGHT, RIGHT.sum(0), "shape (3, 4), should be (4,); its sum over axis 0 is right"),
        (RIGHT, RIGHT.mean(1), "shape (3, 4), should be (3,); its mean over axis 1 is right"),
        (RIGHT[None], RIGHT, "shape (1, 3, 4), should be (3, 4); its numbers are right"),
        (RIGHT[:2], RIGHT, "shape (2, 4), should be (3, 4)"),
        (np.zeros(0), RIGHT, "shape (0,), should be (3, 4)"),
        (-RIGHT.T, RIGHT, "shape (4, 3), should be (3, 4)"),
    ],
)
def test_a_wrong_shape_is_described_with_the_step_that_mends_it(got, should_be, words):
    assert describe(got, should_be, BOUND) == words


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (1 / 8, "a constant factor of 0.125 (1/8: 8 is the batch size)"),
        (8, "a constant factor of 8 (8 is the batch size)"),
        (1 / 24, "a constant factor of 0.0416667 (1/24: 24 is the batch size times the number of outputs)"),
        (1 / 7, "a constant factor of 0.142857 (1/7)"),
        (-1 / 3, "a constant factor of -0.333333 (-1/3: 3 is the number of outputs)"),
    ],
)
def test_a_factor_is_traced_to_the_sizes_of_the_problem(factor, words):
    sizes = {"the batch size": 8, "the number of outputs": 3}
    assert describe(factor * RIGHT, RIGHT, BOUND, sizes) == f"{words} in 12 of 12 entries"


def test_entries_that_are_zero_either_way_do_not_speak_against_a_pattern():
    right = changed(RIGHT, 1, np.zeros_like)
    assert describe(-right, right, BOUND) == "sign flipped in all 8 entries that are not 0"


def test_a_value_where_zero_should_be_is_named():
    right = changed(RIGHT, 1, np.zeros_like)
    assert describe(RIGHT, right, BOUND) == "not 0, as it should be, in 4 of 12 entries: row 1 only"


def test_entries_without_a_finite_bound_are_left_out():
    bound = changed(np.full((3, 4), BOUND), (0, 0), lambda b: np.inf)
    assert describe(changed(RIGHT, (0, 0), negate), RIGHT, bound) is None


def test_a_discrepancy_barely_beyond_its_bound_is_no_pattern():
    assert find_pattern(RIGHT + 1.5, RIGHT, 1.0).name in {"unexplained", "shift"}
    assert find_pattern(1.001 * RIGHT, RIGHT, 0.0005 * np.abs(RIGHT)).name != "zero"


@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (3, 4)])
def test_what_agrees_has_no_pattern(shape):
    right = np.ones(shape)
    assert describe(right + BOUND / 2, right, BOUND) is None


def test_a_single_number_is_described():
    assert describe(-0.5, 0.5, BOUND) == "sign flipped in the one entry"
    assert describe(0.317, 0.5, BOUND) == "off by up to 0.37 relative in the one entry"


@pytest.mark.parametrize("poison", [np.nan, np.inf, 0.0, 1e300, 1e-300, 5e-324])
def test_no_number_raises_a_warning(poison):
    for index in ((0, 0), 0, slice(None)):
        assert describe(changed(RIGHT, index, lambda a: a * 0 + poison), RIGHT, BOUND)
        describe(RIGHT, changed(RIGHT, index, lambda a: a * 0 + poison), BOUND)


@pytest.mark.parametrize("table", [RELATIONS, ARRANGEMENTS])
def test_every_hypothesis_of_a_table_is_exercised_above(table):
    found = {find_pattern(mistake(RIGHT), RIGHT, BOUND).words.split(" in 12")[0] for _, mistake, _ in RELATED}
    names = {find_pattern(mistake(RIGHT), RIGHT, BOUND).name for _, mistake, _ in RELATED} | {"unwanted"}
    wanted = {getattr(record, "name", None) or record.words for record in table}
    assert wanted - {"the transpose of what it should be"} <= found | names
