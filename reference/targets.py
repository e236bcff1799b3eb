"""What a loss's targets may hold, and the refusal of what they may not."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Array, as_floating, require_finite
from .errors import InputError

Rule: TypeAlias = tuple[Callable[[Array], bool], str]


def _rows_sum_to_one(y: Array) -> bool:
    """Return whether each row is non-negative and sums to 1 up to the rounding of its own dtype."""
    slack = 8 * y.shape[-1] * np.finfo(y.dtype).eps
    return bool((y >= 0).all() and (np.abs(y.sum(axis=-1) - 1) <= slack).all())


TARGETS: dict[str, Rule] = {
    "none": (lambda y: True, "anything: this loss takes no target"),
    "real": (lambda y: True, "real numbers"),
    "unit": (lambda y: bool(((y >= 0) & (y <= 1)).all()), "numbers in [0, 1]"),
    "sign": (lambda y: bool((np.abs(y) == 1).all()), "-1 or 1 in every entry"),
    "distribution": (_rows_sum_to_one, "rows of non-negative numbers that sum to 1, or integer labels of shape (N,)"),
}


def one_hot(labels: Array, classes: int, dtype: np.dtype[np.floating]) -> Array:
    """Return the (N, classes) array with a 1 at each label.

    Arguments:
        labels: integers of shape (N,), 0 <= label < classes.
        classes: the number of columns.
        dtype: of the result.

    Raises:
        InputError: when a label is out of range.
    """
    outside = np.flatnonzero((labels < 0) | (labels >= classes))
    if outside.size:
        i = int(outside[0])
        raise InputError(f"Y[{i}]", labels[i], f"a label from 0 to {classes - 1}", "count classes from 0")
    hot: Array = np.eye(classes, dtype=dtype)[labels]
    return hot


def as_targets(kind: str, values: ArrayLike | None, prediction: Array) -> Array:
    """Return the targets as a floating array of the prediction's shape and dtype, checked.

    Arguments:
        kind: one of ``TARGETS``.
        values: Y of shape (N, K); integer labels (N,) where ``kind`` is "distribution"; anything,
            None included, where it is "none".
        prediction: the network's output, (N, K).

    Raises:
        InputError: on a wrong shape, NaN or infinity, or a value outside the kind's range.
    """
    if kind == "none":
        return np.zeros_like(prediction)
    if values is None:
        raise InputError("Y", "nothing", f"an array of shape {prediction.shape}", "pass the targets")
    y = as_floating(values, "Y").astype(prediction.dtype, copy=False)
    labels = np.asarray(values)
    if kind == "distribution" and labels.ndim == 1 and labels.dtype.kind in "iu" and len(labels) == len(prediction):
        return one_hot(labels, prediction.shape[1], prediction.dtype)
    if y.shape != prediction.shape:
        raise InputError("Y", f"shape {y.shape}", f"shape {prediction.shape}, as the output", "give one row per sample")
    require_finite(y, "Y")
    rule, wanted = TARGETS[kind]
    if not rule(y):
        raise InputError("Y", "values outside the loss's range", wanted, "rescale the targets or choose another loss")
    return y
