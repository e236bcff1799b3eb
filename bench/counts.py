"""What does not depend on the machine's mood: opcodes executed, and bytes allocated at the peak."""

import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from .rounds import Call

ENOUGH = 200_000  # opcodes after which counting stops: a loop over elements is plain by then


class Trail(NamedTuple):
    """What one call executed: Python opcodes, ENOUGH at most, and the files they came from."""

    opcodes: int
    files: frozenset[Path]


class _EnoughError(BaseException):
    """Ends a call that has executed ENOUGH opcodes; no handler of the call's own may take it."""


@contextmanager
def _tracing(tracer: Any) -> Iterator[None]:
    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        yield
    except _EnoughError:
        pass
    finally:
        sys.settrace(before)


def trail(call: Call) -> Trail:
    """Return the opcodes that one call executes, and where they are written.

    NumPy's compiled code counts nothing: a vectorized function executes as many opcodes for a million
    elements as for one, or a few for each block.
    """
    files: set[str] = set()
    opcodes = 0

    def tracer(frame: FrameType, event: str, _: object) -> Any:
        nonlocal opcodes
        if event == "call":
            files.add(frame.f_code.co_filename)
            frame.f_trace_opcodes, frame.f_trace_lines = True, False
        elif event == "opcode":
            opcodes += 1
            if opcodes >= ENOUGH:
                raise _EnoughError
        return tracer

    with _tracing(tracer):
        call()
    return Trail(opcodes, frozenset(Path(name).resolve() for name in files))


def peak_bytes(call: Call) -> int:
    """Return the most bytes that one call holds at a time, its result included."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        kept = call()
        peak = tracemalloc.get_traced_memory()[1] - before
        del kept
    finally:
        tracemalloc.stop()
    return peak
