"""Losses that measure a distance from the target, and the plain sum of squares."""

import numpy as np

from ..arrays import Array
from .entry import Loss, per_sample

HUBER_DELTA = 1.0


def half_sse(a: Array, y: Array) -> Array:
    """Return sum_k (a_k - y_k)^2 / 2."""
    return sum_squares(a - y, y) / 2


def half_sse_derivative(a: Array, y: Array) -> Array:
    """Return a - y."""
    return a - y


def squared_error(a: Array, y: Array) -> Array:
    """Return sum_k (a_k - y_k)^2."""
    return sum_squares(a - y, y)


def squared_error_derivative(a: Array, y: Array) -> Array:
    """Return 2 (a - y)."""
    slope = a - y
    slope *= 2
    return slope


def absolute_error(a: Array, y: Array) -> Array:
    """Return sum_k |a_k - y_k|."""
    r = a - y
    return per_sample(np.abs(r, out=r))


def absolute_error_derivative(a: Array, y: Array) -> Array:
    """Return sign(a - y); 0 at a = y."""
    return np.sign(a - y)


def huber(a: Array, y: Array) -> Array:
    """Return sum_k m (|r| - m / 2), r = a - y, m = min(|r|, HUBER_DELTA)."""
    r = a - y
    np.abs(r, out=r)
    m = np.minimum(r, HUBER_DELTA)
    r -= m / 2
    r *= m
    return per_sample(r)


def huber_derivative(a: Array, y: Array) -> Array:
    """Return r clipped to [-HUBER_DELTA, HUBER_DELTA], r = a - y."""
    return np.clip(a - y, -HUBER_DELTA, HUBER_DELTA)


def log_cosh(a: Array, y: Array) -> Array:
    """Return sum_k log cosh r, r = a - y, as log1p(2 sinh^2(t / 2)) + (|r| - t), t = min(|r|, 20)."""
    r = a - y
    np.abs(r, out=r)
    t = np.minimum(r, 20)
    r -= t
    t /= 2
    np.sinh(t, out=t)
    t *= t
    t *= 2
    r += np.log1p(t, out=t)
    return per_sample(r)


def log_cosh_derivative(a: Array, y: Array) -> Array:
    """Return tanh(a - y)."""
    return np.tanh(a - y)


def sum_squares(a: Array, y: Array) -> Array:  # noqa: ARG001 - every loss takes a target
    """Return sum_k a_k^2; the target plays no part."""
    total: Array = np.einsum("...k,...k->...", a, a)
    return total


def sum_squares_derivative(a: Array, y: Array) -> Array:  # noqa: ARG001 - as above
    """Return 2 a; the target plays no part."""
    return 2 * a


DISTANCES = (
    Loss(
        name="half_sse",
        forward=half_sse,
        derivative=half_sse_derivative,
        formula="sum_k (a_k - y_k)^2 / 2",
        derivative_formula="a - y",
        reduction="sum",
        source="Rumelhart, Hinton and Williams 1985",
    ),
    Loss(
        name="mse",
        forward=squared_error,
        derivative=squared_error_derivative,
        formula="sum_k (a_k - y_k)^2",
        derivative_formula="2 (a - y)",
        reduction="mean",
        source="Legendre 1805, averaged",
    ),
    Loss(
        name="mae",
        forward=absolute_error,
        derivative=absolute_error_derivative,
        formula="sum_k |a_k - y_k|",
        derivative_formula="sign(a - y)",
        reduction="mean",
        kinks=(0,),
        source="Laplace 1774, averaged",
    ),
    Loss(
        name="huber",
        forward=huber,
        derivative=huber_derivative,
        formula="sum_k r^2 / 2 if |r| < 1 else |r| - 1/2, r = a_k - y_k",
        derivative_formula="min(max(a - y, -1), 1)",
        reduction="mean",
        seams=(-HUBER_DELTA, HUBER_DELTA),
        source="Huber 1964, delta = 1",
    ),
    Loss(
        name="log_cosh",
        forward=log_cosh,
        derivative=log_cosh_derivative,
        formula="sum_k log cosh(a_k - y_k)",
        derivative_formula="tanh(a - y)",
        reduction="mean",
        source="Green 1990",
    ),
    Loss(
        name="sum_squares",
        forward=sum_squares,
        derivative=sum_squares_derivative,
        formula="sum_k a_k^2",
        derivative_formula="2 a",
        reduction="sum",
        targets="none",
        source="the squared Euclidean norm of the output, ||f(W x)||^2",
    ),
)
