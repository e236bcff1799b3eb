"""Every value once: equal numbers of one shape and dtype share a key, however many names and objects hold them."""

import struct
import weakref
from typing import Any

import numpy as np

from .frames import KINDS, WIDEST, Described

NOT_A_NUMBER = -1
LARGEST = 1_500_000  # entries of one array worth keeping
LARGEST_BEFORE = 700_000  # the same before the first product: data that are still being cut to size
ROOM = 400_000_000  # bytes of all values of one run
FLOATS = frozenset((float, np.float64, np.float32))
LARGE = 4096  # bytes from which comparing is much cheaper than hashing

_DOUBLE, _LONG = struct.Struct("=d"), struct.Struct("=q")
_FLOAT, _INT = np.dtype(float).str, np.dtype(np.int64).str
_LONGEST = 1 << 63


class Store:
    """The values of one run.

    Attributes:
        values: each value as shape, dtype and bytes; its place is its key.
        full: whether a value had to be left out because there was no more room.
        largest: entries of an array worth keeping; fewer until the first product, while data are cut to size.
        skipped: how many values were too large to keep.
    """

    def __init__(self) -> None:
        self.values: list[Described] = []
        self.full = False
        self.largest = LARGEST_BEFORE
        self.skipped = 0
        self._keys: dict[Described, int] = {}
        self._held = 0
        self._objects: dict[int, tuple[weakref.ref[Any], int]] = {}
        self._floats: dict[int, tuple[Any, int]] = {}
        self._named = 0
        self._latest: dict[int, int] = {}

    def key(self, value: Any) -> int:
        """Return the key of a number or an array of numbers, NOT_A_NUMBER for anything else."""
        kind = type(value)
        if kind is float:
            return self._enter(((), _FLOAT, _DOUBLE.pack(value)))
        if kind is np.ndarray:
            return self._array(value)
        if kind is int:
            return self._enter(((), _INT, _LONG.pack(value))) if -_LONGEST <= value < _LONGEST else NOT_A_NUMBER
        if isinstance(value, np.ndarray):
            return self._array(np.asarray(value))
        if isinstance(value, np.number) and value.dtype.itemsize <= WIDEST:
            return self._enter(((), value.dtype.str, value.tobytes()))
        return NOT_A_NUMBER

    def identity(self, value: Any) -> int:
        """Return the number of the object, the same while it lives; NOT_A_NUMBER for what is no array and no float."""
        if type(value) in FLOATS:
            return self._number(value)
        if not isinstance(value, np.ndarray):
            return NOT_A_NUMBER
        known = self._objects.get(id(value))
        if known is not None and known[0]() is value:
            return known[1]
        self._named += 1
        self._objects[id(value)] = weakref.ref(value), self._named
        return self._named

    def _number(self, value: Any) -> int:
        """Return the number of a float, which is kept: another one made later could be in the same place otherwise."""
        known = self._floats.get(id(value))
        if known is None:
            self._named += 1
            known = self._floats[id(value)] = value, self._named
        return known[1]

    def _array(self, value: np.ndarray[Any, Any]) -> int:
        """Return the key of an array."""
        dtype = value.dtype
        if dtype.kind not in KINDS or dtype.itemsize > WIDEST:
            return NOT_A_NUMBER
        if value.size > self.largest:
            self.skipped += 1
            return NOT_A_NUMBER
        described = (value.shape, dtype.str, value.tobytes())
        return self._enter(described) if value.nbytes < LARGE else self._large(value, described)

    def _large(self, value: np.ndarray[Any, Any], described: Described) -> int:
        """Return the key of a large array: that of its last visit where it still holds the same."""
        name = self.identity(value)
        latest = self._latest.get(name)
        if latest is None or self.values[latest] != described:
            latest = self._latest[name] = self._enter(described)
        return latest

    def _enter(self, described: Described) -> int:
        """Return the key of a value, new where it has not been seen."""
        found = self._keys.get(described)
        if found is None:
            self._held += len(described[2])
            if self._held > ROOM:
                self.full = True
                return NOT_A_NUMBER
            found = self._keys[described] = len(self.values)
            self.values.append(described)
        return found
