"""Where steps that climb have their sign from: the error, an expression on its way, or the one line that steps."""

from collections.abc import Iterator

import numpy as np

from reference.arrays import Array

from ...mistakes.explanation import Explanation, Found
from ...reading.losses_seen import factor_of
from ...reading.multiples import SAME
from ...reading.point import loss_gradient, of_data, reverse_sweep
from ..look import Look
from .trail import Trail, computed_last, first_pass, ratios, trail_of


def turned(look: Look, loss: str) -> int | None:
    """Return the position of the event that makes right gradients climb, None where no update is seen.

    A top gradient that is first held with a sign of its own has it from the error, or from where it turned. One held
    as it is climbs by the line that steps, if that is a single one; else, again, the error alone mends every step.

    Arguments:
        look: the run.
        loss: the loss that the steps climb.
    """
    updates = [u for u in (*look.reading.weights, *look.reading.biases) if u is not None]
    if not updates:
        return None
    errors, gradient = _signs(look, loss)
    one_line = len({look.tape.node(u.end).line for u in updates}) == 1
    last = gradient or next(reversed(errors), None)
    if last is None or (last[1] > 0 and one_line):
        return updates[len([u for u in look.reading.weights if u is not None]) - 1].end
    if last[1] > 0:
        return computed_last(look.tape, [at for at, _ in (*errors, last)])
    before = sorted({(at, sign) for at, sign in (*errors, last) if at <= last[0]})
    right = [i for i, (_, sign) in enumerate(before) if sign > 0]
    return computed_last(look.tape, [at for at, _ in before[right[-1] + 1 if right else 0 :]])


def _signs(look: Look, loss: str) -> tuple[list[tuple[int, float]], tuple[int, float] | None]:
    """Return (position, sign) of what holds the error or the top delta, and of the first that holds the top dW."""
    sweep, depth = reverse_sweep(of_data(look.reading.point), loss), look.reading.point.depth
    top = Found("B14", depth, "delta", "", "", sweep.delta[-1], "error")
    if len(look.reading.passes) > 1:
        look, _, top = first_pass(look, Explanation((), 1.0, loss, sweep.delta), top)
    point, trail = look.reading.point, trail_of(look, top)
    gradient = next(iter(ratios(trail, point.inputs[-1].T @ top.value)), None)
    known = {1.0, 2.0, abs(factor_of(look.seen, loss) or 1.0)}
    if top.value.size == 1:  # every multiple of the inputs is one of dW
        gradient = None
    errors_held = (loss_gradient(point, loss), -point.Y)[: 1 + (loss == "cross_entropy")]  # -y is that by log a
    held = {at: ratio for value in (*errors_held, top.value) for at, ratio in _held(trail, value, known)}
    errors = [(at, float(np.sign(ratio))) for at, ratio in sorted(held.items())]
    return errors, None if gradient is None else (gradient[0], float(np.sign(gradient[1])))


def _held(trail: Trail, value: Array, scales: set[float]) -> Iterator[tuple[int, float]]:
    """Yield what holds a multiple of a value: of a single number, at a known scale."""
    for at, ratio in ratios(trail, value):
        if value.size > 1 or any(np.isclose(abs(ratio), scale, rtol=SAME) for scale in scales):
            yield at, ratio
