"""A column of a made-up or a real table, in place of pandas' Series."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from .anything import Anything
from .samples import Values


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
        return getattr(self.values, name) if hasattr(self.values, name) else Anything(name)

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values)

    def __getitem__(self, index: Any) -> Any:
        found = self.values[as_rows(index)]
        return Series(found, self.name) if isinstance(found, np.ndarray) else found

    def __setitem__(self, index: Any, value: Any) -> None:
        self.values[as_rows(index)] = value

    def unique(self) -> Values:
        """Return the different values."""
        return np.array(list(dict.fromkeys(self.values.tolist())))

    def map(self, change: Any) -> "Series":
        """Return the column with a function or a dictionary applied to each value; one of other keys in turn."""
        if isinstance(change, dict) and change and not set(change) & set(self.values.tolist()):
            return Series(np.resize(np.array(list(change.values())), len(self)), self.name)
        function = change.get if isinstance(change, dict) else change
        try:
            return Series([function(v) for v in self.values.tolist()], self.name)
        except AttributeError:  # the function takes texts, as an unread file has them
            return Series([function(str(v)) for v in self.values.tolist()], self.name)

    apply = map

    def isin(self, values: Iterable[Any]) -> "Series":
        """Return whether each value is one of some."""
        return Series(np.isin(self.values, list(values)), self.name)

    def astype(self, dtype: Any, **_: Any) -> "Series":
        """Return the column in another dtype; categories as they are."""
        return self if dtype == "category" else Series(self.values.astype(dtype), self.name)

    def itself(self, *_: Any, **__: Any) -> "Series":
        """Return a copy: there is nothing to fill, reset or drop."""
        return Series(self.values.copy(), self.name)

    copy = fillna = dropna = reset_index = pct_change = shift = diff = interpolate = itself

    @property
    def loc(self) -> "Series":
        """Items by row."""
        return self

    @property
    def index(self) -> Values:
        """The numbers of the rows."""
        return np.arange(len(self.values))

    @property
    def cat(self) -> Any:
        """The column as numbered labels."""
        return Codes(self)

    def nunique(self) -> int:
        """Return how many different values there are."""
        return len(self.unique())

    def head(self, n: int = 5) -> "Series":
        """Return the first values."""
        return Series(self.values[:n], self.name)

    def to_list(self) -> list[Any]:
        """Return the values as a list."""
        return list(self.values.tolist())

    def __invert__(self) -> "Series":
        return Series(~self.values, self.name)

    def replace(self, old: Any, new: Any = None, **_: Any) -> "Series":
        """Return the column with values replaced."""
        swaps = (
            old if isinstance(old, dict) else dict(zip(as_list(old), spread_over(new, len(as_list(old))), strict=True))
        )
        return Series([swaps.get(v, v) for v in self.values.tolist()], self.name)

    def to_numpy(self, *_: Any, **__: Any) -> Values:
        """Return the values."""
        return self.values

    def value_counts(self) -> Anything:
        """Return nothing of use."""
        return Anything("value_counts")

    def _with(self, operation: Callable[[Any, Any], Any], other: Any) -> "Series":
        return Series(operation(self.values, np.asarray(other)), self.name)


class Codes:
    """Labels as numbers."""

    def __init__(self, column: Series) -> None:
        self.codes = Series(np.unique(column.values, return_inverse=True)[1].ravel(), column.name)
        self.categories = np.unique(column.values)


def operation(name: str) -> Callable[[Any, Any], Any]:
    """Return an arithmetic method of a column or a table."""

    def method(self: Any, other: Any) -> Any:
        return self._with(lambda a, b: getattr(np.ndarray, name)(a, b), other)

    return method


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

    to_list = tolist


def as_rows(index: Any) -> Any:
    """Return what chooses rows, a column of truths as an array."""
    return np.asarray(index) if isinstance(index, Series | list) else index


def as_list(value: Any) -> list[Any]:
    """Return a value, or several, as a list."""
    return list(value) if isinstance(value, list | tuple | np.ndarray | Names) else [value]


def spread_over(value: Any, count: int) -> list[Any]:
    """Return as many values as asked for."""
    return list(value) if isinstance(value, list | tuple | np.ndarray) else [value] * count


ARITHMETIC = ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "pow")
OPERATIONS = (*ARITHMETIC, "eq", "ne", "lt", "le", "gt", "ge", "and", "or")
for _name in OPERATIONS:
    setattr(Series, f"__{_name}__", operation(f"__{_name}__"))
