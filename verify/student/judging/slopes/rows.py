"""The steps of trained arrays beside the slopes of the program's own numbers: of a network that nobody need read.

At two points each array is moved along random directions at its source, and every recorded number then has slopes.
Down one of them the steps should go: what is taken from the array, or any array of its shape that this is made of, as
the gradient that an optimiser is given.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.arrays import Array

from ...runs.recording import Injection, Place
from ...runs.tape import Tape, upstream
from ..own_loss import Runs, slopes_along
from .trained import Trained, position

POINTS, DIRECTIONS = 2, 2
STEP = 1e-6  # convolutions lie below many kinks
SCATTER, LEAST = 0.3, 0.1  # how far other values lie from the program's own: of their size, and at least
SECONDS = 0.5  # of a run, which is made again some fifty times
MOST = 40  # arrays that a step is made of, the nearest
ANY = 2  # directions along which any two columns make any third
PART = 1e-3  # of a step that is slope, else it is decay alone
AGREE = 1e-3  # of the largest: truncation, kinks, and the logarithm's guard, which no gradient has
ASTRAY = 0.02  # of the largest, from which no such thing explains what is off


@dataclass(frozen=True)
class Rows:
    """One trained array along all directions at all points.

    Attributes:
        trained: the array.
        held: what it holds.
        taken: of the step, and of each array that it is made of, by its place.
        slopes: of each number by its place.
    """

    trained: Trained
    held: Array
    taken: Mapping[Place, Array]
    slopes: Mapping[Place, Array]

    def beside(self, other: "Rows") -> "Rows":
        """Return these and those of the same array at other points."""
        taken, slopes = (
            {place: np.concatenate([own[place], more[place]]) for place in own.keys() & more.keys()}
            for own, more in ((self.taken, other.taken), (self.slopes, other.slopes))
        )
        return Rows(self.trained, np.concatenate([self.held, other.held]), taken, slopes)

    def rate(self, place: Place) -> float:
        """Return the rate at which the step is the slope of a number, 0 where it is not."""
        rates = self._rates(place, [self.taken[change] for change in self.trained.changes if change in self.taken])
        return float(rates[-1]) if rates.size else 0.0

    def rates(self, place: Place) -> Array:
        """Return the rates at which any array that the step is made of is the slope of a number."""
        return self._rates(place, [*self.taken.values()])

    def is_decayed(self, place: Place) -> bool:
        """Return whether the step is the slope of a number only with a share of the array itself."""
        return not _fitted(self.slopes[place][:, None], np.array([*self.taken.values()]).T, AGREE).size

    def is_astray(self, place: Place) -> bool:
        """Return whether the step, and all that it is made of, is far from any multiple of the slope of a number."""
        return not self._rates(place, [*self.taken.values()], ASTRAY).size

    def _rates(self, place: Place, taken: list[Array], near: float = AGREE) -> Array:
        """Return the rates at which arrays are the slope, none where none is.

        A share of the array itself may be in them: a decay that the number does not hold.
        """
        slopes, values = self.slopes[place][:, None], np.array(taken).T
        plain = _fitted(slopes, values, near)
        decays = len(self.trained.origin.shape) > 1 and not plain.size and len(slopes) > ANY
        return _fitted(np.column_stack([slopes, self.held]), values, near) if decays else plain


def _fitted(by: Array, taken: Array, near: float) -> Array:
    """Return how often the first of some columns is in each of others that are made of them alone."""
    shares = np.linalg.lstsq(by, taken, rcond=None)[0]
    off = np.abs(taken - by @ shares).max(axis=0)
    size = np.abs(taken).max(axis=0)
    own = np.abs(shares[0]) * np.abs(by[:, 0]).max()
    whole = (shares[1:] * shares[0] >= 0).all(axis=0)
    found: Array = shares[0][(off <= near * size) & (own >= PART * size) & (size > 0) & whole]
    return found


class Point(NamedTuple):
    """Other values of all trained arrays, and the run with them."""

    inject: Injection
    tape: Tape


def points_of(runs: Runs, trained: list[Trained], rng: np.random.Generator) -> list[Point]:
    """Return the points, none where the program does not come as far with other values, or takes too long."""
    points = [_point(runs, trained, rng) for _ in range(POINTS)]
    whole = all(_comes_as_far(p.tape, trained) and p.tape.recording.seconds < SECONDS for p in points)
    return points if whole else []


def _point(runs: Runs, trained: list[Trained], rng: np.random.Generator) -> Point:
    inject: dict[Place, NDArray[np.float64]] = {}
    for one in trained:
        size = LEAST + SCATTER * float(np.sqrt(np.mean(np.square(one.origin.value))))
        one.origin.put(inject, one.origin.value + size * rng.normal(size=one.origin.value.shape))
    return Point(inject, Tape(runs.run(inject, updates=2)))


def _comes_as_far(tape: Tape, trained: list[Trained]) -> bool:
    return {place for one in trained for place in one.changes} <= {tape.place(at) for at in range(len(tape.events))}


def rows_at(runs: Runs, point: Point, trained: list[Trained], rng: np.random.Generator) -> list[Rows]:
    """Return the slopes along random directions of each array at a point, and what its step is along them.

    They are those of the numbers that come before the first step: later ones are made of it.
    """
    end = min(position(point.tape, place) for one in trained for place in one.changes)
    return [_row(runs, point, end, one, rng) for one in trained]


def _row(runs: Runs, point: Point, end: int, one: Trained, rng: np.random.Generator) -> Rows:
    made_of = _made_of(point.tape, one)
    directions = [rng.normal(size=one.origin.shape) for _ in range(DIRECTIONS)]
    slopes = [slopes_along(runs, point.inject, one.origin, d, STEP, end) for d in directions]
    taken = {place: np.array([float(np.vdot(value, d)) for d in directions]) for place, value in made_of.items()}
    held = np.array([float(np.vdot(point.inject[one.origin.place], d)) for d in directions])
    return Rows(one, held, taken, _joined(slopes))


def _joined(each: list[dict[Place, float]]) -> dict[Place, Array]:
    shared = set.intersection(*({*one} for one in each))
    return {place: np.array([one[place] for one in each]) for place in shared}


def _made_of(tape: Tape, one: Trained) -> dict[Place, Array]:
    """Return what is taken from an array, after each of the sums that change it, and what that is made of.

    An optimiser may stretch each entry of what it is given, but turns the sign of none, or of all: it is told with
    that of the step.
    """
    changes = [at for at in range(len(tape.events)) if tape.place(at) in one.changes]
    old = tape.array(tape.events[changes[0]].operands[0])
    found: dict[Place, Array] = {tape.place(at): old - tape.array(tape.events[at].result) for at in changes}
    step = found[one.changes[-1]]
    for at in sorted(upstream(tape, changes[-1]) - {*changes}, reverse=True):
        key = tape.events[at].result
        if key >= 0 and tape.shape(key) == old.shape and len(found) < MOST:
            value = tape.array(key)
            signs = np.sign(value * step)
            if np.ptp(signs) < 2 and signs.any() == step.any():
                found.setdefault(tape.place(at), value * (signs.flat[np.abs(signs).argmax()] or 1))
    return found
