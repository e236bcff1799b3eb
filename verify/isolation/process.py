"""A child process that is asked and answers within a time, or is killed."""

import contextlib
import fcntl
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

QUIET = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "Agg",
    "LC_ALL": "C.UTF-8",
}
"""The child's whole environment, beside PATH: one BLAS thread, the same hashes in every run, no screen."""

PIPE = 1 << 20  # bytes that the pipe from the child holds


class NoAnswer(Exception):  # noqa: N818 - what happened, not what went wrong
    """The child did not answer in time, or ended before it did."""


class Process:
    """A Python program of our own that runs beside this one and is spoken to through pipes.

    Arguments:
        folder: the program, a folder with a ``__main__.py``.
    """

    def __init__(self, folder: Path) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-I", "-W", "ignore", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ.get("PATH", os.defpath), **QUIET},
            start_new_session=True,
            bufsize=0,
        )
        _widen(self._child.stdout)

    def write(self, data: bytes) -> None:
        """Send bytes.

        Raises:
            NoAnswer: when the child has ended.
        """
        assert self._child.stdin is not None
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[self._child.stdin.write(rest) :]
        except BrokenPipeError as error:
            raise NoAnswer("the child has ended") from error

    def read(self, lengths: Sequence[int], until: float) -> list[bytes]:
        """Return as many bytes as asked for, piece by piece.

        Arguments:
            lengths: of the pieces, in bytes.
            until: the time, of ``time.monotonic``, after which it is too late.

        Raises:
            NoAnswer: when they do not come in time.
        """
        return [self._piece(length, until) for length in lengths]

    def _piece(self, length: int, until: float) -> bytes:
        """Return so many bytes."""
        assert self._child.stdout is not None
        piece = bytearray(length)
        rest = memoryview(piece)
        with selectors.DefaultSelector() as selector:
            selector.register(self._child.stdout, selectors.EVENT_READ)
            while rest:
                if not selector.select(max(0.0, until - time.monotonic())):
                    raise NoAnswer("time")
                count = os.readv(self._child.stdout.fileno(), [rest])
                if not count:
                    raise NoAnswer("the child has ended")
                rest = rest[count:]
        return bytes(piece)

    def kill(self) -> None:
        """End the child and all it started."""
        try:
            os.killpg(self._child.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            self._child.kill()
        for stream in (self._child.stdin, self._child.stdout):
            if stream is not None:
                stream.close()
        self._child.wait()


def _widen(pipe: IO[bytes] | None) -> None:
    """Let a pipe hold more than a page or two at a time, where the system can be asked for it."""
    if pipe is not None and hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)
