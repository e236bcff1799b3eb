"""What was found of a training step where no network could be read, and what was not."""

from collections.abc import Iterable

import numpy as np

from ..reading.align import compared, first_step_end
from ..reading.chain import chains
from ..reading.lineage import Lineage, lineage
from ..reading.targets import looked_for_until
from ..runs.recording import Recording
from ..runs.tape import Tape
from .numbers.cells import number_updates

NAMED = 3  # parameters that are named


def missing_of_step(recording: Recording) -> str:
    """Return which part of a training step a run did not show, and which it did."""
    tape = Tape(recording)
    if not tape.products:
        lines = number_updates(tape)
        found = f"single numbers are changed (line {lines[0]}), but " if lines else ""
        return f"a forward pass: {found}no product of arrays and no sum of weights times inputs was seen"
    first = tape.node(tape.products[0].at).line
    with np.errstate(all="ignore"):
        trained = lineage(tape)
        if not trained:
            return (
                f"an update: products of arrays were seen, the first in line {first}, but nothing that is multiplied "
                "is changed by a sum or a difference and then used or kept under its name"
            )
        changed = _changed(tape, trained)
        found_passes = chains(tape, first_step_end(tape, trained), trained)[:NAMED]
        targets = any(next(compared(tape, c, looked_for_until(c)), None) is not None for c in found_passes)
    if not found_passes:
        return f"a forward pass: {changed}, but no product with them was seen before that"
    if not targets:
        return f"targets: {changed}, but no value was found that the output is compared with"
    return f"a step that holds together: {changed}, but the passes before that do not belong to one network"


def _changed(tape: Tape, trained: Lineage) -> str:
    """Return which parameters are changed, and where."""
    told = ((tape.name_of(group[0].old) or "a value", tape.node(group[0].at).line) for group in trained.values())
    return f"weights are multiplied and then changed ({_listed(f'{name} in line {line}' for name, line in told)})"


def _listed(names: Iterable[str]) -> str:
    all_names = list(dict.fromkeys(names))
    return ", ".join(all_names[:NAMED]) + (", ..." if len(all_names) > NAMED else "")
