"""Two arrays and a bound: do they agree, where do they differ most, and what could not be judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from reference.arrays import Array

from .blocks import Block

Row: TypeAlias = tuple[Array, Array, Array]


@dataclass(frozen=True)
class Comparison:
    """How several blocks of numbers agree with what they should be; one entry of each array per block.

    Attributes:
        blocks: the quantity and the layer of each block.
        compared: entries in the block.
        wrong: entries whose discrepancy passes their bound.
        inconclusive: entries that have no finite bound or no finite value to agree with.
        below_resolution: entries that agree, but whose bound is as large as they are: nothing is proved.
        fraction: the largest |got - should be| / bound over the entries that could be judged.
        rows: what was got, what it should be and the bound, block by block.
    """

    blocks: tuple[Block, ...]
    compared: NDArray[np.int64]
    wrong: NDArray[np.int64]
    inconclusive: NDArray[np.int64]
    below_resolution: NDArray[np.int64]
    fraction: Array
    rows: tuple[Row, ...]

    @property
    def agrees(self) -> bool:
        """Whether no entry of any block is wrong."""
        return not self.wrong.any()

    @property
    def first_wrong(self) -> int | None:
        """The position of the first block with a wrong entry, None where all agree."""
        found = np.flatnonzero(self.wrong)
        return int(found[0]) if found.size else None


def compare(
    blocks: Sequence[Block], got: Sequence[Array], should_be: Sequence[Array], bound: Sequence[Array]
) -> Comparison:
    """Compare blocks of numbers entry by entry, each entry against its own bound.

    An entry is wrong when |got - should be| > bound, inconclusive when its bound or the value it
    should have is NaN or infinite, and below resolution when it is not exactly as it should be
    by construction and its bound is at least as large as both values.

    Arguments:
        blocks: the name of each block.
        got: the numbers under test, one array per block, of any shape; blocks may be empty.
        should_be: what an independent computation says, same shapes.
        bound: the largest honest discrepancy of each entry, same shapes, 0 or more.

    Returns:
        The tallies of each block.
    """
    sizes = np.array([g.size for g in got])
    ends = np.cumsum(sizes)
    flat_got, flat_should, flat_bound = _flat(got), _flat(should_be), _flat(bound)
    fraction, judged = _fractions(flat_got, flat_should, flat_bound)
    size = np.maximum(np.abs(flat_got), np.abs(flat_should))
    below = judged & (flat_bound >= size) & (size > 0)
    return Comparison(
        tuple(blocks),
        sizes,
        _sums(fraction > 1, sizes, ends),
        _sums(~judged, sizes, ends),
        _sums(below, sizes, ends),
        _largest(fraction, sizes, ends),
        tuple(zip(got, should_be, bound, strict=True)),
    )


def worst(row: Row) -> tuple[int, ...]:
    """Return the index of the largest discrepancy, as a fraction of its bound, in one block."""
    got, should_be, bound = row
    fraction, _ = _fractions(got.astype(np.float64), should_be, bound)
    return tuple(int(i) for i in np.unravel_index(int(fraction.argmax()), fraction.shape))


def _fractions(got: Array, should_be: Array, bound: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Return |got - should be| / bound, infinite for a NaN where a number should be, -1 where nothing can be judged."""
    judged = np.isfinite(bound) & np.isfinite(should_be)
    with np.errstate(all="ignore"):
        fraction: Array = np.abs(got - should_be) / bound
    fraction[got == should_be] = 0
    fraction[np.isnan(fraction)] = np.inf
    fraction[~judged] = -1
    return fraction, judged


def _flat(arrays: Sequence[Array]) -> Array:
    return np.concatenate([a.ravel() for a in arrays], dtype=np.float64)


def _sums(flags: NDArray[np.bool_], sizes: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many flags are set in each block."""
    if not flags.any():
        return np.zeros_like(sizes)
    total = np.concatenate(([0], np.cumsum(flags)))
    counts: NDArray[np.int64] = total[ends] - total[ends - sizes]
    return counts


def _largest(values: Array, sizes: NDArray[np.int64], ends: NDArray[np.int64]) -> Array:
    """Return the maximum of each block, 0 for an empty or wholly unjudged one."""
    filled = sizes > 0
    largest = np.zeros(len(sizes))
    if filled.any():
        largest[filled] = np.maximum(np.maximum.reduceat(values, (ends - sizes)[filled]), 0)
    return largest
