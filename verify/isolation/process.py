"""A child process that is asked and answers within a time, or is killed."""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

QUIET = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "Agg",
    "LC_ALL": "C.UTF-8",
}
"""The child's whole environment, beside PATH: one BLAS thread, the same hashes in every run, no screen."""


class NoAnswer(Exception):  # noqa: N818 - what happened, not what went wrong
    """The child did not answer in time, or ended before it did."""


class Process:
    """A Python program of our own that runs beside this one and is spoken to through pipes.

    Arguments:
        folder: the program, a folder with a ``__main__.py``.
    """

    def __init__(self, folder: Path) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-I", "-B", "-W", "ignore", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ.get("PATH", os.defpath), **QUIET},
            start_new_session=True,
            bufsize=0,
        )

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
        piece = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(self._child.stdout, selectors.EVENT_READ)
            while len(piece) < length:
                if not selector.select(max(0.0, until - time.monotonic())):
                    raise NoAnswer("time")
                part = os.read(self._child.stdout.fileno(), min(length - len(piece), 1 << 20))
                if not part:
                    raise NoAnswer("the child has ended")
                piece += part
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
