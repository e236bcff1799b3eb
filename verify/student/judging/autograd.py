"""Mistakes of programs that overload operators and go back through the graph of what was computed."""

from dataclasses import replace

from ..mistakes.explanation import Explanation, Found
from ..mistakes.products import ONE
from .blame import ONE_OF_SEVERAL
from .look import Look

OVERLOADED = (".__mul__(", ".__add__(", ".__matmul__(")
ONE_USE = tuple(f"the {one} sample" for one in ONE.values())


def as_assigned(look: Look, explanation: Explanation) -> Explanation:
    """Return an explanation by one sample's gradients as one by the last of several uses, where a graph is gone back.

    A graph has no samples: a parameter is used once for each, and what one use gives replaces what others gave.
    """
    overloads = any(name in seen for seen in look.tape.recording.seen for name in OVERLOADED)
    return replace(explanation, found=tuple(map(_as_assigned, explanation.found))) if overloads else explanation


def _as_assigned(found: Found) -> Found:
    one_use = found.bug == "B33" and any(one in found.wrong for one in ONE_USE)
    return found._replace(bug="B36", step=ONE_OF_SEVERAL) if one_use or found.bug == "B36" else found
