"""The certificate: every function measured, on all cores, and what earlier passes over all float32 found."""

import os
import platform
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import scipy

from reference import ACTIVATIONS, ELEMENTWISE, LOSSES, InputError
from reference.errors import look_up

from ..processes import as_done, pool
from . import sweep
from .function import PARTS
from .machine import machine
from .measure import Measured, measure
from .peers import present

Progress: TypeAlias = Callable[[int, int], None]
POINTS = 1000
ABOVE = 8.0  # ulp: what more needs a reason
MOST_BACKWARD = 8.0  # ulp: two values within 4 ulp of an increasing function may be out of order by so much


class Certificate(NamedTuple):
    """How accurate the tables are.

    Attributes:
        measured: each function, activations first, forward before derivative.
        sweeps: the passes over all float32 that are whole and of this very code.
        points: asked for, of each function.
        seed: reproduces the points.
        versions: of Python, NumPy and SciPy, and of each framework compared with.
        machine: the kind of machine.
        seconds: of the run.
    """

    measured: list[Measured]
    sweeps: list[sweep.Sweep]
    points: int
    seed: int
    versions: dict[str, str]
    machine: str
    seconds: float

    @property
    def broken(self) -> list[str]:
        """What does not hold, one sentence each."""
        return [sentence for m in self.measured for sentence in faults(m)]


class Job(NamedTuple):
    """One function to measure."""

    name: str
    part: str
    points: int
    seed: int
    peers: tuple[str, ...]


def do(job: Job) -> Measured:
    """Return what was found of one function."""
    return measure(*job)


def faults(m: Measured) -> list[str]:
    """Return what does not hold of one function, one sentence each."""
    where = f"{m.name} {m.part}"
    said = []
    if not m.fraction <= 1:
        said.append(f"{where}: {m.fraction:.3g} of 4 (1 + k) ulp at {m.tightest}, should be at most 1")
    if not m.score.worst <= ABOVE and not m.reason:
        said.append(f"{where}: {m.score.worst:.3g} ulp at {m.score.at}, should be at most 8 or have its reason stated")
    if not m.shape.silent:
        said.append(f"{where}: a floating-point warning, should be silent")
    if not m.shape.asymmetry <= MOST_BACKWARD:
        said.append(f"{where}: {m.shape.asymmetry:.3g} ulp from {m.shape.symmetry}, should be at most 8")
    if not m.shape.backward <= MOST_BACKWARD:
        said.append(f"{where}: not {m.shape.trend}, {m.shape.backward:.3g} ulp back, should be at most 8")
    return said


def certify(
    names: Sequence[str] = (),
    *,
    points: int = POINTS,
    seed: int = 0,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Certificate:
    """Return how accurate the entries of these names are; all when there are none.

    Arguments:
        names: activations and losses.
        points: of each function, roughly; rows of several numbers count for more.
        seed: of the points.
        workers: processes; 1 stays in this process; None takes one for each core.
        progress: called with the functions done and their number.

    Raises:
        InputError: on an unknown name, or fewer than 1 points or workers.
    """
    if points < 1:
        raise InputError("points", points, "1 or more", f"leave it out for {POINTS}")
    workers = require_workers(workers)
    entries = ACTIVATIONS | LOSSES
    for name in names:
        look_up(entries, name, "activation or loss")
    start = time.perf_counter()
    peers = present()
    jobs = [Job(n, part, points, seed, tuple(peers)) for n in entries if n in (names or entries) for part in PARTS]
    found: dict[tuple[str, str], Measured] = {}
    with pool(min(workers, len(jobs))) as executor:
        for m in as_done(do, jobs, executor, workers):
            found[m.name, m.part] = m
            if progress:
                progress(len(found), len(jobs))
    sweeps = [sweep.kept(name) for name in ELEMENTWISE if name in (names or entries)]
    return Certificate(
        [found[job.name, job.part] for job in jobs],
        [s for s in sweeps if s.whole],
        points,
        seed,
        {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__, **peers},
        machine(),
        time.perf_counter() - start,
    )


def require_workers(workers: int | None) -> int:
    """Return the number of processes, one for each core where none is given.

    Raises:
        InputError: on fewer than 1.
    """
    if workers is not None and workers < 1:
        raise InputError("workers", workers, "1 or more", "give the number of processes")
    return workers or os.cpu_count() or 1
