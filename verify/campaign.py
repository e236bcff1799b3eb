"""Many random networks through the cross-check: workers, progress, tallies, and the report at the end."""

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from multiprocessing.synchronize import Lock as LockType
from typing import NamedTuple, TypeAlias

from threadpoolctl import threadpool_limits

from reference import InputError
from reference.errors import look_up

from .architectures import Architecture
from .crosscheck import ORACLES, crosscheck
from .failure import Failure, explain
from .processes import as_done, cache_folder
from .processes import pool as processes
from .report.model import Report
from .tally import Tally

Progress: TypeAlias = Callable[[int, float], None]
BATCH = 64
EXPLAINED = 5  # failures explained and shrunk; more are counted


class Job(NamedTuple):
    """What a worker does at a time: some networks, the oracles to ask, the seed of the random cotangents."""

    architectures: Sequence[Architecture]
    oracles: tuple[str, ...]
    seed: int


def do(job: Job) -> Tally:
    """Return the tally of one job."""
    tally = Tally()
    architectures = list(job.architectures)  # drawn once
    problems = [architecture.build() for architecture in architectures]
    with threadpool_limits(1):
        evidence = crosscheck(problems, oracles=job.oracles, seed=job.seed)
    for architecture, found in zip(architectures, evidence, strict=True):
        tally.add(found, str(architecture))
    return tally


def run(
    architectures: Sequence[Architecture],
    *,
    seed: int = 0,
    oracles: Sequence[str] = tuple(ORACLES),
    workers: int | None = None,
    executor: Executor | None = None,
    time_budget: float | None = None,
    progress: Progress | None = None,
) -> Report:
    """Return the report on these networks.

    An interrupt (Ctrl-C) ends the run early: the report then covers what was done and says so.

    Arguments:
        architectures: the networks; ``Drawn`` draws them where they are judged.
        seed: of the random cotangents, and what the report prints.
        oracles: names in ``ORACLES``.
        workers: processes; 1 stays in this process, where replaced table entries are seen; None takes
            one for each core.
        executor: any ``concurrent.futures`` executor to use in their place, a cluster's for example.
        time_budget: seconds after which no more networks are started.
        progress: called with the networks done and the seconds passed.

    Raises:
        InputError: on an unknown oracle, workers below 1 or a negative time budget.
    """
    for oracle in oracles:
        look_up(ORACLES, oracle, "oracle")
    if workers is not None and workers < 1:
        raise InputError("workers", workers, "1 or more", "give the number of processes")
    if time_budget is not None and not time_budget >= 0:
        raise InputError("time budget", time_budget, "0 seconds or more", "leave it out for no limit")
    starts = range(0, len(architectures), BATCH)
    jobs = [Job(architectures[i : i + BATCH], tuple(oracles), seed + i) for i in starts]
    count = min(workers or os.cpu_count() or 1, len(jobs))
    start = time.perf_counter()
    tally, interrupted = Tally(), False
    failures: list[Failure] = []
    waiting = iter(jobs)
    if time_budget is not None:
        waiting = iter(job for job in jobs if time.perf_counter() - start < time_budget)
    with processes(count, executor, prepare=prepare if "autodiff" in oracles else None) as pool:
        try:
            for part in as_done(do, waiting, pool, count):
                tally.merge(part)
                if progress:
                    progress(tally.networks, time.perf_counter() - start)
            failures = _explanations(tally.faulty[:EXPLAINED], pool)
        except KeyboardInterrupt:
            interrupted = True
    return Report(tally, failures, seed, len(architectures), time.perf_counter() - start, interrupted)


def prepare(lock: LockType) -> None:
    """Compile the autodiff program in one worker at a time: the first compiles on all cores, the others load it."""
    from .oracles.autodiff import compile_ahead, keep_programs

    keep_programs(cache_folder())
    compile_ahead(lock)


def _explanations(lines: Sequence[str], pool: Executor | None) -> list[Failure]:
    architectures = [Architecture.parse(line) for line in lines]
    found = map(explain, architectures) if pool is None else pool.map(explain, architectures)
    return [failure for failure in found if failure]
