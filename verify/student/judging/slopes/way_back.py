"""Where a way back leaves the slopes of the loss, whatever network it belongs to.

Each array of the forward pass is moved where it is made: the loss then has slopes along it. An array of the way back
that has these is the cotangent of that array; the first that has none, though it is made of such, is the wrong one.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from reference.arrays import Array

from ...reading.points import Source
from ...runs.tape import Tape, upstream
from ..own_loss import Runs, slopes_along
from .rows import AGREE, STEP
from .trained import COMPUTING, key_before, position
from .verdict import BySlopes

FEW, ARRAYS = 14, 36  # of the forward pass that are moved, the last that the wrong steps go through
SECONDS = 3.0  # of processor time for which more than a few are moved
DIRECTIONS = 3  # one fixes the rate; by two more an array is met by chance once in a million
NOISE, LEAST = 1000, 1e-8  # of the median by which cotangents are off: what is more is a small mistake
HANDS = 8  # that a value goes through, from what computes it to what uses it
HANDED = ("bind", "name", "argument", "return")


class Cotangent(NamedTuple):
    """What an array of the way back is, or should be: a rate times the slopes along one; how far off it is."""

    of: int
    rate: float
    off: float = 0.0


class WayBack(NamedTuple):
    """What was found on the way back, by positions at the point of the verdict.

    Attributes:
        right: the arrays that are cotangents.
        wrong: the first array that is none, and what it should be; None where that is not known.
    """

    right: dict[int, Cotangent]
    wrong: tuple[int, Cotangent] | None


def way_back(runs: Runs, found: BySlopes, seed: int) -> WayBack:
    """Return the cotangents on the way back to the wrong arrays, and the first array that should be one.

    Arguments:
        runs: runs the program again.
        found: the verdict.
        seed: of the directions.
    """
    tape, inside = found.point.tape, upstream(found.point.tape, found.at)
    starts = {key_before(tape, one.trained) for one in found.wrong}
    own = {*_made_of(tape, starts | {key_before(tape, one.trained) for one in found.right}, range(len(tape.events)))}
    ends = [position(tape, one.trained.changes[0]) for one in found.wrong]
    back = sorted((set().union(*(upstream(tape, end) for end in ends)) - inside - {*ends}) & own)
    fed = {m for at in back for m in tape.makers[at] if m is not None and m in inside & own}
    shapes = {_sizes(tape, at) for at in (*back, *fed)}
    forward = [at for at in _each_once(tape, _made_of(tape, starts, sorted(inside))) if _sizes(tape, at) in shapes]
    rng = np.random.default_rng((seed, 96))
    right: dict[int, Cotangent] = {}
    missed: list[int] = []
    for at in forward[-_affordable(tape) :][::-1]:
        same = dict(_cotangents(runs, found, at, [*fed, *back], rng))
        right = same | right  # the nearest to the loss: what is only multiplied on the way has the same slopes
        missed += [] if same else [at]
    near = NOISE * max(float(np.median([c.off for c in right.values()])), LEAST) if right else AGREE
    right = {at: c for at, c in right.items() if c.off <= near}
    known = {_key(tape, c.of) for c in right.values()}
    missed = sorted(missed, key=lambda of: _is_passed(tape, of, known))
    return WayBack(right, next(_astray(tape, back, right, missed, inside), None))


def _affordable(tape: Tape) -> int:
    """Return how many arrays are moved, each in two runs at least."""
    return min(ARRAYS, max(FEW, int(SECONDS / (2 * tape.recording.seconds + 1e-9))))


def _sizes(tape: Tape, at: int) -> tuple[int, ...]:
    """Return the lengths of an array's axes in order: equal for a transpose."""
    return tuple(sorted(tape.shape(_key(tape, at))))


def _key(tape: Tape, at: int) -> int:
    return tape.events[at].result


def _made_of(tape: Tape, keys: set[int], places: Iterable[int]) -> list[int]:
    """Return which of some positions, in their order, make arrays of some values."""
    made, found = set(keys), []
    for at in places:
        event = tape.events[at]
        filled = tape.node(at).what.endswith("_like")
        if event.result >= 0 and not filled and not made.isdisjoint(event.operands):
            made.add(event.result)
            found += [at] if tape.shape(event.result) else []
    return found


def _each_once(tape: Tape, places: list[int]) -> list[int]:
    """Return the positions that compute something, the first of each value."""
    first: dict[int, int] = {}
    for at in places:
        if tape.node(at).kind in COMPUTING and tape.node(at).kind != "unary":  # the slopes of -x are those of x
            first.setdefault(_key(tape, at), at)
    return sorted(first.values())


def _cotangents(
    runs: Runs, found: BySlopes, at: int, back: list[int], rng: np.random.Generator
) -> Iterator[tuple[int, Cotangent]]:
    """Yield the positions on the way back of arrays that have the slopes of the loss along one of the forward pass."""
    tape = found.point.tape
    value = tape.array(_key(tape, at))
    inject = {**found.point.inject, tape.place(at): value}
    source, directions = Source(tape.place(at), value), [rng.normal(size=value.shape) for _ in range(DIRECTIONS)]
    left = [(other, array) for other in back for array in _forms(tape.array(_key(tape, other)), value.shape)]
    slopes: list[float] = []
    for direction in directions:
        slopes.append(slopes_along(runs, inject, source, direction, STEP, found.at + 1).get(found.loss, np.nan))
        known = np.array(slopes)
        if not np.isfinite(known).all() or not known.any():
            return
        left = [(other, array) for other, array in left if _rate(array, directions, known)]
        if not left:
            return
    for other, array in left:
        yield other, Cotangent(at, _rate(array, directions, known), _off(array, directions, known))


def _forms(array: Array, shape: tuple[int, ...]) -> list[Array]:
    """Return an array as it is and transposed, as far as that has a shape."""
    return [form for form in (array, array.T) if form.shape == shape][: 1 if array.ndim < 2 else 2]


def _rate(array: Array, directions: Sequence[Array], slopes: Array) -> float:
    """Return the rate at which an array has slopes along some directions, 0 where it has not."""
    taken = _along(array, directions, slopes)
    return float(taken @ slopes) / float(slopes @ slopes) if _off(array, directions, slopes) <= AGREE else 0.0


def _off(array: Array, directions: Sequence[Array], slopes: Array) -> float:
    """Return how far an array is from any multiple of the slopes, of its own size."""
    taken = _along(array, directions, slopes)
    rate = float(taken @ slopes) / float(slopes @ slopes)
    return float(np.abs(taken - rate * slopes).max() / (np.abs(taken).max() or 1.0))


def _along(array: Array, directions: Sequence[Array], slopes: Array) -> Array:
    return np.array([float(np.vdot(array, d)) for d, _ in zip(directions, slopes, strict=False)])


def _is_passed(tape: Tape, at: int, known: set[int]) -> bool:
    """Return whether an array is made entry by entry of one alone whose cotangent is known: inside an activation."""
    for _ in range(HANDS):
        made = [m for m in tape.makers[at] if m is not None and tape.shape(_key(tape, m))]
        if tape.node(at).what == "@" or len({_key(tape, m) for m in made}) != 1:
            return False
        at = made[0]
        if _key(tape, at) in known:
            return True
    return False


def _astray(
    tape: Tape, back: list[int], right: dict[int, Cotangent], missed: list[int], inside: set[int]
) -> Iterator[tuple[int, Cotangent]]:
    """Yield the arrays made of a cotangent that should be the next, and are not: the last first, sums in place last."""
    good = set().union(*(upstream(tape, at) for at in right)) - inside if right else set[int]()
    computed = [at for at in reversed(back) if at not in good and tape.node(at).kind in COMPUTING]
    added = [at for at in reversed(back) if at not in good and tape.node(at).kind == "augment"]
    for of in missed:
        above = {one: c.rate for one, c in right.items() if of in upstream(tape, c.of)}
        for at in (*computed, *added):
            handed = [_handed(tape, m) for m in tape.makers[at] if m is not None]
            rates = [above[m] for m in handed if m in above]
            if rates and _sizes(tape, at) == _sizes(tape, of):
                yield at, Cotangent(of, rates[0])


def _handed(tape: Tape, at: int) -> int:
    """Return where a value was computed that an event only hands on."""
    for _ in range(HANDS):
        before = next((m for m in tape.makers[at] if m is not None), None)
        if tape.node(at).kind not in HANDED or before is None or _key(tape, before) != _key(tape, at):
            break
        at = before
    return at
