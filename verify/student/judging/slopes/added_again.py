"""Whether a program that is right in its first step takes that step again in its second: gradients not reset."""

import numpy as np
from numpy.typing import NDArray

from reference.arrays import Array

from ...runs.recording import Place
from ...runs.tape import Tape
from ..own_loss import Runs
from .rows import Rows
from .trained import position
from .verdict import BySlopes

SAME = 1e-6


def is_added_again(runs: Runs, found: BySlopes) -> bool:
    """Return whether every second step is what a first one from there would be, and the first again.

    A velocity repeats a share of the step before, and another batch makes another step: neither is the whole of it.

    Arguments:
        runs: runs the program again.
        found: the verdict on the first step.
    """
    tape = found.point.tape
    both = [(_step(tape, one), _step(tape, one, second=True)) for one in found.right]
    inject: dict[Place, NDArray[np.float64]] = {**found.point.inject}
    for one, (first, _) in zip(found.right, both, strict=True):
        if first is not None:
            one.trained.origin.put(inject, np.asarray(inject[one.trained.origin.place]) - first)
    fresh = Tape(runs.run(inject, updates=2))
    afresh = [_step(fresh, one) for one in found.right]
    return all(
        first is not None and second is not None and anew is not None and _are_sum(second, anew, first)
        for (first, second), anew in zip(both, afresh, strict=True)
    )


def _are_sum(whole: Array, one: Array, other: Array) -> bool:
    size = np.abs(whole).max() + np.abs(other).max()
    return bool(np.abs(whole - one - other).max() <= SAME * size and np.abs(other).max() > SAME * size)


def _step(tape: Tape, one: Rows, *, second: bool = False) -> Array | None:
    """Return what is taken from an array in the first step, or in the next, None where the run does not come to it."""
    if one.trained.changes[-1] not in {tape.place(at) for at in range(len(tape.events))}:
        return None
    first, last = (position(tape, one.trained.changes[i]) for i in (0, -1))
    if not second:
        return tape.array(tape.events[first].operands[0]) - tape.array(tape.events[last].result)
    key, node = tape.events[last].result, tape.events[last].node
    later = (at for at in range(last + 1, len(tape.events)) if tape.events[at].node == node)
    after = next((at for at in later if tape.events[at].operands[0] == key), None)
    return None if after is None else tape.array(key) - tape.array(tape.events[after].result)
