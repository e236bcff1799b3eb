"""What share of planted mistakes each of our witnesses sees, by the mistake's kind and size."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from reference import Gradients
from reference.arrays import Array

from ..agreement import Comparison, compare
from ..architectures import Problem
from ..blocks import Block, Values, backward_values
from ..bounds import Roundoff
from ..crosscheck import crosscheck
from ..evidence import Evidence
from ..identities import local_identities
from ..under_test import Backward, gradients_under_test, reference_backward
from .families import Case
from .planted import PLANTS, QUANTITIES, Place, Plant, random_place, zeroed_first_layer

SIZES = tuple(10.0**-k for k in range(1, 13))
ZEROED = "zeroed first layer"
FIRST = Place(("dW", 1), (0, 0))


class Key(NamedTuple):
    """One point of a curve: the kind of mistake, its relative size, and who looks for it."""

    plant: str
    size: float
    witness: str


@dataclass
class Detection:
    """How often a planted mistake was seen.

    Attributes:
        planted: mistakes that changed a number.
        seen: of these, found wrong.
        inconclusive: of these, not seen because no changed entry could be judged. The rest is
            below resolution: every changed entry could be judged, and no change passes its bound.
    """

    planted: int = 0
    seen: int = 0
    inconclusive: int = 0

    @property
    def share(self) -> float:
        """The share seen, 0 where nothing was planted."""
        return self.seen / max(self.planted, 1)

    @property
    def below_resolution(self) -> int:
        """Planted mistakes that pass no bound."""
        return self.planted - self.seen - self.inconclusive

    def merge(self, other: "Detection") -> None:
        """Add the counts of another part of the same run."""
        self.planted += other.planted
        self.seen += other.seen
        self.inconclusive += other.inconclusive


@dataclass
class Power:
    """The detections of one run, by kind, size and witness."""

    detections: dict[Key, Detection] = field(default_factory=dict)

    def merge(self, other: "Power") -> None:
        """Add the counts of another part of the same run."""
        for key, detection in other.detections.items():
            self.detections.setdefault(key, Detection()).merge(detection)


def measure_power(cases: Sequence[Case], seed: int, quantities: Sequence[str] = QUANTITIES) -> Power:
    """Return what each witness sees of each kind and size of mistake, one place in each right network."""
    power = Power()
    for evidence, place in _places(cases, seed, quantities):
        for kind, plant in PLANTS.items():
            for size in SIZES:
                power.merge(_detections(evidence, place, plant, Key(kind, size, "")))
    return power


def measure_zeroed(cases: Sequence[Case], seed: int) -> Power:
    """Return what each witness sees of a first layer whose dW and db are zero."""
    power = Power()
    for evidence, _ in _places(cases, seed, QUANTITIES):
        power.merge(_detections(evidence, FIRST, zeroed_first_layer, Key(ZEROED, 1.0, "")))
    return power


def _places(cases: Sequence[Case], seed: int, quantities: Sequence[str]) -> Iterator[tuple[Evidence, Place]]:
    """Yield the evidence on each right network that can be judged, with a place for a mistake."""
    evidence = crosscheck([case.problem for case in cases], seed=seed)
    for number, told in enumerate(evidence):
        if told.unjudgeable:
            continue
        place = random_place(gradients_of(told.problem), np.random.default_rng((seed, number)), quantities)
        if place is not None:
            yield told, place


def gradients_of(problem: Problem, backward: Backward = reference_backward) -> Gradients:
    """Return what a backward pass makes of a problem; the right one unless another is given."""
    network, X, Y = problem
    return gradients_under_test(network, network.forward(X), Y, backward)


def _detections(evidence: Evidence, place: Place, plant: Plant, key: Key) -> Power:
    """Return whether each witness sees the mistake, told by the verdict's own comparison."""
    network, X, _ = evidence.problem
    right = gradients_of(evidence.problem)
    wrong = gradients_of(evidence.problem, plant(place, key.size))
    was, now = (backward_values(gradients, np.asarray) for gradients in (right, wrong))
    if all(np.array_equal(was[block], now[block]) for block in was):
        return Power()  # 1 + off times a subnormal number is that number again
    found: dict[str, Detection] = {}
    for witness in ("autodiff", "differences"):
        found[witness] = _compared_again(evidence.comparisons[witness], now)
    found["alone"] = _compared_again(evidence.comparisons["alone"], _alone(evidence, place, was, now))
    cached = local_identities(network, network.forward(X), wrong, Roundoff.of(network.dtype))
    found["local"] = _detection(cached, was)
    return Power({key._replace(witness=witness): detection for witness, detection in found.items()})


def _alone(evidence: Evidence, place: Place, was: Values, now: Values) -> Values:
    """Return the guilty layer's own gradients, by itself under its random cotangent, off by the same factors."""
    comparison = evidence.comparisons["alone"]
    below: Block = ("da", place.layer - 1) if place.layer > 1 else ("dX", 0)
    spoiled: Values = {}
    for block, (got, _, _) in zip(comparison.blocks, comparison.rows, strict=True):
        spoiled[block] = got
        if block == below or (block[1] == place.layer and block[0] != "da"):
            with np.errstate(all="ignore"):
                factor = now[block] / was[block]
            spoiled[block] = got * np.where(np.isfinite(factor), factor, 1)
    return spoiled


def _compared_again(comparison: Comparison, now: Mapping[Block, Array]) -> Detection:
    """Return what a comparison that right numbers pass says of ``now``, the blocks it lacks being as they were."""
    got, should_be, bounds = zip(*comparison.rows, strict=True)
    was = dict(zip(comparison.blocks, got, strict=True))
    spoiled = [now.get(block, was[block]) for block in comparison.blocks]
    return _detection(compare(comparison.blocks, spoiled, should_be, bounds), was)


def _detection(comparison: Comparison, was: Mapping[Block, Array]) -> Detection:
    """Return whether the comparison finds anything wrong; if not, whether any entry that changed could be judged."""
    if not comparison.agrees:
        return Detection(planted=1, seen=1)
    rows = zip(comparison.blocks, comparison.rows, strict=True)
    judged = any(
        ((got != was[block]) & np.isfinite(bound) & np.isfinite(should_be)).any()
        for block, (got, should_be, bound) in rows
        if block in was
    )
    return Detection(planted=1, inconclusive=int(not judged))
