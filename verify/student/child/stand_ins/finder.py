"""Imports that are answered by stand-ins: libraries for screens, data and downloads, and whatever is missing."""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from ..callers import LIBRARIES, UNDEFINED, called_by_the_program, is_guarded
from ..notes import note
from .anything import Anything
from .columns import Series
from .helpers import helper
from .samples import FRAMES
from .tables import DataFrame
from .unknown import GENERIC, stands_for_data

Contents = Mapping[str, Mapping[str, Any]]
"""What a stand-in module really holds, by the module's name; whatever else it is asked for is Anything."""


class StandIn(types.ModuleType):
    """A module that answers everything."""

    contents: Contents

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        inner = f"{self.__name__}.{name}"
        if any(known == inner or known.startswith(f"{inner}.") for known in self.contents):
            return importlib.import_module(inner)
        known = helper(self.__name__, name)
        if known is None and name not in GENERIC and self.__name__.partition(".")[0] not in LIBRARIES:
            return framed(name, Anything(f"{inner}()").as_data(name)) if stands_for_data(name) else Anything(inner)
        return Anything(inner) if known is None else known


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the stand-ins.

    Arguments:
        libraries: the names, first parts only, that are always stood in for.
        contents: what stand-ins really hold.
        made_up: which of them hold data.
        last: whether it comes after all other finders and takes what nobody found.
    """

    def __init__(
        self, libraries: frozenset[str], contents: Contents, made_up: Collection[str], last: bool = False
    ) -> None:
        self.libraries, self.contents, self.made_up, self.last = libraries, contents, made_up, last

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return where the module is: here, or not for this finder to say."""
        first = fullname.partition(".")[0]
        if not self.last and first not in self.libraries:
            return None
        if self.last and (_is_internal(fullname) or not called_by_the_program(sys._getframe(1))):
            return None
        if self.last and is_guarded(sys._getframe(1)):
            return None
        if "." not in fullname:
            made_up = any(name.partition(".")[0] == first for name in self.made_up)
            note(_sentence(first, self.last, made_up))
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Return the stand-in."""
        return StandIn(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Fill it."""
        module.__dict__["contents"] = self.contents
        module.__dict__.update(self.contents.get(module.__name__, {}))
        module.__path__ = []
        if self.last:  # a starred import takes every name that the program uses and does not define
            module.__dict__["__all__"] = sorted(UNDEFINED)


def framed(name: str, data: Any) -> Any:
    """Return data as a table, or as a column of one, where the program takes parts of them as of a table."""
    if name not in FRAMES or not isinstance(data, np.ndarray):
        return data
    return DataFrame(data) if data.ndim > 1 else Series(data, name)


def _sentence(name: str, missing: bool, has_data: bool) -> str:
    """Return what was done about an import."""
    if missing and not has_data:
        return f"import {name}: there is no such module, a stand-in without numbers was used"
    return f"import {name}: a stand-in was used" + (", its data are made up" if has_data else "")


def _is_internal(name: str) -> bool:
    """Return whether the interpreter or NumPy tries the name for its own purposes."""
    return name.partition(".")[0] in sys.stdlib_module_names or name.startswith(("numpy", "scipy", "_", "org."))
