"""Neurons that are vectors told in numbers: their products and sums written out entry by entry."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...runs.recording import NOT_A_NUMBER, Event, Node, Recording
from ...runs.tape import Sum, Tape
from ..lines.number_blame import WRITTEN_OUT

LONGEST = 64  # entries of a vector worth writing out
NEURONS = 2  # vectors that make a layer: one alone is a column
UNHELD = (NOT_A_NUMBER, NOT_A_NUMBER)


def in_numbers(recording: Recording) -> Recording | None:
    """Return a run in which the products of vectors are sums of products of numbers, None where it is of matrices.

    Arguments:
        recording: of a program, perhaps with a vector of weights for each neuron.
    """
    tape = Tape(recording)
    if not tape.products or len(_neurons(tape)) < NEURONS:
        return None
    return _Writing(tape).done()


def _neurons(tape: Tape) -> set[int]:
    """Return the vectors that make one number with another and are then changed; none where matrices come first."""
    first = tape.products[0]
    if not _is_dot(tape, first.left, first.right):
        return set()
    changed = {s.left for s in tape.sums if _is_vector(tape, s.left)}
    return {k for p in tape.products if _is_dot(tape, p.left, p.right) for k in (p.left, p.right)} & changed


def _is_vector(tape: Tape, key: int) -> bool:
    return len(tape.shape(key)) == 1 and tape.shape(key)[0] <= LONGEST


def _is_dot(tape: Tape, left: int, right: int) -> bool:
    return _is_vector(tape, left) and tape.shape(left) == tape.shape(right)


class _Writing:
    """Writes out one run."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.values: list[NDArray[Any]] = list(tape.recording.values)
        self.nodes: list[Node] = list(tape.nodes)
        self._keys: dict[tuple[type, float], int] = {
            _own(v.item()): k for k, v in reversed([*enumerate(self.values)]) if not np.shape(v)
        }
        self._made: dict[tuple[int, str], int] = {}
        self._count: Counter[int] = Counter()
        self._objects = max((e.identity for e in tape.events), default=0)

    def done(self) -> Recording:
        """Return the run."""
        products = {p.at: p for p in self.tape.products}
        sums = {s.at: s for s in self.tape.sums if self._is_by_entry(s)}
        events: list[Event] = []
        for at, event in enumerate(self.tape.events):
            if at in products and _is_dot(self.tape, products[at].left, products[at].right):
                events += self._product(event, products[at].left, products[at].right)
            elif at in products or at in sums:
                events.append(event._replace(node=self._node(event.node, "call", WRITTEN_OUT)))
                events += self._sum(event, sums[at]) if at in sums else ()
            else:
                events.append(event)
        return replace(self.tape.recording, nodes=tuple(self.nodes), events=tuple(events), values=tuple(self.values))

    def _is_by_entry(self, s: Sum) -> bool:
        return s.result >= 0 and all(_is_vector(self.tape, k) for k in (s.left, s.result))

    def _product(self, event: Event, left: int, right: int) -> Iterator[Event]:
        """Yield the products of two vectors' entries, each as a number of its own, and their sums one after another."""
        times, plus = self._node(event.node, "binary", "*"), self._node(event.node, "binary", "+")
        pairs = list(zip(self._entries(left), self._entries(right), strict=True))
        terms = [self._key(float(self.values[a]) * float(self.values[b])) for a, b in pairs]
        totals = [*map(self._key, accumulate(float(self.values[k]) for k in terms)), event.result]
        totals[-2:] = totals[-1:]  # what the program itself got, where that is rounded otherwise
        total = NOT_A_NUMBER
        for i, (pair, term) in enumerate(zip(pairs, terms, strict=True)):
            last = i == len(pairs) - 1
            made = event.identity if last and not i else self._new()
            yield self._event(times, pair, totals[0] if last and not i else term, made)
            if i:
                new = event.identity if last else self._new()
                yield self._event(plus, (totals[i - 1], term), totals[i], new, (total, made))
                made = new
            total = made

    def _new(self) -> int:
        """Return the number of an object that no event holds."""
        self._objects += 1
        return self._objects

    def _sum(self, event: Event, s: Sum) -> Iterator[Event]:
        """Yield the sums, or differences, of two vectors' entries."""
        node = self.tape.nodes[event.node]
        own = self._node(event.node, node.kind, node.what)
        right = self._entries(s.right) if self.tape.shape(s.right) else [s.right] * self.tape.shape(s.left)[0]
        for triple in zip(self._entries(s.left), right, self._entries(s.result), strict=False):
            yield self._event(own, triple[:2], triple[2], NOT_A_NUMBER)

    def _event(
        self, node: int, operands: tuple[int, ...], result: int, identity: int, held: tuple[int, ...] = UNHELD
    ) -> Event:
        self._count[node] += 1
        return Event(node, self._count[node] - 1, operands, result, identity, held)

    def _node(self, of: int, kind: str, what: str) -> int:
        """Return the node for what is written out of another."""
        if (of, kind + what) not in self._made:
            self.nodes.append(self.nodes[of]._replace(kind=kind, what=what))
            self._made[of, kind + what] = len(self.nodes) - 1
        return self._made[of, kind + what]

    def _entries(self, key: int) -> list[int]:
        numbers: list[float] = self.values[key].tolist()
        return [self._key(v) for v in numbers]

    def _key(self, value: float) -> int:
        """Return the key of a number."""
        key = self._keys.setdefault(_own(value), len(self.values))
        if key == len(self.values):
            self.values.append(np.asarray(value))
        return key


def _own(value: float) -> tuple[type, float]:
    """Return what tells a number from others: the whole number 0 of a table is not the 0.0 that a sum starts from."""
    return type(value), value
