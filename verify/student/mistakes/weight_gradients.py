"""The wrong products that make dW of a layer's input and its delta."""

import numpy as np

from reference.arrays import Array
from reference.elementwise import ELEMENTWISE

from ..reading.dropout import Dropped
from .stage import ONE, RIGHT_DW, Change, Stage, Variant, same_shape

OF_Z = "dW_l = z_(l-1)^T delta_l"


def _layer_input(step: int) -> Change:
    """Return dW from another layer's activations, where they have the right width."""

    def change(s: Stage) -> Array | None:
        other = s.l + step
        layers = s.point.inputs
        if not 0 <= other < len(layers):
            return None
        dW = layers[other].T @ s.delta
        return same_shape(dW, s.W)

    return change


def _own_output(s: Stage) -> Array | None:
    """Return dW from the layer's own activations, as NumPy spreads it over the weights."""
    dW = s.a.T @ s.delta
    return np.full_like(s.W, dW.item()) if dW.shape == (1, 1) else same_shape(dW, s.W)


def _output_in_columns(s: Stage) -> Array:
    """Return dW from the layer's own activations in place of each input, as loops over single weights may take them."""
    return np.repeat((s.a * s.delta).sum(axis=0, keepdims=True), len(s.W), 0)


def _activated_again(s: Stage) -> Array:
    """Return dW from inputs that went through an activation once more, those of the network through the first."""
    f = s.point.curves[max(s.l - 1, 0)]
    whole = f.whole if isinstance(f, Dropped) else f
    return np.asarray(whole.forward(s.a_in)).T @ s.delta


def _through(name: str) -> Change:
    """Return dW from inputs that went through a function once more."""
    return lambda s: np.asarray(ELEMENTWISE[name].forward(s.a_in)).T @ s.delta


def _delta_below(s: Stage) -> Array | None:
    """Return dW from the delta of the layer below in place of its activations."""
    if not s.l:
        return None
    return s.point.curves[s.l - 1].backward(s.point.z[s.l - 1], s.delta @ s.W.T).T @ s.delta


def _delta_above(s: Stage) -> Array | None:
    """Return dW from the delta of the layer above, which one output gives to every unit."""
    fits = s.above is not None and s.above.shape[1] in (1, s.delta.shape[1])
    return s.a_in.T @ np.broadcast_to(s.above, s.delta.shape) if fits and s.above is not None else None


def _of_means(s: Stage) -> Array | None:
    return np.outer(s.a_in.mean(axis=0), s.delta.sum(axis=0)) if len(s.delta) > 1 else None


def _first_last(which: int) -> Change:
    return lambda s: np.outer(s.a_in[which], s.delta.sum(axis=0)) if len(s.delta) > 1 else None


def _one_sample(which: int) -> Change:
    return lambda s: np.outer(s.a_in[which], s.delta[which]) if which < len(s.delta) > 1 else None


def _times_all(s: Stage, which: int) -> Array | None:
    return np.outer(s.a_in[which], len(s.delta) * s.delta[which]) if len(s.delta) > 1 else None


def _of_sums(s: Stage) -> Array | None:
    return np.outer(s.a_in.sum(axis=0), s.delta.sum(axis=0)) if len(s.delta) > 1 else None


def _nothing_of_the_data(s: Stage) -> Array | None:
    """Return what a penalty leaves that is assigned where it should be added, None where there is none."""
    return np.zeros_like(s.W) if np.any(s.penalty) else None


def _entry_by_entry(axis: int) -> Change:
    """Return each sample's a * delta as NumPy spreads it over W, row-major (0) or turned (1), summed over samples."""

    def change(s: Stage) -> Array | None:
        if s.a_in.shape != s.delta.shape or (axis and len(s.W) == 1):
            return None
        return np.repeat(np.expand_dims((s.a_in * s.delta).sum(axis=0), axis), len(s.W), axis)

    return change


def _of_input_index(s: Stage) -> Array | None:
    """Return dW where each weight takes the delta of the unit with its input's index: i for j in a loop."""
    n_in, n_out = s.W.shape
    return np.repeat((s.a_in * s.delta[:, :n_in]).sum(axis=0)[:, None], n_out, 1) if 1 < n_in <= n_out else None


def _of_unit_index(s: Stage) -> Array | None:
    """Return dW where each weight takes the input with its unit's index: j for i in a loop."""
    n_in, n_out = s.W.shape
    return np.repeat((s.a_in[:, :n_out] * s.delta).sum(axis=0)[None], n_in, 0) if 1 < n_out <= n_in else None


def _product(left: Array, right: Array) -> Array | None:
    """Return a product that can be formed because the batch happens to be as large as a layer is wide."""
    return left @ right if left.shape[1] == len(right) and len(left) > 1 else None


def _changed_in_place(s: Stage) -> Array | None:
    """Return dW from what the array of the layer's input holds after it was changed in place."""
    held = s.point.changed.get(s.l)
    return None if held is None else held.T @ s.delta


DW: tuple[Variant, ...] = (
    Variant("B28", _changed_in_place, "dW_l = (a_(l-1), changed in place before)^T delta_l", RIGHT_DW),
    Variant("B19", _own_output, "dW_l = a_l^T delta_l", RIGHT_DW),
    Variant("B19", _output_in_columns, "dW_l = a_l * delta_l in place of a_(l-1)^T delta_l", RIGHT_DW),
    Variant("B19", lambda s: s.point.z[s.l - 1].T @ s.delta if s.l else None, OF_Z, RIGHT_DW),
    Variant("B19", lambda s: same_shape(s.z.T @ s.delta, s.W), "dW_l = z_l^T delta_l", RIGHT_DW),
    Variant("B19", lambda s: same_shape(s.point.X.T @ s.delta, s.W) if s.l else None, "dW_l = X^T delta_l", RIGHT_DW),
    Variant("B19", _layer_input(-1), "dW_l = a_(l-2)^T delta_l", RIGHT_DW),
    Variant("B19", _activated_again, "dW_l = f(a_(l-1))^T delta_l", RIGHT_DW),
    *(
        Variant("B19", _through(name), f"dW_l = {name}(a_(l-1))^T delta_l", RIGHT_DW)
        for name in ("sigmoid", "tanh", "relu")
    ),
    Variant("B19", _delta_below, "dW_l = delta_(l-1)^T delta_l", RIGHT_DW),
    Variant("B19", _delta_above, "dW_l = a_(l-1)^T delta_(l+1)", RIGHT_DW),
    Variant("B19", _of_means, "dW_l = (mean of a_(l-1))^T (sum of delta_l)", RIGHT_DW),
    Variant(
        "B19",
        lambda s: s.point.curves[s.l - 1].derivative(s.point.z[s.l - 1]).T @ s.delta if s.l else None,
        "dW_l = f'(z_(l-1))^T delta_l",
        RIGHT_DW,
    ),
    Variant(
        "B21",
        lambda s: same_shape(s.W.T @ s.delta, s.W) if s.W.shape[0] == len(s.delta) else None,
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
    Variant("B12", _entry_by_entry(0), "dW_l = a_(l-1) * delta_l entry by entry", RIGHT_DW),
    Variant("B12", _entry_by_entry(1), "dW_l = a_(l-1) * delta_l entry by entry", RIGHT_DW),
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
    Variant("B12", _of_input_index, "dW_l[i, j] = a_(l-1)[i] delta_l[i], the delta of unit i", RIGHT_DW),
    Variant("B12", _of_unit_index, "dW_l[i, j] = a_(l-1)[j] delta_l[j], the input of unit j", RIGHT_DW),
    Variant("B33", _first_last(-1), "dW_l = (a_(l-1) of the last sample)^T sum of delta_l", RIGHT_DW),
    Variant("B33", _first_last(0), "dW_l = (a_(l-1) of the first sample)^T sum of delta_l", RIGHT_DW),
    *(Variant("B33", _one_sample(n), f"dW_l of the {one} sample only", RIGHT_DW) for n, one in ONE.items()),
    Variant("B33", lambda s: _times_all(s, -1), "N times dW_l of the last sample", RIGHT_DW),
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
    Variant("B36", _nothing_of_the_data, "dW_l of the penalty alone", RIGHT_DW),
    Variant("B54", lambda s: np.zeros_like(s.W), "dW_l = 0", RIGHT_DW),
)
