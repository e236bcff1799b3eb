"""What missing files of a known kind hold: pictures and labels as MNIST keeps them, pickled batches, named arrays."""

import struct
from typing import Any

import numpy as np

from ..names import is_target
from .anything import Anything
from .samples import LABEL, ROWS, Values, as_csv, generator, one_hot, part, pictures, table
from .unknown import HELD_OUT, made_up, stands_for_data

TRAIN, TEST = 60_000, 10_000


def content(name: str) -> bytes:
    """Return the bytes of a missing file: MNIST's own format by the file's name, else a table as text."""
    low = name.lower()
    if "ubyte" not in low and "idx" not in low:
        return as_csv(name).encode()
    X, y = pictures(part(TEST if "t10k" in low or "test" in low else TRAIN), (28, 28))
    if "label" in low:
        return struct.pack(">II", 2049, len(y)) + y.tobytes()
    return struct.pack(">IIII", 2051, len(X), 28, 28) + X.tobytes()


def pickled(name: str) -> Any:
    """Return what a missing pickle holds: a batch of coloured pictures, MNIST as three pairs, or anything."""
    if "batch" in name.lower():
        return _batch()
    if "mnist" not in name.lower():
        return Anything(f"load({name})")
    X, y = pictures(part(50_000), (784,))
    images, labels = (X / 255.0).astype(np.float32), y.astype(np.int64)
    test = images[: part(TEST)], labels[: part(TEST)]
    return (images, labels), test, test


def _batch() -> dict[Any, Any]:
    """Return a batch of CIFAR's pictures under both kinds of keys."""
    X, y = pictures(part(10_000), (3072,))
    parts = {"data": X, "labels": y.tolist(), "fine_labels": y.tolist(), "filenames": [""] * len(y)}
    return {**parts, **{key.encode(): value for key, value in parts.items()}}


class Archive(dict[str, Any]):
    """Arrays by name, made up as they are asked for; of two whose names say nothing, the second holds the targets."""

    @property
    def files(self) -> list[str]:
        """The names."""
        return list(self)

    @property
    def f(self) -> "Archive":
        """The arrays as attributes."""
        return self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __missing__(self, name: str) -> Any:
        roles = self.__dict__.setdefault("roles", [])
        roles.append(_role(name) or ("y" if roles == ["X"] else "X"))
        self[name] = made_up(roles[-1], name, ())
        return self[name]

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def close(self) -> None:
        """Nothing is open."""


def named_array(name: str) -> Values:
    """Return what a missing array of that name holds: data unless its name is one of targets."""
    return made_up(_role(name) or "X", name, ())


def _role(name: str) -> str:
    """Return the name of data or of targets that an array's name stands for, "" where it may be either."""
    stem = name.rpartition(".")[0] or name
    if stands_for_data(stem):
        return stem
    return "y" if LABEL.search(stem) or is_target(HELD_OUT.sub("", stem.lower())) else ""


def archive(name: str) -> Any:
    """Return what a missing .npy or .npz file holds."""
    if not name.endswith(".npz"):
        return named_array(name)
    if "mnist" not in name.lower():
        X, y, _ = table(name)
        return Archive(X=X, y=y, arr_0=X, arr_1=y)
    X, y = pictures(part(TRAIN), (28, 28))
    return Archive(x_train=X, y_train=y, x_test=X[: part(TEST)], y_test=y[: part(TEST)])


def mat(name: str) -> dict[str, Any]:
    """Return what the course's handwritten digits hold, or its starting weights; other names are of other arrays."""
    rng = generator()
    if "weight" in name.lower():
        return {"Theta1": rng.normal(0, 0.3, (25, 401)), "Theta2": rng.normal(0, 0.3, (10, 26))}
    if "mnist" in name.lower():
        X, y = pictures(part(70_000), (784,))
        return {"data": X.T, "label": y[None, :].astype(float), "X": X, "y": y[:, None]}
    return Archive(X=rng.uniform(0, 1, (ROWS, 400)), y=(np.arange(ROWS) % 10 + 1)[:, None])


class Part:
    """Pictures as columns of brightness with their labels, handed out batch by batch."""

    def __init__(self, samples: int, hot: bool) -> None:
        X, y = pictures(part(samples), (784,))
        self.images = (X / 255.0).astype(np.float32)
        self.labels = one_hot(y, 10) if hot else y
        self.num_examples = len(X)
        self._next = 0

    def next_batch(self, batch_size: int, *_: Any, **__: Any) -> tuple[Values, Values]:
        """Return the next samples, from the first again after the last."""
        rows = (self._next + np.arange(batch_size)) % self.num_examples
        self._next += batch_size
        return self.images[rows], self.labels[rows]


class DataSets:
    """MNIST as TensorFlow's first tutorial read it."""

    def __init__(self, *_: Any, one_hot: bool = False, **__: Any) -> None:
        self.train, self.validation, self.test = (Part(n, one_hot) for n in (55_000, 5_000, TEST))
