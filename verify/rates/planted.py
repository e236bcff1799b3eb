"""Mistakes of a chosen size, planted into a right backward pass: what the power of a checker is measured with."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from reference import Activation, Dense, Gradients, Network, Trace
from reference.arrays import Array

from ..blocks import Block
from ..under_test import Backward

QUANTITIES = ("dW", "db", "dz")
PARAMETERS = ("dW", "db")  # all that a checker of a loss as a function of its parameters can see


class Place(NamedTuple):
    """Where a mistake is made: a block of a gradient, the layer it belongs to, one of its entries."""

    block: Block
    at: tuple[int, ...]

    @property
    def layer(self) -> int:
        """Counted from 1."""
        return self.block[1]


Plant: TypeAlias = Callable[[Place, float], Backward]


def random_place(gradients: Gradients, rng: np.random.Generator, quantities: Sequence[str]) -> Place | None:
    """Return an entry that is not 0 of one of these quantities in a random layer, None where the block has none."""
    quantity, k = str(rng.choice(quantities)), int(rng.integers(len(gradients.dz)))
    places = np.argwhere(getattr(gradients, quantity)[k])
    if not len(places):
        return None
    return Place((quantity, k + 1), tuple(int(i) for i in places[rng.integers(len(places))]))


def wrong_entry(place: Place, off: float) -> Backward:
    """Return the right backward pass but for one entry, times 1 + off."""
    return _spoiled(place.block, lambda part: _with_entry(part, place.at, off))


def wrong_block(place: Place, off: float) -> Backward:
    """Return the right backward pass but for one dW, db or dz, all of it times 1 + off."""
    return _spoiled(place.block, lambda part: part * (1 + off))


def wrong_rule(place: Place, off: float) -> Backward:
    """Return the reverse sweep with f' of one layer times 1 + off; everything further down inherits it."""

    def backward(network: Network, trace: Trace, Y: ArrayLike | None) -> Gradients:
        layers = list(network.layers)
        layer = layers[place.layer - 1]
        entry: Any = layer.activation.entry
        right = entry.derivative
        # a float64 factor would turn float32 gradients into float64
        wrong = dataclasses.replace(entry, derivative=lambda *given: right(*given) * given[0].dtype.type(1 + off))
        layers[place.layer - 1] = Dense(layer.affine, Activation(wrong))
        return dataclasses.replace(network, layers=tuple(layers)).backward(trace, Y)

    return backward


def zeroed_first_layer(place: Place, off: float) -> Backward:  # noqa: ARG001 - every plant takes the same arguments
    """Return the right backward pass with dW_1 and db_1 zero, as where the gradient is thought to have vanished."""
    nothing = _spoiled(("dW", 1), np.zeros_like)
    return lambda network, trace, Y: _replaced(nothing(network, trace, Y), ("db", 1), np.zeros_like)


PLANTS: dict[str, Plant] = {"one entry": wrong_entry, "one block": wrong_block, "one layer rule": wrong_rule}


def _spoiled(block: Block, spoil: Callable[[Array], Array]) -> Backward:
    return lambda network, trace, Y: _replaced(network.backward(trace, Y), block, spoil)


def _replaced(gradients: Gradients, block: Block, spoil: Callable[[Array], Array]) -> Gradients:
    quantity, layer = block
    parts = list(getattr(gradients, quantity))
    parts[layer - 1] = spoil(parts[layer - 1])
    changed: dict[str, Any] = {quantity: tuple(parts)}
    return gradients._replace(**changed)


def _with_entry(part: Array, index: tuple[int, ...], off: float) -> Array:
    spoiled = part.copy()
    spoiled[index] *= 1 + off
    return spoiled
