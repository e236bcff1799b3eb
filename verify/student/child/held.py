"""Where the program keeps its arrays: expressions at module level, such as ``net.W1`` or ``params["W1"]``."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

DEEPEST, MOST = 3, 400  # how far objects and containers are looked into, and how many expressions are told


def held(space: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield expressions with the arrays that they hold, the shortest first.

    Arguments:
        space: the names of the program.
    """
    level = [(name, value) for name, value in space.items() if not name.startswith("__")]
    seen: set[int] = set()
    told = 0
    for _ in range(DEEPEST):
        for expression, value in level:
            if isinstance(value, np.ndarray) and told < MOST:
                told += 1
                yield expression, value
        level = [inner for expression, value in level for inner in _inside(expression, value, seen)]


def _inside(expression: str, value: Any, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """Yield what a container or an object of the program's own class holds."""
    if id(value) in seen:
        return
    if isinstance(value, dict):
        parts = [(f"{expression}[{key!r}]", v) for key, v in value.items() if isinstance(key, str | int)]
    elif isinstance(value, list | tuple):
        parts = [(f"{expression}[{i}]", v) for i, v in enumerate(value[:MOST])]
    elif getattr(type(value), "__module__", "") == "__main__":
        parts = [(f"{expression}.{name}", v) for name, v in getattr(value, "__dict__", {}).items()]
    else:
        return
    seen.add(id(value))
    yield from parts
