"""Tables out of files, and what pandas does with several of them."""

import csv
import io
import os
import sys
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..callers import is_guarded
from ..notes import note
from .anything import Anything
from .columns import Codes, Series
from .datasets import DATASETS, Bunch
from .finder import Contents
from .samples import SHAPE, Values, columns, has_heads, rows, table
from .tables import DataFrame

MOST_ROWS = 200  # of a real file: enough to train a few steps on


def read_csv(
    path: Any, sep: str | None = None, header: Any = "infer", names: Any = None, delimiter: str | None = None, **_: Any
) -> DataFrame:
    """Return the table in a file, or a made-up one where there is none."""
    if _is_missing(path):
        return _made_up(path, header, names)
    lines = csv.reader(io.StringIO(_text(path)), delimiter=_separator(sep or delimiter))
    whole = [row for row in lines if row]
    cells = whole[: max(MOST_ROWS, rows(len(whole[0]) if whole else 1)) + 1]
    has_heads = header is not None and names is None and (header != "infer" or not _is_number(cells[0][0]))
    heads = list(names) if names is not None else cells[0] if has_heads else list(range(len(cells[0])))
    parts = zip(*(cells[1:] if has_heads else cells), strict=False)
    frame = DataFrame({name: _column(part) for name, part in zip(heads, parts, strict=False)})
    frame.made_up = (heads[0], heads[-1]) == ("x1", "y")  # a made-up table that was read as a text
    return frame


def _is_missing(path: Any) -> bool:
    """Return whether a table is to be made up: it is far away, or not there."""
    if not isinstance(path, str | os.PathLike):
        return False
    return "://" in str(path) or not (os.path.exists(path) or is_guarded(sys._getframe(2)))


def _made_up(path: Any, header: Any, names: Any) -> DataFrame:
    """Return a made-up table, its columns named as the program asks for."""
    far = "://" in str(path) or not path
    said = "nothing was downloaded" if far else f"{os.path.basename(path)} is missing"
    note(f"{said}: a made-up table was read")
    parts = columns(os.path.basename(path))
    heads = list(parts) if header is not None and has_heads(str(path)) else list(range(len(parts)))
    frame = DataFrame(dict(zip(heads if names is None else list(names), parts.values(), strict=False)))
    frame.made_up = True
    return frame


def _text(path: Any) -> str:
    """Return the text to read a table from."""
    if hasattr(path, "read"):
        text = path.read()
        return text.decode() if isinstance(text, bytes) else str(text)
    with open(path, encoding="utf-8") as stream:
        return stream.read()


def _separator(asked: str | None) -> str:
    """Return the one character that separates cells."""
    return asked if asked and len(asked) == 1 else "\t" if asked and "t" in asked else ","


def _column(cells: Iterable[str]) -> Values:
    """Return a column as whole numbers, numbers or text, whichever it can be."""
    array = np.array(list(cells))
    for dtype in (int, float):
        try:
            return array.astype(dtype)
        except ValueError:
            continue
    return array.astype(object)


def _is_number(cell: str) -> bool:
    """Return whether a cell is a number."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def get_dummies(data: Any, *_: Any, columns: Any = None, **__: Any) -> DataFrame:
    """Return a column of zeros and ones for each label; of a table, only of its columns of text, or of those named."""
    if not isinstance(data, DataFrame):
        return DataFrame(_dummies(np.asarray(data).ravel()))
    parts: dict[Any, Values] = {}
    for name, part in data.parts.items():
        chosen = part.dtype.kind in "OU" if columns is None else name in [data.named(c) for c in columns]
        parts |= {f"{name}_{label}": ones for label, ones in _dummies(part).items()} if chosen else {name: part}
    return data.like(parts)


def _dummies(values: Values) -> dict[Any, Values]:
    return {label: (values == label).astype(int) for label in np.unique(values)}


def concat(frames: Iterable[Any], axis: Any = 0, **_: Any) -> DataFrame:
    """Return tables beside each other, or one below the other."""
    tables = [f if isinstance(f, DataFrame) else DataFrame({f.name: f.values}) for f in frames]
    made_up = [table for table in tables if table.made_up]
    if axis in (1, "columns"):
        parts = {name: part for table in tables for name, part in table.parts.items()}
    else:
        parts = {n: np.concatenate([t.parts[n] for t in tables]) for n in tables[0].parts}
    return (made_up or tables)[0].like(parts)


def factorize(values: Any) -> tuple[Values, Values]:
    """Return labels as numbers, and the labels."""
    labels = Series(values).unique()
    return np.array([int(np.flatnonzero(labels == v)[0]) for v in np.asarray(values)]), labels


def fetch_ucirepo(name: str = "", *_: Any, **__: Any) -> Bunch:
    """Return a data set of the repository of machine-learning data, made up."""
    whole = _made_up(name, "infer", None)
    label = whole.label
    data = Bunch(features=whole.drop(columns=label), targets=whole[[label]], original=whole, ids=None)
    return Bunch(data=data, variables=Anything("variables"), metadata=Anything("metadata"))


def load_dataset(name: str = "", *_: Any, **__: Any) -> DataFrame:
    """Return one of seaborn's tables, made up."""
    return _made_up(f"{name} (not downloaded)", "infer", None)


def fetch_openml(name: Any = "mnist_784", *_: Any, return_X_y: bool = False, as_frame: Any = "auto", **__: Any) -> Any:
    """Return a table by its name: as arrays, or as pandas holds it where the program says or shows so."""
    X, y, names = table(str(name))
    data: Any = X.astype(float)
    target: Any = y.astype(str).astype(object)
    if as_frame is True or (as_frame == "auto" and SHAPE.get("frames")):
        data, target = DataFrame(data, columns=names), Series(target, "class")
    return (data, target) if return_X_y else Bunch(data=data, target=target, feature_names=names)


TABLES: Contents = {
    "sklearn.datasets": {
        **DATASETS["sklearn.datasets"],
        "fetch_openml": fetch_openml,
        "fetch_mldata": fetch_openml,
    },
    "seaborn": {"load_dataset": load_dataset},
    "ucimlrepo": {"fetch_ucirepo": fetch_ucirepo},
    "pandas": {
        "DataFrame": DataFrame,
        "Series": Series,
        "read_csv": read_csv,
        "read_table": read_csv,
        "read_excel": lambda path, *_, header="infer", names=None, **__: _made_up(path, header, names),
        "get_dummies": get_dummies,
        "concat": concat,
        "factorize": factorize,
        "Categorical": lambda values, *_, **__: Codes(Series(values)),
    },
}
