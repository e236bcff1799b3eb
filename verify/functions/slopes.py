"""The derivative along each ray by central differences, with an error bar that knows noise and kinks."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from reference.arrays import Array

from ..ladder import Estimate, U, extrapolate
from .rays import Ray, Value, walk

Flags: TypeAlias = NDArray[np.bool_]

LEVELS = 4
# Steps are no powers of two: a function that rounds to a coarse grid would land on it at every step,
# always off by the same amount, and show no noise. 20 bits keep x + h exact all the same.
CROOKED = 955_583 / 2**20
FIRST_STEP = CROOKED * 2.0**-9
SETTLED = 1e-6  # a bar this small, relative to the largest slope of its argument, needs no second look
HOLLOW = 1e-3  # a bar this large, relative to its own slope, proves nothing
FINEST_STEP = CROOKED * 2.0**-21
SAMPLE = 32  # rays that the noise is measured on at the finest steps
TINY = 1e-290  # entries smaller than this have no steps of their own
JITTER = (926_813 / 2**20, 797_381 / 2**20, 668_207 / 2**20)  # of the steps of a second look


class Problem(NamedTuple):
    """What is differentiated, where, and along which lines.

    Attributes:
        value: the function, of a list of arrays.
        point: the arguments.
        rays: the lines.
        centre: the function's value at the point.
        terms: the sum of the absolute terms of that value, as far as they are known.
    """

    value: Value
    point: Sequence[Array]
    rays: Sequence[Ray]
    centre: float
    terms: float


class Climb(NamedTuple):
    """One ladder of each ray: central differences (levels, rays), finest step, possible jump of the slope."""

    slopes: Array
    finest: Array
    jump: Array


def climb(problem: Problem, rays: Sequence[Ray], first: Array) -> Climb:
    """Return the central differences of each ray on a halving ladder, and how far its slope may jump.

    The sum f(x + h) + f(x - h) - 2 f(x), divided by h^2, tends to the second derivative of a smooth
    function as a ladder of its own. Where it does not, by J, the slopes on both sides of x may differ
    by h J: a kink between the points, at x itself above all, where central differences alone converge
    undisturbed to the mean of the two slopes. Rounding noise shows there too.
    """
    halves = first / 2.0 ** np.arange(LEVELS)[:, None]
    values, steps = walk(problem.value, problem.point, rays, np.concatenate([halves, -halves]))
    with np.errstate(all="ignore"):
        above, below = values[:LEVELS], values[LEVELS:]
        slopes = (above - below) / (steps[:LEVELS] - steps[LEVELS:])
        bends = (above - problem.centre + (below - problem.centre)) / (halves * halves)
        curvature = extrapolate(bends, np.ones(bends.shape, bool), halves[-1], np.zeros(len(rays)))
        return Climb(slopes, halves[-1], halves[-1] * curvature.bar)


def estimate(climbed: Climb, noise: float) -> Estimate:
    """Return the slopes and their bars: the extrapolation's own, and the possible jump."""
    odd = extrapolate(climbed.slopes, np.ones(climbed.slopes.shape, bool), climbed.finest, np.asarray(noise))
    return Estimate(odd.value, odd.bar + climbed.jump)


def noise_of(problem: Problem, climbed: Climb) -> float:
    """Return the rounding error of one evaluation of f, measured where its values should be smooth.

    It is the median of what the even differences leave unexplained on the rays on which f moves, in
    units of f, at the steps of ``climbed`` or at far smaller ones, whichever is less (kinks and long
    steps leave less at smaller ones, noise does not), and at least U times the terms of f.
    """
    some = problem.rays[:: -(-len(problem.rays) // SAMPLE)]
    finer = climb(problem, some, np.full(len(some), FINEST_STEP))
    left = np.fmin(_left_over(climbed), _left_over(finer))  # NaN where f does not move
    return float(np.fmax(U * problem.terms, left))


def _left_over(climbed: Climb) -> float:
    """Return the median over the rays on which f moves, NaN where there are none."""
    left = climbed.jump * climbed.finest
    left = left[np.isfinite(left) & climbed.slopes.any(axis=0)]
    return float(np.median(left)) if left.size else np.nan


def consensus(problem: Problem, rays: Sequence[Ray], first: Array, noise: float) -> Estimate:
    """Return the middle of three ladders of different steps, with a bar that also holds their spread."""
    looks = [estimate(climb(problem, rays, first * jitter), noise) for jitter in JITTER]
    values, bars = (np.stack(parts) for parts in zip(*looks, strict=True))
    with np.errstate(all="ignore"):
        bar = bars.max(axis=0) + np.ptp(values, axis=0)
    return Estimate(np.median(values, axis=0), np.where(np.isnan(bar), np.inf, bar))


def look_again(problem: Problem, which: NDArray[np.intp], known: Estimate, noise: float) -> Estimate:
    """Return the estimates with the given rays looked at again, on other steps until they settle.

    A ladder that is disturbed (a kink, a step too long for the function, the edge of its domain)
    is replaced by the shorter or longer one with the smallest bar.
    """
    value, bar = known.value.copy(), known.bar.copy()
    for steps in OTHER_STEPS:
        if not which.size:
            break
        rays = [problem.rays[i] for i in which.tolist()]
        new = consensus(problem, rays, np.array([steps(ray) for ray in rays]), noise)
        better = new.bar < bar[which]
        value[which[better]], bar[which[better]] = new.value[better], new.bar[better]
        which = which[unsettled(problem.rays, Estimate(value, bar), noise)[which]]
    return Estimate(value, bar)


def unsettled(rays: Sequence[Ray], known: Estimate, noise: float) -> Flags:
    """Return which bars are wide beside their argument's largest slope, and wider than noise explains."""
    argument = np.array([ray.argument for ray in rays])
    size = np.where(np.isfinite(known.value), np.abs(known.value), 0)
    largest = np.zeros(argument.max(initial=0) + 1)
    np.maximum.at(largest, argument, size)
    noisy = 8 * noise * 2 ** (LEVELS - 1) / FIRST_STEP
    return np.asarray(~(known.bar <= np.maximum(SETTLED * largest[argument], noisy)))


def below_entry(ray: Ray) -> float:
    """Return an eighth of the entry's own size: for functions that live on the scale of a tiny entry."""
    return 2.0 ** math.floor(math.log2(abs(ray.origin) / ray.scale)) / 8 if abs(ray.origin) > TINY else FIRST_STEP


# The first steps of second looks: the same once more, finer for kinks and fast functions, wider for
# noisy ones, and by the size of the entry itself.
OTHER_STEPS: tuple[Callable[[Ray], float], ...] = (
    lambda ray: FIRST_STEP,
    lambda ray: FIRST_STEP / 2**4,
    lambda ray: FIRST_STEP / 2**8,
    lambda ray: FINEST_STEP,
    lambda ray: FIRST_STEP * 2**4,
    below_entry,
)


def sides(problem: Problem, ray: Ray) -> tuple[float, float] | None:
    """Return the slopes just below and just above the point, None where they do not settle either."""
    near = FINEST_STEP * np.array([-1, 1, -4, 4])[:, None]
    values, steps = walk(problem.value, problem.point, [ray], near)
    with np.errstate(all="ignore"):
        below, above, farther_below, farther_above = ((values - problem.centre) / steps)[:, 0].tolist()
    settled = abs(above - farther_above) + abs(below - farther_below) < abs(above - below) / 4
    return (below / ray.scale, above / ray.scale) if settled else None
