"""The graph of a run's single numbers, from the operations that made them: which number is made of which, and how.

A number is told by the object that holds it. The derivatives of one number with respect to all it is made of follow by
the chain rule, backwards over the operations as they were recorded: nothing of the program's own way back is used.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from copy import copy
from functools import cached_property
from typing import NamedTuple, TypeAlias

from ..runs.recording import NOT_A_NUMBER
from ..runs.tape import Tape

Partials: TypeAlias = tuple[float, ...]
SIGNS = {"+": (1.0, 1.0), "-": (1.0, -1.0)}
MODULES = ("", "math", "np", "numpy", "cmath", "m")
TOTALS = ("sum", "fsum")
SAME = 1e-12


class Made(NamedTuple):
    """How a number was made: by which event, of which numbers, and its derivative with respect to each."""

    at: int
    of: tuple[int, ...]
    partials: Partials


class NumberGraph:
    """The operations of one run, up to a position.

    Arguments:
        tape: the run.
        end: the position of the first event that does not count.
        leaves: numbers that count as given, however they were made.

    Attributes:
        made: how each number was made, by the number; in the order of the run.
        unknown: what numbers were made of by operations whose derivative is not known here, by the number.
    """

    def __init__(self, tape: Tape, end: int, leaves: frozenset[int] = frozenset()) -> None:
        self.tape = tape
        self.made: dict[int, Made] = {}
        self.unknown: dict[int, tuple[int, ...]] = {}
        self._value = tape.numbers
        seen: set[int] = set()
        for at, event in enumerate(tape.events[:end]):
            number = event.identity
            new = number >= 0 and number not in seen and number not in event.held_by and number not in leaves
            seen.update(one for one in (number, *event.held_by) if one >= 0)
            if new and any(one >= 0 for one in event.held_by) and event.result in self._value:
                self._enter(at, number)

    def _enter(self, at: int, number: int) -> None:
        """Enter how one number was made."""
        event, node = self.tape.events[at], self.tape.node(at)
        values = [self._value.get(key, math.nan) for key in event.operands]
        partials = self._partials(node.kind, node.what, values, self._value[event.result])
        if partials is None:
            self.unknown[number] = event.held_by
        else:
            self.made[number] = Made(at, event.held_by, partials)

    def _partials(self, kind: str, what: str, values: list[float], result: float) -> Partials | None:
        """Return the derivatives of what an expression makes with respect to its operands, None where not known."""
        if kind == "binary" and len(values) == 2:
            return _of_operator(what, values[0], values[1], result)
        if kind == "augment" and len(values) == 2:
            return _of_operator(what.rpartition(" ")[2].removesuffix("="), values[0], values[1], result)
        if kind == "unary" and what in ("-", "+"):
            return (-1.0 if what == "-" else 1.0,)
        if kind == "call":
            return _of_call(what, values, result)
        return None

    def derivatives(self, of: int) -> dict[int, float]:
        """Return the derivatives of one number with respect to every number that it is made of, itself included."""
        found, _ = self._swept(of)
        return found

    def bounds(self, of: int) -> dict[int, float]:
        """Return what the terms of each derivative add up to in magnitude: what rounding is measured by."""
        _, sizes = self._swept(of)
        return sizes

    def without(self, numbers: Iterable[int]) -> "NumberGraph":
        """Return the graph in which nothing is sent down through some numbers."""
        other = copy(self)
        other.made = {number: made for number, made in self.made.items() if number not in {*numbers}}
        for name in ("_sweeps", "uses"):
            other.__dict__.pop(name, None)
        return other

    def _swept(self, of: int) -> tuple[dict[int, float], dict[int, float]]:
        if of not in self._sweeps:
            found, sizes = defaultdict(float, {of: 1.0}), defaultdict(float, {of: 1.0})
            for number in self.order(of):
                made = self.made.get(number)
                for one, partial in zip(made.of, made.partials, strict=True) if made is not None else ():
                    if one >= 0:
                        found[one] += partial * found[number]
                        sizes[one] += abs(partial) * sizes[number]
            self._sweeps[of] = dict(found), dict(sizes)
        return self._sweeps[of]

    @cached_property
    def _sweeps(self) -> dict[int, tuple[dict[int, float], dict[int, float]]]:
        return {}

    def order(self, of: int) -> list[int]:
        """Return the numbers that one is made of, it first, each before all that it is made of."""
        seen, waiting = {of}, [of]
        while waiting:
            made = self.made.get(waiting.pop())
            for one in made.of if made is not None else ():
                if one >= 0 and one not in seen:
                    seen.add(one)
                    waiting.append(one)
        return sorted(seen, key=lambda one: self.made[one].at if one in self.made else NOT_A_NUMBER, reverse=True)

    @cached_property
    def uses(self) -> dict[int, list[int]]:
        """The numbers that are made of each number, in the order of the run."""
        found: dict[int, list[int]] = defaultdict(list)
        for number, made in self.made.items():
            for one in dict.fromkeys(made.of):
                if one >= 0:
                    found[one].append(number)
        return found

    def through(self, of: int, to: Iterable[int]) -> dict[int, float]:
        """Return the derivatives of one number with respect to others, on ways that pass none of these before."""
        stops = set(to)
        found: dict[int, float] = defaultdict(float)
        waiting = defaultdict(float, {of: 1.0})
        while waiting:
            number = max(waiting, key=lambda one: self.made[one].at if one in self.made else NOT_A_NUMBER)
            size, made = waiting.pop(number), self.made.get(number)
            for one, partial in zip(made.of, made.partials, strict=True) if made is not None else ():
                if one in stops:
                    found[one] += partial * size
                elif one >= 0:
                    waiting[one] += partial * size
        return found


def _of_operator(what: str, left: float, right: float, result: float) -> Partials | None:
    """Return the derivatives of a binary operation."""
    if what in SIGNS:
        return SIGNS[what]
    if what == "*":
        return right, left
    if what == "/":
        return 1 / right, -result / right
    if what == "**":
        return _of_power(left, right, result)
    return None


def _of_power(base: float, exponent: float, result: float) -> Partials:
    slope = exponent * base ** (exponent - 1) if base or exponent >= 1 else math.nan
    return slope, result * math.log(base) if base > 0 else 0.0


def _of_call(what: str, values: list[float], result: float) -> Partials | None:
    """Return the derivatives of what a function of a library makes of its arguments, None where it is not known."""
    module, _, name = what.rpartition(".")
    if module not in MODULES or not values:
        return None
    if name in TOTALS:
        fits = abs(sum(values) - result) <= SAME * max(1.0, sum(map(abs, values)))
        return (1.0,) * len(values) if fits else None
    if name in ("max", "maximum", "fmax", "min", "minimum", "fmin"):
        taken = next((i for i, value in enumerate(values) if value == result), None)
        return tuple(float(i == taken) for i in range(len(values)))
    if name in ("pow", "power") and len(values) == 2:
        return _of_power(values[0], values[1], result)
    slope = SLOPES.get(name)
    try:
        return None if slope is None or len(values) != 1 else (slope(values[0], result),)
    except (ArithmeticError, ValueError):
        return (math.nan,)


SLOPES: dict[str, Callable[[float, float], float]] = {
    "exp": lambda x, y: y,
    "expm1": lambda x, y: y + 1,
    "exp2": lambda x, y: y * math.log(2),
    "log": lambda x, y: 1 / x,
    "log1p": lambda x, y: 1 / (1 + x),
    "log2": lambda x, y: 1 / (x * math.log(2)),
    "log10": lambda x, y: 1 / (x * math.log(10)),
    "tanh": lambda x, y: 1 - y * y,
    "sinh": lambda x, y: math.cosh(x),
    "cosh": lambda x, y: math.sinh(x),
    "sin": lambda x, y: math.cos(x),
    "cos": lambda x, y: -math.sin(x),
    "tan": lambda x, y: 1 + y * y,
    "atan": lambda x, y: 1 / (1 + x * x),
    "arctan": lambda x, y: 1 / (1 + x * x),
    "erf": lambda x, y: 2 / math.sqrt(math.pi) * math.exp(-x * x),
    "sqrt": lambda x, y: 1 / (2 * y),
    "square": lambda x, y: 2 * x,
    "abs": lambda x, y: math.copysign(1.0, x),
    "fabs": lambda x, y: math.copysign(1.0, x),
    "negative": lambda x, y: -1.0,
    "float": lambda x, y: 1.0,
    "float64": lambda x, y: 1.0,
}
