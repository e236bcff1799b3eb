"""Every wrong step of a reverse sweep that the catalogue knows, as a change to our own sweep.

A variant replaces one step at one layer: the error at the output, the derivative, the product that goes down, dW
or db. It returns what the wrong step computes, or None where it cannot be written (shapes that do not fit).
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

import numpy as np

from reference.arrays import Array
from reference.elementwise import ELEMENTWISE

from ..reading.dropout import Dropped
from ..reading.point import Point, loss_gradient


class Stage(NamedTuple):
    """What the sweep holds when it reaches layer l, counted from 0.

    Attributes:
        point: the forward pass.
        l: the layer.
        da: dL/da_l as this sweep has it; where delta goes down, that of the layer it goes to is computed.
        delta: dL/dz_l as this sweep has it.
        above: delta of the layer above, None at the output.
    """

    point: Point
    l: int
    da: Array
    delta: Array
    above: Array | None = None

    @property
    def W(self) -> Array:
        """The layer's weights."""
        return self.point.W[self.l]

    @property
    def z(self) -> Array:
        """Its pre-activations."""
        return self.point.z[self.l]

    @property
    def a(self) -> Array:
        """Its activations."""
        return self.point.a[self.l]

    @property
    def a_in(self) -> Array:
        """Its input."""
        return self.point.inputs[self.l]

    @property
    def slope(self) -> Array:
        """f'(z), entry by entry."""
        return self.point.curves[self.l].derivative(self.z)

    @property
    def penalty(self) -> Array:
        """What a weight decay adds to dW."""
        return self.point.decay * self.W


MOST_ROWS = 12  # rows of a merged bias's matrix that may be removed by a number written into the program
Change: TypeAlias = Callable[[Stage], Array | None]


class Variant(NamedTuple):
    """One wrong step.

    Attributes:
        bug: the catalogue's id.
        change: the stage -> what the wrong step computes.
        wrong: the wrong step as a formula.
        right: the right one.
    """

    bug: str
    change: Change
    wrong: str
    right: str


RIGHT_DERIVATIVE = "delta_l = dL/da_l * f'(z_l)"
MASKED = "delta_l = dL/da_l * mask_l * f'(z_l)"
RIGHT_DW = "dW_l = a_(l-1)^T delta_l"
RIGHT_DB = "db_l = sum of delta_l over the batch"
UNSUMMED, UNSUMMED_ABOVE = "delta_l, not summed", "delta_(l+1), not summed"
NOTHING_DOWN = "nothing goes down: dL/da_(l-1) = 0"
RIGHT_DOWN = "dL/da_(l-1) = delta_l W_l^T"


def _same(new: Array, old: Array) -> Array | None:
    """Return ``new`` where it has the shape that the sweep needs."""
    return new if new.shape == old.shape else None


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


def _neighbour(step: int) -> Change:
    """Return the step that takes f' at the layer above or below."""

    def change(s: Stage) -> Array | None:
        other = s.l + step
        if not 0 <= other < s.point.depth:
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
    Variant("B25", lambda s: s.da * s.slope**3, "dL/da_l * f'(z_l) three times", RIGHT_DERIVATIVE),
    Variant("B25", lambda s: s.da**2 * s.slope, "(dL/da_l)^2 * f'(z_l)", RIGHT_DERIVATIVE),
    Variant("B42", _negative_side(0.0), "slope 0 where z_l < 0", RIGHT_DERIVATIVE),
    Variant("B42", _negative_side(1.0), "slope 1 where z_l < 0", RIGHT_DERIVATIVE),
    Variant("B42", _negative_side(0.01), "slope 0.01 where z_l < 0", RIGHT_DERIVATIVE),
    Variant("B42", _mirrored, "dL/da_l * f'(-z_l)", RIGHT_DERIVATIVE),
    Variant("B29", lambda s: np.zeros_like(s.da), "delta_l = 0", RIGHT_DERIVATIVE),
    Variant("B29", _when("relu", lambda s: s.da * (s.da > 0)), "dL/da_l where dL/da_l > 0", RIGHT_DERIVATIVE),
    Variant("B29", _when("relu", lambda s: s.da * (s.z <= 0)), "dL/da_l where z_l <= 0", RIGHT_DERIVATIVE),
    Variant("B42", lambda s: s.da * (s.z > 0), "slope 0 where z_l < 0, 1 elsewhere", RIGHT_DERIVATIVE),
    Variant("B42", _elu_slope(lambda z, a: np.exp(a)), "slope e^a_l where z_l < 0", RIGHT_DERIVATIVE),
    Variant("B42", _elu_slope(lambda z, a: a), "slope a_l where z_l < 0", RIGHT_DERIVATIVE),
    Variant("B42", _elu_slope(lambda z, a: -np.exp(z)), "slope -e^z_l where z_l < 0", RIGHT_DERIVATIVE),
    Variant("B19", _neighbour(1), "dL/da_l * f'(z_(l+1))", RIGHT_DERIVATIVE),
    Variant("B19", _neighbour(-1), "dL/da_l * f'(z_(l-1))", RIGHT_DERIVATIVE),
    Variant(
        "B12", lambda s: _same(s.da @ s.slope, s.da) if _square(s) else None, "dL/da_l @ f'(z_l)", RIGHT_DERIVATIVE
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
    Variant("B41", lambda s: s.da * s.point.curves[s.l].derivative(s.z) / 2, "dL/da_l * f'(z_l) / 2", RIGHT_DERIVATIVE),
    Variant("B6", lambda s: _diagonal_only(s), "dL/da_l * p (1 - p) entry by entry", "p_i (g_i - sum_j g_j p_j)"),
)


def _square(s: Stage) -> bool:
    return len(s.da) == len(s.da.T)


def _diagonal_only(s: Stage) -> Array | None:
    return s.da * s.a * (1 - s.a) if s.point.curves[s.l].family == "softmax" else None


def _new_weights(s: Stage) -> Array | None:
    return None if s.point.new_W is None else s.delta @ s.point.new_W[s.l].T


def _other_weights(step: int) -> Change:
    def change(s: Stage) -> Array | None:
        other = s.l + step
        if not 0 <= other < s.point.depth or s.point.W[other].shape != s.W.shape:
            return None
        return s.delta @ s.point.W[other].T

    return change


def _width(s: Stage) -> int:
    return len(s.W)


def _untransposed(s: Stage) -> Array | None:
    return s.delta @ s.W if s.W.shape[0] == s.W.shape[1] else None


# What a loss may have before its sum, of N samples and K outputs: a gradient in place of weights carries it too.
OF_THE_LOSS: dict[str, Callable[[int, int], float]] = {
    "": lambda N, K: 1.0,
    "2 ": lambda N, K: 2.0,
    "1/N ": lambda N, K: 1 / N,
    "2/N ": lambda N, K: 2 / N,
    "1/(N K) ": lambda N, K: 1 / (N * K),
    "2/(N K) ": lambda N, K: 2 / (N * K),
}


def _own_gradient(of: Callable[[int, int], float]) -> Change:
    """Return the product that goes down with dW in place of W, the gradient of a loss with a factor."""
    return lambda s: of(len(s.delta), s.point.sizes[-1]) * (s.delta @ (s.a_in.T @ s.delta).T)


def _bias_row_kept(row: int, sign: int) -> Change:
    """Return the product that goes down with a merged bias's row left in, and row ``row`` of the others removed.

    Row 0 is removed where the bias stands last, row -1 where it stands first, any other where it stands first.
    """

    def change(s: Stage) -> Array | None:
        b = s.point.b[s.l]
        if b is None or b.ndim > 1 or not -1 <= row < len(s.W):
            return None
        rows = np.vstack([s.W, sign * b]) if row == 0 else np.vstack([sign * b, s.W])
        kept: Array = np.delete(rows, row, axis=0)
        return s.delta @ kept.T

    return change


def _first_row(s: Stage) -> Array | None:
    return np.repeat(s.delta @ s.W[:1].T, _width(s), axis=1) if _width(s) > 1 else None


def _last_path(s: Stage) -> Array | None:
    return s.delta[:, -1:] @ s.W[:, -1:].T if s.delta.shape[1] > 1 else None


def _spread_sum(s: Stage) -> Array:
    return np.repeat(s.delta.sum(axis=1, keepdims=True), _width(s), axis=1)


def _hadamard(s: Stage) -> Array | None:
    """Return delta * W where NumPy broadcasts it to the shape of a."""
    for W in (s.W, s.W.T):
        if s.delta.shape[1] == 1 or s.delta.shape == W.shape or W.shape[0] == 1:
            try:
                product = s.delta * W
            except ValueError:
                continue
            if product.shape == (len(s.delta), _width(s)):
                return product
    return None


DOWN: tuple[Variant, ...] = (
    Variant("B3", _new_weights, "dL/da_(l-1) = delta_l (W_l after its update)^T", RIGHT_DOWN),
    Variant("B5", lambda s: s.da @ s.W.T, "dL/da_(l-1) = e_l W_l^T, e_l the error without f'(z_l)", RIGHT_DOWN),
    Variant("B20", _other_weights(-1), "delta_l W_(l-1)^T", RIGHT_DOWN),
    Variant("B20", _other_weights(1), "delta_l W_(l+1)^T", RIGHT_DOWN),
    Variant("B20", _untransposed, "delta_l W_l, not transposed", RIGHT_DOWN),
    *(Variant("B20", _own_gradient(of), f"{name}delta_l dW_l^T", RIGHT_DOWN) for name, of in OF_THE_LOSS.items()),
    Variant(
        "B20",
        lambda s: (s.delta**2).sum(axis=1, keepdims=True) * s.a_in,
        "delta_l dW_l^T, sample by sample",
        RIGHT_DOWN,
    ),
    *(
        Variant("B32", _bias_row_kept(end, sign), "delta_l W_l^T with the bias's row, another row removed", RIGHT_DOWN)
        for end in (0, -1)
        for sign in (1, -1)
    ),
    *(
        Variant("B31", _bias_row_kept(row, 1), f"delta_l W_l^T with the bias's row, row {row} removed", RIGHT_DOWN)
        for row in range(1, MOST_ROWS)
    ),
    Variant("B20", _first_row, "delta_l W_l[0]^T for every unit below", RIGHT_DOWN),
    Variant("B36", _last_path, "dL/da_(l-1) through the last unit of layer l only", RIGHT_DOWN),
    Variant("B20", _spread_sum, "dL/da_(l-1) = sum_j delta_lj, without the weights", RIGHT_DOWN),
    Variant("B20", lambda s: _same(s.delta, s.a_in), "dL/da_(l-1) = delta_l, without the weights", RIGHT_DOWN),
    Variant("B20", lambda s: s.delta @ np.abs(s.W.T), "delta_l |W_l|^T", RIGHT_DOWN),
    Variant("B20", lambda s: s.delta @ np.linalg.pinv(s.W), "delta_l times the inverse of W_l", RIGHT_DOWN),
    Variant("B12", _hadamard, "delta_l * W_l entry by entry", RIGHT_DOWN),
    Variant("B25", lambda s: (s.delta * s.slope) @ s.W.T, "(delta_l * f'(z_l)) W_l^T", RIGHT_DOWN),
    Variant("B25", lambda s: (s.delta @ s.W.T) * s.a_in, "(delta_l W_l^T) * a_(l-1)", RIGHT_DOWN),
    Variant("B26", lambda s: np.zeros_like(s.a_in), NOTHING_DOWN, RIGHT_DOWN),
    Variant(
        "B33",
        lambda s: np.repeat(s.delta.sum(0, keepdims=True) @ s.W.T, len(s.delta), 0),
        "(sum of delta_l) W_l^T",
        RIGHT_DOWN,
    ),
    Variant(
        "B33",
        lambda s: np.repeat(s.delta.mean(0, keepdims=True) @ s.W.T, len(s.delta), 0),
        "(mean of delta_l) W_l^T",
        RIGHT_DOWN,
    ),
)


def _layer_input(step: int) -> Change:
    """Return dW from another layer's activations, where they have the right width."""

    def change(s: Stage) -> Array | None:
        other = s.l + step
        layers = s.point.inputs
        if not 0 <= other < len(layers):
            return None
        dW = layers[other].T @ s.delta
        return _same(dW, s.W)

    return change


def _activated_again(s: Stage) -> Array:
    """Return dW from inputs that went through an activation once more, those of the network through the first."""
    f = s.point.curves[max(s.l - 1, 0)]
    whole = f.whole if isinstance(f, Dropped) else f
    return np.asarray(whole.forward(s.a_in)).T @ s.delta


def _first_last(which: int) -> Change:
    return lambda s: np.outer(s.a_in[which], s.delta.sum(axis=0)) if len(s.delta) > 1 else None


def _one_sample(which: int) -> Change:
    return lambda s: np.outer(s.a_in[which], s.delta[which]) if len(s.delta) > 1 else None


def _of_sums(s: Stage) -> Array | None:
    return np.outer(s.a_in.sum(axis=0), s.delta.sum(axis=0)) if len(s.delta) > 1 else None


def _entry_by_entry(s: Stage) -> Array | None:
    """Return a * delta as NumPy spreads it over the shape of W."""
    if len(s.delta) > 1 or s.a_in.shape != s.delta.shape:
        return None
    return np.repeat(s.a_in * s.delta, s.W.shape[0], 0)


def _product(left: Array, right: Array) -> Array | None:
    """Return a product that can be formed because the batch happens to be as large as a layer is wide."""
    return left @ right if left.shape[1] == len(right) and len(left) > 1 else None


DW: tuple[Variant, ...] = (
    Variant("B19", lambda s: _same(s.a.T @ s.delta, s.W), "dW_l = a_l^T delta_l", RIGHT_DW),
    Variant("B19", lambda s: s.point.z[s.l - 1].T @ s.delta if s.l else None, "dW_l = z_(l-1)^T delta_l", RIGHT_DW),
    Variant("B19", lambda s: _same(s.z.T @ s.delta, s.W), "dW_l = z_l^T delta_l", RIGHT_DW),
    Variant("B19", lambda s: _same(s.point.X.T @ s.delta, s.W) if s.l else None, "dW_l = X^T delta_l", RIGHT_DW),
    Variant("B19", _layer_input(-1), "dW_l = a_(l-2)^T delta_l", RIGHT_DW),
    Variant("B19", _activated_again, "dW_l = f(a_(l-1))^T delta_l", RIGHT_DW),
    Variant(
        "B19",
        lambda s: s.point.curves[s.l - 1].derivative(s.point.z[s.l - 1]).T @ s.delta if s.l else None,
        "dW_l = f'(z_(l-1))^T delta_l",
        RIGHT_DW,
    ),
    Variant(
        "B21",
        lambda s: _same(s.W.T @ s.delta, s.W) if s.W.shape[0] == len(s.delta) else None,
        "dW_l = W_l^T delta_l",
        RIGHT_DW,
    ),
    Variant(
        "B22",
        lambda s: (s.a_in.T @ s.delta).T if s.W.shape[0] == s.W.shape[1] else None,
        "dW_l = (a_(l-1)^T delta_l)^T",
        RIGHT_DW,
    ),
    Variant("B22", lambda s: _product(s.a_in, s.delta), "dW_l = a_(l-1) delta_l, not transposed", RIGHT_DW),
    Variant("B22", lambda s: _product(s.a_in.T, s.delta.T), "dW_l = a_(l-1)^T delta_l^T", RIGHT_DW),
    Variant("B12", _entry_by_entry, "dW_l = a_(l-1) * delta_l entry by entry", RIGHT_DW),
    Variant("B25", lambda s: s.a_in.T @ (s.delta * s.slope), "dW_l = a_(l-1)^T (delta_l * f'(z_l))", RIGHT_DW),
    Variant("B25", lambda s: s.a_in.T @ (s.delta * s.a), "dW_l = a_(l-1)^T (delta_l * a_l)", RIGHT_DW),
    Variant("B25", lambda s: s.a_in.T @ (s.delta * s.delta), "dW_l = a_(l-1)^T delta_l^2", RIGHT_DW),
    Variant("B25", lambda s: (s.a_in.T @ s.delta) * s.W, "dW_l = (a_(l-1)^T delta_l) * W_l", RIGHT_DW),
    Variant("B25", lambda s: (s.a_in**2).T @ s.delta, "dW_l = (a_(l-1)^2)^T delta_l", RIGHT_DW),
    Variant("B11", lambda s: s.a_in.T @ s.da, "dW_l = a_(l-1)^T dL/da_l, without f'(z_l)", RIGHT_DW),
    Variant(
        "B19",
        lambda s: (s.a_in * s.point.curves[s.l - 1].derivative(s.point.z[s.l - 1])).T @ s.da if s.l else None,
        "dW_l = (a_(l-1) * f'(z_(l-1)))^T dL/da_l",
        RIGHT_DW,
    ),
    Variant("B33", _first_last(-1), "dW_l = (a_(l-1) of the last sample)^T sum of delta_l", RIGHT_DW),
    Variant("B33", _first_last(0), "dW_l = (a_(l-1) of the first sample)^T sum of delta_l", RIGHT_DW),
    Variant("B33", _one_sample(-1), "dW_l of the last sample only", RIGHT_DW),
    Variant("B33", _one_sample(0), "dW_l of the first sample only", RIGHT_DW),
    Variant("B12", _of_sums, "dW_l = (sum of a_(l-1))^T (sum of delta_l)", RIGHT_DW),
    Variant(
        "B17",
        lambda s: np.repeat(s.delta.sum(axis=0, keepdims=True), len(s.W), 0),
        "dW_l = sum of delta_l, without a_(l-1)",
        RIGHT_DW,
    ),
    Variant(
        "B1", lambda s: np.full_like(s.W, (s.a_in.T @ s.delta).sum()), "dW_l summed over all its entries", RIGHT_DW
    ),
    Variant(
        "B1",
        lambda s: np.repeat((s.a_in.T @ s.delta).sum(axis=1, keepdims=True), s.W.shape[1], 1),
        "dW_l summed over the units",
        RIGHT_DW,
    ),
    Variant(
        "B1",
        lambda s: np.repeat((s.a_in.T @ s.delta).sum(axis=0, keepdims=True), len(s.W), 0),
        "dW_l summed over the inputs",
        RIGHT_DW,
    ),
    Variant("B54", lambda s: np.zeros_like(s.W), "dW_l = 0", RIGHT_DW),
)


def _flat_sum(s: Stage) -> Array | None:
    b = s.point.b[s.l]
    shape = (s.delta.shape[1],) if b is None else b.shape
    return np.full(shape, s.delta.sum()) if shape != (1,) else None


def _flat_mean(s: Stage) -> Array | None:
    return np.full(s.delta.shape[1], s.delta.sum() / s.delta.shape[1]) if s.delta.shape[1] > 1 else None


def _wrong_axis(s: Stage) -> Array | None:
    return s.delta.sum(axis=1) if len(s.delta) == s.delta.shape[1] > 1 else None


def _of_layer_above(s: Stage) -> Array | None:
    """Return the sum of the layer above's delta, over the batch or as a bias that each sample has of its own needs."""
    b = s.point.b[s.l]
    if s.above is None or b is None:
        return None
    if b.ndim == 2:
        return s.above.sum(axis=1, keepdims=True) if b.shape[1] == 1 else _same(s.above, b)
    total = s.above.sum(axis=0)
    return np.full_like(b, total[0]) if len(total) == 1 else _same(total, b)


def _unreduced_above(s: Stage) -> Array | None:
    fits = s.above is not None and len(s.above) > 1 and s.above.shape[1] in (1, s.delta.shape[1])
    return np.array(np.broadcast_to(s.above, s.delta.shape)) if fits and s.above is not None else None


DB: tuple[Variant, ...] = (
    Variant("B17", lambda s: s.delta if len(s.delta) > 1 else None, f"db_l = {UNSUMMED}", RIGHT_DB),
    Variant("B19", _of_layer_above, "db_l = sum of delta_(l+1)", RIGHT_DB),
    Variant("B19", _unreduced_above, f"db_l = {UNSUMMED_ABOVE}", RIGHT_DB),
    Variant("B1", _flat_sum, "db_l = sum of all entries of delta_l", RIGHT_DB),
    Variant("B1", _flat_mean, "db_l = mean of all entries of delta_l", RIGHT_DB),
    Variant("B1", _wrong_axis, "db_l = sum of delta_l over the units", RIGHT_DB),
    Variant("B10", lambda s: np.zeros(s.delta.shape[1]), "db_l = 0: the bias is never trained", RIGHT_DB),
    Variant("B18", lambda s: s.a_in.sum(axis=1) @ s.delta, "db_l = sum over rows of a_(l-1)^T delta_l", RIGHT_DB),
    Variant("B11", lambda s: s.da.sum(axis=0), "db_l = sum of dL/da_l, without f'(z_l)", RIGHT_DB),
    Variant("B25", lambda s: (s.delta * s.slope).sum(axis=0), "db_l = sum of delta_l * f'(z_l)", RIGHT_DB),
    Variant("B33", lambda s: s.delta[-1] if len(s.delta) > 1 else None, "db_l = delta_l of the last sample", RIGHT_DB),
    Variant("B33", lambda s: s.delta[0] if len(s.delta) > 1 else None, "db_l = delta_l of the first sample", RIGHT_DB),
    Variant(
        "B17",
        lambda s: s.delta.max(axis=0) if len(s.delta) > 1 else None,
        "db_l = max of delta_l over the batch",
        RIGHT_DB,
    ),
    Variant("B25", lambda s: (s.delta**2).sum(axis=0), "db_l = sum of delta_l^2", RIGHT_DB),
    Variant("B18", lambda s: (s.delta * s.a).sum(axis=0), "db_l = sum of delta_l * a_l", RIGHT_DB),
    Variant("B1", lambda s: np.abs(s.delta).sum(axis=0), "db_l = sum of |delta_l|", RIGHT_DB),
)


def error_variants(point: Point, loss: str) -> Iterator[tuple[Variant | None, Array]]:
    """Yield what may stand for dL/da_L, each with the variant that it is."""
    a, y = point.a[-1], point.Y
    right = "dL/da_L = a_L - y"
    if len(y) > 1 and y.shape[1] == 1:
        crossed = loss_gradient(point._replace(Y=np.full_like(y, y.mean())), loss)
        yield Variant("B37", _given(a), "a_L - y of shape (N, N), every output against every target", right), crossed
    if loss == "half_sse":
        yield None, a - y
        yield Variant("B24", _given(a), "the squared error (a_L - y)^2 as dL/da_L", right), (a - y) ** 2
        yield Variant("B24", _given(a), "|a_L - y| as dL/da_L", right), np.abs(a - y)
        yield Variant("B24", _given(a), "sign(a_L - y) as dL/da_L", right), np.sign(a - y)
        if len(a) > 1:
            mean = np.full_like(a, np.mean((a - y) ** 2))
            yield Variant("B24", _given(a), "the loss's value as dL/da_L", right), mean
            total = np.repeat((a - y).sum(axis=0, keepdims=True), len(a), 0)
            yield Variant("B33", _given(a), "the error summed over the batch as dL/da_L", right), total
        yield Variant("B14", _given(a), "a_L + y as dL/da_L", right), a + y
        return
    with np.errstate(all="ignore"):
        yield None, loss_gradient(point, loss)
        if loss == "bce":
            right = "-y/a + (1 - y)/(1 - a)"
            yield Variant("B39", _given(a), "-(y/a + (1 - y)/(1 - a))", right), -(y / a + (1 - y) / (1 - a))
            yield Variant("B39", _given(a), "-y/a alone", right), -y / a
            yield (
                Variant("B24", _given(a), "the loss's value as dL/da_L", right),
                -(y * np.log(a) + (1 - y) * np.log(1 - a)),
            )
        if loss == "cross_entropy":
            right = "-y/p"
            yield Variant("B39", _given(a), "y/p + ... with the wrong sign inside", right), -(y / a + (1 - y) / (1 - a))
            yield Variant("B24", _given(a), "the loss's value as dL/da_L", right), -y * np.log(a)


def _given(value: Array) -> Change:
    """Return a step that is never run again: the candidates of the error are computed where they are listed."""
    return lambda s: value
