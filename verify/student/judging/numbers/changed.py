"""The single numbers that a step changes: by an addition in place, under their own name, or in their own role."""

import re
from collections import defaultdict
from functools import cached_property
from typing import NamedTuple

from ...reading.lineage import bare
from ...reading.scalars import Number, Numbers
from ...runs.recording import NOT_A_NUMBER
from ...runs.tape import Tape

OPERATOR = re.compile(r"(^|\.)__(r|i)?(add|sub)__$")
TERMS, NEAR = 3, 12  # additions that may make up one update, and how far they are apart


class Change(NamedTuple):
    """One number changed by an addition: where, and the numbers before and after."""

    at: int
    old: Number
    new: Number


class ChangedNumbers:
    """Finds them in one run.

    Arguments:
        tape: the run.
        numbers: of the run.

    Attributes:
        sums: the additions of single numbers, by their positions.
    """

    def __init__(self, tape: Tape, numbers: Numbers) -> None:
        self.tape, self.numbers = tape, numbers
        self.sums = {s.at: s for s in tape.sums if not tape.shape(s.result)}

    @cached_property
    def changes(self) -> list[Change]:
        """The additions to a number in place, under its own name, or whose result comes back in the number's role."""
        factors = {n for n, roles in self.roles.items() if any(self._multiplies(node) for node, _ in roles)}
        found = []
        for at, s in self.sums.items():
            in_place = self.tape.node(at).kind == "augment"
            new = self._in_an_array(self.numbers.result(at))
            for i in (0, 1) if s.sign > 0 and not in_place else (0,):
                old = self._first_term(at, i, factors)
                if in_place or self._comes_back(at, old, new) or (i == 0 and self._renews(at, old)):
                    found.append(Change(at, old, new))
        return [self._negative(change) for change in found]

    def _in_an_array(self, number: Number) -> Number:
        """Return a number as it is taken out again where it is put into an array: by its value alone."""
        return Number(number.key, NOT_A_NUMBER) if number.held in self._stored else number

    @cached_property
    def _stored(self) -> set[int]:
        """The objects of the numbers that are put into arrays."""
        stores = (e for at, e in enumerate(self.tape.events) if self.tape.node(at).kind == "store")
        arrays = (e for e in stores if e.operands[0] >= 0 and self.tape.shape(e.operands[0]))
        return {e.held_by[1] for e in arrays if e.operands[1] >= 0 and not self.tape.shape(e.operands[1])} - {
            NOT_A_NUMBER
        }

    def _negative(self, change: Change) -> Change:
        """Return the change of what is added in a number's stead, ``-threshold``, where it is; else the change."""
        old, new = (self.numbers.negatives.get(number) for number in (change.old, change.new))
        return change if old is None or new is None else Change(change.at, old, new)

    @cached_property
    def roles(self) -> dict[Number, dict[tuple[int, int], tuple[int, int]]]:
        """Where each number is a factor or a term: by expression and operand, where first and last."""
        found: dict[Number, dict[tuple[int, int], tuple[int, int]]] = defaultdict(dict)
        for at in range(len(self.tape.events)):
            if at in self.sums or self.is_product(at):
                for i in (0, 1):
                    roles, role = found[self.numbers.operand(at, i)], (self.tape.events[at].node, i)
                    roles[role] = roles.get(role, (at, at))[0], at
        return found

    def _multiplies(self, node: int) -> bool:
        return self.tape.nodes[node].what == "*"

    def _comes_back(self, at: int, old: Number, new: Number) -> bool:
        """Return whether what an addition made is later a factor or a term where the old number was one before."""
        before, after = self.roles.get(old, {}), self.roles.get(new, {})
        return not OPERATOR.search(self.tape.node(at).function) and any(
            role in before and before[role][0] < at < last for role, (_, last) in after.items()
        )

    def _first_term(self, at: int, i: int, factors: set[Number]) -> Number:
        """Return the term of an addition; of ``w + a + b`` the one that was a factor before."""
        old = self.numbers.operand(at, i)
        for _ in range(TERMS):
            made = self.numbers.maker(old, at)
            if old in factors or made is None or made not in self.sums or at - made > NEAR:
                break
            old = self.numbers.operand(made, 0)
        return old

    def _renews(self, at: int, old: Number) -> bool:
        """Return whether an addition is written as ``b = b - ...``, or as ``b_new = b - ...``."""
        node, own = self.tape.node(at), bare(self.tape.name_of(old.key))
        text, made = node.text.replace(" ", ""), self.tape.events[at].result
        for i in range(at + 1, min(at + NEAR, len(self.tape.events))):
            if self.tape.node(i).function != node.function:
                continue  # what another object is given under the name
            if self.tape.node(i).kind in ("bind", "store") and self.tape.events[i].result == made:
                name = self.tape.node(i).what.replace(" ", "").partition("=")[0]
                if text.startswith((f"{name}-", f"{name}+")) or (own and own != bare(name) and own in bare(name)):
                    return True
        return False

    def is_product(self, at: int) -> bool:
        """Return whether an event multiplies two numbers."""
        node, event = self.tape.node(at), self.tape.events[at]
        return node.kind == "binary" and node.what == "*" and event.result >= 0 and not self.tape.shape(event.result)

    def unchanging(self, weights: set[Number]) -> set[Number]:
        """Return the numbers that no step changes and that stand in products as weights do, before a change and after.

        What also multiplies other numbers, as the product of a class of numbers does, says nothing.

        Arguments:
            weights: that are changed.
        """
        until = min((c.at for c in self.changes if c.old in weights), default=None)
        if until is None:
            return set()
        changed = {n for c in self.changes for n in (c.old, c.new)}
        places = {role for w in weights for role in self.roles.get(w, ()) if self._multiplies(role[0])}
        others = {n: roles.keys() & places for n, roles in self.roles.items() if n not in changed}
        stay = {
            n: {at for at in own if self.roles[n][at][0] < until < self.roles[n][at][1]} for n, own in others.items()
        }
        telling = places - {at for n, own in others.items() for at in own - stay[n]}
        return {n for n, own in stay.items() if not own.isdisjoint(telling)}
