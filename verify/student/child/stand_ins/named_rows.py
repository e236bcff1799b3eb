"""The lines of a made-up table by the names of their columns, in place of csv.DictReader."""

from collections.abc import Callable, Iterator
from typing import Any

from .samples import Values
from .tables import DataFrame


class Row(dict[str, str]):
    """A line of a made-up table: it has a cell of every name that the program asks for."""

    def __init__(self, table: DataFrame, line: int) -> None:
        self.table, self.line = table, line
        super().__init__({name: str(part[line]) for name, part in table.parts.items()})

    def __missing__(self, name: str) -> str:
        known = self.table.named(name)  # before the parts are taken: some may grow
        return str(self.table.parts[known][self.line])

    def get(self, name: str, default: Any = None) -> Any:
        """Return the cell of a name."""
        return self[name]


class Rows:
    """The lines of a made-up table, one after another, and the names of its columns."""

    def __init__(self, parts: dict[str, Values]) -> None:
        table = DataFrame(parts)
        table.made_up = True
        self.fieldnames = list(parts)
        self.lines = (Row(table, line) for line in range(len(table)))

    def __iter__(self) -> Iterator[Row]:
        return self.lines

    def __next__(self) -> Row:
        return next(self.lines)


def dict_reader(read: Callable[..., Any], made_up: Callable[[Any], dict[str, Values] | None]) -> Callable[..., Any]:
    """Return csv.DictReader; of a made-up table, its lines have whatever columns are asked for.

    Arguments:
        read: the reader of a table that is there.
        made_up: gives the columns of a stream that is made up, None of any other.
    """

    def rows(stream: Any, *given: Any, **named: Any) -> Any:
        parts = made_up(stream)
        return read(stream, *given, **named) if parts is None else Rows(parts)

    return rows
