"""Values cut out of a longer one: the weights that an optimiser holds as one vector."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..runs.tape import Tape

LARGEST = 200_000  # entries of a vector worth taking apart
VIEWS = ("T", "transpose", "reshape", "ravel", "flatten", "squeeze", "copy", "array", "asarray", "atleast_2d", "matrix")

Positions = NDArray[np.intp]


class Part(NamedTuple):
    """Where the entries of a value stand in the longer one: ``root``'s key, and flat positions in the part's shape."""

    root: int
    where: Positions


def parts(tape: Tape, roots: Iterable[int]) -> dict[int, list[Part]]:
    """Return, by key, of which of the given values each value is a part, however often cut out and rearranged.

    Arguments:
        tape: the run.
        roots: keys of the values that may have parts.
    """
    cutters = {key: _Cutter(tape, key) for key in roots if 1 < tape.recording.values[key].size <= LARGEST}
    found: dict[int, list[Part]] = defaultdict(list)
    for event in tape.events:
        whole = next((k for k in event.operands if k >= 0 and tape.shape(k)), -1)
        part = event.result
        if part < 0 or whole == part or not (whole in cutters or whole in found):
            continue
        node = tape.nodes[event.node]
        if node.kind == "subscript" or node.what.rpartition(".")[2] in VIEWS:
            above = [*found.get(whole, ()), *([Part(whole, _all_of(tape, whole))] if whole in cutters else ())]
            known = {part, *(p.root for p in found[part])}
            found[part] += [p for one in above if one.root not in known and (p := _cut(tape, cutters, one, part))]
    return {key: list(made) for key, made in found.items() if made}


def _all_of(tape: Tape, key: int) -> Positions:
    return np.arange(tape.recording.values[key].size).reshape(tape.shape(key))


def _cut(tape: Tape, cutters: dict[int, "_Cutter"], whole: Part, key: int) -> Part | None:
    """Return where a value stands in the root of what it was made from, None where it is no part of it."""
    value = tape.recording.values[key]
    if value.size == whole.where.size:
        shape, values = value.shape, tape.recording.values[whole.root].ravel()
        forms = (whole.where.T, whole.where.reshape(shape), whole.where.reshape(shape, order="F"))
        same = (form for form in forms if form.shape == shape and np.array_equal(values[form], value))
        where = next(same, None)
    else:
        where = cutters[whole.root].positions(value)
    return None if where is None else Part(whole.root, where)


class _Cutter:
    """Finds parts of one value: by their entries where these are distinct, else as the next stretch that is equal."""

    def __init__(self, tape: Tape, key: int) -> None:
        self.flat = tape.recording.values[key].ravel()
        self.taken = 0

    @cached_property
    def order(self) -> Positions:
        """The positions of the entries, the least first; most values are never looked into."""
        return np.argsort(self.flat, kind="stable")

    @cached_property
    def sorted(self) -> NDArray[np.generic]:
        """The entries, the least first."""
        return self.flat[self.order]

    def positions(self, value: NDArray[np.generic]) -> Positions | None:
        """Return the flat positions of a value's entries in the value's shape, None where it is no part."""
        if not 0 < value.size < self.flat.size:
            return None
        first = np.searchsorted(self.sorted, value, side="left")
        last = np.searchsorted(self.sorted, value, side="right")
        if (last - first == 1).all():
            return np.asarray(self.order[first])
        return None if (last == first).any() else self._stretch(value)

    def _stretch(self, value: NDArray[np.generic]) -> Positions | None:
        """Return the next stretch, after those given out before, that holds the value."""
        windows = np.lib.stride_tricks.sliding_window_view(self.flat, value.size)
        starts = np.flatnonzero((windows == value.ravel()).all(axis=1))
        if not len(starts):
            return None
        start = next((s for s in starts if s >= self.taken), starts[0])
        self.taken = int(start) + value.size
        return np.asarray(np.arange(start, start + value.size).reshape(value.shape))
