"""What the activation of the last layer is: a value computed from its pre-activation that a curve meets."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

from reference.arrays import Array

from .chain import Layer
from .curves import CURVES, Curve, close, matching_curves
from .tape import Tape, upstream

TELLING = 3  # distinct pre-activations that no curve meets by chance
MOST = 3  # values that are held for the activation of fewer


class Output(NamedTuple):
    """The last activation of one pass: the curve, the key of its value and where it was made."""

    curve: Curve
    key: int
    at: int


def outputs(tape: Tape, last: Layer, end: int) -> Iterator[Output]:
    """Yield what the last activation may be, the likeliest first; the identity is always one of them.

    It is the first value that is f(z) for a curve other than the identity. Of few numbers many values are f(z) for
    some f: those count that are computed from z, by a curve without a constant that is not flat there, or nearly so.

    Arguments:
        tape: the run.
        last: the last layer of a pass.
        end: where to stop looking.
    """
    identity = Output(CURVES["linear"], last.z_key, last.z_at)
    if np.unique(last.z).size >= TELLING:
        yield from (*islice(_met(tape, last, end), 1), identity)
        return
    ranked = sorted(((_doubts(tape, last, found), found) for found in _met(tape, last, end)), key=lambda pair: pair[0])
    yield from [found for doubts, found in ranked if doubts <= 1][:MOST]
    yield identity


def _met(tape: Tape, last: Layer, end: int) -> Iterator[Output]:
    """Yield every value after the pre-activation that is f(z) for a curve other than the identity."""
    size, seen = last.z.size, set()
    for at in range(last.z_at + 1, min(end, len(tape.events))):
        key = tape.events[at].result
        if key < 0 or key in seen or np.size(tape.recording.values[key]) != size:
            continue
        seen.add(key)
        a = as_rows(tape.array(key), last)
        if not close(a, last.z, 1e-12) and (curve := next(matching_curves(last.z, a), None)) is not None:
            yield Output(curve, key, at)


def _doubts(tape: Tape, last: Layer, found: Output) -> int:
    """Return how much speaks against a value: not computed from z, a flat place of the curve, a constant fitted."""
    flat = not np.any(found.curve.derivative(last.z))
    return (last.z_at not in upstream(tape, found.at)) + flat + (found.curve.name not in CURVES)


def as_rows(value: Array, layer: Layer) -> Array:
    """Return a value of the layer's pre-activation row-major, as it is where it has another shape."""
    shape = layer.z.shape
    if value.size != layer.z.size:
        return value
    turned = value.T if layer.side == "left" and value.ndim == 2 else value
    return turned if turned.shape == shape else value.reshape(shape) if value.ndim != 2 or 1 in shape else value
