"""What the activation of the last layer is: a value computed from its pre-activation that a curve meets."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from reference.arrays import Array

from ..runs.tape import Tape, upstream
from .chain import Layer
from .curves import ALONE, CURVES, Curve, close, matching_curves, scaled
from .own_curve import Made, own_curve
from .rates import EXP

TELLING = 3  # distinct pre-activations that no curve meets by chance
SCALING, LARGEST, ROUNDED = ("*", "/", "+", "-"), 1e6, 1e-12
PROBABILITIES = ("sigmoid", "softmax")
WHOLE = ("sum", "max", "amax")  # what shares are taken of
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
        scaled_first, met = _first_met(tape, last, end)
        again = (other for one in met for other in _scaled(tape, last, one, end))
        rates = [] if met or scaled_first else list(_rates(tape, last, end))
        seen = any(np.any(found.curve.derivative(last.z)) for found in (*met, *scaled_first, *rates))
        own = () if seen else _own(tape, last, end)
        yield from (*met, *again, *scaled_first, *rates, *own, identity)
        return
    ranked = sorted(((_doubts(tape, last, found), found) for found in _met(tape, last, end)), key=lambda pair: pair[0])
    likely = [found for doubts, found in ranked if doubts <= 1][:MOST]
    yield from likely or _own(tape, last, end)
    yield identity


def _first_met(tape: Tape, last: Layer, end: int) -> tuple[list[Output], list[Output]]:
    """Return the scaled values that come before the first value that needs no scale, and that one.

    Of probabilities and their logarithms, where both are computed, the probabilities count: the error is p - y.
    A loss that is computed of the pre-activations, by max(z, 0) for example, has them in its slope alone.
    """
    before: list[Output] = []
    rest = _met(tape, last, end)
    for found in rest:
        if not found.curve.name[0].isdigit() and found.curve.name[0] != "-":
            logarithms = found.curve.name == "log_softmax"
            known = found.curve.name in PROBABILITIES
            p = [] if known else [later for later in rest if later.curve.name in PROBABILITIES[logarithms:]][:1]
            return before[:1], p if p and logarithms else [found, *p]
        before.append(found)
    return before[:1], []


def _met(tape: Tape, last: Layer, end: int) -> Iterator[Output]:
    """Yield every value after the pre-activation that is f(z) for a curve other than the identity."""
    size, seen = last.z.size, set()
    for at in range(last.z_at + 1, min(end, len(tape.events))):
        key = tape.events[at].result
        if key < 0 or key in seen or np.size(tape.recording.values[key]) != size:
            continue
        seen.add(key)
        a = as_rows(tape.array(key), last)
        if _is_its_own_share(tape, at, last):
            yield Output(ALONE, key, at)
        elif not close(a, last.z, 1e-12) and (curve := next(matching_curves(last.z, a), None)) is not None:
            yield Output(curve, key, at)


def _is_its_own_share(tape: Tape, at: int, last: Layer) -> bool:
    """Return whether an event divides e^z, perhaps shifted, by itself: its sum went along an axis of length 1."""
    operands = tape.events[at].operands
    if tape.node(at).what != "/" or last.z.size < 2 or min(operands) < 0 or len({*map(tape.group, operands)}) > 1:
        return False
    power = as_rows(tape.array(operands[0]), last)
    with np.errstate(all="ignore"):
        rest = np.log(power) - last.z if power.shape == last.z.shape else last.z
    return bool(np.isfinite(rest).all()) and bool(np.ptp(rest) <= 1e-9 * max(1.0, float(np.abs(last.z).max())))


def _rates(tape: Tape, last: Layer, end: int) -> Iterator[Output]:
    """Yield e^z as an output, unless it is divided by a sum or the largest of itself: a softmax that is none."""
    for at in range(last.z_at + 1, min(end, len(tape.events))):
        key = tape.events[at].result
        if key < 0 or np.size(tape.recording.values[key]) != last.z.size:
            continue
        if close(as_rows(tape.array(key), last), np.asarray(EXP.forward(last.z))):
            ends = (tape.node(use).what.rpartition(".")[2] for use in tape.used.get(key, ()))
            if not any(name in WHOLE for name in ends):
                yield Output(EXP, key, at)
            return


def _own(tape: Tape, last: Layer, end: int) -> Iterator[Output]:
    """Yield the first function of z, which no table has, that is held against something else: the targets."""
    for total in tape.sums:
        if (
            not last.z_at < total.at < end
            or total.sign > 0
            or tape.array(total.left).size != tape.array(total.right).size
        ):
            continue
        made = tape.makers[total.at][:2]
        for key, at, other in zip((total.left, total.right), made, made[::-1], strict=True):
            if at is None or at <= last.z_at or (other is not None and last.z_at in upstream(tape, other)):
                continue
            curve = own_curve(tape, Made(last.z_at, last.z_key, last.z), at, as_rows(tape.array(key), last))
            if curve is not None:
                yield Output(curve, key, at)
                return


def _scaled(tape: Tape, last: Layer, found: Output, end: int) -> Iterator[Output]:
    """Yield what an output becomes that is multiplied by a number after its activation, and what is added to that."""
    groups = {tape.group(found.key)}
    for at in range(found.at + 1, min(end, len(tape.events))):
        event, node = tape.events[at], tape.node(at)
        if node.kind != "binary" or node.what not in SCALING or event.result < 0 or len(event.operands) != 2:
            continue
        own = [tape.group(k) in groups for k in event.operands]
        number = next((k for k, mine in zip(event.operands, own, strict=True) if not mine), -1)
        if sum(own) != 1 or number < 0 or tape.recording.values[number].size != 1:
            continue
        a, value = (as_rows(tape.array(k), last) for k in (found.key, event.result))
        c, d = _line(a, value)
        if c and abs(c) != 1 and abs(d) <= LARGEST and close(value, c * a + d):
            groups.add(tape.group(event.result))
            yield Output(scaled(found.curve, c, d), event.result, at)


def _line(a: Array, value: Array) -> tuple[float, float]:
    """Return c and d of value = c a + d from the entries furthest apart, 0 for what is rounding."""
    high, low = int(a.argmax()), int(a.argmin())
    if value.size != a.size or a.flat[high] == a.flat[low]:
        return 0.0, 0.0
    c = float((value.flat[high] - value.flat[low]) / (a.flat[high] - a.flat[low]))
    d = float(value.flat[low] - c * a.flat[low])
    return float(f"{c:.12g}"), 0.0 if abs(d) <= ROUNDED * abs(c) else float(f"{d:.10g}")


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
