"""Made-up data of the right kind: small, the same in every run, every class present."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..callers import USED

Values = NDArray[Any]
LABEL = re.compile(r"label|class|target|species|outcome|output|survived|diagnosis|result|quality|type|^y$", re.I)
FEATURES = re.compile(r"(^|[\W_])(x|features|images|inputs)([\W_]|$)", re.I)
TARGET = re.compile(r"(^|[\W_])(y|labels?|targets?|outputs?)([\W_]|$)", re.I)
"""Columns that hold labels; files that hold the features alone, or the targets alone."""
FLOWERS = 150  # irises in the best known of all tables
ROWS = 100  # samples of a data set, where a real one has thousands
FEW = 4  # samples, where each is a step of a thousand operations on single numbers
MOST_CUT = 2000  # rows that a program cuts off a table
MOST = 1_400_000  # numbers in a table of which a program cuts off rows
SHARE = 100  # of the samples of a large data set one in so many is made up, where the program is told so too
LEAST = 0.01  # of numbers that are all above 0
SHAPE: dict[str, int] = {}
"""What the program itself says of its table: "rows" that it cuts off, "features" that it expects, the "columns" that it
counts in a line, the place of its "label" among them or that it is the "last", the first of those that it takes for
"whole" numbers."""
TABLE: dict[str, int] = {}
"""What a run chooses of made-up data whose name does not say it: "features", "classes", "rows", the "first" label, the
"targets" beside each other in a file of their own, whether its numbers are "positive"; whether it has but "few" rows;
and "share", whether the program's own large whole numbers are divided by SHARE."""
MADE: dict[str, int] = {}
"""Features, classes and rows of the data made up last, where these are free to be others."""
LABELS: set[str] = set()
"""Names of columns that the program takes out of its table and also takes by themselves."""
FRAMES: set[str] = set()
"""Names of what the program takes parts of as of a table: ``features.values``."""
CLASSES: list[str] = []
"""The names of the classes that the program expects in its table."""
TARGETS: list[Values] = []
"""Targets made up where their form could not be known."""


def is_label(name: Any) -> bool:
    """Return whether a column of that name holds labels."""
    return name in LABELS or bool(LABEL.search(str(name)))


def generator(stream: int = 0) -> np.random.Generator:
    """Return a generator of its own: the program's random numbers stay what they are.

    Arguments:
        stream: 0 for data; another for numbers that must not be the same as those.
    """
    USED.add("data")
    return np.random.Generator(np.random.PCG64(20 + stream))


def part(samples: int) -> int:
    """Return how many samples are made up of a data set that has so many: few, or its share."""
    if TABLE.get("few"):
        return FEW
    if TABLE.get("share"):
        return samples // SHARE
    return min(samples, ROWS)


def asked(samples: int) -> int:
    """Return how many samples are made up where the program asks for so many: fewer only where these take too long."""
    return min(samples, FEW) if TABLE.get("few") else samples


def labels(rows: int, classes: int) -> Values:
    """Return integer labels with every class in turn."""
    return np.arange(rows) % classes


def clusters(rows: int, features: int, classes: int, spread: float = 1.0) -> tuple[Values, Values]:
    """Return points around one centre for each class, and their classes."""
    rng, y = generator(), labels(rows, classes)
    centres = rng.normal(0, 2, (classes, features))
    return centres[y] + rng.normal(0, spread, (rows, features)), y


def in_blocks(X: Values, y: Values) -> tuple[Values, Values]:
    """Return samples with those of one class after those of another, as the flowers are listed."""
    order = np.argsort(y, kind="stable")
    return X[order], y[order]


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
    if is_of_pictures(name):
        X, y = pictures(rows(784), (784,))
        MADE.update(features=784, classes=10, rows=len(X))
        return X, y, [f"pixel{i}" for i in range(784)]
    known = {"iris": (4, 3), "wine": (13, 3), "seed": (7, 3), "banknote": (4, 2), "diabet": (8, 2), "cancer": (30, 2)}
    features, classes = next((size for part, size in known.items() if part in name), (SHAPE.get("columns", 5) - 1, 2))
    classes = len(CLASSES) or classes
    features, classes = TABLE.get("features", features), TABLE.get("classes", classes)
    flowers = "iris" in name and "rows" not in TABLE
    X, y = clusters(FLOWERS if flowers else rows(features), features, classes)
    if "iris" in name:
        X, y = in_blocks(X, y)
    MADE.update(features=features, classes=classes, rows=len(X))
    X = np.abs(X) + LEAST if TABLE.get("positive") else X
    return np.round(X, 3), y, [f"x{i + 1}" for i in range(features)]


def rows(features: int) -> int:
    """Return how many rows a made-up table has: enough to leave some beyond those that the program cuts off."""
    if TABLE.get("few"):
        return FEW
    cut = SHAPE.get("rows", 0) // (SHARE if TABLE.get("share") else 1)
    return TABLE.get("rows", ROWS + min(cut, MOST_CUT, MOST // features))


def is_of_pictures(name: str) -> bool:
    """Return whether a table holds 28 x 28 pictures: its name says so, or the program expects so many columns."""
    named = "mnist" in name.lower() or "digit" in name.lower()
    return (named or SHAPE.get("features") == 784) and TABLE.get("features", 784) == 784


def columns(name: str, *, texts: bool = True) -> dict[str, Values]:
    """Return the columns of a table by name, the class last; first for pictures, where most copies have it.

    Arguments:
        name: of the file.
        texts: whether classes may be told by name.
    """
    X, y, names = table(name)
    stem = name.rpartition(".")[0]
    features = dict(zip(names, X.astype(float if X.dtype.kind == "f" else int).T, strict=True))
    named = np.array(CLASSES, dtype=object)[y] if texts and len(CLASSES) > y.max() else y + TABLE.get("first", 0)
    if FEATURES.search(stem):
        return features
    if TARGET.search(stem):
        return _targets(named)
    if "mnist" in name.lower() or is_of_pictures(name):
        label = {"label": y.astype(int)}
        return features | label if SHAPE.get("last") else label | features
    whole = SHAPE.get("whole", len(features))
    parts = [
        (name, value if i < whole else (value > 0).astype(int)) for i, (name, value) in enumerate(features.items())
    ]
    parts.insert(SHAPE.get("label", len(parts)), ("y", named))
    return dict(parts)


def _targets(labels: Values) -> dict[str, Values]:
    """Return the columns of a file of targets alone: the labels, or as many columns of zeros and ones as asked for."""
    MADE["targets"] = TABLE.get("targets", 1)
    if MADE["targets"] == 1:
        return {"y": labels}
    return {f"y{i}": column for i, column in enumerate(one_hot(np.arange(len(labels)) % MADE["targets"]).T)}


def as_csv(name: str, *, texts: bool = True) -> str:
    """Return the table as text, its classes by name if they may be."""
    parts = columns(name, texts=texts)
    lines = [",".join(map(str, row)) for row in zip(*(part.tolist() for part in parts.values()), strict=True)]
    return "\n".join([",".join(parts), *lines] if has_heads(name) else lines) + "\n"


def has_heads(name: str) -> bool:
    """Return whether copies of the table usually begin with the names of the columns."""
    return "train.csv" in name.lower() and "mnist_" not in name.lower()
