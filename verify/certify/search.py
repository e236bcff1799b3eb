"""Points that climb an error: the worst ones are moved by large and small steps, and the worst are kept."""

import numpy as np

from reference.arrays import Array

from .function import Function
from .looking import Looked, Place, fraction, look, ulps

PARENTS = 8
ROUNDS = 6


def climb(f: Function, start: Looked, rng: np.random.Generator, count: int) -> list[Looked]:
    """Return about ``count`` more points, found by climbing from the worst of ``start``.

    What is climbed is the error in ulp, away from roots; where roots are not known beforehand, the
    fraction of its bound.
    """
    best, height = start.x[:0], np.empty(0)
    found, newest = [], start
    for _ in range(ROUNDS):
        best, height = np.vstack([best, newest.x]), np.concatenate([height, _heights(f, newest)])
        order = np.argsort(-height, kind="stable")[:PARENTS]
        best, height = best[order], height[order]
        newest = look(f, _children(f, best, rng, max(count // ROUNDS, 1)))
        found.append(newest)
    return found


def _heights(f: Function, looked: Looked) -> Array:
    """Return how bad each row is, 0 where it does not count."""
    with np.errstate(all="ignore"):
        error = ulps(looked, f.compute(looked.x).reshape(looked.true.shape))
    if f.near_root is not None:
        return np.asarray(np.where(looked.counted, error, 0).max(axis=1), np.float64)
    bad = np.where(error > 1, error, 0)  # within 1 ulp is within a quarter of every bound
    rows = [
        max(fraction(f, looked, Place(0, n, i, e)) if e else 0.0 for i, e in enumerate(row))
        for n, row in enumerate(bad.tolist())
    ]
    return np.array(rows, np.float64)


def _children(f: Function, parents: Array, rng: np.random.Generator, count: int) -> Array:
    """Return rows that differ from the parents by a half, or by as little as their last bit."""
    children = parents[np.arange(count) % len(parents)].copy()
    movable = f.movable(children.shape[1])
    steps = rng.choice((-1.0, 1.0), (count, movable)) * 2.0 ** -rng.integers(1, 53, (count, 1))
    steps *= rng.random((count, movable)) < max(0.5, 1 / movable)
    limit = np.finfo(np.float64).max
    low, high = np.clip(f.domain, -limit, limit)
    with np.errstate(over="ignore", under="ignore"):
        children[:, :movable] = np.clip(children[:, :movable] * (1 + steps), low, high)
    return children
