"""A verdict on a program whose network is not read, or in part: by the slopes of its own loss along what it trains."""

from collections import Counter
from typing import NamedTuple

import numpy as np

from reference.arrays import Array

from ...runs.recording import Place, Recording
from ...runs.tape import Tape, upstream
from ..judgement import Judgement
from ..own_loss import Runs
from ..unread import parameter_keys
from .cut_off import is_cut_off
from .rows import Point, Rows, points_of, rows_at
from .trained import key_before, position, trained_arrays

ARRAYS = 12  # that are moved at most, each in two runs for each direction
SAME_RATE = 1e-3


class BySlopes(NamedTuple):
    """What the steps of a program are beside the slopes of its own loss.

    Attributes:
        loss: the place of the loss.
        rate: of the steps that are its slopes.
        right: the arrays whose steps these are.
        wrong: those whose steps are not the slopes of any number, at no rate.
        point: one of the points.
    """

    loss: Place
    rate: float
    right: tuple[Rows, ...]
    wrong: tuple[Rows, ...]
    point: Point

    @property
    def at(self) -> int:
        """The position of the loss at that point."""
        return position(self.point.tape, self.loss)

    def moves(self, origins: frozenset[Place]) -> bool:
        """Return whether the loss is made of an array that comes from one of some places."""
        return any(one.trained.origin.place in origins for one in (*self.right, *self.wrong))


def judged_by_slopes(runs: Runs, natural: Recording, seed: int) -> BySlopes | None:
    """Return the verdict, None where no number of the program is a loss that some of its steps follow, or all may be.

    Arguments:
        runs: runs the program again.
        natural: the program's own run.
        seed: of the points and the directions.
    """
    rng = np.random.default_rng((seed, 97))
    trained = trained_arrays(Tape(natural)) or []
    points = points_of(runs, trained, rng) if 0 < len(trained) <= ARRAYS else []
    if not points:
        return None
    at = {points[0].tape.place(i): i for i in range(len(points[0].tape.events))}
    rows: list[Rows] = []
    followed: list[BySlopes] = []
    for point in points:  # where no number is followed at the first, there is no need of others
        more = rows_at(runs, point, trained, rng)
        rows = [one.beside(other) for one, other in zip(rows, more, strict=True)] if rows else more
        shared = set.intersection(*({*one.slopes} for one in rows)) & at.keys()
        followed = [one for place in shared if (one := _follows(rows, points[0], at, place)) is not None]
        if not followed:
            return None
    best = max(followed, key=lambda one: (len(one.right) + len(one.wrong), len(one.right), at[one.loss]))
    told = _is_wrong(best, followed) if best.wrong else _is_all(best) and not _is_part(best, rows, at)
    told = told and not any(one.is_decayed(best.loss) and _is_squared(best, one) for one in best.right)
    return best if told and best.rate > 0 else None


def _follows(rows: list[Rows], point: Point, at: dict[Place, int], place: Place) -> BySlopes | None:
    """Return which arrays follow one number, None where none does or it is no outcome of the forward pass."""
    moving = [one for one in rows if np.abs(one.slopes[place]).min() > 0 and np.isfinite(one.slopes[place]).all()]
    with np.errstate(all="ignore"):
        steps = [one.rate(place) for one in moving]
        rates = [np.array([rate]) for rate in steps] if any(steps) else [one.rates(place) for one in moving]
    rate = _common(rates)
    if not rate or not _is_outcome(rows, point.tape, at, place):
        return None
    follows = [_has(own, rate) for own in rates]
    right = tuple(one for one, does in zip(moving, follows, strict=True) if does)
    wrong = tuple(one for one, does in zip(moving, follows, strict=True) if not does)
    return BySlopes(place, rate, right, wrong, point)


def _is_outcome(rows: list[Rows], tape: Tape, at: dict[Place, int], place: Place) -> bool:
    """Return whether a number is made of no step, and no step of it."""
    ends = [at[one.trained.changes[-1]] for one in rows]
    return not {*ends} & upstream(tape, at[place]) and all(at[place] not in upstream(tape, end) for end in ends)


def _common(rates: list[Array]) -> float:
    """Return the rate that most arrays have, 0 where none has one."""
    each = [float(rate) for own in rates for rate in own if rate]
    counted = Counter({rate: sum(_has(own, rate) for own in rates) for rate in each})
    return counted.most_common(1)[0][0] if counted else 0.0


def _has(rates: Array, rate: float) -> bool:
    return bool((np.abs(rates - rate) <= SAME_RATE * abs(rate)).any())


def _is_wrong(found: BySlopes, followed: list[BySlopes]) -> bool:
    """Return whether arrays are trained wrongly: at no rate, by no loss of their own, and by what the loss is made of.

    A matrix beside them, or two arrays, must be trained rightly: one vector may follow a number by chance. Of the wrong
    ones, a mistake may be far off in one alone: by what it sends down, it is less in others.
    """
    telling = len(found.right) > 1 or any(min(one.trained.origin.shape, default=1) > 1 for one in found.right)
    tape = found.point.tape
    inside = upstream(tape, found.at)
    losses = [other for other in followed if other.at not in inside or _is_term(tape, other.at)]
    others = {one.trained.changes for other in losses for one in other.right}
    own = all(one.trained.changes not in others for one in found.wrong)
    astray = (one for one in found.wrong if one.is_astray(found.loss))
    return telling and own and any(_goes_through(tape, one, inside) for one in astray)


def _is_term(tape: Tape, at: int) -> bool:
    """Return whether a number is computed once, as a loss that another is added to: that of one sample is of many."""
    return sum(event.node == tape.events[at].node for event in tape.events[: at + 1]) == 1


def _goes_through(tape: Tape, one: Rows, inside: set[int]) -> bool:
    """Return whether a step is made of what the loss is made of by its own array: not of others alone, nor cut off."""
    change = position(tape, one.trained.changes[0])
    old = tape.events[change].operands[0]
    return not is_cut_off(tape, old, max(inside)) and any(
        old not in tape.events[i].operands and any(old in tape.events[j].operands for j in upstream(tape, i))
        for i in upstream(tape, change) & inside
    )


def _is_part(found: BySlopes, rows: list[Rows], at: dict[Place, int]) -> bool:
    """Return whether something else is added to the number that the steps follow, as a penalty that they may lack."""
    tape = found.point.tape
    for place, there in at.items():
        node = tape.node(there)
        added = node.what in ("+", "-") or node.what.endswith((" +=", " -="))
        if added and all(place in one.slopes for one in rows) and found.at in upstream(tape, there):
            whole = np.concatenate([one.slopes[place] for one in rows])
            part = np.concatenate([one.slopes[found.loss] for one in rows])
            with np.errstate(all="ignore"):
                multiple = np.allclose(whole, part * (whole @ part) / (part @ part))
            if not multiple and _is_outcome(rows, tape, at, place):
                return True
    return False


def _is_squared(found: BySlopes, one: Rows) -> bool:
    """Return whether an array is squared before its step: the loss may hold a penalty on it."""
    tape, change = found.point.tape, position(found.point.tape, one.trained.changes[0])
    key = tape.events[change].operands[0]
    squares = ("**", "square", "norm", "power")
    return any(
        tape.node(at).what.rpartition(".")[2] in squares or tape.events[at].operands.count(key) > 1
        for at in tape.used[key]
        if at < change
    )


def _is_all(found: BySlopes) -> bool:
    """Return whether every product on the way to the loss has a trained array, or two values made of such.

    One of given values alone, or by them, may be that of a layer that is never changed; so may what is added to one.
    """
    tape = found.point.tape
    inside = upstream(tape, found.at)
    own = {tape.group(key_before(tape, one.trained)) for one in found.right}
    made = set(own)
    for at in sorted(inside):
        event = tape.events[at]
        if event.result >= 0 and any(tape.group(key) in made for key in event.operands if key >= 0):
            made.add(tape.group(event.result))
    products = [p for p in tape.products if p.at in inside]
    pairs = [{tape.group(p.left), tape.group(p.right)} for p in products]
    results = {tape.group(p.result) for p in products}
    sums = [
        s for s in tape.sums if s.at in inside and s.sign > 0 and tape.group(s.left) in results and tape.shape(s.right)
    ]
    return all(pair & own or pair <= made for pair in pairs) and all(tape.group(s.right) in made for s in sums)


def unread_arrays(judgement: Judgement) -> frozenset[Place]:
    """Return where the arrays come from that a program trains beside the parameters of the network as it was read."""
    one = judgement.natural
    updates = [u for u in (*one.reading.weights, *one.reading.biases) if u is not None and not u.alone]
    known = {one.tape.group(key) for key in (*parameter_keys(one), *(u.new for u in updates))}
    left = (t for t in trained_arrays(one.tape) or [] if one.tape.group(key_before(one.tape, t)) not in known)
    return frozenset(t.origin.place for t in left)
