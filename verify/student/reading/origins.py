"""Where single numbers come from: the display or the array they stand in, else the expression that made them."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from reference.arrays import Array

from ..runs.recording import Place
from .scalars import Number, Numbers

Origin: TypeAlias = tuple[Place, int | None]
"""A place, and the position inside the array that is made there; None where a number is made."""


def origins(numbers: Numbers, wanted: Sequence[Number], before: int) -> tuple[Origin | None, ...]:
    """Return where each number comes from, None where one is not found.

    Numbers that stand side by side in one row of a display are taken from there together: one of them by itself may
    stand in many places.

    Arguments:
        numbers: of the run.
        wanted: the numbers, in order.
        before: the position of the event that uses them.
    """
    made = tuple(_made(numbers, n, before) for n in wanted)
    if all(origin is not None for origin in made):
        return made
    row = _in_a_row(numbers, wanted, before) or (None,) * len(wanted)
    return tuple(one or other or _standing(numbers, n, before) for one, other, n in zip(made, row, wanted, strict=True))


def _made(numbers: Numbers, wanted: Number, before: int) -> Origin | None:
    """Return the event that computed a number, but for one that stands in an array."""
    if wanted.held < 0:
        return None
    at = numbers.maker(wanted, before)
    return None if at is None else (numbers.tape.place(at), None)


def _arrays(numbers: Numbers, before: int) -> list[tuple[Place, Array]]:
    """Return what displays, calls and operations made before a position that holds several numbers."""
    tape, seen, found = numbers.tape, set[int](), []
    for at in range(before):
        key = tape.events[at].result
        if key < 0 or key in seen or not tape.shape(key) or tape.node(at).kind not in ("literal", "call", "binary"):
            continue
        seen.add(key)
        found.append((tape.place(at), tape.array(key)))
    return found


def _in_a_row(numbers: Numbers, wanted: Sequence[Number], before: int) -> tuple[Origin | None, ...] | None:
    """Return the positions of numbers that are a row of an array, or its beginning: the row that fits best."""
    values = np.array([numbers.value(n) for n in wanted])
    best: tuple[int, tuple[Origin | None, ...]] | None = None
    for place, array in _arrays(numbers, before):
        rows = array.reshape(-1, array.shape[-1]) if array.size else array.reshape(0, 1)
        count = min(rows.shape[1], len(values))
        if count < max(1, len(values) - 1):
            continue
        hits = np.flatnonzero((rows[:, :count] == values[:count]).all(axis=1))
        apart = abs(rows.shape[1] - len(values))
        if len(hits) and (best is None or apart < best[0]):
            start = int(hits[0]) * rows.shape[1]
            best = apart, tuple((place, start + i) if i < count else None for i in range(len(values)))
    return None if best is None else best[1]


def _standing(numbers: Numbers, wanted: Number, before: int) -> Origin | None:
    """Return the first array in which a number stands just once, else the first event that made its value."""
    for place, array in _arrays(numbers, before):
        found = np.flatnonzero(array.ravel() == numbers.value(wanted))
        if len(found) == 1:
            return place, int(found[0])
    places = numbers.tape.made.get(wanted.key, [])
    return (numbers.tape.place(places[0]), None) if places and places[0] < before else None
