"""Richardson extrapolation: exact where it should be, honest elsewhere, silent always."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from verify.ladder import Estimate, U, extrapolate, extrapolate_settled, narrower

LEVELS = 4
FIRST_STEP = 2.0**-9
STEPS = FIRST_STEP / 2.0 ** np.arange(LEVELS)
FINEST = STEPS[-1]
ANALYTIC = {
    "sin": (np.sin, np.cos),
    "exp": (np.exp, np.exp),
    "tanh": (np.tanh, lambda x: 1 / np.cosh(x) ** 2),
    "log": (lambda x: np.log(x + 9), lambda x: 1 / (x + 9)),
    "rational": (lambda x: 1 / (1 + x * x), lambda x: -2 * x / (1 + x * x) ** 2),
}


def central(f, x, steps=STEPS):
    """Return the ladder of central differences of f at x, (levels, n)."""
    h = steps[:, None]
    return (f(x + h) - f(x - h)) / (2 * h)


def estimate(f, x, valid=None):
    """Return the extrapolated derivative of f at the points x, with the rounding noise of 4 ulp of f."""
    differences = central(f, x)
    valid = np.ones(differences.shape, bool) if valid is None else valid
    return extrapolate(differences, valid, np.full(x.shape, FINEST), 8 * U * np.abs(f(x)))


@pytest.mark.parametrize("degree", range(2 * LEVELS + 1))
def test_a_polynomial_up_to_the_order_of_the_ladder_is_differentiated_exactly(degree):
    steps = 2.0 ** -np.arange(LEVELS)  # wide steps: only the order, not smallness, can make this exact
    x = np.array([1.0, -2.0, 0.5])
    got = extrapolate(central(lambda t: t**degree, x, steps), np.ones((LEVELS, 3), bool), np.full(3, steps[-1]), 0 * x)
    np.testing.assert_allclose(got.value, degree * x ** max(degree - 1, 0), rtol=1e-13, atol=1e-15)


def test_a_polynomial_beyond_the_order_is_not_exact_and_the_bar_says_so():
    steps = 2.0 ** -np.arange(LEVELS)
    x = np.ones(1)
    got = extrapolate(central(lambda t: t**9, x, steps), np.ones((LEVELS, 1), bool), np.full(1, steps[-1]), 0 * x)
    assert 1e-6 < abs(got.value[0] - 9) < got.bar[0]


@pytest.mark.parametrize("name", ANALYTIC)
def test_the_error_of_an_analytic_function_stays_inside_its_bar(name):
    f, derivative = ANALYTIC[name]
    x = np.random.default_rng(1).uniform(-3, 3, 2000)
    got = estimate(f, x)
    ratio = np.abs(got.value - derivative(x)) / got.bar
    assert ratio.max() < 1
    assert np.median(got.bar / (np.abs(derivative(x)) + np.abs(f(x)))) < 1e-10  # and the bar is no wild guess


def test_equal_levels_come_back_exactly_as_they_are():
    differences = np.full((LEVELS, 3), 1 / 3)
    got = extrapolate(differences, np.ones((LEVELS, 3), bool), np.ones(3), np.zeros(3))
    assert (got.value == 1 / 3).all()
    np.testing.assert_allclose(got.bar, 2 * U / 3)


def test_the_noise_of_one_evaluation_is_divided_by_the_finest_step():
    got = extrapolate(np.zeros((LEVELS, 2)), np.ones((LEVELS, 2), bool), np.array([0.5, 0.25]), np.array([3.0, 3.0]))
    np.testing.assert_array_equal(got.bar, [12, 24])


@pytest.mark.parametrize("invalid", range(LEVELS))
def test_levels_coarser_than_an_invalid_one_are_not_used(invalid):
    x = np.linspace(-1, 1, 5)
    valid = np.ones((LEVELS, 5), bool)
    valid[invalid] = False
    got = estimate(np.exp, x, valid)
    usable = LEVELS - 1 - invalid
    if usable < 2:
        assert np.isnan(got.value).all()
        assert np.isinf(got.bar).all()
        return
    shorter = extrapolate(
        central(np.exp, x)[invalid + 1 :], valid[invalid + 1 :], np.full(5, FINEST), 8 * U * np.abs(np.exp(x))
    )
    np.testing.assert_array_equal(got.value, shorter.value)
    np.testing.assert_array_equal(got.bar, shorter.bar)


def test_an_invalid_level_of_one_entry_leaves_the_others_alone():
    x = np.linspace(-1, 1, 5)
    valid = np.ones((LEVELS, 5), bool)
    valid[1, 2] = False
    whole, patched = estimate(np.exp, x), estimate(np.exp, x, valid)
    changed = whole.value != patched.value
    assert changed.tolist() == [False, False, True, False, False]


@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf])
def test_a_level_that_is_not_finite_counts_as_invalid(poison):
    differences = central(np.sin, np.zeros(3))
    differences[0, 1] = poison
    differences[-1, 2] = poison
    got = extrapolate(differences, np.ones((LEVELS, 3), bool), np.full(3, FINEST), np.full(3, U))
    np.testing.assert_allclose(got.value[:2], 1, atol=1e-12)
    assert np.isnan(got.value[2])
    assert np.isinf(got.bar[2])


def test_a_single_level_is_the_plain_central_difference_without_an_error_bar():
    differences = central(np.sin, np.zeros(2), np.array([2.0**-6]))
    got = extrapolate(differences, np.ones((1, 2), bool), np.ones(2), np.zeros(2))
    np.testing.assert_array_equal(got.value, differences[0])
    assert np.isinf(got.bar).all()


@pytest.mark.parametrize("levels", [2, 3, 5])
def test_a_ladder_of_any_length_is_used_whole(levels):
    differences = central(np.sin, np.zeros(2), 2.0**-6 / 2.0 ** np.arange(levels))
    got = extrapolate(differences, np.ones((levels, 2), bool), np.ones(2), np.zeros(2))
    assert (np.abs(got.value - 1) < got.bar).all()


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0,)])
def test_the_shape_of_the_entries_is_kept(shape):
    differences = np.ones((LEVELS, *shape))
    got = extrapolate(differences, np.ones((LEVELS, *shape), bool), np.ones(shape), np.zeros(shape))
    assert got.value.shape == got.bar.shape == shape


@given(
    hnp.arrays(np.float64, (LEVELS, 3), elements=st.floats(width=64)),
    hnp.arrays(bool, (LEVELS, 3)),
    hnp.arrays(np.float64, 3, elements=st.floats(width=64)),
)
def test_any_input_gives_no_warning_and_nan_and_an_infinite_bar_come_together(differences, valid, noise):
    got = extrapolate(differences, valid, np.full(3, FINEST), noise)
    np.testing.assert_array_equal(np.isnan(got.value), np.isinf(got.bar))
    assert not np.isnan(got.bar).any()


def settled(f, x, noise):
    """Return the estimates of f's derivative that a bound of its rounding noise lets stand."""
    differences = central(f, x)
    return extrapolate_settled(differences, np.ones(differences.shape, bool), np.full(x.shape, FINEST), noise)


@pytest.mark.parametrize("name", ANALYTIC)
def test_a_ladder_of_short_steps_has_settled_and_keeps_its_bar(name):
    f, _ = ANALYTIC[name]
    x = np.linspace(-2, 2, 101)
    noise = 8 * U * (1 + np.abs(f(x)))
    got, plain = settled(f, x, noise), estimate(f, x)
    np.testing.assert_array_equal(got.value, plain.value)
    assert np.isfinite(got.bar).all()


@pytest.mark.parametrize(("swing", "wave"), [(10, 300), (30, 300), (20, 600), (80, 300)])
def test_of_bars_that_are_wrong_because_steps_are_longer_than_the_waves_next_to_none_stands(swing, wave):
    x = np.linspace(0, 1, 2000)
    f = lambda t: np.sin(swing * np.sin(wave * t))  # noqa: E731 - a layer that magnifies what the one before moved
    slope = swing * wave * np.cos(wave * x) * np.cos(swing * np.sin(wave * x))
    plain, got = estimate(f, x), settled(f, x, 8 * U * np.ones_like(x))
    wrong = np.abs(plain.value - slope) > 3 * plain.bar
    assert wrong.sum() >= 3
    assert np.isinf(got.bar[wrong]).mean() > 0.99
    assert np.isnan(got.value[np.isinf(got.bar)]).all()


def test_changes_within_the_rounding_do_not_unsettle_a_ladder():
    x = np.linspace(1, 2, 200)
    f = lambda t: 1 + 1e-13 * t  # noqa: E731 - nothing but rounding moves the differences
    got = settled(f, x, 2 * U * np.ones_like(x))
    assert np.isfinite(got.bar).all()
    assert (np.abs(got.value - 1e-13) <= got.bar).all()


def test_levels_that_cannot_be_used_do_not_unsettle_the_others():
    differences = np.array([[9.0], [-5.0], [1 + 1e-6], [1.0]])
    valid = np.array([[False], [False], [True], [True]])
    got = extrapolate_settled(differences, valid, np.ones(1), np.full(1, 1e-16))
    assert np.isfinite(got.bar).all()
    assert np.isinf(extrapolate_settled(differences, ~(valid & False), np.ones(1), np.full(1, 1e-16)).bar).all()


def test_of_two_ladders_the_narrower_bar_is_taken_widened_by_how_far_they_lie_apart():
    one = Estimate(np.array([1.0, 1.0, np.nan, 1.0]), np.array([0.1, 0.1, np.inf, 0.1]))
    other = Estimate(np.array([1.0625, 2.0, 3.0, 1.0]), np.array([0.015625, 0.01, 0.5, 0.2]))
    value, bar = narrower(one, other)
    assert value.tolist() == [1.0625, 1.0, 3.0, 1.0]
    assert bar.tolist() == [0.078125, 0.1, 0.5, 0.1]
