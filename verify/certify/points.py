"""Where functions are looked at: all strata of float64, tails, edges of underflow, kinks, saturated rows."""

import numpy as np

from reference import ACTIVATIONS, Elementwise, Loss
from reference.arrays import Array

from ..architectures import draw_targets
from ..oracles.exact import SMALLEST_NORMAL, stratified_points

WIDTHS = (1, 2, 3)
STRATA = 9  # those of ``stratified_points``, the edges and the magnitudes of every tail
PER_ROW = 12  # points that one row of a loss or a softmax counts for: its truth takes that much longer
REACH = 1000.0  # beyond it every function of the table is 0, constant, straight or infinite
CELLS = 20_000


def scalars(entry: Elementwise, part: str, rng: np.random.Generator, count: int) -> Array:
    """Return about ``count`` arguments, shape (n, 1), for one part of an element-wise entry."""
    each = max(count // STRATA, 1)
    magnitudes = rng.choice((-1.0, 1.0), each) * 10 ** rng.uniform(-3, 3, each)
    every = [stratified_points(entry, rng, each), magnitudes, _at_edges(entry, part, rng, each)]
    return np.concatenate(every)[:, None]


def _at_edges(entry: Elementwise, part: str, rng: np.random.Generator, each: int) -> Array:
    """Return points around every place where the function's result becomes subnormal, zero or infinite."""
    grid = np.linspace(-REACH, REACH, CELLS + 1)
    with np.errstate(under="ignore"):
        value = np.abs(getattr(entry, part)(grid))
    kind = (value > 0).astype(int) + (value >= SMALLEST_NORMAL) + np.isinf(value)
    edges = grid[np.flatnonzero(np.diff(kind))]
    cell = 2 * REACH / CELLS
    around = [rng.uniform(edge - cell, edge + 2 * cell, max(each // max(edges.size, 1), 1)) for edge in edges]
    return np.concatenate(around) if around else np.empty(0)


def softmax_rows(rng: np.random.Generator, count: int) -> list[Array]:
    """Return rows z, of shape (n, K) for each K of WIDTHS: of spreads from 1e-8 to 1e3, some far from 0."""
    each = _each(count)
    scales = (_spreads(rng, each, -8) for _ in WIDTHS)
    far = (rng.choice([0, 0, 1e3, -1e6], (each, 1)) for _ in WIDTHS)
    return [rng.normal(size=(each, K)) * s + f for K, s, f in zip(WIDTHS, scales, far, strict=True)]


def product_rows(rng: np.random.Generator, count: int) -> list[Array]:
    """Return rows z, g of shape (n, 2 K): what ``softmax_rows`` returns and random cotangents."""
    return [np.hstack([z, rng.normal(size=z.shape)]) for z in softmax_rows(rng, count)]


def loss_rows(loss: Loss, rng: np.random.Generator, count: int) -> list[Array]:
    """Return rows a, y of shape (n, 2 K) for each K of WIDTHS: predictions from the loss's domain and its targets."""
    return [np.vstack([_loss_rows(loss, rng, max(_each(count) // 2, 1), K) for _ in range(2)]) for K in WIDTHS]


def _spreads(rng: np.random.Generator, rows: int, low: float) -> Array:
    """Return spreads (rows, 1) from 10^low to 1e3; half of the rows saturate without an underflow."""
    return np.where(rng.random((rows, 1)) < 0.5, rng.uniform(1, 300, (rows, 1)), 10 ** rng.uniform(low, 3, (rows, 1)))


def _each(count: int) -> int:
    return max(count // (PER_ROW * len(WIDTHS)), 2)


def _loss_rows(loss: Loss, rng: np.random.Generator, rows: int, K: int) -> Array:
    """Return rows with targets that are all hard or all soft, where the loss tells them apart."""
    y = draw_targets(loss.targets, rng, rows, K) * (loss.targets != "none")
    if loss.targets == "real":
        y *= 10 ** rng.uniform(-3, 3, (rows, 1))
    elif loss.targets == "distribution":  # sums to 1 as exactly as floats can: the derivative relies on it
        y[:, -1] = np.maximum(1 - y[:, :-1].sum(axis=1), 0)
    z = rng.normal(size=(rows, K))
    if loss.output is None:
        a = z * _spreads(rng, rows, -3)
        return np.hstack([_at_breaks(loss, rng, a, y), y])
    p = ACTIVATIONS[loss.output].forward(z * 10 ** rng.uniform(-2, 2.3, (rows, 1)))
    return np.hstack([p.clip(1e-300, np.nextafter(1, 0)), y])


def _at_breaks(loss: Loss, rng: np.random.Generator, a: Array, y: Array) -> Array:
    """Return the predictions, every fourth row of them one float beside a kink or a seam of the loss."""
    moved, breaks = a.copy(), (*loss.kinks, *loss.seams)
    if breaks:
        at, y = rng.choice(breaks, (len(y[::4]), 1)), y[::4]
        of_products = loss.argument(np.zeros(1), np.ones(1)) == 0  # y a, else a - y
        exact = y * at if of_products else y + at
        moved[::4] = np.nextafter(exact, rng.choice((-np.inf, np.inf), y.shape))
    return moved
