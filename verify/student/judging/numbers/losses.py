"""Which loss a program of single numbers computes of its outputs: squares of differences, or logarithms."""

import numpy as np

from ...reading.scalars import Numbers
from ...runs.tape import Tape
from ..later import EVENTS, MANY
from ..own_loss import Runs


def losses_of_numbers(tape: Tape, output_node: int) -> tuple[str, ...]:
    """Return the name of the loss that is computed of the output anywhere in a run, empty where none is.

    Arguments:
        tape: the run.
        output_node: the expression whose values are outputs.
    """
    made = {float(tape.array(e.result)) for e in tape.events if e.node == output_node and e.result >= 0}
    differences, numbers = set[int](), Numbers(tape)
    for at, event in enumerate(tape.events):
        node = tape.node(at)
        last = node.what.rpartition(".")[2]
        if last in ("-", "subtract") and any(_holds(tape, k, made) for k in event.operands):
            differences.add(event.result)
        pair = numbers.difference(at) if last == "+" else None
        if pair is not None and made & {numbers.value(n) for n in pair if n.key >= 0}:
            differences.add(event.result)
        squared = last in ("**", "pow", "power") and event.operands[:1] and event.operands[0] in differences
        if squared or (last == "square" and differences & {*event.operands}):
            return ("half_sse",)
        if last == "*" and len({*event.operands}) == 1 and event.operands[0] in differences:
            return ("half_sse",)
        if node.kind == "call" and last == "log" and any(_holds(tape, k, made) for k in event.operands):
            return ("bce",)
    return ()


def _holds(tape: Tape, key: int, made: set[float]) -> bool:
    """Return whether a value is an output, or an array of outputs."""
    return key >= 0 and 0 < tape.recording.values[key].size <= len(made) and made >= {*np.ravel(tape.array(key))}


def later_losses(runs: Runs, output_node: int) -> tuple[str, ...]:
    """Return the loss that the program computes after its first steps, once an epoch."""
    return losses_of_numbers(Tape(runs.run(updates=MANY, events=EVENTS)), output_node)
