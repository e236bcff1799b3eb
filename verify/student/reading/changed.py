"""Inputs of layers that are changed in place after the forward pass: what their weights' gradients are then made of."""

from collections.abc import Mapping, Sequence

import numpy as np

from reference.arrays import Array

from ..runs.tape import Tape
from .chain import Chain, Layer

IN_PLACE = ("store", "augment")


def changes(tape: Tape, layer: Layer, start: int, end: int) -> list[int]:
    """Return the positions, between two others, at which the array that held a layer's input is changed in place."""
    event = tape.events[layer.product.at]
    held = dict(zip(event.operands, event.held_by, strict=False)).get(layer.a_key, -1)
    if held < 0:
        return []
    return [at for at in range(start, end) if tape.events[at].identity == held and tape.node(at).kind in IN_PLACE]


def changed_inputs(tape: Tape, passes: Sequence[Chain], end: int) -> Mapping[int, Array]:
    """Return what the inputs of layers, counted from 0, hold at the end of a step, where they were changed in place.

    Arguments:
        tape: the run.
        passes: of the step's batch.
        end: of the step.
    """
    ends = [*(after.start for after in passes[1:]), end]
    found: dict[int, Array] = {}
    for l in range(len(passes[0].layers)):
        rows = [_after(tape, one.layers[l], one.end, until) for one, until in zip(passes, ends, strict=True)]
        whole = [row for row in rows if row is not None]
        if len(whole) == len(rows):
            found[l] = np.concatenate(whole)
    return found


def _after(tape: Tape, layer: Layer, start: int, end: int) -> Array | None:
    """Return what a layer's input became, row-major, None where it was left alone or has a bias's entry."""
    places = [at for at in changes(tape, layer, start, end) if tape.events[at].result >= 0]
    if not places or layer.merged is not None:
        return None
    value = tape.array(tape.events[places[-1]].result)
    rows = np.atleast_2d(value.T if layer.side == "left" else value)
    return np.array(rows) if rows.shape == layer.a_in.shape and np.isfinite(rows).all() else None
