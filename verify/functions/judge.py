"""The slopes of f against those of the gradient: what each should be, and how far off is honest."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from reference.arrays import Array

from ..ladder import Estimate, U
from .case import ROUNDINGS, Case, Which, sharpest
from .complex_step import complex_step
from .slopes import (
    FINEST_STEP,
    FIRST_STEP,
    HOLLOW,
    Flags,
    Problem,
    below_entry,
    climb,
    consensus,
    estimate,
    look_again,
    noise_of,
    unsettled,
)
from .trust import settle

SCATTERS = 16
DROWNED = 2.0**-16  # noise beyond this share of f's terms is more than single precision rounds


class Judged(NamedTuple):
    """What the slope along every ray should be.

    Attributes:
        should_be: the sharpest trusted slope.
        bound: the largest honest discrepancy, infinite where the slope could not be determined.
        differences: the central differences and their bars.
        exact: the complex step's slopes, NaN where it is not used.
        noise: the rounding error of one evaluation of f.
        notes: what the reader should know of the witnesses.
    """

    should_be: Array
    bound: Array
    differences: Estimate
    exact: Array
    noise: float
    notes: tuple[str, ...]


def judge(problem: Problem, got: Array, scatter: Callable[[], Array]) -> Judged:
    """Return what each slope should be and its bound, after a second look at whatever seems wrong.

    The bound is 3 bars of the differences, or 24 U of the complex step's slope, plus 128
    max(noise, U times the largest slope of any argument, U): the rounding that an honest gradient
    may commit. Nobody sees from outside what cancels in f or is lost in it, as y is in log(1 + y): terms
    of 1 are assumed, so that slopes below 128 U are told from nothing. Where a slope still seems wrong,
    sixteen times the ``scatter`` of the gradient comes on top.

    Arguments:
        problem: f, the point and the rays.
        got: the gradient's own slope along each ray, NaN where it is not to be judged.
        scatter: -> the rounding noise in each of those slopes, measured near the point.
    """
    case, first = _first_look(problem, got)
    known = _closer_look(case, _second_look(case, first))
    lost = _undetermined(case, known)
    exact = complex_step(problem, case.noise)
    trusted, lost, notes = settle(case, known, exact, lost)
    witness = sharpest(known, trusted)
    bound = np.where(lost, np.inf, case.bound(witness))
    if (np.abs(got - witness.value) > bound).any():
        bound += SCATTERS * scatter()
    return Judged(witness.value, bound, known, trusted, case.noise, notes)


def _first_look(problem: Problem, got: Array) -> tuple[Case, Estimate]:
    """Return the case and every slope by one ladder."""
    ladder = climb(problem, problem.rays, np.full(len(problem.rays), FIRST_STEP))
    noise = noise_of(problem, ladder)
    known = estimate(ladder, noise)
    largest = np.abs(known.value[np.isfinite(known.value)]).max(initial=0)
    scale = np.array([ray.scale for ray in problem.rays])
    # where f does not move at all, say for a saturated unit, the terms that cancel in the gradient may be
    # as large as f for a unit step of the entry, not for a step of its scale
    terms = max(noise, U * max(float(largest), 1.0)) * np.where(known.value == 0, scale, 1)
    return Case(problem, got, noise, ROUNDINGS * terms), known


def _second_look(case: Case, known: Estimate) -> Estimate:
    """Return the estimates with the suspect and the unsettled rays looked at again.

    When there are too many suspects the worst are looked at: were they all right to be suspected,
    the others stand as they are, and else the others are left undetermined.
    """
    suspect = case.convicts(known)
    suspects, others = case.worst(suspect, np.abs(case.got - known.value))
    rough, _ = case.worst(unsettled(case.problem.rays, known, case.noise) & ~suspect, known.bar)
    doubted = Estimate(known.value, known.bar.copy())
    doubted.bar[suspects] = np.inf
    again = look_again(case.problem, np.concatenate([suspects, rough]), doubted, case.noise)
    if not case.convicts(again)[suspects].all():
        again.bar[others] = np.inf
    return again


def _closer_look(case: Case, known: Estimate) -> Estimate:
    """Return the estimates without the convictions of tiny entries that steps on the entry's own scale do not uphold.

    All other steps jump over what happens between a tiny entry and 0.
    """
    tiny = np.array([0 < abs(ray.origin) < FINEST_STEP * ray.scale for ray in case.problem.rays])
    which: Which = np.flatnonzero(tiny & case.convicts(known))
    if not which.size:
        return known
    few = case.part(which)
    rays = few.problem.rays
    closer = consensus(case.problem, rays, np.array([below_entry(ray) for ray in rays]), case.noise)
    bar = known.bar.copy()
    bar[which[few.acquits(closer)]] = np.inf
    return Estimate(known.value, bar)


def _undetermined(case: Case, known: Estimate) -> Flags:
    """Return which slopes the differences leave open: at a kink, or under noise that is no rounding any more."""
    hollow = ~(known.bar <= HOLLOW * np.abs(known.value))
    drowned = ~(known.bar <= np.abs(known.value)) & (known.value != 0)
    noisy = case.noise > DROWNED * case.problem.terms > 0
    return np.asarray(hollow & unsettled(case.problem.rays, known, case.noise) | drowned & noisy)
