"""Programs that build a graph of single numbers and go back over it themselves: each derivative beside the right one.

The operations of the forward pass were recorded, so that the derivatives of the program's own loss follow by the chain
rule; each object of the program's graph holds what its way back made of the same.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.arrays import Array

from ...reading.number_graph import NumberGraph
from ...runs.recording import NOT_A_NUMBER, Objects, Recording
from ...runs.tape import Tape

SAME = 1e-9  # of what the terms of a derivative add up to
NEAR = 8  # operations between an object's derivative and what is added to another's
KINKED = ("max", "min", "maximum", "minimum", "abs", "fabs", "where")


class Contribution(NamedTuple):
    """What was added to an object's derivative: at which event, how much, and for which object made of it.

    Attributes:
        of: the row of the object whose derivative it was computed from, None where that is not known.
        assigned: whether it took the place of what was there before.
        early: whether it was computed before all of that derivative had come.
    """

    at: int
    amount: float
    of: int | None = None
    assigned: bool = False
    early: bool = False


@dataclass(frozen=True)
class GraphStep:
    """One training step: the objects before it, the graph of its loss, and what should be in the objects.

    Attributes:
        tape: the run.
        objects: what the objects held when the step began.
        trained: the rows of the objects whose number the program's steps change.
        after: the numbers of the trained after the step.
        held: the column of the derivatives.
        graph: of the numbers that the loss is made of.
        loss: the number that is the loss.
    """

    tape: Tape
    objects: Objects
    trained: tuple[int, ...]
    after: Array
    held: int
    graph: NumberGraph
    loss: int

    @cached_property
    def end(self) -> int:
        """The position of the first update."""
        return position(self.tape, self.objects)

    @cached_property
    def numbers(self) -> list[int]:
        """The number that each object holds."""
        return [int(n) for n in self.objects.identities[:, 0]]

    @cached_property
    def values(self) -> Array:
        """What these numbers are."""
        return self.objects.values[:, 0]

    @cached_property
    def got(self) -> Array:
        """The derivatives that the objects hold."""
        return self.objects.values[:, self.held]

    @cached_property
    def should(self) -> Array:
        """The right derivatives, 0 where the loss lacks the number.

        NaN where the number is not known by its object, as of whole ones, or stands for several: what is given to
        all parameters to start from.
        """
        found, often = self.graph.derivatives(self.loss), Counter(self.numbers)
        known = [n >= 0 and (often[n] == 1 or n in self.graph.made) for n in self.numbers]
        return np.array([found.get(n, 0.0) if one else np.nan for n, one in zip(self.numbers, known, strict=True)])

    @cached_property
    def allowed(self) -> Array:
        """How far rounding alone may take each derivative from the right one."""
        sizes = self.graph.bounds(self.loss)
        return SAME * np.array([sizes.get(n, 0.0) for n in self.numbers]) + np.finfo(float).tiny

    @cached_property
    def inside(self) -> frozenset[int]:
        """The numbers that the loss is made of."""
        return frozenset(self.graph.order(self.loss))

    @cached_property
    def wrong(self) -> NDArray[np.bool_]:
        """Which objects hold a wrong derivative, as far as that is known."""
        return np.abs(self.got - self.should) > self.allowed

    @property
    def is_right(self) -> bool:
        """Return whether all trained numbers have the right derivatives, as far as that is known."""
        return not self.wrong[list(self.trained)].any()

    @cached_property
    def kinks(self) -> frozenset[int]:
        """The sums that are exactly 0 where the program makes choices: either derivative may be right there."""
        zero = [row for row, number in enumerate(self.numbers) if number in self.graph.made and not self.values[row]]
        made = self.graph.made
        sums = [row for row in zero if self.tape.node(made[self.numbers[row]].at).what != "*"]
        return frozenset(self.numbers[row] for row in sums if self._may_choose(row))

    def _may_choose(self, row: int) -> bool:
        """Return whether what came to an object came from an operation that makes choices, or may have.

        What was chosen is the number itself, which another object then holds, or none that is made of it.
        """
        number = self.numbers[row]
        uses = [
            self.tape.node(self.graph.made[one].at) for one in self.graph.uses.get(number, ()) if one in self.inside
        ]
        whole = self.numbers.count(number) == 1 and not any(n.what.rpartition(".")[2] in KINKED for n in uses)
        if uses and whole:
            return False
        functions = {self.tape.node(one.at).function for one in self.contributions[row] or ()}
        own = {_method(function) for function in functions}
        return not own or any("back" in name.lower() or name in self._choosing for name in own)

    @cached_property
    def _choosing(self) -> frozenset[str]:
        """The functions and methods that compare numbers, or take the larger one."""
        nodes = (n for n in self.tape.nodes if n.kind == "compare" or n.what.rpartition(".")[2] in KINKED)
        return frozenset(_method(n.function) for n in nodes)

    # -- what came in ----------------------------------------------------------------------------------------

    @cached_property
    def contributions(self) -> list[list[Contribution] | None]:
        """What each object's derivative was added up of; None where it was made otherwise."""
        found = [self._added(row) for row in range(len(self.numbers))]
        known = [(row, *parts) for row, parts in enumerate(found) if parts is not None]
        owner = {self.added(one): (row, False) for row, parts, _ in known for one in parts}
        owner |= {held: (row, True) for row, _, sums in known for held in sums[1:]}
        finals = self.objects.identities[:, self.held].tolist()
        owner |= {int(held): (row, False) for row, held in enumerate(finals) if held >= 0}
        return [
            None if parts is None else [self._attributed(one, row, owner) for one in parts[0]]
            for row, parts in enumerate(found)
        ]

    def added(self, one: Contribution) -> int:
        """Return the number that was added, or that took the place of what was there."""
        return self.tape.events[one.at].held_by[0 if one.assigned else 1]

    def _added(self, row: int) -> tuple[list[Contribution], list[int]] | None:
        """Return what an object's derivative was added up of, the last first, and the objects that held the sums."""
        tape, held = self.tape, int(self.objects.identities[row, self.held])
        parts: list[Contribution] = []
        sums: list[int] = []
        while held >= 0:
            sums.append(held)
            at = self._bound.get(held)
            if at is not None:
                value = tape.numbers[tape.events[at].result]
                start = value == 0 and (
                    held not in self.first_made or tape.node(self.first_made[held]).kind == "literal"
                )
                return (parts, sums) if start else ([*parts, Contribution(at, value, assigned=True)], sums)
            at = self.first_made.get(held)
            if at is None or len(tape.events[at].operands) != 2 or self._sign(at) is None:
                return None
            event = tape.events[at]
            amount = (self._sign(at) or 1.0) * tape.numbers.get(event.operands[1], np.nan)
            parts.append(Contribution(at, amount))
            if event.held_by[0] == NOT_A_NUMBER and tape.numbers.get(event.operands[0]) != 0:
                return None
            held = event.held_by[0]
        return parts, sums

    def _sign(self, at: int) -> float | None:
        """Return the sign with which an event adds its second operand, None where it does not."""
        node = self.tape.node(at)
        what = node.what.rpartition(" ")[2].removesuffix("=") if node.kind == "augment" else node.what
        return {"+": 1.0, "-": -1.0}.get(what) if node.kind in ("binary", "augment") else None

    def _attributed(self, one: Contribution, row: int, owner: dict[int, tuple[int, bool]]) -> Contribution:
        """Return a contribution with the object from whose derivative it was computed."""
        waiting = [self.added(one)]
        for _ in range(NEAR):
            if not waiting:
                break
            held = waiting.pop(0)
            of, early = owner.get(held, (row, False))
            if of != row:
                return one._replace(of=of, early=early)
            if held in self.first_made and held not in self.inside:
                waiting += self.tape.events[self.first_made[held]].held_by
        return one

    @cached_property
    def first_made(self) -> dict[int, int]:
        """The event that made each number."""
        found: dict[int, int] = {}
        for at, event in enumerate(self.tape.events[: self.end]):
            if event.identity >= 0 and event.identity not in event.held_by:
                found.setdefault(event.identity, at)
        return found

    @cached_property
    def _bound(self) -> dict[int, int]:
        """Where each number was given to the attribute that holds the derivatives."""
        name = f".{self.objects.names[self.held]}"
        found: dict[int, int] = {}
        for at, event in enumerate(self.tape.events[: self.end]):
            node = self.tape.node(at)
            if event.identity >= 0 and node.kind == "bind" and node.what.endswith(name):
                found.setdefault(event.identity, at)
        return found

    # -- the step --------------------------------------------------------------------------------------------

    @cached_property
    def rate(self) -> float | None:
        """What the derivatives are multiplied by in the step, None where they are not all by one number."""
        rows = list(self.trained)
        steps, got = self.values[rows] - self.after, self.got[rows]
        if not got.any():
            return None
        rate = float(steps @ got / (got @ got))
        size = np.abs(self.values[rows]) + np.abs(self.after)
        return rate if (np.abs(steps - rate * got) <= SAME * (size + np.abs(rate * got))).all() else None


def _method(function: str) -> str:
    """Return the method, or the function, that a function stands in: an operation's own way back stands in it."""
    parts = function.split(".")
    return parts[1] if len(parts) > 1 and parts[0][:1].isupper() else parts[0]


def position(tape: Tape, objects: Objects) -> int:
    """Return the position at which a step begins."""
    node, occurrence = objects.place
    places = (at for at, e in enumerate(tape.events) if e.node == node and e.occurrence >= occurrence)
    return next(places, len(tape.events))


def graph_steps(recording: Recording) -> list[GraphStep]:
    """Return the training steps of a program with a graph of its own, none where none can be followed."""
    tape = Tape(recording)
    by_name: dict[str, list[Objects]] = defaultdict(list)
    for objects in recording.objects:
        by_name[objects.name].append(objects)
    found = [steps for looks in by_name.values() if (steps := _steps(tape, looks))]
    return max(found, key=lambda steps: len(steps[0].graph.order(steps[0].loss)), default=[])


def _steps(tape: Tape, looks: list[Objects]) -> list[GraphStep]:
    """Return the steps between looks at the objects, up to the first that cannot be followed."""
    changed: set[int] = set()
    for before, after in pairwise(looks):
        later = _rows(after)
        changed |= {one for one, row in _rows(before).items() if _renewed(before, row, after, later.get(one))}
    found = []
    for before, after in pairwise(looks):
        rows, later = _rows(before), _rows(after)
        trained = tuple(rows[one] for one in sorted(changed & rows.keys() & later.keys()))
        step = _step(tape, before, trained, after.values[[later[before.objects[row]] for row in trained], 0])
        if step is None:
            break
        found.append(step)
    return found


def _rows(objects: Objects) -> dict[int, int]:
    return {one: row for row, one in enumerate(objects.objects)}


def _renewed(before: Objects, row: int, after: Objects, other: int | None) -> bool:
    """Return whether an object holds another number afterwards."""
    if other is None:
        return False
    same = before.identities[row, 0] == after.identities[other, 0]
    return not same or bool(before.values[row, 0] != after.values[other, 0])


def _step(tape: Tape, objects: Objects, trained: tuple[int, ...], after: Array) -> GraphStep | None:
    """Return one step, None where there is no one loss that the program went back from."""
    leaves = frozenset(int(n) for n in objects.identities[list(trained), 0]) - {NOT_A_NUMBER}
    graph = NumberGraph(tape, position(tape, objects), leaves)
    held = Counter(int(n) for n in objects.identities[:, 0])
    reached: set[int] = set()
    tops: list[int] = []
    for number in sorted(held.keys() & graph.made.keys(), key=lambda n: -graph.made[n].at):
        if number not in reached:
            below = graph.order(number)
            reached |= {*below}
            tops += [number] if leaves & {*below} else []
    columns = range(1, len(objects.names))
    rows = {int(n): row for row, n in enumerate(objects.identities[:, 0])}
    seeded = [(top, c) for top in tops for c in columns if objects.values[rows[top], c] == 1]
    if len(seeded) != 1:
        return None
    loss, column = seeded[0]
    inside = {*graph.order(loss)}
    if any(n in inside and _depends(graph, of, leaves) for n, of in graph.unknown.items()):
        return None
    step = GraphStep(tape, objects, trained, after, column, graph, loss)
    if step.is_right or not step.kinks:
        return step
    bent = replace(step, graph=graph.without(step.kinks))
    return bent if bent.is_right else step


def _depends(graph: NumberGraph, numbers: tuple[int, ...], leaves: frozenset[int]) -> bool:
    """Return whether numbers are made of trained ones."""
    return any(leaves & {*graph.order(n)} for n in numbers if n >= 0)
