"""One row: its arms timed in turn, round by round, in one process, and kept in pytest-benchmark's own record.

A time by itself says little on a shared machine. A ratio of two arms timed in the same rounds says much:
what slows one slows the other. From each arm's rounds a low quantile is taken, never a mean: the mean is
what other programs on the machine make of it.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from threadpoolctl import threadpool_limits

Call: TypeAlias = Callable[[], object]
Stopwatch: TypeAlias = Callable[[], float]

AT_LEAST = 5e-4  # seconds that one arm of one round lasts: far above the clock's and the scheduler's grain
BUDGET = 0.15  # seconds that all rounds of one row may take, within the limits below
FEWEST, MOST = 3, 40
WARM_UP = 3
LONG = 0.05  # seconds after which a call needs no more warming up than itself


def low(times: Sequence[float]) -> float:
    """Return the first quartile: steady where the mean and the median are not."""
    return float(np.quantile(times, 0.25))


def repeat(call: Call, loops: int) -> None:
    """Call ``call`` ``loops`` times."""
    for _ in range(loops):
        call()


def seconds(call: Call, loops: int, clock: Stopwatch = time.perf_counter) -> float:
    """Return the seconds of one call, over ``loops`` of them."""
    begin = clock()
    repeat(call, loops)
    return (clock() - begin) / loops


def warm(call: Call) -> float:
    """Return the seconds of one call once caches and allocator are warm."""
    first = seconds(call, 1)
    return first if first > LONG else min(seconds(call, 1) for _ in range(WARM_UP))


def loops_for(second: float) -> int:
    """Return how many calls of this length fill one round."""
    return max(1, int(np.ceil(AT_LEAST / max(second, 1e-9))))


def rounds_for(second: float) -> int:
    """Return how many rounds of this length fit into the budget."""
    return int(np.clip(BUDGET / second, FEWEST, MOST))


def stopwatch(call: Call, clock: Stopwatch = time.perf_counter) -> Stopwatch:
    """Return a function that times one round of ``call`` and returns the seconds of one call."""
    loops = loops_for(warm(call))
    return lambda: seconds(call, loops, clock)


class Rounds:
    """Stands in for the ``benchmark`` fixture: takes the same calls, and times rivals in the same rounds.

    Attributes:
        extra_info: pytest-benchmark's own; ``rivals`` in it holds every rival's rounds, seconds a call.
    """

    clock: Stopwatch = staticmethod(time.perf_counter)

    def __init__(self, fixture: Any) -> None:
        self._fixture = fixture
        self._rivals: dict[str, Stopwatch] = {}
        self.extra_info: dict[str, Any] = fixture.extra_info
        self.extra_info["rivals"] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._fixture, name)

    def rival(self, label: str, call: Call) -> None:
        """Time ``call`` once in every round, under ``label``."""
        self.remote_rival(label, stopwatch(call, self.clock))

    def remote_rival(self, label: str, watch: Stopwatch) -> None:
        """Ask ``watch`` for the seconds of one call in every round, under ``label``."""
        self._rivals[label] = watch
        self.extra_info["rivals"][label] = []

    def slow_rival(self, label: str, call: Call) -> None:
        """Time ``call`` once in all: for what takes so long that its noise does not matter."""
        self.extra_info["rivals"][label] = [seconds(call, 1)]

    def __call__(self, target: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Time ``target(*args, **kwargs)`` and every rival; return the target's result."""
        return self.pedantic(target, args, kwargs)

    def pedantic(
        self,
        target: Callable[..., Any],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        **settings: Any,  # noqa: ARG002 - rounds and iterations are chosen here
    ) -> Any:
        """Time ``target(*args, **kwargs)`` and every rival; return the target's result."""
        with threadpool_limits(1):  # a second thread gains nothing on small products, and waits on a busy machine
            return self._timed(target, args, kwargs or {})

    def _timed(self, target: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        result = target(*args, **kwargs)

        def call() -> object:
            return target(*args, **kwargs)

        once = warm(call)
        loops = loops_for(once)
        spent = seconds(self._time_rivals, 1) + loops * once
        self._forget_rounds()
        self.extra_info["loops"] = loops
        self._fixture.pedantic(repeat, (call, loops), setup=self._time_rivals, rounds=rounds_for(spent))
        return result

    def _time_rivals(self) -> None:
        for label, watch in self._rivals.items():
            self.extra_info["rivals"][label].append(watch())

    def _forget_rounds(self) -> None:
        for label in self._rivals:
            self.extra_info["rivals"][label].clear()
