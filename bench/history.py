"""The figures over commits: one line a run in a file, ratios and counts only, never seconds.

``python -m bench.history append [--json PATH]`` adds the last gated run to ``bench/history.jsonl``;
``python -m bench.history draw`` saves a picture of it and prints where a series stepped. It informs;
it does not stop anything.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from reference import InputError

from . import findings
from .record import exponents, read, rows
from .worlds import git

HISTORY = Path("bench/history.jsonl")
LONGEST = 40  # commits drawn
STEP = 0.15  # of a series' level: what is worth a mark
BEFORE_AND_AFTER = 3  # commits on either side of a step, so that one odd run is none
SHOWN = 12


class Step(NamedTuple):
    """A lasting change of a series: the first commit of the new level, and the levels."""

    series: str
    commit: str
    before: float
    after: float


def line(run: dict[str, Any], commit: str) -> dict[str, Any]:
    """Return what is kept of a run; of rows that make up a family, only the exponent."""
    measured = rows(run)
    single = {name: row for name, row in measured.items() if "family" not in row.info}
    return {
        "commit": commit,
        "speedup": {_short(name): round(row.speedup, 2) for name, row in single.items() if row.speedup},
        "exponent": {f: round(p, 3) for f, p in exponents((r, r.seconds) for r in measured.values()).items()},
        "opcodes": {
            _short(n): row.info["counts"]["head"]["opcodes"] for n, row in single.items() if "counts" in row.info
        },
        "ratio": {_short(name): round(r.value, 4) for name, r in findings.ratios(single).items()},
        "null": {_short(name): round(r.value, 4) for name, r in findings.nulls(measured).items()},
    }


def _short(name: str) -> str:
    return name.rpartition("::")[2]


def append(run: dict[str, Any], path: Path) -> None:
    """Add one run to the history.

    Raises:
        InputError: when the run holds no benchmark.
    """
    if not rows(run):
        raise InputError("--json", "no benchmark in it", "a run of the gate", "run make perf-gate first")
    with path.open("a") as file:
        file.write(json.dumps(line(run, git("rev-parse", "--short", "HEAD"))) + "\n")


def load(path: Path) -> list[dict[str, Any]]:
    """Return the history, oldest first.

    Raises:
        InputError: when there is none, naming the line that cannot be read.
    """
    if not path.exists():
        raise InputError("--history", f"no file {path}", "a history", "begin one with append")
    runs = []
    for number, text in enumerate(path.read_text().splitlines(), 1):
        try:
            runs.append(json.loads(text))
        except ValueError:
            raise InputError(f"{path} line {number}", "no JSON", "one run a line", "remove the line") from None
    return runs[-LONGEST:]


def steps(runs: Sequence[dict[str, Any]], kind: str) -> list[Step]:
    """Return the lasting changes in the series of one kind, the largest first.

    A step lies where the medians of the runs before and after it differ by more than STEP; of candidates
    with the same change, the one whose two levels fit best is taken.
    """
    found = []
    for name in runs[-1].get(kind, {}) if runs else ():
        points = [(run["commit"], run[kind][name]) for run in runs if name in run.get(kind, {})]
        candidates = [_step(name, points, at) for at in range(BEFORE_AND_AFTER, len(points) - BEFORE_AND_AFTER + 1)]
        if candidates:
            found.append(max(candidates)[-1])
    return sorted((step for step in found if _size(step) > STEP), key=_size, reverse=True)


def _step(name: str, points: Sequence[tuple[str, float]], at: int) -> tuple[float, float, Step]:
    """Return the change from before ``at`` to after, how well the two levels fit (0 at best), and the step."""
    values = [value for _, value in points]
    around = values[at - BEFORE_AND_AFTER : at], values[at : at + BEFORE_AND_AFTER]
    before, after = (float(np.median(side)) for side in around)
    misfit = np.abs(np.subtract(around[0], before)).sum() + np.abs(np.subtract(around[1], after)).sum()
    step = Step(name, points[at][0], before, after)
    return _size(step), -float(misfit), step


def _size(step: Step) -> float:
    return abs(step.after - step.before) / max(abs(step.before), 1e-9)


def draw(runs: Sequence[dict[str, Any]], path: Path) -> None:
    """Save the speed-ups and exponents over commits, the steps marked."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure((12, 8), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, kind in zip(figure.subplots(2, 1), ("speedup", "exponent"), strict=True):
        changed = steps(runs, kind)
        chosen = [step.series for step in changed][:SHOWN] or list(runs[-1].get(kind, {}))[:SHOWN]
        for name in chosen:
            points = [(i, run[kind][name]) for i, run in enumerate(runs) if name in run.get(kind, {})]
            axes.plot(*zip(*points, strict=True), marker=".", label=name)
        for step in changed[:SHOWN]:
            axes.axvline([run["commit"] for run in runs].index(step.commit), color="red", lw=0.5)
        axes.set_xticks(range(len(runs)), [run["commit"] for run in runs], rotation=60)
        axes.set_ylabel(kind)
        axes.legend(fontsize="x-small", ncols=2)
    figure.savefig(path, dpi=100)


def main() -> int:
    """Append or draw."""
    parser = argparse.ArgumentParser(prog="python -m bench.history", description=__doc__.partition("\n")[0])
    parser.add_argument("task", choices=["append", "draw"])
    parser.add_argument("--json", type=Path, default=Path(".benchmarks/gate.json"), help="the run to append")
    parser.add_argument("--history", type=Path, default=HISTORY)
    parser.add_argument("--picture", type=Path, default=Path(".benchmarks/history.svg"))
    options = parser.parse_args()
    try:
        if options.task == "append":
            append(read(options.json), options.history)
        else:
            show(load(options.history), options.picture)
    except InputError as error:
        print(f"history: {error}", file=sys.stderr)
        return 2
    return 0


def show(runs: Sequence[dict[str, Any]], picture: Path) -> None:
    """Save the picture, print the steps, and how often a null row would have blamed unchanged code."""
    picture.parent.mkdir(parents=True, exist_ok=True)
    draw(runs, picture)
    for kind in ("speedup", "exponent", "opcodes"):
        for step in steps(runs, kind):
            print(f"{kind} of {step.series}: {step.before:g} -> {step.after:g} at {step.commit}")
    nulls = [value for run in runs for value in run.get("null", {}).values()]
    print(f"{len(runs)} runs, {len(nulls)} null rows, {sum(not 0.95 <= v <= 1.05 for v in nulls)} past 5 %; {picture}")


if __name__ == "__main__":
    sys.exit(main())
