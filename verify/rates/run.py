"""The measurement of all rates: its jobs, shared among fresh processes, and their results put together."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from operator import itemgetter
from typing import NamedTuple, TypeAlias

import numpy as np
from threadpoolctl import threadpool_limits

from reference import InputError

from ..campaign import prepare
from ..processes import as_done, pool
from .alarms import Alarms, count_alarms
from .compared import measure_peers_alarms, measure_together, measure_zeroed_together
from .families import FAMILIES, Case, right
from .power import Power, measure_power, measure_zeroed
from .result import AUTODIFF, DIFFERENCES, Rates

Part: TypeAlias = Alarms | Power
Progress: TypeAlias = Callable[[int, int], None]
BATCH = 64
FEW = 4  # of what takes seconds a network
# Beyond these a share is known well enough, and the machine is needed for the alarms. A promise of 99.9 % wants
# thousands: of 1,802 mistakes two were not seen, of 9,200 six.
PLANTED, COMPARED = 5000, 40


class Job(NamedTuple):
    """What a worker does at a time: one task on some cases of one family."""

    task: str
    family: str
    cases: range
    seed: int


TASKS: dict[str, Callable[[Sequence[Case], int], Part]] = {
    AUTODIFF: lambda cases, seed: count_alarms(cases, ("autodiff", "local"), seed),
    DIFFERENCES: lambda cases, seed: count_alarms(cases, ("autodiff", "differences"), seed),
    "power": measure_power,
    "zeroed": measure_zeroed,
    "together": measure_together,
    "zeroed_together": measure_zeroed_together,
    "refused": measure_peers_alarms,
}


def do(job: Job) -> tuple[Job, Part]:
    """Return a job with its result."""
    cases = [right(job.family, job.seed, case) for case in job.cases]
    with threadpool_limits(1), np.errstate(all="ignore"):
        return job, TASKS[job.task](cases, job.seed + job.cases.start)


def plan(rates: Rates) -> list[Job]:
    """Return the jobs of a measurement, the slow ones first so that no worker is left alone with one."""
    planted, compared, some = rates.planted, rates.compared, partial(_jobs, seed=rates.seed)
    return [
        *some("together", "small", compared, FEW),
        *some("zeroed_together", "vanishing", -(-compared // 4), FEW),
        *some("refused", "small", 8 * compared, BATCH),
        *some("power", "all", planted, BATCH),
        *some("zeroed", "vanishing", planted, BATCH),
        *_alarms({AUTODIFF: rates.networks, DIFFERENCES: max(rates.networks // 10, 1)}, rates.seed),
    ]


def _alarms(networks: dict[str, int], seed: int) -> list[Job]:
    """Return the jobs of all tasks and families in turn, each by its share: a run cut short has seen some of each."""
    turns: list[tuple[float, Job]] = []
    for task, count in networks.items():
        for name, family in FAMILIES.items():
            cases = round(count * family.share) or 1
            turns += ((job.cases.start / cases, job) for job in _jobs(task, name, cases, BATCH, seed=seed))
    return [job for _, job in sorted(turns, key=itemgetter(0))]


def _jobs(task: str, family: str, cases: int, batch: int, *, seed: int) -> Iterator[Job]:
    for start in range(0, cases, batch):
        yield Job(task, family, range(start, min(start + batch, cases)), seed)


def measure(
    networks: int = 2000,
    *,
    planted: int | None = None,
    compared: int | None = None,
    seed: int = 0,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Rates:
    """Return the rates over random right networks; an interrupt (Ctrl-C) ends it early, and the result says so.

    Arguments:
        networks: right networks judged by autodiff and the local identities; a tenth of them by differences.
        planted: networks that mistakes are planted into; None takes a tenth, 5000 at most.
        compared: networks that the other checkers see too, at 7 s each; None takes a two-hundredth, 40 at most.
        seed: reproduces the measurement, whatever the number of workers.
        workers: processes; 1 stays in this one, None takes one for each core.
        progress: called with the jobs done and their number.

    Raises:
        InputError: on no networks, a negative seed, or workers below 1.
    """
    planted = min(-(-networks // 10), PLANTED) if planted is None else planted
    compared = min(-(-networks // 200), COMPARED) if compared is None else compared
    told = (("networks", networks, 1), ("planted", planted, 1), ("compared", compared, 1))
    for name, value, least in (*told, ("seed", seed, 0), ("workers", workers or 1, 1)):
        if value < least:
            raise InputError(name, value, f"{least} or more", "choose another")
    rates, start = Rates(seed, networks, planted, compared), time.perf_counter()
    jobs = plan(rates)
    count = min(workers or os.cpu_count() or 1, len(jobs))
    with pool(count, prepare=prepare) as executor:
        try:
            for done, (job, part) in enumerate(as_done(do, jobs, executor, count), 1):
                _merge(rates, job, part)
                if progress:
                    progress(done, len(jobs))
        except KeyboardInterrupt:
            rates.interrupted = True
    rates.seconds = time.perf_counter() - start
    return rates


def _merge(rates: Rates, job: Job, part: Part) -> None:
    if isinstance(part, Alarms):
        rates.alarms[job.task].setdefault(job.family, Alarms()).merge(part)
    else:
        whole: Power = getattr(rates, job.task)
        whole.merge(part)
