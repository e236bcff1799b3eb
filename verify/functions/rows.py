"""From slopes along rays to the rows of the report, one for each argument."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.arrays import Array

from ..agreement import Comparison, compare, worst
from ..numerals import place, rounded
from ..patterns import Pattern, describe, find_pattern
from .judge import Judged
from .locate import locate
from .rays import Ray, slope_of
from .result import LISTED, Evidence, Row
from .slopes import FINEST_STEP, FIRST_STEP, Problem, consensus, sides
from .subject import Subject


class Block(NamedTuple):
    """One argument's partial derivatives, or its slopes along random directions, in the argument's units.

    Attributes:
        name: of the argument.
        method: "entries" where every entry has its ray, else "directions".
        shape: of the argument, or the number of directions.
        rays: the numbers of its rays.
        gradient: what gradient returned, of whatever shape.
        got, should_be, bound: flat.
    """

    name: str
    method: str
    shape: tuple[int, ...]
    rays: NDArray[np.intp]
    gradient: Array
    got: Array
    should_be: Array
    bound: Array


def blocks_of(
    subject: Subject, problem: Problem, got: Array, judged: Judged, gradients: Sequence[Array]
) -> list[Block]:
    """Return one block for each argument."""
    owner = np.array([ray.argument for ray in problem.rays], int)
    scale = np.array([ray.scale for ray in problem.rays])
    blocks = []
    for k, (name, array) in enumerate(zip(subject.names, subject.point, strict=True)):
        own = np.flatnonzero(owner == k)
        entries = not own.size or problem.rays[own[0]].direction is None
        parts = [values[own] / scale[own] for values in (got, judged.should_be, judged.bound)]
        method, shape = ("entries", array.shape) if entries else ("directions", (own.size,))
        blocks.append(Block(name, method, shape, own, gradients[k], *parts))
    return blocks


def misshapen(subject: Subject, blocks: Sequence[Block]) -> dict[str, str]:
    """Return, for each argument whose gradient has the wrong shape, what is wrong with it."""
    found = {}
    for block, array in zip(blocks, subject.point, strict=True):
        if block.gradient.shape == array.shape:
            continue
        words = f"shape {block.gradient.shape}, should be {array.shape}"
        if block.method == "entries":
            should_be, bound = block.should_be.reshape(array.shape), block.bound.reshape(array.shape)
            words = describe(block.gradient, should_be, bound) or words
        found[block.name] = f"gradient of {block.name}: {words}"
    return found


def rows_of(problem: Problem, judged: Judged, blocks: Sequence[Block]) -> tuple[Row, ...]:
    """Return one row for each block."""
    if not blocks:
        return ()
    names = [(block.name, k) for k, block in enumerate(blocks)]
    tallies = compare(names, [b.got for b in blocks], [b.should_be for b in blocks], [b.bound for b in blocks])
    return tuple(_row(problem, judged, block, tallies, k) for k, block in enumerate(blocks))


def _row(problem: Problem, judged: Judged, block: Block, tallies: Comparison, k: int) -> Row:
    pattern = _pattern(block) if tallies.wrong[k] else None
    undetermined = [problem.rays[i] for i in block.rays[~np.isfinite(block.bound)]]
    return Row(
        name=block.name,
        method=block.method,
        compared=int(tallies.compared[k]),
        wrong=int(tallies.wrong[k]),
        inconclusive=int(tallies.inconclusive[k]),
        below_resolution=int(tallies.below_resolution[k]),
        fraction=float(tallies.fraction[k]),
        worst=_evidence(problem, judged, block, worst(tallies.rows[k])[0]) if block.got.size else None,
        pattern=pattern.words if pattern else None,
        advice=pattern.advice if pattern else "",
        kinks=tuple(_kink(problem, block, ray) for ray in undetermined[:LISTED]),
    )


def _pattern(block: Block) -> Pattern | None:
    got, should_be, bound = (values.reshape(block.shape) for values in (block.got, block.should_be, block.bound))
    pattern = find_pattern(got, should_be, bound)
    if pattern and block.method == "directions":
        return pattern._replace(words=pattern.words.replace("entries", "random directions"))
    return pattern


def _evidence(problem: Problem, judged: Judged, block: Block, which: int) -> Evidence:
    """Return what every witness says of the worst slope; of the entry behind it, for a random direction."""
    number = int(block.rays[which])
    ray = problem.rays[number]
    if ray.direction is not None:
        return _entry_behind(problem, block, ray, judged.noise)
    exact = float(judged.exact[number] / ray.scale)
    return Evidence(
        _where(block, ray, problem),
        float(block.got[which]),
        float(block.should_be[which]),
        None if np.isnan(exact) else exact,
        float(judged.differences.value[number] / ray.scale),
        float(judged.differences.bar[number] / ray.scale),
    )


def _entry_behind(problem: Problem, block: Block, direction: Ray, noise: float) -> Evidence:
    ray = locate(problem, direction, block.gradient, noise)
    found = consensus(problem, [ray], np.array([FIRST_STEP]), noise)
    value, bar = float(found.value[0] / ray.scale), float(found.bar[0] / ray.scale)
    return Evidence(_where(block, ray, problem), slope_of(ray, block.gradient) / ray.scale, value, None, value, bar)


def _where(block: Block, ray: Ray, problem: Problem) -> str:
    index = np.unravel_index(ray.entry, problem.point[ray.argument].shape)
    return place(block.name, [int(i) for i in index])


def _kink(problem: Problem, block: Block, ray: Ray) -> str:
    """Return in words why a slope could not be determined."""
    where = _where(block, ray, problem) if ray.direction is None else f"{block.name} along a random direction"
    found = sides(problem, ray)
    if found is None:
        return f"{where}: inconclusive, the differences do not settle: f is rough or noisy here"
    below, above = (rounded(slope, 4) for slope in found)
    distance = FINEST_STEP * ray.scale
    got = rounded(slope_of(ray, block.gradient) / ray.scale, 4)
    return f"{where}: inconclusive, a kink within {distance:.0e} of it: slope {below} below, {above} above, got {got}"
