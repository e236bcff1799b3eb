"""Which cells of a line a program takes from its table: how many it counts, where the label is, what it may say."""

import ast
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from ..syntax import walked
from .samples import LABEL

NUMBERS = ("float", "int")
OTHER = "other"  # a class beside the only one that a program asks for by name


class Looked(NamedTuple):
    """A cell that is looked for among texts: where it stands, which they are."""

    cell: ast.Subscript
    texts: tuple[str, ...]


def columns_of(tree: ast.Module) -> dict[str, int]:
    """Return how many "columns" a program counts in a line of its table, and the places of two of them.

    They are the one of its "label", and the first of those that are "whole" numbers up to the end of the line. Beside
    them, whether the label is the "last" of them by its index.
    """
    looked = [found.cell for found in looked_up(tree)]
    ends = {_owner(n): set[int]() for n in [*_made_numbers(tree), *looked] if isinstance(n.value, ast.Name)}
    for part in walked(tree):
        if isinstance(part, ast.Subscript) and _owner(part) in ends:
            ends[_owner(part)].add(_end(part.slice))
    counted = [max(some) for some in ends.values() if len(some) > 1 and min(some) > 0]
    labels = [_end(_column(n)) - 1 for n in looked] or ([0] if _label_first(tree) else [])
    places = [place for place in labels if place >= 0]
    told = {"columns": max(counted, default=0), "label": next(iter(places), -1), "whole": _whole_from(tree)}
    told["last"] = 1 if _label_last(tree) else -1
    return {what: place for what, place in told.items() if place >= (what == "columns")}


def looked_up(tree: ast.Module) -> list[Looked]:
    """Return the cells that are looked for among names of classes: in a dictionary, in a list, by a comparison."""
    assigned = [(t, n.value) for n in walked(tree) if isinstance(n, ast.Assign) for t in n.targets]
    bound = {name.id: value for name, value in assigned if isinstance(name, ast.Name)}
    found = [Looked(cell, texts) for n in walked(tree) for where, cell in _asked(n) if (texts := _texts(where, bound))]
    return [one for one in found if _may_be_label(one.cell)]


def class_names(tree: ast.Module) -> list[str]:
    """Return the names of the classes among which a program looks for a cell of its table."""
    asked = [text for one in looked_up(tree) for text in one.texts] or list(_told_apart(tree))
    names = list(dict.fromkeys(asked))
    return [*names, OTHER] if len(names) == 1 else names


def _told_apart(tree: ast.Module) -> Iterator[str]:
    """Yield the texts that each of several cells is compared with in a loop over them: ``if label == "A": ... "B"``."""
    for loop in walked(tree):
        if isinstance(loop, ast.For) and isinstance(loop.target, ast.Name) and isinstance(loop.iter, ast.Name):
            tests = [n for n in ast.walk(loop) if isinstance(n, ast.Compare) and isinstance(n.ops[0], ast.Eq)]
            own = [n.comparators[0] for n in tests if isinstance(n.left, ast.Name) and n.left.id == loop.target.id]
            texts = [n.value for n in own if isinstance(n, ast.Constant) and isinstance(n.value, str)]
            yield from texts if len(texts) > 1 else ()


def _may_be_label(cell: ast.Subscript) -> bool:
    """Return whether a cell stands at a fixed place of a line, or in a column that is called as labels are."""
    index = _column(cell)
    if isinstance(index, ast.Constant) and isinstance(index.value, str):
        return bool(LABEL.search(index.value))
    return isinstance(index, ast.Constant | ast.UnaryOp) and not _owner(cell).endswith("argv")


def _asked(node: ast.AST) -> Iterator[tuple[ast.expr, ast.Subscript]]:
    """Yield where an expression looks for a cell, and the cell: ``NAMES[row[4]]``, ``NAMES.index(row[4])``, ``==``."""
    where: ast.expr
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        where, what = node.value, node.slice
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("index", "get"):
        where, what = node.func.value, node.args[0] if node.args else node.func.value
    elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
        where, what = node.comparators[0], node.left
    else:
        return
    while isinstance(what, ast.Call) and isinstance(what.func, ast.Attribute):  # row[4].strip()
        what = what.func.value
    if isinstance(what, ast.Subscript):
        yield where, what


def _texts(where: ast.expr, bound: dict[str, ast.expr]) -> tuple[str, ...]:
    """Return the texts among which something is looked for, none where they are anything else."""
    value = bound.get(where.id, where) if isinstance(where, ast.Name) else where
    items: list[ast.expr | None] = value.keys if isinstance(value, ast.Dict) else getattr(value, "elts", [value])
    texts = [item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    return tuple(texts) if len(texts) == len(items) else ()


def _whole_from(tree: ast.Module) -> int:
    """Return the place from which on a line has whole numbers alone, -1 where the program does not say."""
    tails = (cell.slice for cell in _made_numbers(tree, ("int",)) if isinstance(cell.slice, ast.Slice))
    return next((_number(tail.lower) for tail in tails if tail.upper is None), -1)


def _made_numbers(tree: ast.Module, kinds: tuple[str, ...] = NUMBERS) -> Iterator[ast.Subscript]:
    """Yield the cells that numbers are made of: ``float(row[0])``, ``map(float, row[:4])``, one by one."""
    for node in walked(tree):
        if isinstance(node, ast.Call):
            names = [n.id for n in (node.func, *node.args[:1]) if isinstance(n, ast.Name)]
            parts = node.args if any(name in kinds for name in names) else []
        elif isinstance(node, ast.ListComp | ast.GeneratorExp):
            made = any(isinstance(n, ast.Name) and n.id in kinds for n in ast.walk(node.elt))
            parts = [node.generators[0].iter] if made else []
        else:
            continue
        yield from (part for part in parts if isinstance(part, ast.Subscript))


def _label_first(tree: ast.Module) -> bool:
    """Return whether the first column of an array is taken apart from all others, and none is counted from the end."""
    cuts = [n for n in walked(tree) if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Load)]
    columns = sorted((_owner(n), ast.unparse(_column(n))) for n in cuts if isinstance(n.slice, ast.Tuple))
    by_owner = [{column for _, column in some} for _, some in groupby(columns, key=lambda pair: pair[0])]
    return any({"0", "1:"} <= some for some in by_owner) and not any("-" in column for _, column in columns)


def _label_last(tree: ast.Module) -> bool:
    """Return whether a number is made of the last cell of a line, of which all others are taken together."""
    cuts = {ast.unparse(n) for n in walked(tree) if isinstance(n, ast.Subscript)}
    return any(ast.unparse(n.slice) == "-1" and f"{_owner(n)}[:-1]" in cuts for n in _made_numbers(tree))


def _column(cell: ast.Subscript) -> ast.expr:
    """Return the index of a column: the only one, or the second of two."""
    index = cell.slice
    return index.elts[1] if isinstance(index, ast.Tuple) and len(index.elts) == 2 else index


def _end(index: ast.expr) -> int:
    """Return the number of columns up to the end of an index; 0 where it does not say."""
    if not isinstance(index, ast.Slice):
        return _number(index) + 1
    return _number(index.upper) if index.upper is not None else _number(index.lower) + 1


def _number(index: ast.expr | None) -> int:
    """Return a constant place, -1 for any other index."""
    return index.value if isinstance(index, ast.Constant) and type(index.value) is int else -1


def _owner(cell: ast.Subscript) -> str:
    return ast.unparse(cell.value)
