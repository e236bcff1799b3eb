"""What the sweep holds at one layer, and a wrong step there: the formula, the right one, what it computes.

A variant replaces one step at one layer: the error at the output, the derivative, the product that goes down, dW
or db. It returns what the wrong step computes, or None where it cannot be written (shapes that do not fit).
"""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from reference.arrays import Array

from ..reading.point import Point, weight_penalty


class Stage(NamedTuple):
    """What the sweep holds when it reaches layer l, counted from 0.

    Attributes:
        point: the forward pass.
        l: the layer.
        da: dL/da_l as this sweep has it; where delta goes down, that of the layer it goes to is computed.
        delta: dL/dz_l as this sweep has it.
        above: delta of the layer above, None at the output.
    """

    point: Point
    l: int
    da: Array
    delta: Array
    above: Array | None = None

    @property
    def W(self) -> Array:
        """The layer's weights."""
        return self.point.W[self.l]

    @property
    def z(self) -> Array:
        """Its pre-activations."""
        return self.point.z[self.l]

    @property
    def a(self) -> Array:
        """Its activations."""
        return self.point.a[self.l]

    @property
    def a_in(self) -> Array:
        """Its input."""
        return self.point.inputs[self.l]

    @property
    def slope(self) -> Array:
        """f'(z), entry by entry."""
        return self.point.curves[self.l].derivative(self.z)

    @property
    def penalty(self) -> Array:
        """What the loss's penalty adds to dW."""
        return weight_penalty(self.point, self.l)


Change: TypeAlias = Callable[[Stage], Array | None]


class Variant(NamedTuple):
    """One wrong step.

    Attributes:
        bug: the catalogue's id.
        change: the stage -> what the wrong step computes.
        wrong: the wrong step as a formula.
        right: the right one.
    """

    bug: str
    change: Change
    wrong: str
    right: str


ONE = {-1: "last", 0: "first", 1: "second", 2: "third"}
"""Of several samples or units the one that alone is counted."""
RIGHT_DERIVATIVE = "delta_l = dL/da_l * f'(z_l)"
MASKED = "delta_l = dL/da_l * mask_l * f'(z_l)"
RIGHT_DW = "dW_l = a_(l-1)^T delta_l"
RIGHT_DB = "db_l = sum of delta_l over the batch"
UNSUMMED, UNSUMMED_ABOVE = "delta_l, not summed", "delta_(l+1), not summed"
NOTHING_DOWN = "nothing goes down: dL/da_(l-1) = 0"
RIGHT_DOWN = "dL/da_(l-1) = delta_l W_l^T"


def same_shape(new: Array, old: Array) -> Array | None:
    """Return ``new`` where it has the shape that the sweep needs."""
    return new if new.shape == old.shape else None
