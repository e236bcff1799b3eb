"""Outputs that are rates, e^z, and the likelihood of the counts that they are compared with."""

import numpy as np

from reference.arrays import Array
from reference.losses import LOSSES
from reference.losses.entry import Loss, per_sample

from .curves import Curve
from .margins import CLASS_HINGE

EXP = Curve("exp", lambda z: np.asarray(np.exp(z)), lambda z, da: da * np.exp(z), lambda z: np.exp(z), "e^z")


def poisson(a: Array, y: Array) -> Array:
    """Return sum_k a_k - y_k log a_k of rates a > 0 and counts y."""
    return per_sample(a - y * np.log(a))


def poisson_derivative(a: Array, y: Array) -> Array:
    """Return 1 - y / a."""
    return 1 - y / a


POISSON = Loss(
    name="poisson",
    forward=poisson,
    derivative=poisson_derivative,
    formula="sum_k a_k - y_k log a_k",
    derivative_formula="1 - y / a",
    reduction="batch_mean",
    source="the log likelihood of a Poisson distribution, without log y!",
)
JUDGED_BY = {**LOSSES, POISSON.name: POISSON, CLASS_HINGE.name: CLASS_HINGE}
"""The losses that a program may be judged by: those of the reference, and what only programs of strangers have."""
