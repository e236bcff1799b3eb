"""Rounding inside a computation, on purpose or by an array of whole numbers: what is rounded has no slope."""

from typing import NamedTuple

import numpy as np

from reference.arrays import Array

from ..reading.lineage import lineage
from ..reading.multiples import closest_factor, factor_between
from ..reading.point import reverse_sweep
from ..runs.recording import NOT_A_NUMBER, Injection
from ..runs.tape import ROUNDING, Tape, upstream
from .look import Look, candidates

HARMLESS = 1e-6  # of the largest entry: a change that no slope would notice
ALIKE = 0.05  # of the largest entry: how far rounding may move the value it is known by


class Spoilt(NamedTuple):
    """A value on the way to an update that is spoilt: of which layer it is, which quantity, where, and the mistake."""

    layer: int
    quantity: str
    at: int
    bug: str


def unrounded(tape: Tape) -> Injection:
    """Return what is rounded before the first update as it was before: no activation is known by its rounded values."""
    first = min((update.at for updates in lineage(tape).values() for update in updates), default=0)
    calls = (at for at in range(first) if tape.node(at).kind == "call") if tape.rounds else ()
    return {tape.place(at): found[1] for at in calls if (found := _rounding(tape, at)) is not None}


def rounded(look: Look, natural: Tape | None = None) -> Spoilt | None:
    """Return the first rounding that an update was computed from, None where there is none.

    Arguments:
        look: at the program.
        natural: the program's own run, where nothing was rounded in the one that is looked at.
    """
    tape, reading = look.tape, look.reading
    natural = natural or tape
    ends = {u.end for u in (*reading.weights, *reading.biases) if u is not None}
    trail, made = (set().union(*(upstream(tape, end, beside) for end in ends)) for beside in (True, False))
    computed = {tape.events[at].node for at in made}
    for at in sorted(at for at in trail if at >= reading.start and tape.events[at].node in computed):
        found = _rounding(natural, at) if natural.place(at) == tape.place(at) else None
        if found is not None and (found[0] != "B47" or _is_of_weights(look, at)):
            bug, old, new = found
            if np.abs(old - new).max(initial=0) > HARMLESS * np.abs(old).max(initial=0):
                return Spoilt(*_known_as(look, old, at), _made_whole(tape, at) if bug == "B46" else at, bug)
    return None


def _is_of_weights(look: Look, at: int) -> bool:
    """Return whether what is rounded depends on the network: random numbers and data may be rounded, as masks are.

    A single number is taken to: what it is made of may have been gathered.
    """
    if not look.tape.shape(look.tape.events[at].result):
        return True
    made_of = upstream(look.tape, at)
    return any(layer.z_at in made_of for p in look.reading.passes for layer in p.chain.layers)


def _rounding(tape: Tape, at: int) -> tuple[str, Array, Array] | None:
    """Return the mistake that an event may be, with a value before and after it; None where it rounds nothing."""
    node, event = tape.node(at), tape.events[at]
    if event.result < 0:
        return None
    if node.kind == "call" and node.what.rpartition(".")[2] in ROUNDING:
        before = next((k for k in event.operands if k >= 0), NOT_A_NUMBER)
        same = before >= 0 and tape.shape(before) == tape.shape(event.result)
        return ("B47", tape.array(before), tape.array(event.result)) if same else None
    if node.kind != "store" or len(event.operands) < 2 or min(event.operands[:2]) < 0:
        return None
    stored = tape.array(event.operands[1])
    whole = tape.recording.values[event.result].dtype.kind in "iu"
    return ("B46", stored, np.trunc(stored)) if whole else None


def _made_whole(tape: Tape, at: int) -> int:
    """Return the call that made the array of whole numbers which a store goes into, the store where none is seen."""
    held = tape.events[at].held_by[0]
    own = (i for i in range(at - 1, -1, -1) if tape.events[i].identity == held and tape.node(i).kind == "call")
    return next(own, at) if held >= 0 else at


def _known_as(look: Look, value: Array, at: int) -> tuple[int, str]:
    """Return the layer, from 1, and the quantity that a value is a multiple of; where it is none, by its place."""
    point = look.reading.point
    with np.errstate(all="ignore"):
        loss = look.right.loss if look.right else candidates(point, look.seen)[0]
        sweep = reverse_sweep(point, loss)
    errors = [np.zeros_like(point.Y)] * (point.depth - 1) + [point.a[-1] - point.Y]
    quantities = (("a", point.a), ("a", point.z), ("delta", sweep.delta), ("delta", sweep.da), ("delta", errors))
    for quantity, arrays in (*quantities, ("dW", sweep.dW)):
        for l, array in enumerate(arrays):
            if any(_alike(value, form) for form in (array, array.T)):
                of_error = look.seen and quantity != "dW" and l == point.depth - 1 and not _is_forward(look, at)
                return l + 1, "delta" if of_error else quantity
    for quantity, arrays in quantities if value.size > 1 else ():
        for l, array in enumerate(arrays):
            if any(row.size == value.size and factor_between(value.ravel(), row) for row in array):
                return l + 1, quantity
    return _placed(look, value, at)


def _is_forward(look: Look, at: int) -> bool:
    """Return whether the output, or a loss that is computed, is made of what a position computes."""
    ends = (look.reading.passes[0].output.at, *(seen.at for seen in look.seen))
    return any(at in upstream(look.tape, end) for end in ends)


def _placed(look: Look, value: Array, at: int) -> tuple[int, str]:
    """Return the layer and the quantity that are computed around a position: an output, the top delta, a gradient.

    A single number that is rounded before the output may be one of an array's.
    """
    reading, depth = look.reading, look.reading.point.depth
    first = reading.passes[0]
    if _is_forward(look, at):
        for l, a in enumerate(reading.point.a if value.size == 1 else ()):
            if np.isclose(a, value.reshape(()), rtol=1e-9, atol=0).any():
                return l + 1, "a"
        return max(sum(layer.product.at < at for layer in first.chain.layers), 1), "a"
    taken = next((p.at for p in look.tape.products if p.at > first.output.at), reading.end)
    return depth, "delta" if at < taken else "dW"


def _alike(value: Array, form: Array) -> bool:
    if value.size != form.size or (value.shape != form.shape and 1 not in form.shape) or not form.any():
        return False
    value, form = value.ravel(), form.ravel()
    scale = closest_factor(value, form)
    return bool(np.abs(value - scale * form).max() <= ALIKE * np.abs(value).max())
