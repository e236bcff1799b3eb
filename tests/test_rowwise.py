"""Softmax and log-softmax: rows of probabilities to the last digits, and products with their Jacobians."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import DTypeLike, NDArray

from reference import ROWWISE, Rowwise
from reference.arrays import Array
from reference.rowwise import log_softmax, softmax, softmax_and_complement
from verify.oracles.exact import complex_step, condition, context, ulp_error
from verify.oracles.truths import ROW_TRUTHS, Number

mp = context()
every_entry = pytest.mark.parametrize("entry", ROWWISE.values(), ids=ROWWISE)
both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])
rows_of_floats = npst.arrays(
    np.float64, st.tuples(st.integers(0, 4), st.integers(1, 5)), elements=st.floats(allow_nan=False)
)


def sample_rows(count: int) -> list[Array]:
    """Return rows of every size from 1 to 6, of spreads from 1e-8 to 1e3, some far from 0."""
    rng = np.random.default_rng(0)
    rows = [rng.normal(size=1 + i % 6) * 10 ** rng.uniform(-8, 3) for i in range(count)]
    return [row + rng.choice([0, 0, 1e3, -1e6]) for row in rows]


def numbers(row: Array) -> list[Number]:
    """Return the row's entries in mpmath's arithmetic."""
    return [mp.mpf(x) for x in row.tolist()]


def worst_fraction(got: Array, true: Callable[[Sequence[Number], int], Number], arguments: Array) -> float:
    """Return the largest error of ``got`` as a fraction of 4 (1 + k) ulp."""
    x = numbers(arguments)
    return max(
        ulp_error(value, true(x, i), condition(lambda x, i=i: true(x, i), x))[1] for i, value in enumerate(got.tolist())
    )


def true_softmax_vjp(x: Sequence[Number], i: int) -> Number:
    """Return p_i sum_j p_j (g_i - g_j), of x = z and g in one list."""
    z, g = x[: len(x) // 2], x[len(x) // 2 :]
    p = ROW_TRUTHS["softmax"](mp, z)
    return p[i] * sum((q * (g[i] - h) for q, h in zip(p, g, strict=True)), mp.zero)


def true_log_softmax_vjp(x: Sequence[Number], i: int) -> Number:
    """Return sum_j (p_j g_i - p_i g_j), of x = z and g in one list."""
    z, g = x[: len(x) // 2], x[len(x) // 2 :]
    p = ROW_TRUTHS["softmax"](mp, z)
    return sum((q * g[i] - p[i] * h for j, (q, h) in enumerate(zip(p, g, strict=True)) if j != i), mp.zero)


TRUE_PRODUCTS = {"softmax": true_softmax_vjp, "log_softmax": true_log_softmax_vjp}


@every_entry
def test_each_entry_of_a_row_is_within_its_bound(entry: Rowwise) -> None:
    formula = ROW_TRUTHS[entry.name]
    for row in sample_rows(60):
        assert worst_fraction(entry.forward(row), lambda x, i: formula(mp, x)[i], row) <= 1, row


@every_entry
def test_each_entry_of_a_product_is_within_its_bound_in_saturated_rows_too(entry: Rowwise) -> None:
    rng = np.random.default_rng(1)
    for row in sample_rows(40):
        g = rng.normal(size=row.size)
        got = entry.derivative(row, g)
        assert worst_fraction(got, TRUE_PRODUCTS[entry.name], np.concatenate([row, g])) <= 1, (row, g)


@pytest.mark.slow
@every_entry
def test_each_entry_of_a_product_is_within_its_bound_in_many_more_rows(entry: Rowwise) -> None:
    rng = np.random.default_rng(2)
    for row in sample_rows(2000):
        g = rng.normal(size=row.size)
        got = entry.derivative(row, g)
        assert worst_fraction(got, TRUE_PRODUCTS[entry.name], np.concatenate([row, g])) <= 1, (row, g)


@every_entry
def test_the_complex_step_gives_the_same_jacobian(entry: Rowwise) -> None:
    z, cotangent = np.random.default_rng(3).uniform(*entry.domain, size=(2, 5))
    jacobian = np.stack([complex_step(entry.analytic, z, unit) for unit in np.eye(5)], axis=1)
    np.testing.assert_allclose(entry.derivative(z, cotangent), jacobian.T @ cotangent, rtol=1e-12, atol=1e-15)


@every_entry
def test_the_textbook_expression_confirms_the_forward(entry: Rowwise) -> None:
    z = np.random.default_rng(4).uniform(*entry.domain, size=(20, 5))
    np.testing.assert_allclose(entry.forward(z), entry.analytic(z), rtol=1e-13)


@every_entry
def test_a_product_sums_to_0_because_a_shift_of_the_row_changes_nothing(entry: Rowwise) -> None:
    z, cotangent = np.random.default_rng(5).normal(size=(2, 30, 7))
    product = entry.derivative(z, cotangent)
    slack = 8 * 7 * np.finfo(np.float64).eps * np.abs(cotangent).sum(axis=-1)
    assert (np.abs(product.sum(axis=-1)) <= slack).all()


@given(rows_of_floats)
def test_softmax_rows_are_probabilities_that_sum_to_1(z: NDArray[np.float64]) -> None:
    p = softmax(z)
    assert ((p >= 0) & (p <= 1)).all()
    possible = (z > -np.inf).any(axis=-1)
    np.testing.assert_allclose(p.sum(axis=-1)[possible], 1, rtol=4e-16 * z.shape[-1])


@given(rows_of_floats)
def test_softmax_and_its_complement_sum_to_1(z: NDArray[np.float64]) -> None:
    p, complement = softmax_and_complement(z)
    possible = (z > -np.inf).any(axis=-1)
    assert (complement >= 0).all()
    np.testing.assert_allclose((p + complement)[possible], 1, rtol=4e-16 * z.shape[-1])


def test_the_complement_keeps_its_digits_where_p_rounds_to_1() -> None:
    _, complement = softmax_and_complement(np.array([0.0, -100.0, -101.0]))
    assert complement[0] == pytest.approx(np.exp(-100) + np.exp(-101), rel=1e-15)


def test_log_softmax_keeps_its_digits_where_p_rounds_to_1() -> None:
    assert log_softmax(np.array([0.0, -100.0]))[0] == pytest.approx(-np.exp(-100), rel=1e-15)


@every_entry
@pytest.mark.parametrize("shift", [1.0, -1024.0, 2.0**40])
def test_a_shift_that_is_exact_changes_no_bit(entry: Rowwise, shift: float) -> None:
    z = np.array([[0.5, -2.25, 3.0], [0.0, 0.0, -7.5]])
    np.testing.assert_array_equal(entry.forward(z + shift), entry.forward(z))


@every_entry
def test_permuting_a_row_permutes_the_result(entry: Rowwise) -> None:
    z = np.random.default_rng(6).normal(size=(4, 6))
    order = np.array([3, 0, 5, 1, 4, 2])
    np.testing.assert_allclose(entry.forward(z[:, order]), entry.forward(z)[:, order], rtol=1e-15)


@pytest.mark.parametrize("value", [0.0, -3.5, 1e300, -1e300, np.inf])
@pytest.mark.parametrize("K", [1, 2, 5, 24])
def test_equal_entries_share_equally(value: float, K: int) -> None:
    np.testing.assert_allclose(softmax(np.full(K, value)), 1 / K, rtol=1e-15)
    np.testing.assert_allclose(log_softmax(np.full(K, value)), -np.log(K), rtol=1e-15)


@pytest.mark.parametrize(
    ("row", "p"),
    [
        ([np.inf, 0], [1, 0]),
        ([np.inf, 1e308, np.inf], [0.5, 0, 0.5]),
        ([-np.inf, 0], [0, 1]),
        ([-np.inf, -1e308, -1e308], [0, 0.5, 0.5]),
        ([1e308, -1e308], [1, 0]),
        ([-np.inf, -np.inf], [0, 0]),
    ],
)
def test_infinite_and_extreme_logits_give_the_limit(row: list[float], p: list[float]) -> None:
    np.testing.assert_array_equal(softmax(np.array(row)), p)


def test_nan_spreads_over_its_row_only() -> None:
    z = np.array([[0.0, np.nan, 1.0], [0.0, 1.0, 2.0]])
    for entry in ROWWISE.values():
        np.testing.assert_array_equal(np.isnan(entry.forward(z)), [[True] * 3, [False] * 3])


@both_dtypes
@every_entry
def test_nothing_raises_a_floating_point_warning(entry: Rowwise, dtype: DTypeLike) -> None:
    largest = np.finfo(dtype).max
    values = np.array([0, -0.0, 1, -745, 745, largest, -largest, np.inf, -np.inf, np.nan], dtype)
    z = np.array([[a, b] for a in values for b in values], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        entry.forward(z)
        product = entry.derivative(z, np.ones_like(z))
    assert np.isfinite(product[~np.isnan(z).any(axis=-1)]).all()


@every_entry
def test_the_extremes_leave_the_row_finite(entry: Rowwise) -> None:
    for extreme in entry.extremes:
        z = np.array([extreme, 0.0, 1.0])
        assert np.isfinite(entry.forward(z)).all()
        assert np.isfinite(entry.derivative(z, np.array([1.0, -1.0, 2.0]))).all()


@both_dtypes
@every_entry
@pytest.mark.parametrize("shape", [(3,), (4, 3), (2, 4, 3), (0, 3), (4, 1)])
def test_shape_and_dtype_are_kept(entry: Rowwise, shape: tuple[int, ...], dtype: DTypeLike) -> None:
    z = np.random.default_rng(7).normal(size=shape).astype(dtype)
    for result in (entry.forward(z), entry.derivative(z, z)):
        assert (result.shape, result.dtype) == (shape, np.dtype(dtype))


@every_entry
def test_rows_do_not_see_each_other(entry: Rowwise) -> None:
    z, g = np.random.default_rng(8).normal(size=(2, 2, 4, 3))
    for i, j in np.ndindex(2, 4):
        np.testing.assert_array_equal(entry.forward(z)[i, j], entry.forward(z[i, j]))
        np.testing.assert_array_equal(entry.derivative(z, g)[i, j], entry.derivative(z[i, j], g[i, j]))


@every_entry
def test_the_layout_in_memory_does_not_matter(entry: Rowwise) -> None:
    z, g = np.random.default_rng(9).normal(size=(2, 6, 8))
    np.testing.assert_allclose(entry.forward(np.asfortranarray(z)), entry.forward(z), rtol=1e-15)
    np.testing.assert_array_equal(entry.forward(z[::2]), entry.forward(z)[::2])
    np.testing.assert_array_equal(entry.derivative(z[::-1], g[::-1]), entry.derivative(z, g)[::-1])


@every_entry
def test_the_inputs_are_left_alone_and_not_handed_back(entry: Rowwise) -> None:
    z, g = np.random.default_rng(10).normal(size=(2, 3, 4))
    before = z.copy(), g.copy()
    for result in (entry.forward(z), entry.derivative(z, g), entry.backward(z, g)):
        assert not np.shares_memory(result, z)
        assert not np.shares_memory(result, g)
    np.testing.assert_array_equal((z, g), before)
