"""What a function of the file asks for, told from its parameters as a whole."""

import ast
import inspect
from typing import Any

import numpy as np

from .names import TRAIN, is_data, is_target, is_width, snake

INPUTS, OUTPUTS = ("inputs", "input", "inp"), ("outputs", "output", "out")
"""What the first and the last layer are called where the units of each are counted."""


def takes_pairs(function: Any) -> bool:
    """Return whether a function trains on data and targets in one argument: a list of pairs."""
    names = [p.name for p in wanted(function)]
    named = any(map(is_target, names)) or desired(function)
    return bool(TRAIN.match(snake(getattr(function, "__name__", "")))) and not named


def desired(function: Any) -> dict[str, str]:
    """Return the outputs that a training function is given beside its data: those that are wanted."""
    names = [p.name for p in wanted(function)]
    trains = bool(TRAIN.match(snake(getattr(function, "__name__", "")))) and any(map(is_data, names))
    return {n: "targets" for n in names if trains and snake(n) in OUTPUTS and not any(map(is_target, names))}


def counted(function: Any) -> dict[str, str]:
    """Return the parameters of a class that count what their names name: ``Network(inputs, hidden, outputs)``."""
    names = [p.name for p in wanted(function)] if isinstance(function, type) else []
    ends = {snake(name): name for name in names}
    first, last = (next((ends[word] for word in words if word in ends), "") for words in (INPUTS, OUTPUTS))
    between = names[names.index(first) + 1 : names.index(last)] if first and last else []
    return {first: "n_inputs", last: "n_outputs"} if any(map(is_width, between)) else {}


def of_all_layers(tree: ast.Module) -> dict[str, dict[str, str]]:
    """Return the one parameter of a class that names a width and holds those of all layers: ``nodes[i - 1]``."""
    found: dict[str, dict[str, str]] = {}
    for made in (n for n in ast.walk(tree) if isinstance(n, ast.ClassDef)):
        for first in (f for f in made.body if isinstance(f, ast.FunctionDef) and f.name == "__init__"):
            widths = [a.arg for a in first.args.args if is_width(a.arg)]
            if len(widths) == 1 and widths[0] in _taken_apart(first):
                found[made.name] = {widths[0]: "sizes"}
    return found


def _taken_apart(function: ast.FunctionDef) -> set[str]:
    """Return the names of which a function takes items."""
    items = (n.value for n in ast.walk(function) if isinstance(n, ast.Subscript))
    return {item.id for item in items if isinstance(item, ast.Name)}


def is_size(parameter: inspect.Parameter) -> bool:
    """Return whether a parameter takes the width of a layer, though it has a default: made-up data have another."""
    return type(parameter.default) is int and is_width(parameter.name)


def wanted(function: Any) -> list[inspect.Parameter]:
    """Return the parameters of a function, without *args and **kwargs."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]


def listed(values: np.ndarray[Any, Any]) -> list[Any]:
    """Return an array as the lists of a file without NumPy, a single column as one list of numbers."""
    rows: list[Any] = values.tolist()
    return [row[0] for row in rows] if values.ndim > 1 and values.shape[1] == 1 else rows
