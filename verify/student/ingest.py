"""Read a stranger's file: the text to run, and where each of its lines stands in what the user sees."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """A file as it will be run.

    Attributes:
        path: where it lies.
        text: Python; of a notebook, its code cells one after another.
        places: for a notebook, (cell, line in it) of each line of the text, cells counted from 1; else empty.
    """

    path: Path
    text: str
    places: tuple[tuple[int, int], ...] = ()

    def where(self, line: int) -> str:
        """Return a line of the text as the user finds it: "line 12" or "cell 3, line 2"."""
        if 0 < line <= len(self.places):
            return "cell {}, line {}".format(*self.places[line - 1])
        return f"line {line}"


def read(path: str | Path) -> Source:
    """Return the file's text."""
    path = Path(path)
    return Source(path, path.read_text(encoding="utf-8-sig"))
