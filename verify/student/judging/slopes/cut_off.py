"""Ways to a loss that a step function cuts off: what goes back over one on purpose is the slope of nothing."""

from ...runs.recording import Node
from ...runs.tape import ROUNDING, Tape, upstream

STEPS = (*ROUNDING, "sign", "heaviside", "digitize", "argmax", "argmin")


def is_cut_off(tape: Tape, key: int, end: int) -> bool:
    """Return whether a product on the way from an array to a number is taken of what changes by steps alone with it.

    A mask does so too, but is only multiplied entry by entry with what it was made of.

    Arguments:
        tape: the run.
        key: of the array.
        end: the position of the number.
    """
    inside, changing, stepped = upstream(tape, end), {key}, set[int]()
    for at in sorted(inside):
        event = tape.events[at]
        if event.result < 0 or event.result in changing | stepped:
            continue
        if not changing.isdisjoint(event.operands):
            (stepped if _is_step(tape.node(at)) else changing).add(event.result)
        elif not stepped.isdisjoint(event.operands):
            stepped.add(event.result)
    return any(not stepped.isdisjoint((p.left, p.right)) for p in tape.products if p.at in inside)


def _is_step(node: Node) -> bool:
    return node.kind == "compare" or (node.kind == "call" and node.what.rpartition(".")[2] in STEPS)
