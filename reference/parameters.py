"""All parameters of a network as one vector, and back: what an optimizer works on."""

from collections.abc import Sequence

import numpy as np

from .arrays import Array, require_axes
from .errors import InputError


def flatten(arrays: Sequence[Array]) -> Array:
    """Return the entries of all arrays as one vector, array after array, each row by row.

    For one dense layer this is its weights with the bias as one more row: (n_in + 1) n_out numbers.

    Arguments:
        arrays: one or more arrays of the same dtype, of any shapes, e.g. ``Network.parameters``.

    Returns:
        A new vector of their dtype; nothing is shared with ``arrays``.

    Raises:
        InputError: when there is no array, or when dtypes differ.
    """
    if not arrays:
        raise InputError("arrays", "none", "one array or more", "pass a network's parameters")
    dtypes = {array.dtype for array in arrays}
    if len(dtypes) > 1:
        found = ", ".join(sorted(map(str, dtypes)))
        raise InputError("arrays", f"dtypes {found}", "one dtype throughout", "convert them with astype")
    return np.concatenate([array.reshape(-1) for array in arrays])


def unflatten(vector: Array, like: Sequence[Array]) -> tuple[Array, ...]:
    """Return the pieces of ``vector`` in the shapes of ``like``: the inverse of ``flatten``.

    Arguments:
        vector: as many numbers as ``like`` has in all, in the order of ``flatten``.
        like: arrays whose shapes are wanted; their values are not used.

    Returns:
        One view into ``vector`` per array of ``like``, of the vector's dtype.

    Raises:
        InputError: when ``vector`` has another shape.
    """
    sizes = [array.size for array in like]
    total = sum(sizes)
    require_axes(vector, 1, "vector", f"({total},)")
    if vector.size != total:
        shapes = ", ".join(str(array.shape) for array in like)
        raise InputError("vector", f"{vector.size} numbers", f"{total}, for shapes {shapes}", "match the two")
    starts = np.cumsum([0, *sizes[:-1]])
    pieces = zip(starts, sizes, like, strict=True)
    return tuple(vector[start : start + size].reshape(array.shape) for start, size, array in pieces)
