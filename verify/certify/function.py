"""What is certified: one function of rows of numbers, its true value, and where it is looked at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from reference import ACTIVATIONS, LOSSES, Elementwise, Loss, Rowwise
from reference.arrays import Array

from ..oracles.exact import central_difference, context
from ..oracles.truths import LOSS_TRUTHS, ROW_TRUTHS, TRUTHS, Number
from .points import PER_ROW, loss_rows, product_rows, scalars, softmax_rows
from .roots import largest_slope, near_a_root

PARTS = ("forward", "derivative")
ELEMENTWISE_KIND, ROWWISE_KIND, LOSS_KIND = "activation", "row-wise activation", "loss"
Rows: TypeAlias = Callable[[Array], Array]  # (n, m) arguments -> (n, outputs)
TrueOutput: TypeAlias = Callable[[Sequence[Number], int], Number]  # the arguments of one row, which output
Draw: TypeAlias = Callable[[np.random.Generator, int], list[Array]]


@dataclass(frozen=True, kw_only=True)
class Function:
    """One part of a table entry, as a function of rows of arguments.

    Attributes:
        kind: what the entry is, one of the three kinds.
        name: of the entry.
        part: "forward" or "derivative".
        compute: (n, m) arguments -> (n, outputs), by the reference.
        true: one row's arguments, in mpmath's arithmetic, and the number of an output -> its true value.
        draw: a generator and a number of points -> arrays of rows, each with its own m.
        weight: how many points of a scalar function one row counts for: its truth takes so much longer.
        movable: m -> how many of a row's arguments, from the first, a search may change.
        domain: where it must leave them.
        near_root: (n, 1) arguments -> where a root of f' is near; None where roots are not known beforehand.
        scale: max |f'|, which errors near a root are measured in; 1 where roots are not known beforehand.
        stated: (n, 1) arguments -> where the value is a convention and not conditioned at all.
        reason: why an error may pass 8 ulp; empty where none does.
    """

    kind: str
    name: str
    part: str
    compute: Rows
    true: TrueOutput
    draw: Draw
    weight: int = 1
    movable: Callable[[int], int]
    domain: tuple[float, float]
    near_root: Callable[[Array], NDArray[np.bool_]] | None
    stated: Callable[[Array], NDArray[np.bool_]]
    scale: float = 1.0
    reason: str


def function(name: str, part: str) -> Function:
    """Return one part of the activation or loss of this name."""
    entry = (ACTIVATIONS | LOSSES)[name]
    if isinstance(entry, Elementwise):
        return _elementwise(entry, part)
    return _rowwise(entry, part) if isinstance(entry, Rowwise) else _loss(entry, part)


def _nowhere(x: Array) -> NDArray[np.bool_]:
    return np.zeros(len(x), np.bool_)


def _elementwise(entry: Elementwise, part: str) -> Function:
    f, formula = getattr(entry, part), getattr(TRUTHS[entry.name], part)
    derivative = part == "derivative"
    kinks = [kink.at for kink in entry.kinks]
    return Function(
        kind=ELEMENTWISE_KIND,
        name=entry.name,
        part=part,
        compute=f,
        true=lambda x, i: formula(context(), x[0]),
        draw=lambda rng, count: [scalars(entry, part, rng, count)],
        movable=lambda m: m,
        domain=(-np.inf, np.inf),
        near_root=(lambda x: near_a_root(entry.name, x[:, 0])) if derivative else _nowhere,
        stated=(lambda x: np.isin(x[:, 0], kinks)) if derivative else _nowhere,
        scale=largest_slope(entry.name),
        reason=entry.above_8_ulp,
    )


def _rowwise(entry: Rowwise, part: str) -> Function:
    formula = ROW_TRUTHS[entry.name]

    def true_product(x: Sequence[Number], i: int) -> Number:
        half = len(x) // 2

        def along(z: Sequence[Number]) -> Number:
            return sum((g * a for g, a in zip(x[half:], formula(context(), z), strict=True)), context().zero)

        return central_difference(along, x[:half], i)

    forward = part == "forward"
    return Function(
        kind=ROWWISE_KIND,
        name=entry.name,
        part=part,
        compute=entry.forward if forward else lambda x: entry.derivative(*np.split(x, 2, axis=1)),
        true=(lambda x, i: formula(context(), x)[i]) if forward else true_product,
        draw=softmax_rows if forward else product_rows,
        weight=PER_ROW,
        movable=lambda m: m,
        domain=(-1e6, 1e6),
        near_root=None,
        stated=_nowhere,
        reason=entry.above_8_ulp,
    )


def _loss(entry: Loss, part: str) -> Function:
    def true_loss(x: Sequence[Number]) -> Number:
        return LOSS_TRUTHS[entry.name](context(), x[: len(x) // 2], x[len(x) // 2 :])

    forward = part == "forward"
    return Function(
        kind=LOSS_KIND,
        name=entry.name,
        part=part,
        compute=lambda x: getattr(entry, part)(*np.split(x, 2, axis=1)).reshape(len(x), -1),
        true=(lambda x, i: true_loss(x)) if forward else (lambda x, i: central_difference(true_loss, x, i)),
        draw=lambda rng, count: loss_rows(entry, rng, count),
        weight=PER_ROW,
        movable=lambda m: m // 2,
        domain=(-np.inf, np.inf) if entry.output is None else (1e-300, float(np.nextafter(1, 0))),
        near_root=None,
        stated=_nowhere,
        reason=entry.above_8_ulp,
    )
