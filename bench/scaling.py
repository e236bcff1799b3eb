"""How a cost grows with a size: the exponent p of time = c size^p."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np


def exponent(sizes: Sequence[float], times: Sequence[float]) -> float:
    """Return the Theil-Sen slope of log(time) over log(size): the median slope of all pairs.

    One size at which arrays outgrow a cache moves a least-squares slope by half a unit, and the median
    hardly.

    Arguments:
        sizes: two or more different sizes.
        times: the low quantile of the seconds at each.

    Source: Sen 1968, estimates of the regression coefficient based on Kendall's tau.
    """
    points = list(zip(np.log(sizes), np.log(times), strict=True))
    return float(np.median([(t - s) / (y - x) for (x, s), (y, t) in combinations(points, 2)]))
