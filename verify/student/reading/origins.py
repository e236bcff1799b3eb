"""Where single numbers come from: the display or the array they stand in, else the expression that made them."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, takewhile
from typing import TypeAlias

import numpy as np

from reference.arrays import Array

from ..runs.found_once import found_once
from ..runs.recording import Place
from ..runs.tape import Tape
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
    named = tuple(one or _named(numbers, n, before) for one, n in zip(made, wanted, strict=True))
    if all(origin is not None for origin in named):
        return named
    row = _in_a_row(numbers, wanted, before) or (None,) * len(wanted)
    found = (next(filter(None, ways), None) for ways in zip(made, row, named, strict=True))
    return tuple(one or _standing(numbers, n, before) for one, n in zip(found, wanted, strict=True))


def data_origins(numbers: Numbers, wanted: Sequence[Number], before: int) -> tuple[Origin | None, ...]:
    """Return where the numbers of a sample come from: the row that they are, where each was only written somewhere.

    A constant is one object wherever a file writes it: the 0.0 of a sample is that of ``self.delta = 0.0`` too.

    Arguments:
        numbers: of the run.
        wanted: the numbers, in order.
        before: the position of the event that uses them.
    """
    written = len(wanted) > 1 and not any(_computed(numbers, n, before) for n in wanted)
    row = _in_a_row(numbers, wanted, before) if written else None
    return row if row is not None and None not in row else origins(numbers, wanted, before)


def origins_in_order(
    numbers: Numbers,
    groups: Sequence[tuple[Sequence[Number], int]],
    alone: Callable[[Numbers, Sequence[Number], int], tuple[Origin | None, ...]],
) -> list[tuple[Origin | None, ...]]:
    """Return where the numbers of several groups come from, where it can be from one array that they follow in order.

    The targets of four samples are told from equal numbers elsewhere by standing side by side.

    Arguments:
        numbers: of the run.
        groups: the numbers of each, with the position of the event that uses them.
        alone: finds where those of one group come from.
    """
    wanted = [n for group, _ in groups for n in group]
    row = _in_a_row(numbers, wanted, groups[0][1]) if len(groups) > 1 else None
    if row is None or any(origin is None for origin in row) or any(_computed(numbers, n, groups[0][1]) for n in wanted):
        return [alone(numbers, group, before) for group, before in groups]
    rest = iter(row)
    return [tuple(islice(rest, len(group))) for group, _ in groups]


def _made(numbers: Numbers, wanted: Number, before: int) -> Origin | None:
    """Return the event that computed a number, but for one that stands in an array."""
    if wanted.held < 0:
        return None
    at = numbers.maker(wanted, before)
    return None if at is None else (numbers.tape.place(at), None)


def _computed(numbers: Numbers, wanted: Number, before: int) -> bool:
    """Return whether an expression computed a number: one that is written may be the same object as in a display."""
    at = numbers.maker(wanted, before) if wanted.held >= 0 else None
    return at is not None and numbers.tape.node(at).kind != "literal"


def _arrays(numbers: Numbers, before: int) -> Iterator[tuple[Place, Array]]:
    """Yield what displays, calls and operations made before a position that holds several numbers."""
    tape = numbers.tape
    return ((tape.place(at), tape.array(tape.events[at].result)) for at in takewhile(before.__gt__, _of_several(tape)))


@found_once
def _of_several(tape: Tape) -> tuple[int, ...]:
    """Return the positions of the displays, calls and operations that each made an array first, or handed it in."""
    first: dict[int, int] = {}
    for at, event in enumerate(tape.events):
        several = event.result >= 0 and tape.shape(event.result)
        if several and tape.node(at).kind in ("literal", "call", "binary", "argument"):
            first.setdefault(event.result, at)
    return tuple(first.values())


def _in_a_row(numbers: Numbers, wanted: Sequence[Number], before: int) -> tuple[Origin | None, ...] | None:
    """Return the positions of numbers that are a row of an array, or its beginning: the row that fits best."""
    values = np.array([numbers.value(n) for n in wanted])
    best: tuple[int, tuple[Origin | None, ...]] | None = None
    for place, array in _arrays(numbers, before):
        for width in dict.fromkeys((array.shape[-1], array.size)) if array.size else ():
            rows = array.reshape(-1, width)
            count = min(width, len(values))
            if count < max(1, len(values) - 1):
                continue
            hits = np.flatnonzero((rows[:, :count] == values[:count]).all(axis=1))
            apart = abs(width - len(values))
            if len(hits) and (best is None or apart < best[0]):
                start = int(hits[0]) * width
                best = apart, tuple((place, start + i) if i < count else None for i in range(len(values)))
    return None if best is None else best[1]


def _named(numbers: Numbers, wanted: Number, before: int) -> Origin | None:
    """Return the literal that was last given to a name in the text of the event that uses a number."""
    tape, given = numbers.tape, _given(numbers, wanted, before)
    places = tape.made.get(wanted.key, []) if given is not None else []
    written = [at for at in places if at < (given or 0) and tape.node(at).kind == "literal"]
    same = [at for at in written if _is_one(tape, at, given or 0)]
    return (tape.place(same[-1]), None) if same else None


def _given(numbers: Numbers, wanted: Number, before: int) -> int | None:
    """Return where a number was last given to a name in the text of the event that uses it, None where it was not."""
    tape, words = numbers.tape, set(re.findall(r"[A-Za-z_]\w*", numbers.tape.node(before).text))
    places = reversed(tape.made.get(wanted.key, []))
    return next((i for i in places if i < before and tape.node(i).kind == "bind" and tape.node(i).what in words), None)


def _is_one(tape: Tape, literal: int, given: int) -> bool:
    """Return whether what was written is what was given to a name, and no equal number from elsewhere."""
    identities = tape.events[literal].identity, tape.events[given].identity
    return identities[0] == identities[1] or min(identities) < 0


def _standing(numbers: Numbers, wanted: Number, before: int) -> Origin | None:
    """Return the first array in which a number stands just once, else what gave it its name or first made its value.

    A zero is made in many places, of which none but one where it is written is told from the others.
    """
    for place, array in _arrays(numbers, before):
        found = np.flatnonzero(array.ravel() == numbers.value(wanted))
        if len(found) == 1:
            return place, int(found[0])
    tape = numbers.tape
    given = (_given(numbers, wanted, before), *tape.made.get(wanted.key, [])[:1])
    first = next((at for at in given if at is not None and at < before), None)
    told = first is not None and (numbers.value(wanted) or tape.node(first).kind == "literal")
    return (tape.place(first), None) if first is not None and told else None
