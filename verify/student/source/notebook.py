"""The code cells of a notebook as one program, with the place of every line kept."""

import ast
import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from reference.errors import InputError

MAGIC = re.compile(r"^(\s*)([%!?].*|[\w.]+\?{1,2}\s*)$")
ASSIGNED = re.compile(r"^(\s*[\w, ]+=\s*)[%!].*$")
RUNS_ON = ("%%time", "%%timeit", "%%capture", "%%prun")  # cell magics whose cell is Python all the same
WANTED = "a notebook with Python cells"


class Cells(NamedTuple):
    """A notebook's program: its text, (cell, line) of every line of it, and notes on what was left out."""

    text: str
    places: tuple[tuple[int, int], ...]
    notes: tuple[str, ...]


def cells(path: Path, content: str) -> Cells:
    """Return the program of a notebook.

    Arguments:
        path: where it lies.
        content: its JSON text.

    Raises:
        InputError: when it is no notebook, or not one in Python, or has no code.
    """
    notebook = _parsed(path, content)
    lines: list[str] = []
    places: list[tuple[int, int]] = []
    dropped = 0
    for number, cell in enumerate(_code(notebook), 1):
        kept, gone = without_magics(cell)
        dropped += gone
        lines += [*kept, ""]
        places += [(number, line) for line in range(1, len(kept) + 2)]
    if not any(line.strip() for line in lines):
        raise InputError(path.name, "a notebook without code", WANTED, "write the program into its cells")
    notes = (f"{dropped} line{'s' * (dropped > 1)} of magics and shell commands left out",) if dropped else ()
    return Cells("\n".join(lines), tuple(places), notes)


def _parsed(path: Path, content: str) -> dict[str, Any]:
    """Return the notebook, known to be one in Python."""
    try:
        notebook = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(path.name, f"no JSON ({error})", WANTED, "save the notebook again") from None
    if not isinstance(notebook, dict) or not ("cells" in notebook or "worksheets" in notebook):
        raise InputError(path.name, "JSON without cells", WANTED, "save the notebook again")
    about = notebook.get("metadata") or {}
    languages = [(about.get(part) or {}).get(key) for part, key in _LANGUAGE]
    language = next((name for name in languages if name), "python")
    if "python" not in str(language).lower():
        raise InputError(path.name, f"a notebook in {language}", WANTED, "choose one that runs Python")
    return notebook


_LANGUAGE = (("kernelspec", "language"), ("language_info", "name"))


def _code(notebook: dict[str, Any]) -> Iterator[list[str]]:
    """Yield the lines of each code cell, of either format."""
    sheets = notebook.get("worksheets") or [notebook]
    for cell in (cell for sheet in sheets for cell in sheet.get("cells", []) if isinstance(cell, dict)):
        if cell.get("cell_type") == "code":
            text = cell.get("source", cell.get("input", ""))
            yield ("".join(text) if isinstance(text, list) else str(text)).split("\n")


def without_magics(cell: list[str]) -> tuple[list[str], int]:
    """Return the lines of a cell with magics as ``pass``, and how many those were."""
    first = next((line.strip() for line in cell if line.strip()), "")
    if first.startswith("%%") and not first.startswith(RUNS_ON):
        return ["" for _ in cell], len(cell)
    if _parses("\n".join(cell)):  # a line of a text or of a modulo may look like a magic
        return cell, 0
    kept = [ASSIGNED.sub(r"\1None", MAGIC.sub(r"\1pass", line)) for line in cell]
    return kept, sum(a != b for a, b in zip(cell, kept, strict=True))


def _parses(text: str) -> bool:
    """Return whether a cell is Python as it stands."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True
