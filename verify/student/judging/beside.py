"""Trained arrays beside the network as it was read: their steps held against differences of the program's own loss.

A kernel, the scale of a batch normalization, an embedding: no reading tells what they are, but each can be moved.
"""

import numpy as np

from ..reading.points import Source, source
from ..runs.recording import Place
from ..runs.tape import Sum, Tape
from .judgement import Shown
from .look import Look, look
from .own_loss import AGREE, Moved, Runs, follows_own, moved, rate_along, slopes_along
from .unread import unread_changes, written_name

ARRAYS = 12  # that are moved at most, each in two runs
STEP = 1e-6  # such arrays lie below many kinks
SCATTER, LEAST = 0.3, 0.1  # how far other values lie from the program's own: of their size, and at least


def astray(runs: Runs, points: tuple[Shown, ...], loss: str, rng: np.random.Generator) -> frozenset[str] | None:
    """Return the names of the arrays beside the network whose steps are not the slopes that those of the layers are.

    At every point these arrays are given other values too: at scales of 1 and shifts of 0 a lost factor hides.

    Arguments:
        runs: runs the program again.
        points: the injected points, at which what was read is right.
        loss: the loss whose gradients are.
        rng: the source of values and directions.

    Returns:
        The names; None where it cannot be told: no number's slopes are the layers' own steps.
    """
    found = [_astray_at(runs, shown, loss, rng) for shown in points]
    told = [names for names in found if names is not None]
    return frozenset().union(*told) if told and len(told) == len(found) else None


def _astray_at(runs: Runs, shown: Shown, loss: str, rng: np.random.Generator) -> frozenset[str] | None:
    found = _sources(shown.look)
    if not 0 < len(found) <= ARRAYS:
        return None
    given = {place for X in shown.found.X if X is not None for place in (X.place, *X.twins)}  # made by these arrays
    inject = {place: value for place, value in shown.inject.items() if place not in given}
    for _, origin in found:
        size = LEAST + SCATTER * float(np.sqrt(np.mean(np.square(origin.value))))
        origin.put(inject, origin.value + size * rng.normal(size=origin.value.shape))
    one = look(Tape(runs.run(inject, updates=2)), (loss,))
    if one is None or one.right is None or one.right.optimiser:
        return None
    again = _sources(one)
    if [origin.place for _, origin in again] != [origin.place for _, origin in found]:
        return None
    rows = [_row(runs, one, inject, total, origin, rng) for total, origin in again]
    return _unlike(rows, moved(runs, one, shown.found, inject, (), rng), one)


def _unlike(rows: list[Moved], layers: list[Moved], one: Look) -> frozenset[str] | None:
    """Return the names of the rows whose steps are not the slopes of a number that those of the layers follow."""
    ways = [_off(rows, layers, place) for place in follows_own(layers, one)]
    return min(ways, key=len, default=None)


def _off(rows: list[Moved], layers: list[Moved], place: Place) -> frozenset[str]:
    own = np.array([row.observed for row in layers])
    slopes = np.array([row.slopes[place] for row in layers])
    rate = rate_along(slopes, own)
    should = np.array([rate * row.slopes.get(place, np.nan) for row in rows])
    errors = np.abs(np.array([row.observed for row in rows]) - should)
    follows = errors <= AGREE * max(np.abs([*should, *own]))
    return frozenset(row.name for row, does in zip(rows, follows, strict=True) if not does)


def _sources(one: Look) -> list[tuple[Sum, Source]]:
    """Return the change of each array that was left out with where it comes from; [] where one is not known."""
    found: list[tuple[Sum, Source]] = []
    for total in unread_changes(one):
        origin = source(one.tape, total.at, total.left)
        shape = one.tape.shape(total.left)
        kept = origin is not None and origin.value.shape == shape == one.tape.shape(total.result)
        if origin is None or not kept or origin.value.dtype.kind != "f":
            return []
        found.append((total, origin))
    return found


def _row(
    runs: Runs, one: Look, inject: dict[Place, np.ndarray], total: Sum, origin: Source, rng: np.random.Generator
) -> Moved:
    """Return the slopes along a direction of one array beside its step along it."""
    direction = rng.normal(size=origin.shape)
    step = one.tape.array(total.left) - one.tape.array(total.result)
    slopes = slopes_along(runs, inject, origin, direction, STEP)
    return Moved(written_name(one.tape, total.at), slopes, float(np.vdot(step, direction)), {})
