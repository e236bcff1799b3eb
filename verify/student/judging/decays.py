"""Weight decay in the steps: the gradients of a loss with some of the weights added to them."""

from typing import NamedTuple

import numpy as np

from reference.arrays import Array

from ..mistakes.deltas import top_deltas
from ..mistakes.explanation import Explanation, Found, few_enough
from ..reading.align import Reading
from ..reading.multiples import SAME, closest_factor
from ..reading.penalty import misapplied
from ..reading.point import Observed, Point, Sweep, of_data, penalised, reverse_sweep

TELLING = 4  # entries of a gradient from which on it tells its scale and its decay


class Right(NamedTuple):
    """Gradients that are right.

    Attributes:
        loss: the loss they belong to.
        scale: observed = scale * gradient of the summed loss.
        decay: observed = scale * (gradient + decay * W).
        optimiser: whether the step is made of the right gradients but is not proportional to them.
    """

    loss: str
    scale: float
    decay: float = 0.0
    optimiser: bool = False


def with_decay(point: Point, observed: Observed, loss: str) -> Right | None:
    """Return scale and decay with observed = scale (gradient + decay W) in every layer, the same decay in all."""
    right = reverse_sweep(point, loss)
    rows: list[tuple[Array, Array, Array]] = []
    for l in range(point.depth):
        got, b = observed.dW[l], observed.db[l]
        if got is None:
            return None
        rows.append((got, right.dW[l], point.W[l]))
        if b is not None:
            rows.append((b, right.db[l], np.zeros_like(b)))
    return fitted(rows, observed, loss)


def fitted(rows: list[tuple[Array, Array, Array]], observed: Observed, loss: str) -> Right | None:
    """Return the least-squares fit of got = s g + t W over all rows where it leaves nothing over."""
    if any(one.shape != g_l.shape for one, g_l, _ in rows):
        return None
    got, g, W = (np.concatenate([row[i].ravel() for row in rows]) for i in range(3))
    basis = np.stack([g, W], axis=1)
    if not np.isfinite(basis).all() or not np.isfinite(got).all() or len(got) < 4:
        return None
    (s, t), _, rank, _ = np.linalg.lstsq(basis, got, rcond=None)
    if rank < 2:
        return None
    for one, g_l, W_l in rows:
        off = np.abs(one - s * g_l - t * W_l).max()
        if off > observed.tolerance * max(np.abs(one).max(), np.abs(s * g_l).max()) + observed.floor:
            return None
    return Right(loss, float(s), float(t / s)) if s else None


def without_decay(point: Point, observed: Observed, loss: str) -> Observed | None:
    """Return the observed gradients less the weight decay that a layer shows, None where none shows one.

    That is the top one, whose delta is the right one or that of a mistake that the catalogue knows; else the first
    below it whose step is right.
    """
    with np.errstate(all="ignore"):
        deltas = [state.delta for state in few_enough(top_deltas(point, loss, 1, observed, lambda _: (), None), 1)]
        given = [(point.depth - 1, point.inputs[-1].T @ delta) for delta in deltas]
        below = [(l, dW) for l, dW in enumerate(reverse_sweep(of_data(point), loss).dW[:-1])][::-1]
        steps = ((observed.dW[l], dW, point.W[l]) for l, dW in (*given, *below))
        fits = (fitted([(got, dW, W)], observed, loss) for got, dW, W in steps if got is not None)
        fit = next((fit for fit in fits if fit is not None), None)
    if fit is None or not fit.decay:
        return None
    share = fit.scale * fit.decay
    dW = tuple(d - share * W if d is not None and d.any() else d for d, W in zip(observed.dW, point.W, strict=True))
    return observed._replace(dW=dW)


class Share(NamedTuple):
    """How much of a parameter its step holds beside s times its gradient: s * decay times the parameter."""

    layer: int
    quantity: str
    decay: float


def misdecayed(reading: Reading, loss: str) -> Explanation | None:
    """Return the mistake of gradients that are right but for a decay: a wrong one in all layers, or a wrong sign."""
    point = reading.point
    fit = with_decay(of_data(point), reading.observed, loss)
    gradients = reverse_sweep(of_data(point), loss)
    if fit is None or point.bias_decay or point.penalties or (fit.scale < 0 and fit.decay >= 0):
        return _of_some(reading, loss, gradients)
    if fit.scale < 0:  # the weights decay as they should: it is the rest that climbs
        known = np.isclose(-fit.decay, point.decay, rtol=SAME)
        return Explanation((), fit.scale, loss, gradients.delta) if known else None
    dW, W = gradients.dW[-1], point.W[-1]
    grows = -fit.decay * np.abs(W).max() > SAME * np.abs(dW).max()
    if not (point.decay or grows):
        return None
    told = misapplied(fit.decay * W, W, dW, point.decay * W) if point.decay else iter([("B60", "dW_l + -lambda W_l")])
    bug, how = next(told)
    wrong = Found(bug, point.depth, "dW", how, "dW_l + lambda W_l", dW, "penalty")
    return Explanation((wrong,), fit.scale, loss, gradients.delta)


def _of_some(reading: Reading, loss: str, gradients: Sweep) -> Explanation | None:
    """Return the mistake of steps with wrong decays of some parameters, None where none are or more is added.

    Where the loss has no penalty, as far as is known, a decay is wrong that lets its parameter grow.
    """
    point, told = reading.point, shares(reading, gradients)
    if told is None:
        return None
    wrong: list[Found] = []
    for l, quantity, decay in reversed(told[1]):
        weights = quantity == "dW"
        value = gradients.dW if weights else gradients.db
        wanted, absolute = penalised(point, l - 1, weights=weights)
        apart = bool(absolute) or not np.isclose(decay, wanted, rtol=SAME, atol=SAME * point.decay)
        if decay < 0 or (point.decay and apart):
            right = "dW_l + lambda W_l" if weights else "db_l + lambda b_l"
            how = right.replace("lambda", f"{decay / point.decay:.6g} * lambda" if point.decay else "-lambda")
            wrong.append(Found("B60" if decay < 0 else "B13", l, quantity, how, right, value[l - 1], "penalty"))
    return Explanation(tuple(wrong), told[0], loss, gradients.delta) if wrong else None


def grows(reading: Reading, loss: str) -> bool:
    """Return whether steps are right but for a decay of the wrong sign in some layers, as no optimiser's are."""
    return not reading.point.decay and misdecayed(reading, loss) is not None


def is_decayed(reading: Reading, given: Observed) -> bool:
    """Return whether steps are what they were given plus a part of each parameter: decayed, and by no optimiser."""
    dW, db = (tuple(np.zeros(0) if d is None else d for d in some) for some in (given.dW, given.db))
    return shares(reading, Sweep((), (), dW, db)) is not None


def shares(reading: Reading, gradients: Sweep) -> tuple[float, list[Share]] | None:
    """Return s > 0 and decays with observed = s (gradient + decay * parameter) of each, None where none fit.

    Arguments:
        reading: the steps.
        gradients: the right ones without a penalty.
    """
    point, observed = reading.point, reading.observed
    pairs = [
        pair
        for l in range(point.depth)
        for pair in (
            (l + 1, "dW", observed.dW[l], gradients.dW[l], point.W[l]),
            (l + 1, "db", observed.db[l], gradients.db[l], point.b[l]),
        )
        if pair[2] is not None
    ]
    rows = [(l, kind, got, g, np.zeros_like(g) if p is None else p) for l, kind, got, g, p in pairs if got is not None]
    if any(got.shape != g.shape or p.shape != g.shape for _, _, got, g, p in rows):
        return None
    fits = [fitted([row[2:]], observed, "") for row in rows if row[2].size >= TELLING and row[4].any()]
    scales = [fit.scale for fit in fits if fit is not None]
    if not scales or len(scales) < len(fits) or scales[0] < 0 or not np.allclose(scales, scales[0], rtol=SAME, atol=0):
        return None
    parts = [_share(row[0], row[1], row[2] - scales[0] * row[3], row[4], row[2], observed) for row in rows]
    kept = [part._replace(decay=part.decay / scales[0]) for part in parts if part is not None]
    return (scales[0], kept) if len(kept) == len(parts) else None


def _share(layer: int, quantity: str, rest: Array, parameter: Array, got: Array, observed: Observed) -> Share | None:
    """Return what a step holds of its parameter, None where the rest is another; of one number nothing can be told."""
    allowed = observed.tolerance * float(np.abs(got).max(initial=0)) + observed.floor
    if np.abs(rest).max(initial=0) <= allowed:
        return Share(layer, quantity, 0.0)
    own = closest_factor(rest, parameter) if rest.size > 1 and parameter.any() else 0.0
    return Share(layer, quantity, own) if np.abs(rest - own * parameter).max() <= allowed else None
