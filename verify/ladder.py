"""Richardson extrapolation of central differences on a halving ladder of steps, with an error bar."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.arrays import Array

NOISE = 4  # a change is the difference of two roundings, of which the coarser is half the finer at most
U = 2.0**-53  # half an ulp of 1, the unit of rounding


class Estimate(NamedTuple):
    """Extrapolated derivatives and the error bar of each.

    Attributes:
        value: the derivative; NaN where fewer than two levels of several could be used.
        bar: the largest honest error of ``value``; infinite where that is NaN, or from a single level.
    """

    value: Array
    bar: Array


def extrapolate(differences: Array, valid: NDArray[np.bool_], finest_step: Array, noise: Array) -> Estimate:
    """Return the corner of the Romberg tableau of each ladder of central differences, and its error bar.

    T[k][0] = (f(x + h_k) - f(x - h_k)) / (2 h_k), h_k = h_0 / 2^k,
    T[k][m] = T[k][m-1] + (T[k][m-1] - T[k-1][m-1]) / (4^m - 1),
    value = T[last][n - 1], bar = |value - T[last - 1][n - 2]| + 2 (noise / h_last + U |value|),
    n the number of usable levels: the run of valid levels that ends at the finest.

    It is always the corner, never the entry of least estimated error: that one is picked for being
    lucky, and its bar is then too narrow. Of the corner's two neighbours in the tableau,
    T[last - 1][n - 2] is always the farther one.

    Arguments:
        differences: T[k][0], of shape (levels, ...), coarsest first.
        valid: false where a kink lies between the two points of a level, same shape; levels that
            are not finite need no mark.
        finest_step: h_last, of shape (...).
        noise: the absolute rounding error of one evaluation of f, of shape (...), in units of f.

    Returns:
        The derivatives and their bars, of shape (...); no warning is raised whatever the input.

    Source: Richardson 1911; Romberg 1955.
    """
    shape = differences.shape[1:]
    flat, usable = differences.reshape(len(differences), -1), valid.reshape(len(differences), -1)
    with np.errstate(all="ignore"):
        rounding = np.asarray(noise / finest_step)
        if rounding.shape != shape:
            rounding = np.broadcast_to(rounding, shape)
        rounding = rounding.reshape(-1)
        value, bar = _corner(flat, rounding)
        broken = ~np.isfinite(bar)
        if not usable.all():
            broken |= ~usable.all(axis=0)
        if broken.any() and len(differences) > 1:
            value[broken], bar[broken] = _corner_of_run(flat[:, broken], usable[:, broken], rounding[broken])
    return Estimate(value.reshape(shape), bar.reshape(shape))


def extrapolate_settled(differences: Array, valid: NDArray[np.bool_], finest_step: Array, noise: Array) -> Estimate:
    """Return what ``extrapolate`` does, without a bar where the ladder has not settled.

    Once the steps are short enough every halving changes the difference by a quarter of what the one before
    did. Where one changes it by more than half, or back again, the last correction bounds nothing: a large weight has
    moved a later layer by whole periods. Changes within the rounding say nothing either way, so the
    noise has to be a bound of it, not a guess.
    """
    estimate = extrapolate(differences, valid, finest_step, noise)
    with np.errstate(all="ignore"):
        change = np.diff(differences, axis=0)
        size = np.abs(change)
        wandering = (change[1:] * change[:-1] < 0) | (2 * size[1:] > size[:-1])
        wandering &= size[1:] > NOISE * np.asarray(noise / finest_step)
    if wandering.any():
        wandering &= valid[:-2] & valid[1:-1] & valid[2:]
        lost = np.logical_or.reduce(wandering, axis=0)
        estimate.value[lost], estimate.bar[lost] = np.nan, np.inf
    return estimate


def narrower(one: Estimate, other: Estimate) -> Estimate:
    """Return another ladder's estimates with bars that hold the first's too, where that is narrower.

    A ladder of long steps may be narrow and wrong: its steps move a later layer by whole periods, and still it
    settles. So the other's bar counts only with its distance from the first value, of which the true error is
    as a rule far below the bar.
    """
    apart = np.where(np.isfinite(one.bar), np.abs(other.value - one.value), 0)
    bar = other.bar + apart
    better = bar < one.bar
    return Estimate(np.where(better, other.value, one.value), np.where(better, bar, one.bar))


def _corner(differences: Array, rounding: Array) -> Estimate:
    """Return the corner of the tableau of all levels, (levels, n) -> (n,); a single level has no error bar."""
    finest = differences[-1]
    if len(differences) < 2:
        return Estimate(finest, np.full_like(finest, np.inf))
    away = differences[:-1] - finest  # weighing the small departures keeps equal levels exact
    to_corner, to_coarse = _weights(len(differences)) @ away
    value = finest + to_corner
    bar = np.abs(to_corner - to_coarse)
    bar += 2 * (rounding + U * np.abs(value))
    return Estimate(value, bar)


def _corner_of_run(differences: Array, usable: NDArray[np.bool_], rounding: Array) -> Estimate:
    """Return the corner of each column's own run of usable levels, (levels, n) -> (n,)."""
    estimate = Estimate(np.full_like(rounding, np.nan), np.full_like(rounding, np.inf))
    run = np.logical_and.accumulate((usable & np.isfinite(differences))[::-1]).sum(axis=0)
    for levels in range(2, len(differences) + 1):
        corner = _corner(differences[-levels:], rounding)
        here = (run == levels) & np.isfinite(corner.bar)
        np.copyto(estimate.value, corner.value, where=here)
        np.copyto(estimate.bar, corner.bar, where=here)
    return estimate


@lru_cache
def _weights(levels: int) -> Array:
    """Return what T[last][levels - 1] and T[last - 1][levels - 2] weigh each level with, the finest left out.

    The tableau is linear in its first column and its weights sum to 1: the finest level's weight
    is what is missing.
    """
    tableau = np.eye(levels)
    coarse = tableau[0]
    for m in range(1, levels):
        coarse = tableau[0]
        tableau = tableau[1:] + (tableau[1:] - tableau[:-1]) / (4**m - 1)
    return np.stack([tableau[0, :-1], coarse[:-1]])
