"""From two folders to a verdict: measure, count, compare, and measure what is suspected once more."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, NamedTuple

from reference import InputError

from . import figures, findings, modules
from .findings import Finding
from .record import Row, read, rows
from .verdict import Ratio

BUDGET, SECOND_BUDGET = 0.1, 2.0  # seconds of one row's rounds: at first, and where it is suspect


class Status(IntEnum):
    """The exit status."""

    PASS = 0
    SLOWER = 1
    MISUSE = 2
    NOISY = 3


@dataclass(frozen=True)
class Plan:
    """What to compare.

    Attributes:
        packages: top-level packages that differ between the two sides.
        head, base: the folders that hold them.
        suite: pytest's own argument: a folder, or a file.
        commit: what to call the base in messages.
        nulls: how many rows also compare base with base.
        keyword: pytest's -k.
    """

    packages: tuple[str, ...]
    head: Path
    base: Path
    suite: str
    commit: str
    nulls: int = 4
    keyword: str = ""


class Verdict(NamedTuple):
    """What the gate says: the status, and why, in lines."""

    status: Status
    lines: list[str]


def measure(plan: Plan, path: Path, only: Sequence[str] = (), budget: float = BUDGET) -> dict[str, Any]:
    """Return pytest-benchmark's JSON of one run in a fresh process, with the gate's part in it.

    Arguments:
        plan: what to compare.
        path: where the JSON is written.
        only: node ids of rows; the whole suite when left out.
        budget: seconds of one row's rounds.
    """
    options = {
        "--gate-head": plan.head,
        "--gate-base": plan.base,
        "--gate-packages": ",".join(plan.packages),
        "--gate-nulls": plan.nulls,
        "--gate-budget": budget,
        "--benchmark-json": path,
    }
    command = [sys.executable, "-m", "pytest", *(only or [plan.suite]), "-q", "-p", "bench.plugin", "-p", "no:xdist"]
    command += ["-p", "no:cacheprovider", "-o", "addopts=", "--benchmark-enable", "--benchmark-disable-gc"]
    command += ["--benchmark-timer=time.process_time"]
    command += [f"{name}={value}" for name, value in options.items()] + (["-k", plan.keyword] if plan.keyword else [])
    path.unlink(missing_ok=True)  # where pytest-benchmark has no result it writes nothing: an old run would be read
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment())
    run = read(path)
    if not run:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise InputError("the suite", f"no result from pytest (status {done.returncode})", "benchmarks", f"see\n{tail}")
    return run


def environment() -> dict[str, str]:
    """Return the environment of a measuring process: one BLAS thread, one hash seed, this package found.

    What an outer pytest or the user's PYTEST_ADDOPTS set is left out: a worker of pytest-xdist, for one, switches
    benchmarks off.
    """
    here = str(Path(__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), here]))
    fixed = {"PYTHONPATH": path, "PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")} | fixed


def decide(plan: Plan, committed: figures.Figures, known: figures.Figures | None, path: Path) -> Verdict:
    """Return the verdict; a run that was too noisy is given a second chance, and no third."""
    verdict = judge(plan, committed, known, path)
    return judge(plan, committed, known, path) if verdict.status is Status.NOISY else verdict


def judge(plan: Plan, committed: figures.Figures, known: figures.Figures | None, path: Path) -> Verdict:
    """Measure, measure suspects again in a fresh process, and return the verdict; ``path`` gets the JSON."""
    run = measure(plan, path)
    measured = rows(run)
    gone = findings.missing(measured, run, committed, known)
    if gone:
        return Verdict(
            Status.MISUSE, ["rows are missing, and a gate that skips them would be green for nothing:", *gone]
        )
    exact = [*modules.grown(plan.packages, plan.head, plan.base), *findings.counted(measured)]
    if exact:
        return Verdict(Status.SLOWER, list(map(str, exact)))
    if not (found := findings.ratios(measured)):
        return Verdict(Status.MISUSE, ["no row has a control at the base commit: there is nothing to compare with"])
    noisy = _noisy(measured)
    if noisy:
        return Verdict(Status.NOISY, noisy)
    suspects = [name for name, r in found.items() if r.suspect] + _suspect_families(measured, committed)
    second = _second_run(plan, suspects, path)
    if noise := _noisy(second):
        return Verdict(Status.NOISY, noise)
    return _confirmed(plan, committed, measured, second)


def _suspect_families(measured: dict[str, Row], committed: figures.Figures) -> list[str]:
    """Return the rows behind a lost speed-up or a steeper growth."""
    names = {f.row for f in (*findings.below_floor(measured, committed), *findings.steeper(measured, committed))}
    return [name for name, row in measured.items() if {name, row.info.get("family")} & names]


def _second_run(plan: Plan, suspects: Sequence[str], path: Path) -> dict[str, Row]:
    if not suspects:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        return rows(measure(plan, Path(folder, path.name), sorted(set(suspects)), SECOND_BUDGET))


def _confirmed(plan: Plan, committed: figures.Figures, first: dict[str, Row], second: dict[str, Row]) -> Verdict:
    found = findings.ratios(first)
    again = [
        *findings.slower(found, findings.ratios(second), plan.commit),
        *_in_both(findings.below_floor(first, committed), findings.below_floor(second, committed)),
        *_in_both(findings.steeper(first, committed), findings.steeper(second, committed)),
    ]
    if again:
        return Verdict(Status.SLOWER, list(map(str, again)))
    return Verdict(Status.PASS, _summary(plan, first, found))


def _in_both(first: Iterable[Finding], second: Iterable[Finding]) -> list[Finding]:
    rows_found = {finding.row for finding in first}
    return [finding for finding in second if finding.row in rows_found]


def _noisy(measured: dict[str, Row]) -> list[str]:
    told = "the base commit against itself reads {}, should be 1 within 5 %; wait until the machine is quieter"
    return [f"{name}: {told.format(r)}" for name, r in findings.nulls(measured).items() if not r.null]


def _summary(plan: Plan, measured: dict[str, Row], found: dict[str, Ratio]) -> list[str]:
    ordered = sorted(r.value for r in found.values())
    lines = [f"{len(found)} rows against {plan.commit}: ratios {ordered[0]:.3f} to {ordered[-1]:.3f}, none slower"]
    lines += [f"{name}: new, nothing to compare with" for name, row in measured.items() if name not in found and row]
    return lines + [
        f"{name}: {found[name]}, faster: commit new figures with --update" for name in findings.faster(found)
    ]
