"""Random weights of one layer, by the fan-in and fan-out rules of the literature."""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from .arrays import Array

Initializer: TypeAlias = Callable[[np.random.Generator, int, int], Array]


def glorot(rng: np.random.Generator, n_in: int, n_out: int) -> Array:
    """Return (n_in, n_out) weights uniform in +-sqrt(6 / (n_in + n_out)).

    Source: Glorot and Bengio 2010.
    """
    limit = math.sqrt(6 / (n_in + n_out))
    return rng.uniform(-limit, limit, (n_in, n_out))


def he(rng: np.random.Generator, n_in: int, n_out: int) -> Array:
    """Return (n_in, n_out) normal weights of variance 2 / n_in.

    Source: He et al. 2015.
    """
    return rng.normal(0, math.sqrt(2 / n_in), (n_in, n_out))


def lecun(rng: np.random.Generator, n_in: int, n_out: int) -> Array:
    """Return (n_in, n_out) normal weights of variance 1 / n_in.

    Source: LeCun et al. 1998, efficient backprop.
    """
    return rng.normal(0, math.sqrt(1 / n_in), (n_in, n_out))


def uniform(rng: np.random.Generator, n_in: int, n_out: int) -> Array:
    """Return (n_in, n_out) weights uniform in +-1e-3: nearly, but not quite, symmetric units."""
    return rng.uniform(-1e-3, 1e-3, (n_in, n_out))


INITIALIZERS: dict[str, Initializer] = {"glorot": glorot, "he": he, "lecun": lecun, "uniform": uniform}
