"""One gated row: head and its control timed in turn, with what each executes and allocates."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .counts import Trail, peak_bytes, trail
from .rounds import Call, Rounds, loops_for, repeat, seconds, warm
from .worlds import World

FEWEST, MOST = 25, 200
PLACES = 1 << 16  # bytes: less than what the allocator fetches pages of its own for
RANDOM = np.random.default_rng(0)
CLOCK = time.process_time  # what other programs take of the processor does not count
RIVAL_ROUNDS = 5


class ControlError(Exception):
    """The base commit's copy of a row cannot be measured."""


@contextmanager
def shifted() -> Iterator[None]:
    """Hold a block of random size, so that the temporaries of every round lie elsewhere in memory.

    Where they lie relative to their inputs can cost 15 %, stays the same for many rows of a process, and
    need not be the same for both arms: over many places the low quantiles are.
    """
    kept = np.empty(RANDOM.integers(1, PLACES), np.uint8)
    yield
    del kept


class Recorder:
    """Stands in for the fixture in the other world: keeps the call, times nothing."""

    def __init__(self) -> None:
        self.extra_info: dict[str, Any] = {"rivals": {}}
        self.target: Callable[..., Any] | None = None
        self.args: Sequence[Any] = ()
        self.kwargs: Mapping[str, Any] = {}

    def rival(self, label: str, call: Call) -> None:
        """Ignore a rival: head's own row times it."""

    def __call__(self, target: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Keep the call; return its result."""
        return self.pedantic(target, args, kwargs)

    def pedantic(
        self, target: Callable[..., Any], args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None, **_: Any
    ) -> Any:
        """Keep the call; return its result."""
        self.target, self.args, self.kwargs = target, args, kwargs or {}
        return target(*self.args, **self.kwargs)


class Control:
    """The same call from another world."""

    def __init__(self, recorder: Recorder, world: World, folders: Sequence[Path]) -> None:
        self._recorder, self._world, self.folders = recorder, world, folders
        self.call: Call = partial(recorder.target or repr, *recorder.args, **recorder.kwargs)

    def share(self, args: Sequence[Any]) -> None:
        """Take equal arrays from ``args``: where in memory an input lies must not decide a comparison."""
        mine = zip(self._recorder.args, args, strict=False)
        shared = [b if isinstance(a, np.ndarray) and np.array_equal(a, b) else a for a, b in mine]
        self.call = partial(self._recorder.target or repr, *shared, **self._recorder.kwargs)

    def seconds(self, loops: int) -> float:
        """Return the seconds of one call, over ``loops`` of them."""
        with self._world.active(), shifted():
            return seconds(self.call, loops, CLOCK)

    def within(self, measure: Callable[[Call], Any]) -> Any:
        """Return ``measure(call)``, taken in the call's own world."""
        with self._world.active():
            return measure(self.call)


class Head(NamedTuple):
    """The checked-out side: its world, the folders of its packages, the seconds for one row's rounds.

    Head is timed in its world as base is in its own: what changing worlds does to the heap decides where
    temporaries lie, and that alone can make a difference of 15 %.
    """

    world: World
    folders: Sequence[Path]
    budget: float


class Gated(Rounds):
    """Times head between two timings of its control; without a control, like any row.

    Attributes:
        extra_info: ``before``, ``after`` and, on null rows, ``null``: the control's rounds, seconds a call;
            ``counts``: opcodes and peak bytes of both.
    """

    clock = staticmethod(CLOCK)

    def __init__(self, fixture: Any, control: Control | None, null: Control | None, head: Head) -> None:
        super().__init__(fixture)
        self._control, self._null, self._head = control, null, head

    def _timed(self, target: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        if self._control is None:
            return super()._timed(target, args, kwargs)
        head = partial(target, *args, **kwargs)
        result = head()
        for control in filter(None, (self._control, self._null)):
            control.share(args)
        self._count(head, self._control)
        self._race(head, self._control)
        for _ in range(RIVAL_ROUNDS):
            self._time_rivals()
        return result

    def _count(self, head: Call, control: Control) -> None:
        warm(head)
        control.within(warm)
        head_trail, base_trail = trail(head), control.within(trail)
        require_apart(head_trail, self._head.folders, base_trail, control.folders)
        self.extra_info["counts"] = {
            "head": {"opcodes": head_trail.opcodes, "bytes": peak_bytes(head)},
            "base": {"opcodes": base_trail.opcodes, "bytes": control.within(peak_bytes)},
        }

    def _race(self, head: Call, control: Control) -> None:
        once = max(warm(head), control.within(warm))
        loops = loops_for(once)
        rounds = int(np.clip(self._head.budget / (3 * loops * once), FEWEST, MOST))
        before: list[float] = []
        after: list[float] = []
        self.extra_info.update(loops=loops, before=before, after=after, control="base commit")
        switch = ExitStack()

        def time_before() -> None:
            before.append(control.seconds(loops))
            switch.enter_context(self._head.world.active())
            switch.enter_context(shifted())

        def time_after() -> None:
            switch.close()
            after.append(control.seconds(loops))

        self._fixture.pedantic(partial(repeat, head, loops), setup=time_before, teardown=time_after, rounds=rounds)
        del before[rounds:], after[rounds:]  # pytest-benchmark may call once more, untimed
        if self._null:
            arms = [(c.seconds(loops), self._null.seconds(loops), c.seconds(loops)) for c in [control] * rounds]
            self.extra_info["null"] = dict(zip(("before", "middle", "after"), zip(*arms, strict=True), strict=True))


def require_apart(head: Trail, head_folders: Sequence[Path], base: Trail, base_folders: Sequence[Path]) -> None:
    """Refuse a row whose two arms do not each run the code of their own side.

    Raises:
        ValueError: saying how the test should be changed.
    """
    advice = "take what is measured from the package in the test's body, not from a parameter or a fixture"
    if _within(head, base_folders) or _within(base, head_folders):
        raise ValueError(f"the two arms run the same copy of the code; {advice}")
    if not (_within(head, head_folders) and _within(base, base_folders)):
        raise ValueError(f"an arm runs none of the package's own Python code; {advice}")


def _within(trail: Trail, folders: Sequence[Path]) -> bool:
    return any(file.is_relative_to(folder) for file in trail.files for folder in folders)
