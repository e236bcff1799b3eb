"""A small table of data in place of pandas: columns by name, rows by place, and NumPy underneath."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from .anything import Anything
from .columns import OPERATIONS, Names, Series, as_list, as_rows, operation
from .samples import LABEL, LABELS, SHAPE, Values, generator, is_label


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
        self.numbers: Values | None = None
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
        """Name the columns; a made-up table has as many as are named, its labels where one is named so, else last."""
        wanted = list(names)
        if self.made_up and self.parts and wanted:
            while len(self.parts) < len(wanted):
                self._grown(f"column {len(self.parts)}")
            labels = self.parts.pop(self.label)
            place = next((i for i, name in enumerate(wanted) if is_label(name)), len(wanted) - 1)
            parts = list(self.parts.values())[: len(wanted) - 1]
            parts.insert(place, labels)
        else:
            parts = list(self.parts.values())
        self.parts = dict(zip(wanted, parts, strict=True))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self), len(self.parts)

    @property
    def index(self) -> Values:
        """The numbers of the rows."""
        return np.arange(len(self)) if self.numbers is None else self.numbers

    @property
    def T(self) -> "DataFrame":
        """Rows as columns."""
        return DataFrame(self.values.T)

    def transpose(self, *_: Any, **__: Any) -> "DataFrame":
        """Return rows as columns."""
        return self.T

    def dot(self, other: Any) -> Values:
        """Return the matrix product, as an array: a step that is made of it is one."""
        product: Values = np.dot(self.values, np.asarray(other))
        return product

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

    def like(self, parts: dict[Any, Values]) -> "DataFrame":
        """Return a table of other parts, made up if this one is."""
        made = DataFrame(parts)
        made.made_up, made.aliases = self.made_up, self.aliases
        return made

    def _rows(self, chosen: Any) -> "DataFrame":
        """Return some rows, which keep their numbers."""
        made = self.like({name: part[chosen] for name, part in self.parts.items()})
        made.numbers = self.index[chosen]
        return made

    @property
    def label(self) -> Any:
        """The name of the column of labels: the last, unless it is called so or the program takes another for them."""
        return next((name for name in ("y", SHAPE.get("label")) if name in self.parts), next(reversed(self.parts)))

    def named(self, name: Any) -> Any:
        """Return the column of that name; a made-up table gives its columns to unknown names, its labels to labels."""
        if not self.made_up or name in self.parts:
            return name
        if self.aliases.get(name) not in self.parts:
            free = [c for c in self.parts if c != self.label and c not in self.aliases.values()]
            self.aliases[name] = self.label if is_label(name) else free[0] if free else self._grown(name)
        return self.aliases[name]

    def _arranged(self, names: list[Any]) -> None:
        """Give the labels to the column that the program will take for them by its place among these."""
        place = SHAPE.get("label", len(names))
        if self.made_up and place < len(names) and not any(is_label(name) for name in names):
            self.aliases.setdefault(names[place], self.label)

    def _grown(self, name: Any) -> Any:
        """Return the name of a new column of a made-up table; the last stays the last."""
        *others, last = self.parts.items() if self.parts else [("y", np.arange(0))]
        values = np.round(generator().normal(len(others), 1, len(last[1])), 3)
        self.parts = dict([*others, (name, values), last])
        return name

    def __getitem__(self, name: Any) -> Any:
        if isinstance(name, Series) or (isinstance(name, np.ndarray) and name.dtype == bool) or isinstance(name, slice):
            return self._rows(name if isinstance(name, slice) else np.asarray(name))
        if isinstance(name, list | np.ndarray | Names):
            self._arranged(list(name))
            known = [(column, self.named(column)) for column in name]  # before the parts are taken: some may grow
            return self.like({column: self.parts[own] for column, own in known})
        return Series(self.parts[self.named(name)], name)

    def __setitem__(self, name: Any, value: Any) -> None:
        read = is_label(name) or name in self.aliases  # what was read by that name is what is replaced
        if self.made_up and read and name not in self.parts and self.parts:
            name = self.named(name)
        self.parts[name] = np.broadcast_to(np.asarray(value), (len(self),)).copy() if self.parts else np.asarray(value)

    def __setattr__(self, name: str, value: Any) -> None:
        if "parts" in self.__dict__ and name not in self.__dict__ and (name in self.parts or self._is_labels(name)):
            self[name] = value
        else:
            object.__setattr__(self, name, value)

    def _is_labels(self, name: str) -> bool:
        """Return whether an attribute is the column of labels of a made-up table."""
        return self.made_up and (name in LABELS or bool(LABEL.fullmatch(name)))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("parts", "made_up", "aliases", "numbers"):
            raise AttributeError(name)
        if name in self.parts or self._is_labels(name):
            return self[name]
        if name in ("mean", "std", "min", "max", "sum"):
            return lambda *_, **__: Series(getattr(self.values.astype(float), name)(axis=0))
        return Anything(name)

    def to_numpy(self, *_: Any, **__: Any) -> Values:
        """Return the table as an array."""
        return self.values

    def drop(
        self, labels: Any = None, axis: Any = 0, columns: Any = None, index: Any = None, inplace: bool = False, **_: Any
    ) -> Any:
        """Return the table without some columns, or without some rows; a made-up one need not have them."""
        if columns is None and axis in (0, "index"):
            kept = ~np.isin(self.index, np.asarray(as_list(labels if index is None else index)))
            if not inplace:
                return self._rows(kept)
            parts = {name: part[kept] for name, part in self.parts.items()}
        else:
            hidden = {self._known(name) for name in as_list(columns if columns is not None else labels)}
            parts = {name: part for name, part in self.parts.items() if name not in hidden}
        if inplace:
            self.parts = parts
        return None if inplace else self.like(parts)

    def _known(self, name: Any) -> Any:
        """Return the column that is dropped under a name: of a made-up table none that only the name asks for."""
        asked = name in self.parts or name in self.aliases or is_label(name)
        return self.named(name) if asked else name

    def pop(self, name: Any) -> Series:
        """Take a column out."""
        return Series(self.parts.pop(self.named(name)), name)

    def sample(self, n: int | None = None, frac: float | None = None, **_: Any) -> "DataFrame":
        """Return some rows, mixed."""
        count = n if n is not None else int(len(self) * (frac if frac is not None else 1 / max(1, len(self))))
        order = np.random.Generator(np.random.PCG64(3)).permutation(len(self))[:count]
        return self._rows(order)

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
        return self.like(dict(self.parts))

    copy = reset_index = fillna = dropna = infer_objects = set_index = sort_values = sort_index = itself
    drop_duplicates = convert_dtypes = select_dtypes = query = ffill = bfill = interpolate = itself

    def rename(self, mapper: Any = None, columns: Any = None, inplace: bool = False, **_: Any) -> Any:
        """Return the table with other names."""
        names = columns if columns is not None else mapper
        new = [names.get(name, name) if isinstance(names, dict) else names(name) for name in self.parts]
        parts = dict(zip(new, self.parts.values(), strict=True))
        if inplace:
            self.parts = parts
        return None if inplace else self.like(parts)

    def insert(self, loc: int, column: Any, value: Any, *_: Any) -> None:
        """Put a column at a place."""
        items = list(self.parts.items())
        items.insert(loc, (column, np.broadcast_to(np.asarray(value), (len(self),)).copy()))
        self.parts = dict(items)

    def join(self, other: "DataFrame", *_: Any, **__: Any) -> "DataFrame":
        """Return the table with another's columns beside its own."""
        return self.like(
            {**self.parts, **(other.parts if isinstance(other, DataFrame) else {other.name: other.values})}
        )

    def astype(self, dtype: Any, **_: Any) -> "DataFrame":
        """Return the table in another dtype."""
        kinds = dtype if isinstance(dtype, dict) else dict.fromkeys(self.parts, dtype)
        return self.like({n: part.astype(kinds[n]) if n in kinds else part for n, part in self.parts.items()})

    def apply(self, function: Callable[[Any], Any], axis: int = 0, **_: Any) -> Any:
        """Return the function of each column, or of each row."""
        if axis in (1, "columns"):
            return Series([function(Series(row)) for row in self.values])
        done = {name: np.asarray(function(Series(part, name))) for name, part in self.parts.items()}
        return self.like(done) if all(part.ndim for part in done.values()) else Series(list(done.values()))

    def replace(self, old: Any, new: Any = None, **_: Any) -> "DataFrame":
        """Return the table with values replaced."""
        swaps = {self.named(n): s for n, s in old.items()} if isinstance(old, dict) and _nested(old) else {}
        chosen = {name: (swaps.get(name, {}), None) if swaps else (old, new) for name in self.parts}
        return self.like({name: Series(part).replace(*chosen[name]).values for name, part in self.parts.items()})

    def _with(self, operation: Callable[[Any, Any], Any], other: Any) -> "DataFrame":
        done = operation(self.values.astype(float), np.asarray(other))
        return self.like(dict(zip(self.parts, done.T, strict=True)))


for _name in OPERATIONS:
    setattr(DataFrame, f"__{_name}__", operation(f"__{_name}__"))


class Places:
    """Items of a table by row and column."""

    def __init__(self, frame: DataFrame, by_name: bool = False) -> None:
        self.frame, self.by_name = frame, by_name

    def __getitem__(self, index: Any) -> Any:
        rows, columns = index if isinstance(index, tuple) else (index, slice(None))
        rows = as_rows(rows)
        chosen = self._columns(columns)
        if isinstance(chosen, list):
            if isinstance(rows, int | np.integer):
                return Series([self.frame.parts[name][rows] for name in chosen])
            return self.frame.like({name: self.frame.parts[name][rows] for name in chosen})
        found = self.frame.parts[chosen][rows]
        return Series(found, chosen) if isinstance(found, np.ndarray) else found

    def __setitem__(self, index: Any, value: Any) -> None:
        rows, columns = index if isinstance(index, tuple) else (index, slice(None))
        chosen = self._columns(columns)
        for name in [chosen] if not isinstance(chosen, list) else chosen:
            if isinstance(rows, slice) and rows == slice(None):
                self.frame[name] = value
            else:
                part = self.frame.parts[name].astype(object)
                part[as_rows(rows)] = np.asarray(value)
                self.frame.parts[name] = np.array(part.tolist())

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
            return [self.frame.named(c) if self.by_name else names[c] for c in columns]
        return self.frame.named(columns) if self.by_name else names[columns]


def _nested(swaps: dict[Any, Any]) -> bool:
    """Return whether values to be replaced are told column by column."""
    return all(isinstance(part, dict) for part in swaps.values())
