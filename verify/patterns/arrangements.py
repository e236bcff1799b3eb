"""Right numbers in a wrong arrangement: the transpose, another order, a missing sum, another shape."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from reference.arrays import Array

from .places import Flags

Finding = tuple[str, str, str]  # name, words, advice


@dataclass(frozen=True)
class Arrangement:
    """One rearrangement of a whole block.

    Attributes:
        words: what the block is.
        apply: an array -> the rearranged array; what does not apply to its shape may raise ValueError.
        advice: where such a mistake is usually made.
    """

    words: str
    apply: Callable[[Array], Array]
    advice: str


ORDER = "check which axis each loop, reshape and index runs over"

# Applied to what the block should be: the result is what was got.
ARRANGEMENTS: tuple[Arrangement, ...] = (
    Arrangement("the transpose of what it should be", np.transpose, "swap the factors of the product, or transpose it"),
    Arrangement("the absolute value of what it should be", np.abs, "look for an abs or a norm"),
    Arrangement("what it should be with its rows in reverse order", lambda a: np.flip(a, 0), ORDER),
    Arrangement("what it should be with its columns in reverse order", lambda a: np.flip(a, 1), ORDER),
    Arrangement(
        "what it should be, read in column-major order", lambda a: a.reshape(-1).reshape(a.shape, order="F"), ORDER
    ),
    Arrangement("what it should be, averaged over the rows", lambda a: np.broadcast_to(a.mean(0), a.shape), ORDER),
)


def _missing(name: str, reduce: Callable[..., Array], axis: int) -> Arrangement:
    """Return the sum or mean over one axis, left out."""
    return Arrangement(f"its {name} over axis {axis} is right", lambda a: reduce(a, axis), f"add the missing {name}")


# Applied to a block of the wrong shape: the result is what it should be.
RESHAPES: tuple[Arrangement, ...] = (
    Arrangement("its transpose is right", np.transpose, "swap the factors of the product, or transpose it"),
    Arrangement("its numbers are right", lambda a: a, "reshape it, or keep the axis that was dropped or added"),
    *(_missing(name, reduce, axis) for axis in range(3) for name, reduce in (("sum", np.sum), ("mean", np.mean))),
)


def rearranged(got: Array, should_be: Array, bound: Array, telling: Flags) -> Finding | None:
    """Return the rearrangement of ``should_be`` that the whole block is, None where there is none."""
    off = np.abs(got - should_be)
    for arrangement in ARRANGEMENTS if telling.sum() > 1 else ():
        predicted, its_bound = _applied(arrangement, should_be), _applied(arrangement, bound)
        if predicted is None or its_bound is None or predicted.shape != got.shape:
            continue
        left = np.abs(got - predicted)
        if (left <= bound + its_bound + 1e-6 * off)[telling].all() and left[telling].sum() < off[telling].sum() / 8:
            return "arrangement", arrangement.words, arrangement.advice
    if _same_numbers(got, should_be, bound, telling):
        return "order", "the right numbers in another order", ORDER
    return None


def _same_numbers(got: Array, should_be: Array, bound: Array, telling: Flags) -> bool:
    """Return whether three or more entries are exchanged among themselves."""
    largest = bound[telling].max(initial=0)
    left = np.abs(np.sort(got[telling]) - np.sort(should_be[telling]))
    off = np.abs(got - should_be)[telling]
    return bool((off > bound[telling]).sum() > 1 and (left <= 2 * largest).all() and left.sum() < off.sum() / 8)


def reshaped(got: Array, should_be: Array, bound: Array) -> Finding:
    """Return the wrong shape in words, and the step that would make it right where one is found."""
    words = f"shape {got.shape}, should be {should_be.shape}"
    for step in RESHAPES if got.size else ():
        result = _applied(step, got)
        if result is None or result.size != should_be.size:
            continue
        if step.words.startswith("its transpose") and result.shape != should_be.shape:
            continue
        if (np.abs(result.reshape(should_be.shape) - should_be) <= bound + 1e-6 * np.abs(should_be)).all():
            return "shape", f"{words}; {step.words}", step.advice
    return "shape", words, "return an array of the argument's own shape"


def _applied(arrangement: Arrangement, array: Array) -> Array | None:
    try:
        return arrangement.apply(array)
    except ValueError:
        return None
