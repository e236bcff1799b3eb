"""The derivative that a program uses, whatever it is: dL/dz as it was recorded, divided by dL/da."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import TypeAlias

import numpy as np

from reference.arrays import Array

from ..runs.tape import Tape
from .align import Pass, Reading
from .dropout import Dropped
from .multiples import SAME, factor_between
from .outputs import as_rows
from .point import Point

FEWEST = 12  # entries from which a function can be told from noise
ROUGH = (
    0.15  # how far the sorted values may travel, as a part of what noise would: smooth or stepped values hardly move
)
RAMPS = ("relu", "leaky_relu", "elu", "selu", "celu")

Recorded: TypeAlias = Callable[[int], tuple[Array, ...]]
"""Layer, counted from 0 -> the values of its pre-activation's shape that were recorded after the forward pass."""


def recorded(tape: Tape, reading: Reading) -> Recorded:
    """Return what finds the values recorded on the way back, row-major, the samples of all passes stacked."""
    ends = [p.chain.start for p in reading.passes[1:]] + [reading.end]
    windows = [_window(tape, p, end) for p, end in zip(reading.passes, ends, strict=True)]
    shared = [place for place in windows[0] if all(place in window for window in windows)]

    @cache
    def of_layer(l: int) -> tuple[Array, ...]:
        found: dict[bytes, Array] = {}
        for place in shared:
            parts = [_rows(tape, window[place], p, l) for window, p in zip(windows, reading.passes, strict=True)]
            if all(part is not None for part in parts):
                value = np.concatenate([part for part in parts if part is not None])
                found.setdefault(value.tobytes(), value)
        return tuple(found.values())

    return of_layer


def _window(tape: Tape, one: Pass, end: int) -> dict[tuple[int, int], int]:
    """Return the keys of what each expression gave after a forward pass, by expression and how often before."""
    found: dict[tuple[int, int], int] = {}
    times: dict[int, int] = {}
    for at in range(one.chain.end + 1, end):
        event = tape.events[at]
        if event.result >= 0 and tape.recording.values[event.result].dtype.kind == "f":
            found[event.node, times.setdefault(event.node, 0)] = event.result
            times[event.node] += 1
    return found


def _rows(tape: Tape, key: int, one: Pass, l: int) -> Array | None:
    layer = one.chain.layers[l]
    if tape.recording.values[key].size != layer.z.size:
        return None
    value = as_rows(tape.array(key), layer)
    return value if value.shape == layer.z.shape and np.isfinite(value).all() else None


def implied(point: Point, l: int, da: Array, got: Array | None, candidates: tuple[Array, ...]) -> Iterator[Array]:
    """Yield each recorded value that is dL/da times some function of z, and from which the layer's dW was made.

    Arguments:
        point: the forward pass.
        l: the layer, counted from 0.
        da: dL/da of the layer, up to a constant.
        got: the layer's own dW, up to a constant.
        candidates: what was recorded.

    Yields:
        The value times the constant at which it gives ``got``.
    """
    if got is None or not got.any():
        return
    factors = [one for one in candidates if one.size < FEWEST and np.ptp(one) > SAME * np.abs(one).max()]
    for value in candidates:
        predicted = point.inputs[l].T @ value
        scale = factor_between(got, predicted)
        if scale and (_is_function(point.z[l], value, da) or _is_product(value, da, factors)):
            yield scale * value


def masked(point: Point, l: int, da: Array, got: Array | None, candidates: tuple[Array, ...]) -> Iterator[Array]:
    """Yield each recorded value that is dL/da times f'(z) times another mask than the layer's dropout had.

    Arguments and values are those of ``implied``.
    """
    f = point.curves[l]
    if got is None or not got.any() or not isinstance(f, Dropped):
        return
    whole = da * f.whole.derivative(point.z[l])
    for value in candidates:
        kept = value != 0
        if np.count_nonzero(kept) >= FEWEST and not kept.all() and factor_between(value[kept], whole[kept]):
            scale = factor_between(got, point.inputs[l].T @ value)
            if scale:
                yield scale * value


def _is_function(z: Array, value: Array, da: Array) -> bool:
    """Return whether value / da depends on z alone, and is no constant."""
    told = np.abs(da) > 1e-6 * np.abs(da).max()
    if np.count_nonzero(told) < FEWEST or np.abs(value[~told]).max(initial=0) > SAME * np.abs(value).max():
        return False
    factor = (value[told] / da[told])[np.argsort(z[told], kind="stable")]
    spread = float(np.ptp(factor))
    return (
        spread > SAME * float(np.abs(factor).max())
        and float(np.abs(np.diff(factor)).sum()) < ROUGH * len(factor) * spread
    )


def _is_product(value: Array, da: Array, factors: list[Array]) -> bool:
    """Return whether a few numbers are dL/da times some of the factors, entry by entry."""
    return value.size < FEWEST and any(factor_between(value, da * factor) for factor in factors)


def of_ramp(point: Point, l: int, value: Array, da: Array) -> bool:
    """Return whether the derivative is wrong only where z < 0, of an activation that is z where z > 0."""
    if point.curves[l].family not in RAMPS:
        return False
    up = (point.z[l] > 0) & (np.abs(da) > 1e-6 * np.abs(da).max())
    factor = value[up] / da[up]
    return len(factor) > 0 and bool(np.ptp(factor) <= SAME * np.abs(factor).max())
