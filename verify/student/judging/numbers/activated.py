"""What a program computes of the sums of a layer's neurons, one number for each: any may be their activation."""

from typing import NamedTuple

from ...runs.tape import Tape
from .cells import Cell

NEAR = 200  # events between a neuron's sum and its activation


class Activated(NamedTuple):
    """Numbers of one expression that follow the sums of a layer.

    Attributes:
        node: the expression.
        places: where it was evaluated, once for each neuron.
        keys: what it gave.
        apart: whether they come from no sum of the layer: a gradient of 0 looks like relu of one.
    """

    node: int
    places: list[int]
    keys: list[int]
    apart: bool


def candidates(tape: Tape, layer: list[Cell]) -> list[Activated]:
    """Return the expressions with a number after each of a layer's sums, then those with as many after all of them."""
    after = _after_each(tape, layer) + (_after_all(tape, layer) if len(layer) > 1 else [])
    keys = [[tape.events[at].result for at in places] for _, places in after]
    return [
        Activated(node, places, own, _is_apart(tape, layer[0], places[0]))
        for (node, places), own in zip(after, keys, strict=True)
    ]


def _is_apart(tape: Tape, cell: Cell, at: int) -> bool:
    """Return whether no number of an event comes from a neuron's sum."""
    made = {cell.z.key}
    for event in tape.events[cell.at + 1 : at + 1]:
        if made & {*event.operands}:
            made.add(event.result)
    return tape.events[at].result not in made


def _after_each(tape: Tape, layer: list[Cell]) -> list[tuple[int, list[int]]]:
    """Return, for each expression, its first evaluation after each of a layer's sums, where each has one."""
    found: dict[int, list[int]] = {}
    ends = [c.at for c in layer[1:]] + [layer[-1].at + NEAR]
    for j, (cell, end) in enumerate(zip(layer, ends, strict=True)):
        for at in range(cell.at + 1, min(end, len(tape.events))):
            event = tape.events[at]
            seen = found.setdefault(event.node, [])
            if event.result >= 0 and not tape.shape(event.result) and len(seen) == j:
                seen.append(at)
    return [(node, places) for node, places in found.items() if len(places) == len(layer)]


def _after_all(tape: Tape, layer: list[Cell]) -> list[tuple[int, list[int]]]:
    """Return, for each expression, its first evaluations after all of a layer's sums, one for each."""
    found: dict[int, list[int]] = {}
    for at in range(layer[-1].at + 1, min(layer[-1].at + NEAR, len(tape.events))):
        event = tape.events[at]
        seen = found.setdefault(event.node, [])
        if event.result >= 0 and not tape.shape(event.result) and len(seen) < len(layer):
            seen.append(at)
    return [(node, places) for node, places in found.items() if len(places) == len(layer)]
