"""Stop a change that makes the code slower, and never blame one that does not.

``python -m bench.gate [--base origin/main] [--module PACKAGE]... [--suite FOLDER]``

The packages are loaded twice, as checked out and as of the commit where the branch left ``--base``. Every
row of the suite is timed base-head-base in the same rounds. A row whose ratio of first quartiles passes
1.03 is timed again, for longer, in a fresh process; it is slower when its ratio there passes 1.06 and a
bootstrap over the rounds puts it above 1.02. Rows that compare the base with itself must read 1 within 5 %,
or the run has no verdict. Exact counts come first.

Exit status: 0 not slower, 1 slower, 2 misuse, or rows missing, 3 too noisy to say.
"""

import argparse
import json
import sys
from pathlib import Path

from reference import InputError

from . import figures
from .decision import Plan, Status, Verdict, decide, measure
from .record import read, rows
from .worlds import common_home, git, merge_base, worktree


def arguments() -> argparse.ArgumentParser:
    """Return the command line's grammar."""
    parser = argparse.ArgumentParser(prog="python -m bench.gate", description=__doc__.partition("\n")[0])
    parser.add_argument("--base", default="origin/main", help="the branch to compare with (default %(default)s)")
    parser.add_argument("--module", action="append", help="a package to load twice; may be given again")
    parser.add_argument(
        "--suite", default="bench", help="folder or file of pytest-benchmark tests (default %(default)s)"
    )
    parser.add_argument(
        "--figures", type=Path, help="committed figures (default figures.json beside the suite's tests)"
    )
    parser.add_argument("--json", type=Path, default=Path(".benchmarks/gate.json"), help="where the run is kept")
    parser.add_argument("--update", action="store_true", help="measure and write the figures; judge nothing")
    return parser


def run(options: argparse.Namespace) -> Verdict:
    """Return the verdict on the checked-out files, or write the figures where that was asked for.

    Raises:
        InputError: on packages, commits, suites or figures that cannot be found.
    """
    packages = tuple(options.module or ("reference", "verify"))
    suite = Path(options.suite)
    if not suite.exists():
        raise InputError("--suite", repr(options.suite), "a folder or file of benchmarks", "give its path")
    kept = options.figures or (suite if suite.is_dir() else suite.parent) / "figures.json"
    where = common_home(packages)
    top = Path(git("rev-parse", "--show-toplevel"))
    commit = merge_base(options.base)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    with worktree(commit) as base:
        plan = Plan(packages, top / where, base / where, options.suite, commit[:10])
        if options.update:
            return _update(plan, kept, options.json)
        verdict = decide(plan, figures.load(kept), _figures_at_base(kept, top, base), options.json)
    _keep(verdict, options.json)
    return verdict


def _figures_at_base(kept: Path, top: Path, base: Path) -> figures.Figures | None:
    """Return the figures that the base commit held, None where it had none."""
    file = kept.resolve()
    there = base / file.relative_to(top) if file.is_relative_to(top) else None
    return figures.load(there) if there and there.exists() else None


def _update(plan: Plan, kept: Path, path: Path) -> Verdict:
    run = measure(plan, path)
    if errors := run["gate"]["errors"]:
        return Verdict(Status.MISUSE, [f"{name}: {why}" for name, why in errors.items()])
    found = figures.of(rows(run))
    figures.save(found, kept)
    return Verdict(Status.PASS, [f"{kept}: {len(found.rows)} rows, {len(found.speedups)} speed-ups; commit it"])


def _keep(verdict: Verdict, path: Path) -> None:
    """Add the verdict to the run's JSON, which stays readable by pytest-benchmark."""
    run = read(path)
    run.setdefault("gate", {})["verdict"] = {"status": verdict.status.name.lower(), "lines": verdict.lines}
    path.write_text(json.dumps(run))


def main() -> int:
    """Print the verdict; a user's mistake is one line and status 2."""
    try:
        verdict = run(arguments().parse_args())
    except InputError as error:
        print(f"gate: {error}", file=sys.stderr)
        return Status.MISUSE
    words = {
        Status.PASS: "not slower",
        Status.SLOWER: "SLOWER",
        Status.MISUSE: "cannot judge",
        Status.NOISY: "too noisy",
    }
    print(f"gate: {words[verdict.status]}", *verdict.lines, sep="\n  ")
    return verdict.status


if __name__ == "__main__":
    sys.exit(main())
