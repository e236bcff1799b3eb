"""One run looked at: the reading that fits best, and whether its gradients are right, up to what, or how wrong."""

from typing import NamedTuple

import numpy as np

from reference.arrays import Array

from ..mistakes.explain import explain, is_right
from ..mistakes.explanation import Explanation
from ..mistakes.laid_out import laid_out
from ..mistakes.partly import of_one_unit, partly
from ..reading.align import Reading, readings
from ..reading.curves import Curve, close
from ..reading.implied import recorded
from ..reading.layer_penalties import placed, weighed
from ..reading.losses_seen import METRICS, LossSeen, believed, losses_seen
from ..reading.multiples import SAME, factor_between
from ..reading.penalty import penalty
from ..reading.point import Observed, Point, reverse_sweep
from ..reading.unbent import unbent
from ..runs.tape import GATHERED_STEP, Tape, upstream
from .decays import Right, grows, misdecayed, with_decay, without_decay

DEFAULTS = {
    "sigmoid": ("half_sse", "bce", "cross_entropy"),
    "softmax": ("cross_entropy", "half_sse", "bce"),
    "exp": ("poisson", "half_sse"),
}
OTHERS = ("mae", "huber", "log_cosh", "hinge")
MOST_BENDS = 2  # of a step between the gradient and the update that are looked through
TRIED = 2  # readings that are searched for mistakes
OPPOSED = 3  # larger entries of one parameter's gradient that no optimiser follows all the wrong way
FOLLOWED = 0.75  # part of the larger entries of the gradients whose sign an optimiser's steps have


class Look(NamedTuple):
    """What one run shows.

    Attributes:
        tape: the run.
        reading: the one that fits best.
        seen: the losses that were computed.
        right: where the gradients are right.
        explanations: else the mistakes that reproduce them, fewest first.
    """

    tape: Tape
    reading: Reading
    seen: list[LossSeen]
    right: Right | None
    explanations: list[Explanation]

    @property
    def bugs(self) -> frozenset[str]:
        """The ids of every explanation, first ones only."""
        return frozenset(b for e in self.explanations for b in e.bugs)


def look(tape: Tape, tell: tuple[str, ...] = ()) -> Look | None:
    """Return what a run shows, None where no network was found in it; mistakes are not searched for.

    Arguments:
        tape: the run.
        tell: the names of the losses to judge by, where they are known.
    """
    first: Look | None = None
    for read in readings(tape):
        reading, losses = _with_penalty(tape, read)
        right = rightness(tape, reading, tell or candidates(reading.point, losses))
        if right is not None:
            return Look(tape, reading, losses, right, [])
        first = first or Look(tape, reading, losses, None, [])
    return first


def explained(looks: list[Look], tell: tuple[str, ...] = (), scale: float | None = None) -> list[Look]:
    """Return the looks with the mistakes that reproduce the gradients of the first, and of each other where they do.

    Arguments:
        looks: of several points, none of which shows right gradients.
        tell: the names of the losses to judge by, where they are known.
        scale: of the gradients, where it must be the same at all points.
    """
    first = _explained(looks[0], tell, None, scale)
    named = frozenset(b for e in first.explanations for b in e.bugs)
    return [first, *(_explained(one, tell, named, scale) for one in looks[1:])] if named else [first, *looks[1:]]


def _explained(one: Look, tell: tuple[str, ...], only: frozenset[str] | None, scale: float | None) -> Look:
    """Return the look at the reading that needs the fewest mistakes of those that are looked for."""
    others = [r for r in readings(one.tape)[:TRIED] if r.point.sizes == one.reading.point.sizes]
    told = [_with_penalty(one.tape, r) for r in others if not _same(r, one)]
    told = [(r, seen) for r, seen in told if seen or not one.seen]  # the program's own loss speaks for a reading
    found = [one, *(one._replace(reading=r, seen=seen) for r, seen in told)]
    tried = [_tried(each, tell or candidates(each.reading.point, each.seen)[:3], only, scale) for each in found]
    good = [each for each in tried if each.explanations]
    return min(good, key=lambda each: each.explanations[0].cost, default=tried[0])


def _tried(one: Look, names: tuple[str, ...], only: frozenset[str] | None, scale: float | None) -> Look:
    """Return the look with the mistakes that reproduce its steps, or what an optimiser was given to make them."""
    explanations = _searched(one.tape, one.reading, names, only, scale)
    if explanations or _is_one_of_several(one.tape, one.reading):
        return one._replace(explanations=explanations)
    tried = one._replace(explanations=explanations)
    for bends in range(1, MOST_BENDS + 1):
        given = unbent(one.tape, one.reading, bends)
        if given is None or tried.explanations:
            break
        reading = one.reading._replace(observed=given)
        found = _searched(one.tape, reading, names, only)
        tried = one._replace(reading=reading, explanations=found) if found or bends == 1 else tried
    return tried


def read_alike(one: Look, first: Look) -> Look:
    """Return a look with the reading that has the activations of another look's, itself where none has."""
    wanted = [c.name for c in first.reading.point.curves]
    alike = (r for r in readings(one.tape) if [c.name for c in r.point.curves] == wanted)
    if [c.name for c in one.reading.point.curves] == wanted or (reading := next(alike, None)) is None:
        return one
    reading, seen = _with_penalty(one.tape, reading)
    return one._replace(reading=reading, seen=seen)


def _same(reading: Reading, one: Look) -> bool:
    """Return whether a reading says the same of the passes, outputs and targets as that of a look."""
    mine, theirs = ([(p.chain.start, p.output[1:], p.target[:2]) for p in r.passes] for r in (reading, one.reading))
    return mine == theirs


def agreed(looks: list[Look], tell: tuple[str, ...] = ()) -> list[Look]:
    """Return the looks with one activation for each layer: a few values may fit several, those of all points one."""
    options = zip(*(one.reading.point.curves for one in looks), strict=True)
    chosen = tuple(_fitting(list(curves), looks, l) for l, curves in enumerate(options))
    return [_with_curves(one, chosen, tell) for one in looks]


def _fitting(curves: list[Curve], looks: list[Look], l: int) -> Curve:
    """Return the first of some curves that fits layer l of every look; the commonest where none does."""
    points = [one.reading.point for one in looks]
    for curve in sorted(curves, key=lambda c: [f.name for f in curves].count(c.name), reverse=True):
        with np.errstate(all="ignore"):
            if all(close(p.a[l], np.asarray(curve.forward(p.z[l]))) for p in points):
                return curve
    return curves[0]


def _with_curves(one: Look, curves: tuple[Curve, ...], tell: tuple[str, ...]) -> Look:
    point = one.reading.point
    if tuple(c.name for c in curves) == tuple(c.name for c in point.curves):
        return one
    reading = one.reading._replace(point=point._replace(curves=curves))
    right = rightness(one.tape, reading, tell or candidates(reading.point, one.seen))
    return one._replace(reading=reading, right=right)


def _with_penalty(tape: Tape, reading: Reading) -> tuple[Reading, list[LossSeen]]:
    """Return a reading that knows the penalty of its loss, and the losses seen; their sum with it is one of them."""
    seen = losses_seen(tape, reading)
    own = [s for s in seen if s.name not in METRICS]
    added = penalty(tape, reading, own)
    if added is None:
        return _with_layers(tape, reading, seen, own)
    point = reading.point._replace(decay=added.decay, bias_decay=added.decay if added.biases else 0.0)
    reading = reading._replace(point=point)
    at = next(i for i in range(reading.start, reading.end) if tape.place(i) == added.place)
    value = float(tape.array(tape.events[at].result).reshape(()))
    return reading, [*seen, LossSeen(added.loss, added.place, at, value, added.factor)]


def _with_layers(
    tape: Tape, reading: Reading, seen: list[LossSeen], own: list[LossSeen]
) -> tuple[Reading, list[LossSeen]]:
    """Return the same of a loss with penalties of each layer's own."""
    for loss in own:
        if loss.factor > 0 and (found := weighed(tape, reading, loss)) is not None:
            value = float(tape.array(tape.events[found.at].result).reshape(()))
            total = LossSeen(loss.name, tape.place(found.at), found.at, value, found.factor)
            return reading._replace(point=placed(reading.point, found.penalties)), [*seen, total]
    return reading, seen


def _searched(
    tape: Tape,
    reading: Reading,
    losses: tuple[str, ...],
    only: frozenset[str] | None = None,
    scale: float | None = None,
) -> list[Explanation]:
    """Return the mistakes that reproduce the gradients, fewest first; with a weight decay where there is one."""
    entries = [e for loss in losses for e in partly(reading.point, reading.observed, loss, scale)]
    if any(of_one_unit(e) for e in entries) and not reading.point.decay:
        return entries
    if _is_of_a_vector(reading) and (apart := _laid_out(reading, losses)):
        return apart
    back = recorded(tape, reading)
    found = [e for loss in losses for e in explain(reading.point, reading.observed, loss, back, only, scale)]
    found += [e for loss in losses if (e := misdecayed(reading, loss)) is not None]
    if not found and not reading.point.decay and scale is None:
        undecayed = [(loss, without_decay(reading.point, reading.observed, loss)) for loss in losses]
        found = [e for loss, left in undecayed if left for e in explain(reading.point, left, loss, back, only)]
    if not found and not reading.point.decay:
        found = entries
    return sorted(found, key=lambda e: e.cost)


def _is_of_a_vector(reading: Reading) -> bool:
    """Return whether all weights are parts of one longer vector."""
    return all(u is not None and u.where is not None for u in reading.weights)


def _laid_out(reading: Reading, losses: tuple[str, ...]) -> list[Explanation]:
    """Return the gradients of each loss that are right but for their places."""
    found = (laid_out(reading.point, reading.observed, loss) for loss in losses)
    return [e for e in found if e is not None]


def candidates(point: Point, seen: list[LossSeen]) -> tuple[str, ...]:
    """Return the losses to judge by: the computed ones, else every one that the output may go with."""
    names = believed(seen)
    if names and names != ["mae"]:
        return tuple(names)
    return (*DEFAULTS.get(point.curves[-1].family, ("half_sse",)), *OTHERS)


def rightness(tape: Tape, reading: Reading, losses: tuple[str, ...]) -> Right | None:
    """Return how the observed gradients are right for one of the losses, None where they are not."""
    for loss in losses:
        scale = is_right(reading.point, reading.observed, loss)
        if scale is not None:
            return Right(loss, scale)
    for loss in losses:
        decayed = None if reading.point.decay else with_decay(reading.point, reading.observed, loss)
        if decayed is not None:  # one that lets the weights grow is no optimiser's work either
            return decayed if decayed.decay >= 0 or decayed.scale < 0 else None
    if _is_one_of_several(tape, reading):
        return None
    given = unbent(tape, reading)
    believed_in = [loss for loss in losses if loss not in OTHERS] or losses  # no optimiser for a loss that is guessed
    for loss in believed_in if given else ():
        if given and is_right(reading.point, given, loss):
            return None if grows(reading, loss) else _optimised(reading, loss)
    for loss in believed_in:
        if made_of_right_gradients(tape, reading, loss):
            return _optimised(reading, loss)
    return None


def _optimised(reading: Reading, loss: str) -> Right | None:
    """Return how bent steps are right: where they go down, or all up, as their gradients say; None where they do not.

    An optimiser moves each parameter against the sign of its own gradient, or nearly always; what leaves a parameter
    alone, or moves it by something else than its gradient, is none.
    """
    told = _larger(reading, loss)
    if told is None:
        return None
    along = float(np.mean(np.concatenate(told) > 0)) if told else 0.0
    for share, sign in ((along, 1.0), (1 - along, -1.0)):
        if share >= FOLLOWED:
            return Right(loss, sign, optimiser=True)
    return None


def _larger(reading: Reading, loss: str) -> list[Array] | None:
    """Return the larger entries of each step times those of its gradient; None where one is no step of its gradient."""
    right = reverse_sweep(reading.point, loss)
    pairs = [(got, g) for got, g in _pairs(reading.observed, right.dW, right.db) if got is not None and g.any()]
    if any(got.shape != g.shape or not got.any() for got, g in pairs):
        return None
    return [(got * g)[np.abs(g) >= np.median(np.abs(g[g != 0]))] for got, g in pairs]


def is_opposed(one: Look) -> bool:
    """Return whether an optimiser takes one parameter the other way than all: no rule of an optimiser does that."""
    if one.right is None or not one.right.optimiser:
        return False
    told = _larger(one.reading, one.right.loss) or []
    return any(len(each) >= OPPOSED and bool((one.right.scale * each < 0).all()) for each in told)


def made_of_right_gradients(tape: Tape, reading: Reading, loss: str) -> bool:
    """Return whether every right gradient was computed, at one scale, and the update then bent each of them.

    A step that is no multiple of its own gradient is the work of an optimiser (Adam, RMSprop, clipping), which is
    no mistake. A step that is one, at a factor of its own, is.
    """
    right = reverse_sweep(reading.point, loss)
    if _clipped(_pairs(reading.observed, right.dW, right.db)):
        return True
    scales: set[float] | None = None
    for got, g in sorted(_pairs(reading.observed, right.dW, right.db), key=lambda pair: pair[1].size):
        if got is None or got.shape != g.shape or not g.any() or not got.any():
            return False
        if g.size == 1:
            continue  # a multiple of every other number
        if factor_between(got, g):
            return False
        here = {round(s, 7) for s in _scales_recorded(tape, reading, g)}
        scales = here if scales is None else {s for s in scales if any(abs(s - h) < 1e-6 * abs(s) for h in here)}
        if not scales:
            return False
    return bool(scales)


def _is_one_of_several(tape: Tape, reading: Reading) -> bool:
    """Return whether a step is made of other passes than the one that is read: a sum is no bent step."""
    layer = reading.passes[0].chain.layers[0]
    updates = [u for u in (*reading.weights, *reading.biases) if u is not None]
    if len(reading.passes) > 1 or reading.weights[0] is None:
        return False
    own = {tape.group(layer.product.left), tape.group(layer.product.right)}
    last = max(u.at for u in updates)
    used = [(p.at, {tape.group(p.left), tape.group(p.right)}) for p in tape.products if p.at < last]
    others = {at for at, groups in used if tape.group(layer.W_key) in groups and groups != own}
    gathered = any(node.what == GATHERED_STEP for node in tape.nodes)
    return bool(others) and (gathered or any(not others.isdisjoint(upstream(tape, u.end)) for u in updates))


def _clipped(pairs: list[tuple[Array | None, Array]]) -> bool:
    """Return whether all steps are their gradients at one scale, some of them cut off at a size of their own."""
    known = [(got, g) for got, g in pairs if got is not None and got.shape == g.shape and got.any()]
    whole = [factor for got, g in known if g.size > 1 and (factor := factor_between(got, g))]
    if len(known) < len(pairs) or not whole or len(whole) == len(known):
        return False
    return all(_is_cut(got, whole[0] * g) for got, g in known)


def _is_cut(got: Array, should: Array) -> bool:
    """Return whether a step is what it should be but for entries that are cut off at the largest size in it."""
    largest = float(np.abs(got).max())
    kept = np.abs(got - should) <= SAME * max(largest, float(np.abs(should).max()))
    cut = (np.abs(got) >= largest * (1 - SAME)) & (np.abs(should) >= largest) & (got * should > 0)
    alone = np.count_nonzero(cut & ~kept) == 1  # one number by itself is cut off by anything
    return bool(kept.all()) or (not alone and bool((kept | cut).all()))


def _pairs(observed: Observed, dW: tuple[Array, ...], db: tuple[Array, ...]) -> list[tuple[Array | None, Array]]:
    biases = [(got, g) for got, g in zip(observed.db, db, strict=True) if got is not None]
    return [*zip(observed.dW, dW, strict=True), *biases]


def _scales_recorded(tape: Tape, reading: Reading, g: Array) -> list[float]:
    """Return the factors at which a gradient, or its transpose, was recorded during the step."""
    found = []
    keys = dict.fromkeys(e.result for e in tape.events[reading.start : reading.end] if e.result >= 0)
    for key in keys:
        if np.size(tape.recording.values[key]) != g.size:
            continue
        value = tape.array(key)
        for form in (g, g.T):
            if value.shape == form.shape or 1 in (*value.shape, *form.shape) or value.ndim == 1:
                scale = factor_between(value, form)
                if scale:
                    found.append(scale)
    return found
