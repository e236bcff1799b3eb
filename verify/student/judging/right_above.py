"""Gradients that are right in the layers above and in no way in one below: that layer is wrong."""

from typing import NamedTuple

import numpy as np

from reference.arrays import Array

from ..reading.multiples import closest_factor, factor_between
from ..reading.point import reverse_sweep
from .look import Look, candidates
from .one_slope import is_telling
from .unread import unread

LOSSES = ("half_sse", "bce", "cross_entropy")  # that a delta of the output is known to belong to by itself
ALIKE = 1e-6
PART = 0.999  # of a gradient that is a multiple of the right one, of its weights and of ones: decayed or shifted


def right_above(looks: list[Look]) -> tuple[str, int] | None:
    """Return the loss and the layer, from 1, of gradients that are right above that layer alone, None where none is.

    That the output layer's gradient is the one of a loss, at one scale at every point, tells the loss; what a layer
    below should have is then told by the network that was read. A step that is the right gradient at a rate or with
    a decay of its own is none that is wrong.

    Arguments:
        looks: at several points.
    """
    if looks[0].reading.point.depth < 2 or any(unread(one) for one in looks):
        return None
    for loss in candidates(looks[0].reading.point, looks[0].seen):
        told = loss in LOSSES and (len(looks) > 1 or is_telling(looks[0], loss))  # one scale at several points tells it
        found = [_wrong_below(one, loss) for one in looks] if told else []
        layers, scales = {below.layer for below in found}, [below.scale for below in found]
        alike = len(layers) == 1 and np.allclose(scales, scales[0], rtol=ALIKE, atol=0)
        if alike and 0 not in layers and not all(below.shifted for below in found):
            return loss, layers.pop()
    return None


class Below(NamedTuple):
    """The highest wrong layer, from 1, and the scale of the one on top; (0, 0) where that is not right.

    Attributes:
        shifted: whether the wrong step is nearly made of the right gradient, of the weights and of their signs.
    """

    layer: int = 0
    scale: float = 0.0
    shifted: bool = False


def _wrong_below(one: Look, loss: str) -> Below:
    """Return the highest layer whose gradient is no multiple of the right one."""
    point, observed = one.reading.point, one.reading.observed
    sweep = reverse_sweep(point, loss)
    top, bias = observed.dW[-1], observed.db[-1]
    scale = None if top is None or top.shape != sweep.dW[-1].shape else factor_between(top, sweep.dW[-1])
    if scale is None or scale <= 0:
        return Below()
    if bias is not None and not np.allclose(bias, scale * sweep.db[-1], rtol=ALIKE, atol=0):
        return Below()
    for l in range(point.depth - 2, -1, -1):
        got = observed.dW[l]
        if got is None or got.shape != point.W[l].shape or not point.curves[l].derivative(point.z[l]).any():
            return Below()
        if factor_between(got, sweep.dW[l]) is None:
            return Below(l + 1, scale, _is_shifted(got, sweep.dW[l], point.W[l]))
    return Below()


def _is_shifted(got: Array, right: Array, W: Array) -> bool:
    """Return whether a step is nearly made of the right gradient, of the weights and of their signs: a penalty's."""
    basis = np.stack([right.ravel(), W.ravel(), np.sign(W).ravel()], axis=1)
    fitted = basis @ np.linalg.lstsq(basis, got.ravel(), rcond=None)[0]
    return got.size <= basis.shape[1] or bool(closest_factor(got, fitted) > 0 and _share(got, fitted) > PART)


def _share(got: Array, fitted: Array) -> float:
    """Return how much of a step's square a fit explains."""
    whole = float(np.sum(got**2))
    return 1 - float(np.sum((got.ravel() - fitted) ** 2)) / whole if whole else 0.0
