"""A slope at the output that a function of the program makes of the output alone: meant as f', of no loss."""

import numpy as np

from reference.arrays import Array

from ...mistakes.explanation import Found
from ...reading.multiples import SAME
from ...runs.tape import Tape
from ..look import Look
from .trail import Trail, ratios, trail_of


def is_by_a_helper(look: Look, found: Found) -> bool:
    """Return whether a program multiplies its error by what one of its functions gives for the output, or for its z.

    The slope of a loss is made of the targets too.

    Arguments:
        look: the run, of one pass.
        found: a slope at the output that is told by its values alone.
    """
    point, trail = look.reading.point, trail_of(look, found)
    error = point.a[-1] - point.Y
    if len(look.reading.passes) > 1 or error.size < 2 or not error.all():
        return False
    slope = found.value / error
    if not any(np.isclose(abs(ratio), 1, rtol=SAME) for _, ratio in ratios(trail, error)):
        return False
    made = [at for at, _ in ratios(trail, slope) if look.tape.node(at).function]
    return any(_takes_only(look.tape, trail, at, (point.a[-1], point.z[-1])) for at in made)


def _takes_only(tape: Tape, trail: Trail, made: int, values: tuple[Array, ...]) -> bool:
    """Return whether every array that the function of an event was given for it is one of some values."""
    before = (at for at in trail.places if at < made and tape.node(at).kind == "argument")
    own = (at for at in before if tape.node(at).function == tape.node(made).function)
    last = {tape.events[at].node: tape.events[at].result for at in own}
    arrays = [tape.array(key) for key in last.values() if key >= 0]
    return bool(arrays) and all(any(_same(array, value) for value in values) for array in arrays)


def _same(array: Array, value: Array) -> bool:
    forms = (form for form in (value, value.T) if array.shape == form.shape or array.shape == (form.size,))
    return any(np.allclose(array.ravel(), form.ravel(), rtol=SAME, atol=0) for form in forms)
