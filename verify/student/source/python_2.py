"""What only Python 2 took: the first construct of a program, and what 2to3 makes of its line."""

import ast
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from ..child.callers import OLD_NAMES

TEXTS = r"(?:[^'\"#]|'[^']*'|\"[^\"]*\")*?"  # anything up to here that is no comment and ends no text
SYNTAX = (
    (re.compile(r"^(\s*)print\s*>>\s*([\w.]+)\s*,\s*(.+?)\s*$"), "print >>", r"\1print(\3, file=\2)"),
    (re.compile(r"^(.*?:\s*|\s*)print\s+(?![=(])(.+?)\s*,\s*$"), "print without parentheses", r"\1print(\2, end=' ')"),
    (re.compile(r"^(.*?:\s*|\s*)print\s+(?![=(])(.+?)\s*$"), "print without parentheses", r"\1print(\2)"),
    (re.compile(r"^(\s*except\s+[\w.()]+)\s*,\s*(\w+)\s*:.*$"), "except with a comma", r"\1 as \2:"),
    (re.compile(r"^(\s*raise\s+[\w.]+)\s*,\s*(.+)$"), "raise with a comma", r"\1(\2)"),
    (re.compile(rf"^({TEXTS})\s<>\s(.*)$"), "<>", r"\1 != \2"),
    (re.compile(r"^(\s*)exec\s+([\"'\w].*)$"), "exec without parentheses", r"\1exec(\2)"),
    (re.compile(rf"^({TEXTS})`(\w+)`(.*)$"), "backquotes", r"\1repr(\2)\3"),
    (re.compile(rf"^({TEXTS})(?<![\w.])0([0-7]+)\b(.*)$"), "an octal number with a leading 0", r"\g<1>0o\2\3"),
    (re.compile(rf"^({TEXTS})(?<![\w.])(\d+)[lL]\b(.*)$"), "a long number", r"\1\2\3"),
    (re.compile(r"^(\s*def\s+\w+\([^()]*)\(([\w, ]+)\)(.*)$"), "a tuple as a parameter", r"\1pair\3 \2 = pair"),
)
"""What does not parse as Python 3, what it is called, and what 2to3 makes of the line."""

METHODS = {"iteritems": "items", "itervalues": "values", "iterkeys": "keys"}
"""What Python 3 calls otherwise."""


class Old(NamedTuple):
    """One construct: its line, what it is called, the line as 2to3 writes it."""

    line: int
    construct: str
    became: str


def constructs(lines: Sequence[str]) -> Iterator[Old]:
    """Yield what only Python 2 took in a program that does not parse as Python 3, line by line.

    Arguments:
        lines: of the program; what is inside texts is empty.
    """
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("#"):
            continue
        found = next(((name, p.sub(new, line)) for p, name, new in SYNTAX if p.match(line)), None)
        found = found or next(iter(_renamed(line)), None)
        if found is not None:
            yield Old(number, *found)


def _renamed(line: str) -> Iterator[tuple[str, str]]:
    """Yield the names in a line that Python 3 no longer has."""
    for name, new in OLD_NAMES.items():
        if re.search(rf"(?<![\w.]){name}\(", line):
            yield name, re.sub(rf"(?<![\w.]){name}\(", f"{new}(", line)
    for name, new in METHODS.items():
        if f".{name}(" in line:
            yield f".{name}", line.replace(f".{name}(", f".{new}(")
    if (has := re.search(r"([\w.]+)\.has_key\(([^()]*)\)", line)) is not None:
        yield ".has_key", line.replace(has[0], f"{has[2]} in {has[1]}")


def old_names(tree: ast.Module, lines: Sequence[str]) -> Iterator[Old]:
    """Yield what only Python 2 has in a program that parses, but for what it defines itself.

    Functions that have another name now are no obstacle by themselves: ``given_names``.

    Arguments:
        tree: of the program.
        lines: its text.
    """
    nodes = list(ast.walk(tree))
    defined = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    defined |= {n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    used = [n for n in nodes if isinstance(n, ast.Call) and _called(n) not in defined]
    renamed = {n.lineno for n in used if isinstance(n.func, ast.Name) and n.func.id in OLD_NAMES}
    old = {n.lineno for n in used if isinstance(n.func, ast.Attribute) and n.func.attr in (*METHODS, "has_key")}
    old |= {n.lineno for n in nodes if isinstance(n, ast.BinOp) and _prints_to_a_file(n)}
    for line in sorted(old | renamed) if old else ():
        yield from islice(constructs([""] * (line - 1) + [lines[line - 1]]), 1)


def given_names(tree: ast.Module) -> list[str]:
    """Return the functions of Python 2 that a program calls and does not define, in the order of their names.

    They are given to a program that is Python 3 otherwise.
    """
    nodes = list(ast.walk(tree))
    defined = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    defined |= {n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    used = {n.id for n in nodes if isinstance(n, ast.Name)}
    return sorted(used & set(OLD_NAMES) - defined)


def _prints_to_a_file(node: ast.BinOp) -> bool:
    """Return whether an expression is ``print >> file``, which parses as a shift."""
    return ast.unparse(node).startswith("print >>")


def _called(call: ast.Call) -> str:
    """Return the name of the function that is called."""
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def advice(found: Sequence[Old]) -> tuple[str, str]:
    """Return what is wrong with a program in Python 2 and what to do, in words."""
    first, others = found[0], len({old.line for old in found}) - 1
    more = f", and changes {others} more line{'s' * (others > 1)}" if others else ""
    became = " ".join(first.became.split())
    do = f"run 2to3 -w on the file (it comes with Python up to 3.12): it writes {became!r}{more}"
    return f"{first.construct}, which is Python 2", do
