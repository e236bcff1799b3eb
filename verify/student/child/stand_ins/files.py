"""Files: what is missing is made up, what would be written is forgotten."""

import builtins
import gzip
import io
import os
import pickle
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from ..callers import HOME, called_by_the_program, is_guarded
from ..notes import note
from .samples import ROWS, as_csv, generator, part, pictures, table

_open = builtins.open


class MadeUp:
    """Marks a stream whose content is made up."""


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
    text = as_csv(_name(file)).replace(",", HOME["separator"])
    return MadeUpBytes(text.encode()) if "b" in mode else MadeUpText(text)


def _name(file: Any) -> str:
    """Return a file's name without its folders."""
    return os.path.basename(os.fsdecode(file))


def made_up_array(name: str) -> Any:
    """Return what a missing .npy, .npz or .mat file may have held."""
    if "mnist" in name.lower():
        X, y = pictures(part(60_000), (28, 28))
        tested = part(10_000)
        return {"x_train": X, "y_train": y, "x_test": X[:tested], "y_test": y[:tested]}
    X, y, _ = table(name)
    return {"X": X, "y": y, "x_train": X, "y_train": y, "x_test": X[:20], "y_test": y[:20], "arr_0": X}


def or_made_up(load: Callable[..., Any], made_up: Callable[[str], Any]) -> Callable[..., Any]:
    """Return a loader that makes up what is missing."""

    def loaded(file: Any, *given: Any, **named: Any) -> Any:
        if isinstance(file, str | os.PathLike) and not os.path.exists(file) and not is_guarded(sys._getframe(1)):
            note(f"{_name(file)} is missing: made-up data were read")
            return made_up(_name(file))
        return load(file, *given, **named)

    return loaded


def _array(name: str) -> Any:
    """Return a made-up array, or several by name."""
    parts = made_up_array(name)
    return parts if name.endswith(".npz") else parts.get("X", parts.get("x_train"))


def _mat(name: str) -> dict[str, Any]:
    """Return what the course's handwritten digits hold, or its starting weights."""
    rng = generator()
    if "weight" in name.lower():
        return {"Theta1": rng.normal(0, 0.3, (25, 401)), "Theta2": rng.normal(0, 0.3, (10, 26))}
    return {"X": rng.uniform(0, 1, (ROWS, 400)), "y": (np.arange(ROWS) % 10 + 1)[:, None]}


def unpickled(load: Callable[..., Any]) -> Callable[..., Any]:
    """Return pickle.load; of a made-up file, MNIST as three pairs, which is what is mostly pickled."""

    def loaded(stream: Any, *given: Any, **named: Any) -> Any:
        if not isinstance(getattr(stream, "fileobj", stream), MadeUp):
            return load(stream, *given, **named)
        X, y = pictures(part(50_000), (784,))
        images, y = (X / 255.0).astype(np.float32), y.astype(np.int64)
        test = images[: part(10_000)], y[: part(10_000)]
        return (images, y), test, test

    return loaded


def _gzip_open(file: Any, mode: str = "rb", *given: Any, **named: Any) -> Any:
    """Open a compressed file, or make one up."""
    if isinstance(file, str | os.PathLike) and not os.path.exists(file):
        return open_or_make_up(file, "r" if "t" in mode else "rb")
    return gzip.GzipFile(file, mode.replace("t", ""), *given) if "t" not in mode else _gzip(file, mode, *given, **named)


_gzip = gzip.open


def patch_scipy_io(module: Any) -> None:
    """Let loadmat make up what is missing."""
    module.loadmat = or_made_up(module.loadmat, _mat)


def install() -> None:
    """Let every way to read or write a file go through here."""
    gzip.open = _gzip_open  # type: ignore[assignment]
    np.load = or_made_up(np.load, _array)
    for name in ("loadtxt", "genfromtxt"):
        setattr(np, name, _text_or_made_up(getattr(np, name)))
    pickle.load = unpickled(pickle.load)


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


def _forgotten(name: str) -> Callable[..., None]:
    """Return a function that would change the disk and does not."""

    def nothing(*_: Any, **__: Any) -> None:
        note(f"os.{name} did nothing")

    return nothing
