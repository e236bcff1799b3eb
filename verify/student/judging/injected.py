"""The injected points of a program: other data and weights, and what the run with them shows."""

from collections.abc import Iterator

import numpy as np

from ..reading.points import Sources, sources, spread, with_whole_targets
from ..runs.recording import Injection
from ..runs.tape import Tape
from .judgement import Shown
from .look import Look, look, read_alike
from .own_loss import Runs

POINTS = 2  # injected points that must agree
MORE = 2  # draws beside them where some show nothing
LARGEST = 1e6  # activation beside which the others' gradients are lost in rounding
GENTLE = 0.3  # size of the weights in these: an activation that is an exponential explodes on larger ones


def on_other_values(runs: Runs, first: Look, seed: int, tell: tuple[str, ...]) -> Look | None:
    """Return a look at the program with other values that shows as many parameters: a sample of zeros hides some."""
    inject = spread(first.reading, sources(first.tape, first.reading), np.random.default_rng((seed, 8)))
    one = look(Tape(runs.run(inject, updates=2)), tell) if inject else None
    return one if one is not None and parameters(one) >= parameters(first) else None


def points_of(runs: Runs, first: Look, seed: int, tell: tuple[str, ...]) -> list[Shown]:
    """Return the injected points that show the same network: data and parameters replaced, else parameters alone.

    Data that the program reads at several places may have been replaced at one of them alone: where it is right on
    its own data and not on others, other parameters decide; but not by data that are all one number, 0 above all.
    """
    found = sources(first.tape, first.reading)
    kept: list[Shown] = []
    for data in (True, False):
        draws = (
            spread(first.reading, found, np.random.default_rng((seed, i)), data=data, size=1 if i < POINTS else GENTLE)
            for i in range(POINTS + MORE)
        )
        points = _chosen(_point(runs, first, found, inject, tell) for inject in draws)
        if len(points) == POINTS:
            if first.right is None or is_one_number(first) or all(p.look.right for p in points):
                return points
            kept = kept or points
    return kept


def is_one_number(one: Look) -> bool:
    """Return whether the entries of the data are all equal, as those of the first sample of XOR are."""
    return not np.ptp(one.reading.point.X)


def _chosen(drawn: Iterator[Shown | None]) -> list[Shown]:
    """Return as many points as are needed: others for those that show nothing, explode, or close every relu."""
    shown: list[Shown] = []
    for one in drawn:
        shown += [] if one is None else [one]
        if sum(map(_is_open, shown)) == POINTS:
            break
    return sorted(shown, key=lambda one: not _is_open(one))[:POINTS]


def _is_open(one: Shown) -> bool:
    activations = one.look.reading.point.a
    return all(a.any() for a in activations[:-1]) and all(np.abs(a).max() <= LARGEST for a in activations)


def _point(runs: Runs, first: Look, found: Sources, inject: Injection, tell: tuple[str, ...]) -> Shown | None:
    if not inject:
        return None
    one = look(Tape(runs.run(inject, updates=2)), tell)
    if one is not None and np.ptp(first.reading.point.Y) and not one.reading.point.Y.any():
        inject = with_whole_targets(inject, found)  # the program cut those inside (0, 1) to 0
        one = look(Tape(runs.run(inject, updates=2)), tell)
    if one is None or one.reading.point.sizes != first.reading.point.sizes or not _arrived(one, found, inject):
        return None
    return Shown(inject, one if one.right else read_alike(one, first), found)


def _arrived(one: Look, found: Sources, inject: Injection) -> bool:
    """Return whether the injected weights are the ones that the forward pass used."""
    for W, source in zip(one.reading.point.W, found.W, strict=True):
        if source is not None and source.place in inject:
            values = np.sort(np.asarray(inject[source.place]).ravel())
            if W.size <= values.size and not np.isin(np.round(W.ravel(), 12), np.round(values, 12)).all():
                return False
    return True


def parameters(one: Look) -> int:
    """Return how many parameters were seen to be updated."""
    return sum(u is not None for u in (*one.reading.weights, *one.reading.biases))
