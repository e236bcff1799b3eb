"""check_gradients at kinks, jumps and noise: inconclusive, never wrong."""

import numpy as np
import pytest

from tests.known_functions import POINT, squares
from verify.functions import check_gradients

KINKED = {
    "relu": (lambda x: np.maximum(x, 0).sum(), lambda x: (x > 0) * 1.0, "slope 0.000 below, 1.000 above, got 0.000"),
    "relu the other way": (lambda x: np.maximum(x, 0).sum(), lambda x: (x >= 0) * 1.0, "got 1.000"),
    "abs, which central differences alone take for 0": (
        lambda x: np.abs(x).sum(),
        np.sign,
        "slope -1.000 below, 1.000 above, got 0.000",
    ),
    "a small kink on a large slope": (lambda x: (100 * x + np.abs(x)).sum(), lambda x: 100 + np.sign(x), "a kink"),
    "a jump": (lambda x: np.floor(x).sum(), lambda x: 0 * x, "the differences do not settle"),
}


@pytest.mark.parametrize("name", KINKED)
def test_a_kink_at_the_point_is_inconclusive_with_its_slopes_and_distance(name):
    f, gradient, words = KINKED[name]
    check = check_gradients(f, gradient, [0.0, 1.25, -1.25], seed=1)
    assert check.verdict == "inconclusive"
    assert (check.rows[0].wrong, check.rows[0].inconclusive) == (0, 1)
    assert "x[0]: inconclusive" in str(check)
    assert words in str(check)
    assert "try: move the point away" in str(check)


@pytest.mark.parametrize("distance", [1e-3, 1e-4, 1e-5, 1e-6])
def test_a_wrong_slope_beside_a_kink_is_still_found(distance):
    check = check_gradients(lambda x: np.maximum(x, 0).sum(), lambda x: (x > 0) * 1.001, [distance], seed=1)
    assert check.verdict == "disagree"


def test_a_few_kinks_among_many_entries_leave_the_verdict_alone():
    x = np.concatenate([[0.0], np.linspace(1, 2, 200)])
    check = check_gradients(lambda x: np.maximum(x, 0).sum(), lambda x: (x > 0) * 1.0, x, seed=1)
    assert check.verdict == "agree"
    assert "x[0]: inconclusive, a kink within" in str(check)


def test_many_kinks_are_not_all_listed():
    check = check_gradients(lambda x: np.abs(x).sum(), np.sign, np.zeros(10), seed=1)
    assert "and 7 more" in str(check)


def test_a_gradient_too_small_to_be_seen_is_below_resolution_and_not_passed():
    check = check_gradients(lambda x: 1 + 1e-20 * x.sum(), lambda x: 0 * x + 1e-20, POINT, seed=1)
    assert check.verdict == "inconclusive"
    assert check.rows[0].below_resolution == 3
    assert "nothing can be told from 0" in str(check)


def test_a_random_f_cannot_be_judged():
    rng = np.random.default_rng(0)
    check = check_gradients(lambda x: squares(x) * rng.random(), lambda x: 2 * x, POINT)
    assert check.verdict == "inconclusive"
    assert "f differs from call to call" in str(check)
