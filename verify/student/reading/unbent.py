"""The gradients that an optimiser was given, where its steps are no multiple of them: Adam, RMSprop, clipping."""

from typing import NamedTuple

import numpy as np

from reference.arrays import Array

from ..runs.found_once import found_once
from ..runs.recording import NOT_A_NUMBER
from ..runs.tape import ROUNDING, Tape, handed_on, operands_made, upstream
from .align import Reading
from .lineage import Update
from .multiples import factor_between
from .point import Observed
from .steps import bias_part, weight_part

CLIP = "clip"


class _Trail(NamedTuple):
    """The values of a step's size that all of its dependence on the forward pass went through, in order.

    Attributes:
        values: in the step's shape, the step itself last.
        bent: the position of the last one before the step was bent; None where it was not bent so often.
    """

    values: tuple[Array, ...]
    bent: int | None


def unbent(tape: Tape, reading: Reading, bends: int = 1) -> Observed | None:
    """Return each parameter's gradient as it was before its step was bent; None where any step is its multiple.

    Adam with a decay of its own bends it twice: what Adam made of the gradient, and then by adding the weights.

    Clipping leaves some alone: of those the gradient is what was handed to it, at the one rate of them all.
    A gradient is one value through which all that the step depends on has passed. What follows the last
    such value, other than factors, is the optimiser's. Every single number is a multiple of every other: of
    those, as many values are taken for the optimiser's as of the others.

    Arguments:
        tape: the run.
        reading: of its steps.
        bends: how often the steps were bent since.
    """
    layers = reading.passes[0].chain.layers
    updates = [u for u in (*reading.weights, *reading.biases) if u is not None]
    trails = {id(u): _trail(tape, u, reading.start, bends) for u in updates}
    after = [len(t.values) - t.bent for t in trails.values() if t.bent is not None]
    given = {u: _before_bend(t, min(after, default=0)) for u, t in trails.items()}
    if after and any(value is None for value in given.values()):
        clipped = {id(u): _clipped(tape, u, reading.start) for u in updates}
        rates = [one[1] for one in clipped.values() if one is not None]
        if len(rates) < len(updates) or not np.allclose(rates, rates[0], rtol=1e-6, atol=0):
            return None
        given = {u: one[0] for u, one in clipped.items() if one is not None}
    dW: list[Array | None] = []
    db: list[Array | None] = []
    for layer, weight, bias in zip(layers, reading.weights, reading.biases, strict=True):
        update = bias if layer.merged is None else weight
        own, below = (None if u is None else given[id(u)] for u in (weight, update))
        if weight is None or own is None or (layer.b is not None and (update is None or below is None)):
            return None
        dW.append(weight_part(tape, layer, weight, own))
        db.append(None if update is None or below is None else bias_part(tape, layer, update, below))
    return reading.observed._replace(dW=tuple(dW), db=tuple(db))


def _trail(tape: Tape, update: Update, start: int, bends: int) -> _Trail:
    """Return the values before a step, and the last before it was bent so often."""
    if update.new == NOT_A_NUMBER:
        return _Trail((), None)
    step = tape.array(update.old) - tape.array(update.new)
    keys = () if update.step == NOT_A_NUMBER else _bottlenecks(tape, update.step, update.at, start)
    values = [tape.array(key) for key in keys]
    before = [_spread(v, step) for v in values if v.size == 1 or np.squeeze(v).shape == np.squeeze(step).shape]
    return _Trail(tuple(before), _bent(before, step, bends) if step.any() else None)


def _bent(values: list[Array], step: Array, bends: int) -> int | None:
    """Return the position of the last value before a step was bent so often, None where it was not."""
    others = [i for i, v in enumerate(values) if factor_between(step, v) is None]
    if not others or bends == 1:
        return others[-1] if others else None
    return _bent(values[: others[-1]], values[others[-1]], bends - 1)


def _clipped(tape: Tape, update: Update, start: int) -> tuple[Array, float] | None:
    """Return what was handed to clipping on the way to a step, and the rate of the entries that it left alone."""
    step = tape.array(update.old) - tape.array(update.new)
    for at in sorted((at for at in upstream(tape, update.at) if at >= start), reverse=True):
        event = tape.events[at]
        if tape.node(at).what.rpartition(".")[2] != CLIP or not event.operands or event.operands[0] < 0:
            continue
        value = tape.array(event.operands[0])
        if np.squeeze(value).shape != np.squeeze(step).shape or not value.any():
            return None
        value = value.reshape(step.shape)
        return value, float(np.abs(step[value != 0] / value[value != 0]).max())  # what is clipped only shrinks
    return None


def _spread(value: Array, step: Array) -> Array:
    """Return a value in the shape of a step: one number is the same for all entries."""
    return np.full(step.shape, float(value.reshape(()))) if value.size == 1 else value.reshape(step.shape)


def _before_bend(trail: _Trail, after: int) -> Array | None:
    """Return the last value before a step was bent, None where nothing bends it.

    ``after``: how many values come from there on where one can tell; 0 where nowhere.
    """
    if trail.bent is not None:
        return trail.values[trail.bent]
    single = bool(trail.values) and np.ptp(trail.values[-1]) == 0
    return trail.values[-after] if single and 0 < after <= len(trail.values) else None


@found_once
def _bottlenecks(tape: Tape, step: int, end: int, start: int) -> tuple[int, ...]:
    """Return the keys of the values that all of a step's dependence on the forward pass goes through, in order.

    Arguments:
        tape: the run.
        step: the key of what was added.
        end: the position of the addition.
        start: where the forward pass begins.
    """
    through: dict[int, frozenset[int]] = {}
    trail = sorted(at for at in upstream(tape, end) if at >= start)
    for at in trail:
        returned = handed_on(tape, at)
        made = operands_made(tape, at) if returned is None else [returned]
        above = [through[m] for m in made if m in through]
        if above:
            through[at] = frozenset.intersection(*above) | {at}
        elif _multiplies(tape, at):
            through[at] = frozenset({at})
        if at in through and tape.node(at).what.rpartition(".")[2] in ROUNDING:
            return ()
    made_at = tape.last_made(step, NOT_A_NUMBER, end)
    keys = [tape.events[at].result for at in sorted(through.get(made_at, ()))] if made_at is not None else []
    return tuple(k for k in dict.fromkeys(keys) if k >= 0)


def _multiplies(tape: Tape, at: int) -> bool:
    return at in tape.product_places
