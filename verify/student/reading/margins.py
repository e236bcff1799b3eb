"""The hinge between classes: how far the output of every wrong class comes within 1 of that of the right one."""

import numpy as np

from reference.arrays import Array
from reference.losses.entry import Loss, per_sample


def class_hinge(a: Array, y: Array) -> Array:
    """Return sum over k != t of max(0, a_k - a_t + 1) of outputs a and one-hot y of class t; NaN for other y."""
    return per_sample(np.maximum(_margins(a, y), 0))


def class_hinge_derivative(a: Array, y: Array) -> Array:
    """Return 1 for each wrong class within the margin, less their number at the right one; 0 at the margin itself."""
    margins = _margins(a, y)
    within = (margins > 0) * 1.0
    return np.where(np.isnan(margins), margins, within - y * within.sum(axis=-1, keepdims=True))


def within_margin(a: Array, y: Array) -> Array:
    """Return what each wrong class adds to the loss, less their sum at the right one: the loss's value as its slope."""
    within = np.maximum(_margins(a, y), 0)
    return np.asarray(within - y * within.sum(axis=-1, keepdims=True))


def _margins(a: Array, y: Array) -> Array:
    """Return a_k - a_t + 1 of the wrong classes, 0 for the right one; NaN for a row that is not one-hot."""
    one_hot = ((y == 0) | (y == 1)).all(axis=-1, keepdims=True) & (y.sum(axis=-1, keepdims=True) == 1)
    margins = (a - (a * y).sum(axis=-1, keepdims=True) + 1) * (1 - y)
    return np.where(one_hot & (y.shape[-1] > 1), margins, np.nan)


CLASS_HINGE = Loss(
    name="class_hinge",
    forward=class_hinge,
    derivative=class_hinge_derivative,
    formula="sum_(k != t) max(0, a_k - a_t + 1)",
    derivative_formula="1 where a_k - a_t + 1 > 0 and k != t, less their number at t",
    reduction="batch_mean",
    targets="distribution",
    mixes_row=True,
    source="Weston and Watkins 1999",
)
