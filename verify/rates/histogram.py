"""Ratios of any size counted in narrow bins on a logarithmic scale: quantiles of a hundred million numbers."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from reference.arrays import Array

LOW, HIGH, PER_DECADE = -9, 3, 32
BINS = (HIGH - LOW) * PER_DECADE


@dataclass
class Ratios:
    """Counts of non-negative numbers; what lies below 1e-9 is in the first bin, above 1e3 in the last.

    Attributes:
        counts: per bin.
        largest: the largest number seen, exactly.
    """

    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(BINS, np.int64))
    largest: float = 0.0

    def add(self, values: Array) -> None:
        """Count the values; they are finite and not negative."""
        if not values.size:
            return
        with np.errstate(divide="ignore"):
            bins = np.floor((np.log10(values) - LOW) * PER_DECADE)
        self.counts += np.bincount(np.clip(bins, 0, BINS - 1).astype(np.int64).ravel(), minlength=BINS)
        self.largest = max(self.largest, float(values.max()))

    def merge(self, other: "Ratios") -> None:
        """Add the counts of another part of the same run."""
        self.counts += other.counts
        self.largest = max(self.largest, other.largest)

    @property
    def total(self) -> int:
        """How many numbers were counted."""
        return int(self.counts.sum())

    def quantile(self, share: float) -> float:
        """Return the upper end of the bin below which ``share`` of the numbers lie: at most 7 % too large."""
        if not self.total:
            return 0.0
        place = int(np.searchsorted(np.cumsum(self.counts), share * self.total))
        return self.largest if place >= BINS - 1 else min(float(10 ** (LOW + (place + 1) / PER_DECADE)), self.largest)
