"""The guilty line: walking the dataflow back from an update, the first expression that holds the wrong value."""

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from reference.arrays import Array

from ..mistakes.explanation import IMPLIED, KEPT, Explanation, Found
from ..mistakes.partly import PART_OF
from ..mistakes.stage import NOTHING_DOWN, RIGHT_DOWN, UNSUMMED, UNSUMMED_ABOVE
from ..reading.dropout import Dropped
from ..reading.multiples import SAME, closest_factor
from ..reading.point import loss_gradient
from ..reading.returned import NAMING
from ..runs.handed import call_of, missing_factor
from ..runs.recording import Node
from ..runs.tape import Tape
from .autograd import goes_back_through_a_graph
from .look import Look
from .number_blame import (
    GATHERED_STEP,
    bare_input,
    inside_entries,
    last_kept,
    own_update,
    uses_new_numbers,
    wrong_weight,
)
from .penalties import penalised
from .scales import departure, summed_apart
from .trail import Trail, first_pass, holding, ratios, trail_of, whole_gradient

NOTHING = 1e-13  # the rows of p - y sum to 0 up to rounding
OWN_FORMULA = ("B40", "B41", "B42", "B6")  # the helper itself is wrong: blame its formula, not its call
NEW_WEIGHTS = ("B3", "B30")
MISSING = ("B4", "B11", "B44")
TWICE = ("B7", "B25")


def guilty(look: Look, explanation: Explanation, found: Found) -> int | None:
    """Return the position of the guilty event of one mistake, None where no expression holds its value.

    Arguments:
        look: the injected run.
        explanation: the mistakes that reproduce it.
        found: the one to be blamed.
    """
    if found.bug in NEW_WEIGHTS:
        return _uses_new_weights(look, found)
    if found.step == KEPT:
        return None
    if found.step in ("factor of dW", "factor of db") and (at := departure(look, explanation, found)) is not None:
        return at
    if found.step.startswith(PART_OF):
        return own_update(look, found)
    if found.step == "penalty" and (at := penalised(look, explanation, found)) is not None:
        return at
    if found.bug == "B36" and goes_back_through_a_graph(look.tape.recording):
        kept = last_kept(look, found)
        if kept is not None:
            return kept
    if len(look.reading.passes) > 1:
        if found.quantity == "dW":
            return _of_one_sample(look, explanation, found) or summed_apart(look, found)
        look, explanation, found = first_pass(look, explanation, found)
        if found.quantity != "delta":
            return None
    trail = trail_of(look, found)
    if not trail.places:
        return None
    if np.abs(found.value).max(initial=0) <= NOTHING:
        if found.quantity == "db" and _without_update(look, found.layer - 1):
            return None  # no line at all is of it
        merged = np.abs(whole := whole_gradient(look, found)).max(initial=0) > NOTHING
        return next(holding(trail, whole, set()) if merged else _zeros(trail, found.value), None)
    if found.quantity == "db" and found.wrong.endswith((UNSUMMED, UNSUMMED_ABOVE)):
        return _handed_over(trail, explanation.deltas[found.layer - found.wrong.endswith(UNSUMMED)])
    scales = _scales(trail, explanation)
    places = list(holding(trail, found.value, scales)) or list(holding(trail, whole_gradient(look, found), scales))
    if found.step in ("slope", IMPLIED):
        return _slope(trail, look, explanation, found, places)
    places = [at for at in places if at > look.reading.passes[0].output.at]
    if found.bug == "B41":
        slope = look.reading.point.curves[found.layer - 1].derivative(look.reading.point.z[found.layer - 1])
        return next((at for at, _ in ratios(trail, slope)), None) or next(iter(places), None)
    if found.step == "factor of delta":
        return _factor(trail, look, explanation, found) or next(iter(places), None)
    if found.bug == "B20" and (at := wrong_weight(trail, look, found)) is not None:
        return at
    if found.bug == "B24" and places:
        return _renamed(trail.tape, places)
    if (
        not places
        and found.step == "down"
        and (inside := _factor_of_delta(trail, look, explanation, found)) is not None
    ):
        return inside
    if not places and found.quantity == "delta":
        places = list(holding(trail, explanation.deltas[found.layer - 1], _scales(trail, explanation)))
    return next(iter(_at_scale(trail, explanation, found, places)), None)


def _without_update(look: Look, l: int) -> bool:
    """Return whether nothing is ever added to the bias of a layer."""
    return look.reading.biases[l] is None and look.reading.passes[0].chain.layers[l].merged is None


def held(look: Look, explanation: Explanation, found: Found) -> bool:
    """Return whether the run held what a mistake on the way to a delta computes, not only the delta it leads to.

    A delta of zeros must have been computed: what an update takes where nothing was is no delta.
    """
    nothing = found.quantity == "delta" and np.abs(found.value).max(initial=0) <= NOTHING
    if found.step not in ("error", "down") and not nothing:
        return True
    if len(look.reading.passes) > 1:
        look, explanation, found = first_pass(look, explanation, found)
    trail = trail_of(look, found)
    if nothing:
        sizes = (
            np.size(trail.tape.recording.values[trail.tape.events[at].result]) for at in _zeros(trail, found.value)
        )
        return found.value.size in sizes
    return bool(trail.places) and any(holding(trail, found.value, _scales(trail, explanation)))


def with_zero_weights(look: Look, explanation: Explanation) -> Explanation:
    """Return an explanation in which a delta of zeros is the product of the delta above with zeros, where it is one.

    A gradient that is still empty stands in place of the weights: nothing is missing, and no mask closed.
    """
    told = tuple(_with_zero_weights(look, explanation, f) for f in explanation.found)
    return replace(explanation, found=told)


def _with_zero_weights(look: Look, explanation: Explanation, found: Found) -> Found:
    below = found.layer < look.reading.point.depth
    if found.bug not in ("B26", "B29") or not below or np.abs(found.value).max(initial=0) > NOTHING:
        return found
    at, tape, W = guilty(look, explanation, found), look.tape, look.reading.point.W[found.layer]
    if at is None or at not in tape.product_places:
        return found
    empty = [k for k in tape.events[at].operands if k >= 0 and not tape.array(k).any()]
    if not any(tape.shape(k) in (W.shape, W.T.shape) for k in empty):
        return found
    return Found("B20", found.layer, "delta", NOTHING_DOWN, RIGHT_DOWN, found.value, "down")


def _of_one_sample(look: Look, explanation: Explanation, found: Found) -> int | None:
    """Return the product that makes the first sample's dW of its delta and not of its input, None where it is right."""
    one, part, _ = first_pass(look, explanation, found)
    l, tape, trail = found.layer - 1, look.tape, trail_of(one, found)
    delta = part.deltas[l]
    right = one.reading.point.inputs[l].T @ delta
    if delta.size == 1 or next(ratios(trail, right), None) is not None:
        return None
    held = {tape.events[at].result for at, _ in ratios(trail, delta)}
    made = (at for at in trail.places if held & {*tape.events[at].operands})
    sizes = (right.size, right.size + right.shape[1])  # with a merged bias's row
    return next((at for at in made if np.size(tape.recording.values[tape.events[at].result]) in sizes), None)


def _factor_of_delta(trail: Trail, look: Look, explanation: Explanation, found: Found) -> int | None:
    """Return what holds all that a delta has beside the right dL/da: a helper gives the wrong factor with f' in it."""
    with np.errstate(all="ignore"):
        factor = explanation.deltas[found.layer - 1] / incoming(look, explanation, found)
    telling = np.isfinite(factor).all() and not np.allclose(factor, factor.flat[0])
    return next((at for at, _ in ratios(trail, factor)), None) if telling else None


def _at_scale(trail: Trail, explanation: Explanation, found: Found, places: list[int]) -> list[int]:
    """Return the places that hold the value at the scale of a delta, where some do: of one sample, all are alike."""
    if found.step not in ("dW", "db"):
        return places
    firsts = (next(ratios(trail, delta), None) for delta in explanation.deltas if delta.size > 1)
    scales = [abs(first[1]) for first in firsts if first is not None]
    held = dict(ratios(trail, found.value))
    exact = [at for at in places if at in held and any(np.isclose(abs(held[at]), s, rtol=SAME) for s in scales)]
    return exact or places


def _uses_new_weights(look: Look, found: Found) -> int | None:
    """Return the product that took the weights of the layer above after their update."""
    update = look.reading.weights[found.layer] if found.layer < len(look.reading.weights) else None
    if update is None:
        return None
    group, tape = look.tape.group(update.new), look.tape
    used = (p.at for p in tape.products if p.at > update.at and group in (tape.group(p.left), tape.group(p.right)))
    return next(used, None) or uses_new_numbers(tape, update)


def _handed_over(trail: Trail, delta: Array) -> int | None:
    """Return where a delta was last given a name on its way to an update, or last held: what should have summed it."""
    tape, held = trail.tape, list(holding(trail, delta, {1.0}))
    keys = {tape.events[at].result for at in held}
    takers = (at for at in reversed(trail.places) if at not in held and keys & {*tape.events[at].operands})
    text = next((tape.node(at).text for at in takers), "")
    named = [at for at in held if tape.node(at).kind in ("bind", "store")]
    own = [at for at in named if re.search(rf"(?<!\w){re.escape(tape.node(at).what)}(?!\w)", text)]
    return next(iter([*own[::-1], *named[::-1], *held[::-1]]), None)


def _zeros(trail: Trail, value: Array) -> Iterator[int]:
    """Yield the events that hold nothing but zeros, of the right size or, where numbers are rare, as one number."""
    numbers = any(node.what == GATHERED_STEP for node in trail.tape.nodes)
    sizes = (value.size,) if numbers else (1, value.size)
    for at in trail.places:
        key = trail.tape.events[at].result
        if key < 0 or trail.tape.recording.values[key].size not in sizes:
            continue
        computed = trail.tape.node(trail.tape.made[key][0]).kind != "literal" or _assigned(trail.tape, at)
        if computed and np.abs(trail.tape.array(key)).max(initial=0) <= NOTHING:
            yield at


def _assigned(tape: Tape, at: int) -> bool:
    """Return whether an event gives a name to a number that is written there."""
    before = tape.events[at - 1].result == tape.events[at].result and tape.node(at - 1).kind == "literal"
    return before and tape.node(at).kind in NAMING


def _scales(trail: Trail, explanation: Explanation) -> set[float]:
    """Return the factors at which the deltas are held: a single number is told from others by them."""
    found = {1.0, abs(explanation.scale)}
    for delta in explanation.deltas:
        if delta.size > 1:
            found |= {abs(ratio) for _, ratio in ratios(trail, delta)}
    return found


def _slope(trail: Trail, look: Look, explanation: Explanation, found: Found, places: list[int]) -> int | None:
    """Return where a wrong derivative comes from: its formula, the call that gave it the wrong value, or a rename."""
    if found.bug in MISSING:
        own = _in_own_closure(look, found, places) if places else None
        own = own or _beside_slope(trail, look, found, places) or bare_input(look, found)
        return missing_factor(trail.tape, places, trail.places[-1] + 1) if own is None else own
    da = incoming(look, explanation, found)
    if found.bug == "B56":
        return _unmasked(trail, look, found, da) or next(iter(places), None)
    if found.bug in TWICE and places:
        return _twice(trail, look, found, da, places)
    with np.errstate(all="ignore"):
        factor = found.value / da
    if np.allclose(factor, 1):
        return missing_factor(trail.tape, places, trail.places[-1] + 1)
    if not np.isfinite(factor).all() or np.allclose(factor, factor.flat[0]):
        return next(iter(places), None)
    after = look.reading.passes[0].output.at  # the output's own activation is none of the sweep
    inside = [at for at, _ in ratios(trail, factor) if at > after and at not in places]
    inside = [at for at in inside if trail.tape.node(at).kind != "compare"] or inside
    if inside and (found.bug in OWN_FORMULA or _formula_at_fault(trail, look, inside, found, explanation)):
        return _of_output_again(trail, look, _formula(look, inside[0], found), found)
    if inside and places and trail.tape.node(inside[0]).function == trail.tape.node(places[0]).function:
        return inside[0]  # written out on the spot: there is no call to blame
    helper = trail.tape.node(inside[0]).function if inside else ""
    given = next((at for at in inside if trail.tape.node(at).function != helper), None)
    if given is None and places:
        return _of_output_again(trail, look, places[0], found)
    return next(iter(inside), None) if given is None else given


def _formula(look: Look, at: int, found: Found) -> int:
    """Return where a formula for f' is wrong: inside of what is called entry by entry, if that is no other layer's."""
    curves, l = look.reading.point.curves, found.layer - 1
    z, held = look.reading.point.z[l], look.tape.array(look.tape.events[at].result)
    slopes = (curve.derivative(z).ravel() for curve in curves if curve.name != curves[l].name)
    anothers = any(held.size == slope.size and np.allclose(held.ravel(), slope) for slope in slopes)
    return at if anothers else inside_entries(look.tape, at, curves[l].derivative(z))


def _of_output_again(trail: Trail, look: Look, at: int, found: Found) -> int:
    """Return where f was applied to a in the function of an event: of f' at a that is where it departs from f' at z."""
    curve, z, tape = look.reading.point.curves[found.layer - 1], look.reading.point.z[found.layer - 1], look.tape
    twice = curve.forward(curve.forward(z))
    if found.bug != "B8" or twice.size == 1 or not np.ptp(twice):
        return at
    before = [i for i, _ in ratios(trail, twice) if i < at and tape.node(i).function == tape.node(at).function]
    calls = [i for i in before if tape.node(i).kind == "call"]  # of itself, where one function gives f and f'
    return next(iter([*calls, *before]), at)


def _renamed(tape: Tape, places: list[int]) -> int:
    """Return where a value that is right where it was made is taken under another name; else its first place."""
    own = (at for at in places if tape.node(at).function == tape.node(places[0]).function)
    pairs = (at for at in own if tape.node(at).kind == "name" and at + 1 in places)
    return next((at for at in pairs if tape.node(at + 1).kind == "bind"), places[0])


def _in_own_closure(look: Look, found: Found, places: list[int]) -> int | None:
    """Return where a value is first held inside a function that is defined in the activation's, None where none is."""
    tape, layers = look.tape, look.reading.passes[0].chain.layers
    key = layers[found.layer].a_key if found.layer < len(layers) else look.reading.passes[0].output.key
    made = tape.made.get(key, [])
    outer = tape.node(made[0]).function if made else ""
    return next((at for at in places if outer and tape.node(at).function.startswith(f"{outer}.")), None)


def _beside_slope(trail: Trail, look: Look, found: Found, places: list[int]) -> int | None:
    """Return what takes a value without f'(z) after f'(z) was computed for it, None where it never was.

    That is the product, or where the value is given the name that f'(z) had.
    """
    tape, point, l = look.tape, look.reading.point, found.layer - 1
    slope = point.curves[l].derivative(point.z[l])
    if not places or slope.size == 1 or not np.ptp(slope):
        return None
    keys = {tape.events[at].result for at in places}
    between = tuple(at for at in range(places[0] + 1, trail.places[-1]) if at not in trail.places)
    computed = next((at for at, _ in ratios(Trail(tape, (trail.places[0], *between)), slope)), None)
    if computed is None:
        return None
    made = [tape.node(at) for at in tape.made[tape.events[computed].result]]
    names = {node.what for node in made if node.kind == "bind"}
    again = (at for at in places if at > computed and tape.node(at).kind == "bind" and tape.node(at).what in names)
    takers = (p.at for p in tape.products if p.at > computed and keys & {p.left, p.right})
    return next(again, None) or next(takers, None)


def _unmasked(trail: Trail, look: Look, found: Found, da: Array) -> int | None:
    """Return where dL/da should have received the mask of the dropout: where it is masked otherwise, or handed on."""
    f = look.reading.point.curves[found.layer - 1]
    if not isinstance(f, Dropped):
        return None
    otherwise = next(holding(trail, da * (f.mask > 0), {1.0}), None)
    handed = list(holding(trail, da, {1.0}))
    return missing_factor(trail.tape, handed, trail.places[-1] + 1) if otherwise is None else otherwise


def _twice(trail: Trail, look: Look, found: Found, da: Array, places: list[int]) -> int | None:
    """Return where a factor comes in a second time: a formula, the second call of a helper, or what was given to it."""
    tape, at = trail.tape, places[0]
    with np.errstate(all="ignore"):
        factor = found.value / da
    inside = [i for i, _ in ratios(trail, factor)] if np.isfinite(factor).all() else []
    if inside and np.ptp(factor) and (found.bug != "B7" or tape.node(inside[0]).function == tape.node(at).function):
        return inside[0]  # of B7 the factor is right, and a helper that computes it
    point, l = look.reading.point, found.layer - 1
    once = point.curves[l].derivative(point.z[l]) * da
    if any(tape.events[i].node == tape.events[at].node for i, _ in ratios(trail, once) if i < at):
        return call_of(tape, at) or at
    held = [i for i, _ in ratios(trail, da) if i < at]
    function = tape.node(at).function
    given = any(tape.node(i).kind == "argument" and tape.node(i).function == function for i in held)
    return held[0] if found.bug == "B7" and given else at


def _formula_at_fault(trail: Trail, look: Look, inside: list[int], found: Found, explanation: Explanation) -> bool:
    """Return whether the helper rather than its argument is to be blamed for f' at the wrong value.

    A helper called in several places, and wrong in all, is at fault; wrong in one of them, that call is.
    Where there is one call, a derivative of z that was written in a is the helper's, one given a the call's.
    """
    if found.bug not in ("B8", "B9"):
        return False
    tape, reading = trail.tape, look.reading
    helper = tape.node(inside[0]).function
    back = range(reading.passes[-1].output.at, reading.end)
    calls = [at for at in back if helper and _is_call(tape.node(at), helper)]
    if _right_elsewhere(trail, look, helper, explanation):
        return False
    lines = len({tape.node(at).line for at in calls})
    if lines <= 1:
        return found.bug == "B9" and bool(helper) and helper.count(".") != 1
    each = any(node.what == GATHERED_STEP for node in tape.nodes)  # neuron calls it
    span = range(0 if each else trail.places[0], 0 if each else trail.places[-1] + 1)
    curves = [curve.name for curve in reading.point.curves]
    ways = min(max(lines, sum(at in span for at in calls)), curves.count(curves[found.layer - 1]))
    return len({f.layer for f in explanation.found if f.bug == found.bug}) >= ways


def _is_call(node: Node, helper: str) -> bool:
    """Return whether an expression calls a function from outside it."""
    return node.kind == "call" and node.what.endswith(helper.rpartition(".")[2]) and node.function != helper


def _right_elsewhere(trail: Trail, look: Look, helper: str, explanation: Explanation) -> bool:
    """Return whether a helper gave the right f'(z) in a layer above where nothing is wrong."""
    wrong, point = {f.layer for f in explanation.found}, look.reading.point
    for l, (curve, z) in enumerate(zip(point.curves, point.z, strict=True)):
        slope = curve.derivative(z)
        if l + 1 in wrong or slope.size == 1 or not np.ptp(slope):
            continue
        if any(trail.tape.node(at).function == helper for at, _ in ratios(trail, slope)):
            return True
    return False


def _factor(trail: Trail, look: Look, explanation: Explanation, found: Found) -> int | None:
    """Return where the way down departs from delta W^T by the constant."""
    above = explanation.deltas[found.layer]
    base = {ratio for _, ratio in ratios(trail, above)} if above.size > 1 else {1.0}
    da = above @ look.reading.point.W[found.layer].T
    l = found.layer - 1
    right = look.reading.point.curves[l].backward(look.reading.point.z[l], da)
    c = closest_factor(found.value, right)
    for value in (da, right):
        for at, ratio in ratios(trail, value):
            if any(np.isclose(ratio, c * b, rtol=SAME) for b in base) and not any(np.isclose(ratio, b) for b in base):
                return at
    return None


def incoming(look: Look, explanation: Explanation, found: Found) -> Array:
    """Return dL/da of the layer as the mistaken sweep has it."""
    point, l = look.reading.point, found.layer - 1
    if l == point.depth - 1:
        return np.asarray(point.a[-1] - point.Y) if found.bug == "B7" else loss_gradient(point, explanation.loss)
    return np.asarray(explanation.deltas[l + 1] @ point.W[l + 1].T)
