"""The guilty line: walking the dataflow back from an update, the first expression that holds the wrong value."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from reference.arrays import Array

from .explain import IMPLIED, KEPT, Explanation, Found
from .handed import call_of, missing_factor
from .lineage import Update
from .look import Look
from .quantities import one_by_one
from .recording import NOT_A_NUMBER
from .tape import Tape, upstream
from .variants import UNSUMMED, UNSUMMED_ABOVE

SAME = 1e-6
NOTHING = 1e-13  # the rows of p - y sum to 0 up to rounding
OWN_FORMULA = ("B40", "B41", "B42", "B6")  # the helper itself is wrong: blame its formula, not its call
NEW_WEIGHTS = ("B3", "B30")
GATHERED_STEP = "gathered step"
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
    if len(look.reading.passes) > 1:
        look, explanation, found = _first_pass(look, explanation, found)
        if found.quantity != "delta":
            return None
    trail = _trail(look, found)
    if not trail.places:
        return None
    if np.abs(found.value).max(initial=0) <= NOTHING:
        return next(_zeros(trail, found.value), None)
    if found.quantity == "db" and found.wrong.endswith((UNSUMMED, UNSUMMED_ABOVE)):
        return _handed_over(trail, explanation.deltas[found.layer - found.wrong.endswith(UNSUMMED)])
    scales = _scales(trail, explanation)
    places = list(_holding(trail, found.value, scales)) or list(_holding(trail, _whole(look, found), scales))
    if found.step in ("slope", IMPLIED):
        return _slope(trail, look, explanation, found, places)
    if found.bug == "B41":
        slope = look.reading.point.curves[found.layer - 1].derivative(look.reading.point.z[found.layer - 1])
        return next((at for at, _ in _ratios(trail, slope)), None) or next(iter(places), None)
    if found.step == "factor of delta":
        return _factor(trail, look, explanation, found) or next(iter(places), None)
    if not places and found.quantity == "delta":
        places = list(_holding(trail, explanation.deltas[found.layer - 1], _scales(trail, explanation)))
    return next(iter(_at_scale(trail, explanation, found, places)), None)


def _first_pass(look: Look, explanation: Explanation, found: Found) -> tuple[Look, Explanation, Found]:
    """Return the same of the step's first sample alone, where samples are taken one at a time."""
    part, rows = next(one_by_one(look.reading, 1))
    end = look.reading.passes[1].chain.start
    deltas = tuple(delta[rows] for delta in explanation.deltas)
    value = found.value[rows] if found.quantity == "delta" else found.value
    return (
        look._replace(reading=part._replace(end=end)),
        replace(explanation, deltas=deltas),
        found._replace(value=value),
    )


def _at_scale(trail: "Trail", explanation: Explanation, found: Found, places: list[int]) -> list[int]:
    """Return the places that hold the value at the scale of a delta, where some do: of one sample, all are alike."""
    if found.step not in ("dW", "db"):
        return places
    firsts = (next(_ratios(trail, delta), None) for delta in explanation.deltas if delta.size > 1)
    scales = [abs(first[1]) for first in firsts if first is not None]
    held = dict(_ratios(trail, found.value))
    exact = [at for at in places if at in held and any(np.isclose(abs(held[at]), s, rtol=SAME) for s in scales)]
    return exact or places


def _whole(look: Look, found: Found) -> Array:
    """Return the gradient of weights and merged bias together, where a wrong one is part of it."""
    l = found.layer - 1
    layer, dW, db = look.reading.passes[0].chain.layers[l], look.reading.observed.dW[l], look.reading.observed.db[l]
    if found.quantity == "dW" and found.value.ndim == 2 and (found.value == found.value[0]).all():
        return found.value[:1]  # spread over the shape of the weights only when it was subtracted
    if layer.merged is None or found.quantity not in ("dW", "db") or dW is None or db is None:
        return found.value
    row = layer.constant * db[None, :]
    return np.concatenate([dW, row] if layer.merged == -1 else [row, dW])


class Trail(NamedTuple):
    """The events that an update was computed from, first to last, since the forward pass ended."""

    tape: Tape
    places: tuple[int, ...]


def _trail(look: Look, found: Found) -> Trail:
    """Return the trail of the update that shows the mistake: the bias's for db, else the weights'."""
    l = found.layer - 1
    reading = look.reading
    update = (reading.biases[l] if found.quantity == "db" else None) or reading.weights[l] or reading.biases[l]
    if update is None:
        return Trail(look.tape, ())
    start = reading.passes[0].chain.end
    places = (at for at in upstream(look.tape, update.end) if start <= at < max(reading.end, start))
    return Trail(look.tape, tuple(sorted(places)))


def _uses_new_weights(look: Look, found: Found) -> int | None:
    """Return the product that took the weights of the layer above after their update."""
    update = look.reading.weights[found.layer] if found.layer < len(look.reading.weights) else None
    if update is None:
        return None
    group, tape = look.tape.group(update.new), look.tape
    used = (p.at for p in tape.products if p.at > update.at and group in (tape.group(p.left), tape.group(p.right)))
    return next(used, None) or _uses_new_numbers(tape, update)


def _uses_new_numbers(tape: Tape, update: Update) -> int | None:
    """Return the first product with a new weight where the weights are numbers, one by one."""
    made = tape.last_made(update.step, NOT_A_NUMBER, update.at)
    if made is None or tape.node(made).what != GATHERED_STEP:
        return None
    new = set(tape.events[made].operands)
    later = range(update.at, len(tape.events))
    return next((at for at in later if tape.node(at).what == "*" and new & {*tape.events[at].operands}), None)


def _handed_over(trail: Trail, delta: Array) -> int | None:
    """Return where a delta was last given a name on its way to an update, or last held: what should have summed it."""
    tape, held = trail.tape, list(_holding(trail, delta, {1.0}))
    keys = {tape.events[at].result for at in held}
    takers = (at for at in reversed(trail.places) if at not in held and keys & {*tape.events[at].operands})
    text = next((tape.node(at).text for at in takers), "")
    named = [at for at in held if tape.node(at).kind in ("bind", "store")]
    own = [at for at in named if re.search(rf"(?<!\w){re.escape(tape.node(at).what)}(?!\w)", text)]
    return next(iter([*own[::-1], *named[::-1], *held[::-1]]), None)


def _zeros(trail: Trail, value: Array) -> Iterator[int]:
    """Yield the events that hold nothing but zeros, of the right size or as one number."""
    for at in trail.places:
        key = trail.tape.events[at].result
        if key < 0 or trail.tape.recording.values[key].size not in (1, value.size):
            continue
        if (
            trail.tape.node(trail.tape.made[key][0]).kind != "literal"
            and np.abs(trail.tape.array(key)).max(initial=0) <= NOTHING
        ):
            yield at


def _scales(trail: Trail, explanation: Explanation) -> set[float]:
    """Return the factors at which the deltas are held: a single number is told from others by them."""
    found = {1.0, abs(explanation.scale)}
    for delta in explanation.deltas:
        if delta.size > 1:
            found |= {abs(ratio) for _, ratio in _ratios(trail, delta)}
    return found


def _slope(trail: Trail, look: Look, explanation: Explanation, found: Found, places: list[int]) -> int | None:
    """Return where a wrong derivative comes from: its formula, the call that gave it the wrong value, or a rename."""
    if found.bug in MISSING:
        return missing_factor(trail.tape, places, trail.places[-1] + 1)
    da = _incoming(look, explanation, found)
    if found.bug in TWICE and places:
        return _twice(trail, look, found, da, places)
    with np.errstate(all="ignore"):
        factor = found.value / da
    if not np.isfinite(factor).all() or np.allclose(factor, factor.flat[0]):
        return next(iter(places), None)
    inside = [at for at, _ in _ratios(trail, factor)]
    if inside and (found.bug in OWN_FORMULA or _formula_at_fault(trail, inside, found, explanation)):
        return inside[0]
    if inside and places and trail.tape.node(inside[0]).function == trail.tape.node(places[0]).function:
        return inside[0]  # written out on the spot: there is no call to blame
    helper = trail.tape.node(inside[0]).function if inside else ""
    given = next((at for at in inside if trail.tape.node(at).function != helper), None)
    return next(iter(places), None) if given is None else given


def _twice(trail: Trail, look: Look, found: Found, da: Array, places: list[int]) -> int | None:
    """Return where a factor comes in a second time: a formula, the second call of a helper, or what was given to it."""
    tape, at = trail.tape, places[0]
    with np.errstate(all="ignore"):
        factor = found.value / da
    inside = [i for i, _ in _ratios(trail, factor)] if np.isfinite(factor).all() else []
    if inside and np.ptp(factor):
        return inside[0]
    point, l = look.reading.point, found.layer - 1
    once = point.curves[l].derivative(point.z[l]) * da
    if any(tape.events[i].node == tape.events[at].node for i, _ in _ratios(trail, once) if i < at):
        return call_of(tape, at) or at
    held = [i for i, _ in _ratios(trail, da) if i < at]
    function = tape.node(at).function
    given = any(tape.node(i).kind == "argument" and tape.node(i).function == function for i in held)
    return held[0] if found.bug == "B7" and given else at


def _formula_at_fault(trail: Trail, inside: list[int], found: Found, explanation: Explanation) -> bool:
    """Return whether the helper rather than its argument is to be blamed for f' at the wrong value.

    A helper called in several places, and wrong in all, is at fault; wrong in one of them, that call is.
    Where there is one call, a derivative of z that was written in a is the helper's, one given a the call's.
    """
    if found.bug not in ("B8", "B9"):
        return False
    tape = trail.tape
    helper = tape.node(inside[0]).function
    calls = {n.line for n in tape.nodes if helper and n.kind == "call" and n.what.endswith(helper.rpartition(".")[2])}
    if len(calls) <= 1:
        return found.bug == "B9" and bool(helper) and helper.count(".") != 1
    span = range(trail.places[0], trail.places[-1] + 1)
    returned = sum(tape.node(at).kind == "return" and tape.node(at).function == helper for at in span)
    return len({f.layer for f in explanation.found if f.bug == found.bug}) >= max(len(calls), returned)


def _factor(trail: Trail, look: Look, explanation: Explanation, found: Found) -> int | None:
    """Return where the way down departs from delta W^T by the constant."""
    above = explanation.deltas[found.layer]
    base = {ratio for _, ratio in _ratios(trail, above)} if above.size > 1 else {1.0}
    da = above @ look.reading.point.W[found.layer].T
    l = found.layer - 1
    right = look.reading.point.curves[l].backward(look.reading.point.z[l], da)
    c = float(np.vdot(right, found.value) / np.vdot(right, right))
    for value in (da, right):
        for at, ratio in _ratios(trail, value):
            if any(np.isclose(ratio, c * b, rtol=SAME) for b in base) and not any(np.isclose(ratio, b) for b in base):
                return at
    return None


def _incoming(look: Look, explanation: Explanation, found: Found) -> Array:
    """Return dL/da of the layer as the mistaken sweep has it."""
    point, l = look.reading.point, found.layer - 1
    if l == point.depth - 1:
        return np.asarray(point.a[-1] - point.Y)
    return np.asarray(explanation.deltas[l + 1] @ point.W[l + 1].T)


def _holding(trail: Trail, value: Array, scales: set[float]) -> Iterator[int]:
    """Yield the positions of the events that hold a multiple of a value; of one number, only at a known scale."""
    number = value.size == 1 or bool((value == value.flat[0]).all())
    for at, ratio in _ratios(trail, value):
        if trail.tape.node(at).kind == "attribute":  # X.T of what the forward pass made
            continue
        if not number or any(np.isclose(abs(ratio), s, rtol=SAME) for s in scales):
            yield at


def _ratios(trail: Trail, value: Array) -> Iterator[tuple[int, float]]:
    """Yield (position, factor) of each event of the trail that holds a multiple of a value or its transpose."""
    checked: dict[int, float | None] = {}
    for at in trail.places:
        key = trail.tape.events[at].result
        if key < 0 or trail.tape.made[key][0] < trail.places[0]:
            continue
        if key not in checked:
            checked[key] = _ratio(trail.tape, key, value)
        ratio = checked[key]
        if ratio is not None:
            yield at, ratio


def _ratio(tape: Tape, key: int, value: Array) -> float | None:
    """Return the factor between a recorded value and another, None where it is no multiple."""
    size = tape.recording.values[key].size
    if size == 1 and value.size > 1 and value.flat[0] and bool((value == value.flat[0]).all()):
        return float(tape.array(key).reshape(())) / float(value.flat[0])
    if size != value.size:
        return None
    held = tape.array(key)
    forms = [value, value.T] if value.ndim == 2 and 1 not in value.shape else [value]
    return next((ratio for form in forms if (ratio := _multiple(held, form)) is not None), None)


def _multiple(held: Array, form: Array) -> float | None:
    if held.shape != form.shape and not (1 in held.shape or held.ndim == 1 or 1 in form.shape):
        return None
    a, b = held.ravel(), form.ravel()
    norm = float(b @ b)
    if not norm or not np.isfinite(a).all():
        return None
    scale = float(b @ a) / norm
    return scale if scale and np.abs(a - scale * b).max() <= SAME * np.abs(a).max() else None
