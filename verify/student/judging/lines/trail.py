"""The events that an update was computed from, and which of them hold a multiple of a value."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from reference.arrays import Array

from ...mistakes.explanation import Explanation, Found
from ...reading.multiples import SAME, factor_between
from ...reading.point import joined
from ...reading.quantities import one_by_one
from ...runs.tape import GATHERED_STEP, Tape, upstream
from ..look import Look

TURNING = ("T", "transpose", "reshape", "ravel", "flatten")


class Trail(NamedTuple):
    """The events that an update was computed from, first to last, since the forward pass ended."""

    tape: Tape
    places: tuple[int, ...]


def trail_of(look: Look, found: Found) -> Trail:
    """Return the trail of the update that shows the mistake: the bias's for db, else the weights'."""
    l = found.layer - 1
    reading = look.reading
    update = (reading.biases[l] if found.quantity == "db" else None) or reading.weights[l] or reading.biases[l]
    if update is None:
        return Trail(look.tape, ())
    start = reading.passes[0].chain.end
    places = (at for at in upstream(look.tape, update.end) if start <= at < max(reading.end, start))
    return Trail(look.tape, tuple(sorted(places)))


def first_pass(look: Look, explanation: Explanation, found: Found) -> tuple[Look, Explanation, Found]:
    """Return the same of the step's first sample alone, where samples are taken one at a time."""
    part, rows = next(one_by_one(look.reading, 1))
    before, after = look.reading.passes[0].chain.end, look.reading.passes[1].chain.start
    at_once = any(before < p.at < after for p in look.tape.products)  # else all passes come before all sweeps back
    deltas = tuple(delta[rows] for delta in explanation.deltas)
    value = found.value[rows] if found.quantity == "delta" else found.value
    return (
        look._replace(reading=part._replace(end=after) if at_once else part),
        replace(explanation, deltas=deltas),
        found._replace(value=value),
    )


def whole_gradient(look: Look, found: Found) -> Array:
    """Return the gradient of weights and merged bias together, where a wrong one is part of it."""
    l = found.layer - 1
    layer, dW, db = look.reading.passes[0].chain.layers[l], look.reading.observed.dW[l], look.reading.observed.db[l]
    if found.quantity == "dW" and found.value.ndim == 2 and (found.value == found.value[0]).all():
        return found.value[:1]  # spread over the shape of the weights only when it was subtracted
    if layer.merged is None or found.quantity not in ("dW", "db") or dW is None or db is None:
        return found.value
    row = layer.constant * db[None, :]
    return joined(dW, row, layer.merged)


def holding(trail: Trail, value: Array, scales: set[float]) -> Iterator[int]:
    """Yield the positions of the events that hold a multiple of a value; of one number, only at a known scale."""
    number = value.size == 1 or bool((value == value.flat[0]).all())
    for at, ratio in ratios(trail, value):
        node = trail.tape.node(at)
        if node.kind == "compare" or (node.what.rpartition(".")[2] in TURNING and _was_made(trail, at)):
            continue
        if not number or any(np.isclose(abs(ratio), s, rtol=SAME) for s in scales):
            yield at


def computed_last(tape: Tape, places: list[int]) -> int | None:
    """Return the first of some places that hold a value; of numbers, which have no identity, the last that does alike.

    The loss may have computed the same numbers before: what is computed anew is what is taken.
    """
    if not places or not any(node.what == GATHERED_STEP for node in tape.nodes):
        return next(iter(places), None)
    kinds = {at: (*tape.node(at)[:2], tape.node(at).text[:1].isdigit()) for at in places}  # 1 - a is not y - a
    return [at for at in places if kinds[at] == kinds[places[0]]][-1]


def _was_made(trail: Trail, at: int) -> bool:
    """Return whether an event only turns what the forward pass made."""
    made = (trail.tape.made.get(k, ()) for k in trail.tape.events[at].operands)
    return any(min(places, default=at) < trail.places[0] for places in made)


def ratios(trail: Trail, value: Array) -> Iterator[tuple[int, float]]:
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
    return factor_between(held, form)
