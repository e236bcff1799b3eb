"""The wrong sums that make db of a layer's delta."""

import numpy as np

from reference.arrays import Array

from .stage import ONE, RIGHT_DB, UNSUMMED, UNSUMMED_ABOVE, Change, Stage, Variant, same_shape


def _bias_of(which: int) -> Change:
    return lambda s: s.delta[which] if which < len(s.delta) > 1 else None


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
    Variant(
        "B33",
        lambda s: len(s.delta) * s.delta[-1] if len(s.delta) > 1 else None,
        "N times delta_l of the last sample",
        RIGHT_DB,
    ),
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
