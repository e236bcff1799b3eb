"""What each recorded value of one step is, in our quantities: by itself, or as an expression of others."""

from collections.abc import Iterator

import numpy as np

from ..judging.look import Look
from ..mistakes.explanation import Explanation
from ..reading.align import Reading
from ..reading.multiples import SAME
from ..reading.point import reverse_sweep
from ..reading.quantities import (
    Known,
    Match,
    Quantity,
    backward_quantities,
    forward_quantities,
    mistaken_quantities,
    multiple,
    one_by_one,
    proportion,
)
from ..runs.recording import Node
from ..runs.tape import PRODUCTS

MOST_PASSES = 4  # of a step that takes its samples one at a time
DEEP = 3  # expressions inside one another
LONGEST, SHORT = 60, 24  # characters of an expression, and of a part that is taken over as it is written
BEFORE = ("x", "y", "W", "b", "z", "a", "slope")
AFTER = ("delta", "dW", "db", "error", "da", "slope", *BEFORE[:-1])
SETTLED = ("delta", "dW", "db")
HANDED_ON = ("name", "bind", "argument", "return", "store")
OPERATORS = {**dict.fromkeys(PRODUCTS, "@"), "multiply": "*", "subtract": "-", "add": "+", "divide": "/", "power": "**"}
AGGREGATES = {"sum": "sum", "mean": "mean", "average": "mean", "max": "max"}


class Labels:
    """The values of one look in our notation.

    Arguments:
        look: the run with the reading that it was judged by.
        loss: the loss it was judged by, "" where none is known.
        explanation: the mistakes that reproduce its gradients, None where there are none.
    """

    def __init__(self, look: Look, loss: str, explanation: Explanation | None) -> None:
        self.look, self.tape = look, look.tape
        point = look.reading.point
        self._sizes = len(point.X), point.sizes[-1]
        self.forward_end = look.reading.passes[-1].output.at
        self.end = min(look.reading.end, len(look.tape.events))
        factors = _factors(*self._sizes)
        with np.errstate(all="ignore"):
            self._right = Known(_right(look.reading, loss), factors)
            self._mistaken = Known(_mistaken(look.reading, explanation), factors)
            self._scaled = _scaled(look.reading, loss, explanation)
        self._targets = {look.tape.group(p.target.key) for p in look.reading.passes}
        self._new = _new_parameters(look)
        self._matches: dict[int, list[Match]] = {}

    def matches(self, at: int) -> list[Match]:
        """Return the right quantities that an event's value is a multiple of, the likelier first."""
        key = self.tape.events[at].result
        if key < 0:
            return []
        if key not in self._matches:
            self._matches[key] = self._right.matches(self.tape.array(key))
        order = BEFORE if at <= self.forward_end else AFTER
        found = [m for m in self._matches[key] if m.quantity.kind in order]
        return sorted(found, key=lambda m: order.index(m.quantity.kind))

    def label(self, at: int) -> str:
        """Return what an event's value is, "" where it is no quantity and no multiple of one."""
        key = self.tape.events[at].result
        if key < 0 or self.tape.node(at).kind == "literal":
            return ""
        new = self._new.get(self.tape.group(key))
        if new is not None and at >= new[0]:
            return new[1]
        if self.tape.group(key) in self._targets:
            return "y"
        found = self.matches(at)
        if not found:
            return self._decayed(at)
        best = found[0]
        if best.quantity.kind == "z" and any(m.quantity.name == f"a_{best.quantity.layer}" for m in found):
            return self._text(best) + f" = a_{best.quantity.layer}"
        return self._text(best)

    def quantity(self, at: int) -> str:
        """Return the name of the quantity that an event's value is a multiple of, "" where it is none."""
        found = self.matches(at)
        if not found or found[0].turned:
            return "y" if self.tape.group(self.tape.events[at].result) in self._targets else ""
        return found[0].quantity.name

    def role(self, at: int) -> str:
        """Return what an event's value stands for in the program's own mistaken sweep, "" for nothing."""
        key = self.tape.events[at].result
        found = self._mistaken.matches(self.tape.array(key)) if key >= 0 else []
        return found[0].quantity.name if found else ""

    def is_right(self, at: int) -> bool:
        """Return whether a value is a right gradient, whatever it was computed from."""
        return any(m.quantity.kind in SETTLED and m.quantity.name not in self._scaled for m in self.matches(at))

    def _text(self, match: Match) -> str:
        name = match.quantity.name + ("^T" if match.turned else "")
        return multiple(match.factor, name, *self._sizes)

    def words(self, at: int) -> str:
        """Return an event's value in our notation, else the expression as it is written in the file."""
        text = self.tape.node(at).text.removeprefix("return ").partition("\n")[0]
        return self.label(at) or self.composed(at) or text[:LONGEST]

    def composed(self, at: int, deep: int = 0) -> str:
        """Return the expression of quantities that computed an event's value, "" where it cannot be told."""
        node, event = self.tape.node(at), self.tape.events[at]
        if deep >= DEEP:
            return ""
        inside = self.tape.last_made(event.result, event.identity, at) if node.kind == "call" else None
        if inside is not None and self.tape.node(inside).kind == "return":
            return self.composed(inside, deep)
        if node.kind == "store" and event.operands[0] >= 0:
            return ""  # a part of an array was replaced
        first = len(event.operands) - 1 if node.kind in HANDED_ON else 0
        written = written_as(node, [self._operand(at, i, deep) for i in range(first, len(event.operands))])
        return written if len(written) <= LONGEST else ""

    def _operand(self, at: int, i: int, deep: int) -> str:
        """Return one operand of an event in words, "" where it cannot be said."""
        event = self.tape.events[at]
        key, held = event.operands[i], event.held_by[i] if i < len(event.held_by) else -1
        made = self.tape.last_made(key, held, at)
        if key >= 0 and not self.tape.shape(key) and not self._made_for(made, at):
            return f"{float(np.real(self.tape.recording.values[key])):.4g}"
        if made is not None and self.tape.node(made).kind != "literal":
            deeper = deep + (self.tape.node(at).kind not in HANDED_ON)
            return self.label(made) or self.composed(made, deeper) or self._written(made)
        return ""

    def _made_for(self, made: int | None, at: int) -> bool:
        """Return whether a single number was made for this event: many expressions make the same number by chance."""
        if made is None or self.tape.node(made).kind == "literal":
            return False
        return self.tape.node(at).kind in HANDED_ON or self.tape.node(made).line == self.tape.node(at).line

    def _written(self, at: int) -> str:
        """Return an event's value as the file has it, "" where that is long."""
        node = self.tape.node(at)
        if node.kind in ("bind", "store", "argument"):
            return node.what.partition("[")[0] if self.tape.events[at].operands[:1] != (-1,) else node.what
        text = node.text.removeprefix("return ")
        return text if len(text) <= SHORT and "\n" not in text else ""

    def _decayed(self, at: int) -> str:
        """Return the sum of a gradient and a multiple of its weights, "" where a value is no such sum."""
        while self.tape.node(at).kind in HANDED_ON and self.tape.events[at].operands:
            made = self.tape.last_made(self.tape.events[at].operands[-1], self.tape.events[at].held_by[-1], at)
            if made is None or made >= at:
                return ""
            at = made
        node, event = self.tape.node(at), self.tape.events[at]
        sum_of_two = node.kind in ("binary", "augment") and node.what.rstrip("=")[-1:] in ("+", "-")
        if at <= self.forward_end or not sum_of_two or len(event.operands) != 2 or event.result < 0:
            return ""
        parts = [self._matched(key, held, at) for key, held in zip(event.operands, event.held_by, strict=False)]
        if any(part is None for part in parts):
            return ""
        kinds = {(m.quantity.kind, m.quantity.layer) for m in parts if m is not None}
        layers = {layer for _, layer in kinds}
        if {kind for kind, _ in kinds} != {"W", "dW"} or len(layers) != 1 or self._is_update(at):
            return ""
        return written_as(node, [self._text(m) for m in parts if m is not None])

    def _matched(self, key: int, held: int, at: int) -> Match | None:
        """Return what an operand is."""
        made = self.tape.last_made(key, held, at)
        found = [] if made is None else self.matches(made)
        return next((m for m in found if m.quantity.kind in ("dW", "W")), None)

    def _is_update(self, at: int) -> bool:
        return any(u is not None and u.at <= at <= u.end for u in self.look.reading.weights)


def written_as(node: Node, parts: list[str]) -> str:
    """Return an expression with its operands in words, "" where it cannot be written."""
    if not parts or not all(parts):
        return ""
    last = node.what.rpartition(".")[2]
    if node.kind in ("binary", "augment") and len(parts) == 2:
        sign = node.what.rpartition(" ")[2].rstrip("=")
        return f" {sign} ".join(parts if sign == "+" else map(_enclosed, parts))
    if node.kind == "unary":
        return f"{node.what}{_enclosed(parts[0])}"
    if node.kind == "attribute" and node.what == "T":
        return f"{_enclosed(parts[0])}^T"
    if node.kind == "call" and last in OPERATORS and len(parts) == 2:
        return f" {OPERATORS[last]} ".join(map(_enclosed, parts))
    if node.kind == "call" and last in AGGREGATES:
        return f"{AGGREGATES[last]} of {_enclosed(parts[0])}"
    if node.kind in HANDED_ON or (node.kind == "call" and len(parts) == 1 and last in ("copy", "array", "asarray")):
        return parts[-1]
    return f"{last}({', '.join(parts)})" if node.kind == "call" else ""


def _enclosed(text: str) -> str:
    """Return a text in brackets where it is more than one factor."""
    return (
        text if not any(sign in text for sign in (" + ", " - ", " * ", " @ ", " of ", "/ ", " after ")) else f"({text})"
    )


def _factors(N: int, K: int) -> tuple[float, ...]:
    """Return what a program may put before a gradient on purpose."""
    plain = {2.0, 0.5, *(f for n in (N, K, N * K) for f in (n, 1 / n, 2 / n))}
    return tuple(sorted(plain | {-f for f in plain}))


def _right(reading: Reading, loss: str) -> Iterator[Quantity]:
    """Yield every right quantity, of the whole step and of its passes one by one."""
    for part in (reading, *(part for part, _ in one_by_one(reading, MOST_PASSES))):
        yield from forward_quantities(part)
        if loss:
            yield from backward_quantities(part, reverse_sweep(part.point, loss), loss)


def _mistaken(reading: Reading, explanation: Explanation | None) -> Iterator[Quantity]:
    """Yield what the program has in their place."""
    if explanation is None:
        return
    yield from mistaken_quantities(reading, explanation.deltas)
    for part, rows in one_by_one(reading, MOST_PASSES):
        yield from mistaken_quantities(part, tuple(delta[rows] for delta in explanation.deltas))


def _scaled(reading: Reading, loss: str, explanation: Explanation | None) -> frozenset[str]:
    """Return the quantities that are wrong by a factor alone: a multiple of the right one can then be wrong."""
    if explanation is None or not loss:
        return frozenset()
    right = {q.name: q.own for q in backward_quantities(reading, reverse_sweep(reading.point, loss), loss)}
    found = set()
    for quantity in mistaken_quantities(reading, explanation.deltas):
        scale = explanation.scale if quantity.kind in ("dW", "db") else 1.0
        factor = proportion(quantity.own, right[quantity.name]) if quantity.name in right else None
        if factor is not None and abs(factor / scale - 1) > SAME:
            found.add(quantity.name)
    return frozenset(found)


def _new_parameters(look: Look) -> dict[int, tuple[int, str]]:
    """Return the groups of the updated parameters, with the position of the update and their names."""
    found: dict[int, tuple[int, str]] = {}
    for kind, updates in (("W", look.reading.weights), ("b", look.reading.biases)):
        for l, update in enumerate(updates):
            if update is not None:
                found[look.tape.group(update.new)] = (update.end, f"{kind}_{l + 1} after its update")
    return found
