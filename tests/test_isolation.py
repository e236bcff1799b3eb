"""The server of forks and its children: each fork is its own, ends when told, and a server that died is replaced."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from verify.isolation.process import NoAnswer, Process

PROGRAM = """
import os, sys
warmed = []
def warm(): warmed.append(os.getpid())
def serve():
    for line in sys.stdin:
        word = line.strip()
        warmed.append(word)
        if word == "stuck":
            while True: pass
        os.write(1, f"{os.getpid():9}{warmed[0]:9}{len(warmed):3}".encode())
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a program that answers a word with its process, the server's, and how much it remembers."""
    (tmp_path / "__init__.py").touch()
    (tmp_path / "serve.py").write_text(PROGRAM)
    return tmp_path


@contextmanager
def child(folder: Path) -> Iterator[Process]:
    """Yield a child, ended afterwards."""
    process = Process(folder)
    try:
        yield process
    finally:
        process.kill()


def answer(process: Process, word: str = "hello", seconds: float = 30.0) -> list[int]:
    """Return the child's own number, its server's, and how many things it remembers."""
    process.write(f"{word}\n".encode())
    return [int(piece) for piece in process.read([9, 9, 3], time.monotonic() + seconds)]


def is_gone(number: int) -> bool:
    """Return whether a process has ended, waiting for it a while."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{number}/stat").exists() and ") Z" in Path(f"/proc/{number}/stat").read_text():
            return True
        time.sleep(0.01)
    return False


def test_children_are_forks_of_one_server_and_do_not_see_what_another_has_done(folder: Path) -> None:
    with child(folder) as first, child(folder) as second:
        assert answer(first)[2] == 2
        one, server, remembered = answer(first)
        other, same, fresh = answer(second)
    assert (one != other, server == same, remembered, fresh) == (True, True, 3, 2)


def test_a_child_that_does_not_answer_is_ended_and_others_live_on(folder: Path) -> None:
    with child(folder) as other:
        with child(folder) as stuck:
            number = answer(stuck)[0]
            with pytest.raises(NoAnswer, match="time"):
                answer(stuck, "stuck", seconds=0.2)
        assert is_gone(number)
        stuck.kill()
        assert answer(other)[2] == 2


def test_a_server_that_was_killed_is_replaced_and_its_children_no_longer_answer(folder: Path) -> None:
    with child(folder) as first:
        number, server, _ = answer(first)
        os.kill(server, signal.SIGKILL)
        assert is_gone(server)
        with child(folder) as second:
            assert answer(second)[1] != server
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)  # the program of this test does not ask to die with its server
        assert is_gone(number)
        with pytest.raises(NoAnswer, match="the child has ended"):
            answer(first)


def test_a_server_that_cannot_start_is_told(folder: Path) -> None:
    (folder / "serve.py").write_text("raise RuntimeError")
    with pytest.raises(NoAnswer, match="the server of forks has ended"):
        Process(folder)
