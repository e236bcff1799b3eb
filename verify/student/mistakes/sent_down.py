"""The wrong products that go down from a layer to the activations below it."""

from collections.abc import Callable

import numpy as np

from reference.arrays import Array

from .stage import NOTHING_DOWN, ONE, RIGHT_DOWN, Change, Stage, Variant, same_shape

MOST_ROWS = 12  # rows of a merged bias's matrix that may be removed by a number written into the program


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


def _own_bare_gradient(of: Callable[[int, int], float]) -> Change:
    """Return the same with dW before a penalty is added to it, None where there is none."""

    def change(s: Stage) -> Array | None:
        bare = s.delta @ (s.a_in.T @ s.delta).T
        return of(len(s.delta), s.point.sizes[-1]) * bare if np.any(s.penalty) else None

    return change


def _own_gradients(factor: float) -> Change:
    """Return the product that goes down with each sample's own dW in place of W, of a loss with a factor."""
    return lambda s: factor * (s.delta**2).sum(axis=1, keepdims=True) * s.a_in


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


def _summed_gradient(s: Stage) -> Array:
    """Return each sample's dW_l, its entries of one unit below added up, as ``(d_w5 + d_w6)`` adds them."""
    added: Array = s.delta.sum(axis=1, keepdims=True) * s.a_in
    return added


def _summed(axis: int) -> Change:
    """Return delta * W, entry by entry, summed along the wrong axis of a square W."""
    return lambda s: s.delta * s.W.sum(axis=axis) if s.W.shape[0] == s.W.shape[1] > 1 else None


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
    *(
        Variant("B20", _own_bare_gradient(of), f"{name}delta_l dW_l^T, before the penalty is in it", RIGHT_DOWN)
        for name, of in OF_THE_LOSS.items()
    ),
    Variant("B20", _own_gradients(1.0), "delta_l dW_l^T, sample by sample", RIGHT_DOWN),
    Variant("B20", _own_gradients(2.0), "2 delta_l dW_l^T, sample by sample", RIGHT_DOWN),
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
    Variant("B20", _summed_gradient, "dL/da_(l-1) = sum_j delta_lj a_(l-1), the sum of dW_l's columns", RIGHT_DOWN),
    Variant("B20", lambda s: same_shape(s.delta, s.a_in), "dL/da_(l-1) = delta_l, without the weights", RIGHT_DOWN),
    Variant("B20", lambda s: s.delta @ np.abs(s.W.T), "delta_l |W_l|^T", RIGHT_DOWN),
    Variant("B20", lambda s: s.delta @ np.linalg.pinv(s.W), "delta_l times the inverse of W_l", RIGHT_DOWN),
    Variant("B12", _hadamard, "delta_l * W_l entry by entry", RIGHT_DOWN),
    Variant("B12", _summed(0), "delta_l * the sum of W_l over its inputs", RIGHT_DOWN),
    Variant("B12", _summed(1), "delta_l * the sum of W_l over its units", RIGHT_DOWN),
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
