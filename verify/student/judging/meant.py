"""What the user says is meant, held against what the run shows."""

from dataclasses import replace

import numpy as np

from reference import InputError
from reference.errors import look_up
from reference.losses import LOSSES
from reference.network import ACTIVATIONS

from ...report.diagnosis import FirstFault
from ..reading.curves import ALONE, CUT, OVER_BATCH, close
from ..reading.point import Point
from .look import Look

SQUARED = ("mse", "half_sse", "sum_squares")


def losses(name: str) -> tuple[str, ...]:
    """Return the losses to judge by, () for any; all squared errors are one, up to a constant.

    Raises:
        InputError: when there is no such loss.
    """
    if not name:
        return ()
    look_up(LOSSES, name, "loss")
    return ("half_sse",) if name in SQUARED else (name,)


def require_known(activations: tuple[str, ...], sizes: tuple[int, ...]) -> None:
    """Refuse activations that there are none of, or another number of them than layers."""
    for name in activations:
        look_up(ACTIVATIONS, name, "activation")
    if activations and sizes and len(activations) != len(sizes) - 1:
        wanted = f"{len(sizes) - 1}, one for each layer"
        raise InputError("--activations", f"{len(activations)} for {len(sizes)} sizes", wanted, "correct it")


def require_sizes(sizes: tuple[int, ...], activations: tuple[str, ...], point: Point) -> None:
    """Refuse sizes, or a number of layers, that the run does not show."""
    if sizes and sizes != point.sizes:
        shown = ",".join(map(str, point.sizes))
        raise InputError("--layers", ",".join(map(str, sizes)), f"{shown}, as the run shows", "leave it out")
    if activations and len(activations) != point.depth:
        wanted = f"{point.depth}, one for each layer that the run shows"
        raise InputError("--activations", len(activations), wanted, "correct it, or leave it out")


def forward_fault(one: Look, activations: tuple[str, ...]) -> FirstFault | None:
    """Return the first layer whose activation is not the one that is meant, None where each of them is."""
    point = one.reading.point
    for l, name in enumerate(activations):
        with np.errstate(all="ignore"):
            should = np.asarray(ACTIVATIONS[name].forward(point.z[l]))
        if point.curves[l].family != name and not close(point.a[l], should):
            return _differing(one, l, name, should)
    return None


def over_the_batch(one: Look) -> FirstFault | None:
    """Return the fault of a softmax whose sums run over the batch, everything or nothing, None where there is none."""
    point = one.reading.point
    if point.curves[-1].name not in [curve.name for curve in (*OVER_BATCH, ALONE)]:
        return None
    told = _differing(one, point.depth - 1, "softmax", np.asarray(ACTIVATIONS["softmax"].forward(point.z[-1])))
    at = _logarithm(one)
    return told if at is None else replace(told, line=one.tape.node(at).line)


def _logarithm(one: Look) -> int | None:
    """Return where the logarithm of the output was computed before the output itself, None where it was not."""
    tape, first = one.tape, one.reading.passes[0]
    made = tape.made.get(first.output.key)
    with np.errstate(all="ignore"):
        wanted = np.log(tape.array(first.output.key))
    for at in range(first.chain.layers[-1].product.at, made[0] if made else 0):
        key = tape.events[at].result
        if key >= 0 and tape.shape(key) == wanted.shape and close(tape.array(key), wanted):
            return at
    return None


def cut(one: Look) -> FirstFault | None:
    """Return the fault of a relu that gives whole numbers, None where there is none."""
    point = one.reading.point
    found = (l for l, curve in enumerate(point.curves) if curve.name == CUT.name)
    l = next(found, None)
    return None if l is None else _differing(one, l, "relu", np.maximum(point.z[l], 0))


def _differing(one: Look, l: int, name: str, should: np.ndarray) -> FirstFault:
    """Return the worst entry of one layer's activation, and the line that it comes out of."""
    point, (first, *_) = one.reading.point, one.reading.passes
    index = tuple(int(i) for i in np.unravel_index(int(np.abs(point.a[l] - should).argmax()), should.shape))
    layers = first.chain.layers
    key = layers[l + 1].a_key if l + 1 < len(layers) else first.output.key
    made = one.tape.made.get(key)
    return FirstFault(
        layer=l + 1,
        activation=name,
        quantity="a",
        index=index,
        line=one.tape.node(made[0]).line if made else None,
        got=float(point.a[l][index]),
        should_be=float(should[index]),
        pattern=f"the values are those of {point.curves[l].name}",
    )
