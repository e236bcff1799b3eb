"""The record that one loss is made of, and the reductions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ..arrays import Array

LossFunction: TypeAlias = Callable[[Array, Array], Array]

# What the summed per-sample losses are divided by, from the prediction's shape (N, K).
# An empty batch counts as one: its loss is 0, not 0 / 0.
REDUCTIONS: dict[str, Callable[[tuple[int, ...]], int]] = {
    "sum": lambda shape: 1,
    "batch_mean": lambda shape: max(shape[0], 1),
    "mean": lambda shape: max(shape[0] * shape[1], 1),
}


def residual(a: Array, y: Array) -> Array:
    """Return a - y."""
    return a - y


@dataclass(frozen=True, kw_only=True)
class Loss:
    """One loss l(a, y): everything the rest of the project asks about it.

    Attributes:
        name: its key in the table.
        forward: (a, y) -> the loss of each sample, (..., K) and (..., K) -> (...).
        derivative: (a, y) -> dl/da of each sample's own loss, before any reduction, (..., K).
        formula: the loss of one sample in text; ``derivative_formula`` likewise.
        reduction: the customary one of ``REDUCTIONS``, used where none is asked for.
        targets: what y may hold, one of ``TARGETS``.
        output: the activation that must come last so that a lies in the loss's domain; None for any.
        mixes_row: whether the loss is more than a sum of one term per output unit.
        argument: (a, y) -> the quantity whose crossing of ``kinks`` or ``seams`` changes the piece.
        kinks: values of ``argument`` where dl/da jumps; the derivative's docstring states its value.
        seams: values of ``argument`` where dl/da is continuous but l is not analytic.
        above_8_ulp: where an error may pass 8 ulp, though not 4 (1 + k) ulp, and why; empty where none does.
        source: the paper or text that defines the loss.
    """

    name: str
    forward: LossFunction
    derivative: LossFunction
    formula: str
    derivative_formula: str
    reduction: str
    targets: str = "real"
    output: str | None = None
    argument: LossFunction = residual
    mixes_row: bool = False
    kinks: tuple[float, ...] = ()
    seams: tuple[float, ...] = ()
    above_8_ulp: str = ""
    source: str


def per_sample(terms: Array) -> Array:
    """Return the sum over the last axis: one number per sample."""
    total: Array = np.add.reduce(terms, axis=-1)
    return total
