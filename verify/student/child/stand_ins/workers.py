"""Processes and pools that work here and now, one task after another, and functions called from a command line."""

import concurrent.futures
import inspect
import multiprocessing
import multiprocessing.pool
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .finder import Contents

Task = Callable[..., Any]
VALUES: dict[Any, Any] = {int: 3, float: 0.1}
"""What an argument without a default is, by its type; a file for any other."""


class Process:
    """A process that runs when it is started."""

    exitcode = 0

    def __init__(
        self, group: Any = None, target: Task | None = None, name: Any = None, args: Any = (), **_: Any
    ) -> None:
        self._work, self._given = target, args

    def run(self) -> None:
        """Do the work."""
        if self._work is not None:
            self._work(*self._given)

    def start(self) -> None:
        """Do the work now."""
        self.run()

    def join(self, *_: Any) -> None:
        """Wait for nothing."""

    terminate = close = join


class Done:
    """A result that is there already."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def get(self, *_: Any) -> Any:
        """Return it."""
        return self._value

    result = get


class Pool:
    """A pool without workers."""

    def __init__(self, *_: Any, **__: Any) -> None:
        """Take any number of them."""

    def map(self, work: Task, *tasks: Iterable[Any], **_: Any) -> list[Any]:
        """Return what the work makes of each task."""
        return [
            work(*task) for task in zip(*tasks[:1], *(t for t in tasks[1:] if not isinstance(t, int)), strict=False)
        ]

    imap = imap_unordered = map

    def starmap(self, work: Task, tasks: Iterable[Any], *_: Any) -> list[Any]:
        """Return what the work makes of the arguments of each task."""
        return [work(*task) for task in tasks]

    def apply(self, work: Task, args: Any = (), kwds: Any = None, **_: Any) -> Any:
        """Return what the work makes of one task."""
        return work(*args, **(kwds or {}))

    def apply_async(self, *given: Any, **named: Any) -> Done:
        """Return the same, as a result to be got."""
        return Done(self.apply(*given, **named))

    def submit(self, work: Task, *args: Any, **named: Any) -> Done:
        """Return the result of one task."""
        return Done(work(*args, **named))

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def close(self, *_: Any, **__: Any) -> None:
        """Nothing is open."""

    join = terminate = shutdown = close


def install() -> None:
    """Let no process be started beside this one: it would not be seen."""
    multiprocessing.Process = Process  # type: ignore[assignment, misc]
    multiprocessing.Pool = multiprocessing.pool.Pool = Pool  # type: ignore[assignment, misc]
    concurrent.futures.ProcessPoolExecutor = Pool  # type: ignore[assignment, misc]


def option(*names: str, default: Any = None, type: Any = None, **_: Any) -> Callable[[Task], Task]:
    """Stand in for click's option and argument: the function gets the default, or a value of the type."""
    name = names[-1].lstrip("-").replace("-", "_")
    given = VALUES.get(type, "data.csv") if default is None else default

    def decorated(function: Task) -> Task:
        return lambda *args, **named: function(*args, **{name: given, **named})

    return decorated


def command(*given: Any, **_: Any) -> Any:
    """Stand in for click's command, with or without arguments."""
    return given[0] if given and callable(given[0]) else lambda function: function


def fire(function: Any = None, *_: Any, **__: Any) -> Any:
    """Call a function as a command line without arguments would, where it needs none."""
    if not inspect.isfunction(function):
        return None
    needed = (p for p in inspect.signature(function).parameters.values() if p.default is p.empty and p.kind < 2)
    return function(*(VALUES.get(p.annotation, "data.csv") for p in needed))


def animated(figure: Any = None, func: Any = None, frames: Any = 5, *_: Any, fargs: Any = (), **__: Any) -> None:
    """Draw the first frames of an animation, nowhere."""
    for frame in _first(frames, 5):
        func(frame, *(fargs or ()))


def _first(frames: Any, count: int) -> Iterator[Any]:
    """Yield the first frames: of a number of them, of a list, of what a function yields."""
    every = range(frames) if isinstance(frames, int) else frames() if callable(frames) else frames
    yield from (frame for _, frame in zip(range(count), every if every is not None else range(count), strict=False))


COMMANDS: Contents = {
    "click": {"command": command, "option": option, "argument": option},
    "fire": {"Fire": fire},
    "typer": {"run": fire},
    "matplotlib.animation": {"FuncAnimation": animated},
}
