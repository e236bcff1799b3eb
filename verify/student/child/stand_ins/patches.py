"""Real libraries that are changed a little once they have been imported."""

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any


class Patching(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports a real module and changes it.

    Arguments:
        patches: what is done to a module, by its name.
    """

    def __init__(self, patches: Mapping[str, Callable[[Any], None]]) -> None:
        self.patches = dict(patches)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return where the module really is, to be changed after it was run."""
        if fullname not in self.patches:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is None or spec.loader is None:
            return None
        self._real = spec.loader
        spec.loader = self
        return spec

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType | None:
        """Leave it to the import system."""
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the module, then change it."""
        self._real.exec_module(module)
        self.patches[module.__name__](module)


def install(patches: Mapping[str, Callable[[Any], None]]) -> None:
    """Put the patches before every other way to import."""
    sys.meta_path.insert(0, Patching(patches))
