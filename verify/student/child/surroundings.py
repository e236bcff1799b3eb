"""What the stranger's program finds around it: no screen, no network, no keyboard, and its own folder to read from."""

import argparse
import ast
import builtins
import contextlib
import importlib
import os
import sys
from collections.abc import Callable
from typing import Any

from .callers import ARGUMENTS, GUARDED, HOME, LIBRARIES, OLD_NAMES, UNDEFINED, arguments, guarded, separator, undefined
from .stand_ins import asked, files, minimisers, numpy_names, patches, quiet, samples, workers
from .stand_ins.anything import Anything
from .stand_ins.datasets import DATA_ALONE, DATA_LIBRARIES, DATASETS, KERAS_CONTENTS, LOADERS
from .stand_ins.finder import Finder
from .stand_ins.pictures import PICTURES, SHOWN
from .stand_ins.preparation import PREPARATION
from .stand_ins.screens import SCREEN_CONTENTS, SCREENS
from .stand_ins.table_files import TABLES
from .stand_ins.tensors import TENSORS
from .stand_ins.words import WORDS
from .syntax import walked

MADE_UP = {**KERAS_CONTENTS, **LOADERS, **DATASETS, **PICTURES, **TENSORS}
CONTENTS = {
    **SCREEN_CONTENTS,
    **SHOWN,
    **PREPARATION,
    **quiet.ANSWERS,
    **numpy_names.NUMPYS,
    **workers.COMMANDS,
    **MADE_UP,
    **TABLES,
    **WORDS,
}


def enter(path: str, folder: str, tree: ast.Module) -> None:
    """Put the program into its surroundings: in its folder, with stand-ins before and after all other modules."""
    if os.path.isdir(folder):
        os.chdir(folder)
        sys.path.insert(0, folder)
    ARGUMENTS.extend(arguments(tree))
    argparse.ArgumentParser.parse_args = _undemanding(argparse.ArgumentParser.parse_args)  # type: ignore[method-assign]
    HOME.update(folder=folder, path=path, separator=separator(tree))
    GUARDED.extend(guarded(tree))
    UNDEFINED.update(undefined(tree))
    samples.SHAPE.update(asked.shape_of(tree))
    samples.LABELS.update(asked.labels_of(tree))
    samples.FRAMES.update(asked.frames_of(tree))
    samples.CLASSES.extend(asked.class_names(tree))
    libraries = SCREENS | DATA_LIBRARIES - {name for name in DATA_ALONE if _beside(name)}
    LIBRARIES.update(SCREENS | DATA_LIBRARIES - DATA_ALONE)
    sys.meta_path.insert(0, Finder(libraries, CONTENTS, MADE_UP))
    sys.meta_path.append(Finder(frozenset(), CONTENTS, MADE_UP, last=True))
    patches.install({"scipy.io": files.patch_scipy_io, "scipy.optimize": minimisers.patch_scipy_optimize})
    for name in [name for name in sys.modules if name.partition(".")[0] in libraries]:
        del sys.modules[name]
    files.install()
    quiet.install()
    workers.install()
    numpy_names.install()
    for old, new in OLD_NAMES.items():
        setattr(builtins, old, getattr(builtins, new))
    for name in NOTEBOOK:
        setattr(builtins, name, Anything(name))
    _import_early(tree)


def _undemanding(parse: Callable[..., Any]) -> Callable[..., Any]:
    """Return parse_args; what a command line would have to give has a value of its kind."""

    def parsed(self: argparse.ArgumentParser, *given: Any, **named: Any) -> Any:
        for action in self._actions:
            if action.required and action.default is None:
                action.required, action.default = False, _of_kind(action)
                action.nargs = action.nargs if action.option_strings else "*" if action.nargs == "+" else "?"
        return parse(self, *given, **named)

    return parsed


def _of_kind(action: argparse.Action) -> Any:
    """Return a value for an option that has none, a list of them where it takes several."""
    known = {int: 3, float: 0.1}.get(action.type, "data.csv")  # type: ignore[call-overload]
    one = next(iter(action.choices)) if action.choices else known
    return one if action.nargs is None else [one] * (action.nargs if isinstance(action.nargs, int) else 1)


def _import_early(tree: ast.Module) -> None:
    """Import the libraries that the program will: once, not in every run."""
    for node in walked(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            if name.partition(".")[0] in EARLY:
                with contextlib.suppress(Exception):  # the program will meet it again
                    importlib.import_module(name)


NOTEBOOK = ("get_ipython", "display")  # what a notebook has without importing it
EARLY = frozenset(("scipy", "numpy", "collections", "dataclasses", "logging", "unittest", "argparse", "typing", "csv"))


def keep_the_disk() -> None:
    """Let the program change nothing on the disk; called in its own process, for this one keeps its answers there."""
    files.keep_the_disk()


def _beside(name: str) -> bool:
    """Return whether a module of that name lies beside the file."""
    return os.path.exists(f"{name}.py") or os.path.isdir(name)
