"""What of a run is told: its events as columns of whole numbers, and the values that these refer to."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .callers import USED
from .frames import Described, describe, pack
from .misfits import crossed, misfit, suited
from .recorder import KEPT, Recorder, Report
from .stand_ins.samples import MADE

WIDE = 200_000
"""Entries of an array that is told only if the program uses it once its products have begun: before, it is data that
is still being cut to size, and only its parts matter."""
MANY = 4000  # reports before the first product: data are made number by number

Keys = NDArray[np.int64]


def recorded(recorder: Recorder, more: Mapping[str, Any], names: Mapping[str, int]) -> bytes:
    """Return the frame of a run.

    Arguments:
        recorder: what was reported.
        more: what else the header holds.
        names: keys of values by the expressions that hold them at the end.
    """
    values = recorder.kept.values
    start = next((at for at, r in enumerate(recorder.reports) if recorder.is_product[r[0]]), 0)
    early = _thinned(recorder.reports[:start])
    reports, start = [*early, *recorder.reports[start:]], len(early)
    results = _column(r[3] for r in reports)
    operands = _column(k for r in reports for k in r[2])
    new, kept = _renumbered(values, _told(reports, start), [k for k in names.values() if k >= 0])
    columns = [_column(r[0] for r in reports), _column(r[1] for r in reports), new[results]]
    columns += [_column(r[4] for r in reports), _column(len(r[2]) for r in reports), new[operands]]
    columns.append(_column(k for r in reports for k in r[5]))
    found = recorder.updates
    header = {
        **more,
        "names": {name: int(new[key]) for name, key in names.items()},
        "used": sorted(USED),
        "made": MADE,
        "misfit": misfit(recorder) if "table" in USED else "",
        "crossed": "table" in USED and crossed(recorder),
        "suited": "table" in USED and suited(recorder),
        "updates": max(found.counts.values(), default=0),
        "matrices": recorder.matrices,
        "objects": [] if found.products else recorder.objects.seen,
        "backward": found.backward,
        "products": found.products,
    }
    return pack(header, [*map(describe, columns), *(values[k] for k in kept)])


def _thinned(reports: Sequence[Report]) -> Sequence[Report]:
    """Return what was reported before the first product; of very much, the first and the last of each expression."""
    if len(reports) <= MANY:
        return reports
    last = {r[0]: r[1] for r in reports}
    return [r for r in reports if r[1] < KEPT or r[1] == last[r[0]]]


def _column(numbers: Iterable[int]) -> Keys:
    return np.fromiter(numbers, np.int64)


def _told(reports: Sequence[Report], start: int) -> tuple[set[int], set[int]]:
    """Return the keys that reports refer to before and since a position."""

    def keys(some: Sequence[Report]) -> set[int]:  # no np.unique: its first call in a fork takes more than a run does
        return {k for r in some for k in (r[3], *r[2]) if k >= 0}

    return keys(reports[:start]), keys(reports[start:])


def _renumbered(
    values: Sequence[Described], told: tuple[set[int], set[int]], names: Sequence[int]
) -> tuple[Keys, list[int]]:
    """Return the new key of each old one, -1 (also at place -1) where its value is not told, and the old keys told."""
    early, late = told
    narrow = (k for k in early if _entries(values[k]) <= WIDE)
    kept = sorted({*narrow, *late, *names})
    new = np.full(len(values) + 1, -1, np.int64)
    new[kept] = np.arange(len(kept))
    return new, kept


def _entries(described: Described) -> int:
    """Return the number of entries of a value."""
    return len(described[2]) // np.dtype(described[1]).itemsize
