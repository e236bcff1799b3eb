"""Where a gradient takes a wrong penalty, or should have taken one."""

import numpy as np

from reference.arrays import Array

from ...mistakes.explanation import Explanation, Found
from ...reading.multiples import SAME, factor_between
from ...reading.point import bias_gradient
from ...reading.returned import NAMING
from ..look import Look
from .scales import summed_apart
from .trail import Trail, ratios, trail_of, whole_gradient


def penalised(look: Look, explanation: Explanation, found: Found) -> int | None:
    """Return the position of the event in which a penalty goes wrong, None where that is not seen.

    Arguments:
        look: the run.
        explanation: the mistakes that reproduce it.
        found: a penalty that is not the one of the loss.
    """
    observed, l = look.reading.observed, found.layer - 1
    got, trail = (observed.dW if found.quantity == "dW" else observed.db)[l], trail_of(look, found)
    if got is None or got.size == 1 or not trail.places:
        return None
    right = _of_the_data(look, explanation, found)
    rest = got / explanation.scale - right
    if np.abs(rest).max() <= SAME * np.abs(right).max():
        return _unpenalised(look, trail, right)
    if factor_between(rest, right):  # a penalty on the gradient itself
        return summed_apart(look, found._replace(value=got))
    held = next(ratios(trail, whole_gradient(look, found._replace(value=got))), None)
    if held is None:
        return _in_the_update(look, trail, found)
    return _by_itself(look, trail, rest, held[0]) or held[0]


def _by_itself(look: Look, trail: Trail, penalty: Array, total: int) -> int | None:
    """Return where a penalty's gradient was computed by a function of its own, before it came into the sum."""
    tape, function = look.tape, look.tape.node(total).function
    made = (at for at, _ in ratios(trail, penalty) if at < total and tape.node(at).kind in ("binary", "call"))
    return next((at for at in made if tape.node(at).function not in ("", function)), None)


def _of_the_data(look: Look, explanation: Explanation, found: Found) -> Array:
    """Return the gradient of the loss without its penalty."""
    point, l = look.reading.point, found.layer - 1
    delta = explanation.deltas[l]
    return bias_gradient(point, l, delta) if found.quantity == "db" else np.asarray(point.inputs[l].T @ delta)


def _unpenalised(look: Look, trail: Trail, gradient: Array) -> int | None:
    """Return where a gradient without penalty is last named: where the loss takes its own, else where it was made."""
    held = [at for at, _ in ratios(trail, gradient)]
    if not held:
        return None
    functions = {at: look.tape.node(at).function for at in held}
    loss = look.tape.node(look.seen[-1].at).function if look.seen else functions[held[0]]
    here = [at for at in held if functions[at] == loss] or [at for at in held if _methods(functions[at], loss)]
    here = here or [at for at in held if functions[at] == functions[held[0]]]
    return next((at for at in reversed(here) if look.tape.node(at).kind in NAMING), here[0])


def _methods(one: str, other: str) -> bool:
    """Return whether two functions are methods of one class."""
    return bool(one.rpartition(".")[0]) and one.rpartition(".")[0] == other.rpartition(".")[0]


def _in_the_update(look: Look, trail: Trail, found: Found) -> int:
    """Return where the weights are scaled on the way to their update, else the update."""
    W = look.reading.point.W[found.layer - 1]
    scaled = (at for at, factor in ratios(trail, W) if not np.isclose(factor, 1, rtol=0, atol=SAME**2))
    return next(scaled, trail.places[-1])
