"""Central differences of the numbers that a program computes itself: evidence that owes nothing to the alignment.

Each trained parameter is moved along one random direction at its source and the program is run again; every
recorded number then has a slope. One of them is the program's loss.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol

import numpy as np

from reference.arrays import Array

from ..reading.align import Reading
from ..reading.chain import Layer, of_samples
from ..reading.curves import close
from ..reading.point import Sweep, joined, of_data, reverse_sweep
from ..reading.points import Source, Sources
from ..runs.recording import Injection, Place, Recording
from ..runs.tape import upstream
from .look import Look

STEP = 1e-5  # of each entry; on longer ones, units of wide layers cross their kinks
LONGEST = 30.0  # norm of a direction along which the whole step is taken: along one of many more entries, a shorter one
ALONE = " alone"  # a loss without the penalty that is added to it
SQUARED_WEIGHTS, SQUARED_BIASES = "half the squared weights", "half the squared biases"
AGREE = 2e-4  # of the largest slope: the differences' own truncation, and a guarded logarithm


class Runs(Protocol):
    """Something that runs the program again."""

    def run(self, inject: Injection | None = None, updates: int = 3, events: int | None = None) -> Recording:
        """Run with other values injected."""

    def raw(self, inject: Injection, updates: int, events: int | None = None) -> Recording:
        """Run with other values injected, and leave single numbers as they are."""


class Moved(NamedTuple):
    """One parameter moved: what each recorded number's slope is, and what the gradients say it should be.

    Attributes:
        name: "W_1", "b_1", ...
        slopes: of each number by its place.
        observed: <the program's own gradient, direction>.
        reference: <our gradient of the summed loss, direction>, for each loss asked for, and of squared parameters.
    """

    name: str
    slopes: Mapping[Place, float]
    observed: float
    reference: Mapping[str, float]


def moved(
    runs: Runs, at: Look, found: Sources, inject: Injection, losses: tuple[str, ...], rng: np.random.Generator
) -> list[Moved]:
    """Return the slopes of every recorded number along one direction of each parameter.

    Arguments:
        runs: runs the program.
        at: the look at the injected point.
        found: the sources of its parameters.
        inject: what was injected to get there.
        losses: the losses whose gradients are wanted.
        rng: the source of the directions.
    """
    reading = at.reading
    layers = reading.passes[0].chain.layers
    with np.errstate(all="ignore"):
        sweeps = {loss: reverse_sweep(reading.point, loss) for loss in losses}
        data = of_data(reading.point)  # a loss seen may be that of the data, its penalty added elsewhere
        sweeps |= {loss + ALONE: reverse_sweep(data, loss) for loss in losses if reading.point.decay}
    sweeps |= _squares(reading)
    rows = []
    for l, layer in enumerate(layers):
        for kind, source in (("W", found.W[l]), ("b", found.b[l])):
            if source is not None and source.place in inject:
                direction = rng.normal(size=source.shape)
                step = STEP * min(1.0, LONGEST / float(np.linalg.norm(direction)))
                slopes = slopes_along(runs, inject, source, direction, step)
                along = _row_major(layer, direction, source.taken(inject[source.place])) if kind == "W" else direction
                told = {loss: _told(sweep, l, kind, layer, along) for loss, sweep in sweeps.items()}
                rows.append(Moved(f"{kind}_{l + 1}", slopes, _told(_own(reading), l, kind, layer, along), told))
    return rows


def _squares(reading: Reading) -> dict[str, Sweep]:
    """Return the gradients of half the squared weights and of half the squared biases, as sweeps hold theirs."""
    W = reading.point.W
    b = tuple(np.zeros(w.shape[1]) if v is None else v for w, v in zip(W, reading.point.b, strict=True))
    nothing = Sweep((), (), tuple(map(np.zeros_like, W)), tuple(map(np.zeros_like, b)))
    return {SQUARED_WEIGHTS: nothing._replace(dW=W), SQUARED_BIASES: nothing._replace(db=b)}


def slopes_along(
    runs: Runs, inject: Injection, source: Source, direction: Array, step: float = STEP, events: int | None = None
) -> dict[Place, float]:
    """Return the central difference of every recorded number along a direction of one source.

    Arguments:
        runs: runs the program.
        inject: what is injected beside it.
        source: what is moved.
        direction: in its shape.
        step: how far, to both sides.
        events: after which the numbers are of no interest.
    """
    here = np.asarray(inject[source.place], np.float64)
    there = step * source.spread(direction, np.zeros_like(here))
    places = source.place, *source.twins
    up = _numbers(runs.raw({**inject, **dict.fromkeys(places, here + there)}, updates=2, events=events))
    down = _numbers(runs.raw({**inject, **dict.fromkeys(places, here - there)}, updates=2, events=events))
    return {place: (up[place] - down[place]) / (2 * step) for place in up if place in down}


def _numbers(recording: Recording) -> dict[Place, float]:
    """Return the recorded numbers by their places."""
    found: dict[Place, float] = {}
    for event in recording.events:
        if event.result >= 0 and recording.values[event.result].size == 1:
            value = recording.values[event.result]
            if value.dtype.kind == "f":
                found[event.node, event.occurrence] = float(value.reshape(()))
    return found


def _own(reading: Reading) -> Sweep:
    """Return the observed gradients where our sweep would hold its own."""
    zero = tuple(np.zeros_like(W) for W in reading.point.W)
    dW = tuple(z if d is None else d for z, d in zip(zero, reading.observed.dW, strict=True))
    db = tuple(np.zeros(W.shape[1]) if d is None else d for W, d in zip(zero, reading.observed.db, strict=True))
    return Sweep((), (), dW, db)


def _told(sweep: Sweep, l: int, kind: str, layer: Layer, direction: Array) -> float:
    """Return the inner product of a gradient with a direction, of biases in the source's own layout."""
    if kind == "b":
        sign = 1 if layer.bias is None else layer.bias.sign
        flat = direction.reshape(-1)
        if sweep.db[l].ndim == 2:
            rows = of_samples(direction, layer.z.shape, layer.side)
            fits = rows is not None and rows.shape == sweep.db[l].shape
            return sign * float(np.vdot(sweep.db[l], rows)) if fits and rows is not None else float("nan")
        if flat.size == 1:
            return sign * float(sweep.db[l][0] * flat[0])
        if flat.size == sweep.db[l].size:
            return sign * float(np.vdot(sweep.db[l], flat))
        return float("nan")
    return float(np.vdot(_stored(sweep, l, layer), direction))


def _stored(sweep: Sweep, l: int, layer: Layer) -> Array:
    """Return a layer's gradient as its weights are stored, a merged bias's row put back, row-major."""
    if layer.merged is None:
        return sweep.dW[l]
    row = layer.constant * sweep.db[l][None, :]
    return joined(sweep.dW[l], row, layer.merged)


def _row_major(layer: Layer, direction: Array, held: Array) -> Array:
    """Return a direction in the source's layout as (n_in, n_out); ``held`` are the weights that the source holds."""
    full = layer.W
    if layer.merged is not None and layer.b is not None:
        row = layer.b[None, :] / layer.constant
        full = joined(full, row, layer.merged)
    if direction.ndim != 2:
        return direction.reshape(full.shape)
    if direction.shape != full.shape:
        return direction.T
    if full.shape[0] != full.shape[1]:
        return direction
    # square weights may be transposed between the source and the product, and no shape tells
    alike = close(held, full), close(held.T, full)
    turned = alike[1] if alike[0] != alike[1] else layer.side == "left"
    return direction.T if turned else direction


def agrees(rows: list[Moved], place: Place, loss: str, factor: float) -> bool:
    """Return whether the slopes of one number are factor times our gradients of that loss, for every parameter."""
    got = np.array([row.slopes.get(place, np.nan) for row in rows])
    known = [name for name in (loss, loss + ALONE) if all(name in row.reference for row in rows)]
    return any(_close(got, np.array([factor * row.reference[name] for row in rows])) for name in known)


def follows_own(rows: list[Moved], at: Look) -> Iterator[Place]:
    """Yield the recorded numbers whose slopes are the program's own gradients at one positive scale.

    Each is the value of no step: nothing that an update was computed from, and computed from no update.
    """
    if len(rows) < 2:
        return
    own = np.array([row.observed for row in rows])
    places = set.intersection(*(set(row.slopes) for row in rows))
    for place in places:
        slopes = np.array([row.slopes[place] for row in rows])
        with np.errstate(over="ignore"):
            norm = float(slopes @ slopes)
        if not np.isfinite(norm) or norm == 0 or float(slopes @ own) <= 0:
            continue
        told = bool((np.abs(slopes) > 1e-12 * np.sqrt(norm)).all())
        if told and _close(own, slopes * rate_along(slopes, own)) and is_outcome(at, place):
            yield place


def rate_along(slopes: Array, steps: Array) -> float:
    """Return the one rate at which steps are slopes, by least squares; not every slope is 0."""
    return float(slopes @ steps) / float(slopes @ slopes)


def is_outcome(at: Look, place: Place) -> bool:
    """Return whether a number is a result of the forward pass that no update is made of."""
    tape, reading = at.tape, at.reading
    ends = {u.end for u in (*reading.weights, *reading.biases) if u is not None}
    where = next(i for i in range(len(tape.events)) if tape.place(i) == place)
    return not ends & upstream(tape, where) and all(where not in upstream(tape, end) for end in ends)


def _close(got: Array, should: Array) -> bool:
    if not np.isfinite(got).all() or not np.isfinite(should).all() or not should.any():
        return False
    return bool(np.abs(got - should).max() <= AGREE * np.abs(should).max())
