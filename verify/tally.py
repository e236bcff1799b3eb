"""Counts over many networks: what was compared, how close it came to its bound, what could not be judged."""

from dataclasses import dataclass, field
from typing import NamedTuple

from .agreement import Comparison
from .blocks import Block
from .crosscheck import Evidence

VALUES = ("z", "a", "loss")
PARTIALS = ("da", "dz", "dW", "db", "dX")


class Subject(NamedTuple):
    """What a block says something about: ("activation", "tanh", "dz"), or ("loss", "mse", "da")."""

    kind: str
    name: str
    quantity: str


@dataclass
class Count:
    """What one oracle saw of one subject.

    Attributes:
        compared, inconclusive, below_resolution: entries.
        fraction: the largest discrepancy as a fraction of its bound; ``architecture`` where that was.
    """

    compared: int = 0
    inconclusive: int = 0
    below_resolution: int = 0
    fraction: float = 0.0
    architecture: str = ""

    def add(self, other: "Count") -> None:
        """Add another count of the same subject to this one."""
        self.compared += other.compared
        self.inconclusive += other.inconclusive
        self.below_resolution += other.below_resolution
        # a tie is settled by the text: the same whatever the order in which parts of a run come in
        self.fraction, self.architecture = max((self.fraction, self.architecture), (other.fraction, other.architecture))


@dataclass
class Tally:
    """The counts of a whole run, by subject and oracle.

    Attributes:
        networks: judged networks.
        counts: for every (subject, oracle).
        faulty: architectures with a disagreement, as lines.
        unjudged: architectures that could not be judged, with the reason.
    """

    networks: int = 0
    counts: dict[tuple[Subject, str], Count] = field(default_factory=dict)
    faulty: list[str] = field(default_factory=list)
    unjudged: list[tuple[str, str]] = field(default_factory=list)

    def add(self, evidence: Evidence, architecture: str) -> None:
        """Count one network."""
        self.networks += 1
        reason = evidence.unjudgeable
        if reason:
            self.unjudged.append((architecture, reason))
            return
        if evidence.fault:
            self.faulty.append(architecture)
        for oracle, comparison in evidence.comparisons.items():
            for i, block in enumerate(comparison.blocks):
                key = _subject(evidence, block), oracle
                self.counts.setdefault(key, Count()).add(_count(comparison, i, architecture))

    def merge(self, other: "Tally") -> None:
        """Add the counts of another part of the same run."""
        self.networks += other.networks
        for key, count in other.counts.items():
            self.counts.setdefault(key, Count()).add(count)
        self.faulty = sorted(self.faulty + other.faulty)
        self.unjudged = sorted(self.unjudged + other.unjudged)

    def of(self, kind: str) -> dict[str, dict[str, Count]]:
        """Return the counts by name and oracle: of each "activation", each "loss", or each "quantity"."""
        rows: dict[str, dict[str, Count]] = {}
        for (subject, oracle), count in self.counts.items():
            if kind in (subject.kind, "quantity"):
                name = subject.quantity if kind == "quantity" else subject.name
                rows.setdefault(name, {}).setdefault(oracle, Count()).add(count)
        return rows

    @property
    def compared(self) -> int:
        """How many comparisons of an entry with an oracle were made."""
        return sum(count.compared for count in self.counts.values())

    @property
    def inconclusive(self) -> int:
        """How many of them were inconclusive."""
        return sum(count.inconclusive for count in self.counts.values())

    def entries(self, quantities: tuple[str, ...]) -> int:
        """Return how many entries of these quantities were compared with at least one oracle."""
        rows = self.of("quantity")
        return sum(max((c.compared for c in rows.get(q, {}).values()), default=0) for q in quantities)


def _count(comparison: Comparison, i: int, architecture: str) -> Count:
    return Count(
        int(comparison.compared[i]),
        int(comparison.inconclusive[i]),
        int(comparison.below_resolution[i]),
        float(comparison.fraction[i]),
        architecture,
    )


def _subject(evidence: Evidence, block: Block) -> Subject:
    """Return what a block belongs to: the loss where the reverse sweep starts, else its layer's activation."""
    quantity, layer = block
    network = evidence.problem.network
    if quantity == "loss" or block == ("da", len(network.layers)):
        return Subject("loss", network.objective.name, quantity)
    return Subject("activation", network.layers[max(layer, 1) - 1].activation.entry.name, quantity)
