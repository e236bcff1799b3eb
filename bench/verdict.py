"""Is it slower? Effect, bound and recurrence from the rounds of two arms."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .rounds import low

EFFECT = 1.06  # a slow-down smaller than this passes: two copies of the same source differ by up to 3 %
BOUND = 1.02
SUSPECT = 1.03  # what is worth a second, longer look
NULL = (0.95, 1.05)  # where the ratio of two copies of the same code must lie: inside the effect that counts
FASTER = 0.90
ERROR_RATE = 0.01  # of a whole run: shared among its rows
RESAMPLES = 5000


class Ratio(NamedTuple):
    """Head over base: the ratio of first quartiles, and the interval a bootstrap over rounds gives it."""

    value: float
    lower: float
    upper: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.lower:.3f}, {self.upper:.3f}]"

    @property
    def suspect(self) -> bool:
        """Whether a second process should look again."""
        return self.value > SUSPECT

    @property
    def slower(self) -> bool:
        """Whether effect and bound both say that head is slower."""
        return self.value > EFFECT and self.lower > BOUND

    @property
    def null(self) -> bool:
        """Whether this can be the ratio of two copies of the same code."""
        return NULL[0] <= self.value <= NULL[1]


def ratio(before: Sequence[float], head: Sequence[float], after: Sequence[float], comparisons: int) -> Ratio:
    """Return head against base from base-head-base rounds.

    Whole rounds are drawn, not single times: what disturbs a round disturbs its three arms.

    Arguments:
        before: seconds a call of each round, of base, timed before head.
        head: the same of head.
        after: the same of base, timed after head.
        comparisons: rows of the run; the interval's level is ERROR_RATE over this, on either side.
    """
    base, ours = np.array([before, after]), np.array(head)
    draws = np.random.default_rng(0).integers(len(ours), size=(RESAMPLES, len(ours)))
    drawn = _low(ours[draws]) / _low(np.concatenate([base[0][draws], base[1][draws]], axis=1))
    level = ERROR_RATE / comparisons
    lower, upper = np.quantile(drawn, [level, 1 - level])
    return Ratio(low(ours.tolist()) / low(base.ravel().tolist()), float(lower), float(upper))


def _low(times: NDArray[np.float64]) -> NDArray[np.float64]:
    quartiles: NDArray[np.float64] = np.quantile(times, 0.25, axis=1)
    return quartiles
