"""What the forward pass computes under a name and does not keep, though the way back looks for it."""

import re

from ...runs.tape import Tape

ATTRIBUTE = re.compile(r"\bself\.(\w+)")


def never_kept(tape: Tape, at: int) -> int | None:
    """Return where a method names what another, at an event, reads as its object's and what never became that.

    ``mask = x <= 0`` in forward is lost at its end, and backward finds the None that ``self.mask`` was made with.
    """
    reader = tape.node(at)
    home, names = reader.function.rpartition(".")[0], ATTRIBUTE.findall(reader.text)
    if not home:
        return None
    bound = [(i, tape.node(i)) for i in range(at) if tape.node(i).kind == "bind"]
    own = [(i, node) for i, node in bound if node.function.rpartition(".")[0] == home]
    lost = set(names) - {name for name in names if any(node.what == f"self.{name}" for _, node in own)}
    return next((i for i, node in own if node.what in lost), None)
