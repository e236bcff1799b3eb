"""Made-up data of the right kind: small, the same in every run, every class present."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..callers import USED

Values = NDArray[Any]
ROWS = 100  # samples of a data set, where a real one has thousands
TABLE: dict[str, int] = {}
"""How many features and classes a made-up table has where its name does not say; a run may choose others."""


def generator() -> np.random.Generator:
    """Return a generator of its own: the program's random numbers stay what they are."""
    return np.random.Generator(np.random.PCG64(20))


def labels(rows: int, classes: int) -> Values:
    """Return integer labels with every class in turn."""
    return np.arange(rows) % classes


def clusters(rows: int, features: int, classes: int, spread: float = 1.0) -> tuple[Values, Values]:
    """Return points around one centre for each class, and their classes."""
    rng, y = generator(), labels(rows, classes)
    centres = rng.normal(0, 2, (classes, features))
    return centres[y] + rng.normal(0, spread, (rows, features)), y


def pictures(rows: int, shape: tuple[int, ...], classes: int = 10) -> tuple[Values, Values]:
    """Return pictures with brightness 0 to 255 and their classes."""
    return generator().integers(0, 256, (rows, *shape), dtype=np.uint8), labels(rows, classes).astype(np.uint8)


def one_hot(y: Any, classes: int | None = None) -> Values:
    """Return integer labels (N,) as rows of zeros with a one (N, classes)."""
    y = np.asarray(y).astype(int).ravel()
    rows: Values = np.eye(int(classes or (y.max() + 1 if y.size else 1)))[y]
    return rows


def table(name: str) -> tuple[Values, Values, list[str]]:
    """Return features, classes and the names of the columns of a table, chosen by the name of its file."""
    USED.add("table")
    name = name.lower()
    if ("mnist" in name or "digit" in name) and not TABLE:
        X, y = pictures(ROWS, (784,))
        return X, y, [f"pixel{i}" for i in range(784)]
    known = {"iris": (4, 3), "wine": (13, 3), "seed": (7, 3), "banknote": (4, 2), "diabet": (8, 2), "cancer": (30, 2)}
    features, classes = next((size for part, size in known.items() if part in name), (4, 2))
    features, classes = TABLE.get("features", features), TABLE.get("classes", classes)
    X, y = clusters(ROWS, features, classes)
    return np.round(X, 3), y, [f"x{i + 1}" for i in range(features)]


def as_csv(name: str) -> str:
    """Return the table as text, the class last (first for MNIST, where every copy has it there)."""
    X, y, columns = table(name)
    first = "mnist" in name.lower()
    rows = [[y[i], *X[i]] if first else [*X[i], y[i]] for i in range(len(y))]
    heads = ["label", *columns] if first else [*columns, "y"]
    lines = [",".join(map(str, row)) for row in rows]
    return "\n".join([",".join(heads), *lines]) + "\n" if _has_heads(name) else "\n".join(lines) + "\n"


def _has_heads(name: str) -> bool:
    """Return whether copies of the table usually begin with the names of the columns."""
    return "train.csv" in name.lower() and "mnist_" not in name.lower()
