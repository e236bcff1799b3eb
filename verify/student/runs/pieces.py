"""An array that is changed piece by piece, row by row or entry by entry, told as one that is changed once."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..child.nodes import changes_a_part
from .recording import NOT_A_NUMBER, Event, Recording

PIECES = "pieces of a step"  # an event that stands for what was added to an array's pieces
LOOKING = ("subscript", "store", "name", "bind", "argument", "return")  # they need no whole array


class Change(NamedTuple):
    """The changes of an array's pieces until it is next used as a whole: where, and its keys before and after."""

    places: tuple[int, ...]
    old: int
    new: int


def told_whole(recording: Recording) -> Recording:
    """Return a run in which each array that was changed in pieces is changed again by one sum.

    ``W[0] -= a`` and ``W[1] -= b`` are followed by ``W -= [a, b]``: what trains W is found as where it trains whole.
    """
    stores = ((i, node) for i, node in enumerate(recording.nodes) if node.kind == "store")
    pieces = frozenset(i for i, node in stores if changes_a_part(node.what, node.text))
    changes = {c.places[-1]: c for c in _changes(recording, pieces)} if pieces else {}
    return _Telling(recording).done(changes) if changes else recording


def _changes(recording: Recording, pieces: frozenset[int]) -> Iterator[Change]:
    """Yield what is changed in pieces, each time until it is next used; only what was used as a whole before."""
    open_: dict[int, Change] = {}
    whole = set[int]()
    for at, event in enumerate(recording.events):
        kind = recording.nodes[event.node].kind
        if kind == "store" and event.operands[0] >= 0:
            if at + 1 < len(recording.events) and recording.events[at + 1].node == event.node:
                continue  # a row: the array of which it is one follows
            name, before = event.identity, open_.pop(event.identity, None)
            follows = before is not None and before.new == event.operands[0]
            if before is not None and not (follows and event.node in pieces):
                yield before
            if event.node in pieces and (follows or event.operands[0] in whole):
                places, old = (before.places, before.old) if before is not None and follows else ((), event.operands[0])
                open_[name] = Change((*places, at), old, event.result)
        elif kind not in LOOKING:
            used = {k for k in event.operands if k >= 0 and recording.values[k].ndim}
            whole |= used
            yield from [open_.pop(name) for name, c in [*open_.items()] if c.new in used]
    yield from open_.values()


class _Telling:
    """Enters the changes of one run."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.nodes = [*recording.nodes]
        self.values = [*recording.values]
        self._made: dict[int, int] = {}

    def done(self, changes: dict[int, Change]) -> Recording:
        """Return the run with the changes entered, each where its last piece was changed."""
        events: list[Event] = []
        for at, event in enumerate(self.recording.events):
            events.append(event)
            if at in changes:
                events += self._told(changes[at])
        return replace(self.recording, nodes=tuple(self.nodes), values=tuple(self.values), events=tuple(events))

    def _told(self, change: Change) -> Iterator[Event]:
        """Yield the step that the pieces make up, and its subtraction from the array."""
        pieces = [self.recording.events[at] for at in change.places]
        first, last = pieces[0], pieces[-1]
        old, new = (np.asarray(self.values[k], np.float64) for k in (change.old, change.new))
        self.values.append(old - new)
        step, node = len(self.values) - 1, self._nodes(first.node)
        given = tuple(piece.operands[1] for piece in pieces), tuple(piece.held_by[1] for piece in pieces)
        yield Event(node, first.occurrence, given[0], step, NOT_A_NUMBER, given[1])
        held = first.held_by[0], NOT_A_NUMBER
        yield Event(node + 1, first.occurrence, (change.old, step), change.new, last.identity, held)

    def _nodes(self, of: int) -> int:
        """Return the node of the step that begins at a statement; the next is that of its subtraction."""
        if of not in self._made:
            node = self.nodes[of]
            self._made[of] = len(self.nodes)
            name = node.what.partition("[")[0]
            self.nodes += [node._replace(kind="call", what=PIECES), node._replace(kind="augment", what=f"{name} -=")]
        return self._made[of]
