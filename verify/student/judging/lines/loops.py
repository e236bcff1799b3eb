"""The loop over the layers that leaves one of them out: the line of an update that never comes."""

import re
from collections import Counter
from collections.abc import Iterator

from ...mistakes.explanation import Found
from ...reading.lineage import Update
from ...runs.handed import call_of
from ...runs.recording import Node
from ...runs.tape import PRODUCTS, Tape, upstream
from ..look import Look

DEEPEST = 3  # calls between a product and the loop over the layers
CUTS = ("[", "range(", "islice(")  # a loop over all that a name holds leaves nothing out


def left_out(look: Look, found: Found) -> Node | None:
    """Return what leaves out a layer: mostly the loop whose rounds are of the others, None where none is seen.

    Arguments:
        look: the run.
        found: the layer that is never updated.
    """
    l = found.layer - 1
    if look.reading.weights[l] is None:
        return _of_updates(look, l) or _kept_name(look, l) or _of_parameters(look, l)
    return _of_products(look, l)


def over_written_names(look: Look) -> Node | None:
    """Return the loop over names that are written out in which all weights are updated, where no bias is."""
    reading, tape = look.reading, look.tape
    updates = [u for u in reading.weights if u is not None]
    nodes = {tape.events[u.end].node for u in updates}
    if len(updates) < 2 or len(nodes) > 1 or any(u is not None for u in reading.biases):
        return None
    loop = _around(tape, tape.nodes[nodes.pop()])
    written = loop is not None and loop.what.partition(" in ")[2].lstrip().startswith(("(", "["))
    return loop if written else None


def _of_updates(look: Look, l: int) -> Node | None:
    """Return the loop over a part of the layers in which those are updated that are."""
    reading, tape = look.reading, look.tape
    changed = [u for i, u in enumerate(zip(reading.weights, reading.biases, strict=True)) if i != l]
    updates = [u for pair in changed for u in pair if u is not None]
    if not updates:
        return None
    places = Counter(tape.events[u.end].node for u in updates)
    node, times = places.most_common(1)[0]
    loop = _around(tape, tape.nodes[node])
    if loop is None and times > 1:
        loop = _around_the_call(tape, [u for u in updates if tape.events[u.end].node == node])
    elif loop is not None and times == 1 and not _goes_over(loop, tape.nodes[node].text):
        return None
    return loop if loop is not None and any(cut in loop.what for cut in CUTS) else None


def _kept_name(look: Look, l: int) -> Node | None:
    """Return where weights are given their own name again beside the updates of others, None where they are not."""
    tape, reading = look.tape, look.reading
    key, others = reading.passes[0].chain.layers[l].W_key, [u for u in reading.weights if u is not None]
    beside = {tape.node(u.end).function for u in others}
    for at in range(reading.passes[-1].output.at, reading.end):
        node = tape.node(at)
        if node.kind == "bind" and tape.events[at].result == key and node.function in beside and others:
            return node
    return None


def _of_parameters(look: Look, l: int) -> Node | None:
    """Return the one comprehension that leaves out what stands first, or last, where this layer does."""
    cut = "[1:]" if l == 0 else "[:-1]" if l == look.reading.point.depth - 1 else None
    every = [n for n in look.tape.nodes if n.kind == "comprehension" and cut is not None]
    cuts = [n for n in every if str(cut) in n.what and "zip(" not in n.what]
    return cuts[0] if len(cuts) == 1 else None


def _of_products(look: Look, l: int) -> Node | None:
    """Return the loop over a part of the layers in which gradients are computed, or would be in its first round."""
    tape, reading = look.tape, look.reading
    shapes = {tape.shape(layer.W_key) for i, layer in enumerate(reading.passes[0].chain.layers) if i != l}
    ends = [u.end for i, u in enumerate(reading.weights) if u is not None and i != l]
    trails = {at for end in ends for at in upstream(tape, end) if at > reading.passes[0].output.at}
    made = [
        p.at for p in tape.products if p.at in trails and {tape.shape(p.result), tape.shape(p.result)[::-1]} & shapes
    ]
    own = [loop for at in made if (loop := _around(tape, tape.node(at))) is not None]
    never = [loop for at in made for loop in _never_entered(tape, tape.node(at))]
    called = [loop for at in made for loop in _loops_around(tape, at)]
    whole = [*_loops_around(tape, reading.passes[0].chain.start)]  # over samples or epochs
    loops = (loop for loop in (*own, *never, *called) if loop not in whole)
    return next((loop for loop in loops if any(cut in loop.what for cut in CUTS)), None)


def _loops_around(tape: Tape, at: int) -> Iterator[Node]:
    """Yield the innermost loop around an event in its function, then those around the calls that led there."""
    place: int | None = tape.events[at].node
    for _ in range(DEEPEST):
        if place is None:
            return
        if (loop := _around(tape, tape.nodes[place])) is not None:
            yield loop
        called = call_of(tape, at)
        place, at = (None, at) if called is None else (tape.events[called].node, called)


def _never_entered(tape: Tape, node: Node) -> Iterator[Node]:
    """Yield the loops of a function that hold a product and had no round."""
    ran = {event.node for event in tape.events}
    for loop in (n for n in tape.nodes if n.kind == "loop" and n.function == node.function):
        last = loop.line + loop.text.count("\n")
        inside = [i for i, n in enumerate(tape.nodes) if n.function == node.function and loop.line < n.line <= last]
        products = any(tape.nodes[i].what.rpartition(".")[2] in (*PRODUCTS, "@") for i in inside)
        if products and ran.isdisjoint(inside):
            yield loop


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
