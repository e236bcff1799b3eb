"""No keyboard, no waiting, no network, no other programs, and the same random numbers in every run."""

import builtins
import io
import itertools
import os
import random
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from ..notes import note
from .anything import Anything
from .files import MadeUpBytes
from .formats import content

MOST_ANSWERS = 50  # to input(): a loop that asks for ever has to end
NOW, TICK = 1_600_000_000.0, 1e-3  # what the clock says first, and how far it goes on each time, in seconds
REPLIES = (
    (re.compile(r"\by(es)?\s*(/|or|\|)\s*n", re.I), "y"),
    (re.compile(r"\be\.?g\.?[,:]?\s*['\"]?([\w.+-]*\w)", re.I), r"\1"),
    (re.compile(r"[(\[]\s*([\w.-]+)\s*[/|]\s*[\w.-]+"), r"\1"),
    (re.compile(r"\b(neurons?|nodes|units|hidden)\b", re.I), "3"),
)
"""What is asked, and the answer: yes to yes or no, the example that is given, the first of the words to choose from."""


def install() -> None:
    """Let everything that waits or reaches out return at once."""
    builtins.input = answers()
    # what a notebook that was saved as a program calls
    builtins.get_ipython = builtins.display = Anything("IPython")  # type: ignore[attr-defined]
    time.sleep = lambda *_: None
    sys.stdin = io.StringIO("1\n" * MOST_ANSWERS)
    os.system = _no_command
    os._exit = _exit
    subprocess.Popen = _no_program  # type: ignore[assignment, misc]
    socket.socket.connect = _no_network  # type: ignore[method-assign]
    socket.create_connection = socket.getaddrinfo = _no_network
    urllib.request.urlretrieve = _retrieved  # type: ignore[assignment]
    urllib.request.urlopen = _opened
    seed()


def seed() -> None:
    """Start every generator of random numbers at the same place, unless the program does, and the clock with them."""
    random.seed, np.random.seed = _seeded(random.seed), _seeded(np.random.seed)
    random.seed()
    np.random.seed()  # noqa: NPY002 - the generator that most programs use
    np.random.default_rng = _seeded(np.random.default_rng)
    np.random.RandomState = RandomState  # type: ignore[misc]
    ticks = itertools.count()
    time.time = lambda: NOW + TICK * next(ticks)


def _seeded(start: Callable[..., Any]) -> Callable[..., Any]:
    """Return what starts a generator; at 0 where the program leaves it open."""
    return lambda seed=None, *given: start(0 if seed is None else seed, *given)


class RandomState(np.random.RandomState):
    """A generator that starts at 0 where the program leaves it open."""

    def __init__(self, seed: Any = None) -> None:
        super().__init__(0 if seed is None else seed)


def answers() -> Callable[..., str]:
    """Return input(): it answers what the prompt suggests, a size where it asks for one, else "1"."""
    asked = 0

    def answer(prompt: object = "", *_: object) -> str:
        nonlocal asked
        asked += 1
        found = ((pattern.search(str(prompt)), reply) for pattern, reply in REPLIES)
        said = next((match.expand(reply) for match, reply in found if match is not None), "1")
        note(f"input() was answered with {said}")
        if asked > MOST_ANSWERS:
            raise EOFError("input() was called again and again")
        return said

    return answer


def _no_command(command: object) -> int:
    """Take note of a command that was not run."""
    note("os.system did nothing")
    return 0


def _retrieved(url: str, filename: str | None = None, *_: object, **__: object) -> tuple[str, None]:
    """Fetch nothing; the file will be missing and made up."""
    note("nothing was downloaded: made-up data were read")
    return filename or "download", None


def _opened(url: Any = "", *_: object, **__: object) -> Any:
    """Return made-up bytes of the kind that the address names."""
    note("nothing was downloaded: made-up data were read")
    return MadeUpBytes(content(os.path.basename(str(getattr(url, "full_url", url))) or "download"))


class Response:
    """What a server would have answered."""

    status_code, ok, encoding = 200, True, "utf-8"

    def __init__(self, url: Any = "", *_: object, **__: object) -> None:
        self.raw = _opened(url)
        self.content = self.raw.getvalue()

    @property
    def text(self) -> str:
        """The answer as text."""
        return str(self.content.decode("latin-1"))

    def json(self) -> Any:
        """Return nothing of use."""
        return Anything("json")

    def raise_for_status(self) -> None:
        """Raise nothing."""

    def iter_lines(self, *_: Any, **__: Any) -> list[bytes]:
        """Return the lines of the answer."""
        return list(self.content.splitlines())

    def iter_content(self, *_: Any, **__: Any) -> list[bytes]:
        """Return the answer in one piece."""
        return [self.content]

    def __enter__(self) -> "Response":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""


ANSWERS = {"requests": {"get": Response, "post": Response}}


def _no_network(*_: Any, **__: Any) -> NoReturn:
    """Refuse to connect."""
    note("the network was out of reach")
    raise OSError("the network is out of reach")


def _no_program(*_: Any, **__: Any) -> NoReturn:
    """Refuse to start a program."""
    note("no other program was started")
    raise OSError("no other program is started")


def _exit(status: int = 0) -> NoReturn:
    """End the program as sys.exit does."""
    raise SystemExit(status)
