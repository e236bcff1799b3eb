"""What a function of the file asks for, told from its parameters as a whole."""

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
