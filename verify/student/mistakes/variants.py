"""The wrong steps of a reverse sweep at a layer's activation, as changes to our own sweep."""

from collections.abc import Callable

import numpy as np

from reference.arrays import Array
from reference.elementwise import ELEMENTWISE

from ..reading.dropout import Dropped
from .sent_down import MOST_ROWS
from .stage import MASKED, RIGHT_DERIVATIVE, Change, Stage, Variant, same_shape

MASKS = ("relu", "leaky_relu")  # activations of which f' tells only which units are on


def _is_square(s: Stage) -> bool:
    return len(s.da) == len(s.da.T)


def _diagonal_only(s: Stage) -> Array | None:
    return s.da * s.a * (1 - s.a) if s.point.curves[s.l].family == "softmax" else None


def _thrice(s: Stage) -> Array | None:
    """Return the step with f' three times; None of a leaky relu, whose slope's cube is as good as a slope of 0."""
    return None if s.point.curves[s.l].family == "leaky_relu" else s.da * s.slope**3


def _bias_entry_kept(row: int) -> Change:
    """Return the delta with a merged bias's entry left in, where f' is 0, and entry ``row`` of them all removed."""

    def change(s: Stage) -> Array | None:
        end, constant = s.point.merged.get(s.l + 1, (None, 1.0))
        slope = None if end is None else s.point.curves[s.l].from_output(np.array(constant))
        width = s.da.shape[1] + 1
        if slope is None or slope.any() or row >= width or row % width == (end or 0) % width:
            return None
        delta, nothing = s.da * s.slope, np.zeros((len(s.da), 1))
        return np.delete(np.hstack([delta, nothing] if end else [nothing, delta]), row, axis=1)

    return change


def _at_output(s: Stage) -> Array | None:
    formula = s.point.curves[s.l].from_output(s.z)
    return None if formula is None else s.da * formula


def _other_slope(name: str) -> Change:
    """Return the step that multiplies by another function's derivative."""

    def change(s: Stage) -> Array | None:
        own = s.point.curves[s.l].family
        return None if own == name else s.da * ELEMENTWISE[name].derivative(s.z)

    return change


def _other_formula(name: str, formula: Callable[[Array], Array]) -> Change:
    """Return the step that applies another function's formula in a to this layer's activations."""

    def change(s: Stage) -> Array | None:
        return None if s.point.curves[s.l].family == name else s.da * formula(s.a)

    return change


def _neighbour(step: int, *, masks: bool) -> Change:
    """Return the step that takes f' at the layer above or below, which is a mask or is none."""

    def change(s: Stage) -> Array | None:
        other = s.l + step
        if not 0 <= other < s.point.depth or (s.point.curves[other].family in MASKS) != masks:
            return None
        slope = s.point.curves[other].derivative(s.point.z[other])
        return s.da * slope if slope.shape == s.da.shape else None

    return change


def _when(family: str, change: Change) -> Change:
    """Return the step where the layer's activation is of that family, nothing elsewhere."""
    return lambda s: change(s) if s.point.curves[s.l].family == family else None


def _negative_side(slope: float) -> Change:
    def change(s: Stage) -> Array | None:
        if s.point.curves[s.l].family not in ("leaky_relu", "elu", "selu", "celu"):
            return None
        return s.da * np.where(s.z > 0, 1.0, slope)

    return change


def _elu_slope(slope: Callable[[Array, Array], Array]) -> Change:
    """Return the step with another slope on the negative side of an exponential unit."""
    return _when("elu", lambda s: s.da * np.where(s.z > 0, 1.0, slope(s.z, s.a)))


def _of_the_error(s: Stage) -> Array:
    """Return the step with f' at the error that comes down, where its sign and z's should tell the same units."""
    return s.da * s.point.curves[s.l].derivative(s.da)


def _slope_of_all(s: Stage) -> Array:
    """Return the step with the slope of the negative side for every unit: what a mask that is None leaves."""
    return s.da * s.point.curves[s.l].derivative(-np.abs(s.z))


def _over_the_batch(s: Stage) -> Array | None:
    """Return the step of a softmax with its sum taken over the batch."""
    if s.point.curves[s.l].family != "softmax" or len(s.da) < 2:
        return None
    step: Array = s.a * (s.da - (s.da * s.a).sum(axis=0))
    return step


def _mirrored(s: Stage) -> Array | None:
    """Return the step with f'(-z); of a relu that is its mask turned round."""
    f = s.point.curves[s.l]
    return None if f.family == "relu" else s.da * f.derivative(-s.z)


def _undropped(on: Callable[[Array], Array]) -> Change:
    """Return the step that applies another mask than that of the dropout, made of it."""

    def change(s: Stage) -> Array | None:
        f = s.point.curves[s.l]
        return s.da * on(f.mask) * f.whole.derivative(s.z) if isinstance(f, Dropped) else None

    return change


DERIVATIVE: tuple[Variant, ...] = (
    Variant("B11", lambda s: s.da, "delta_l = dL/da_l", RIGHT_DERIVATIVE),
    Variant("B8", lambda s: s.da * s.point.curves[s.l].derivative(s.a), "dL/da_l * f'(a_l)", RIGHT_DERIVATIVE),
    Variant("B9", _at_output, "dL/da_l * g(z_l), g the formula for f' in a", "dL/da_l * g(a_l)"),
    Variant("B25", lambda s: s.da * s.slope**2, "dL/da_l * f'(z_l) * f'(z_l)", RIGHT_DERIVATIVE),
    Variant("B25", _thrice, "dL/da_l * f'(z_l) three times", RIGHT_DERIVATIVE),
    Variant("B25", lambda s: s.da**2 * s.slope, "(dL/da_l)^2 * f'(z_l)", RIGHT_DERIVATIVE),
    Variant("B42", _negative_side(0.0), "slope 0 where z_l < 0", RIGHT_DERIVATIVE),
    Variant("B42", _negative_side(1.0), "slope 1 where z_l < 0", RIGHT_DERIVATIVE),
    Variant("B42", _negative_side(0.01), "slope 0.01 where z_l < 0", RIGHT_DERIVATIVE),
    Variant("B42", _mirrored, "dL/da_l * f'(-z_l)", RIGHT_DERIVATIVE),
    *(
        Variant(bug, _bias_entry_kept(row), f"delta_l with the bias's entry, entry {row} removed", RIGHT_DERIVATIVE)
        for bug, rows in (("B32", (0, -1)), ("B31", range(1, MOST_ROWS)))
        for row in rows
    ),
    Variant("B29", lambda s: np.zeros_like(s.da), "delta_l = 0", RIGHT_DERIVATIVE),
    Variant("B29", _when("relu", lambda s: s.da * (s.da > 0)), "dL/da_l where dL/da_l > 0", RIGHT_DERIVATIVE),
    Variant("B29", _when("leaky_relu", _of_the_error), "dL/da_l * f'(dL/da_l)", RIGHT_DERIVATIVE),
    Variant("B29", _when("leaky_relu", _slope_of_all), "the slope where z_l < 0 for every unit", RIGHT_DERIVATIVE),
    Variant("B29", _neighbour(1, masks=True), "dL/da_l * f'(z_(l+1)), the mask of another layer", RIGHT_DERIVATIVE),
    Variant("B29", _neighbour(-1, masks=True), "dL/da_l * f'(z_(l-1)), the mask of another layer", RIGHT_DERIVATIVE),
    Variant("B29", _when("relu", lambda s: s.da * (s.z <= 0)), "dL/da_l where z_l <= 0", RIGHT_DERIVATIVE),
    Variant("B42", lambda s: s.da * (s.z > 0), "slope 0 where z_l < 0, 1 elsewhere", RIGHT_DERIVATIVE),
    Variant("B42", _elu_slope(lambda z, a: np.exp(a)), "slope e^a_l where z_l < 0", RIGHT_DERIVATIVE),
    Variant("B42", _elu_slope(lambda z, a: a), "slope a_l where z_l < 0", RIGHT_DERIVATIVE),
    Variant("B42", _elu_slope(lambda z, a: -np.exp(z)), "slope -e^z_l where z_l < 0", RIGHT_DERIVATIVE),
    Variant("B19", _neighbour(1, masks=False), "dL/da_l * f'(z_(l+1))", RIGHT_DERIVATIVE),
    Variant("B19", _neighbour(-1, masks=False), "dL/da_l * f'(z_(l-1))", RIGHT_DERIVATIVE),
    Variant(
        "B12",
        lambda s: same_shape(s.da @ s.slope, s.da) if _is_square(s) else None,
        "dL/da_l @ f'(z_l)",
        RIGHT_DERIVATIVE,
    ),
    Variant("B40", lambda s: s.da * s.a, "dL/da_l * a_l: the activation in place of its derivative", RIGHT_DERIVATIVE),
    Variant("B40", lambda s: s.da * s.z, "dL/da_l * z_l", RIGHT_DERIVATIVE),
    Variant("B40", lambda s: s.da * (1 - s.a), "dL/da_l * (1 - a_l)", RIGHT_DERIVATIVE),
    Variant("B40", lambda s: s.da * (1 + s.a), "dL/da_l * (1 + a_l)", RIGHT_DERIVATIVE),
    Variant("B40", lambda s: s.da * (1 + s.a**2), "dL/da_l * (1 + a_l^2)", RIGHT_DERIVATIVE),
    Variant("B40", lambda s: s.da * (1 - s.a) ** 2, "dL/da_l * (1 - a_l)^2", RIGHT_DERIVATIVE),
    Variant("B40", lambda s: s.da * s.a**2, "dL/da_l * a_l^2", RIGHT_DERIVATIVE),
    Variant("B40", lambda s: s.da * (s.a * (1 + s.a)), "dL/da_l * a_l (1 + a_l)", RIGHT_DERIVATIVE),
    Variant("B40", lambda s: s.da * (s.a - 1), "dL/da_l * (a_l - 1)", RIGHT_DERIVATIVE),
    Variant("B40", lambda s: s.da * (1 - np.tanh(s.z)), "dL/da_l * (1 - tanh z_l)", RIGHT_DERIVATIVE),
    Variant("B40", lambda s: s.da / s.z**2, "dL/da_l / z_l^2", RIGHT_DERIVATIVE),
    Variant("B40", lambda s: s.da / np.cosh(s.z), "dL/da_l / cosh z_l", RIGHT_DERIVATIVE),
    Variant(
        "B40",
        lambda s: s.da * (1 - ELEMENTWISE["sigmoid"].forward(s.z) ** 2),
        "dL/da_l * (1 - sigmoid(z_l)^2)",
        RIGHT_DERIVATIVE,
    ),
    Variant("B40", lambda s: s.da * np.exp(-s.z), "dL/da_l * e^(-z_l)", RIGHT_DERIVATIVE),
    Variant("B40", lambda s: s.da * np.exp(s.z), "dL/da_l * e^(z_l)", RIGHT_DERIVATIVE),
    Variant("B40", lambda s: s.da * np.sign(s.z), "dL/da_l * sign(z_l)", RIGHT_DERIVATIVE),
    Variant("B40", lambda s: s.da * np.abs(s.slope), "dL/da_l * |f'(z_l)|", RIGHT_DERIVATIVE),
    Variant("B40", lambda s: s.da / s.slope, "dL/da_l / f'(z_l)", RIGHT_DERIVATIVE),
    Variant("B40", lambda s: s.da + s.slope, "dL/da_l + f'(z_l)", RIGHT_DERIVATIVE),
    Variant("B40", lambda s: s.slope, "delta_l = f'(z_l) alone", RIGHT_DERIVATIVE),
    Variant(
        "B40",
        _other_formula("sigmoid", lambda a: a * (1 - a)),
        "dL/da_l * a_l (1 - a_l), the sigmoid's",
        RIGHT_DERIVATIVE,
    ),
    Variant("B40", _other_formula("tanh", lambda a: 1 - a**2), "dL/da_l * (1 - a_l^2), tanh's", RIGHT_DERIVATIVE),
    *(
        Variant("B40", _other_slope(name), f"dL/da_l * {name}'(z_l)", RIGHT_DERIVATIVE)
        for name in ("sigmoid", "tanh", "relu", "softplus", "elu", "sin", "gaussian", "softsign", "silu", "gelu")
    ),
    Variant("B56", _undropped(np.ones_like), "dL/da_l * f'(z_l), dropped units too", MASKED),
    Variant("B56", _undropped(lambda mask: 1.0 * (mask > 0)), "dL/da_l * f'(z_l) where kept, not rescaled", MASKED),
    Variant("B56", _undropped(lambda mask: mask**2), "dL/da_l * mask_l^2 * f'(z_l), rescaled twice", MASKED),
    Variant("B41", lambda s: s.da * s.point.curves[s.l].derivative(s.z) / 2, "dL/da_l * f'(z_l) / 2", RIGHT_DERIVATIVE),
    Variant("B38", _over_the_batch, "p_i (g_i - the sum of g p over the batch)", "p_i (g_i - sum_j g_j p_j)"),
    Variant("B6", _diagonal_only, "dL/da_l * p (1 - p) entry by entry", "p_i (g_i - sum_j g_j p_j)"),
)
