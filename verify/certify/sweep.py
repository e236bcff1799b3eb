"""Every float32 there is as the input of an activation: in chunks, on all cores, continued where it was left."""

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from reference import ELEMENTWISE

from ..processes import as_done, cache_folder, pool
from .census import Census, Single, census
from .machine import machine

INPUTS = 1 << 32
CHUNK = 1 << 22
CHUNKS = INPUTS // CHUNK
PIECE = 1 << 16  # of a chunk at a time: it stays in the cache
PARTS = ("forward", "derivative")
Progress: TypeAlias = Callable[[int], None]


class Sweep(NamedTuple):
    """How far the pass over all inputs of one activation has come, and what it found.

    Attributes:
        name: the activation.
        done: the chunks done, by number.
        forward: of f at their inputs.
        derivative: of f' there.
    """

    name: str
    done: frozenset[int] = frozenset()
    forward: Census = Census()
    derivative: Census = Census()

    @property
    def whole(self) -> bool:
        """Whether every float32 was an input."""
        return len(self.done) == CHUNKS

    def merged(self, other: "Sweep") -> "Sweep":
        """Return both together; they have no chunk in common."""
        forward, derivative = self.forward.merged(other.forward), self.derivative.merged(other.derivative)
        return Sweep(self.name, self.done | other.done, forward, derivative)


class Job(NamedTuple):
    """One chunk of one activation's inputs."""

    name: str
    chunk: int


def inputs(start: int, count: int) -> Single:
    """Return the float32 numbers whose bits, read as integers, are start, start + 1, ..."""
    return np.arange(start, start + count, dtype=np.uint32).view(np.float32)


def do(job: Job) -> Sweep:
    """Return the sweep of one chunk."""
    found = Sweep(job.name, frozenset([job.chunk]))
    for start in range(job.chunk * CHUNK, (job.chunk + 1) * CHUNK, PIECE):
        z = inputs(start, PIECE)
        found = found.merged(Sweep(job.name, frozenset(), *(census(job.name, part, z) for part in PARTS)))
    return found


def run(name: str, workers: int, progress: Progress | None = None) -> Sweep:
    """Return the sweep of one activation, kept after every chunk and continued from what an earlier run kept.

    An interrupt (Ctrl-C) passes through; what was done is kept.

    Arguments:
        name: an element-wise activation.
        workers: processes.
        progress: called with the chunks done.
    """
    found = kept(name)
    jobs = [Job(name, chunk) for chunk in range(CHUNKS) if chunk not in found.done]
    with pool(workers) as executor:
        for part in as_done(do, jobs, executor, workers):
            found = found.merged(part)
            keep(found)
            if progress:
                progress(len(found.done))
    return found


def kept(name: str) -> Sweep:
    """Return what earlier runs found of this very code with these libraries on this kind of machine."""
    try:
        data = json.loads(_file(name).read_text(encoding="utf-8"))
        done = frozenset(data["done"])
        parts = [Census(**(data[part] | {"counts": tuple(data[part]["counts"])})) for part in PARTS]
    except (OSError, ValueError, KeyError, TypeError):  # none, or from another version: begin again
        return Sweep(name)
    return Sweep(name, done, *parts)


def keep(found: Sweep) -> None:
    """Write the sweep where ``kept`` finds it; the file is whole at every moment."""
    path = _file(found.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    data: dict[str, Any] = {part: getattr(found, part)._asdict() for part in PARTS}
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_text(json.dumps({"done": sorted(found.done), **data}), encoding="utf-8")
    os.replace(partial, path)


def _file(name: str) -> Path:
    return cache_folder() / "float32" / f"{name}-{fingerprint(name)}.json"


def fingerprint(name: str) -> str:
    """Return a digest of all that the results depend on: the sources, NumPy, SciPy, the kind of processor."""
    import scipy

    entry = ELEMENTWISE[name]
    homes = _modules([sys.modules[f.__module__] for f in (entry.forward, entry.derivative)])
    sources = [Path(str(sys.modules[home].__file__)).read_bytes() for home in sorted({*homes, census.__module__})]
    versions = (np.__version__, scipy.__version__, machine())
    return hashlib.sha256(repr((sources, versions)).encode()).hexdigest()[:16]


def _modules(found: Iterable[ModuleType]) -> set[str]:
    """Return the names of these modules and of those of the same package that they take functions from."""
    names: set[str] = set()
    waiting = list(found)
    while waiting:
        module = waiting.pop()
        if module.__name__ not in names:
            names.add(module.__name__)
            homes = {str(getattr(value, "__module__", "")) for value in vars(module).values()}
            package = module.__name__.partition(".")[0] + "."
            waiting += [sys.modules[home] for home in homes if home.startswith(package)]
    return names
