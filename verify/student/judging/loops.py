"""The loop over the layers that leaves one of them out: the line of an update that never comes."""

import re
from collections import Counter

from ..mistakes.explanation import Found
from ..reading.lineage import Update
from ..runs.handed import call_of
from ..runs.recording import Node
from ..runs.tape import Tape
from .look import Look

CUTS = ("[", "range(", "islice(")  # a loop over all that a name holds leaves nothing out


def left_out(look: Look, found: Found) -> Node | None:
    """Return the loop whose rounds update the other layers' parameters, None where no loop over a part of them does.

    Arguments:
        look: the run.
        found: the layer that is never updated.
    """
    l, reading, tape = found.layer - 1, look.reading, look.tape
    changed = [u for i, u in enumerate(zip(reading.weights, reading.biases, strict=True)) if i != l]
    updates = [u for pair in changed for u in pair if u is not None]
    if reading.weights[l] is not None or not updates:
        return None
    places = Counter(tape.events[u.end].node for u in updates)
    node, times = places.most_common(1)[0]
    loop = _around(tape, tape.nodes[node])
    if loop is None and times > 1:
        loop = _around_the_call(tape, [u for u in updates if tape.events[u.end].node == node])
    elif loop is not None and times == 1 and not _goes_over(loop, tape.nodes[node].text):
        return None
    return loop if loop is not None and any(cut in loop.what for cut in CUTS) else None


def _around(tape: Tape, node: Node) -> Node | None:
    """Return the innermost loop of its function that an expression stands in."""
    loops = (n for n in tape.nodes if n.kind == "loop" and n.function == node.function)
    inside = (n for n in loops if n.line <= node.line <= n.line + n.text.count("\n"))
    return max(inside, key=lambda n: n.line, default=None)


def _goes_over(loop: Node, text: str) -> bool:
    """Return whether what an expression changes depends on the name that a loop gives to its rounds."""
    names = re.findall(r"\w+", loop.what.partition(" in ")[0])
    target = re.split(r"[-+*/]?=|[-+]", text)[0]
    return any(re.search(rf"\b{name}\b", target) for name in names)


def _around_the_call(tape: Tape, updates: list[Update]) -> Node | None:
    """Return the loop around the one call in which several updates are made."""
    calls = {_call(tape, u.end) for u in updates}
    call = calls.pop() if len(calls) == 1 else None
    return None if call is None else _around(tape, tape.nodes[call])


def _call(tape: Tape, at: int) -> int | None:
    """Return the node of the call that an event happened in, as it was seen, or as the only one of that name."""
    seen, name = call_of(tape, at), tape.node(at).function.rpartition(".")[2]
    if seen is not None:
        return tape.events[seen].node
    named = [i for i, n in enumerate(tape.nodes) if n.kind == "call" and name and _last_name(n) == name]
    return named[0] if len(named) == 1 else None


def _last_name(node: Node) -> str:
    return node.what.rpartition(".")[2]
