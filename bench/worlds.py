"""Two copies of one package in one process: the checked-out one, and the same package at another commit.

Each copy is imported whole, under its own name, with its own share of ``sys.modules``; while a world is
active its modules are the ones found there. Absolute and relative imports work alike, also those made
late, inside a function, so any pure Python package can be loaded twice without knowing it.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from reference import InputError


class Finder:
    """Finds the given top-level packages in one folder, whatever ``sys.path`` says."""

    def __init__(self, packages: Sequence[str], folder: Path) -> None:
        self.packages, self.folder = tuple(packages), folder

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:  # noqa: ARG002 - the protocol's
        """Return where the package is, or None for anything else."""
        return PathFinder.find_spec(name, [str(self.folder)]) if name in self.packages else None


class World:
    """One copy of the packages, with a copy of the suite that was imported beside it.

    Attributes:
        packages: top-level names that come from ``folder``.
        folder: the folder that holds them.
        suite: the folder of the suite, whose own modules are imported anew, from where they always are.
    """

    def __init__(self, packages: Sequence[str], folder: Path, suite: Path) -> None:
        self.packages, self.folder, self.suite = tuple(packages), folder, suite
        self._modules: dict[str, ModuleType] = {}
        self._finder = Finder(packages, folder)
        self._prefix = f"{suite}{os.sep}"
        self._owned: dict[str, bool] = {}

    def take_over(self) -> None:
        """Make the process's own modules this world's: they are the copy that was imported first."""
        self._modules = {name: sys.modules[name] for name in list(sys.modules) if self._owns(name)}

    @contextmanager
    def active(self) -> Iterator[None]:
        """Put this world's modules in place of the process's own, for this block only."""
        outside = self._taken_out()
        sys.modules.update(self._modules)
        sys.meta_path.insert(0, self._finder)
        try:
            yield
        finally:
            sys.meta_path.remove(self._finder)
            self._modules = self._taken_out()
            sys.modules.update(outside)

    def _taken_out(self) -> dict[str, ModuleType]:
        """Take the packages' and the suite's modules out of ``sys.modules``."""
        return {name: sys.modules.pop(name) for name in list(sys.modules) if self._owns(name)}

    def _owns(self, name: str) -> bool:
        if name not in self._owned:  # kept, because worlds change many times a second
            file = getattr(sys.modules[name], "__file__", None)
            in_suite = isinstance(file, str) and file.startswith(self._prefix)
            self._owned[name] = in_suite or name.partition(".")[0] in self.packages
        return self._owned[name]


def git(*arguments: str, folder: Path | None = None) -> str:
    """Return what git prints.

    Raises:
        InputError: with git's own words, when it fails.
    """
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        advice = "fetch the history (git fetch origin; in CI fetch-depth: 0)"
        raise InputError(f"git {arguments[0]}", done.stderr.strip(), "success", advice)
    return done.stdout.strip()


def merge_base(commit: str) -> str:
    """Return the commit where the checked-out branch left ``commit``."""
    return git("merge-base", "HEAD", commit)


@contextmanager
def worktree(commit: str) -> Iterator[Path]:
    """Yield a folder with the files of ``commit``, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="gate-base-") as folder:
        git("worktree", "add", "--detach", "--force", folder, commit)
        try:
            yield Path(folder)
        finally:
            git("worktree", "remove", "--force", folder)


def home(package: str) -> Path:
    """Return the folder, relative to the repository, that holds the package.

    Raises:
        InputError: when the package is not found, or is installed from outside of this repository.
    """
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise InputError("--module", repr(package), "a package that can be imported here", "install it with pip -e")
    folder, top = Path(spec.submodule_search_locations[0]).resolve().parent, Path(git("rev-parse", "--show-toplevel"))
    if not folder.is_relative_to(top):
        raise InputError("--module", f"{package} from {folder}", f"a package under {top}", "install it with pip -e")
    return folder.relative_to(top)


def common_home(packages: Sequence[str]) -> Path:
    """Return the folder, relative to the repository, that holds all of the packages.

    Raises:
        InputError: when one is not found, or they lie in different folders.
    """
    homes = {home(package) for package in packages}
    if len(homes) > 1:
        raise InputError("--module", ", ".join(map(str, homes)), "packages of one folder", "gate them one by one")
    return homes.pop()
