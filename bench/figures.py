"""The committed figures: which rows there are, and the ratios that must not get lost."""

import json
from pathlib import Path
from typing import NamedTuple

from reference import InputError

from .record import Row, exponents


class Figures(NamedTuple):
    """What a commit promises: the names of its rows, speed-ups over np.vectorize, exponents of growth."""

    rows: list[str]
    speedups: dict[str, float]
    exponents: dict[str, float]


def of(measured: dict[str, Row]) -> Figures:
    """Return the figures of one run: ratios and exponents, never seconds."""
    speedups = {name: round(row.speedup, 1) for name, row in sorted(measured.items()) if row.speedup}
    slopes = {family: round(p, 2) for family, p in sorted(exponents((r, r.seconds) for r in measured.values()).items())}
    return Figures(sorted(measured), speedups, slopes)


def load(path: Path) -> Figures:
    """Return the committed figures.

    Raises:
        InputError: when there are none, or they cannot be read.
    """
    try:
        return Figures(**json.loads(path.read_text()))
    except FileNotFoundError:
        advice = "write them with --update, and commit the file"
        raise InputError("--figures", f"no file {path}", "the committed figures of this suite", advice) from None
    except (ValueError, TypeError) as error:
        raise InputError(str(path), error, "what --update wrote", "write it again with --update") from None


def save(figures: Figures, path: Path) -> None:
    """Write the figures, one row a line, so that a change of one is a change of one line."""
    path.write_text(json.dumps(figures._asdict(), indent=1) + "\n")
