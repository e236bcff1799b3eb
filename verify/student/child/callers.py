"""Who calls: the stranger's program, or a library for purposes of its own."""

import ast
import builtins
from types import FrameType

from .syntax import walked

HOME = {"folder": "/", "path": "", "separator": ","}
SEPARATORS = (" ", "\t", ";", "|")
UNDEFINED: set[str] = set()
"""Names that the program uses and nowhere defines: they come from a starred import."""
OLD_NAMES = {
    "xrange": "range",
    "raw_input": "input",
    "unicode": "str",
    "basestring": "str",
    "unichr": "chr",
    "long": "int",
}
"""Functions of Python 2, and what they are called now."""
ARGUMENTS: list[str] = []
"""What the program may have wanted on its command line."""
LIBRARIES: set[str] = set()
"""Modules that are stood in for and hold no data of their own."""
USED: set[str] = set()
"""What this run made use of: a "guard" of the program's own, a made-up "table"."""
GUARDED: list[tuple[int, int]] = []
"""First and last lines of what the program tries, where it knows what to do should a file or a module be missing."""
OURS = __file__.rpartition("/")[0]
"""The stranger's file and its folder; this program's folder."""


def called_by_the_program(frame: FrameType | None) -> bool:
    """Return whether the first frame that belongs to nobody else is of the stranger's program."""
    while frame is not None and _passes_on(frame.f_code.co_filename):
        frame = frame.f_back
    if frame is None:
        return False
    name = frame.f_code.co_filename
    return name.startswith(HOME["folder"]) and "site-packages" not in name


def undefined(tree: ast.Module) -> set[str]:
    """Return the names that the program uses and nowhere defines."""
    names = [node for node in walked(tree) if isinstance(node, ast.Name)]
    defined = {n.id for n in names if not isinstance(n.ctx, ast.Load)} | {
        *dir(builtins),
        *OLD_NAMES,
        "get_ipython",
        "display",
    }
    defined |= {n.name for n in walked(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    defined |= {a.arg for a in walked(tree) if isinstance(a, ast.arg)}
    imports = [a for n in walked(tree) if isinstance(n, ast.Import | ast.ImportFrom) for a in n.names]
    defined |= {(a.asname or a.name).partition(".")[0] for a in imports}
    defined |= {h.name for h in walked(tree) if isinstance(h, ast.ExceptHandler) and h.name}
    return {n.id for n in names} - defined


def arguments(tree: ast.Module) -> list[str]:
    """Return a command line for a program that reads one: numbers where it makes numbers of them, else a file."""
    taken: dict[int, str] = {}
    for node in walked(tree):
        inside = node.args if isinstance(node, ast.Call) else []
        kind = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
        for part in (node, *inside):
            if isinstance(part, ast.Subscript) and ast.unparse(part.value).endswith("argv"):
                index = getattr(part.slice, "value", 1)
                if type(index) is int and (part is not node or index not in taken):
                    taken[index] = VALUES.get(kind, "data.csv")
    counted = [n for n in walked(tree) if isinstance(n, ast.Compare) and ast.unparse(n.left) == "len(sys.argv)"]
    least = [getattr(n.comparators[0], "value", 0) - 1 for n in counted]
    count = max([0, *taken, *(n for n in least if type(n) is int)])
    return [taken.get(i, "data.csv") for i in range(1, min(count, 9) + 1)]


VALUES = {"int": "3", "float": "0.1"}


def separator(tree: ast.Module) -> str:
    """Return what the program splits the lines of its tables at: a comma, unless it splits at other marks alone."""
    calls = [n for n in walked(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    splits = [call for call in calls if call.func.attr == "split"]  # type: ignore[attr-defined]
    marks = [getattr(call.args[0], "value", ",") if call.args else " " for call in splits]
    readers = [call for call in calls if call.func.attr == "reader"]  # type: ignore[attr-defined]
    marks += [getattr(k.value, "value", ",") for call in readers for k in call.keywords if k.arg == "delimiter"]
    return "," if "," in marks else next((mark for mark in marks if mark in SEPARATORS), ",")


def is_guarded(frame: FrameType | None) -> bool:
    """Return whether the program itself takes care of the failure of what it is doing."""
    while frame is not None:
        if frame.f_code.co_filename == HOME["path"] and any(a <= frame.f_lineno <= b for a, b in GUARDED):
            USED.add("guard")
            return True
        frame = frame.f_back
    return False


def guarded(tree: ast.Module) -> list[tuple[int, int]]:
    """Return the lines inside every try that catches a missing file or module."""
    tries = [node for node in walked(tree) if isinstance(node, ast.Try)]
    return [(t.body[0].lineno, t.body[-1].end_lineno or 0) for t in tries if any(map(_catches, t.handlers))]


def _catches(handler: ast.ExceptHandler) -> bool:
    """Return whether a handler is for what is missing."""
    return handler.type is None or any(name in ast.unparse(handler.type) for name in _MISSING)


_MISSING = (
    "OSError",
    "IOError",
    "FileNotFound",
    "ImportError",
    "ModuleNotFound",
    "EnvironmentError",
    "Exception",
    "URLError",
)


def _passes_on(name: str) -> bool:
    """Return whether a file only hands the call on: the import system, and what stands in for a library."""
    return name.startswith(("<frozen importlib", OURS))
