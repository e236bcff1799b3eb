"""At which scales a program holds its gradients on the way to their updates: where a stray constant comes in."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import NamedTuple, TypeAlias

import numpy as np

from reference.arrays import Array

from ...mistakes.constants import FACTOR, factor_of_gradient
from ...mistakes.explanation import Explanation, Found
from ...reading.losses_seen import factor_of
from ...reading.multiples import SAME, closest_factor
from ...reading.point import bias_gradient, bias_penalty, joined, reverse_sweep, weight_penalty
from ...reading.targets import is_written
from ...runs.tape import Tape
from ..look import Look
from .trail import Trail, first_pass, ratios, trail_of, whole_gradient

Gradient: TypeAlias = tuple[int, str]
"""A layer, counted from 1, and "dW" or "db"."""

ORDER = ("delta", "dW", "db")  # in which a layer's quantities are computed
STRAYS = (FACTOR + "dW", FACTOR + "db")


class Scales(NamedTuple):
    """The scales at which one gradient is held, first to last, with the place where each comes up.

    Attributes:
        places: of the events that hold it.
        factors: held = factor * right gradient, event by event.
    """

    places: tuple[int, ...]
    factors: tuple[float, ...]

    def stepwise(self) -> tuple[float, ...]:
        """Return the factors without repetitions."""
        kept = [f for i, f in enumerate(self.factors) if i == 0 or not _same(f, self.factors[i - 1])]
        return tuple(kept)


def placed(look: Look, explanation: Explanation) -> Explanation:
    """Return an explanation with a stray constant where the program has it.

    Whether delta_l is scaled or dW_l and db_l alone cannot be told from the steps, but from what was recorded: where
    delta_l was held at the scale of the delta above, the constant came in after it. Which layer then has the right
    scale is told by the program's own loss.

    Arguments:
        look: the run.
        explanation: that reproduces it.
    """
    strays = [f for f in explanation.found if f.step in STRAYS]
    if strays:
        return _of_a_penalty(look, explanation, strays[0]) or _of_the_others(look, explanation, strays)
    found, *more = explanation.found or (None,)
    if found is None or more or not (found.step == "factor of delta" or found.bug == "B41"):
        return explanation
    depth, l = len(explanation.deltas), found.layer
    factor = _factor(look, explanation, found) if l < depth else None
    if factor is None or _delta_departs(look, explanation, found):
        return explanation
    if l == depth - 1 and (l > 1 or _other_is_scaled(look, explanation, (1, "dW"), (2, "dW"), factor, factor)):
        return _moved(look, explanation, found, _of_layer(look, depth), 1 / factor, explanation.scale * factor)
    moved = _moved(look, explanation, found, _of_layer(look, l), factor, explanation.scale)
    return moved if l == 1 else explanation


def _of_a_penalty(look: Look, explanation: Explanation, found: Found) -> Explanation | None:
    """Return an explanation by a constant in every dW, or in every db, as a penalty of the gradient in place of W.

    None where no weights' gradient is added to a multiple of itself.
    """
    wanted = [one for one in _gradients(look) if one[1] == "dW"]
    told = [(f.layer, f.quantity) for f in explanation.found if f.step == FACTOR + f.quantity]
    biases = [one for one in _gradients(look) if one[1] == "db"]
    if len(told) < len(explanation.found) or sorted(told) not in (wanted, biases):
        return None
    if not biases or not all(_is_added_to_itself(look, explanation, layer) for layer, _ in wanted):
        return None
    stray = _stray(look, explanation, found)
    factor, scale = (stray, explanation.scale) if sorted(told) == wanted else (1 / stray, explanation.scale * stray)
    moved = _moved(look, explanation, found, wanted[::-1], factor, scale)
    return replace(moved, found=tuple(f._replace(bug="B13") for f in moved.found))


def _is_added_to_itself(look: Look, explanation: Explanation, layer: int) -> bool:
    """Return whether a sum on the way to the update of weights has two multiples of their gradient in it."""
    right, tape = _right(look, explanation, layer, "dW"), look.tape
    trail = trail_of(look, Found("", layer, "dW", "", "", right, ""))
    held = {} if right.size == 1 else {tape.events[at].result: ratio for at, ratio in ratios(trail, right)}
    sums = (at for at in trail.places if tape.node(at).what in ("+", "+=") and tape.events[at].result in held)
    pairs = ([held[k] for k in tape.events[at].operands if k in held] for at in sums)
    return any(len(pair) == 2 and not _same(*pair) for pair in pairs)


def _of_the_others(look: Look, explanation: Explanation, strays: list[Found]) -> Explanation:
    """Return an explanation by a constant in some gradients as one in all others, where it is there.

    In every dW or in every db, in one layer or in the other; of several layers against one, that one has it.
    Other mistakes stay where they are.
    """
    told = [(f.layer, f.quantity) for f in strays]
    others = [one for one in _gradients(look) if one not in told]
    factors = [_stray(look, explanation, f) for f in strays]
    if not others or not all(_same(f, factors[0]) for f in factors):
        return explanation
    layers, theirs = ({l for l, _ in some} for some in (told, others))
    by_layer = not layers & theirs and len(theirs) == 1
    by_kind = {kind for _, kind in told}.isdisjoint({kind for _, kind in others}) and layers == theirs
    pairs = [(one, two) for one in told for two in others if by_layer or (by_kind and one[0] == two[0])]
    shown = [pair for pair in pairs if all(held_scales(look, explanation, *one).factors for one in pair)]
    outnumbered = by_layer and len(layers) > 1
    averaged = by_kind and strays[0].bug == "B16"  # which of both is meant is no matter of the loss: the weights' is
    if averaged or not shown:
        moves = averaged and told[0][1] == "dW"
    else:
        moves = outnumbered or _other_is_scaled(look, explanation, *shown[0], factors[0])
    if not moves:
        return _of_one_alone(look, explanation)
    kept = [f for f in explanation.found if f.step not in STRAYS]
    moved = [_constant_in(look, explanation, strays[0].bug, one, 1 / factors[0]) for one in others]
    found = sorted((*kept, *moved), key=lambda f: (-f.layer, ORDER.index(f.quantity)))
    return replace(explanation, found=tuple(found), scale=explanation.scale * factors[0])


def _of_one_alone(look: Look, explanation: Explanation) -> Explanation:
    """Return an explanation in which the weights of one layer of several alone have a constant, whatever it is.

    Where the biases, or all weights, are averaged and the others are not, one of two reductions is wrong.
    """
    strays = [f for f in explanation.found if f.step in STRAYS]
    weights = sum(kind == "dW" for _, kind in _gradients(look))
    if len(strays) != 1 or strays[0].step != FACTOR + "dW" or strays[0].bug != "B16" or weights < 2:
        return explanation
    told = (f._replace(bug="B43") if f is strays[0] else f for f in explanation.found)
    return replace(explanation, found=tuple(told))


def departure(look: Look, explanation: Explanation, found: Found) -> int | None:
    """Return where a gradient takes the scale that sets it apart from the others, None where that is not seen.

    That is the first event at a scale that no other gradient has, and that is another's times the constant if there is
    such a one; where a factor is missing, the last name that the gradient is given, unless the constant is written for
    it alone, in a number; where all scales are those of others, the update.
    """
    layer, quantity = found.layer, found.quantity
    own = held_scales(look, explanation, layer, quantity)
    apart = {(f.layer, f.quantity) for f in explanation.found if f.step.startswith(FACTOR)}
    rest = [(l, q) for l, q in _gradients(look) if (l, q) not in apart]
    others = [held_scales(look, explanation, l, q) for l, q in rest]
    others = [o for o in others if o.factors]
    if not own.factors or not others:
        return None
    mine, *theirs = _before_the_update([own.stepwise(), *(o.stepwise() for o in others)])
    known = {f for t in theirs for f in t}
    apart_by = _stray(look, explanation, found)
    own_steps = [f for f in mine if any(_same(f, apart_by * k) for k in known) and not any(_same(f, k) for k in known)]
    if own_steps or not any(_same(mine[-1], f) for f in known):
        step = own_steps[0] if own_steps else mine[-1]
        return next(at for at, f in zip(own.places, own.factors, strict=True) if _same(f, step))
    if not any(_same(mine[-1], t[-1]) for t in theirs):
        written = _written(look, explanation, (layer, quantity), rest, _stray(look, explanation, found))
        if written:
            return written[0]
        held = [at for at, f in zip(own.places, own.factors, strict=True) if _same(f, mine[-1])]
        return _last_name(look, held)
    update = (look.reading.biases[layer - 1] if quantity == "db" else None) or look.reading.weights[layer - 1]
    return None if update is None else update.end


def summed_apart(look: Look, found: Found) -> int | None:
    """Return where the wrong sum over samples first has the scale that its step has, None where it is not held."""
    trail = trail_of(look, found)
    held = list(ratios(trail, whole_gradient(look, found))) or list(ratios(trail, found.value))
    own = Scales(tuple(at for at, _ in held), tuple(ratio for _, ratio in held))
    kept = own.stepwise()
    if not kept:
        return None
    last = kept[-2] if len(kept) > 1 else kept[-1]  # the last is the learning rate's
    return next(at for at, ratio in held if _same(ratio, last))


def _before_the_update(scales: list[tuple[float, ...]]) -> list[tuple[float, ...]]:
    """Return the scales of several gradients without the factors that all of them take last: learning rate, signs."""
    while all(len(t) > 1 for t in scales) and all(_same(t[-1] / t[-2], scales[0][-1] / scales[0][-2]) for t in scales):
        scales = [t[:-1] for t in scales]
    return scales


def _last_name(look: Look, held: list[int]) -> int:
    """Return where a value is last given a name in the function that made it, else where it was made."""
    made = look.tape.node(held[0]).function
    here = [at for at in held if look.tape.node(at).kind == "bind" and look.tape.node(at).function == made]
    return here[-1] if here else held[0]


def _gradients(look: Look) -> Iterator[Gradient]:
    """Yield every gradient that was observed, by layer and name."""
    observed = look.reading.observed
    for l, (dW, db) in enumerate(zip(observed.dW, observed.db, strict=True), 1):
        if dW is not None:
            yield l, "dW"
        if db is not None:
            yield l, "db"


def _right(look: Look, explanation: Explanation, layer: int, quantity: str) -> Array:
    """Return a gradient as it follows from the sweep's delta."""
    point, delta = look.reading.point, explanation.deltas[layer - 1]
    if quantity == "db":
        return bias_gradient(point, layer - 1, delta) + bias_penalty(point, layer - 1)
    return np.asarray(point.inputs[layer - 1].T @ delta + weight_penalty(point, layer - 1))


def held_scales(look: Look, explanation: Explanation, layer: int, quantity: str) -> Scales:
    """Return the scales of one gradient on the way to its update."""
    right = _right(look, explanation, layer, quantity)
    trail = trail_of(look, Found("", layer, quantity, "", "", right, ""))
    forms = [right]
    merged = look.reading.passes[0].chain.layers[layer - 1].merged
    if merged is not None:
        dW, row = (_right(look, explanation, layer, q) for q in ("dW", "db"))
        row = row[None, :] * look.reading.passes[0].chain.layers[layer - 1].constant
        forms.append(joined(dW, row, merged))
    if right.size == 1:
        return Scales((), ())
    found = sorted({(at, ratio) for form in forms for at, ratio in ratios(trail, form)})
    return Scales(tuple(at for at, _ in found), tuple(ratio for _, ratio in found))


def _factor(look: Look, explanation: Explanation, found: Found) -> float | None:
    """Return the constant: delta_l = factor * what the sweep makes of the delta above."""
    point, l = look.reading.point, found.layer - 1
    right = point.curves[l].backward(point.z[l], explanation.deltas[l + 1] @ point.W[l + 1].T)
    return closest_factor(explanation.deltas[l], right) or None


def _delta_departs(look: Look, explanation: Explanation, found: Found) -> bool:
    """Return whether delta_l was held at another scale than the delta above it, or cannot be told."""
    if len(look.reading.passes) > 1:
        look, explanation, found = first_pass(look, explanation, found)
    l, trail = found.layer - 1, trail_of(look, found)
    own, above = (_held(trail, explanation.deltas[i]) for i in (l, l + 1))
    return not own or not above or _same(own[-1], above[-1])


def _held(trail: Trail, delta: Array) -> list[float]:
    return [] if delta.size == 1 else [ratio for _, ratio in ratios(trail, delta)]


def _other_is_scaled(
    look: Look, explanation: Explanation, own: Gradient, other: Gradient, factor: float, unit: float = 1.0
) -> bool:
    """Return whether a stray constant that was told of one gradient is in another: the first has the scale of the loss.

    Where that is not told by the program's own loss, it is by the text: the constant is written at one of both.

    Arguments:
        look: the run.
        explanation: that reproduces it.
        own: the gradient that it was told of.
        other: the other.
        factor: the constant.
        unit: what the explanation's delta has too much on the way to the first gradient.
    """
    if factor < 0:
        return explanation.scale < 0  # it climbs
    wanted = factor_of(look.seen, explanation.loss)
    mine, theirs = (held_scales(look, explanation, *one).stepwise() for one in (own, other))
    mine, theirs = tuple(abs(scale * unit) for scale in mine), tuple(map(abs, theirs))
    apart = wanted and any(_same(f, wanted) for f in mine) != any(_same(f, wanted) for f in theirs)
    if not apart and _written(look, explanation, other, [own], factor):
        return not _written(look, explanation, own, [other], factor)
    averaged = any(f.bug == "B16" for f in explanation.found if f.step in STRAYS)
    if not wanted or not mine or not theirs or (apart and averaged):
        return False  # of an average and a sum, which one is meant is no matter of the loss
    mine, theirs = _before_the_update([mine, theirs])
    return _same(mine[-1], wanted) and not _same(theirs[-1], wanted)


def _written(look: Look, explanation: Explanation, own: Gradient, others: list[Gradient], factor: float) -> list[int]:
    """Return where the text multiplies one gradient, or a number on its way, and none of others, by a constant."""
    tape = look.tape
    held, *their_held = (held_scales(look, explanation, *one).places for one in (own, *others))
    mine, *theirs = (
        trail_of(look, Found("", *one, "", "", explanation.deltas[0], "")).places for one in (own, *others)
    )
    numbers = [at for at in mine if not tape.shape(tape.events[at].result)]
    places = sorted(_besides(tape, held, chain(*their_held)) + _besides(tape, numbers, chain(*theirs)))
    return [
        at
        for at in places
        if any(_same(abs(c), s) for c in _constants(tape, at) for s in (abs(factor), abs(1 / factor)))
    ]


def _stray(look: Look, explanation: Explanation, found: Found) -> float:
    """Return the factor of an observed gradient."""
    observed = look.reading.observed
    got = (observed.dW if found.quantity == "dW" else observed.db)[found.layer - 1]
    assert got is not None
    return closest_factor(got, _right(look, explanation, found.layer, found.quantity)) / explanation.scale


def _besides(tape: Tape, places: Iterable[int], others: Iterable[int]) -> list[int]:
    """Return the events of expressions that none of some others evaluates."""
    known = {tape.events[at].node for at in others}
    return [at for at in places if tape.events[at].node not in known]


def _constants(tape: Tape, at: int) -> list[float]:
    """Return the numbers that are written in a product or a quotient."""
    node, operands = tape.node(at), tape.events[at].operands
    if node.kind != "binary" or node.what not in ("*", "/"):
        return []
    return [float(tape.array(k).reshape(())) for k in operands if is_written(tape, at, k)]


def _of_layer(look: Look, layer: int) -> list[Gradient]:
    return [one for one in _gradients(look) if one[0] == layer]


def _moved(
    look: Look, explanation: Explanation, found: Found, to: list[Gradient], factor: float, scale: float
) -> Explanation:
    """Return the explanation with the constant in other gradients."""
    right = replace(explanation, deltas=reverse_sweep(look.reading.point, explanation.loss).delta)
    bug = found.bug if found.bug != "B41" else "B43"
    told = tuple(_constant_in(look, right, bug, one, factor) for one in to)
    return replace(right, found=told, scale=scale)


def _constant_in(look: Look, explanation: Explanation, bug: str, one: Gradient, factor: float) -> Found:
    """Return the mistake of a constant in one gradient."""
    return factor_of_gradient(bug, *one, factor, factor * _right(look, explanation, *one))


def _same(a: float, b: float) -> bool:
    return bool(np.isclose(a, b, rtol=SAME, atol=0))
