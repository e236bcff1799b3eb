"""The derivative along each ray by a complex step, and the test that f is really analytic."""

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.exceptions import ComplexWarning

from reference.arrays import Array

from ..ladder import Estimate
from .rays import Ray, walk
from .slopes import Problem

STEP = 2.0**-340  # so small that its square is lost beside any value
RADIUS = 2.0**-4
POINTS = 16


def complex_step(problem: Problem, noise: float) -> Array | None:
    """Return Im f(x + i h) / h along every ray, None where f does not allow complex arguments.

    The step cancels nothing, so that the slopes keep all their digits. f allows it when it returns
    complex numbers, without an error or a warning, whose real part is f(x) up to rounding.

    Source: Squire and Trapp 1998.
    """
    some = _imaginary(problem, problem.rays[:1], noise)
    slopes = None if some is None else _imaginary(problem, problem.rays, noise)
    return slopes if slopes is not None and slopes.any() else None  # nothing but 0: the step was dropped


def _imaginary(problem: Problem, rays: Sequence[Ray], noise: float) -> Array | None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", ComplexWarning)
        values = walk(problem.value, problem.point, rays, np.full((1, len(rays)), 1j * STEP)).values[0]
    near = np.abs(values.real - problem.centre) <= 16 * noise
    return values.imag / STEP if near.all() else None


def circle(problem: Problem, noise: float) -> Estimate:
    """Return the mean of f(x + r w) / (r w) along every ray, w the roots of unity: an analytic f's derivative.

    Of a function that takes |z|, conj(z) or the real part somewhere, the complex step sees the
    derivative g - c, the circle g, and differences g + c, with c what that place contributes: two
    that differ betray it.
    """
    roots = np.exp(2j * np.pi * np.arange(POINTS) / POINTS)[:, None]
    with np.errstate(all="ignore"):
        wide, narrow = (_mean_slope(problem, radius * roots) for radius in (RADIUS, RADIUS / 2))
        bar = np.abs(wide - narrow) + 4 * noise / RADIUS
    return Estimate(narrow, np.where(np.isnan(bar), np.inf, bar))


def _mean_slope(problem: Problem, steps: Array) -> Array:
    values = walk(problem.value, problem.point, problem.rays, np.repeat(steps, len(problem.rays), axis=1)).values
    return np.asarray((values / steps).mean(axis=0).real)
