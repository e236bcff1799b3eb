"""The gradients that an optimiser was given, where its steps are no multiple of them: Adam, RMSprop, clipping."""

from collections.abc import Iterator

import numpy as np

from reference.arrays import Array

from .align import Reading, bias_part, weight_part
from .lineage import Update
from .point import Observed
from .recording import NOT_A_NUMBER
from .tape import ROUNDING, Tape, handed_on, operands_made, upstream


def unbent(tape: Tape, reading: Reading) -> Observed | None:
    """Return each parameter's gradient as it was before its step was bent; None where any step is its multiple.

    A gradient is one value through which all that the step depends on has passed. What follows the last
    such value, other than factors, is the optimiser's.
    """
    start = reading.start
    layers = reading.passes[0].chain.layers
    dW: list[Array | None] = []
    db: list[Array | None] = []
    for layer, weight, bias in zip(layers, reading.weights, reading.biases, strict=True):
        update = bias if layer.merged is None else weight
        own, given = (_before_bend(tape, u, start) for u in (weight, update))
        if weight is None or own is None or (layer.b is not None and (update is None or given is None)):
            return None
        dW.append(weight_part(tape, layer, weight, own))
        db.append(None if update is None or given is None else bias_part(tape, layer, update, given))
    return reading.observed._replace(dW=tuple(dW), db=tuple(db))


def _before_bend(tape: Tape, update: Update | None, start: int) -> Array | None:
    """Return the last value before a step was bent, None where nothing bends it."""
    if update is None or update.new == NOT_A_NUMBER:
        return None
    step = tape.array(update.old) - tape.array(update.new)
    values = [tape.array(key) for key in _bottlenecks(tape, update, start)]
    before = [v for v in values if v.size == step.size and np.squeeze(v).shape == np.squeeze(step).shape]
    bent = [v for v in before if not _multiple(v, step)]
    return bent[-1].reshape(step.shape) if bent else None


def _bottlenecks(tape: Tape, update: Update, start: int) -> Iterator[int]:
    """Yield the keys of the values that all of a step's dependence on the forward pass goes through, in order."""
    if update.step == NOT_A_NUMBER:
        return
    through: dict[int, frozenset[int]] = {}
    trail = sorted(at for at in upstream(tape, update.at) if at >= start)
    for at in trail:
        returned = handed_on(tape, at)
        made = operands_made(tape, at) if returned is None else [returned]
        above = [through[m] for m in made if m in through]
        if above:
            through[at] = frozenset.intersection(*above) | {at}
        elif _multiplies(tape, at):
            through[at] = frozenset({at})
        if at in through and tape.node(at).what.rpartition(".")[2] in ROUNDING:
            return
    step = tape.last_made(update.step, NOT_A_NUMBER, update.at)
    keys = [tape.events[at].result for at in sorted(through.get(step, ()))] if step is not None else []
    yield from (k for k in dict.fromkeys(keys) if k >= 0)


def _multiplies(tape: Tape, at: int) -> bool:
    return at in tape.product_places


def _multiple(value: Array, step: Array) -> bool:
    a, b = value.ravel(), step.ravel()
    norm = float(a @ a)
    if not norm:
        return not b.any()
    return bool(np.abs(b - float(a @ b) / norm * a).max(initial=0) <= 1e-6 * np.abs(b).max(initial=0))
