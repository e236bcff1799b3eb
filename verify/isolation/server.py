"""Forks of a program of ours that has imported all it needs: one for each stranger's file, in a few milliseconds.

Run as ``python -I server.py SOCKET FOLDER``. The folder becomes the package ``child``, nothing else of ours can be
imported; its ``child.serve.serve()`` answers in each fork, after one ``child.serve.warm()`` for all of them.
"""

import contextlib
import gc
import importlib
import importlib.util
import os
import signal
import socket
import struct
import sys
from pathlib import Path
from types import ModuleType

MESSAGE = struct.Struct("=i")
"""What is asked: 0 for a new fork, with two pipes, else which fork to end. What is answered: the fork's number."""

NEW = 0


def keep(asked: socket.socket, folder: Path) -> None:
    """Fork and end forks until nobody is left who could ask, then end those that are left."""
    serving = imported(folder)
    serving.warm()
    sys.dont_write_bytecode = True  # from here on: beside the reader's files nothing is left
    gc.freeze()
    forks: set[int] = set()
    while True:
        data, pipes, _, _ = socket.recv_fds(asked, MESSAGE.size, 2)
        if not data:
            break
        (number,) = MESSAGE.unpack(data)
        if number == NEW:
            number = forked(serving, asked, pipes)
            forks.add(number)
        else:
            end(number)
            forks.discard(number)
        asked.sendall(MESSAGE.pack(number))
    for left in forks:
        end(left)


def imported(folder: Path) -> ModuleType:
    """Return ``child.serve`` of the package that a folder is."""
    init = folder / "__init__.py"
    spec = importlib.util.spec_from_file_location("child", init, submodule_search_locations=[str(folder)])
    if spec is None or spec.loader is None:
        raise SystemExit("the program's own folder cannot be read")
    package = importlib.util.module_from_spec(spec)
    sys.modules["child"] = package
    spec.loader.exec_module(package)
    return importlib.import_module("child.serve")


def forked(serving: ModuleType, asked: socket.socket, pipes: list[int]) -> int:
    """Return the number of a new fork that reads its requests from the first pipe and answers in the second."""
    number = os.fork()
    if number:
        for pipe in pipes:
            os.close(pipe)
        return number
    try:
        os.setsid()
        asked.close()
        for standard, pipe in enumerate(pipes):
            os.dup2(pipe, standard)
            os.close(pipe)
        serving.serve()
    finally:
        os._exit(0)


def end(number: int) -> None:
    """End a fork and all it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(number, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(number, signal.SIGKILL)  # perhaps it has not had the time to make a group of its own
    os.waitpid(number, 0)


if __name__ == "__main__":
    keep(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2]))
