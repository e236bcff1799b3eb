"""The exact oracle itself: its truths are derivatives of each other, its ulps are ulps."""

import dataclasses
import math

import mpmath
import numpy as np
import pytest

from reference import ACTIVATIONS, ELEMENTWISE, InputError
from verify.oracles.exact import (
    DIGITS,
    central_difference,
    complex_step,
    condition,
    context,
    stratified_points,
    ulp_error,
    ulp_errors,
)
from verify.oracles.truths import TRUTHS

mp = context()
POINTS = (-700.0, -30.0, -2.5, -1.5, -0.3, -1e-9, 1e-9, 0.3, 1.5, 2.5, 5.0, 30.0, 350.0)  # away from every kink


@pytest.mark.parametrize("name", TRUTHS)
def test_the_true_derivative_is_the_slope_of_the_true_forward(name: str) -> None:
    truth = TRUTHS[name]
    for z in map(mp.mpf, POINTS):
        slope = central_difference(lambda x: truth.forward(mp, x[0]), [z], 0)
        assert abs(slope - truth.derivative(mp, z)) <= mp.mpf("1e-28") * (abs(slope) + abs(truth.forward(mp, z) / z))


def test_the_complex_step_differentiates_to_the_last_digit() -> None:
    z = np.linspace(0.1, 3, 30)
    np.testing.assert_allclose(complex_step(lambda x: np.exp(x) * x**3, z), np.exp(z) * (z**3 + 3 * z**2), rtol=2e-15)


def test_the_complex_step_follows_a_direction() -> None:
    z, direction = np.array([1.0, 2.0, 3.0]), np.array([1.0, 0.0, -2.0])
    np.testing.assert_allclose(complex_step(lambda x: (x**2).sum(), z, direction), 2 * z @ direction, rtol=1e-15)


def test_the_neighbouring_float_is_one_ulp_away() -> None:
    for x in (1.0, 3.7, 1e300, 1e-300):
        ulp, fraction = ulp_error(math.nextafter(x, math.inf), mp.mpf(x), mp.zero)
        assert ulp == 1
        assert fraction == 0.25


def test_the_bound_grows_with_the_condition_number() -> None:
    assert ulp_error(math.nextafter(1.0, 2), mp.one, mp.mpf(9)) == (1, 1 / 40)


def test_a_subnormal_value_is_measured_absolutely() -> None:
    assert ulp_error(0.0, mp.mpf("1e-310"), mp.zero)[1] <= 1e-5
    assert ulp_error(1e-304, mp.mpf("1e-310"), mp.zero)[1] > 1


@pytest.mark.parametrize(("got", "wrong"), [(math.inf, 0), (-math.inf, math.inf), (1.7e308, math.inf)])
def test_beyond_the_largest_float_only_the_right_infinity_will_do(got: float, wrong: float) -> None:
    assert ulp_error(got, mp.mpf("1e309"), mp.zero) == (wrong, wrong)


@pytest.mark.parametrize("got", [math.nan, math.inf, -math.inf])
def test_no_number_where_one_should_be_is_infinitely_wrong(got: float) -> None:
    assert ulp_error(got, mp.one, mp.zero) == (math.inf, math.inf)


def test_condition_numbers_of_textbook_functions() -> None:
    assert condition(lambda x: x[0] ** 3, [mp.mpf(7)]) == pytest.approx(3)
    assert condition(lambda x: mp.exp(x[0]), [mp.mpf(-20)]) == pytest.approx(20)
    assert condition(lambda x: x[0] - x[1], [mp.mpf(100), mp.mpf(99)]) == pytest.approx(199)
    assert condition(lambda x: x[0], [mp.zero]) == 0


def test_mpmaths_own_context_is_left_alone() -> None:
    assert mp.dps == DIGITS
    assert mpmath.mp.dps == 15
    assert mpmath.mp is not mp


@pytest.mark.parametrize("error", [1e-3, 1e-9, 1e-14])
def test_a_planted_error_passes_the_bound(error: float, monkeypatch: pytest.MonkeyPatch) -> None:
    tanh = ELEMENTWISE["tanh"]
    planted = dataclasses.replace(tanh, derivative=lambda z: (1 + error) * tanh.derivative(z))
    monkeypatch.setitem(ACTIVATIONS, "tanh", planted)
    forward, derivative = ulp_errors("tanh", np.linspace(-1, 1, 21))
    assert forward.fraction.max() <= 1 < derivative.fraction.max()
    assert derivative.ulp[10] == pytest.approx(error * 2**53, rel=1)


def test_the_points_reach_every_corner_of_float64() -> None:
    z = stratified_points(ELEMENTWISE["silu"], np.random.default_rng(0), 20)
    assert {0.0, 5e-324, -np.finfo(np.float64).max} <= set(z)
    assert np.abs(z[z != 0]).min() < 1e-307
    assert np.isfinite(z).all()
    assert np.abs(z + 1.278464542761074).min() < 1e-15  # the root of silu'


def test_the_neighbours_of_each_kink_are_among_the_points() -> None:
    z = set(stratified_points(ELEMENTWISE["relu6"], np.random.default_rng(0), 1))
    assert {math.nextafter(6, 7), 6.0, math.nextafter(6, 5), math.nextafter(0, 1)} <= z


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"activation: got 'tanhh'.*tanh.*did you mean 'tanh'"):
        ulp_errors("tanhh", [0.0])


def test_a_row_wise_name_is_refused() -> None:
    with pytest.raises(InputError, match="activation: got 'softmax'"):
        ulp_errors("softmax", [0.0])
