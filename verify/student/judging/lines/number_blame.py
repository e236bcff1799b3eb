"""The guilty line where weights are numbers, one by one: among the numbers that a gathered array was made of."""

from collections.abc import Iterator

import numpy as np

from reference.arrays import Array

from ...mistakes.explanation import Found
from ...mistakes.partly import entries
from ...reading.lineage import Update
from ...reading.returned import NAMING
from ...runs.recording import NOT_A_NUMBER
from ...runs.tape import GATHERED_STEP, PRODUCTS, Tape
from ..look import Look
from .trail import Trail, ratios

WRITTEN_OUT = "written out"  # a product or a sum of vectors that is told entry by entry
FEW = 12  # events that an update is made of
ENTRY = 40  # events in a function of one number


def uses_new_numbers(tape: Tape, update: Update) -> int | None:
    """Return the first product with a new weight where the weights are numbers, one by one."""
    made = _gathering(tape, update)
    if made is None:
        return None
    new = set(tape.events[made].operands)
    numbers = {v for k in new if k >= 0 for v in tape.array(k).ravel().tolist()}

    def uses(at: int) -> bool:
        operands, what = tape.events[at].operands, tape.node(at).what
        if what == "*":
            return bool(new & {*operands})
        product = what == WRITTEN_OUT or what.rpartition(".")[2] in PRODUCTS
        return product and any(numbers >= {*tape.array(k).ravel().tolist()} for k in operands if k >= 0)

    return next((at for at in range(update.at, len(tape.events)) if uses(at)), None)


def own_update(look: Look, found: Found) -> int | None:
    """Return what makes the first wrong number where weights are numbers, one by one: its gradient, or its update."""
    of_units = found.quantity == "delta"  # their biases' gradients are sums of it
    made, tape = _gathered_step(look, found._replace(quantity="db") if of_units else found), look.tape
    if made is None:
        return None
    shape = np.shape(found.value)[1:] if of_units else np.shape(found.value)
    new = _gathered_number(tape, made, entries(found)[0], shape)
    after = look.reading.passes[0].output.at
    update = next((at for at in tape.made.get(new, ()) if at > after), None)
    if update is None:
        return None
    gradient = _named(tape, update, after)
    if of_units:
        return _named(tape, gradient, after)
    return update if _is_shared(tape, gradient) else gradient


def _is_shared(tape: Tape, gradient: int) -> bool:
    """Return whether several expressions take a number: it is right for one of them, and wrong for the other."""
    held, line = tape.events[gradient].identity, tape.node(gradient).line
    later = (event for event in tape.events[gradient + 1 :] if held >= 0 and held in event.held_by)
    return len({event.node for event in later if tape.nodes[event.node].line != line}) > 1


def sum_begun(look: Look, update: Update) -> int | None:
    """Return where the sum that a gradient is got its first value, where the weights are numbers; else None."""
    made, tape = _gathering(look.tape, update), look.tape
    change = None if made is None else next(iter(tape.made.get(tape.events[made].operands[0], ())), None)
    if change is None:
        return None
    at = _named(tape, change, look.reading.passes[0].chain.start)
    line = tape.node(at).line
    while tape.node(at).line == line and tape.node(at).kind in ("augment", "binary", "bind"):
        before = tape.last_made(tape.events[at].operands[0], tape.events[at].held_by[0], at)
        if before is None:
            return None
        at = before
    return at if tape.node(at).kind in ("literal", "bind") and not tape.array(tape.events[at].result).any() else None


def _named(tape: Tape, taken: int, after: int) -> int:
    """Return where the one number that a line takes was made in a line of its own, the line itself if it takes more."""
    waiting, elsewhere, seen = [taken], dict[int, int](), 0
    while waiting and seen < FEW:
        at, seen = waiting.pop(), seen + 1
        for key, held in zip(tape.events[at].operands, tape.events[at].held_by, strict=True):
            made = tape.last_made(key, held, at)
            if made is None or made <= after:
                continue
            if tape.node(made).line == tape.node(taken).line:
                waiting.append(made)
            else:
                elsewhere[tape.node(made).line] = made
    return next(iter(elsewhere.values())) if len(elsewhere) == 1 else taken


def last_kept(look: Look, found: Found) -> int | None:
    """Return where the gradients of a layer of numbers were last kept, all in one line; None where they were not."""
    made, tape = _gathered_step(look, found), look.tape
    if made is None:
        return None
    kept = tape.last_made(tape.events[made].operands[-1], NOT_A_NUMBER, made)
    return kept if kept is not None and tape.node(kept).kind in NAMING else None


def unnamed(look: Look, layer: int, quantity: str, index: tuple[int, ...]) -> int | None:
    """Return where a wrong number was made by no known mistake: a delta where it was named, others in their update.

    Arguments:
        look: at a program whose weights are numbers, one by one; None is returned for others.
        layer: from 1.
        quantity: "delta", "dW" or "db".
        index: of the wrong entry.
    """
    reading, tape = look.reading, look.tape
    update = reading.biases[layer - 1] if quantity == "db" else reading.weights[layer - 1]
    step = None if update is None else _gathering(tape, update)
    if update is None or step is None:
        return None
    new = _gathered_number(tape, step, index, tape.shape(update.old))
    change, after = next(iter(tape.made.get(new, ())), None), reading.passes[-1].output.at
    if change is None or quantity != "delta":
        return change
    factors = (tape.made.get(key, ()) for key in _factors(tape, change))
    named = (at for places in factors for at in places if after < at < change and tape.node(at).kind in NAMING)
    return next(named, change)


def wrong_weight(trail: Trail, look: Look, found: Found) -> int | None:
    """Return the first product on the way down that takes another unit's weight, where weights are numbers."""
    tape, above = look.tape, found.layer
    rows = _weights_by_unit(look, above)
    for at, _ in ratios(trail, found.value):
        if tape.node(at).what != "*" or len(tape.events[at].operands) != len(rows):
            continue
        for key, row in zip(tape.events[at].operands, rows, strict=True):
            taken = [i for i in tape.made.get(key, ()) if tape.node(i).what == "*" and i < at]
            weights = {k for k in tape.events[taken[-1]].operands if any(k in r for r in rows)} if taken else set()
            if weights and not weights & row:
                return taken[-1]
    return None


def _weights_by_unit(look: Look, l: int) -> list[set[int]]:
    """Return the numbers of the weights out of each unit below a layer, none where they are no numbers."""
    tape, key = look.tape, look.reading.passes[0].chain.layers[l].W_key
    made = tape.made.get(key, ())
    if not made or not tape.node(made[0]).what.startswith("gathered"):
        return []
    keys = np.reshape(tape.events[made[0]].operands, tape.shape(key))
    return [{int(k) for k in row} for row in keys]


def inside_entries(tape: Tape, at: int, right: Array) -> int:
    """Return where a function that was called entry by entry gave the first wrong one; the event itself if none was.

    Arguments:
        tape: the run.
        at: the event that holds the entries.
        right: what they should be.
    """
    value = tape.array(tape.events[at].result)
    before = range(at - 1, max(at - ENTRY * value.size, 0), -1)
    function = next((tape.node(i).function for i in before if tape.node(i).kind == "return"), "")
    given = [i for i in before if tape.node(i).kind == "return" and tape.node(i).function == function]
    entries_of = list(zip(given[: value.size][::-1], value.ravel(), right.ravel(), strict=False))
    if value.size != right.size or len(entries_of) < value.size or function == tape.node(at).function:
        return at
    keys = [tape.events[i].result for i, _, _ in entries_of]
    if any(k < 0 or tape.shape(k) or tape.array(k) != v for k, (_, v, _) in zip(keys, entries_of, strict=True)):
        return at
    return next((i for i, v, r in entries_of if not np.isclose(v, r)), at)


def bare_input(look: Look, found: Found) -> int | None:
    """Return where the first weight's input got the name under which its step takes it, with no derivative."""
    step, tape = _gathered_step(look, found._replace(quantity="dW")), look.tape
    if step is None:
        return None
    change = next(iter(tape.made.get(tape.events[step].operands[0], ())), None)
    x, after = float(look.reading.point.inputs[found.layer - 1][0, 0]), look.reading.passes[0].output.at
    keys = {k for k in _factors(tape, change) if float(tape.array(k)) == x} if change is not None else set()
    named = (at for k in keys for at in tape.made[k] if change is not None and after < at < change)
    return next((at for at in named if tape.node(at).kind in NAMING), None)


def _factors(tape: Tape, change: int) -> Iterator[int]:
    """Yield the numbers that the step of a change is a product of."""
    waiting, seen = [(k, change) for k in tape.events[change].operands[1:]], 0
    while waiting and seen < FEW:
        (key, before), seen = waiting.pop(), seen + 1
        made = tape.last_made(key, NOT_A_NUMBER, before) if key >= 0 else None
        if key >= 0 and not tape.shape(key):
            yield key
        if made is not None and tape.node(made).what == "*":
            waiting += [(k, made) for k in tape.events[made].operands]


def _gathered_step(look: Look, found: Found) -> int | None:
    """Return what gathers the step of the parameter that shows a mistake, None where it is an array of its own."""
    l, reading = found.layer - 1, look.reading
    update = reading.biases[l] if found.quantity == "db" else reading.weights[l]
    return None if update is None else _gathering(look.tape, update)


def _gathered_number(tape: Tape, step: int, index: tuple[int, ...], shape: tuple[int, ...]) -> int:
    """Return the key of the new number that stands at an index of what a step gathers."""
    return tape.events[step].operands[int(np.ravel_multi_index(index, shape))]


def _gathering(tape: Tape, update: Update) -> int | None:
    made = tape.last_made(update.step, NOT_A_NUMBER, update.at)
    return made if made is not None and tape.node(made).what == GATHERED_STEP else None
