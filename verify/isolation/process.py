"""A child process that is asked and answers within a time, or is killed."""

import atexit
import contextlib
import fcntl
import os
import selectors
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock

from . import server

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
START = 60.0  # seconds a server may take to import NumPy, on a busy machine


class NoAnswer(Exception):  # noqa: N818 - what happened, not what went wrong
    """The child did not answer in time, or ended before it did."""


class Server:
    """A program of our own that is kept warm and forked for each child.

    Arguments:
        folder: the program, a package with ``serve.warm()`` and ``serve.serve()``.
    """

    def __init__(self, folder: Path) -> None:
        self._socket, other = socket.socketpair()
        with other:
            self._program = subprocess.Popen(
                [sys.executable, "-I", "-W", "ignore", server.__file__, str(other.fileno()), str(folder)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"PATH": os.environ.get("PATH", os.defpath), **QUIET},
                pass_fds=[other.fileno()],
                start_new_session=True,
            )
        self._socket.settimeout(START)
        self._lock = Lock()
        atexit.register(self.close)

    def close(self) -> None:
        """Let it end, and all its forks with it."""
        self._socket.close()
        self._program.wait()

    def is_alive(self) -> bool:
        """Return whether it can still be asked."""
        return self._socket.fileno() >= 0 and self._program.poll() is None

    def fork(self, pipes: Sequence[int]) -> int:
        """Return the number of a new child that reads from the first pipe and writes to the second."""
        return self._asked(server.NEW, pipes)

    def end(self, child: int) -> None:
        """End a child and all it started."""
        with contextlib.suppress(NoAnswer):  # without the server no child of it is left either
            self._asked(child)

    def _asked(self, number: int, pipes: Sequence[int] = ()) -> int:
        """Return the server's answer; where one may be missed it is given up, and ends itself with all its forks."""
        with self._lock:
            try:
                socket.send_fds(self._socket, [server.MESSAGE.pack(number)], pipes)
                return int(server.MESSAGE.unpack(self._socket.recv(server.MESSAGE.size))[0])
            except (OSError, struct.error) as error:
                self.close()
                raise NoAnswer("the server of forks has ended") from error
            except KeyboardInterrupt:
                self.close()
                raise


@cache
def _kept(folder: Path, process: int) -> Server:  # noqa: ARG001 - one for each process
    """Return the one server of a folder in a process: a fork of ours must not read the answers meant for us."""
    return Server(folder)


def _server(folder: Path) -> Server:
    """Return the server of a folder, a new one where it has ended."""
    found = _kept(folder, os.getpid())
    if not found.is_alive():
        _kept.cache_clear()
        found.close()
    return _kept(folder, os.getpid())


class Process:
    """A Python program of our own that runs beside this one and is spoken to through pipes.

    Arguments:
        folder: the program, a package with ``serve.warm()`` and ``serve.serve()``.
    """

    def __init__(self, folder: Path) -> None:
        self._server = _server(folder)
        (its_in, self._requests), (self._answers, its_out) = os.pipe(), os.pipe()
        try:
            self._child = self._server.fork((its_in, its_out))
        except BaseException:
            self._close()
            raise
        finally:
            os.close(its_in)
            os.close(its_out)
        _widen(self._answers)

    def write(self, data: bytes) -> None:
        """Send bytes.

        Raises:
            NoAnswer: when the child has ended.
        """
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self._requests, rest) :]
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
        piece = bytearray(length)
        rest = memoryview(piece)
        with selectors.DefaultSelector() as selector:
            selector.register(self._answers, selectors.EVENT_READ)
            while rest:
                if not selector.select(max(0.0, until - time.monotonic())):
                    raise NoAnswer("time")
                count = os.readv(self._answers, [rest])
                if not count:
                    raise NoAnswer("the child has ended")
                rest = rest[count:]
        return bytes(piece)

    def kill(self) -> None:
        """End the child and all it started; once more does nothing."""
        if self._child:
            self._server.end(self._child)
            self._close()
            self._child = 0

    def _close(self) -> None:
        """Close the pipes."""
        os.close(self._requests)
        os.close(self._answers)


def _widen(pipe: int) -> None:
    """Let a pipe hold more than a page or two at a time, where the system can be asked for it."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)
