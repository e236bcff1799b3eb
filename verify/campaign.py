"""Many random networks through the cross-check: workers, progress, tallies, and the report at the end."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from itertools import islice
from multiprocessing import get_context
from multiprocessing.synchronize import Lock as LockType
from pathlib import Path
from typing import NamedTuple, TypeAlias

from threadpoolctl import threadpool_limits

from reference import InputError
from reference.errors import look_up

from .architectures import Architecture
from .crosscheck import ORACLES, crosscheck
from .failure import Failure, explain
from .report.model import Report
from .tally import Tally

Progress: TypeAlias = Callable[[int, float], None]
BATCH = 64
EXPLAINED = 5  # failures explained and shrunk; more are counted
# Small products run slower on several threads, and freed chunk-sized arrays must stay with the process:
# given back to the system at every free, they cost a third of the time in page faults.
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_TOP_PAD_": "100000000",
}


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
    with _pool(count, executor, prepare=_prepare if "autodiff" in oracles else None) as pool:
        try:
            for part in _results(jobs, pool, count, start, time_budget):
                tally.merge(part)
                if progress:
                    progress(tally.networks, time.perf_counter() - start)
            failures = _explanations(tally.faulty[:EXPLAINED], pool)
        except KeyboardInterrupt:
            interrupted = True
    return Report(tally, failures, seed, len(architectures), time.perf_counter() - start, interrupted)


@contextmanager
def _pool(
    count: int, executor: Executor | None, prepare: Callable[[LockType], None] | None
) -> Iterator[Executor | None]:
    """Yield the executor given, a pool of ``count`` fresh and prepared processes, or None for this process alone."""
    if executor is not None or count == 1:
        yield executor
        return
    kept = {name: os.environ.get(name) for name in ENVIRONMENT}
    os.environ.update({name: value for name, value in ENVIRONMENT.items() if kept[name] is None})
    # fresh interpreters, not forks: JAX's threads do not survive a fork
    fresh = get_context("spawn")
    pool = ProcessPoolExecutor(count, fresh, partial(prepare, fresh.Lock()) if prepare else None)
    try:
        with _deaf_to_interrupts():
            for _ in range(count):
                pool.submit(int)  # each starts a process, as none is idle yet
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        for name, value in kept.items():
            if value is None:
                os.environ.pop(name, None)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Ignore Ctrl-C for this block; processes started in it ignore it for good, and their parent alone answers."""
    if threading.current_thread() is not threading.main_thread():  # only the main thread may set this
        yield
        return
    answer = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, answer)


def _prepare(lock: LockType) -> None:
    """Compile the autodiff program in one worker at a time: the first compiles on all cores, the others load it."""
    from .oracles.autodiff import compile_ahead, keep_programs

    keep_programs(Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gradproof")
    compile_ahead(lock)


def _results(
    jobs: Sequence[Job], pool: Executor | None, count: int, start: float, budget: float | None
) -> Iterator[Tally]:
    """Yield the tally of each job as it is done, none started once the budget is spent."""
    waiting = iter(jobs)
    if budget is not None:
        waiting = iter(job for job in jobs if time.perf_counter() - start < budget)
    if pool is None:
        yield from map(do, waiting)
        return
    running: set[Future[Tally]] = {pool.submit(do, job) for job in islice(waiting, 2 * count)}
    while running:
        done, running = wait(running, return_when="FIRST_COMPLETED")
        running |= {pool.submit(do, job) for job in islice(waiting, len(done))}
        yield from (future.result() for future in done)


def _explanations(lines: Sequence[str], pool: Executor | None) -> list[Failure]:
    architectures = [Architecture.parse(line) for line in lines]
    found = map(explain, architectures) if pool is None else pool.map(explain, architectures)
    return [failure for failure in found if failure]
