"""Numbers of a forward pass that stay what they are in every pass: weights and biases that no step changes."""

import re
from collections.abc import Iterator

from ...reading.scalars import Numbers
from ...runs.tape import Tape

NAMED = re.compile(r"[A-Za-z_]")


def constant_sums(tape: Tape, numbers: Numbers, sums: Iterator[int]) -> Iterator[int]:
    """Yield the sums of a named number that is the same in all passes times one that is not, and of something else.

    Arguments:
        tape: the run.
        numbers: of the run.
        sums: the positions of additions.
    """
    for at in sums:
        made = (numbers.maker(n, at) for n in numbers.operands(at))
        if any(one is not None and _is_scaled(tape, tape.events[one].node) for one in made):
            yield at


def _is_scaled(tape: Tape, node: int) -> bool:
    """Return whether an expression multiplies other numbers by the same named one each time."""
    told = tape.nodes[node]
    if told.kind != "binary" or told.what != "*":
        return False
    pairs = [event.operands for event in tape.events if event.node == node and len(event.operands) == 2]
    texts = told.text.partition("*")[::2]
    counts = [len({pair[i] for pair in pairs}) for i in (0, 1)]
    return any(counts[i] == 1 < counts[1 - i] and NAMED.match(texts[i].strip()) for i in (0, 1))


def constant_zero(tape: Tape, numbers: Numbers, at: int) -> str:
    """Return the name of what a neuron's sum adds last where that is 0 in every pass, "" where it is anything else."""
    told = tape.node(at)
    name = told.text.rpartition("+")[2].strip()
    if told.kind != "binary" or told.what != "+" or not NAMED.match(name):
        return ""
    added = [numbers.operand(i, 1) for i, event in enumerate(tape.events) if event.node == tape.events[at].node]
    return "" if any(n.key < 0 or numbers.value(n) for n in added) else name
