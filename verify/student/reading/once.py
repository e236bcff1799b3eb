"""Scripts that show one step by hand: what they do not update need not be trained elsewhere."""

from ..runs.recording import GATHERED
from ..runs.tape import Tape
from .lineage import Update


def is_shown_once(tape: Tape, update: Update | None) -> bool:
    """Return whether an update stands outside all loops and functions of a program that came to its end."""
    if update is None or tape.recording.ended != "finished":
        return False
    line = tape.node(update.end).line
    there = [e for e in tape.events if tape.nodes[e.node].line == line]
    return all((e.occurrence == 0 or e.occurrence >= GATHERED) and not tape.nodes[e.node].function for e in there)
