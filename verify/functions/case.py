"""A gradient's slopes beside what may be held against them: noise, honest rounding, and the rule of three bars."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reference.arrays import Array

from ..ladder import Estimate, U
from .slopes import Flags, Problem

BARS = 3  # wrong means farther off than this many error bars
ROUNDINGS = 128  # what honest rounding inside gradient may cost, in units of the noise of one evaluation of f
LOOKS = 256  # rays worth a closer look, or a quarter of them all
Which = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Case:
    """One gradient on trial.

    Attributes:
        problem: f, the point and the rays.
        got: the gradient's own slope along each ray, NaN where it is not to be judged.
        noise: the rounding error of one evaluation of f.
        slack: what honest rounding inside gradient may add to each slope's bound.
    """

    problem: Problem
    got: Array
    noise: float
    slack: Array

    def acquits(self, known: Estimate) -> Flags:
        """Return which slopes of the gradient are within their bound."""
        return np.asarray(np.abs(self.got - known.value) <= self.bound(known))

    def convicts(self, known: Estimate) -> Flags:
        """Return which slopes of the gradient are beyond their bound; what is not judged is neither."""
        return np.asarray(np.abs(self.got - known.value) > self.bound(known))

    def contradicts(self, value: Array, known: Estimate) -> Flags:
        """Return which slopes of another witness are beyond their bound."""
        return np.asarray(np.abs(value - known.value) > self.bound(known))

    def bound(self, known: Estimate) -> Array:
        """Return the largest honest discrepancy of each slope."""
        return np.asarray(BARS * known.bar + self.slack)

    def part(self, which: Which) -> "Case":
        """Return the case of the given rays only."""
        problem = self.problem._replace(rays=[self.problem.rays[i] for i in which.tolist()])
        return Case(problem, self.got[which], self.noise, self.slack[which])

    def worst(self, flags: Flags, off: Array) -> tuple[Which, Which]:
        """Return the flagged rays that are farthest off, as many as are worth a look, and the other flagged ones."""
        found = np.flatnonzero(flags)
        found = found[np.argsort(-off[found], kind="stable")]
        looks = max(LOOKS, len(flags) // 4)
        return found[:looks], found[looks:]


def sharpest(known: Estimate, exact: Array) -> Estimate:
    """Return the complex step's slopes where there are any, with the bar of a few roundings, else the differences."""
    used = np.isfinite(exact)
    return Estimate(np.where(used, exact, known.value), np.where(used, 8 * U * np.abs(exact), known.bar))
