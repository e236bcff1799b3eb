"""Reading pytest-benchmark's JSON: one ``Row`` for every benchmark in it."""

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from .rounds import low
from .scaling import exponent


class Row(NamedTuple):
    """One benchmark of one run.

    Attributes:
        name: pytest's node id.
        times: seconds a call of each round.
        info: what the row wrote beside its times.
    """

    name: str
    times: list[float]
    info: dict[str, Any]

    @property
    def seconds(self) -> float:
        """The low quantile of the seconds of one call."""
        return low(self.times)

    def rival(self, label: str) -> float | None:
        """Return the low quantile of a rival's seconds a call, None where it was not timed."""
        times = self.info.get("rivals", {}).get(label)
        return low(times) if times else None

    @property
    def speedup(self) -> float | None:
        """How many times faster than ``np.vectorize`` one element is, None where that was not timed."""
        slow, n = self.rival("np.vectorize"), self.info.get("elements", 1)
        return slow / self.info.get("twin_elements", n) / (self.seconds / n) if slow else None


def read(path: Path) -> dict[str, Any]:
    """Return the file's JSON, an empty object where pytest-benchmark wrote none."""
    text = path.read_text() if path.exists() else ""
    return json.loads(text) if text else {}


def rows(run: dict[str, Any]) -> dict[str, Row]:
    """Return the benchmarks of a run by node id."""
    return {b["fullname"]: _row(b) for b in run.get("benchmarks", ())}


def _row(benchmark: dict[str, Any]) -> Row:
    info = benchmark["extra_info"]
    loops = info.get("loops", 1)
    return Row(benchmark["fullname"], [t / loops for t in benchmark["stats"]["data"]], info)


def exponents(measured: Iterable[tuple[Row, float]]) -> dict[str, float]:
    """Return the exponent of every family of rows, from each row and its seconds."""
    families: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row, second in measured:
        if "family" in row.info:
            families[row.info["family"]].append((row.info["size"], second))
    return {family: exponent(*zip(*sorted(points), strict=True)) for family, points in families.items() if points[1:]}
