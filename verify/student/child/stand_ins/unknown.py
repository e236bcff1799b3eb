"""Data that an unknown module would have given, made up by the names they are given: X, y_train, test_labels."""

import re
from typing import Any

import numpy as np

from ..callers import USED
from ..names import is_data, is_target, snake
from ..notes import note
from .samples import MADE, ROWS, SHAPE, TABLE, TARGETS, Values, clusters, is_of_pictures, one_hot

HELD_OUT = re.compile(r"_?(test(ing)?|te|val|valid(ation)?|dev|eval)_?")
GENERIC = ("", "d", "t", "T", "data")  # names that by themselves may hold anything
LARGEST = 20  # what counts features or classes where three whole numbers are given, samples of a class first
MOST = 3000  # samples


def stands_for_data(name: str) -> bool:
    """Return whether a name is one of data or of targets."""
    bare = HELD_OUT.sub("", snake(name)) or name
    return len(bare) > 0 and (is_data(bare) or is_target(bare))


def paired(names: list[str]) -> list[str]:
    """Return two names with that of the other role for one that says nothing: ``feats, digits`` are data, targets."""
    if len(names) != 2 or stands_for_data(names[0]) == stands_for_data(names[1]):
        return names
    first, second = names
    if is_data(first) and _may_be_data(second):
        return [first, "y"]
    return ["X", second] if is_target(second) and _may_be_data(first) else names


def _may_be_data(name: str) -> bool:
    """Return whether a name is a word of its own that says of no part of the data which it is."""
    return len(name.strip("_")) > 1 and not HELD_OUT.fullmatch(name.lower()) and not name.lower().startswith("train")


def made_up(name: str, source: str, given: tuple[Any, ...]) -> Values:
    """Return what a name of data or targets most likely holds.

    Arguments:
        name: that the value is given.
        source: what it comes from, e.g. "dataset.get_data()".
        given: the arguments of that call.

    Returns:
        Samples as rows and whole numbers as labels, unless the run chooses another layout; data that were given are
        returned as they are.
    """
    if given and isinstance(given[0], np.ndarray) and is_data(name):
        note(f"{source} returned its argument")
        return given[0]
    rows, features, classes = _sizes(source, [g for g in given if type(g) is int and g > 0])
    MADE.update(rows=rows, features=features, classes=classes, layout=TABLE.get("layout", 0))
    USED.add("table")
    note(f"{source}: its {name} is made up")
    bare = HELD_OUT.sub("", snake(name)) or name
    X, y = clusters(rows if bare == snake(name) else max(1, rows // 5), features, classes)
    if is_data(bare):
        return _laid_out(X, TABLE.get("layout", 0))
    TARGETS.append(_as_targets(y, classes))
    return TARGETS[-1]


def _sizes(source: str, given: list[int]) -> tuple[int, int, int]:
    """Return rows, features and classes: as the run chooses, as the arguments say, or as the name says."""
    rows, features, classes = ROWS, 4, 2
    if is_of_pictures(source):
        features, classes = 784, 10
    if len(given) == 3 and max(given[1:]) <= LARGEST:
        rows, features, classes = given[0] * given[2], given[1], given[2]
    elif len(given) == 2 and min(given) <= LARGEST:
        rows, classes = given[0] * given[1], min(given)
    elif len(given) == 1 and given[0] > LARGEST:
        rows = given[0]
    rows = max(rows, ROWS + SHAPE.get("rows", 0)) if not given else rows
    return min(TABLE.get("rows", rows), MOST), TABLE.get("features", features), TABLE.get("classes", classes)


def _laid_out(rows: Values, layout: int) -> Values:
    """Return samples as rows, or as columns."""
    return rows if layout < ACROSS else np.ascontiguousarray(rows.T)


def _as_targets(y: Values, classes: int) -> Values:
    """Return labels as the run chooses: whole numbers, one column of them, one-hot rows."""
    layout = TABLE.get("layout", 0)
    labels = y + TABLE.get("first", 0)
    form = (labels, labels[:, None], one_hot(y, classes))[layout % ACROSS]
    return form if form.ndim == 1 else _laid_out(form, layout)


ACROSS = 3  # the first layout with samples as columns
