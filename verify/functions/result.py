"""The outcome of one gradient check: rows of plain data, and the report they print as."""

from dataclasses import dataclass
from typing import Self

from ..numerals import apart, with_bar

LISTED = 3  # kinks told one by one


class GradientError(AssertionError):
    """A gradient that is wrong; its message is the whole report."""


@dataclass(frozen=True)
class Evidence:
    """One partial derivative, or one slope along a direction, seen by every witness.

    Attributes:
        where: its place in words, e.g. "W[3, 1]".
        got: what gradient says.
        should_be: what it should be.
        complex_step: by the complex step, None where that is not used.
        differences: by central differences.
        bar: their error bar.
    """

    where: str
    got: float
    should_be: float
    complex_step: float | None
    differences: float
    bar: float

    def __str__(self) -> str:
        got, should_be = apart(self.got, self.should_be)
        exact = "" if self.complex_step is None else f"complex step {apart(self.complex_step, self.got, 5)[0]}, "
        witnesses = f"{exact}differences {with_bar(self.differences, self.bar)}"
        return f"{self.where}: got {got}, should be {should_be} ({witnesses})"


@dataclass(frozen=True)
class Row:
    """How the gradient of one argument agrees.

    Attributes:
        name: the argument.
        method: "entries", or "directions" where there were too many.
        compared: partial derivatives, or directions, compared.
        wrong: those farther off than their bound.
        inconclusive: those that could not be determined, at a kink or where differences do not settle.
        below_resolution: those smaller than what can be told from 0.
        fraction: the largest discrepancy over its bound.
        worst: the place of that largest fraction, None where nothing was compared.
        pattern: how they are wrong, in words, None where they are not.
        advice: where such a mistake is usually made, "" where there is none.
        kinks: the undetermined places in words.
    """

    name: str
    method: str
    compared: int
    wrong: int
    inconclusive: int
    below_resolution: int
    fraction: float
    worst: Evidence | None
    pattern: str | None
    advice: str
    kinks: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([*self._headline(), *self._kink_lines()])

    def _headline(self) -> list[str]:
        if self.wrong and self.worst:
            advice = [f"  try: {self.advice}"] if self.advice else []
            return [str(self.worst), f"  {self.pattern}", *advice]
        agreeing = self.compared - self.inconclusive
        margin = f", the closest call at {self.fraction:.2g} of its bound" if agreeing else ""
        below = f"; {self.below_resolution} below resolution" if self.below_resolution else ""
        noun = {"entries": "entries", "directions": "random directions"}[self.method]
        return [f"{self.name}: {agreeing} of {self.compared} {noun} agree{margin}{below}"]

    def _kink_lines(self) -> list[str]:
        if not self.inconclusive:
            return []
        more = [f"  and {self.inconclusive - LISTED} more"] if self.inconclusive > LISTED else []
        advice = "  try: move the point away, or check the convention there by hand"
        return [*(f"  {kink}" for kink in self.kinks[:LISTED]), *more, advice]


@dataclass(frozen=True)
class GradientCheck:
    """The outcome of ``check_gradients``; true where the gradient agrees.

    Attributes:
        verdict: "agree", "disagree" or "inconclusive".
        rows: one for each argument whose gradient has the right shape.
        faults: what is wrong beside the numbers: shapes, memory between calls, arguments changed.
        notes: what the reader should know of how it was judged.
        seed: what every random choice came from.
        evaluations: how often f was called.
    """

    verdict: str
    rows: tuple[Row, ...]
    faults: tuple[str, ...]
    notes: tuple[str, ...]
    seed: int
    evaluations: int

    @property
    def ok(self) -> bool:
        """Whether the gradient agrees."""
        return self.verdict == "agree"

    def __bool__(self) -> bool:
        return self.ok

    def raise_if_wrong(self) -> Self:
        """Return the outcome itself unless the gradient is wrong.

        Raises:
            GradientError: when the verdict is "disagree".
        """
        if self.verdict == "disagree":
            raise GradientError(f"\n{self}")
        return self

    def __str__(self) -> str:
        tail = f"seed {self.seed}, {self.evaluations} evaluations of f"
        return "\n".join([self._headline(), *self.faults, *map(str, self.rows), *self.notes, tail])

    def _headline(self) -> str:
        wrong, compared = sum(row.wrong for row in self.rows), sum(row.compared for row in self.rows)
        undetermined = sum(row.inconclusive for row in self.rows)
        units = "directions and entries" if any(r.method == "directions" for r in self.rows) else "partial derivatives"
        if self.verdict == "agree":
            return f"the gradient agrees, {compared} {units} compared"
        if self.verdict == "disagree":
            return f"the gradient is wrong: {wrong} of {compared} {units}" if wrong else "the numbers aside, a fault:"
        detail = f"{undetermined} of {compared} {units} undetermined" if undetermined else "nothing can be told from 0"
        return "the gradient could not be judged" + (f": {detail}" if compared else "")
