"""The constants that slip into the way down or into a gradient, and what they are called."""

from reference.arrays import Array

from ..reading.multiples import SAME
from ..reading.point import Point
from .explanation import Found
from .stage import RIGHT_DB, RIGHT_DERIVATIVE, RIGHT_DW

FACTOR = "factor of "  # the step of a stray constant, before its quantity


def factors_of_delta(point: Point, l: int) -> dict[str, tuple[float, ...]]:
    """Return the constants that are known to slip into delta of layer l, counted from 0, under the mistake's id."""
    N, K = len(point.X), point.sizes[-1]
    averages = (1 / N, 1.0 * N, 1 / (N * K), 1 / point.sizes[l + 1])
    return {"B15": tuple(c for c in averages if c != 1), "B14": (-1.0,), "B41": (2.0, 0.5, 4.0, 0.25)}


def factor_of_delta(point: Point, l: int, factor: float, value: Array) -> Found:
    """Return the mistake of a delta with a constant of its own.

    Arguments:
        point: the forward pass.
        l: the layer, counted from 0.
        factor: the constant.
        value: delta with it.
    """
    known = factors_of_delta(point, l)
    bug = next((bug for bug, values in known.items() if any(abs(factor - c) <= SAME * abs(c) for c in values)), "B41")
    wrong = f"{factor:.6g} * (delta_(l+1) W_(l+1)^T) * f'(z_l)"
    return Found(bug, l + 1, "delta", wrong, RIGHT_DERIVATIVE, value, f"{FACTOR}delta")


def factor_of_gradient(bug: str, layer: int, quantity: str, factor: float, value: Array) -> Found:
    """Return the mistake of a dW or db with a constant of its own.

    Arguments:
        bug: the catalogue's id.
        layer: counted from 1.
        quantity: "dW" or "db".
        factor: the constant.
        value: the gradient with it.
    """
    right = RIGHT_DW if quantity == "dW" else RIGHT_DB
    wrong = f"{factor:.6g} * ({right.partition(' = ')[2]})"
    return Found(bug, layer, quantity, wrong, right, value, FACTOR + quantity)
