"""False alarms, inconclusive entries and the honesty of the error bars, on networks that are right."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from reference.arrays import Array

from ..crosscheck import crosscheck
from ..evidence import Evidence
from ..ladder import Estimate
from .families import Case
from .histogram import Ratios

KEPT = 20  # reproducing lines; more alarms are counted


@dataclass
class Seen:
    """What one oracle said of right networks.

    Attributes:
        alarms: networks it found wrong.
        entries: compared, of these ``inconclusive`` and ``below_resolution`` ones.
        fraction: the closest call, as a fraction of its bound.
    """

    alarms: int = 0
    entries: int = 0
    inconclusive: int = 0
    below_resolution: int = 0
    fraction: float = 0.0

    def merge(self, other: "Seen") -> None:
        """Add the counts of another part of the same run."""
        self.alarms += other.alarms
        self.entries += other.entries
        self.inconclusive += other.inconclusive
        self.below_resolution += other.below_resolution
        self.fraction = max(self.fraction, other.fraction)


@dataclass
class Alarms:
    """What the oracles said of the right networks of one family.

    Attributes:
        networks: judged or not.
        unjudged: of these, where nothing can be said: the loss is infinite, or a value passes float32.
        contradicted: of these, where two oracles contradict each other: a false alarm about one of them.
        oracles: by name.
        ratios: the differences' true error over their error bar, entry by entry.
        lines: of false alarms and contradictions, what reproduces them.
    """

    networks: int = 0
    unjudged: int = 0
    contradicted: int = 0
    oracles: dict[str, Seen] = field(default_factory=dict)
    ratios: Ratios = field(default_factory=Ratios)
    lines: list[str] = field(default_factory=list)

    def merge(self, other: "Alarms") -> None:
        """Add the counts of another part of the same run."""
        self.networks += other.networks
        self.unjudged += other.unjudged
        self.contradicted += other.contradicted
        for oracle, seen in other.oracles.items():
            self.oracles.setdefault(oracle, Seen()).merge(seen)
        self.ratios.merge(other.ratios)
        self.lines = sorted({*self.lines, *other.lines})[:KEPT]

    def add(self, evidence: Evidence, line: str) -> None:
        """Count one right network."""
        self.networks += 1
        if evidence.mutual is not None and not evidence.mutual.agrees and _finite(evidence):
            self.contradicted += 1
            self.lines.append(line)
        elif evidence.unjudgeable:
            self.unjudged += 1
            return
        for oracle, comparison in evidence.comparisons.items():
            seen = Seen(
                int(not comparison.agrees),
                int(comparison.compared.sum()),
                int(comparison.inconclusive.sum()),
                int(comparison.below_resolution.sum()),
                float(comparison.fraction.max()),
            )
            self.oracles.setdefault(oracle, Seen()).merge(seen)
            if seen.alarms:
                self.lines.append(line)
        self.lines = self.lines[:KEPT]
        if not evidence.autodiff or evidence.problem.network.dtype != np.float64:
            return  # the bound of float32 would hide the differences' own error
        for block, estimate in evidence.differences.items():
            self.ratios.add(_error_over_bar(estimate, evidence.autodiff[block], evidence.bounds[block]))


def _finite(evidence: Evidence) -> bool:
    return bool(np.isfinite(evidence.autodiff["loss", 0]).all())


def _error_over_bar(estimate: Estimate, truth: Array, bound: Array) -> Array:
    """Return |differences - JAX| / (bar + JAX's own bound), where both are finite; 0 where they are equal."""
    known = np.isfinite(estimate.bar) & np.isfinite(truth) & np.isfinite(bound)
    error, bar = np.abs(estimate.value - truth)[known], (estimate.bar + bound)[known]
    return np.divide(error, bar, out=np.zeros_like(error), where=error > 0)


def count_alarms(cases: Sequence[Case], oracles: Sequence[str], seed: int) -> Alarms:
    """Return the counts over these right networks, each judged by these oracles of ``verify.crosscheck.ORACLES``."""
    found = Alarms()
    evidence = crosscheck([case.problem for case in cases], oracles=oracles, seed=seed)
    for case, told in zip(cases, evidence, strict=True):
        found.add(told, case.line)
    return found
