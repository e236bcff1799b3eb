"""Activations that are cut to whole numbers: np.vectorize takes its type from the first value."""

from collections.abc import Iterator

import numpy as np

from reference.arrays import Array

from ...report.diagnosis import FirstFault
from ..reading.chain import Layer
from ..reading.curves import Curve, close
from ..reading.outputs import as_rows
from ..runs.recording import Injection, Place, Recording
from ..runs.tape import Tape
from .look import Look
from .own_loss import Runs

NEAR = 120  # events after a pre-activation among which its activation is looked for
MIXED = (-1.7, 2.3, -0.4, 0.6, -2.6, 1.2, 3.1)  # the first is negative: what an empty type would be taken from
EXACT = 1e-7


def truncated(look: Look, inject: Injection, runs: Runs) -> FirstFault | None:
    """Return the first activation that is cut to whole numbers where its first z is negative, None where none is.

    Arguments:
        look: one run.
        inject: what was injected in it.
        runs: runs the program again.
    """
    for number, layer, curve, at in activations(look):
        z = np.resize(np.array(MIXED), look.tape.shape(layer.z_key))
        ran = runs.raw({**inject, look.tape.place(layer.z_at): z}, updates=1, events=at + NEAR)
        got, should = activated(ran, look.tape.place(at), z, layer, curve)
        if got is None or not np.isfinite(got).all() or close(got, should, EXACT):
            continue
        if np.array_equal(got, np.trunc(should)):
            index = tuple(int(i) for i in np.unravel_index(int(np.abs(got - should).argmax()), should.shape))
            node, first = look.tape.node(at), as_rows(z, layer)
            return FirstFault(
                layer=number,
                activation=curve.name,
                quantity="a",
                index=index,
                line=node.line,
                text=node.text,
                got=float(got[index]),
                should_be=float(should[index]),
                pattern=f"cut to whole numbers: the first z is {first.flat[0]:.4g}, here z is {first[index]:.4g}",
            )
    return None


def activations(look: Look) -> Iterator[tuple[int, Layer, Curve, int]]:
    """Yield the first layer, from 1, of each activation but the identity, with where it is computed."""
    done: set[str] = set()
    layers = look.reading.passes[0].chain.layers
    for number, (layer, curve) in enumerate(zip(layers, look.reading.point.curves, strict=True), 1):
        if curve.name in done or curve.family == "linear":
            continue
        done.add(curve.name)
        at = _activation(look.tape, layer, curve)
        if at is not None:
            yield number, layer, curve, at


def _activation(tape: Tape, layer: Layer, curve: Curve) -> int | None:
    """Return where a layer's activation is first computed from its pre-activation."""
    with np.errstate(all="ignore"):
        a = np.asarray(curve.forward(layer.z))
    for at in range(layer.z_at + 1, min(layer.z_at + NEAR, len(tape.events))):
        key = tape.events[at].result
        if key >= 0 and tape.recording.values[key].size == a.size and close(as_rows(tape.array(key), layer), a):
            return at
    return None


def activated(ran: Recording, place: Place, z: Array, layer: Layer, curve: Curve) -> tuple[Array | None, Array]:
    """Return what a run has for f(z) at a place, None for nothing, and what it should be, row-major."""
    rows = as_rows(z, layer)
    with np.errstate(all="ignore"):
        should = np.asarray(curve.forward(rows))
    for event in ran.events:
        if (event.node, event.occurrence) == place and event.result >= 0:
            got = as_rows(np.asarray(ran.values[event.result], np.float64), layer)
            return (got if got.shape == should.shape else None), should
    return None, should
