"""Files: what is missing is made up, what would be written is forgotten."""

import builtins
import csv
import glob
import gzip
import io
import json
import os
import pickle
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from ..callers import HOME, called_by_the_program, is_guarded
from ..notes import note
from .anything import Anything
from .formats import archive, content, mat, pickled
from .named_rows import dict_reader
from .samples import Values, as_csv, columns

GZIP = b"\x1f\x8b"  # how compressed bytes begin
CLASSES = ("class_0", "class_1", "class_2")  # folders in a missing folder
PICTURES = 8  # files in each of them
_open, _chdir = builtins.open, os.chdir


class MadeUp:
    """Marks a stream whose content is made up."""

    name = ""
    read: Callable[..., Any]


class MadeUpText(io.StringIO, MadeUp):
    """A text that nobody wrote."""


class MadeUpBytes(io.BytesIO, MadeUp):
    """Bytes that nobody wrote."""


def open_or_make_up(file: Any, mode: str = "r", *given: Any, **named: Any) -> Any:
    """Open a file that is there; make up one that is not; let writing lead nowhere."""
    if not isinstance(file, str | bytes | os.PathLike):
        return _open(file, mode, *given, **named)
    if any(letter in mode for letter in "wax+"):
        note(f"{_name(file)} was not written")
        return io.BytesIO() if "b" in mode else io.StringIO()
    if os.path.exists(file) or not called_by_the_program(sys._getframe(1)) or is_guarded(sys._getframe(1)):
        return _open(file, mode, *given, **named)
    note(f"{_name(file)} is missing: a made-up table was read")
    text = "b" not in mode
    stream = MadeUpText(_text(_name(file))) if text else MadeUpBytes(content(_name(file)))
    stream.name = _name(file)
    return stream


def _text(name: str) -> str:
    """Return a table as the text of a file."""
    return as_csv(name).replace(",", HOME["separator"])


def _name(file: Any) -> str:
    """Return a file's name without its folders."""
    return os.path.basename(os.fsdecode(file))


def or_made_up(load: Callable[..., Any], made_up: Callable[[str], Any]) -> Callable[..., Any]:
    """Return a loader that makes up what is missing."""

    def loaded(file: Any, *given: Any, **named: Any) -> Any:
        if isinstance(file, str | os.PathLike) and not os.path.exists(file) and not is_guarded(sys._getframe(1)):
            note(f"{_name(file)} is missing: made-up data were read")
            return made_up(_name(file))
        return load(file, *given, **named)

    return loaded


def unpickled(load: Callable[..., Any]) -> Callable[..., Any]:
    """Return pickle.load; of a made-up file, what files of that name mostly hold."""

    def loaded(stream: Any, *given: Any, **named: Any) -> Any:
        if not isinstance(getattr(stream, "fileobj", stream), MadeUp):
            return load(stream, *given, **named)
        return pickled(getattr(getattr(stream, "fileobj", stream), "name", ""))

    return loaded


def _gzip_open(file: Any, mode: str = "rb", *given: Any, **named: Any) -> Any:
    """Open a compressed file, or make one up."""
    if isinstance(file, str | os.PathLike) and not os.path.exists(file):
        return open_or_make_up(file, "r" if "t" in mode else "rb")
    return gzip.GzipFile(file, mode.replace("t", ""), *given) if "t" not in mode else _gzip(file, mode, *given, **named)


_gzip = gzip.open


def patch_scipy_io(module: Any) -> None:
    """Let loadmat make up what is missing."""
    module.loadmat = or_made_up(module.loadmat, mat)


def install() -> None:
    """Let every way to read or write a file go through here."""
    gzip.open = _gzip_open  # type: ignore[assignment]
    np.load = or_made_up(np.load, archive)
    for name in ("loadtxt", "genfromtxt"):
        setattr(np, name, _text_or_made_up(getattr(np, name)))
    pickle.load = unpickled(pickle.load)
    os.chdir = _change_folder
    csv.DictReader = dict_reader(csv.DictReader, _columns)  # type: ignore[assignment, misc]
    json.load = _json(json.load)
    gzip.decompress = _decompressed(gzip.decompress)
    np.fromfile = _from_stream(np.fromfile)
    os.listdir = _listed(os.listdir)  # type: ignore[assignment]
    glob.glob = _globbed(glob.glob)  # type: ignore[assignment]


def keep_the_disk() -> None:
    """Let no file be opened but through here, and functions that change the disk do nothing."""
    builtins.open = io.open = open_or_make_up
    for name in ("mkdir", "makedirs", "remove", "unlink", "rename", "replace", "rmdir"):
        setattr(os, name, _forgotten(name))


def _text_or_made_up(load: Callable[..., Any]) -> Callable[..., Any]:
    """Return loadtxt or genfromtxt; of a missing file, they read a made-up table of numbers."""

    def loaded(file: Any, *given: Any, **named: Any) -> Any:
        if not isinstance(file, str | os.PathLike) or os.path.exists(file) or is_guarded(sys._getframe(1)):
            return load(file, *given, **named)
        note(f"{_name(file)} is missing: a made-up table was read")
        lines = as_csv(_name(file), texts=named.get("dtype", float) in (str, object, None)).splitlines()
        separator = named.get("delimiter") or " "
        return load([line.replace(",", separator) for line in lines], *given, **named)

    return loaded


def _columns(stream: Any) -> dict[str, Values] | None:
    """Return the columns of a made-up table, None of a stream that is there."""
    return columns(stream.name) if isinstance(stream, MadeUp) else None


def _json(load: Callable[..., Any]) -> Callable[..., Any]:
    """Return json.load; a made-up file holds anything."""
    return lambda stream, **named: Anything("json.load()") if isinstance(stream, MadeUp) else load(stream, **named)


def _decompressed(unpack: Callable[..., bytes]) -> Callable[..., bytes]:
    """Return decompress; made-up bytes are not compressed."""
    return lambda data, *given, **named: unpack(data, *given, **named) if data[:2] == GZIP else bytes(data)


def _from_stream(load: Callable[..., Any]) -> Callable[..., Any]:
    """Return fromfile; of a made-up or a missing file, it reads made-up bytes."""

    def loaded(file: Any, dtype: Any = float, count: int = -1, *given: Any, **named: Any) -> Any:
        if isinstance(file, str | os.PathLike) and not os.path.exists(file):
            file = open_or_make_up(file, "rb")
        if not isinstance(getattr(file, "fileobj", file), MadeUp):
            return load(file, dtype, count, *given, **named)
        return np.frombuffer(file.read(), dtype, count).copy()

    return loaded


def _listed(look: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """Return listdir; a missing folder has a few folders or pictures in it."""

    def listed(path: Any = ".") -> list[str]:
        if isinstance(path, int) or os.path.exists(path) or not called_by_the_program(sys._getframe(1)):
            return look(path)
        note(f"{_name(path)} is missing: a few made-up names were listed")
        within = any(part in CLASSES for part in os.fsdecode(path).split(os.sep))
        return [f"{i}.png" for i in range(PICTURES)] if within else list(CLASSES)

    return listed


def _globbed(look: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """Return glob; where a folder is missing, a few names are found in it."""

    def globbed(pattern: Any, *given: Any, **named: Any) -> list[str]:
        found = look(pattern, *given, **named)
        folder, last = os.path.split(os.fsdecode(pattern))
        if found or os.path.isdir(folder or ".") or not called_by_the_program(sys._getframe(1)):
            return found
        note(f"{_name(folder)} is missing: a few made-up names were listed")
        return [
            os.path.join(folder.replace("*", c), last.replace("*", str(i))) for c in CLASSES for i in range(PICTURES)
        ]

    return globbed


def _change_folder(path: Any) -> None:
    """Go to a folder that is there; stay where that is not."""
    if os.path.isdir(path):
        _chdir(path)
    else:
        note(f"the folder {_name(path)} is missing: the program stayed in its own")


def _forgotten(name: str) -> Callable[..., None]:
    """Return a function that would change the disk and does not."""

    def nothing(*_: Any, **__: Any) -> None:
        note(f"os.{name} did nothing")

    return nothing
