"""What is under test: the two functions, the point, and what f returns there."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array, as_floating, require_finite
from reference.errors import InputError

from ..ladder import U
from .calls import UserFunction, as_arguments, as_gradients, as_output, call, names_of, require_callable

SAME = 64 * U  # two runs of the same sums may differ by this, relative to the largest entry


class Subject(NamedTuple):
    """The two functions under test and where they are called.

    Attributes:
        f, gradient: the user's functions.
        point: the arguments, float64 and contiguous.
        names: their names.
        cotangent: what an array-valued f's output is weighed with, None for a scalar f.
        output: f's value at the point.
        steady: whether a second call of f gave the same value.
        changed: the names of the arguments that f changes in place.
    """

    f: UserFunction
    gradient: UserFunction
    point: list[Array]
    names: tuple[str, ...]
    cotangent: Array | None
    output: Array
    steady: bool
    changed: tuple[str, ...]


def subject_of(
    f: UserFunction,
    gradient: UserFunction,
    arrays: Sequence[ArrayLike],
    names: Sequence[str] | None,
    cotangent: ArrayLike | None,
    rng: np.random.Generator,
) -> Subject:
    """Return what is under test, checked, with a cotangent drawn where an array-valued f is given none.

    Raises:
        InputError: when an argument, f or its output is of no use.
    """
    require_callable(f, "f")
    require_callable(gradient, "gradient")
    named = names_of(f, arrays, names)
    point = as_arguments(arrays, named)
    given, words = copies(point), f"f({', '.join(named)})"
    output = as_output(call(f, "f", given, words))
    changed = tuple(name for name, a, b in zip(named, point, given, strict=True) if not np.array_equal(a, b))
    again = as_output(call(f, "f", copies(point), words))
    weights = _weights(cotangent, output, rng)
    return Subject(f, gradient, point, named, weights, output, same(output, again), changed)


def copies(point: Sequence[Array]) -> list[Array]:
    """Return fresh arrays, for functions that may write to them."""
    return [array.copy() for array in point]


def _weights(cotangent: ArrayLike | None, output: Array, rng: np.random.Generator) -> Array | None:
    """Return the cotangent of an array-valued f, of either sign and away from 0, None for a scalar f."""
    if cotangent is None:
        drawn = rng.uniform(0.5, 1.5, output.shape) * rng.choice([-1.0, 1.0], output.shape)
        return None if output.size == 1 else np.asarray(drawn)
    weights = as_floating(cotangent, "cotangent").astype(np.float64)
    if weights.shape != output.shape:
        raise InputError("cotangent", f"shape {weights.shape}", f"shape {output.shape}, as f's output", "match the two")
    require_finite(weights, "cotangent")
    return weights


def same(first: Array, second: Array) -> bool:
    """Return whether two results are equal up to the order of their sums; NaN equals NaN."""
    if first.shape != second.shape:
        return False
    slack = SAME * np.abs(first[np.isfinite(first)]).max(initial=0)
    return bool(np.isclose(first, second, rtol=0, atol=slack, equal_nan=True).all())


def call_f(subject: Subject, point: Sequence[Array]) -> None:
    """Call f for its effects only: a gradient may rest on what f keeps."""
    try:
        with np.errstate(all="ignore"):
            subject.f(*copies(point))
    except Exception:  # elsewhere f need not be defined
        return


def call_gradient(subject: Subject, given: list[Array]) -> list[Array]:
    """Return what gradient returns for arguments, and a cotangent if any, that it may write to."""
    words = (*subject.names, *(["cotangent"] if subject.cotangent is not None else []))
    return as_gradients(call(subject.gradient, "gradient", given, f"gradient({', '.join(words)})"), subject.names)


def arguments(subject: Subject, point: Sequence[Array]) -> list[Array]:
    """Return fresh copies of what gradient takes: the point's arrays and the cotangent if there is one."""
    return copies([*point, *([] if subject.cotangent is None else [subject.cotangent])])
