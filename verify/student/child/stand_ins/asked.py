"""What a program's text says of the data that it asks for: how many rows, which columns, the names of the classes."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from ..names import is_data
from ..syntax import walked
from . import asked_cells
from .samples import LABEL

KNOWN = re.compile(r"^(Iris[- ])?(setosa|versicolor|virginica)$", re.I)
FLOWERS = ("setosa", "versicolor", "virginica")
FRAMES = ("to_numpy", "values", "iloc", "loc")
SWAPS = ("map", "replace", "isin", "apply")


def shape_of(tree: ast.Module) -> dict[str, int]:
    """Return what a program says of its table: the most rows that it cuts off by number, its columns, whose it is.

    A cut that nothing begins at may come to fewer rows, where the program does not ask for as many elsewhere.
    """
    numbers = {n.value for n in walked(tree) if isinstance(n, ast.Constant) and type(n.value) is int}
    indices = [n.slice for n in walked(tree) if isinstance(n, ast.Subscript)]
    firsts = [index.elts[0] if isinstance(index, ast.Tuple) and index.elts else index for index in indices]
    written = _written(tree)
    begins = _numbers([n.lower for n in firsts if isinstance(n, ast.Slice)], written)
    ends = _numbers([n.upper for n in firsts if isinstance(n, ast.Slice)], written)
    arguments = [a for n in walked(tree) if isinstance(n, ast.Call) for a in n.args]
    shapes = [e for a in arguments for e in (a.elts if isinstance(a, ast.Tuple | ast.List) else [a])]
    asked = {*begins, *(-cut for cut in begins), *_numbers(shapes, {})}
    cuts = [*begins, *(cut for cut in ends if cut in asked)]
    pictured = {"features": 784} if 784 in numbers else {}
    frames = {"frames": 1} if any(isinstance(n, ast.Attribute) and n.attr in FRAMES for n in walked(tree)) else {}
    columns = asked_cells.columns_of(tree)
    return {**pictured, **frames, **columns, "rows": max([cut for cut in cuts if cut > 0], default=0)}


def _numbers(nodes: Sequence[ast.expr | None], written: Mapping[str, int | None]) -> list[int]:
    """Return the whole numbers among some expressions, written out or by a name."""
    found = (written.get(_id(node), _whole(node)) for node in nodes if node is not None)
    return [number for number in found if number is not None]


def _written(tree: ast.Module) -> dict[str, int | None]:
    """Return the whole numbers that are written beside a name: ``TRAIN = 1000``."""
    bound = [n for n in walked(tree) if isinstance(n, ast.Assign) and _whole(n.value) is not None]
    return {_id(t): _whole(n.value) for n in bound for t in n.targets if _id(t)}


def _whole(node: ast.expr) -> int | None:
    """Return a whole number that is written, None for any other expression."""
    return node.value if isinstance(node, ast.Constant) and type(node.value) is int else None


def frames_of(tree: ast.Module) -> set[str]:
    """Return the names of what a program takes parts of as of a table; ``values()`` is a dictionary's.

    Of what a function is given, as ``X["bias"] = 1`` too, for a dictionary has columns of its own.
    """
    called = {n.func for n in walked(tree) if isinstance(n, ast.Call)}
    parts = (n for n in walked(tree) if isinstance(n, ast.Attribute) and n.attr in FRAMES)
    taken = {a.arg for n in walked(tree) if isinstance(n, ast.arguments) for a in n.args if is_data(a.arg)}
    stored = {
        _id(n.value)
        for n in walked(tree)
        if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store) and _text(n.slice)
    }
    return {_id(n.value) for n in parts if (n in called) == (n.attr == "to_numpy")} | stored & taken - {""}


def labels_of(tree: ast.Module) -> set[str]:
    """Return the column that a program takes out of its table and also by itself: ``d.drop("price"), d["price"]``.

    Of several such columns none need be the labels.
    """
    calls = [n for n in walked(tree) if isinstance(n, ast.Call) and getattr(n.func, "attr", "") == "drop"]
    dropped = {_text(n) for call in calls for n in ast.walk(call)} - {""}
    taken = {_text(n.slice) for n in walked(tree) if isinstance(n, ast.Subscript)}
    taken |= {n.attr for n in walked(tree) if isinstance(n, ast.Attribute)}
    both = dropped & taken - {"index", "columns"}
    return both if len(both) == 1 else set()


def _text(node: ast.AST) -> str:
    """Return a constant text, "" for any other expression."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def class_names(tree: ast.Module) -> list[str]:
    """Return the names of classes that a program expects in its table; fewer than two are none.

    They are what it swaps for numbers (``map({"M": 1, "B": 0})``), what it selects (``isin``), names that the best
    known of all tables has, or those among which it looks for a cell.
    """
    bound = {_id(t): n.value for n in walked(tree) if isinstance(n, ast.Assign) for t in n.targets if _id(t)}
    swapped = [name for call in _calls(tree) for name in _texts([bound.get(_id(a), a) for a in call.args])]
    known = [n.value for n in walked(tree) if isinstance(n, ast.Constant) and KNOWN.match(str(n.value))]
    found = list(dict.fromkeys(swapped))
    if known and len(found) < 2:
        prefix = str(known[0]).rpartition("-")[0]
        return [f"{prefix}-{name}" if prefix else name for name in FLOWERS]
    return found if len(found) > 1 else asked_cells.class_names(tree)


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    """Yield the calls of methods that swap or select labels."""
    calls = (n for n in walked(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute))
    return (call for call in calls if call.func.attr in SWAPS and _of_labels(call.func.value))  # type: ignore[attr-defined]


def _of_labels(column: ast.expr) -> bool:
    """Return whether a column may be the one of labels: its name, where it has one, does not say otherwise."""
    name = column.slice if isinstance(column, ast.Subscript) else None
    return not (isinstance(name, ast.Constant) and isinstance(name.value, str)) or bool(LABEL.search(name.value))


def _texts(arguments: list[ast.expr]) -> Iterator[str]:
    """Yield the keys of a first argument that is a dictionary from text to numbers, or the items of a list of text."""
    first = arguments[0] if arguments else None
    if isinstance(first, ast.Dict) and all(isinstance(v, ast.Constant | ast.UnaryOp | ast.List) for v in first.values):
        items = [key for key in first.keys if key is not None]
    else:
        items = first.elts if isinstance(first, ast.List | ast.Tuple) else []
    if items and all(isinstance(item, ast.Constant) and isinstance(item.value, str) for item in items):
        yield from (str(item.value) for item in items)  # type: ignore[attr-defined]


def _id(node: ast.expr) -> str:
    """Return a bare name, "" for any other expression."""
    return node.id if isinstance(node, ast.Name) else ""
