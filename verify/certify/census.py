"""What an activation's float32 results are like: how far from its own float64 results, rounded to float32."""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from reference import ELEMENTWISE
from reference.arrays import Array
from reference.elementwise.entry import ArrayFunction

from .roots import largest_slope, near_a_root

Single: TypeAlias = NDArray[np.float32]
QUIET = 0x400000  # the bit that tells a quiet NaN from a signalling one
CLASSES = (0, 1, 2, 4, 8)  # ulp; what is more than the last is a class too
NONE = (0,) * (len(CLASSES) + 1)


class Census(NamedTuple):
    """What was found of one function at some float32 inputs.

    Attributes:
        counts: how many results are off by 0, 1, 2, 3 to 4, 5 to 8 and more ulp.
        worst: the most, in ulp of float32: the floats passed on the way to the right one.
        at: an input where it is reached.
        near_root: how many of the results that are off lie near a root of f'; they are not in ``counts``.
        root_error: the largest absolute error of those over max |f'|, in units of 2^-24.
        not_numbers: results that are NaN and should not be, or the other way round.
        warned: the pieces that raised a floating-point warning other than underflow.
    """

    counts: tuple[int, ...] = NONE
    worst: int = 0
    at: float = 0.0
    near_root: int = 0
    root_error: float = 0.0
    not_numbers: int = 0
    warned: int = 0

    def merged(self, other: "Census") -> "Census":
        """Return the census of both sets of inputs, whichever order they come in."""
        worst, at = max((self.worst, self.at), (other.worst, other.at))
        return Census(
            tuple(a + b for a, b in zip(self.counts, other.counts, strict=True)),
            worst,
            at,
            self.near_root + other.near_root,
            max(self.root_error, other.root_error),
            self.not_numbers + other.not_numbers,
            self.warned + other.warned,
        )

    @property
    def inputs(self) -> int:
        """How many inputs were looked at."""
        return sum(self.counts) + self.near_root + self.not_numbers


def rank(x: Single) -> NDArray[np.int64]:
    """Return the place of each number in the order of all float32, 0 for both zeros."""
    bits = x.view(np.int32).astype(np.int64)
    return np.where(bits >= 0, bits, -(2**31) - bits)


def census(name: str, part: str, z: Single) -> Census:
    """Return what one part, "forward" or "derivative", of an activation is like at z, of shape (n,)."""
    f: ArrayFunction = getattr(ELEMENTWISE[name], part)
    with np.errstate(all="ignore"):
        true = f(z.astype(np.float64))
        rounded = true.astype(np.float32)
    got, warned = _watched(f, z)
    off = np.flatnonzero(got.view(np.uint32) != rounded.view(np.uint32))  # bits compare faster than numbers
    found = _differences(name, part, z[off], got[off], rounded[off], true[off])
    right = z.size - found.inputs
    return found._replace(counts=(found.counts[0] + right, *found.counts[1:]), warned=int(warned))


def _watched(f: ArrayFunction, z: Single) -> tuple[Single, bool]:
    """Return f(z) and whether it warned where it should not."""
    try:
        with silent():
            return f(z), False
    except FloatingPointError:
        with np.errstate(all="ignore"):
            got = f(z)
        return got, _warns(f, z[~_may_warn(z, got)])


def _may_warn(z: Single, got: Single) -> NDArray[np.bool_]:
    """Return where a warning is right: at a signalling NaN (IEEE 754 wants it), and where an infinity has no value."""
    signalling = np.isnan(z) & (z.view(np.uint32) & QUIET == 0)
    may: NDArray[np.bool_] = signalling | (np.isinf(z) & np.isnan(got))
    return may


def _warns(f: ArrayFunction, z: Single) -> bool:
    try:
        with silent():
            f(z)
    except FloatingPointError:
        return True
    return False


def silent() -> np.errstate:
    """Return the context in which every floating-point warning but underflow is an error."""
    return np.errstate(over="raise", divide="raise", invalid="raise", under="ignore")


def _differences(name: str, part: str, z: Single, got: Single, rounded: Single, true: Array) -> Census:
    """Return the census of the inputs whose result has other bits than the right one; NaN beside NaN is left out."""
    missing = np.isnan(got), np.isnan(rounded)
    numbers = ~(missing[0] | missing[1])
    near = numbers & near_a_root(name, z) if part == "derivative" else np.zeros_like(numbers)
    plain = numbers & ~near
    root_error = np.abs(got[near] - true[near]).max(initial=0) / largest_slope(name) * 2**24
    ulps = np.abs(rank(got[plain]) - rank(rounded[plain]))
    classes = np.bincount(np.searchsorted(CLASSES, ulps), minlength=len(NONE))
    worst, at = (int(ulps.max()), float(z[plain][ulps.argmax()])) if ulps.size else (0, 0.0)
    strange = int(np.sum(missing[0] != missing[1]))
    return Census(tuple(classes.tolist()), worst, at, int(near.sum()), float(root_error), strange)
