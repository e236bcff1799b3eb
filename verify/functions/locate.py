"""From a wrong slope along a random direction to the entry that makes it wrong."""

import numpy as np

from reference.arrays import Array

from .rays import Ray, entry_ray, half, slope_of
from .slopes import FIRST_STEP, Problem, consensus


def locate(problem: Problem, ray: Ray, gradient: Array, noise: float) -> Ray:
    """Return the ray of the entry that contributes most to a random direction's discrepancy.

    The direction is halved again and again, and the half with the larger discrepancy is kept: 48
    evaluations of f for each halving.
    """
    start, stop = 0, gradient.size
    while stop - start > 1:
        middle = (start + stop) // 2
        halves = [half(ray, start, middle), half(ray, middle, stop)]
        slopes = consensus(problem, halves, np.full(2, FIRST_STEP), noise).value
        left, right = np.abs([slope_of(h, gradient) for h in halves] - slopes)
        start, stop = (start, middle) if not left < right else (middle, stop)
    return entry_ray(ray.argument, problem.point[ray.argument], start)
