"""The rates as tables of text: one model for the terminal, for Markdown and, with the raw counts, for JSON."""

import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NamedTuple

from ..crosscheck import ORACLES
from ..rates.alarms import Alarms, Seen
from ..rates.compared import COARSE, RIGHT
from ..rates.families import FAMILIES
from ..rates.peers import PEERS
from ..rates.planted import PLANTS
from ..rates.power import SIZES, ZEROED, Detection, Key, Power
from ..rates.result import AUTODIFF, DIFFERENCES, WITNESSES, Rates, bars

PACKAGES = ("numpy", "scipy", "jax", "torch")


class Table(NamedTuple):
    """One table: what it shows, its columns, its rows, the first column being names."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


def tables(rates: Rates) -> list[Table]:
    """Return every table of the measurement, the bars first."""
    return [
        Table(
            "Promised and seen",
            ("promise", "wanted", "seen", "outcome"),
            [(bar.promise, bar.wanted, bar.seen, bar.verdict) for bar in bars(rates)],
        ),
        *(_alarms(rates, task, witness) for task, witnesses in WITNESSES.items() for witness in witnesses),
        _error_bars(rates),
        *(_power(rates.power, kind) for kind in PLANTS),
        _unseen(rates.power),
        _checkers(rates),
        *(_together(rates.together, kind) for kind in PLANTS),
    ]


def _alarms(rates: Rates, task: str, witness: str) -> Table:
    parts = [(name, rates.alarms[task].get(name, Alarms())) for name in FAMILIES]
    rows = [_alarm_row(name, part, witness) for name, part in [*parts, ("together", rates.total(task))]]
    columns = ("family", "networks", "cannot judge", "alarms", "entries", "inconclusive", "below res.", "closest call")
    return Table(f"False alarms: {witness}", columns, rows)


def _alarm_row(name: str, part: Alarms, witness: str) -> tuple[str, ...]:
    seen = part.oracles.get(witness, Seen())
    shares = (f"{count / max(seen.entries, 1):.4%}" for count in (seen.inconclusive, seen.below_resolution))
    unjudged = part.unjudged + part.contradicted
    counts = (f"{count:,}" for count in (part.networks, unjudged, seen.alarms, seen.entries))
    return (name, *counts, *shares, f"{seen.fraction:.2f}")


def _error_bars(rates: Rates) -> Table:
    columns = ("family", "entries", "median", "99.9 %", "largest")
    rows = []
    for name in FAMILIES:
        ratios = rates.alarms[DIFFERENCES].get(name, Alarms()).ratios
        if FAMILIES[name].limits.dtype == "float64":
            quantiles = (f"{ratios.quantile(share):.2g}" for share in (0.5, 0.999))
            rows.append((name, f"{ratios.total:,}", *quantiles, f"{ratios.largest:.2g}"))
    return Table("True error of the differences over their error bar", columns, rows)


def _power(power: Power, kind: str) -> Table:
    """Return the share seen by the size of the mistake, one row a witness."""
    rows = [(witness, *_shares(power, kind, witness, SIZES)) for witness in ORACLES]
    return Table(f"Per cent seen by us: {kind}, times 1 + size", ("witness", *_headings(SIZES)), rows)


def _shares(power: Power, kind: str, witness: str, sizes: Sequence[float]) -> Iterator[str]:
    for size in sizes:
        found = power.detections.get(Key(kind, size, witness))
        yield _percent(found.share) if found else "-"


def _percent(share: float) -> str:
    """Return the share as a number of per cent; 100 and 0 are exact."""
    return f"{share:.0%}"[:-1] if share in (0, 1) else f"{min(max(100 * share, 0.01), 99.99):.2f}"


def _headings(sizes: Sequence[float]) -> Iterator[str]:
    return (f"{size:.0e}".replace("e-0", "e-") for size in sizes)


def _unseen(power: Power) -> Table:
    """Return what became of the wrong entries that were not seen."""
    rows = []
    for witness, size in (("local", 1e-9), ("autodiff", 1e-9), ("alone", 1e-5), ("differences", 1e-5)):
        found = power.detections.get(Key("one entry", size, witness), Detection())
        counts = (found.planted, found.seen, found.below_resolution, found.inconclusive)
        rows.append((witness, f"{size:.0e}", *(f"{count:,}" for count in counts)))
    columns = ("witness", "size", "planted", "seen", "below resolution", "inconclusive")
    return Table("One wrong entry: those not seen are named", columns, rows)


def _checkers(rates: Rates) -> Table:
    columns = ("checker", "rule", "right networks refused", "of", "zeroed first layer seen", "of")
    rows: list[tuple[str, ...]] = []
    ours = {"autodiff": "8 U E, the running bound", "differences": "three error bars and the running bound"}
    for witness, rule in ours.items():
        task = AUTODIFF if witness in WITNESSES[AUTODIFF] else DIFFERENCES
        small = rates.alarms[task].get("small", Alarms())
        alarms = f"{small.oracles.get(witness, Seen()).alarms:,}"
        rows.append((f"ours, {witness}", rule, alarms, f"{small.networks:,}", *_zeroed(rates.zeroed_together, witness)))
    for name, peer in PEERS.items():
        found = rates.refused.detections.get(RIGHT._replace(witness=name))
        cells = (f"{found.seen:,}", f"{found.planted:,}") if found else ("not installed", "-")
        rows.append((name, peer.rule, *cells, *_zeroed(rates.zeroed_together, name)))
    return Table("Other checkers, small networks", columns, rows)


def _zeroed(power: Power, witness: str) -> tuple[str, str]:
    found = power.detections.get(Key(ZEROED, 1.0, witness))
    return (f"{found.seen:,}", f"{found.planted:,}") if found else ("-", "-")


def _together(power: Power, kind: str) -> Table:
    rows = [(witness, *_shares(power, kind, witness, COARSE)) for witness in (*ORACLES, *PEERS)]
    return Table(f"Per cent seen on the same small networks: {kind}", ("checker", *_headings(COARSE)), rows)


def machine() -> str:
    """Return what the measurement ran on: versions and kind of machine."""
    return ", ".join([f"Python {platform.python_version()}", *_versions(), platform.machine(), platform.system()])


def _versions() -> Iterator[str]:
    for package in PACKAGES:
        try:
            yield f"{package} {version(package)}"
        except PackageNotFoundError:
            yield f"{package} not installed"


def as_json(rates: Rates, tool: str) -> dict[str, Any]:
    """Return the measurement as plain data: the bars, and every count."""
    return {
        "tool": "gradproof rates",
        "version": tool,
        "machine": machine(),
        "seed": rates.seed,
        "networks": rates.networks,
        "planted": rates.planted,
        "compared": rates.compared,
        "seconds": round(rates.seconds, 1),
        "interrupted": rates.interrupted,
        "bars": [bar._asdict() for bar in bars(rates)],
        "false_alarms": {task: rates.false_alarms(task) for task in rates.alarms},
        "reproduce": rates.lines,
        "tables": [table._asdict() for table in tables(rates)],
        "power": _points(rates.power),
        "together": _points(rates.together),
    }


def _points(power: Power) -> list[dict[str, Any]]:
    return [
        {**key._asdict(), "planted": d.planted, "seen": d.seen, "inconclusive": d.inconclusive}
        for key, d in power.detections.items()
    ]


def as_markdown(rates: Rates, date: str, picture: str) -> str:
    """Return the page: what was measured, when and on what, then every table.

    Arguments:
        rates: the measurement.
        date: when it was made.
        picture: the name of the plot beside the page; none is shown for "".
    """
    head = [
        "# The error rates of the verdicts",
        f"Written by `{_command(rates)}` on {date}, {machine()}, in {rates.seconds / 60:.0f} minutes"
        + ("; cut short, so the tables say what was done." if rates.interrupted else "."),
        *_NOTES,
        *([f"![Share of planted mistakes seen, by size]({picture})"] if picture else []),
    ]
    return "\n\n".join([*head, *map(_as_markdown, tables(rates)), *_reproduce(rates)]) + "\n"


def _command(rates: Rates) -> str:
    settings = ("networks", "planted", "compared", "seed")
    return " ".join(["gradproof rates", *(f"--{name} {getattr(rates, name)}" for name in settings)])


_NOTES = (
    "A *false alarm* is a network that is right and that a witness calls wrong, each witness by itself. The families:",
    "\n".join(f"- {name}: {family.text}." for name, family in FAMILIES.items()),
    "A planted mistake is one number, one block or the derivative of one layer times 1 + size, in a place drawn "
    "at random among entries that are not 0. What is not seen is *below resolution*, its change passing no bound, or "
    "*inconclusive*; neither is ever called right. *Closest call*: the largest discrepancy over its bound; above 1 is "
    "an alarm. The truth for the differences is JAX's value, known to its own bound, which is added to the bar.",
    "On the small networks the mistakes are in dW and db, all that a checker of a loss as a function of its parameters "
    "can see. What a checker sees includes what it refuses anyway.",
    "Autodiff and differences see a mistake end to end; *local* compares each quantity with its neighbours, *alone* "
    "takes each layer by itself.",
)


def _as_markdown(table: Table) -> str:
    rows = [table.columns, tuple("---" for _ in table.columns), *table.rows]
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([f"## {table.title}", "", *lines])


def _reproduce(rates: Rates) -> list[str]:
    if not rates.lines:
        return []
    return ["## The false alarms", "\n".join(f"    {line}" for line in rates.lines)]
