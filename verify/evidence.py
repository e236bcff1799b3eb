"""What the oracles say of one network: the verdict, the first fault, and why nothing can be said."""

from dataclasses import dataclass

import numpy as np

from .agreement import Comparison, Row, worst
from .architectures import Problem
from .blocks import Block, Values, name
from .fault import Fault
from .ladder import Estimate
from .patterns import Pattern, find_pattern

ORACLES = {
    "autodiff": "every value and gradient by JAX, to the running bound",
    "differences": "central differences of every partial derivative, to three error bars plus the running bound",
    "alone": "each layer by itself under a random signed cotangent, by central differences",
    "local": "each quantity from its cached neighbours",
}
TOLERATED = 0.01  # the share of inconclusive comparisons above which the whole is inconclusive


@dataclass(frozen=True)
class Evidence:
    """What the oracles say of one network.

    Attributes:
        problem: the network and its batch.
        got: the implementation's own numbers, in the order of computing.
        comparisons: the implementation against each oracle asked.
        autodiff: JAX's numbers, empty where it was not asked.
        differences: the estimates with their error bars, empty where they were not asked.
        bounds: the running bound of every block.
        mutual: autodiff against differences, None where only one was asked.
    """

    problem: Problem
    got: Values
    comparisons: dict[str, Comparison]
    autodiff: Values
    differences: dict[Block, Estimate]
    bounds: Values
    mutual: Comparison | None

    def __str__(self) -> str:
        headline = {"agree": "every oracle agrees", "disagree": "wrong", "inconclusive": "cannot judge"}[self.verdict]
        reason = self.unjudgeable
        if reason or self.verdict != "disagree":
            share = f"{self.inconclusive_share:.2%} of the comparisons are inconclusive"
            return f"{headline}: {reason or share}"
        return f"{headline}: {told(self)}"

    @property
    def verdict(self) -> str:
        """Whether all "agree", some "disagree", or the network is "inconclusive".

        It is inconclusive where nothing can be said of it, or where nothing is wrong but more than
        1 % of the comparisons could not be judged.
        """
        if self.unjudgeable:
            return "inconclusive"
        if self.fault:
            return "disagree"
        return "inconclusive" if self.inconclusive_share > TOLERATED else "agree"

    @property
    def inconclusive_share(self) -> float:
        """The share of the comparisons of an entry with an oracle that could not be judged."""
        comparisons = self.comparisons.values()
        compared = sum(int(c.compared.sum()) for c in comparisons)
        return sum(int(c.inconclusive.sum()) for c in comparisons) / max(compared, 1)

    @property
    def fault(self) -> tuple[Block, str] | None:
        """The first block in the order of computing that an oracle finds wrong, and that oracle.

        A layer alone speaks only where the others see nothing: by itself each is the first layer, and
        a mistake made in the first layer only would be put down to the last.
        """
        order = list(self.got)
        found = [
            (oracle == "alone", order.index(comparison.blocks[first]), oracle)
            for oracle, comparison in self.comparisons.items()
            if (first := comparison.first_wrong) is not None
        ]
        if not found:
            return None
        _, place, oracle = min(found)
        return order[place], oracle

    @property
    def unjudgeable(self) -> str | None:
        """Why nothing can be said of this network, None where something can.

        The two global oracles can only contradict each other about gradients where they share
        the forward values; a wrong forward pass is the implementation's own fault.
        """
        if self.autodiff and not np.isfinite(self.autodiff["loss", 0]).all():
            return "the loss is infinite or NaN at this point"
        if self._beyond_range:
            return f"a value passes the largest {self.problem.network.dtype}"
        fault = self.fault
        if fault and fault[0][0] in ("z", "a", "loss"):
            return None
        if self.mutual is not None and self.mutual.first_wrong is not None:
            return (
                f"autodiff and differences contradict each other on {name(self.mutual.blocks[self.mutual.first_wrong])}"
            )
        return None

    @property
    def _beyond_range(self) -> bool:
        """Whether JAX, in float64, has a finite value that the network's own dtype does not reach."""
        dtype = self.problem.network.dtype
        return dtype != np.float64 and any(
            ((np.abs(v) > np.finfo(dtype).max) & np.isfinite(v)).any() for v in self.autodiff.values()
        )


def told(evidence: Evidence, pattern: Pattern | None = None) -> Fault | None:
    """Return the evidence's first disagreement, None where there is none.

    Arguments:
        evidence: of one network.
        pattern: how the block is wrong, where a larger network shows it better; read off this one if left out.
    """
    if evidence.fault is None:
        return None
    block, witness = evidence.fault
    quantity, layer = block
    row = guilty_row(evidence)
    index = worst(row)
    pattern = pattern or pattern_of(evidence)
    autodiff, differences, error_bar = _oracles_at(evidence, block, index) if witness != "alone" else (None,) * 3
    network = evidence.problem.network
    return Fault(
        layer=layer,
        activation=network.layers[layer - 1].activation.entry.name if layer else network.objective.name,
        quantity=quantity,
        index=index,
        got=float(row[0][index]),
        should_be=float(row[1][index]),
        autodiff=autodiff,
        differences=differences,
        error_bar=error_bar,
        witness=witness,
        pattern=pattern.words if pattern else "",
        advice=pattern.advice if pattern else "",
    )


def guilty_row(evidence: Evidence) -> Row:
    """Return the guilty block as got, as it should be, and its bound."""
    assert evidence.fault is not None
    block, witness = evidence.fault
    comparison = evidence.comparisons[witness]
    return comparison.rows[comparison.blocks.index(block)]


def pattern_of(evidence: Evidence) -> Pattern | None:
    """Return how the guilty block is wrong."""
    sizes = {"the batch size": len(evidence.problem.X), "the number of outputs": evidence.problem.network.sizes[-1]}
    return find_pattern(*guilty_row(evidence), sizes)


def _oracles_at(
    evidence: Evidence, block: Block, index: tuple[int, ...]
) -> tuple[float | None, float | None, float | None]:
    """Return what autodiff says at one entry, then differences with their bar; None where one is silent."""
    autodiff = float(evidence.autodiff[block][index]) if block in evidence.autodiff else None
    estimate = evidence.differences.get(block)
    if estimate is None or not np.isfinite(estimate.bar[index]):
        return autodiff, None, None
    return autodiff, float(estimate.value[index]), float(estimate.bar[index])
