"""The first disagreement of one network, told: what, where, what it should be, and how it is wrong."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .agreement import Row, worst
from .blocks import Block
from .numerals import apart, place, with_bar
from .patterns import Pattern, find_pattern

if TYPE_CHECKING:
    from .evidence import Evidence


@dataclass(frozen=True, kw_only=True)
class Fault:
    """The first disagreement of one network, in the order of computing.

    Attributes:
        layer: of the guilty quantity, counted from 1; 0 for the loss and dX.
        activation: of that layer, or the loss's name.
        quantity: the guilty quantity; ``index`` its worst entry.
        got: the implementation's value there.
        autodiff, differences, error_bar: what the oracles say there, None where one did not speak.
        witness: the oracle that found it, a key of ``ORACLES``; ``should_be`` its value.
        pattern: how the block is wrong, in words; ``advice`` where to look.
    """

    layer: int
    activation: str
    quantity: str
    index: tuple[int, ...]
    got: float
    should_be: float
    autodiff: float | None
    differences: float | None
    error_bar: float | None
    witness: str
    pattern: str
    advice: str

    def __str__(self) -> str:
        got, should_be = apart(self.got, self.should_be)
        where = f"layer {self.layer} ({self.activation}) " if self.layer else f"{self.activation} "
        where = "" if self.quantity == "dX" else where
        index = () if self.quantity == "loss" else self.index
        headline = f"{where}{place(self.quantity, index)}: got {got}, should be {should_be} ({self._witnesses()})"
        return "\n".join([headline, f"  {self.pattern}", *([f"  try: {self.advice}"] if self.advice else [])])

    def _witnesses(self) -> str:
        spoken = [] if self.autodiff is None else [f"autodiff {apart(self.autodiff, self.got, 5)[0]}"]
        if self.differences is not None and self.error_bar is not None:
            spoken.append(f"differences {with_bar(self.differences, self.error_bar)}")
        if self.witness == "local":
            spoken.append("from its neighbours' own values")
        if self.witness == "alone":
            spoken.append("the layer by itself under a random cotangent")
        return ", ".join(spoken)


def told(evidence: "Evidence", pattern: Pattern | None = None) -> Fault | None:
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


def guilty_row(evidence: "Evidence") -> Row:
    """Return the guilty block as got, as it should be, and its bound."""
    assert evidence.fault is not None
    block, witness = evidence.fault
    comparison = evidence.comparisons[witness]
    return comparison.rows[comparison.blocks.index(block)]


def pattern_of(evidence: "Evidence") -> Pattern | None:
    """Return how the guilty block is wrong."""
    sizes = {"the batch size": len(evidence.problem.X), "the number of outputs": evidence.problem.network.sizes[-1]}
    return find_pattern(*guilty_row(evidence), sizes)


def _oracles_at(
    evidence: "Evidence", block: Block, index: tuple[int, ...]
) -> tuple[float | None, float | None, float | None]:
    """Return what autodiff says at one entry, then differences with their bar; None where one is silent."""
    autodiff = float(evidence.autodiff[block][index]) if block in evidence.autodiff else None
    estimate = evidence.differences.get(block)
    if estimate is None or not np.isfinite(estimate.bar[index]):
        return autodiff, None, None
    return autodiff, float(estimate.value[index]), float(estimate.bar[index])
