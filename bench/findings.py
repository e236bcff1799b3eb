"""From a gated run to what is wrong with it: counts first, then times, speed-ups and exponents."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .counts import ENOUGH
from .figures import Figures
from .record import Row, exponents
from .rounds import low
from .verdict import FASTER, Ratio, ratio

OPCODES = 1.5, 500  # factor and slack: what an added check costs is no loop
PER_ELEMENT = 3  # opcodes; a Python loop executes five at least, work in blocks one for many elements
BYTES = 1.1, 4096
SPEEDUP_FLOOR = 0.5  # of the committed speed-up, whose spread from run to run is a tenth or two
GROWTH_OVER_BASE, GROWTH_OVER_COMMITTED = 0.15, 0.3


class Finding(NamedTuple):
    """One reason to stop: the row, and effect, interval, control and advice in words.

    Attributes:
        row: the row or family that it is about.
        text: the whole message.
    """

    row: str
    text: str

    def __str__(self) -> str:
        return f"{self.row}: {self.text}"


def counted(measured: Mapping[str, Row]) -> Iterator[Finding]:
    """Yield what the counts say; they are exact, and need no second run."""
    for row in measured.values():
        if "counts" in row.info:
            yield from _counts_of(row)
    yield from _growing(measured)


def _counts_of(row: Row) -> Iterator[Finding]:
    head, base = (row.info["counts"][side] for side in ("head", "base"))
    for unit, (factor, slack), advice in (
        ("opcodes", OPCODES, "look for a Python loop, or np.vectorize, that came in"),
        ("bytes", BYTES, "look for a new temporary array"),
    ):
        if head[unit] > factor * base[unit] + slack:
            more = " or more" if unit == "opcodes" and head[unit] >= ENOUGH else ""
            kind = "executes" if unit == "opcodes" else "holds at its peak"
            yield Finding(
                row.name, f"{kind} {head[unit]}{more} {unit} a call, {base[unit]} at the base commit; {advice}"
            )


def _growing(measured: Mapping[str, Row]) -> Iterator[Finding]:
    """Yield the families whose opcodes grow with the elements, whatever the base commit does."""
    families: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in measured.values():
        if "family" in row.info and "counts" in row.info:
            families[row.info["family"]].append((row.info["elements"], row.info["counts"]["head"]["opcodes"]))
    for family, points in families.items():
        (fewest, low_count), (most, high_count) = min(points), max(points)
        if most > fewest and (high_count - low_count) / (most - fewest) > PER_ELEMENT:
            growth = f"from {low_count} opcodes at {fewest} elements to {high_count} at {most}"
            yield Finding(family, f"goes {growth}; vectorized code executes as many for any number, so look for a loop")


def ratios(measured: Mapping[str, Row]) -> dict[str, Ratio]:
    """Return head over base of every row that has a control."""
    pairs = {name: row for name, row in measured.items() if "before" in row.info}
    return {n: ratio(r.info["before"], r.times, r.info["after"], len(pairs)) for n, r in pairs.items()}


def nulls(measured: Mapping[str, Row]) -> dict[str, Ratio]:
    """Return base over base of every null row."""
    pairs: dict[str, Any] = {name: row.info["null"] for name, row in measured.items() if "null" in row.info}
    return {n: ratio(p["before"], p["middle"], p["after"], len(pairs)) for n, p in pairs.items()}


def slower(first: Mapping[str, Ratio], second: Mapping[str, Ratio], base: str) -> Iterator[Finding]:
    """Yield the rows that were suspect in the first process and slower, by effect and bound, in the second."""
    for name, again in second.items():
        if first[name].suspect and again.slower:
            told = f"{first[name]} times the base commit's time, and {again} in a second process"
            advice = "make it faster, or, where the cost is meant, say so in the pull request and merge over the gate"
            yield Finding(name, f"{told} (interval in brackets; control: the same function at {base}); {advice}")


def faster(found: Mapping[str, Ratio]) -> list[str]:
    """Return the rows so much faster that the committed figures should follow."""
    return [name for name, r in found.items() if r.value < FASTER and r.upper < 1]


def below_floor(measured: Mapping[str, Row], committed: Figures) -> Iterator[Finding]:
    """Yield the rows that lost half of their committed speed-up over np.vectorize, or more."""
    for name, row in measured.items():
        should_be = committed.speedups.get(name)
        if should_be and row.speedup and row.speedup < SPEEDUP_FLOOR * should_be:
            told = f"{row.speedup:.1f} times faster than np.vectorize, committed {should_be}"
            yield Finding(name, f"{told}; below half of it: look for a loop, or commit new figures with --update")


def steeper(measured: Mapping[str, Row], committed: Figures) -> Iterator[Finding]:
    """Yield the families whose time grows faster with size than at the base commit, or than committed."""
    head = exponents((row, row.seconds) for row in measured.values())
    controls = [row for row in measured.values() if "before" in row.info]
    base = exponents((row, low(row.info["before"] + row.info["after"])) for row in controls)
    for family, p in head.items():
        over_base = p - base.get(family, p) > GROWTH_OVER_BASE
        if over_base or p - committed.exponents.get(family, p) > GROWTH_OVER_COMMITTED:
            known = (
                f"{base.get(family, float('nan')):.2f} at the base commit, {committed.exponents.get(family)} committed"
            )
            yield Finding(family, f"time grows as size^{p:.2f}, {known}; look for a pass over all pairs, or copies")


def missing(measured: Mapping[str, Row], run: dict[str, Any], committed: Figures, known: Figures | None) -> list[str]:
    """Return what the run lacks: rows that failed, vanished, came uncommitted, or lost their control."""
    told = run.get("gate", {"rows": [], "errors": {}})
    if not measured:
        return [f"{name}: {why}" for name, why in told["errors"].items()] or ["no benchmark ran"]
    gone = [f"{name}: {told['errors'].get(name, 'gave no result')}" for name in told["rows"] if name not in measured]
    gone += [
        f"{name}: in the committed figures, but not in the suite; if that is meant, --update them"
        for name in committed.rows
        if name not in told["rows"]
    ]
    gone += [
        f"{name}: not in the committed figures; write them with --update"
        for name in told["rows"]
        if name not in committed.rows
    ]
    lost = {name for name in known.rows if name in measured} if known else set()
    return gone + [f"{n}: {measured[n].info['control']}" for n in sorted(lost) if "before" not in measured[n].info]
