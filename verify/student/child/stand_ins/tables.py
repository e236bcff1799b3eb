"""A small table of data in place of pandas: columns by name, rows by place, and NumPy underneath."""

import csv
import io
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from ..callers import is_guarded
from ..notes import note
from .anything import Anything
from .finder import Contents
from .samples import Values, columns, has_heads, rows

LABEL = re.compile(r"label|class|target|species|outcome|output|survived|diagnosis|result|type|^y$", re.I)
MOST_ROWS = 200  # of a real file: enough to train a few steps on


class Series:
    """One column."""

    iloc: Any

    def __init__(self, data: Any = (), name: Any = None, **_: Any) -> None:
        self.values: Values = np.asarray(data)
        self.name = name
        self.iloc = self

    def __array__(self, dtype: Any = None, copy: Any = None) -> Values:
        return np.array(self.values, dtype=dtype)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.values, name)

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values)

    def __getitem__(self, index: Any) -> Any:
        found = self.values[np.asarray(index) if isinstance(index, Series) else index]
        return Series(found, self.name) if isinstance(found, np.ndarray) else found

    def __setitem__(self, index: Any, value: Any) -> None:
        self.values[np.asarray(index) if isinstance(index, Series) else index] = value

    def unique(self) -> Values:
        """Return the different values."""
        return np.array(list(dict.fromkeys(self.values.tolist())))

    def map(self, change: Any) -> "Series":
        """Return the column with a function or a dictionary applied to each value."""
        function = change.get if isinstance(change, dict) else change
        return Series([function(v) for v in self.values.tolist()], self.name)

    apply = map

    def replace(self, old: Any, new: Any = None, **_: Any) -> "Series":
        """Return the column with values replaced."""
        swaps = old if isinstance(old, dict) else dict(zip(_many(old), _spread(new, len(_many(old))), strict=True))
        return Series([swaps.get(v, v) for v in self.values.tolist()], self.name)

    def to_numpy(self, *_: Any, **__: Any) -> Values:
        """Return the values."""
        return self.values

    def value_counts(self) -> Anything:
        """Return nothing of use."""
        return Anything("value_counts")

    def to_frame(self) -> "DataFrame":
        """Return a table of this column."""
        return DataFrame({self.name: self.values})

    def _with(self, operation: Callable[[Any, Any], Any], other: Any) -> "Series":
        return Series(operation(self.values, np.asarray(other)), self.name)


def _operation(name: str) -> Callable[[Any, Any], Any]:
    """Return an arithmetic method of a column or a table."""

    def method(self: Any, other: Any) -> Any:
        return self._with(lambda a, b: getattr(np.ndarray, name)(a, b), other)

    return method


class DataFrame:
    """Columns of equal length."""

    def __init__(self, data: Any = None, index: Any = None, columns: Any = None, **_: Any) -> None:
        if isinstance(data, DataFrame):
            data = data.parts
        if not isinstance(data, dict):
            array = np.asarray([] if data is None else data)
            array = array.reshape(len(array), -1)
            data = dict(zip(columns if columns is not None else range(array.shape[1]), array.T, strict=False))
        self.made_up = False
        self.aliases: dict[Any, Any] = {}
        self.parts: dict[Any, Values] = {name: np.asarray(part) for name, part in data.items()}
        if columns is not None:
            self.parts = {name: self.parts[name] for name in columns if name in self.parts}

    @property
    def values(self) -> Values:
        """The table as an array (rows, columns)."""
        return np.column_stack(list(self.parts.values())) if self.parts else np.zeros((0, 0))

    @property
    def columns(self) -> Any:
        """The names of the columns."""
        return Names(self.parts)

    @columns.setter
    def columns(self, names: Iterable[Any]) -> None:
        self.parts = dict(zip(names, self.parts.values(), strict=True))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self), len(self.parts)

    @property
    def index(self) -> Values:
        """The numbers of the rows."""
        return np.arange(len(self))

    @property
    def T(self) -> "DataFrame":
        """Rows as columns."""
        return DataFrame(self.values.T)

    @property
    def iloc(self) -> "Places":
        """Rows and columns by place."""
        return Places(self)

    @property
    def loc(self) -> "Places":
        """Rows by place, columns by name."""
        return Places(self, by_name=True)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Values:
        return np.array(self.values, dtype=dtype)

    def __len__(self) -> int:
        return len(next(iter(self.parts.values()), ()))

    def __iter__(self) -> Iterator[Any]:
        return iter(self.parts)

    def __contains__(self, name: Any) -> bool:
        return name in self.parts

    def named(self, name: Any) -> Any:
        """Return the column of that name; a made-up table gives its columns to unknown names, the last to labels."""
        if not self.made_up or name in self.parts:
            return name
        columns = list(self.parts)
        free = [c for c in columns[:-1] if c not in self.aliases.values()] or columns[:-1]
        return self.aliases.setdefault(name, columns[-1] if LABEL.search(str(name)) else free[0])

    def __getitem__(self, name: Any) -> Any:
        if isinstance(name, Series) or (isinstance(name, np.ndarray) and name.dtype == bool) or isinstance(name, slice):
            rows = name if isinstance(name, slice) else np.asarray(name)
            return DataFrame({column: part[rows] for column, part in self.parts.items()})
        if isinstance(name, list | np.ndarray | Names):
            return DataFrame({column: self.parts[self.named(column)] for column in name})
        return Series(self.parts[self.named(name)], name)

    def __setitem__(self, name: Any, value: Any) -> None:
        self.parts[name] = np.broadcast_to(np.asarray(value), (len(self),)).copy() if self.parts else np.asarray(value)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("parts", "made_up", "aliases"):
            raise AttributeError(name)
        if name in self.parts or (self.made_up and LABEL.fullmatch(name)):
            return self[name]
        if name in ("mean", "std", "min", "max", "sum"):
            return lambda *_, **__: Series(getattr(self.values.astype(float), name)(axis=0))
        return Anything(name)

    def to_numpy(self, *_: Any, **__: Any) -> Values:
        """Return the table as an array."""
        return self.values

    def drop(self, labels: Any = None, axis: int = 0, columns: Any = None, **_: Any) -> "DataFrame":
        """Return the table without some columns, or without some rows."""
        gone = _many(columns if columns is not None else labels)
        if columns is None and axis in (0, "index"):
            kept = np.setdiff1d(self.index, np.asarray(gone))
            return DataFrame({name: part[kept] for name, part in self.parts.items()})
        hidden = {self.named(name) for name in gone}
        return DataFrame({name: part for name, part in self.parts.items() if name not in hidden})

    def pop(self, name: Any) -> Series:
        """Take a column out."""
        return Series(self.parts.pop(name), name)

    def sample(self, n: int | None = None, frac: float | None = None, **_: Any) -> "DataFrame":
        """Return some rows, mixed."""
        count = n if n is not None else int(len(self) * (frac if frac is not None else 1 / max(1, len(self))))
        order = np.random.Generator(np.random.PCG64(3)).permutation(len(self))[:count]
        return DataFrame({name: part[order] for name, part in self.parts.items()})

    def head(self, n: int = 5) -> "DataFrame":
        """Return the first rows."""
        return self[:n]  # type: ignore[no-any-return]

    def iterrows(self) -> Iterator[tuple[int, Any]]:
        """Yield each row with its number."""
        return ((i, Series(row)) for i, row in enumerate(self.values))

    def itertuples(self, *_: Any, **__: Any) -> Iterator[Any]:
        """Yield each row."""
        return iter(self.values.tolist())

    def itself(self, *_: Any, **__: Any) -> "DataFrame":
        """Return a copy: there is nothing to fill, reset or drop."""
        return DataFrame(dict(self.parts))

    copy = reset_index = fillna = dropna = infer_objects = set_index = itself

    def astype(self, dtype: Any, **_: Any) -> "DataFrame":
        """Return the table in another dtype."""
        return DataFrame({name: part.astype(dtype) for name, part in self.parts.items()})

    def apply(self, function: Callable[[Any], Any], axis: int = 0, **_: Any) -> Any:
        """Return the function of each column, or of each row."""
        if axis in (1, "columns"):
            return Series([function(Series(row)) for row in self.values])
        return DataFrame({name: np.asarray(function(Series(part, name))) for name, part in self.parts.items()})

    def replace(self, old: Any, new: Any = None, **_: Any) -> "DataFrame":
        """Return the table with values replaced."""
        return DataFrame({name: Series(part).replace(old, new).values for name, part in self.parts.items()})

    def _with(self, operation: Callable[[Any, Any], Any], other: Any) -> "DataFrame":
        done = operation(self.values.astype(float), np.asarray(other))
        return DataFrame(dict(zip(self.parts, done.T, strict=True)))


_ARITHMETIC = ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "pow")
for _name in (*_ARITHMETIC, "eq", "ne", "lt", "le", "gt", "ge"):
    setattr(Series, f"__{_name}__", _operation(f"__{_name}__"))
    setattr(DataFrame, f"__{_name}__", _operation(f"__{_name}__"))


class Names(list[Any]):
    """The names of columns."""

    @property
    def values(self) -> Values:
        """The names as an array."""
        return np.array(self, dtype=object)

    def __getitem__(self, index: Any) -> Any:
        found = list.__getitem__(self, index)
        return Names(found) if isinstance(found, list) else found

    def tolist(self) -> list[Any]:
        """Return the names as a list."""
        return list(self)


class Places:
    """Items of a table by row and column."""

    def __init__(self, frame: DataFrame, by_name: bool = False) -> None:
        self.frame, self.by_name = frame, by_name

    def __getitem__(self, index: Any) -> Any:
        rows, columns = index if isinstance(index, tuple) else (index, slice(None))
        rows = np.asarray(rows) if isinstance(rows, Series | list) else rows
        chosen = self._columns(columns)
        if isinstance(chosen, list):
            if isinstance(rows, int | np.integer):
                return Series([self.frame.parts[name][rows] for name in chosen])
            return DataFrame({name: self.frame.parts[name][rows] for name in chosen})
        found = self.frame.parts[chosen][rows]
        return Series(found, chosen) if isinstance(found, np.ndarray) else found

    def _columns(self, columns: Any) -> Any:
        """Return a column's name, or the names of several."""
        names = list(self.frame.parts)
        if isinstance(columns, slice):
            ends = [
                names.index(e) + last if self.by_name and e in names else e
                for last, e in enumerate((columns.start, columns.stop))
            ]
            return names[slice(*ends)]
        if isinstance(columns, list | np.ndarray):
            return [c if self.by_name else names[c] for c in columns]
        return columns if self.by_name else names[columns]


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
    return DataFrame({name: _column(part) for name, part in zip(heads, parts, strict=False)})


def _is_missing(path: Any) -> bool:
    """Return whether a table is to be made up: it is far away, or not there."""
    if not isinstance(path, str | os.PathLike):
        return False
    return "://" in str(path) or not (os.path.exists(path) or is_guarded(sys._getframe(2)))


def _made_up(path: Any, header: Any, names: Any) -> DataFrame:
    """Return a made-up table, its columns named as the program asks for."""
    far = "://" in str(path)
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
        return str(path.read())
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


def _many(value: Any) -> list[Any]:
    """Return a value, or several, as a list."""
    return list(value) if isinstance(value, list | tuple | np.ndarray | Names) else [value]


def _spread(value: Any, count: int) -> list[Any]:
    """Return as many values as asked for."""
    return list(value) if isinstance(value, list | tuple | np.ndarray) else [value] * count


def get_dummies(data: Any, **_: Any) -> DataFrame:
    """Return a column of zeros and ones for each label."""
    values = np.asarray(data).ravel()
    return DataFrame({label: (values == label).astype(int) for label in np.unique(values)})


def concat(frames: Iterable[Any], axis: int = 0, **_: Any) -> DataFrame:
    """Return tables beside each other, or one below the other."""
    tables = [f if isinstance(f, DataFrame) else f.to_frame() for f in frames]
    if axis == 1:
        return DataFrame({name: part for table in tables for name, part in table.parts.items()})
    return DataFrame({n: np.concatenate([t.parts[n] for t in tables]) for n in tables[0].parts})


def factorize(values: Any) -> tuple[Values, Values]:
    """Return labels as numbers, and the labels."""
    labels = Series(values).unique()
    return np.array([int(np.flatnonzero(labels == v)[0]) for v in np.asarray(values)]), labels


TABLES: Contents = {
    "pandas": {
        "DataFrame": DataFrame,
        "Series": Series,
        "read_csv": read_csv,
        "read_table": read_csv,
        "read_excel": lambda path, *_, **__: read_csv(f"{path}.missing"),
        "get_dummies": get_dummies,
        "concat": concat,
        "factorize": factorize,
    },
}
