"""What counts as a number or a table in a stranger's program, and how a number is put in the place of another."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .frames import KINDS
from .notes import note


def is_table(owner: Any) -> bool:
    """Return whether the object is a table of data, as pandas has them."""
    return hasattr(type(owner), "iloc")


def is_number_function(function: Any) -> bool:
    """Return whether a function takes numbers alone."""
    return function is float or function is int or getattr(function, "__module__", "") == "math"


def is_numpys(function: Any) -> bool:
    """Return whether a function is NumPy's, which makes arrays of all it is given."""
    return getattr(function, "__module__", "") == "numpy"


def as_number(value: Any) -> Any:
    """Return the one number of an array, as NumPy took it before version 2; any other value is refused again."""
    if not isinstance(value, np.ndarray) or value.size != 1 or not value.ndim:
        raise
    note("an array of one number was taken for the number, as NumPy did before version 2.4")
    return value.item()


def of_arrays(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return what an operation is of: beside an array, a list or tuple of numbers as NumPy makes an array of it."""
    if not any(isinstance(value, np.ndarray) for value in values):
        return values
    return tuple(map(as_array, values))


def as_array(value: Any) -> Any:
    """Return the array that NumPy makes of a table, or of a list or tuple of numbers or rows; else the value itself."""
    if is_table(value):
        array = np.asarray(value)
        return array if array.dtype.kind in KINDS else value
    try:
        return np.array(value) if _is_of_numbers(value) else value
    except ValueError:  # rows of several lengths
        return value


def _is_of_numbers(value: Any) -> bool:
    """Return whether a list or tuple holds numbers, or rows of them."""
    if type(value) not in (list, tuple) or not value:
        return False
    return all(isinstance(v, int | float | np.number) or _is_of_numbers(v) for v in value)


def in_kind_of(result: Any, value: NDArray[Any]) -> Any:
    """Return an injected value as the kind of object that the program's own value was."""
    if isinstance(result, np.matrix):
        return np.asmatrix(value.copy())
    if type(result) is int and value.ndim == 0 and float(value).is_integer():
        return int(value)
    if type(result) in (int, float) and value.ndim == 0:
        return float(value)
    return value.copy()[()]


def overwrite(target: Any, given: Any) -> Any:
    """Put an injected value into the array that was changed in place; return what is then to be used."""
    if given is target or not isinstance(target, np.ndarray) or target.shape != np.shape(given):
        return given
    target[...] = given
    return target
