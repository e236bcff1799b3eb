"""Rows of arguments with their true outputs, and the errors of an implementation there."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.arrays import Array

from ..oracles.exact import NEAR, SMALLEST_NORMAL, TINY, context, ulp_error
from .function import Function
from .truth import sensitivity, true_value


class Looked(NamedTuple):
    """Rows of arguments and the true outputs there.

    Attributes:
        x: arguments, (n, m).
        true: the true outputs, (n, outputs), numbers of mpmath.
        normal: where the true output is 0 or a normal number, (n, outputs).
        near_root: where a root of f' is known to be near, (n, outputs).
        counted: where an error in ulp says something: a normal output of normal arguments, no root near.
    """

    x: Array
    true: NDArray[Any]
    normal: NDArray[np.bool_]
    near_root: NDArray[np.bool_]
    counted: NDArray[np.bool_]


class Place(NamedTuple):
    """One output of one row of one array of rows, and its error in ulp."""

    batch: int
    row: int
    output: int
    ulp: float


def look(f: Function, x: Array) -> Looked:
    """Return the true outputs of a function at rows x, (n, m)."""
    outputs = f.compute(x[:1]).reshape(1, -1).shape[1]
    true = np.empty((len(x), outputs), object)
    for row, i in np.ndindex(true.shape):
        true[row, i] = true_value(f, x[row].tolist(), i)
    normal = _normal(true.astype(np.float64)) | (true == 0)
    near = np.zeros(true.shape, np.bool_) if f.near_root is None else np.repeat(f.near_root(x)[:, None], outputs, 1)
    counted = normal & ~near & (_normal(x) | (x == 0)).all(axis=1, keepdims=True)
    return Looked(x, true, normal, near, counted)


def _normal(x: Array) -> NDArray[np.bool_]:
    return np.abs(x) >= SMALLEST_NORMAL


def ulps(looked: Looked, got: Array) -> Array:
    """Return the errors of ``got``, (n, outputs), in ulp of the true values."""
    zero = context().zero
    pairs = zip(got.ravel().tolist(), looked.true.ravel(), strict=True)
    return np.array([ulp_error(g, true, zero)[0] for g, true in pairs], np.float64).reshape(got.shape)


def descending(errors: list[Array], among: list[NDArray[np.bool_]]) -> Iterator[Place]:
    """Yield the places of ``among``, the largest error first."""
    places = [
        Place(batch, int(flat) // error.shape[1], int(flat) % error.shape[1], float(error.flat[flat]))
        for batch, (error, mask) in enumerate(zip(errors, among, strict=True))
        for flat in np.flatnonzero(mask)
    ]
    return iter(sorted(places, key=lambda place: -place.ulp))


def fraction(f: Function, looked: Looked, place: Place) -> float:
    """Return the error at a place as a fraction of 4 (1 + k) ulp; of 1e-305 where the true value is subnormal."""
    row, i = place.row, place.output
    if not looked.normal[row, i]:
        return place.ulp * 2.0**-1074 / TINY
    x = looked.x[row]
    k = 0.0 if f.stated(x[None])[0] else float(sensitivity(f, x.tolist(), i).k)
    return place.ulp / (NEAR * (1 + k))
