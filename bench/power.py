"""What the gate catches, and what it blames wrongly: measured by slowing copies of the reference on purpose.

Each case is a copy of the packages with a few lines added at the end of the activations' table, gated
against an unchanged copy. Unchanged code is gated too, also with two processes competing for the cores.

Run: ``make gate-power``, or ``python -m bench.power [--repeats 3]``
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from reference import ELEMENTWISE

from . import figures, findings
from .decision import Plan, Status, decide
from .primitives import PARTS
from .record import read, rows
from .worlds import git, home

SUITE = "bench/test_activations.py"
ROWS = "100000-float64"
PACKAGES = ("reference", "verify")
BUSY = "while True: pass"

SLOWED = """
from dataclasses import replace as _replace

def _changed(f):
    def changed(z):
        {body}
    return changed

for _name, _entry in list(ELEMENTWISE.items()):
    if _name in {names}:
        ELEMENTWISE[_name] = _replace(_entry, forward=_changed(_entry.forward), derivative=_changed(_entry.derivative))
"""
ALL = "ELEMENTWISE"
ONE = "('tanh',)"


class Case(NamedTuple):
    """One way to spoil the code: which entries, and the body of the function that takes their place."""

    name: str
    names: str
    body: str


CASES = (
    *(Case(f"{p} % slower", ALL, f"out = f(z); f(z[: z.size * {p} // 100]); return out") for p in (5, 10, 20)),
    Case("O(n^2) in one entry", ONE, "import numpy; out = f(z); numpy.convolve(z, z[: z.size // 500]); return out"),
    Case("np.vectorize in one entry", ONE, "import math, numpy; return numpy.vectorize(math.tanh)(z)"),
    Case("doubled allocation in one entry", ONE, "kept = z + 1; out = f(z); del kept; return out"),
)


class Tally(NamedTuple):
    """One line of the table: comparisons that had a verdict, how many were reported slower, and the ratios measured."""

    comparisons: int
    reported: int
    ratios: str
    verdicts: str


@contextmanager
def competition(processes: int) -> Iterator[None]:
    """Keep this many other processes busy for the duration of the block."""
    running = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


def copied(folder: Path, addition: str) -> Path:
    """Return ``folder`` with a copy of the packages in it, ``addition`` at the end of the activations' table."""
    where = Path(git("rev-parse", "--show-toplevel")) / home(PACKAGES[0])
    for package in PACKAGES:
        shutil.copytree(where / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    table = folder / "reference" / "elementwise" / "__init__.py"
    table.write_text(table.read_text() + addition)
    return folder


@contextmanager
def plan(addition: str) -> Iterator[Plan]:
    """Yield the comparison of an unchanged copy with one that has the addition."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        base, head = copied(Path(one), ""), copied(Path(other), addition)
        yield Plan(PACKAGES, head, base, SUITE, "the unchanged copy", 4, ROWS)


def named() -> list[str]:
    """Return the node ids of the rows that are gated here."""
    return [f"{SUITE}::test_activation[{name}-{part}-{ROWS}]" for name in ELEMENTWISE for part in PARTS]


def touched(case: Case | None) -> list[str]:
    """Return the rows that a case slows; all of them, for unchanged code, are there to be blamed wrongly."""
    return [row for row in named() if case is None or case.names == ALL or "[tanh-" in row]


def tally(case: Case | None, repeats: int) -> Tally:
    """Return what the gate said of a case, or of unchanged code, in several runs of its own."""
    addition = SLOWED.format(body=case.body, names=case.names) if case else ""
    committed = figures.Figures(sorted(named()), {}, {})
    reported, verdicts, ratios = 0, Counter[str](), list[float]()
    for _ in range(repeats):
        with plan(addition) as comparison, tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "run.json")
            verdict = decide(comparison, committed, None, path)
            found = findings.ratios(rows(read(path)))
        verdicts[verdict.status.name.lower()] += 1
        if verdict.status is Status.SLOWER:
            reported += sum(any(line.startswith(row) for line in verdict.lines) for row in touched(case))
        ratios += [found[row].value for row in touched(case)]
    judged = len(touched(case)) * (repeats - verdicts["noisy"])
    return Tally(judged, reported, f"{min(ratios):.3f} to {max(ratios):.3f}", told(verdicts))


def told(verdicts: Counter[str]) -> str:
    """Return how often each verdict was given, in words."""
    return ", ".join(f"{times} {verdict}" for verdict, times in verdicts.most_common())


def main() -> None:
    """Print the table, line by line, as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m bench.power", description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=3, help="runs of the gate for each line (default %(default)s)")
    repeats = parser.parse_args().repeats
    print("| code | other load | comparisons | reported | ratios | verdicts of the runs |", flush=True)
    print("| --- | --- | --- | --- | --- | --- |", flush=True)
    for case, hogs, runs in (
        (None, 0, 5),
        (None, 2, 5),
        *((c, 0, 3) for c in CASES),
        (CASES[1], 2, 3),
        (CASES[2], 2, 3),
    ):
        with competition(hogs):
            line = tally(case, max(1, runs * repeats // 3))
        load = f"{hogs} busy processes" if hogs else "none added"
        print(f"| {case.name if case else 'unchanged'} | {load} | {' | '.join(map(str, line))} |", flush=True)


if __name__ == "__main__":
    main()
