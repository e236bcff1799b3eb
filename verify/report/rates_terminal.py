"""The rates on a terminal: the bars, the tables, what reproduces a false alarm."""

from rich.console import Console
from rich.table import Table as RichTable

from ..rates.result import Rates
from .rates import Table, tables


def show_rates(rates: Rates, console: Console) -> None:
    """Print every table to the console."""
    for table in tables(rates):
        console.print(f"\n{table.title}", highlight=False, soft_wrap=True)
        console.print(_columns(table), soft_wrap=True)
    for line in rates.lines:
        console.print(f"false alarm: {line}", highlight=False, markup=False, soft_wrap=True)
    found = sum(rates.false_alarms(task) for task in rates.alarms)
    words = "no false alarm" if not found else f"{found:,} FALSE ALARMS"
    cut = " (interrupted)" if rates.interrupted else ""
    console.print(f"\n{words}{cut}; seed {rates.seed}, {rates.seconds:.1f} s", highlight=False)


def _columns(table: Table) -> RichTable:
    drawn = RichTable(box=None, padding=(0, 1, 0, 0))
    for number, heading in enumerate(table.columns):
        drawn.add_column(heading, justify="right" if number else "left", overflow="fold")
    for row in table.rows:
        drawn.add_row(*row)
    return drawn
