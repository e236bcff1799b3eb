"""Where a derivative has a root, and no digit of it can be asked for: what is measured there instead."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from reference import ELEMENTWISE
from reference.arrays import Array

from ..oracles.exact import roots_of_derivative

NEAR_ROOT = 0.25  # of a root of f' inside the domain: here errors are absolute, over max |f'|


@cache
def roots(name: str) -> Array:
    """Return the roots of an element-wise entry's derivative inside its domain."""
    return np.array(roots_of_derivative(ELEMENTWISE[name]), np.float64)


@cache
def largest_slope(name: str) -> float:
    """Return max |f'| over the domain."""
    entry = ELEMENTWISE[name]
    return float(np.abs(entry.derivative(np.linspace(*entry.domain, 10_001))).max())


def near_a_root(name: str, z: Array) -> NDArray[np.bool_]:
    """Return where z, of shape (n,), lies within NEAR_ROOT of a root of f'."""
    near = np.zeros(z.shape, np.bool_)
    for root in roots(name):
        with np.errstate(over="ignore", invalid="ignore"):
            near |= np.abs(z - z.dtype.type(root)) <= NEAR_ROOT
    return near
