"""The modules that a program imports from beside its own file: parts of it, watched like the rest."""

import ast
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

MOST = 20  # modules of one program
LARGEST = 500_000  # bytes of a module worth reading


class Beside(NamedTuple):
    """A module beside the program.

    Attributes:
        name: as it is imported, "layers" or "net.layers".
        path: where it lies.
        text: Python.
    """

    name: str
    path: Path
    text: str


def modules_beside(path: Path, text: str) -> tuple[Beside, ...]:
    """Return the modules that a program imports from its own folder, directly or through one another.

    Arguments:
        path: of the program.
        text: of the program.
    """
    found: dict[str, Beside] = {}
    waiting = list(_imported(text, ""))
    while waiting and len(found) < MOST:
        name = waiting.pop(0)
        module = None if name in found else _read(path, name)
        if module is not None:
            found[name] = module
            package = name if module.path.stem == "__init__" else name.rpartition(".")[0]
            waiting += _imported(module.text, package)
    return tuple(found.values())


def _imported(text: str, package: str) -> Iterator[str]:
    """Yield every name that a text may import, those of packages before what is in them."""
    for node in ast.walk(_parsed(text)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _with_packages(alias.name)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".") if package else []
            above = parts[: len(parts) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from _with_packages(base)
            yield from (f"{base}.{alias.name}" if base else alias.name for alias in node.names)


def _with_packages(name: str) -> Iterator[str]:
    """Yield "a" and "a.b" of "a.b"."""
    parts = name.split(".") if name else []
    yield from (".".join(parts[: i + 1]) for i in range(len(parts)))


def _parsed(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def _read(program: Path, name: str) -> Beside | None:
    """Return a module, None where there is none beside the program that Python can read."""
    place = program.parent.joinpath(*name.split("."))
    for path in (place.with_name(f"{place.name}.py"), place / "__init__.py"):
        try:
            if path.resolve() == program.resolve() or not path.is_file() or path.stat().st_size > LARGEST:
                continue
            text = path.read_text("utf-8-sig").replace("\r\n", "\n")
            _parsed(text)
        except (OSError, ValueError, SyntaxError):
            continue
        return Beside(name, path, text)
    return None
