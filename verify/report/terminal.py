"""A run's report on a terminal: one table per activation, loss and quantity, the failures, one closing line."""

from rich.console import Console
from rich.table import Table

from ..crosscheck import ORACLES
from ..tally import PARTIALS, VALUES, Count
from .model import Report

ORDER = {"quantity": ["z", "a", "loss", "da", "dz", "dW", "db", "dX"]}


def show(report: Report, console: Console) -> None:
    """Print the report to the console."""
    for kind, title in (("activation", "activations"), ("loss", "losses"), ("quantity", "quantities")):
        console.print(f"{title}: worst discrepancy as a fraction of its bound", highlight=False, soft_wrap=True)
        console.print(_table(report, kind))
    for failure in report.failures:
        console.print(f"\n{failure}", highlight=False, markup=False, soft_wrap=True)
    for line, reason in report.tally.unjudged[:5]:
        console.print(f"\ncannot judge: {reason}\n  {line}", highlight=False, markup=False, soft_wrap=True)
    console.print(_closing(report), highlight=False, markup=False, soft_wrap=True)


def _table(report: Report, kind: str) -> Table:
    """Return the rows of one kind of subject, narrow enough for 80 columns: a cut name would prove nothing."""
    rows = report.tally.of(kind)
    oracles = [oracle for oracle in ORACLES if any(oracle in row for row in rows.values())]
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column(kind, no_wrap=True)
    for heading in ("compared", *oracles, "incon-\nclusive", "below\nresolution"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name in sorted(rows, key=ORDER.get(kind, sorted(rows)).index):
        table.add_row(name, *_cells(rows[name], oracles))
    return table


def _cells(row: dict[str, Count], oracles: list[str]) -> list[str]:
    fractions = [f"{row[oracle].fraction:.3f}" if oracle in row else "" for oracle in oracles]
    compared = max(count.compared for count in row.values())
    inconclusive = sum(count.inconclusive for count in row.values())
    below = max(count.below_resolution for count in row.values())
    return [f"{compared:,}", *fractions, f"{inconclusive:,}", f"{below:,}"]


def _closing(report: Report) -> str:
    tally = report.tally
    words = {"agree": "agree", "disagree": f"{len(tally.faulty)} DISAGREE", "inconclusive": "could not be judged"}
    done = f"{tally.networks:,} of {report.cases:,} networks" + (" (interrupted)" if report.interrupted else "")
    return (
        f"\n{words[report.verdict]}: {done}, {tally.entries(VALUES):,} intermediates and "
        f"{tally.entries(PARTIALS):,} partial derivatives compared, {report.inconclusive_share:.4%} inconclusive\n"
        f"seed {report.seed}, {report.seconds:.1f} s, {report.networks_per_second:.0f} networks a second"
    )
