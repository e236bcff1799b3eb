"""Arrays that remember how they were computed: run a formula on them, and it can be printed as NumPy code."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from reference.arrays import Array

from ..reading.curves import FROM_OUTPUT, Curve

ATOM, POWER, PRODUCT, SUM, COMPARISON = 9, 7, 5, 3, 1
SIGNS = {
    "add": ("+", SUM),
    "subtract": ("-", SUM),
    "multiply": ("*", PRODUCT),
    "divide": ("/", PRODUCT),
    "matmul": ("@", PRODUCT),
    "power": ("**", POWER),
    "greater": (">", COMPARISON),
    "less": ("<", COMPARISON),
    "greater_equal": (">=", COMPARISON),
    "less_equal": ("<=", COMPARISON),
    "equal": ("==", COMPARISON),
}


class Untraceable(Exception):  # noqa: N818 - not an error: there is no code for this formula
    """A formula uses what has no form as code."""


class Traced(NDArrayOperatorsMixin):
    """An array and the code that computes it.

    Arguments:
        value: the array.
        text: code.
        binds: how tightly its outermost operator binds.
    """

    def __init__(self, value: Any, text: str, binds: int = ATOM) -> None:
        self.value, self.text, self.binds = np.asarray(value), text, binds

    def inside(self, binds: int) -> str:
        """Return the code as an operand of an operator that binds so tightly."""
        return self.text if self.binds >= binds else f"({self.text})"

    def __array__(self, *_: Any, **__: Any) -> Array:
        raise Untraceable(self.text)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **named: Any) -> "Traced":
        if method != "__call__" or named:
            raise Untraceable(ufunc.__name__)
        value = ufunc(*map(_value, inputs))
        if ufunc.__name__ == "negative":
            return Traced(value, f"-{_code(inputs[0], POWER)}", PRODUCT)
        if ufunc.__name__ not in SIGNS:
            return Traced(value, f"np.{ufunc.__name__}({', '.join(_code(i, 0) for i in inputs)})")
        sign, binds = SIGNS[ufunc.__name__]
        left, right = inputs
        return Traced(value, f"{_code(left, binds)} {sign} {_code(right, binds + 1)}", binds)

    def __array_function__(self, function: Any, _: Any, given: tuple[Any, ...], named: dict[str, Any]) -> "Traced":
        value = function(*map(_value, given), **{k: _value(v) for k, v in named.items()})
        parts = [*(_code(g, 0) for g in given), *(f"{k}={_code(v, 0)}" for k, v in named.items())]
        home = "np.linalg" if function.__module__ == "numpy.linalg" else "np"
        return Traced(value, f"{home}.{function.__name__}({', '.join(parts)})")

    def __getitem__(self, index: Any) -> "Traced":
        return Traced(self.value[index], f"{self.inside(ATOM)}[{index!r}]")

    def __len__(self) -> int:
        return len(self.value)

    @property
    def T(self) -> "Traced":
        """The transpose."""
        return Traced(self.value.T, f"{self.inside(ATOM)}.T")

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value."""
        return self.value.shape

    def sum(self, *given: Any, **named: Any) -> "Traced":
        """Return the sum."""
        return self._method("sum", *given, **named)

    def mean(self, *given: Any, **named: Any) -> "Traced":
        """Return the mean."""
        return self._method("mean", *given, **named)

    def max(self, *given: Any, **named: Any) -> "Traced":
        """Return the largest entry."""
        return self._method("max", *given, **named)

    def _method(self, name: str, *given: Any, **named: Any) -> "Traced":
        parts = [*map(repr, given), *(f"{k}={v!r}" for k, v in named.items())]
        return Traced(getattr(self.value, name)(*given, **named), f"{self.inside(ATOM)}.{name}({', '.join(parts)})")


def _value(given: Any) -> Any:
    return given.value if isinstance(given, Traced) else given


def _code(given: Any, binds: int) -> str:
    """Return an operand as code."""
    if isinstance(given, Traced):
        return given.inside(binds)
    if isinstance(given, int | float | bool | np.number):
        return f"{given:.12g}" if isinstance(given, float | np.floating) else repr(given)
    if isinstance(given, tuple) and all(isinstance(n, int) for n in given):
        return repr(given)
    raise Untraceable(type(given).__name__)


class TracedCurve(NamedTuple):
    """An activation of a traced network: its derivative is the call of a function of that name.

    Attributes:
        curve: the activation.
        prime: the name of the function that computes f'.
    """

    curve: Curve
    prime: str

    @property
    def name(self) -> str:
        """The curve's name."""
        return self.curve.name

    @property
    def family(self) -> str:
        """The curve's family."""
        return self.curve.family

    def derivative(self, z: Traced) -> Traced:
        """Return f'(z)."""
        return Traced(self.curve.derivative(z.value), f"{self.prime}({z.text})")

    def from_output(self, a: Traced) -> Traced | None:
        """Return f' by its formula in a, applied to whatever is given."""
        formula: Callable[[Any], Any] | None = FROM_OUTPUT.get(self.family)
        found: Traced | None = None if formula is None else formula(a)
        return found

    def backward(self, z: Traced, da: Traced) -> Traced:
        """Return dL/dz of an element-wise activation."""
        delta: Traced = da * self.derivative(z)
        return delta
