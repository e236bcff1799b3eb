"""What counts as an array here: real, floating, finite, of the wanted number of axes."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import InputError

Array: TypeAlias = NDArray[np.floating[Any]]
FLOATS = "df"  # the dtype characters of float64 and float32


def as_floating(values: ArrayLike, where: str) -> Array:
    """Return ``values`` as a float64 or float32 array; integers and booleans become float64.

    A float64 or float32 array comes back as it is, not copied.

    Arguments:
        values: anything NumPy can read as an array, of any shape.
        where: the argument's name, for the message.

    Raises:
        InputError: when the values are ragged, complex, text or of another floating width.
    """
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise InputError(where, f"no rectangular array ({error})", "rows of equal length", "pad or split it") from None
    if array.dtype.kind in "iub":
        return array.astype(np.float64)
    if array.dtype.char not in FLOATS:
        raise InputError(where, f"dtype {array.dtype}", "float64, float32 or integers", "convert it with astype")
    return array


def require_finite(array: Array, where: str) -> None:
    """Refuse NaN and infinity, naming the first one's index.

    Raises:
        InputError: when an entry of ``array`` is not finite.
    """
    finite = np.isfinite(array)
    if finite.all():
        return
    index = tuple(int(i) for i in np.argwhere(~finite)[0])
    place = f"[{', '.join(map(str, index))}]" if index else ""
    raise InputError(where + place, array[index], "a finite number", "remove or replace NaN and infinite values first")


def require_axes(array: Array, axes: int, where: str, meaning: str) -> None:
    """Refuse an array whose number of axes is not ``axes``; ``meaning`` words the wanted shape.

    Raises:
        InputError: when ``array.ndim`` differs from ``axes``.
    """
    if array.ndim != axes:
        raise InputError(where, f"shape {array.shape}", meaning, "reshape it")
