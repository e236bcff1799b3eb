"""Where in a block a set of entries lies, in words."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from reference.arrays import Array

Flags: TypeAlias = NDArray[np.bool_]


class Spread(NamedTuple):
    """A set of entries of one block; all arrays of the block's shape.

    Attributes:
        held: the entries to describe, at least one.
        telling: the entries that could have differed: judged, and not 0 within their bound.
        should_be: the right numbers.
    """

    held: Flags
    telling: Flags
    should_be: Array


def place(spread: Spread) -> str:
    """Return where the held entries lie, the most particular of ``PLACES`` first."""
    return next(words for find in PLACES if (words := find(spread)))


def _count(spread: Spread) -> str:
    return f"in {spread.held.sum()} of {spread.held.size} entries"


def _single(spread: Spread) -> str | None:
    if spread.held.sum() != 1:
        return None
    return f"in one entry: {np.argwhere(spread.held)[0].tolist()}" if spread.held.ndim else "in the one entry"


def _everywhere(spread: Spread) -> str | None:
    """Return "in 12 of 12 entries" where all that could tell are held; those that are 0 cannot."""
    if not spread.held[spread.telling].all():
        return None
    return _count(spread) if spread.telling.all() else f"in all {spread.telling.sum()} entries that are not 0"


def _slices(spread: Spread) -> str | None:
    """Return the rows, columns or indices of another axis that are held whole."""
    axes = spread.held.ndim
    for axis in range(axes if axes > 1 else 0):
        taken = np.flatnonzero(spread.held.any(axis=tuple(k for k in range(axes) if k != axis)))
        whole = np.take(spread.held, taken, axis)[np.take(spread.telling, taken, axis)].all()
        if whole and len(taken) < spread.held.shape[axis]:
            return f"{_count(spread)}: {_axis_words(axes, axis, taken.tolist())} only"
    return None


def _axis_words(axes: int, axis: int, indices: list[int]) -> str:
    noun = ("row", "column")[axis] if axes == 2 else f"axis {axis}, index"
    plural = "s" if len(indices) > 1 and axes == 2 else ""
    return f"{noun}{plural} {', '.join(map(str, indices[:6]))}{', ...' if len(indices) > 6 else ''}"


def _diagonal(spread: Spread) -> str | None:
    held, telling, _ = spread
    if held.ndim != 2 or held.shape[0] != held.shape[1]:
        return None
    diagonal = np.eye(len(held), dtype=bool)
    if (held == (diagonal & telling)).all():
        return f"{_count(spread)}: the diagonal only"
    return f"{_count(spread)}: off the diagonal only" if (held == (~diagonal & telling)).all() else None


def _sign(spread: Spread) -> str | None:
    for words, side in (("negative", spread.should_be < 0), ("positive", spread.should_be > 0)):
        if (spread.held == (side & spread.telling)).all():
            return f"{_count(spread)}: those that should be {words}"
    return None


def _end(spread: Spread) -> str | None:
    """Return "the first 5" or "the last 5" in the order of the flat block."""
    held, telling = spread.held.reshape(-1), spread.telling.reshape(-1)
    first, *_, last = np.flatnonzero(held)
    if held[: last + 1][telling[: last + 1]].all():
        return f"{_count(spread)}: the first {last + 1}"
    return f"{_count(spread)}: the last {held.size - first}" if held[first:][telling[first:]].all() else None


PLACES: tuple[Callable[[Spread], str | None], ...] = (_single, _everywhere, _slices, _diagonal, _sign, _end, _count)
