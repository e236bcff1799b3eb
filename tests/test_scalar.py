"""The scalar twins: names, conventions, agreement with the table, and no exception for any float."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import ELEMENTWISE, Elementwise
from reference.arrays import Array
from reference.scalar import TWINS, vectorized

EPS = 2.0**-52  # one ulp of f is at most EPS |f|
UNDERFLOW = 1e-305  # a subnormal result has lost its relative accuracy, and factors up to 800 may magnify it
NUDGE = 1e-6  # the relative step of the second derivative's estimate, which needs two digits at most

names = pytest.mark.parametrize("name", ELEMENTWISE)


def points(entry: Elementwise) -> Array:
    """Return the entry's domain, its special points with their neighbours, its extremes and every scale."""
    special = np.array([kink.at for kink in entry.kinks] + list(entry.seams) + [0.0])
    magnitudes = 10.0 ** np.linspace(-307, 308, 124)
    return np.concatenate(
        [
            np.linspace(*entry.domain, 401),
            np.linspace(-60, 60, 241),
            np.linspace(-760, 760, 153),
            *(np.nextafter(special, side) for side in (-np.inf, np.inf)),
            special,
            entry.extremes,
            magnitudes,
            -magnitudes,
        ]
    )


def discrepancy_allowed(f: Array, zf_prime: Array) -> Array:
    """Return 8 (1 + k) ulp of f, k = |z f' / f|: each side may err by half of it."""
    return 8 * EPS * (np.abs(f) + np.abs(zf_prime)) + UNDERFLOW


def z_times_second_derivative(z: Array, first: Array, beyond: Array, before: Array) -> Array:
    """Return |z f''| by the smaller one-sided difference, so that a kink beside z does not excuse anything."""
    return np.minimum(np.abs(beyond - first), np.abs(first - before)) / NUDGE


def test_every_elementwise_entry_has_a_twin_and_no_twin_is_left_over() -> None:
    assert set(TWINS) == set(ELEMENTWISE)


@names
def test_the_forward_of_entry_and_twin_agree_over_all_of_float64(name: str) -> None:
    z, twin = points(ELEMENTWISE[name]), vectorized(TWINS[name])
    should_be = twin.forward(z)
    with np.errstate(over="ignore"):
        bound = discrepancy_allowed(should_be, z * twin.derivative(z))
    assert np.isfinite(should_be).all()
    assert (np.abs(ELEMENTWISE[name].forward(z) - should_be) <= bound).all()


@names
def test_the_derivative_of_entry_and_twin_agree_over_all_of_float64(name: str) -> None:
    z, twin = points(ELEMENTWISE[name]), vectorized(TWINS[name])
    should_be = twin.derivative(z)
    curvature = z_times_second_derivative(
        z, should_be, twin.derivative(z * (1 + NUDGE)), twin.derivative(z * (1 - NUDGE))
    )
    discrepancy = np.abs(ELEMENTWISE[name].derivative(z) - should_be)
    assert np.isfinite(should_be).all()
    assert (discrepancy <= discrepancy_allowed(should_be, curvature)).all()


@pytest.mark.parametrize(
    ("name", "at", "value"), [(e.name, kink.at, kink.derivative) for e in ELEMENTWISE.values() for kink in e.kinks]
)
def test_the_twin_keeps_the_convention_at_a_kink(name: str, at: float, value: float) -> None:
    assert TWINS[name].derivative(at) == value


@names
def test_entry_and_twin_agree_at_the_infinities_and_at_nan(name: str) -> None:
    z, twin = np.array([-np.inf, np.inf, np.nan]), vectorized(TWINS[name])
    with np.errstate(invalid="ignore"):  # sin at an infinity
        np.testing.assert_array_equal(twin.forward(z), ELEMENTWISE[name].forward(z))
        np.testing.assert_array_equal(twin.derivative(z), ELEMENTWISE[name].derivative(z))


@names
@given(z=st.floats())
def test_a_twin_returns_a_float_for_any_float(name: str, z: float) -> None:
    for value in (TWINS[name].forward(z), TWINS[name].derivative(z)):
        assert isinstance(value, float)


@names
@given(z=st.floats(allow_nan=False, allow_infinity=False))
def test_a_twin_is_a_number_at_every_finite_point(name: str, z: float) -> None:
    assert math.isfinite(TWINS[name].derivative(z))
    assert not math.isnan(TWINS[name].forward(z))


@pytest.mark.parametrize(("name", "z"), [("relu", [0, 1, 2]), ("elu", [-1, 1])])
def test_a_vectorized_twin_of_integers_gives_float64(name: str, z: list[int]) -> None:
    result = vectorized(TWINS[name]).forward(z)
    assert result.dtype == np.float64
    np.testing.assert_array_equal(result, [TWINS[name].forward(float(n)) for n in z])


def test_a_vectorized_twin_takes_an_empty_array() -> None:
    assert vectorized(TWINS["tanh"]).derivative(np.empty((0, 3))).shape == (0, 3)
