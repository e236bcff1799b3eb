"""Where a program's way back over its own graph goes wrong: the object, the line, and the mistake's name."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np

from reference.arrays import Array

from ...reading.curves import matching_curves
from .layers import GraphLayers
from .steps import SAME, Contribution, GraphStep

KINDS = ("delta", "dW", "db", "dX")
OPERATOR = re.compile(r"__(r|i)?(add|sub|mul|truediv)__")
DIGITS = 12  # in which derivatives are compared: 1 is 1 however it was divided
NEAR = 40  # events in a function of one number
MANY = 100  # times that an expression is looked at to tell what it sends down
LOST = "what had come before was replaced: only the last of several parts is left"
EARLY = "sent down before all of it had come: the objects are gone through in another order"
LOSSY = ("**", "pow", "log", "exp", "square")  # operations that no activation is


class Blame(NamedTuple):
    """What is wrong first on the way back.

    Attributes:
        row: the object that holds it.
        got, should: its derivative.
        line: the guilty line, None where it is something missing.
        bug: the catalogue's id, "" where it has none.
        pattern: how it is wrong, in words.
    """

    row: int
    got: float
    should: float
    line: int | None
    bug: str
    pattern: str


class Slopes(NamedTuple):
    """The derivatives that one expression of the way back used, beside the right ones.

    Attributes:
        x: the numbers that are differentiated by.
        y: the numbers made of them.
        used, right: the derivatives of y.
    """

    x: Array
    y: Array
    used: Array
    right: Array


class Sent(NamedTuple):
    """What one expression of the way back sent down through the operations of one kind.

    Attributes:
        node: the expression.
        what: the operation: a sign, or the name of the function that it stands in.
        slopes: the derivatives that it used beside the right ones.
    """

    node: int
    what: str
    slopes: Slopes

    @property
    def is_right(self) -> bool:
        """Return whether all of the derivatives are."""
        return _same(self.slopes.used, self.slopes.right)


def blamed(step: GraphStep, layers: GraphLayers) -> Blame | None:
    """Return what is wrong first in a step, None where no one place explains it."""
    return next(_Search(step, layers).found(), None)


def sent_down(step: GraphStep, layers: GraphLayers) -> list[Sent]:
    """Return what each expression of a step's way back sent down, where what had come to it was right."""
    return list(_Search(step, layers).sent())


class _Search:
    """Goes back over one step's graph."""

    def __init__(self, step: GraphStep, layers: GraphLayers) -> None:
        self.step, self.graph, self.layers, self.tape = step, step.graph, layers, step.tape
        self.numbers, self._trained = step.numbers, frozenset(step.trained)
        self.held = {n for n in self.numbers if n >= 0}

    def found(self) -> Iterator[Blame]:
        """Yield what is wrong, the first on the way back first."""
        wrong = np.flatnonzero(self.step.wrong).tolist()
        for row in sorted(filter(self._is_known, wrong), key=self._order):
            blame = self._of(row)
            if blame is not None:
                yield blame

    def _is_known(self, row: int) -> bool:
        """Return whether an object is trained or made of what is, and so no data."""
        return row in self._trained or self.layers.depends(self.numbers[row])

    def sent(self) -> Iterator[Sent]:
        """Yield what each expression sent down, kind by kind of operation, to numbers that no other object holds."""
        often = Counter(self.numbers)
        for node, entries in self._at_node.items():
            kinds: dict[str, list[tuple[int, int, Contribution]]] = defaultdict(list)
            for row, of, part in entries:
                if often[self.numbers[row]] == 1 and self._is_known(row) and self.numbers[of] in self.graph.made:
                    kinds[self._what(of, row)].append((row, of, part))
            for what, alike in kinds.items():
                slopes = self._used(alike[:MANY], what)
                if slopes.used.size:
                    yield Sent(node, what, slopes)

    def _order(self, row: int) -> tuple[int, int, int]:
        """Return how early a derivative is whole: by layer, by kind, and by what is made of the number."""
        uses = [self.graph.made[use].at for use in self.graph.uses.get(self.numbers[row], ())]
        return -self.layers.layer_of(row), KINDS.index(self.layers.quantity_of(row)), -min(uses, default=0)

    def _of(self, row: int) -> Blame | None:
        """Return what is wrong with one object's derivative where all that it is made of is right."""
        parts = self.step.contributions[row]
        if parts is None:
            return None
        wanted = self._wanted(row)
        came = self._came(parts, wanted)
        if any(self.step.wrong[r] for r in came):
            return None
        number = self.numbers[row]
        if self.numbers.count(number) > 1 and not any(self.numbers[r] == number for r in came):
            return None  # a copy that nothing is to be sent down through
        last = next((part for part in parts if part.assigned), None)
        if last is not None and len(wanted) > 1 and np.isclose(list(wanted.values()), last.amount, rtol=SAME).any():
            return self._blame(row, self._line(last), "B36", LOST)
        nothing = bool(parts) and not came and not any(part.amount for part in parts)
        if nothing or any(part.early for part in parts):
            return self._blame(row, self._loop(parts[0].at), "", EARLY)
        for r, own in came.items():
            right = wanted.get(self.numbers[r], 0.0) if self.numbers[r] >= 0 else 0.0
            total = sum(part.amount for part in own)
            if abs(total - right) > SAME * (abs(right) + abs(total)) + self.step.allowed[row]:
                lost = any(part.assigned for part in own) and len(own) < self._times(row, r)
                return self._blame(row, self._line(own[0]), "B36", LOST) if lost else self._slope(row, r, own[0])
        missing = {n for n, amount in wanted.items() if amount} - {self.numbers[r] for r in came}
        if missing and parts and parts[-1].assigned:
            return self._blame(row, self._line(parts[-1]), "B36", LOST)
        if missing and not parts:
            return self._blame(row, None, "B26", "nothing was sent down to it")
        return None

    def _came(self, parts: list[Contribution], wanted: dict[int, float]) -> dict[int, list[Contribution]]:
        """Return what came to an object by the object it came from.

        Where a derivative is a whole number, as the 1 of the loss, what was computed from it is not known by it: it is
        taken for that of the one object from which nothing has come.
        """
        came: dict[int, list[Contribution]] = defaultdict(list)
        for part in parts:
            if part.of is not None:
                came[part.of].append(part)
        others = [part for part in parts if part.of is None]
        missing = [n for n in wanted if n not in {self.numbers[r] for r in came}]
        if others and len(missing) == 1:
            came[self.numbers.index(missing[0])] += others
        return came

    def _blame(self, row: int, line: int | None, bug: str, pattern: str) -> Blame:
        return Blame(row, float(self.step.got[row]), float(self.step.should[row]), line, bug, pattern)

    def _wanted(self, row: int) -> dict[int, float]:
        """Return what should come to an object, by the number of the object that it comes from."""
        number, derivatives = self.numbers[row], self.graph.derivatives(self.step.loss)
        if number not in self.layers.inside:
            return {}
        if self.numbers.count(number) > 1:  # what only hands a number on has the same one
            return {number: derivatives[number]}
        found: dict[int, float] = {}
        waiting, seen = [*self.graph.uses.get(number, ())], set[int]()
        while waiting:
            use = waiting.pop()
            if use in seen or use not in self.layers.inside:
                continue
            seen.add(use)
            if use in self.held:
                found[use] = self.graph.through(use, self.held)[number] * derivatives[use]
            else:
                waiting += self.graph.uses.get(use, ())
        return found

    def _times(self, row: int, of: int) -> int:
        """Return how often an object's number stands in what made another's."""
        made = self.graph.made.get(self.numbers[of])
        return 1 if made is None else made.of.count(self.numbers[row])

    # -- lines -----------------------------------------------------------------------------------------------

    def _line(self, part: Contribution) -> int:
        return self.tape.node(part.at).line

    def _loop(self, at: int) -> int | None:
        """Return the line of the loop that goes back over the graph."""
        function = self.tape.node(at).function
        loops = [n for n in self.tape.nodes if n.kind == "loop" and "back" in n.function.lower()]
        own = [n for n in loops if n.function == function] or loops
        return own[-1].line if own else None

    def _slope_line(self, r: int, part: Contribution) -> int:
        """Return the line of a wrong derivative: where it was kept in the forward pass, else where it is multiplied."""
        made = self.graph.made.get(self.numbers[r])
        kinds = {self._what(of, row) for row, of, _ in self._at_node[self.tape.events[part.at].node]}
        if made is None or len(kinds) < 2:
            return self._line(part)
        kept = self._kept(part, made.at)
        return self._line(part) if kept is None else kept

    def _kept(self, part: Contribution, made: int) -> int | None:
        """Return the line in which the derivative was computed that a general way back multiplies by."""
        maker = self.step.first_made.get(self.step.added(part))
        for held in self.tape.events[maker].held_by if maker is not None else ():
            first = self.step.first_made.get(held)
            if first is not None and held not in self.held and first < self._back and first > self._start_of(made):
                return self.tape.node(first).line
        return self.tape.node(made).line

    # -- names -----------------------------------------------------------------------------------------------

    @cached_property
    def _back(self) -> int:
        """The position at which the way back begins: what was first added to a derivative."""
        return min((part.at for parts in self.step.contributions for part in parts or ()), default=self.step.end)

    @staticmethod
    def _start_of(made: int) -> int:
        return made - NEAR

    @cached_property
    def _at_node(self) -> dict[int, list[tuple[int, int, Contribution]]]:
        """What each expression added: to which object, of which, and how much."""
        found: dict[int, list[tuple[int, int, Contribution]]] = defaultdict(list)
        for row, parts in enumerate(self.step.contributions):
            for part in parts or ():
                if part.of is not None:
                    found[self.tape.events[part.at].node].append((row, part.of, part))
        return found

    def _slope(self, row: int, r: int, part: Contribution) -> Blame:
        """Return the blame for a derivative that is wrong by itself."""
        what = self._what(r, row)
        slopes = self._slopes(row, r, part, what)
        line = self._slope_line(r, part)
        for bug, fits, pattern in self._names(row, what, slopes):
            if fits:
                return self._blame(row, line, bug, pattern)
        return self._blame(row, line, "B40", "")

    def _what(self, r: int, row: int) -> str:
        """Return the operation that made an object's number: a sign, or the function that it was made in."""
        made = self.graph.made.get(self.numbers[r])
        if made is None or self.numbers[r] == self.numbers[row]:
            return "relu"
        node = self.tape.node(made.at)
        pair = len([n for n in self.graph.through(self.numbers[r], self.held) if n in self.held]) > 1
        function = node.function.rpartition(".")[2]
        if node.what in ("+", "-", "*", "/") and (pair or OPERATOR.fullmatch(function)):
            return node.what
        return "**" if node.what == "**" else function.strip("_") or node.what

    def _slopes(self, row: int, r: int, part: Contribution, what: str) -> Slopes:
        """Return the derivatives that the expression used for the same operation."""
        return self._used([(row, r, part), *self._at_node[self.tape.events[part.at].node]], what)

    def _used(self, entries: list[tuple[int, int, Contribution]], what: str) -> Slopes:
        """Return the derivatives that were used for an operation, where what had come was right and not 0."""
        rows = []
        for other, of, one in entries:
            sent = self.step.got[of]
            if sent and not self.step.wrong[of] and self._what(of, other) == what:
                number = self.numbers[of]
                right = self._wanted(other).get(number, 0.0) / sent if number >= 0 else 0.0
                right /= max(1, self._times(other, of))  # as x * x sends down what is due to x in two parts
                rows.append((self.step.values[other], self.step.values[of], one.amount / sent, right))
        return Slopes(*np.round(np.array(rows).reshape(-1, 4).T, DIGITS))

    def _names(self, row: int, what: str, s: Slopes) -> Iterator[tuple[str, bool, str]]:
        """Yield the names that a wrong derivative may have, whether each fits, and what is said of it."""
        off = ~np.isclose(s.used, s.right, rtol=1e-7, atol=1e-12)
        x, y, used, right = (values[off] for values in s)
        yield "B14", bool(off.any()) and _same(used, -right), "its sign is turned round"
        if what == "*":
            trained = row in self.step.trained
            yield "B21" if trained else "B20", _same(used, x), "multiplied by its own factor, not by the other"
        elif what == "**":
            yield (
                "B24",
                bool(y.all()) and np.ptp(used / y) < 1e-9 * np.abs(used / y).max(),
                "multiplied by the power itself, not by its derivative",
            )
        elif what not in ("+", "-", "/", *LOSSY):
            yield from self._of_activation(x, y, used, right, s)

    def _of_activation(
        self, x: Array, y: Array, used: Array, right: Array, s: Slopes
    ) -> Iterator[tuple[str, bool, str]]:
        """Yield the names that a wrong derivative of an activation may have."""
        cut = bool(np.isin(s.right, (0.0, 1.0)).all())
        curve = next(matching_curves(s.x[None], s.y[None]), None)
        leaky = curve is not None and curve.family == "leaky_relu" and not cut
        yield "B42", leaky and bool((x < 0).all()), "wrong where the number is negative"
        yield "B11", _same(s.used, np.ones_like(s.used)), "its derivative is 1 everywhere"
        yield "B29", cut and bool(np.isin(used, (0.0, 1.0)).all()), "open where it should be closed, or the reverse"
        yield "B25", _same(used, right**2), "its derivative is multiplied twice"
        if curve is not None and not cut:
            yield "B8", _same(used, curve.derivative(y)), "its derivative is taken at the activation"
        forms = (1 - x**2, x * (1 - x))
        yield "B9", any(_same(used, form) for form in forms), "a formula for the activation is given the sum"


def _same(used: Array, other: Array) -> bool:
    return bool(used.size) and bool(np.allclose(used, other, rtol=1e-6, atol=1e-10))
