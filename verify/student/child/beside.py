"""The modules beside the program, imported as parts of it: every expression in them reports too."""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import types
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .instrument import Rewritten, rewrite


class Part(NamedTuple):
    """A module beside the program: its name, where it lies, its rewritten code."""

    name: str
    path: str
    code: types.CodeType


def prepared(module: Mapping[str, Any], table: Rewritten, share: int) -> Part:
    """Return a module compiled, its nodes at the end of the table.

    Arguments:
        module: its name, path and text, and how many lines are counted before its own.
        table: of the program.
        share: what its large round whole numbers are divided by.
    """
    own = rewrite(module["text"], module["path"], len(table.rows), share, module["before"])
    table.rows.extend(own.rows)
    table.actions.extend(own.actions)
    return Part(module["name"], module["path"], compile(own.tree, module["path"], "exec", dont_inherit=True))


def install(parts: Sequence[Part]) -> None:
    """Let the program import its own modules as they were rewritten, before anything of their names."""
    if parts:
        sys.meta_path.insert(0, _Finder({part.name: part for part in parts}))


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules beside the program."""

    def __init__(self, parts: Mapping[str, Part]) -> None:
        self.parts = parts

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return where a module is, None where it is no part of the program."""
        part = self.parts.get(fullname)
        if part is None:
            return None
        spec = importlib.util.spec_from_file_location(fullname, part.path, loader=self)
        if spec is not None and os.path.basename(part.path) == "__init__.py":
            spec.submodule_search_locations = [os.path.dirname(part.path)]
        return spec

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the rewritten code of a module."""
        exec(self.parts[module.__name__].code, vars(module))
