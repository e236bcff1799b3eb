"""What is told of a program by the slopes of its own loss: which trained arrays follow them, and where one does not."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ...report.diagnosis import Diagnosis, FirstFault, Line
from ..judging.own_loss import Runs, slopes_along
from ..judging.slopes.added_again import is_added_again
from ..judging.slopes.rows import DIRECTIONS, POINTS, STEP, Rows
from ..judging.slopes.trained import key_before, position
from ..judging.slopes.verdict import BySlopes
from ..judging.slopes.way_back import Cotangent, WayBack, way_back
from ..reading.points import Source
from ..runs.tape import Tape, upstream
from ..source.ingest import Source as File
from .findings import as_named

ENTRIES = 4  # of a wrong array that are differentiated one by one, the largest
NAMED = 8  # arrays that are named


def told_by_slopes(base: Diagnosis, found: BySlopes, runs: Runs, file: File, seed: int) -> Diagnosis:
    """Return the diagnosis of a program by the slopes of its own loss.

    Arguments:
        base: what is told of every program.
        found: the verdict.
        runs: runs the program again.
        file: its text.
        seed: of the directions.
    """
    rows = sorted((*found.right, *found.wrong), key=lambda one: _first_use(found, one))
    node = found.point.tape.node(found.at)
    told = replace(
        base,
        verdict="wrong" if found.wrong else "correct",
        layers=max(1, sum(map(_is_matrix, rows))),
        read_as=f"no network, but {len(rows)} trained arrays, {_names(rows)}, and a loss of its own, "
        f"{node.text} in line {node.line}",
        evidence=tuple(_evidence(found)),
    )
    if not found.wrong:
        return _again(told, found, rows, file) if is_added_again(runs, found) else told
    way = way_back(runs, found, seed)
    return replace(told, first_fault=_fault(found, way, rows, runs, file), lines=tuple(_lines(found, way)))


def _again(told: Diagnosis, found: BySlopes, rows: list[Rows], file: File) -> Diagnosis:
    """Return the diagnosis of a program whose first step is right and comes again in the second."""
    tape, one = (
        found.point.tape,
        max(filter(_is_matrix, rows), key=lambda row: _first_use(found, row), default=rows[-1]),
    )
    shape, change = one.trained.origin.shape, position(tape, one.trained.changes[0])
    before = sorted(upstream(tape, change) - {change}, reverse=True)
    sums = (at for at in before if tape.node(at).kind == "augment")
    line = next((tape.node(at).line for at in sums if tape.shape(tape.events[at].result) == shape), None)
    fault = FirstFault(
        layer=_layer(found, rows, _first_use(found, one)),
        activation="",
        quantity="dW",
        line=line,
        text="" if line is None else file.lines[line - 1].strip(),
        pattern="the second step is the right one plus the first again",
    )
    evidence = (*told.evidence, "the second step is what a first one from there would be, and the first again")
    return replace(told, verdict="wrong", first_fault=fault, bugs=(as_named("B35", fault),), evidence=evidence)


def _evidence(found: BySlopes) -> Iterator[str]:
    count = f"along {DIRECTIONS} directions of each array at {POINTS} points"
    yield f"central differences of that loss {count}: the steps of {_names(found.right)} go down it at one rate"
    if found.wrong:
        yield f"the steps of {_names(found.wrong)} go down it at no rate, nor does any array that they are made of"


def _names(rows: tuple[Rows, ...] | list[Rows]) -> str:
    names = list(dict.fromkeys(one.trained.name for one in rows))
    return ", ".join(names[:NAMED]) + (", ..." if len(names) > NAMED else "")


def _is_matrix(one: Rows) -> bool:
    """Return whether an array is weights, and no bias: neither a vector nor one row or column."""
    return len(one.trained.origin.shape) > 1 and min(one.trained.origin.shape) > 1


def _first_use(found: BySlopes, one: Rows) -> int:
    """Return where an array is first used on the way to the loss."""
    tape = found.point.tape
    key = key_before(tape, one.trained)
    inside = upstream(tape, found.at)
    return next((at for at in tape.used[key] if at in inside and tape.node(at).kind in ("binary", "call")), found.at)


def _layer(found: BySlopes, rows: list[Rows], at: int) -> int:
    """Return how many of the weights are used up to a position, 1 at least: the layer that it is in."""
    return max(1, sum(_is_matrix(one) and _first_use(found, one) <= at for one in rows))


def _of_layer(found: BySlopes, rows: list[Rows], of: int) -> tuple[int, str]:
    """Return the layer and the quantity of a cotangent: "dX" of the layer above where its array is multiplied there."""
    tape = found.point.tape
    key, inside = tape.events[of].result, upstream(tape, found.at)
    above = next((p.at for p in tape.products if p.at in inside and key in (p.left, p.right)), None)
    return (_layer(found, rows, of), "delta") if above is None else (_layer(found, rows, above), "dX")


def _fault(found: BySlopes, way: WayBack, rows: list[Rows], runs: Runs, file: File) -> FirstFault:
    """Return the first wrong array on the way back, else the wrong step of the array nearest to the loss."""
    tape = found.point.tape
    if way.wrong is None:
        astray = [row for row in found.wrong if row.is_astray(found.loss)]
        one = max(astray, key=lambda row: _first_use(found, row))
        at = position(tape, one.trained.changes[-1])
        line = _line_of_gradient(tape, one)
        layer, quantity = _layer(found, rows, _first_use(found, one)), "dW" if _is_matrix(one) else "db"
        step = tape.array(tape.events[at].operands[0]) - tape.array(tape.events[at].result)
        got = _entry(runs, found, one.trained.origin, step, found.rate)
    else:
        at, right = way.wrong
        line, (layer, quantity) = tape.node(at).line, _of_layer(found, rows, right.of)
        origin = Source(tape.place(right.of), tape.array(tape.events[right.of].result))
        got = _entry(runs, found, origin, tape.array(tape.events[at].result), right.rate)
    index, is_now, should = got
    return FirstFault(
        layer=layer,
        activation="",
        quantity=quantity,
        index=index,
        line=line,
        text=file.lines[line - 1].strip(),
        got=is_now,
        should_be=should,
        differences=should,
        error_bar=STEP,
        pattern="" if way.wrong is None else f"should be dL/d({tape.node(way.wrong[1].of).text})",
    )


def _entry(
    runs: Runs, found: BySlopes, origin: Source, value: np.ndarray, rate: float
) -> tuple[tuple[int, ...], float, float]:
    """Return the worst of the largest entries of an array, what it is there, and what the loss's own slope is."""
    value = (value if value.shape == origin.shape else value.T) / rate
    inject = {origin.place: origin.value, **found.point.inject}
    seen = []
    for flat in np.argsort(-np.abs(value), axis=None)[:ENTRIES]:
        index = tuple(int(i) for i in np.unravel_index(flat, value.shape))
        direction = np.zeros(value.shape)
        direction[index] = 1
        should = slopes_along(runs, inject, origin, direction, STEP, found.at + 1).get(found.loss, np.nan)
        seen.append((abs(value[index] - should), index, float(value[index]), float(should)))
    return max(seen)[1:]


def _line_of_gradient(tape: Tape, one: Rows) -> int:
    """Return the line in which the array was last made that a step is taken of, that of the step where it is alone."""
    own = tape.node(position(tape, one.trained.changes[0])).line
    lines = (tape.node(at).line for at in sorted((position(tape, place) for place in one.taken), reverse=True))
    return next((line for line in lines if line != own), own)


def _lines(found: BySlopes, way: WayBack) -> Iterator[Line]:
    """Yield the lines of the way back that hold a cotangent, and the first that should hold one and does not."""
    tape = found.point.tape
    wrong = None if way.wrong is None else tape.node(way.wrong[0]).line
    lines = {tape.node(at).line: (at, what) for at, what in reversed(way.right.items())}
    for line, (at, what) in sorted(({**lines, wrong: way.wrong} if way.wrong and wrong else lines).items()):
        yield Line(line=line, name=_name(tape, at), holds=f"dL/d({_of(tape, what)})", ok=line != wrong)


def _of(tape: Tape, what: Cotangent) -> str:
    return tape.name_of(tape.events[what.of].result) or tape.node(what.of).text


def _name(tape: Tape, at: int) -> str:
    """Return the name under which a value is kept, the expression where it has none."""
    return tape.name_of(tape.events[at].result) or tape.node(at).text
