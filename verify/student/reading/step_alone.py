"""Steps that take the place of a parameter: ``W =- rate * dW`` or ``W = rate * dW``, meant as ``W -= rate * dW``."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from ..runs.tape import Tape, upstream

EARLY = 8  # evaluations of an expression, among which are those of the first pass
FEW = 6  # operations that a step is made of after its gradient
GIVING = ("bind", "store")
SCALING = ("*", "/", "-")


class Alone(NamedTuple):
    """What a parameter was, where it was given its step in place of a sum, and the sign of the step's constant."""

    old: int
    at: int
    sign: int


def steps_alone(tape: Tape, roles: Callable[[int, int], tuple[str, ...]], changed: set[int]) -> Iterator[Alone]:
    """Yield the parameters that become a constant times a gradient, each once.

    Arguments:
        tape: the run.
        roles: the roles that a value had before a position: as a weight, as a bias.
        changed: the groups of the parameters that are changed by sums.
    """
    first = tape.products[0].at if tape.products else 0
    used = {k for p in tape.products for k in (p.left, p.right)} | {k for t in tape.sums for k in (t.left, t.right)}
    there = {k for k in used if tape.shape(k) and tape.first_made(k, first) is not None}
    unchanged = {k for k in there if tape.group(k) not in changed}
    shapes = {tape.shape(k) for k in unchanged}
    seen: set[int] = set()
    places: dict[int, list[int]] = defaultdict(list)
    for at, event in enumerate(tape.events):
        places[event.node].append(at)
    for at, event in enumerate(tape.events):
        node = tape.node(at)
        given = node.kind in GIVING or node.what in SCALING
        if not given or event.result < 0 or tape.shape(event.result) not in shapes:
            continue
        for old in _before(tape, at, places):
            group = tape.group(old)
            fits = tape.shape(old) == tape.shape(event.result) and group != tape.group(event.result)
            if not fits or old not in unchanged or group in seen:
                continue
            found = _constant(tape, at) if roles(old, at) else None
            if found is not None and _is_used(tape, old, found[1]):
                seen.add(group)
                yield Alone(old, at, found[0])


def _before(tape: Tape, at: int, places: Mapping[int, list[int]]) -> Iterator[int]:
    """Yield what a name held before it is given a value, and what is later found in that value's place."""
    event, node = tape.events[at], tape.node(at)
    if node.kind == "bind" and (old := tape.bound(node.what, at)) is not None:
        yield old
    later = tape.used.get(event.result, ()) if node.kind != "bind" else ()  # an entry of a list is given no name
    used = next((i for i in later if i > at and tape.node(i).kind in ("binary", "call")), None)
    if used is not None:
        position = tape.events[used].operands.index(event.result)
        same = (tape.events[i].operands for i in places[tape.events[used].node][:EARLY] if i < at)
        yield from dict.fromkeys(operands[position] for operands in same)


def _constant(tape: Tape, at: int) -> tuple[int, int] | None:
    """Return the sign of the constant in what an event holds and where the array was made that it multiplies."""
    sign, found, place = 1, False, at
    for _ in range(FEW):
        node, event = tape.node(place), tape.events[place]
        first = len(event.operands) - 1 if node.kind == "store" else 0  # before it stands what it is stored in
        arrays = [i for i, k in enumerate(event.operands) if i >= first and k >= 0 and tape.shape(k)]
        numbers = [k for k in event.operands if k >= 0 and not tape.shape(k)]
        if node.kind == "unary" and node.what == "-":
            sign, found = -sign, True
        elif node.kind == "binary" and node.what in SCALING[:2] and len(arrays) == len(numbers) == 1:
            sign, found = sign * (-1 if float(tape.array(numbers[0])) < 0 else 1), True
        elif node.kind not in GIVING or len(arrays) != 1:
            break
        made = tape.makers[place][arrays[0]]
        if made is None:
            return None
        place = made
    return (sign, place) if found else None


def _is_used(tape: Tape, old: int, at: int) -> bool:
    """Return whether a gradient is made, by a product or a sum of many, of what was computed with a parameter."""
    before = upstream(tape, at)
    return any(old in tape.events[i].operands for i in before) and not tape.product_places.isdisjoint(before)
