"""Work shared among fresh processes: their settings, who answers Ctrl-C, results as they are done, and the cache."""

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from itertools import islice
from multiprocessing import get_context
from multiprocessing.synchronize import Lock as LockType
from pathlib import Path
from types import FrameType
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

# Small products run slower on several threads, and freed chunk-sized arrays must stay with the process:
# given back to the system at every free, they cost a third of the time in page faults.
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_TOP_PAD_": "100000000",
}


def cache_folder() -> Path:
    """Return the folder that holds what may be kept between runs; it need not exist yet."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gradproof"


@contextmanager
def pool(
    count: int, executor: Executor | None = None, prepare: Callable[[LockType], None] | None = None
) -> Iterator[Executor | None]:
    """Yield the executor given, a pool of ``count`` fresh and prepared processes, or None for this process alone."""
    if executor is not None or count == 1:
        yield executor
        return
    kept = {name: os.environ.get(name) for name in ENVIRONMENT}
    os.environ.update({name: value for name, value in ENVIRONMENT.items() if kept[name] is None})
    # fresh interpreters, not forks: JAX's threads do not survive a fork
    fresh = get_context("spawn")
    processes = ProcessPoolExecutor(count, fresh, partial(prepare, fresh.Lock()) if prepare else None)
    try:
        with _interrupts_answered_by(signal.SIG_IGN):  # by processes started here for good: their parent alone answers
            for _ in range(count):
                processes.submit(int)  # each starts a process, as none is idle yet
        yield processes
    finally:
        processes.shutdown(wait=True, cancel_futures=True)
        for name, value in kept.items():
            if value is None:
                os.environ.pop(name, None)


@contextmanager
def _interrupts_answered_by(answer: Callable[[int, FrameType | None], object] | signal.Handlers) -> Iterator[None]:
    """Let Ctrl-C be answered so for this block."""
    if threading.current_thread() is not threading.main_thread():  # only the main thread may set this
        yield
        return
    before = signal.signal(signal.SIGINT, answer)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _here(do: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[Result]:
    """Yield ``do(job)`` of every job in this process; an interrupt that a library swallows ends it after its job.

    What is raised while JAX compiles is lost where its callback of the garbage collector is met.
    """
    own, noted = signal.getsignal(signal.SIGINT), False
    if not callable(own):
        yield from map(do, jobs)
        return
    answer: Callable[[int, FrameType | None], object] = own

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal noted
        noted = True
        answer(number, frame)

    with _interrupts_answered_by(note):
        for job in jobs:
            yield do(job)
            if noted:
                raise KeyboardInterrupt


def as_done(
    do: Callable[[Job], Result], jobs: Iterable[Job], executor: Executor | None, count: int
) -> Iterator[Result]:
    """Yield ``do(job)`` of every job as it is done, two for each of ``count`` workers handed out at a time.

    Arguments:
        do: a function that a fresh process can import.
        jobs: taken only when a worker is free, so that an iterator may end early.
        executor: what ``pool`` yielded; None works in this process, in order.
        count: the number of workers.
    """
    waiting = iter(jobs)
    if executor is None:
        yield from _here(do, waiting)
        return
    running: set[Future[Result]] = {executor.submit(do, job) for job in islice(waiting, 2 * count)}
    while running:
        done, running = wait(running, return_when="FIRST_COMPLETED")
        running |= {executor.submit(do, job) for job in islice(waiting, len(done))}
        yield from (future.result() for future in done)
