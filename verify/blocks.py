"""The quantities of one network as named blocks, in the order they are computed in.

z_1, a_1, z_2, a_2, ..., the loss, then da_L, dz_L, dW_L, db_L, da_{L-1}, ... down to dX. The first block that
disagrees has inputs that agree.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias, TypeVar

import numpy as np

from reference import Gradients, Trace
from reference.arrays import Array

Block: TypeAlias = tuple[str, int]  # a quantity and its layer, counted from 1: ("dW", 2); ("loss", 0), ("dX", 0)
Values: TypeAlias = dict[Block, Array]
Part = TypeVar("Part")


def name(block: Block) -> str:
    """Return how the block is written in a table: dW_2, dX, loss."""
    quantity, layer = block
    return f"{quantity}_{layer}" if layer else quantity


def values(loss: float, trace: Trace, gradients: Gradients) -> Values:
    """Return every block of one network, in the order of computing."""
    return {**dict(_forward(trace)), ("loss", 0): np.array([loss]), **backward_values(gradients, np.asarray)}


def backward_values(gradients: Any, convert: Callable[[Any], Part]) -> dict[Block, Part]:
    """Return the blocks of the reverse sweep, in its order, from anything with the fields of ``Gradients``."""
    return {block: convert(part) for block, part in _backward(gradients)}


def _forward(trace: Trace) -> Iterator[tuple[Block, Array]]:
    for number, (z, a) in enumerate(zip(trace.z, trace.a, strict=True), 1):
        yield ("z", number), z
        yield ("a", number), a


def _backward(gradients: Any) -> Iterator[tuple[Block, Any]]:
    for k in reversed(range(len(gradients.dz))):
        yield ("da", k + 1), gradients.da[k]
        yield ("dz", k + 1), gradients.dz[k]
        yield ("dW", k + 1), gradients.dW[k]
        yield ("db", k + 1), gradients.db[k]
    yield ("dX", 0), gradients.dX
