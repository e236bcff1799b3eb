"""A softmax of single numbers of which only the class that is meant is computed: its probability, or the logarithm."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.arrays import Array
from reference.rowwise import ROWWISE

from ...reading.scalars import Numbers
from ...runs.tape import Tape
from .cells import Cell

SAME = 1e-12
LEAST = 1e-6  # of a logarithm that is told from 0
STEPS = 6  # from a probability back to the exponential of its own score


class OneClass(NamedTuple):
    """What was computed of one sample: its class, the probabilities of all, and where the first number came up."""

    label: int
    p: Array
    at: int


def one_class(numbers: Numbers, last: list[Cell], until: int) -> OneClass | None:
    """Return the only class whose softmax probability p_k, or log p_k, was computed; None where none or several were.

    Arguments:
        numbers: of the run.
        last: the neurons of a sample's last layer.
        until: where to stop looking.
    """
    z = np.array([[numbers.value(cell.z) for cell in last]])
    if len(last) < 2 or not np.isfinite(z).all():
        return None
    p, log_p = (np.asarray(ROWWISE[name].forward(z)) for name in ("softmax", "log_softmax"))
    places, values = _computed(numbers.tape)
    within = (places > last[-1].at) & (places < until)
    hits = [np.flatnonzero(_meets(values, p[0, k], log_p[0, k]) & within) for k in range(len(last))]
    found = {k: int(places[own[0]]) for k, own in enumerate(hits) if len(own)}
    if len(found) > 1:  # of equal scores the one that was divided
        found = {k: at for k, at in found.items() if _is_made_of(numbers, at, last[k])}
    return next((OneClass(k, p, at) for k, at in found.items()), None) if len(found) == 1 else None


def _meets(values: Array, p: float, log_p: float) -> NDArray[np.bool_]:
    """Return which numbers are a probability, or its logarithm with either sign."""
    meets: NDArray[np.bool_] = np.abs(values - p) <= SAME * p
    if -log_p > LEAST:
        meets |= np.abs(np.abs(values) + log_p) <= SAME * (1 - log_p)
    return meets


def _is_made_of(numbers: Numbers, at: int, cell: Cell) -> bool:
    """Return whether a probability is that of one neuron: its first operands lead back to the neuron's sum."""
    place: int | None = at
    for _ in range(STEPS):
        if place is None or not numbers.operands(place):
            return False
        first = numbers.operand(place, 0)
        if first == cell.z:
            return True
        place = numbers.maker(first, place)
    return False


@lru_cache(maxsize=2)
def _computed(tape: Tape) -> tuple[NDArray[np.int_], Array]:
    """Return where numbers were computed, and the numbers."""
    kinds = ("binary", "unary", "call")
    events = ((at, e.result) for at, e in enumerate(tape.events) if e.result >= 0 and tape.node(at).kind in kinds)
    found = [(at, float(tape.recording.values[key])) for at, key in events if not tape.shape(key)]
    return np.array([at for at, _ in found], int), np.array([value for _, value in found])
