"""Talking to somebody else's f and gradient: what they take, what they return, what they must not do."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reference.arrays import Array, as_floating, require_finite
from reference.errors import InputError

UserFunction: TypeAlias = Callable[..., Any]
LONGEST = 200  # characters of a foreign error message worth showing


@dataclass(eq=False)
class Function:
    """f as a function of a list of arrays to one number; never raises.

    Attributes:
        f: the user's function.
        cotangent: what the output is weighed with before it is summed, None for a scalar f.
        changes: whether f changes its arguments, so that it must be given copies.
        evaluations: how often it was called.
    """

    f: UserFunction
    cotangent: Array | None
    changes: bool
    evaluations: int = 0

    def __call__(self, arrays: Sequence[NDArray[np.inexact]]) -> complex:
        """Return the value at the arrays, NaN where f raises or returns something of another shape."""
        self.evaluations += 1
        try:
            out = np.asarray(self.f(*([a.copy() for a in arrays] if self.changes else arrays)))
            if self.cotangent is None:
                number: complex = out.item()
            elif out.shape == self.cotangent.shape:
                number = (self.cotangent * out).sum().item()
            else:
                number = np.nan
        except Exception:
            return np.nan
        return number


def as_arguments(arrays: Sequence[ArrayLike], names: Sequence[str]) -> list[Array]:
    """Return the arguments as contiguous float64 copies.

    Raises:
        InputError: when an argument is ragged, complex, of objects, or holds NaN or infinity, or all are empty.
    """
    point: list[Array] = []
    for values, name in zip(arrays, names, strict=True):
        array = np.array(as_floating(values, name), np.float64, order="C")
        require_finite(array, name)
        point.append(array)
    if not any(array.size for array in point):
        raise InputError("arrays", "no entries", "one entry or more", "choose a point to check at")
    return point


def names_of(f: UserFunction, arrays: Sequence[ArrayLike], names: Sequence[str] | None) -> tuple[str, ...]:
    """Return one name for each argument: those given, f's own, or x0, x1, ...

    Raises:
        InputError: when there are no arguments, or another number of names.
    """
    if not arrays:
        raise InputError("arrays", "none", "one array or more", "call check_gradients(f, gradient, x)")
    if names is not None:
        if isinstance(names, str) or len(names) != len(arrays):
            raise InputError("names", repr(names), f"{len(arrays)} names, one for each array", "match the two")
        return tuple(names)
    try:
        own = tuple(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):  # some built-in functions have no signature
        own = ()
    if len(own) >= len(arrays) and all(p.kind is p.POSITIONAL_OR_KEYWORD for p in own[: len(arrays)]):
        return tuple(p.name for p in own[: len(arrays)])
    return ("x",) if len(arrays) == 1 else tuple(f"x{i}" for i in range(len(arrays)))


def require_callable(function: object, where: str) -> None:
    """Refuse what cannot be called.

    Raises:
        InputError: when ``function`` is not callable.
    """
    if not callable(function):
        raise InputError(where, type(function).__name__, "a function of the arrays", "pass the function itself")


def call(function: UserFunction, where: str, arguments: Sequence[Array], call_words: str) -> Any:
    """Return what the user's function returns.

    Raises:
        InputError: when it raises, with its own message, trimmed.
    """
    try:
        with np.errstate(all="ignore"):
            return function(*arguments)
    except Exception as error:
        told = " ".join(f"{type(error).__name__}: {error}".split())
        told = told if len(told) <= LONGEST else told[:LONGEST] + "..."
        raise InputError(where, told, f"callable as {call_words}", f"run {call_words} by itself first") from error


def as_output(result: Any) -> Array:
    """Return f's value as an array.

    Raises:
        InputError: when it is missing, no rectangular array of real numbers, empty or not finite.
    """
    if result is None:
        raise InputError("f", "None", "one number or one array", "let f return its value")
    if isinstance(result, tuple | list | dict):
        raise InputError("f", f"a {type(result).__name__}", "one number or one array", "return the output alone")
    output = np.asarray(result)
    if output.dtype.kind not in "fiub" or not output.size:
        got = f"dtype {output.dtype}, shape {output.shape}"
        raise InputError("f", got, "real numbers, one or more", "let f return its value as an array")
    output = output.astype(np.float64)
    require_finite(output, "f(...)")
    return output


def as_gradients(result: Any, names: Sequence[str]) -> list[NDArray[Any]]:
    """Return what ``gradient`` returned as one fresh array for each argument, of whatever shape it has.

    Raises:
        InputError: when it returned another number of gradients, or what is no array of numbers.
    """
    wanted = f"{len(names)} arrays, one for each of {', '.join(names)}" if len(names) > 1 else "one array"
    several = len(names) > 1 or isinstance(result, tuple)
    if several and (not isinstance(result, tuple | list | np.ndarray) or len(result) != len(names)):
        count = f"{type(result).__name__} of {len(result)}" if hasattr(result, "__len__") else type(result).__name__
        raise InputError("gradient", count, wanted, "return them in the order of the arguments")
    gradients = []
    for part, name in zip(result if several else [result], names, strict=True):
        try:
            array = np.array(part)
        except ValueError:
            array = np.array(None)
        if array.dtype.kind not in "fiubc":
            raise InputError(f"gradient of {name}", f"dtype {array.dtype}", "an array of numbers", "return an array")
        gradients.append(array)
    return gradients
