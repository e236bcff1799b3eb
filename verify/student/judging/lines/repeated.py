"""Where the gradients of earlier steps are added again."""

from ...reading.lineage import Update
from ...runs.tape import Sum, upstream
from ..look import Look
from .number_blame import sum_begun


def repeating(look: Look, layer: int) -> list[int]:
    """Return the first addition of a layer's gradient to those of earlier steps, none where it is not seen.

    It is told by the step after: there one side of the addition is what came of it before.
    """
    reading = look.reading
    updates = [u for u in (reading.weights[layer - 1], reading.biases[layer - 1]) if u is not None]
    if updates and (begun := sum_begun(look, updates[0])) is not None:
        return [begun]
    seen = [at for update in updates for at in _carried(look, update)]
    return (seen or [at for update in updates[:1] for at in _begun(look, update)])[:1]


def _carried(look: Look, update: Update) -> list[int]:
    """Return the additions on the way to an update that are given, in a later step, what came of them in the first."""
    tape, start = look.tape, look.reading.passes[0].chain.end
    made = {tape.events[at].result: at for at in upstream(tape, update.at) if start <= at < update.at}
    later = [s for s in tape.sums if s.at > update.end]
    back = {
        tape.events[s.at].node: made[key]
        for s in later
        for key in (s.left, s.right)
        if key in made and tape.shape(key) and tape.array(key).any()
    }
    return [s.at for s in _sums(look, update) if start <= s.at <= back.get(tape.events[s.at].node, -1)]


def _begun(look: Look, update: Update) -> list[int]:
    """Return the additions on the way to an update that are made in place, else those of something to zeros."""
    sums = _sums(look, update)
    in_place = [s.at for s in sums if look.tape.node(s.at).kind == "augment"]
    return in_place or [s.at for s in sums if _starts_at_zero(look, s, update)]


def _sums(look: Look, update: Update) -> list[Sum]:
    trail = upstream(look.tape, update.at)
    return [s for s in look.tape.sums if s.at in trail and s.at < update.at]


def _starts_at_zero(look: Look, total: Sum, update: Update) -> bool:
    """Return whether something of a parameter's shape is added to zeros."""
    tape = look.tape
    if tape.shape(total.result) != tape.shape(update.old):
        return False
    return not (tape.array(total.left).any() and tape.array(total.right).any())
