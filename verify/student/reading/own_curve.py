"""An activation that is none of the table: what a program computes of a pre-activation, entry by entry, run again.

A sigmoid that lacks a parenthesis is another function, and its right derivative is that function's own.
"""

import math
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from reference.arrays import Array

from ..runs.tape import TRANSPOSING, Tape, handed_on, upstream
from .curves import Curve, close

MOST = 60  # operations that an activation is made of
SHOWN = 40  # characters of it in its name
PASSING = ("bind", "name", "argument", "return", "store", "attribute", "subscript")
LIBRARIES = ("np", "numpy", "math")

Operation: TypeAlias = tuple[Callable[..., Array], Callable[[Array, Array], Array]]
SMOOTH: dict[str, Operation] = {
    "exp": (np.exp, lambda x, y: y),
    "expm1": (np.expm1, lambda x, y: y + 1),
    "log": (np.log, lambda x, y: 1 / x),
    "log1p": (np.log1p, lambda x, y: 1 / (1 + x)),
    "log2": (np.log2, lambda x, y: 1 / (x * math.log(2))),
    "log10": (np.log10, lambda x, y: 1 / (x * math.log(10))),
    "tanh": (np.tanh, lambda x, y: 1 - y * y),
    "sinh": (np.sinh, lambda x, y: np.cosh(x)),
    "cosh": (np.cosh, lambda x, y: np.sinh(x)),
    "sin": (np.sin, lambda x, y: np.cos(x)),
    "cos": (np.cos, lambda x, y: -np.sin(x)),
    "arctan": (np.arctan, lambda x, y: 1 / (1 + x * x)),
    "sqrt": (np.sqrt, lambda x, y: 1 / (2 * y)),
    "square": (np.square, lambda x, y: 2 * x),
    "negative": (np.negative, lambda x, y: -np.ones_like(x)),
}


class Dual(NamedTuple):
    """Numbers beside their derivatives by z."""

    value: Array
    slope: Array


Step: TypeAlias = Callable[[Dual], Dual]


class Made(NamedTuple):
    """Where a layer's pre-activation was made: the position, its key, and the numbers row-major."""

    at: int
    key: int
    z: Array


def own_curve(tape: Tape, start: Made, at: int, a: Array) -> Curve | None:
    """Return the function that leads from a layer's pre-activation to what an event made.

    Arguments:
        tape: the run.
        start: the pre-activation.
        at: the position of the event.
        a: what it made, row-major.

    Returns:
        The function, None where anything but z and constants enters, or where it is a line.
    """
    found = _Trace(tape, start)
    step = found.of(at)
    if step is None:
        return None

    @np.errstate(all="ignore")
    def run(z: Array) -> Dual:
        made = step(Dual(np.asarray(z, np.float64), np.ones_like(z, np.float64)))
        return Dual(*(np.broadcast_to(part, np.shape(z)).copy() for part in made))

    here, further = run(start.z), run(start.z + 1)
    if not close(a, here.value) or close(here.slope, further.slope):
        return None
    node = tape.node(found.made)
    name = f"`{node.text if len(node.text) <= SHOWN else f'{node.text[:SHOWN]}...'}`"
    told = f"the derivative of line {node.line}, {name}"
    return Curve(name, lambda z: run(z).value, lambda z, da: da * run(z).slope, lambda z: run(z).slope, told)


class _Trace:
    """Goes back from a value to the pre-activation that it is made of.

    Attributes:
        made: the position of the last operation, once a value was followed.
    """

    def __init__(self, tape: Tape, start: Made) -> None:
        self.tape, self.start, self.made = tape, start.at, -1
        self._z = tape.group(start.key)
        self._left = MOST

    def of(self, at: int | None) -> Step | None:
        """Return the steps that make an event's value of z, None where other things enter."""
        self._left -= 1
        if at is None or at < self.start or self._left < 0:
            return None
        event, node = self.tape.events[at], self.tape.node(at)
        if self.tape.group(event.result) == self._z:
            return lambda z: z
        if (returned := handed_on(self.tape, at)) is not None:
            return self.of(returned)
        last = node.what.rpartition(".")[2]
        handed = node.kind in PASSING or last in TRANSPOSING
        for key, maker in zip(event.operands, self.tape.makers[at], strict=False):
            if key >= 0 and self.tape.group(key) == self.tape.group(event.result) and (handed or node.kind == "call"):
                return self.of(maker)
        self.made = max(self.made, at)
        return None if handed else self._operation(at, last)

    def _operation(self, at: int, last: str) -> Step | None:
        event, node = self.tape.events[at], self.tape.node(at)
        parts = [self._part(key, made) for key, made in zip(event.operands, self.tape.makers[at], strict=False)]
        if not all(parts):
            return None
        given = [part for part in parts if part is not None]
        if node.kind == "binary" and len(given) == 2 and node.what in BINARY:
            operator, (left, right) = BINARY[node.what], given
            return lambda z: operator(left(z), right(z))
        if node.kind == "compare" and len(given) == 2 and node.what in COMPARED:
            compare, (one, other) = COMPARED[node.what], given
            return lambda z: Dual(np.asarray(compare(one(z).value, other(z).value), float), np.zeros(()))
        if node.kind == "unary" and node.what == "-" and len(given) == 1:
            return lambda z: Dual(*(-part for part in given[0](z)))
        library = node.kind == "call" and node.what.rpartition(".")[0] in LIBRARIES
        if library and last in CHOOSING and len(given) == CHOOSING[last][0]:
            choose = CHOOSING[last][1]
            return lambda z: choose(*(part(z) for part in given))
        return _called(SMOOTH[last], given[0]) if library and last in SMOOTH and len(given) == 1 else None

    def _part(self, key: int, made: int | None) -> Step | None:
        """Return the steps that make an operand: of z, or a constant."""
        number = key >= 0 and self.tape.recording.values[key].size == 1
        if number and (made is None or made < self.start or self.start not in upstream(self.tape, made)):
            c = self.tape.array(key).reshape(())
            return lambda z: Dual(c, np.zeros(()))
        return self.of(made)


def _called(operation: Operation, given: Step) -> Step:
    function, slope = operation

    def called(z: Dual) -> Dual:
        x, dx = given(z)
        y = function(x)
        return Dual(y, slope(x, y) * dx)

    return called


def _power(left: Dual, right: Dual) -> Dual:
    value = left.value**right.value
    slope = right.value * left.value ** (right.value - 1) * left.slope
    return Dual(value, slope + (value * np.log(left.value) * right.slope if right.slope.any() else 0))


def _larger(a: Dual, b: Dual) -> Dual:
    return _either(a.value >= b.value, a, b)


def _smaller(a: Dual, b: Dual) -> Dual:
    return _either(a.value <= b.value, a, b)


def _either(first: NDArray[np.bool_], a: Dual, b: Dual) -> Dual:
    return Dual(np.where(first, a.value, b.value), np.where(first, a.slope, b.slope))


CHOOSING: dict[str, tuple[int, Callable[..., Dual]]] = {
    "maximum": (2, _larger),
    "minimum": (2, _smaller),
    "clip": (3, lambda a, low, high: _smaller(_larger(a, low), high)),
    "where": (3, lambda which, a, b: _either(which.value != 0, a, b)),
    "abs": (1, lambda a: Dual(np.abs(a.value), np.sign(a.value) * a.slope)),
}
"""What takes one value or another, by how many operands it has: the slope is that of the one taken."""
COMPARED: dict[str, Callable[[Array, Array], NDArray[np.bool_]]] = {
    ">": np.greater,
    ">=": np.greater_equal,
    "<": np.less,
    "<=": np.less_equal,
}

BINARY: dict[str, Callable[[Dual, Dual], Dual]] = {
    "+": lambda a, b: Dual(a.value + b.value, a.slope + b.slope),
    "-": lambda a, b: Dual(a.value - b.value, a.slope - b.slope),
    "*": lambda a, b: Dual(a.value * b.value, a.slope * b.value + a.value * b.slope),
    "/": lambda a, b: Dual(a.value / b.value, (a.slope - a.value / b.value * b.slope) / b.value),
    "**": _power,
}
