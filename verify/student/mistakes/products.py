"""The wrong products of a reverse sweep: what goes down, dW and db, as changes to our own sweep."""

from collections.abc import Callable

import numpy as np

from reference.arrays import Array
from reference.elementwise import ELEMENTWISE

from ..reading.dropout import Dropped
from .stage import (
    NOTHING_DOWN,
    RIGHT_DB,
    RIGHT_DOWN,
    RIGHT_DW,
    UNSUMMED,
    UNSUMMED_ABOVE,
    Change,
    Stage,
    Variant,
    same_shape,
)

ONE = {-1: "last", 0: "first", 1: "second", 2: "third"}
"""Of several samples or units the one that alone is counted."""
MOST_ROWS = 12  # rows of a merged bias's matrix that may be removed by a number written into the program


def _square(s: Stage) -> bool:
    return len(s.da) == len(s.da.T)


def _diagonal_only(s: Stage) -> Array | None:
    return s.da * s.a * (1 - s.a) if s.point.curves[s.l].family == "softmax" else None


def _new_weights(s: Stage) -> Array | None:
    return None if s.point.new_W is None else s.delta @ s.point.new_W[s.l].T


def _error_through_new_weights(s: Stage) -> Array | None:
    return None if s.point.new_W is None else s.da @ s.point.new_W[s.l].T


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
    """Return the product that goes down with dW, its penalty in it, in place of W: of a loss with a factor."""
    return lambda s: of(len(s.delta), s.point.sizes[-1]) * (s.delta @ (s.a_in.T @ s.delta + s.penalty).T)


def _bias_row_kept(row: int, sign: int) -> Change:
    """Return the product that goes down with a merged bias's row left in, and row ``row`` of the others removed.

    Row 0 is removed where the bias stands last, row -1 where it stands first.
    """

    def change(s: Stage) -> Array | None:
        b = s.point.b[s.l]
        if b is None or b.ndim > 1:
            return None
        rows = np.vstack([s.W, sign * b]) if row == 0 else np.vstack([sign * b, s.W])
        kept: Array = np.delete(rows, row, axis=0)
        return s.delta @ kept.T

    return change


def _row_removed(row: int) -> Change:
    """Return the product that goes down with a merged bias's row left in, and row ``row`` of them all removed.

    The bias stands where it is known to, else first; the first row and the last are those of another mistake.
    """

    def change(s: Stage) -> Array | None:
        b = s.point.b[s.l]
        if b is None or b.ndim > 1 or row >= len(s.W):
            return None
        end, constant = s.point.merged.get(s.l, (0, 1.0))
        rows = np.vstack([s.W, b / constant] if end else [b / constant, s.W])
        return s.delta @ np.delete(rows, row, axis=0).T

    return change


def _first_row(s: Stage) -> Array | None:
    return np.repeat(s.delta @ s.W[:1].T, _width(s), axis=1) if _width(s) > 1 else None


def _one_path(unit: int) -> Change:
    def change(s: Stage) -> Array | None:
        units = s.delta.shape[1]
        return s.delta[:, [unit]] @ s.W[:, [unit]].T if units > 1 and unit < units else None

    return change


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
    Variant(
        "B5", _error_through_new_weights, "dL/da_(l-1) = e_l (W_l after its update)^T, e_l without f'(z_l)", RIGHT_DOWN
    ),
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
        Variant("B31", _row_removed(row), f"delta_l W_l^T with the bias's row, row {row} removed", RIGHT_DOWN)
        for row in range(1, MOST_ROWS)
    ),
    Variant("B20", _first_row, "delta_l W_l[0]^T for every unit below", RIGHT_DOWN),
    *(
        Variant("B36", _one_path(k), f"dL/da_(l-1) through the {one} unit of layer l only", RIGHT_DOWN)
        for k, one in ONE.items()
    ),
    Variant("B20", lambda s: s.delta @ s.W[::-1].T, "delta_l W_l^T with the units' weights exchanged", RIGHT_DOWN),
    Variant("B20", _spread_sum, "dL/da_(l-1) = sum_j delta_lj, without the weights", RIGHT_DOWN),
    Variant("B20", lambda s: same_shape(s.delta, s.a_in), "dL/da_(l-1) = delta_l, without the weights", RIGHT_DOWN),
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
        return same_shape(dW, s.W)

    return change


def _own_output(s: Stage) -> Array | None:
    """Return dW from the layer's own activations, as NumPy spreads it over the weights."""
    dW = s.a.T @ s.delta
    return np.full_like(s.W, dW.item()) if dW.shape == (1, 1) else same_shape(dW, s.W)


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


def _of_means(s: Stage) -> Array | None:
    return np.outer(s.a_in.mean(axis=0), s.delta.sum(axis=0)) if len(s.delta) > 1 else None


def _first_last(which: int) -> Change:
    return lambda s: np.outer(s.a_in[which], s.delta.sum(axis=0)) if len(s.delta) > 1 else None


def _one_sample(which: int) -> Change:
    return lambda s: np.outer(s.a_in[which], s.delta[which]) if which < len(s.delta) > 1 else None


def _times_all(s: Stage, which: int) -> Array | None:
    return np.outer(s.a_in[which], len(s.delta) * s.delta[which]) if len(s.delta) > 1 else None


def _bias_of(which: int) -> Change:
    return lambda s: s.delta[which] if which < len(s.delta) > 1 else None


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
    Variant("B19", _own_output, "dW_l = a_l^T delta_l", RIGHT_DW),
    Variant("B19", lambda s: s.point.z[s.l - 1].T @ s.delta if s.l else None, "dW_l = z_(l-1)^T delta_l", RIGHT_DW),
    Variant("B19", lambda s: same_shape(s.z.T @ s.delta, s.W), "dW_l = z_l^T delta_l", RIGHT_DW),
    Variant("B19", lambda s: same_shape(s.point.X.T @ s.delta, s.W) if s.l else None, "dW_l = X^T delta_l", RIGHT_DW),
    Variant("B19", _layer_input(-1), "dW_l = a_(l-2)^T delta_l", RIGHT_DW),
    Variant("B19", _activated_again, "dW_l = f(a_(l-1))^T delta_l", RIGHT_DW),
    *(
        Variant("B19", _through(name), f"dW_l = {name}(a_(l-1))^T delta_l", RIGHT_DW)
        for name in ("sigmoid", "tanh", "relu")
    ),
    Variant("B19", _delta_below, "dW_l = delta_(l-1)^T delta_l", RIGHT_DW),
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
        return s.above.sum(axis=1, keepdims=True) if b.shape[1] == 1 else same_shape(s.above, b)
    total = s.above.sum(axis=0)
    return np.full_like(b, total[0]) if len(total) == 1 else same_shape(total, b)


def _unreduced_above(s: Stage) -> Array | None:
    fits = s.above is not None and len(s.above) > 1 and s.above.shape[1] in (1, s.delta.shape[1])
    return np.array(np.broadcast_to(s.above, s.delta.shape)) if fits and s.above is not None else None


def _flat_sum_above(s: Stage) -> Array | None:
    b = s.point.b[s.l]
    return np.full(b.shape, s.above.sum()) if s.above is not None and b is not None else None


DB: tuple[Variant, ...] = (
    Variant("B17", lambda s: s.delta if len(s.delta) > 1 else None, f"db_l = {UNSUMMED}", RIGHT_DB),
    Variant("B19", _of_layer_above, "db_l = sum of delta_(l+1)", RIGHT_DB),
    Variant("B19", _unreduced_above, f"db_l = {UNSUMMED_ABOVE}", RIGHT_DB),
    Variant("B19", _flat_sum_above, "db_l = sum of all entries of delta_(l+1)", RIGHT_DB),
    Variant("B1", _flat_sum, "db_l = sum of all entries of delta_l", RIGHT_DB),
    Variant("B1", _flat_mean, "db_l = mean of all entries of delta_l", RIGHT_DB),
    Variant("B1", _wrong_axis, "db_l = sum of delta_l over the units", RIGHT_DB),
    Variant("B10", lambda s: np.zeros(s.delta.shape[1]), "db_l = 0: the bias is never trained", RIGHT_DB),
    Variant("B10", lambda s: s.point.b[s.l], "db_l = b_l: the bias itself in place of its gradient", RIGHT_DB),
    Variant("B18", lambda s: s.a_in.sum(axis=1) @ s.delta, "db_l = sum over rows of a_(l-1)^T delta_l", RIGHT_DB),
    Variant("B11", lambda s: s.da.sum(axis=0), "db_l = sum of dL/da_l, without f'(z_l)", RIGHT_DB),
    Variant("B25", lambda s: (s.delta * s.slope).sum(axis=0), "db_l = sum of delta_l * f'(z_l)", RIGHT_DB),
    *(Variant("B33", _bias_of(n), f"db_l = delta_l of the {one} sample", RIGHT_DB) for n, one in ONE.items()),
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
