"""The single numbers of a run told apart: by the object that holds each, by value where no object lasts."""

from collections import defaultdict
from functools import cached_property
from typing import NamedTuple

from ..runs.recording import NOT_A_NUMBER
from ..runs.tape import Tape

LIBRARIES = ("math", "np", "numpy")  # whose functions a class may have methods named after
PASSED = ("bind", "name", "argument", "return", "store", "subscript")


class Number(NamedTuple):
    """One number: the key of its value, and its object; NOT_A_NUMBER where only its value is known."""

    key: int
    held: int


NOTHING = Number(NOT_A_NUMBER, NOT_A_NUMBER)


class Numbers:
    """Which event made each number of a run: through names, lists, arguments and returns.

    A number taken out of an array is another object each time it is: there the value alone tells it.

    Arguments:
        tape: the run.
    """

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self._made: dict[int, int] = {}
        self._by_value: dict[int, list[int]] = defaultdict(list)
        own = {n.function.rpartition(".")[2] for n in tape.nodes if n.function}
        for at, event in enumerate(tape.events):
            if event.result < 0 or tape.shape(event.result) or not self._computes(at, own):
                continue
            self._by_value[event.result].append(at)
            if event.identity >= 0:
                self._made.setdefault(event.identity, at)

    def _computes(self, at: int, own: set[str]) -> bool:
        """Return whether an event makes a number rather than handing one on."""
        node, event = self.tape.node(at), self.tape.events[at]
        known = event.identity in self._made or event.identity in event.held_by
        if node.kind in PASSED or (event.identity >= 0 and known):
            return False
        owner, _, name = node.what.rpartition(".")
        return not (node.kind == "call" and name in own and owner not in LIBRARIES)

    def operand(self, at: int, i: int) -> Number:
        """Return an operand of an event."""
        event = self.tape.events[at]
        held = event.held_by[i] if i < len(event.held_by) else NOT_A_NUMBER
        return Number(event.operands[i], held if held in self._made else NOT_A_NUMBER)

    def operands(self, at: int) -> tuple[Number, ...]:
        """Return all operands of an event."""
        return tuple(self.operand(at, i) for i in range(len(self.tape.events[at].operands)))

    def result(self, at: int) -> Number:
        """Return what an event resulted in."""
        event = self.tape.events[at]
        return Number(event.result, event.identity if event.identity in self._made else NOT_A_NUMBER)

    @cached_property
    def negatives(self) -> dict[Number, Number]:
        """The negatives of numbers, as first computed, by the numbers."""
        found: dict[Number, Number] = {}
        for at, event in enumerate(self.tape.events):
            node = self.tape.node(at)
            if node.kind == "unary" and node.what == "-" and event.result >= 0 and not self.tape.shape(event.result):
                found.setdefault(self.operand(at, 0), self.result(at))
        return found

    def maker(self, number: Number, before: int) -> int | None:
        """Return the event that made a number, None where none before a position did."""
        if number.held >= 0:
            made = self._made[number.held]
            return made if made < before else None
        return next((at for at in reversed(self._by_value.get(number.key, ())) if at < before), None)

    def difference(self, at: int) -> tuple[Number, Number] | None:
        """Return the two numbers whose difference an event computes, None where it is no difference.

        y - x is written as y + (-x) too, and as y + x * -1.
        """
        node = self.tape.node(at)
        if node.kind != "binary" or node.what not in ("+", "-") or len(self.tape.events[at].operands) != 2:
            return None
        left, right = self.operands(at)
        if node.what == "-":
            return left, right
        for term, other in ((right, left), (left, right)):
            negative = self._negated(term, at)
            if negative is not None:
                return other, negative
        return None

    def _negated(self, number: Number, before: int) -> Number | None:
        """Return the number of which another is the negative."""
        made = self.maker(number, before)
        if made is None:
            return None
        node, operands = self.tape.node(made), self.operands(made)
        if (node.kind, node.what) == ("unary", "-"):
            return operands[0]
        if (node.kind, node.what) != ("binary", "*"):
            return None
        return next((a for a, b in (operands, operands[::-1]) if b.key >= 0 and self.value(b) == -1), None)

    def value(self, number: Number) -> float:
        """Return the number."""
        return float(self.tape.array(number.key))
