"""The arrays that a program trains, whatever it computes with them: they are changed, and the next step uses them."""

from collections.abc import Iterator
from typing import NamedTuple

from ...reading.lineage import is_assigned
from ...reading.points import Source, source
from ...runs.recording import Place
from ...runs.tape import Sum, Tape, upstream
from ..unread import written_name

MOST = 60  # sums in a row that make one update: row by row, or a decay after the gradient
COMPUTING = ("binary", "call", "unary", "compare", "subscript", "attribute")


class Trained(NamedTuple):
    """One trained array in the first step of a run.

    Attributes:
        name: as it is written where it is made, or where it changes.
        line: in which it first changes.
        changes: the places of the sums that change it, in their order: one, or several in a row.
        origin: where it comes from.
    """

    name: str
    line: int
    changes: tuple[Place, ...]
    origin: Source


def position(tape: Tape, place: Place) -> int:
    """Return where in a run a place is."""
    return next(at for at in range(len(tape.events)) if tape.place(at) == place)


def key_before(tape: Tape, one: Trained) -> int:
    """Return the key of what an array was before its first change."""
    return tape.events[position(tape, one.changes[0])].operands[0]


def trained_arrays(tape: Tape) -> list[Trained] | None:
    """Return every array that is changed in place, or under its name, and then used where it was used before.

    What a step makes anew, as an error from which the targets are taken, does not come back as it was left.

    Returns:
        The arrays; None where it is not known of one of them where it comes from.
    """
    found: list[Trained] = []
    sums = list(_changing(tape))
    made: set[int] = set()
    for total in sums:
        if total.left not in made:
            changes = _in_a_row(tape, total, sums)
            if _comes_back(tape, changes):
                origin = source(tape, total.at, total.left)
                if origin is None or not _is_whole(tape, total, origin):
                    return None
                name = tape.name_of(total.left) or written_name(tape, total.at)
                places = tuple(tape.place(s.at) for s in changes)
                if _reaches_a_number(tape, origin, total.at):
                    found.append(Trained(name, tape.node(total.at).line, places, origin))
        made.add(total.result)
    return found


def is_computed(tape: Tape, key: int, at: int) -> bool:
    """Return whether the value that an event uses is computed of trained arrays by a product, and trained no more."""
    made = source(tape, at, key)
    place = None if made is None else next(i for i in range(len(tape.events)) if tape.place(i) == made.place)
    if place is None:
        return False
    origins = {one.origin.place for one in trained_arrays(tape) or []}
    before = upstream(tape, place) - {place}
    inside = {tape.place(i) for i in before}
    return not tape.product_places.isdisjoint(before | {place}) and not origins.isdisjoint(inside)


def _changing(tape: Tape) -> Iterator[Sum]:
    """Yield the sums that change an array under its name; of a part of one, what becomes of the whole."""
    for total in tape.sums:
        after = tape.events[total.at + 1] if total.at + 1 < len(tape.events) else None
        stored = after is not None and tape.nodes[after.node].kind == "store" and after.operands[1:] == (total.result,)
        if after is not None and stored and after.operands[0] >= 0:
            yield total._replace(at=total.at + 1, left=after.operands[0], result=after.result)
        elif (tape.shape(total.left) or tape.shape(total.result)) and is_assigned(tape, total):
            yield total


def _in_a_row(tape: Tape, first: Sum, sums: list[Sum]) -> tuple[Sum, ...]:
    """Return the sums that change an array one after another before anything else uses it."""
    changes = [first]
    for total in sums:
        if total.left == changes[-1].result and total.at > changes[-1].at and len(changes) < MOST:
            between = range(changes[-1].at + 1, total.at)
            if any(_computes(tape, at, total.left) for at in between if tape.node(at).line != tape.node(total.at).line):
                break
            changes.append(total)
    return tuple(changes)


def _computes(tape: Tape, at: int, key: int) -> bool:
    """Return whether an event computes something of a value, and does not only hand it on."""
    return key in tape.events[at].operands and tape.node(at).kind in COMPUTING


def _is_whole(tape: Tape, total: Sum, origin: Source) -> bool:
    """Return whether a sum changes the whole of what comes from a source, all of it real numbers."""
    shape = tape.shape(total.left)
    return origin.value.shape == shape == tape.shape(total.result) and origin.value.dtype.kind == "f"


def _comes_back(tape: Tape, changes: tuple[Sum, ...]) -> bool:
    """Return whether what a step leaves is used by an expression that used what was there before it."""
    before, after = changes[0], changes[-1]
    uses = (at for at in tape.used[before.left] if at < before.at)
    used = {tape.events[at].node for at in uses if _computes(tape, at, before.left)}
    return any(tape.events[at].node in used for at in tape.used[after.result] if at > after.at)


def _reaches_a_number(tape: Tape, origin: Source, end: int) -> bool:
    """Return whether a single number is made of what comes from a source before a position, as of no velocity."""
    reached: set[int] = set()
    for at in range(end):
        event = tape.events[at]
        if tape.place(at) == origin.place or not reached.isdisjoint(m for m in tape.makers[at] if m is not None):
            reached.add(at)
            if event.result >= 0 and tape.recording.values[event.result].size == 1 and tape.shape(event.result) == ():
                return True
    return False
