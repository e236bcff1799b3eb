"""Whether a function that gives a minimiser its gradient gives that of the point which it is asked at."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..reading.align import Reading
from ..runs.recording import NOT_A_NUMBER
from ..runs.tape import Tape, upstream
from .look import Look
from .rounding import Spoilt


class Asked(NamedTuple):
    """One call of such a function: the key of its point, and where its gradient was made or fetched."""

    point: int
    at: int


def behind(one: Look) -> Spoilt | None:
    """Return the gradient that is, in every later call, that of the point of the call before; None for others.

    Of the first call nothing is seen: the network may hold the point that the minimiser starts from.
    """
    tape, reading = one.tape, one.reading
    if any(u is None or u.new != NOT_A_NUMBER for u in reading.weights):
        return None
    for calls in _functions(tape, reading):
        moved = [(was, now) for was, now in pairwise(calls) if tape.group(was.point) != tape.group(now.point)]
        if moved and all(_is_behind(tape, reading, was, now) for was, now in moved):
            return Spoilt(reading.point.depth, "delta", moved[0][1].at, "B34")
    return None


def _functions(tape: Tape, reading: Reading) -> Iterator[list[Asked]]:
    """Yield the calls of each function that takes a vector of all parameters, and gives back another like it."""
    size = sum(W.size for W in reading.point.W)
    given: dict[int, list[int]] = {}
    for at, event in enumerate(tape.events):
        vector = tape.shape(event.result) if event.result >= 0 else ()
        if len(vector) == 1 and vector[0] >= size and tape.node(at).kind == "argument":
            given.setdefault(event.node, []).append(at)
    for places in given.values():
        yield [asked for at in places if (asked := _asked(tape, at)) is not None]


def _asked(tape: Tape, at: int) -> Asked | None:
    """Return the call whose argument stands at a position, None for a function that returns nothing like it."""
    function, point = tape.node(at).function, tape.events[at].result
    end = next((i for i in range(at, len(tape.events)) if _is(tape, i, "return", function)), at)
    like = [k for k in tape.events[end].operands if k >= 0 and k != point and tape.shape(k) == tape.shape(point)]
    made = (
        i for i in range(at, end) if like and tape.events[i].result == like[-1] and tape.node(i).function == function
    )
    first = next(made, None)
    return None if first is None else Asked(point, first)


def _is(tape: Tape, at: int, kind: str, function: str) -> bool:
    return (tape.node(at).kind, tape.node(at).function) == (kind, function)


def _is_behind(tape: Tape, reading: Reading, was: Asked, now: Asked) -> bool:
    """Return whether the weights that a gradient was made of are entries of the point before, and not of its own."""
    nodes = {tape.events[layer.product.at].node for layer in reading.passes[0].chain.layers}
    shapes = {W.size for W in reading.point.W}
    before = upstream(tape, now.at)
    keys = {k for p in tape.products if p.at in before and tape.events[p.at].node in nodes for k in (p.left, p.right)}
    weights = [key for key in keys if tape.array(key).size in shapes and _has(tape, (was.point, now.point), key)]
    return bool(weights) and not any(_has(tape, (now.point,), key) for key in weights)


def _has(tape: Tape, points: Sequence[int], key: int) -> bool:
    """Return whether all numbers of an array are entries of one of some vectors."""
    return any(np.isin(tape.array(key), tape.array(point)).all() for point in points)
