"""Training that a file has beside the step that was looked at: a second loop, which the run did not come to."""

import re

from ..reading.lineage import bare
from ..runs.recording import Node, Recording
from ..runs.tape import PRODUCTS


def other_training(recording: Recording) -> tuple[str, ...]:
    """Return a note on weights that are multiplied and changed further down in the file, outside of functions.

    The run ends after the first updates: what stands below was not run, and nothing was said of it.
    """
    seen = {event.node for event in recording.events}
    last = max((recording.nodes[i].line for i in seen if not recording.nodes[i].function), default=0)
    below = [n for i, n in enumerate(recording.nodes) if i not in seen and not n.function and n.line > last]
    used = {word for n in below if _multiplies(n) for word in re.findall(r"[A-Za-z_]\w*", n.text)}
    changed = [n for n in below if n.kind == "augment" and n.what.endswith((" +=", " -="))]
    lines = [n.line for n in changed if n.what.rpartition(" ")[0] in used and bare(n.what.rpartition(" ")[0])]
    if not lines:
        return ()
    where = f"weights are also trained further down, in line {min(lines)}"
    return (f"{where}: that part was not judged; put it into a file of its own to have it judged",)


def _multiplies(node: Node) -> bool:
    return node.what == "@" or (node.kind == "call" and node.what.rpartition(".")[2] in PRODUCTS)
