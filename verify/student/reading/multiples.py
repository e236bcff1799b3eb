"""Whether one array is another times a number, and which."""

import numpy as np

from reference.arrays import Array

SAME = 1e-6
"""How far two values may lie apart, as a part of the largest, to be the same."""


@np.errstate(over="ignore")
def closest_factor(value: Array, of: Array) -> float:
    """Return the factor at which ``of`` comes closest to a value, by least squares.

    factor = <of, value> / <of, of>, 0 where ``of`` is zero or not finite

    Arguments:
        value: any shape.
        of: as many entries, in the same order.
    """
    a, b = value.ravel(), of.ravel()
    norm = float(b @ b)
    return float(b @ a) / norm if norm and np.isfinite(norm) else 0.0


def factor_between(value: Array, of: Array) -> float | None:
    """Return the number that ``of`` is multiplied with in a value, None where it is no multiple or zero.

    Arguments:
        value: any shape.
        of: as many entries, in the same order.
    """
    a = value.ravel()
    factor = closest_factor(value, of) if np.isfinite(a).all() else 0.0
    if not factor:
        return None
    return factor if np.abs(a - factor * of.ravel()).max() <= SAME * np.abs(a).max() else None
