"""Read the tables of the zoo: every program, every convention and every mistake, as files with a known truth.

A program ``NAME.py`` stands beside its table ``NAME.toml``: its variants (still right), its mistakes, each a
replacement of text that matches exactly once, and how one training step of it is made and measured.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FOLDERS = {"seen": HERE / "programs", "once-blind": HERE / "once_blind", "blind": HERE / "blind"}
RIGHT = ("correct", "correct up to convention")


@dataclass(frozen=True)
class Case:
    """One file of the zoo and what is true of it.

    Attributes:
        name: program, variant and mistake, as "xor_class-tanh-B4"; also the stem of the file.
        program: the stem of the base program.
        part: "seen"; "once-blind", run once before anyone looked and mended since; or "blind".
        shape: S1 ... S17.
        suffix: ".py" or ".ipynb".
        source: the program; a notebook's cells one after another, each under a line "# %%".
        wrong: whether a mistake was planted.
        visible: whether that mistake changes any number of a training step.
        runs: whether the file comes through a training step without an exception.
        verdicts: the accepted ones, the best first.
        bugs: the accepted catalogue ids, the planted one first; empty for a right program.
        shows: of a right program, the catalogue id of what it does though it is no mistake; else "".
        faults: the accepted first wrong quantities as (layer from 1, quantity), the best first.
        lines: the accepted guilty lines, the best first; empty where the mistake is an absence.
        network: sizes, activations and loss; a size 0 is decided by the data.
        check: how a step is made and measured, see ``tests.students.steps``.
        origin: for a wrong file the right one it came from.
        why: what a reader of the table must know.
        lineless: whether to name no line is as good an answer: the mistake can be read as an absence.
    """

    name: str
    program: str
    part: str
    shape: str
    suffix: str
    source: str
    wrong: bool
    visible: bool
    runs: bool
    verdicts: tuple[str, ...]
    bugs: tuple[str, ...]
    shows: str
    faults: tuple[tuple[int, str], ...]
    lines: tuple[int, ...]
    network: Mapping[str, Any]
    check: Mapping[str, Any]
    origin: str
    why: str
    lineless: bool = False

    @property
    def harmful(self) -> bool:
        """Whether a debugger has to object."""
        return self.wrong and self.verdicts[0] not in RIGHT

    @property
    def content(self) -> str:
        """The text of the file."""
        return self.source if self.suffix == ".py" else notebook(self.source)


@cache
def cases(part: str = "all") -> tuple[Case, ...]:
    """Return every file of a part (a key of ``FOLDERS``, or "all"), right ones first, program by program."""
    parts = FOLDERS if part == "all" else [part]
    return tuple(case for name in parts for table in sorted(FOLDERS[name].glob("*.toml")) for case in read(table, name))


def read(table: Path, part: str) -> Iterator[Case]:
    """Yield the cases of one program: itself, its variants, its mistakes on it and on the variants they name."""
    record = tomllib.loads(table.read_text(encoding="utf-8"))
    program = table.with_suffix(".py").read_text(encoding="utf-8")
    base = right_case(record, table.stem, ".ipynb" if record.get("notebook") else ".py", part, program)
    rights = {"base": base}
    for variant in record.get("variant", ()):
        rights[variant["name"]] = varied(rights[variant.get("of", "base")], variant)
    yield from rights.values()
    for mistake in record.get("wrong", ()):
        for on in mistake.get("on", ["base", *mistake.get("also", [])]):
            yield mistaken(rights[on], mistake)


def right_case(record: Mapping[str, Any], stem: str, suffix: str, part: str, source: str) -> Case:
    """Return the base program's case."""
    network = {key: record[key] for key in ("sizes", "activations", "loss")}
    verdicts = tuple(record.get("verdict", RIGHT))
    about = (
        record["shape"],
        suffix,
        source,
        False,
        True,
        True,
        verdicts,
        (),
        record.get("shows", ""),
        (),
        (),
        network,
        record["check"],
        "",
    )
    return Case(stem, stem, part, *about, record.get("why", ""))


def varied(base: Case, variant: Mapping[str, Any]) -> Case:
    """Return the base program with a variant's edits: another convention, as right as before."""
    return Case(
        **vars(base)
        | {
            "name": f"{base.name}-{variant['name']}",
            "source": edited(base.source, variant["edit"], f"{base.name}-{variant['name']}"),
            "network": {**base.network, **variant.get("network", {})},
            "check": {**base.check, **variant.get("check", {})},
            "verdicts": tuple(variant.get("verdict", RIGHT)),
            "shows": variant.get("shows", base.shows),
            "why": variant.get("why", ""),
        }
    )


def mistaken(right: Case, mistake: Mapping[str, Any]) -> Case:
    """Return a right program with a mistake planted."""
    bugs = listed(mistake["bug"])
    top = len(right.network["sizes"]) - 1
    name = "-".join([right.name, bugs[0], *listed(mistake.get("name", []))])
    around = edited(right.source, mistake.get("edit", []), name)
    old, new = mistake["old"], mistake["new"]
    source = edited(around, [[old, new]], name)
    if "line" in mistake:
        lines = [line_of(source, text, name) for text in listed(mistake["line"]) if text != "none"]
    else:
        lines = [around[: around.index(old)].count("\n") + 1 + first_change(old, new)]
    return Case(
        **vars(right)
        | {
            "name": name,
            "source": source,
            "wrong": True,
            "visible": mistake.get("visible", True),
            "runs": mistake.get("runs", True),
            "verdicts": tuple(listed(mistake.get("verdict", "wrong"))),
            "bugs": tuple(bugs),
            "shows": "",
            "faults": tuple(fault(text, top) for text in listed(mistake.get("fault", []))),
            "lines": tuple(lines),
            "lineless": "none" in listed(mistake.get("line", [])),
            "check": {**right.check, "steps": mistake.get("steps", 1), **mistake.get("check", {})},
            "origin": right.name,
            "why": mistake.get("why", ""),
        }
    )


def notebook(source: str) -> str:
    """Return a program with lines "# %%" as a notebook."""
    cells = [cell(text) for text in source.split("# %%")[1:]]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 4}, indent=1)


def cell(text: str) -> dict[str, Any]:
    """Return one cell of a notebook."""
    first, _, body = text.strip("\n").partition("\n") if text.startswith(" [markdown]") else ("", "", text.strip("\n"))
    shared = {"metadata": {}, "source": body.splitlines(keepends=True)}
    if first:
        return {"cell_type": "markdown", **shared}
    return {"cell_type": "code", "execution_count": None, "outputs": [], **shared}


def listed(value: str | list[str]) -> list[str]:
    """Return one text as a list of one."""
    return [value] if isinstance(value, str) else list(value)


def fault(text: str, top: int) -> tuple[int, str]:
    """Read "2 dW", or "L db", "L-1 delta" where the mistake is planted in networks of several depths."""
    layer, quantity = text.split()
    return (top - int(layer[2:] or 0) if layer.startswith("L") else int(layer)), quantity


def edited(source: str, edits: list[list[str]], name: str) -> str:
    """Return the source with every replacement made; each old text must occur exactly once."""
    for old, new in edits:
        found = source.count(old)
        if found != 1:
            raise ValueError(f"{name}: {old!r} occurs {found} times, should be once")
        source = source.replace(old, new)
    return source


def first_change(old: str, new: str) -> int:
    """Return how many lines the new text has in common with the old one before they differ."""
    pairs = list(zip(old.split("\n"), new.split("\n"), strict=False))
    return next((i for i, (before, after) in enumerate(pairs) if before != after), len(pairs) - 1)


def line_of(source: str, text: str, name: str) -> int:
    """Return the line, from 1, on which a text begins that occurs once."""
    if source.count(text) != 1:
        raise ValueError(f"{name}: the guilty text {text!r} occurs {source.count(text)} times, should be once")
    return source[: source.index(text)].count("\n") + 1
