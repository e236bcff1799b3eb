"""The element-wise activations: true to the last digits, silent everywhere, and honest at their kinks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import DTypeLike, NDArray

from reference import ELEMENTWISE, Elementwise
from reference.arrays import Array
from reference.elementwise.entry import BLOCK
from verify.oracles.exact import complex_step, stratified_points, ulp_errors

ANALYTIC = {name: entry for name, entry in ELEMENTWISE.items() if entry.analytic is not None}
AT_INFINITY = {name: entry for name, entry in ELEMENTWISE.items() if name != "sin"}  # sin has no value there
FUNCTIONS = {
    f"{name} {part}": getattr(entry, part) for name, entry in ELEMENTWISE.items() for part in ("forward", "derivative")
}

every_entry = pytest.mark.parametrize("entry", ELEMENTWISE.values(), ids=ELEMENTWISE)
every_analytic_entry = pytest.mark.parametrize("entry", ANALYTIC.values(), ids=ANALYTIC)
every_entry_at_infinity = pytest.mark.parametrize("entry", AT_INFINITY.values(), ids=AT_INFINITY)
every_function = pytest.mark.parametrize("f", FUNCTIONS.values(), ids=FUNCTIONS)
every_kink = pytest.mark.parametrize(
    ("entry", "kink"),
    [pytest.param(e, kink, id=f"{e.name} at {kink.at}") for e in ELEMENTWISE.values() for kink in e.kinks],
)
every_seam = pytest.mark.parametrize(
    ("entry", "seam"),
    [pytest.param(e, seam, id=f"{e.name} at {seam}") for e in ELEMENTWISE.values() for seam in e.seams],
)
both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def silent() -> np.errstate:
    """Return the context in which every floating-point warning but underflow is an error."""
    return np.errstate(over="raise", invalid="raise", divide="raise")


def everywhere(entry: Elementwise, dtype: DTypeLike) -> Array:
    """Return finite numbers of the given dtype from all of its range."""
    z = stratified_points(entry, np.random.default_rng(1), 40)
    limits = np.finfo(dtype)
    return np.concatenate([z, entry.extremes]).clip(limits.min, limits.max).astype(dtype)


@every_entry
def test_forward_and_derivative_are_within_their_bound_over_all_of_float64(entry: Elementwise) -> None:
    points = stratified_points(entry, np.random.default_rng(0), 60)
    for accuracy in ulp_errors(entry.name, points):
        assert accuracy.fraction.max() <= 1, points[accuracy.fraction.argmax()]


@pytest.mark.slow
@every_entry
def test_forward_and_derivative_are_within_their_bound_at_many_more_points(entry: Elementwise) -> None:
    rng = np.random.default_rng(0)
    points = np.concatenate([stratified_points(entry, rng, 2000), rng.uniform(*entry.domain, 10_000)])
    for accuracy in ulp_errors(entry.name, points):
        assert accuracy.fraction.max() <= 1, points[accuracy.fraction.argmax()]


@every_analytic_entry
def test_the_complex_step_confirms_the_derivative(entry: Elementwise) -> None:
    z = np.linspace(*entry.domain, 401)
    confirmed = complex_step(entry.analytic, z)
    np.testing.assert_allclose(entry.derivative(z), confirmed, rtol=1e-14, atol=1e-15)


@every_analytic_entry
def test_the_textbook_expression_confirms_the_forward(entry: Elementwise) -> None:
    z = np.linspace(*entry.domain, 401)
    np.testing.assert_allclose(entry.forward(z), entry.analytic(z), rtol=1e-13, atol=1e-15)


@both_dtypes
@every_entry
def test_no_finite_input_raises_a_floating_point_warning(entry: Elementwise, dtype: DTypeLike) -> None:
    z = everywhere(entry, dtype)
    with silent():
        forward, derivative = entry.forward(z), entry.derivative(z)
    assert not np.isnan(forward).any()
    assert np.isfinite(derivative).all()


@both_dtypes
@every_entry_at_infinity
def test_infinities_and_nan_raise_no_floating_point_warning(entry: Elementwise, dtype: DTypeLike) -> None:
    z = np.array([np.inf, -np.inf, np.nan, 1], dtype)
    with silent():
        forward, derivative = entry.forward(z), entry.derivative(z)
    assert not np.isnan(forward[[0, 1, 3]]).any()
    assert np.isfinite(derivative[[0, 1, 3]]).all()


@every_function
@pytest.mark.parametrize("infinity", [np.inf, -np.inf])
def test_only_sin_has_no_value_at_an_infinity(f: np.ufunc, infinity: float) -> None:
    with np.errstate(invalid="ignore"):
        assert np.isnan(f(infinity)) == (f.__name__.startswith("sin"))


@pytest.mark.parametrize("part", ["forward", "derivative"])
def test_sin_says_that_it_has_no_value_at_an_infinity(part: str) -> None:
    with pytest.warns(RuntimeWarning, match="invalid value"):
        assert np.isnan(getattr(ELEMENTWISE["sin"], part)(np.inf))


@every_entry_at_infinity
def test_at_an_infinity_the_derivative_is_its_limit(entry: Elementwise) -> None:
    np.testing.assert_array_equal(entry.derivative([-np.inf, np.inf]), entry.derivative([-1e300, 1e300]) + 0.0)


@every_entry
def test_nan_passes_through_the_forward(entry: Elementwise) -> None:
    with silent():
        np.testing.assert_array_equal(np.isnan(entry.forward([np.nan, 0.5, -np.nan])), [True, False, True])


@both_dtypes
@every_entry
def test_the_extremes_stay_finite(entry: Elementwise, dtype: DTypeLike) -> None:
    z = np.clip(entry.extremes, -1e37, 1e37).astype(dtype)
    assert np.isfinite(entry.forward(z)).all()
    assert np.isfinite(entry.derivative(z)).all()


@every_function
def test_float32_and_float64_are_kept_and_integers_and_booleans_become_float64(f: np.ufunc) -> None:
    kept = {dtype: f(np.ones(3, dtype)).dtype for dtype in (np.float64, np.float32, np.int64, np.uint8, np.bool_)}
    assert [d.name for d in kept.values()] == ["float64", "float32", "float64", "float64", "float64"]


@every_function
def test_float32_is_near_float64(f: np.ufunc) -> None:
    z = np.linspace(-8, 8, 4001).astype(np.float32)
    exact = f(z.astype(np.float64))
    np.testing.assert_allclose(f(z), exact, rtol=1e-5, atol=2e-7)


@every_kink
def test_at_a_kink_the_derivative_takes_its_stated_value(entry: Elementwise, kink: object) -> None:
    assert entry.derivative(kink.at) == kink.derivative
    assert entry.derivative(np.float32(kink.at)) == np.float32(kink.derivative)


@every_kink
def test_at_a_kink_the_derivative_jumps(entry: Elementwise, kink: object) -> None:
    left, right = (entry.derivative(np.nextafter(kink.at, side)) for side in (-np.inf, np.inf))
    assert abs(right - left) > 0.1
    assert kink.derivative in (left, right)


@every_seam
def test_at_a_seam_the_derivative_is_continuous_but_bends(entry: Elementwise, seam: float) -> None:
    left, here, right = (entry.derivative(seam + h) for h in (-1e-6, 0, 1e-6))
    assert abs(right - left) < 1e-5
    assert abs((right - here) - (here - left)) > 1e-7


@every_entry
def test_away_from_kinks_and_seams_the_derivative_is_continuous(entry: Elementwise) -> None:
    grid = np.linspace(*entry.domain, 20_001)
    breaks = np.array([kink.at for kink in entry.kinks] + [np.inf])
    smooth = np.abs(grid[:-1, None] - breaks).min(axis=1) > 2 * (grid[1] - grid[0])
    assert np.abs(np.diff(entry.derivative(grid)))[smooth].max() < 2e-3


@every_function
def test_a_number_gives_a_number(f: np.ufunc) -> None:
    for z in (0.5, np.float64(0.5), np.array(0.5), 1):
        assert np.ndim(f(z)) == 0
    assert f(0.5) == f(np.array([0.5]))[0]


@every_function
def test_a_list_is_read_as_an_array(f: np.ufunc) -> None:
    np.testing.assert_array_equal(f([[-1.5, 0.25], [2, 7]]), f(np.array([[-1.5, 0.25], [2, 7]])), strict=True)


@every_function
@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (1, 1), (2, 0, 5), (2, 3, 4)])
def test_the_shape_is_kept(f: np.ufunc, shape: tuple[int, ...]) -> None:
    assert f(np.full(shape, 0.3)).shape == shape


@every_function
@pytest.mark.parametrize("rows", [7, BLOCK // 2])  # below and above the size that is worked through in blocks
def test_the_layout_in_memory_does_not_matter(f: np.ufunc, rows: int) -> None:
    z = np.random.default_rng(2).normal(size=(rows, 6))
    should_be = f(z)
    np.testing.assert_array_equal(f(np.asfortranarray(z)), should_be)
    np.testing.assert_array_equal(f(z.T), should_be.T)
    np.testing.assert_array_equal(f(z[::2, ::-1]), should_be[::2, ::-1])


@every_function
@pytest.mark.parametrize("size", [BLOCK + 1, 3 * BLOCK - 5])
def test_a_large_array_gives_the_bits_of_its_pieces(f: np.ufunc, size: int) -> None:
    z = np.random.default_rng(3).normal(scale=3, size=size)
    in_pieces = np.concatenate([f(piece) for piece in np.array_split(z, 7)])
    assert f(z).tobytes() == in_pieces.tobytes()


@every_function
@pytest.mark.parametrize("size", [5, 2 * BLOCK])
def test_the_input_is_left_alone_and_not_handed_back(f: np.ufunc, size: int) -> None:
    z = np.linspace(-3, 3, size)
    before = z.copy()
    result = f(z)
    np.testing.assert_array_equal(z, before)
    assert not np.shares_memory(result, z)


@every_entry
def test_the_backward_pass_is_the_cotangent_times_the_derivative(entry: Elementwise) -> None:
    z, cotangent = np.random.default_rng(4).normal(size=(2, 5, 3))
    before = cotangent.copy()
    np.testing.assert_array_equal(entry.backward(z, cotangent), cotangent * entry.derivative(z), strict=True)
    np.testing.assert_array_equal(cotangent, before)


@every_entry
@given(z=npst.arrays(np.float64, npst.array_shapes(max_dims=3, max_side=5), elements=st.floats()))
def test_any_array_is_taken(entry: Elementwise, z: NDArray[np.float64]) -> None:
    with np.errstate(over="raise", divide="raise", invalid="ignore" if entry.name == "sin" else "raise"):
        forward, derivative = entry.forward(z), entry.derivative(z)
    assert forward.shape == derivative.shape == z.shape
    assert not np.isnan(forward[np.isfinite(z)]).any()
    assert np.isfinite(derivative[np.isfinite(z)]).all()
