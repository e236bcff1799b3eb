"""Activations that mix a row: softmax and log-softmax, along the last axis."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from .arrays import Array

RowFunction: TypeAlias = Callable[[Array], Array]
RowProduct: TypeAlias = Callable[[Array, Array], Array]


@dataclass(frozen=True, kw_only=True)
class Rowwise:
    """One row-wise activation f: everything the rest of the project asks about it.

    Attributes:
        name: its key in the table.
        forward: z (..., K) -> f(z), same shape and dtype.
        derivative: the vector-Jacobian product (z, cotangent) -> J_f(z)^T cotangent, all (..., K); the
            K x K Jacobian itself is never formed.
        formula: f in text; ``derivative_formula`` likewise.
        analytic: the textbook expression of f for real or complex arrays, a witness only.
        domain: the interval to sample each entry from.
        extremes: values that, put into a row, must leave the result finite.
        above_8_ulp: where an error may pass 8 ulp, though not 4 (1 + k) ulp, and why; empty where none does.
        source: the paper or text that defines f.
    """

    name: str
    forward: RowFunction
    derivative: RowProduct
    formula: str
    derivative_formula: str
    analytic: Callable[[Any], Any]
    domain: tuple[float, float]
    extremes: tuple[float, ...] = (-1e300, -1e4, -745.0, 745.0, 1e4, 1e300)
    above_8_ulp: str = ""
    source: str

    def backward(self, z: Array, cotangent: Array) -> Array:
        """Return the vector-Jacobian product dL/dz from dL/da, all (..., K); nothing is changed."""
        return self.derivative(z, cotangent)


def _below_maximum(z: Array) -> Array:
    """Return z - max(z) of each row: at most 0, and 0 at the row's largest entry, whatever its size."""
    largest = np.finfo(z.dtype).max
    m = np.clip(z.max(axis=-1, keepdims=True), -largest, largest)  # inf - inf would be NaN
    d = np.minimum(z, largest)
    with np.errstate(over="ignore"):  # two entries a whole float range apart: -inf is right
        d -= m
    return d


def _exponentials(z: Array) -> tuple[Array, Array]:
    """Return e^(z - max z) and its row sums, at least 1 unless a row is -inf throughout."""
    e = _below_maximum(z)
    np.exp(e, out=e)
    return e, np.maximum(e.sum(axis=-1, keepdims=True), 1)


def softmax(z: Array) -> Array:
    """Return e^z_i / sum_j e^z_j along the last axis, of shape (..., K) like z."""
    e, total = _exponentials(z)
    e /= total
    return e


def softmax_and_complement(z: Array) -> tuple[Array, Array]:
    """Return p = softmax(z) and 1 - p, each accurate where it is tiny.

    1 - p of the largest entry is the sum of the other exponentials over the total, never 1 - p,
    which would keep no digit once p rounds towards 1.
    """
    e, total = _exponentials(z)
    largest = e == 1
    rest = np.where(largest, 0, e)
    ties = largest.sum(axis=-1, keepdims=True, dtype=z.dtype) - 1
    others = rest.sum(axis=-1, keepdims=True) + np.maximum(ties, 0)
    e /= total
    return e, np.where(largest, others / total, 1 - e)


def softmax_vjp(z: Array, cotangent: Array) -> Array:
    """Return p_i (g_i - sum_j g_j p_j), p = softmax(z), g the cotangent; all (..., K).

    Where one p is above 1/2 its g is first taken off all of them, which changes nothing but the
    rounding: in a row that has saturated, g_i and the sum would agree in every digit.
    """
    p = softmax(z)
    g: Array = cotangent - np.where(p > 0.5, cotangent, 0).sum(axis=-1, keepdims=True)
    g -= np.sum(p * g, axis=-1, keepdims=True)
    g *= p
    return g


def log_softmax(z: Array) -> Array:
    """Return z_i - log sum_j e^z_j along the last axis, of shape (..., K) like z.

    The largest exponential, 1, is left out of the sum and put back by log1p, so that a row with one
    dominant entry keeps all digits of the small logarithm.
    """
    d = _below_maximum(z)
    largest = d == 0
    e = np.exp(d)
    e -= largest
    ties = largest.sum(axis=-1, keepdims=True, dtype=z.dtype) - 1
    rest = e.sum(axis=-1, keepdims=True) + np.maximum(ties, 0)
    d -= np.log1p(rest, out=rest)
    return d


def log_softmax_vjp(z: Array, cotangent: Array) -> Array:
    """Return g_i - p_i sum_j g_j, p = softmax(z), g the cotangent; all (..., K).

    A p_i above 1/2 has it as g_i sum_{j != i} p_j - p_i sum_{j != i} g_j: in a row that has saturated,
    g_i and p_i g_i would agree in every digit.
    """
    p = softmax(z)
    dominant = p > 0.5
    p_others, g_others = (np.where(dominant, 0, x).sum(axis=-1, keepdims=True) for x in (p, cotangent))
    total = cotangent.sum(axis=-1, keepdims=True)
    dz: Array = np.where(dominant, cotangent * p_others - p * g_others, cotangent - p * total)
    return dz


def _textbook_softmax(z: Any) -> Any:
    """Return the definition itself, for real or complex rows of moderate size."""
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)


ROWWISE: dict[str, Rowwise] = {
    entry.name: entry
    for entry in (
        Rowwise(
            name="softmax",
            forward=softmax,
            derivative=softmax_vjp,
            formula="e^z_i / sum_j e^z_j",
            derivative_formula="dz_i = a_i (da_i - sum_j da_j a_j)",
            analytic=_textbook_softmax,
            domain=(-5, 5),
            above_8_ulp="z_i - max z, up to 745, is rounded, and half an ulp of it is 256 ulp of its exponential",
            source="Bridle 1990",
        ),
        Rowwise(
            name="log_softmax",
            forward=log_softmax,
            derivative=log_softmax_vjp,
            formula="z_i - log sum_j e^z_j",
            derivative_formula="dz_i = da_i - softmax(z)_i sum_j da_j",
            analytic=lambda z: z - np.log(np.exp(z).sum(axis=-1, keepdims=True)),
            domain=(-5, 5),
            above_8_ulp="a saturated row: log1p(r) is r, an exponential of a rounded difference as in softmax",
            source="Bridle 1990, in logarithms",
        ),
    )
}
