"""Mistakes of programs that overload operators and go back through the graph of what was computed."""

from dataclasses import replace

from ...mistakes.explanation import Explanation, Found
from ...mistakes.stage import ONE
from ...runs.recording import Recording

OVERLOADED = (".__mul__(", ".__add__(", ".__matmul__(")
ONE_USE = tuple(f"the {one} sample" for one in ONE.values())


def goes_back_through_a_graph(recording: Recording) -> bool:
    """Return whether a program defines what an operator does to objects of its own."""
    return any(name in seen for seen in recording.seen for name in OVERLOADED)


def as_assigned(recording: Recording, explanation: Explanation) -> Explanation:
    """Return an explanation by one sample's gradients as one by the last of several uses, where a graph is gone back.

    A graph has no samples: a parameter is used once for each, and what one use gives replaces what others gave.
    """
    if not goes_back_through_a_graph(recording):
        return explanation
    return replace(explanation, found=tuple(map(_as_assigned, explanation.found)))


def _as_assigned(found: Found) -> Found:
    one_use = found.bug == "B33" and any(one in found.wrong for one in ONE_USE)
    return found._replace(bug="B36") if one_use else found
