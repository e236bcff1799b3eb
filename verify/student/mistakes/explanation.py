"""An explanation of a program's gradients: the mistakes that reproduce them, and the state of the search for them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from reference.arrays import Array

from .stage import Variant

IMPLIED = "implied slope"  # the step of a mistake that is told by its values alone
KEPT = "kept pass"  # that of a sweep right in every line, through the numbers of an earlier pass
LAID_OUT = "laid out"  # that of gradients in the wrong places of a vector
BEAM = 48
# Where several fit, the likelier first: what the run has shown, then in the order of how often it was seen in the wild.
LIKELY = (
    *("B28", "B10", "B54", "B56", "B4", "B7", "B11", "B3", "B8", "B9"),
    *("B5", "B6", "B24", "B1", "B16", "B15", "B25", "B42", "B40"),
)


class Found(NamedTuple):
    """One wrong step of an explanation.

    Attributes:
        bug: the catalogue's id.
        layer: counted from 1.
        quantity: the first quantity it makes wrong: "delta", "dW" or "db".
        wrong, right: formulas.
        value: what the wrong step computes, up to a constant.
        step: the step: "error" (at the output), "slope" (the factor f'), "down", "dW" or "db".
    """

    bug: str
    layer: int
    quantity: str
    wrong: str
    right: str
    value: Array
    step: str


@dataclass(frozen=True)
class Explanation:
    """Mistakes that together reproduce every observed gradient.

    Attributes:
        found: the wrong steps from the top layer down; empty where the gradients are right.
        scale: observed = scale * gradient of the summed loss, for every parameter.
        loss: the loss it is measured against.
        deltas: delta of every layer as the mistaken sweep computes it.
    """

    found: tuple[Found, ...]
    scale: float
    loss: str
    deltas: tuple[Array, ...]

    @property
    def bugs(self) -> tuple[str, ...]:
        """The distinct ids, in the order found."""
        return tuple(dict.fromkeys(f.bug for f in self.found))

    @property
    def words(self) -> tuple[tuple[str, int, str], ...]:
        """What is said of the mistakes: two explanations with the same words are one."""
        return tuple((f.bug, f.layer, f.wrong) for f in self.found)

    @property
    def cost(self) -> tuple[int, int, int]:
        """Distinct mistakes, then places, to sort by: one mistake made in every layer is one mistake.

        Steps that climb are another, and a slope that is told by its values alone counts twice: two known mistakes
        that make it explain more. Among equals what is common, or said of the loss, goes before what is rare.
        """
        rare = sum(len(LIKELY) * (1 + (f.step == IMPLIED)) if f.bug not in LIKELY or f.step == IMPLIED
                   else LIKELY.index(f.bug) for f in self.found)  # fmt: skip
        extra = (self.scale < 0) + any(f.step == IMPLIED for f in self.found)
        return (len({(f.bug, f.wrong) for f in self.found}) + extra, len(self.found), rare)


class State(NamedTuple):
    """The sweep down to a layer, with the mistakes so far; ``scale`` None until a gradient has fixed it.

    ``only`` holds the ids of the mistakes that are looked for, None for all.
    """

    da: Array
    delta: Array
    scale: float | None
    found: tuple[Found, ...]
    deltas: tuple[Array, ...]
    only: frozenset[str] | None = None

    def may(self, bug: str) -> bool:
        """Return whether a mistake is one of those that are looked for."""
        return self.only is None or bug in self.only

    @property
    def cost(self) -> tuple[int, int]:
        """How many mistakes there are, and in how many places."""
        return (len({(f.bug, f.wrong) for f in self.found}), len(self.found))


def few_enough(states: Iterator["State"], most: int) -> list["State"]:
    """Return the states with no more than that many mistakes."""
    return [state for state in states if state.cost[0] <= most]


def is_another(value: Array, right: Array) -> bool:
    """Return whether a step's result can be used and is not the right one: a variant may change nothing here."""
    if value.shape != right.shape:
        return False
    off = np.abs(value - right).max(initial=0)  # not a number where the value holds one
    return bool(1e-9 * np.abs(right).max(initial=0) < off < np.inf)


def found_of(variant: Variant, l: int, quantity: str, value: Array, step: str) -> Found:
    """Return the mistake that a variant is at layer l, counted from 0."""
    return Found(variant.bug, l + 1, quantity, variant.wrong, variant.right, value, step)
