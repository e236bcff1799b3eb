"""What a file uses and leaves to whoever calls it: modules that it does not import, data that it does not load."""

import ast
import builtins
import importlib
import symtable
from collections.abc import Iterator
from typing import Any

from .names import Trial, data, is_data, is_target, targets
from .notes import note

MODULES = {"np": "numpy", "numpy": "numpy", "math": "math", "random": "random"}
SHORTEST = 2  # letters of a name in lower case that may be data of the file


def supply(space: dict[str, Any], lines: list[str], trial: Trial) -> None:
    """Give a file that is called by us the modules and the data that its functions take from nowhere.

    Arguments:
        space: the names of the file.
        lines: its text.
        trial: sizes and layout of made-up data.
    """
    for name in dict.fromkeys(_taken(symtable.symtable("\n".join(lines), "file", "exec"))):
        if name in space or hasattr(builtins, name):
            continue
        if name in MODULES:
            space[name] = importlib.import_module(MODULES[name])
            note(f"{name} is not imported: {MODULES[name]} was")
        elif (name.isupper() or len(name) >= SHORTEST) and (is_data(name) or is_target(name)):
            space[name] = data(trial) if is_data(name) else targets(trial)
            note(f"{name} is set nowhere: it was made up")


def _taken(table: symtable.SymbolTable) -> Iterator[str]:
    """Yield the global names that functions use."""
    for inner in table.get_children():
        yield from (s.get_name() for s in inner.get_symbols() if s.is_global() and s.is_referenced())
        yield from _taken(inner)


def chosen(tree: ast.Module) -> dict[str, list[str]]:
    """Return the words that a file compares each of its names with: what a parameter so called may be given."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq | ast.In | ast.NotIn):
            left, right = node.left, node.comparators[0]
            parts = right.elts if isinstance(right, ast.Tuple | ast.List | ast.Set) else [right]
            words = [p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)]
            if isinstance(left, ast.Name) and words:
                found.setdefault(left.id, []).extend(words)
    return found
