"""The differences oracle: central differences of every entry of every W_l, b_l, z_l, a_l and X.

One perturbed column of z_l gives dL/dz_l of every sample, and summed over the batch dL/db_l; weights are
perturbed one by one, all of a layer together, in chunks that stay in the cache.

A level of the ladder is dropped where any later pre-activation, or the loss's argument, leaves the
piece of its function it lies on; entries that lose too many levels are tried again on finer ladders, those
whose bar is wide beside their value on a coarser one. What remains is inconclusive: an infinite error bar.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np

from reference import Gradients, Network, Trace
from reference.arrays import Array

from ..ladder import Estimate, U, extrapolate_settled, narrower
from ..rounding import activation_rounding, loss_rounding
from .perturbations import (
    Flags,
    Indices,
    Response,
    Sweep,
    from_activations,
    from_pre_activations,
    unperturbed,
    widest,
)

FIRST_STEP = 2.0**-9
# For what rounding blurs on the first ladder: a small derivative of a large loss. Not the first for all, as it loses
# more entries to kinks than it sharpens.
COARSER_STEP = 2.0**-5
# For what is lost on the first ladder, each for what the one before lost: the closer a kink, the finer the steps
# and the wider the bar that rounding leaves.
FINER_STEPS = (2.0**-13, 2.0**-17, 2.0**-21)
LEVELS = 4
BLURRED = 2.0**-20  # of the derivative: about a tenth of the 1e-5 that a planted mistake is to be seen at
KEPT = (1 << 22) - 1024  # elements of a block just below 32 MiB, the most the C library adapts to
MANY = 16  # chunks from which on threads are worth starting: beyond the networks of a campaign
CHUNK = 1 << 18  # elements of the widest array of one chunk, 2 MiB: larger gains nothing, smaller costs calls


class Differences(NamedTuple):
    """An estimate with its error bar for every entry; index l holds layer l + 1, as in ``Gradients``."""

    dz: tuple[Estimate, ...]
    da: tuple[Estimate, ...]
    dW: tuple[Estimate, ...]
    db: tuple[Estimate, ...]
    dX: Estimate


class Ladder(NamedTuple):
    """A sweep to perturb, the rounding noise of each sample's loss from each layer on, and the levels."""

    sweep: Sweep
    noise: tuple[Array, ...]  # (N,) each
    levels: int


def differences(network: Network, trace: Trace, y: Array, sizes: Gradients, *, levels: int = LEVELS) -> Differences:
    """Return the central differences of every entry of every quantity of one network.

    Arguments:
        network: in float64.
        trace: its forward sweep.
        y: the checked targets (N, n_L).
        sizes: gradients from another oracle; only their magnitudes are used, for the rounding noise
            in the error bars, never for a value.
        levels: of the halving ladder; 4 was measured best.
    """
    with np.errstate(all="ignore"):
        sweep = unperturbed(network, trace, y)
        ladder = Ladder(sweep, _noise(network, trace, y, sizes, sweep.divisor), levels)
        depth = len(sweep.layers)
        activations = [_activations(ladder, k) for k in range(-1, depth)]
        dz, db = zip(*(_pre_activations(ladder, k) for k in range(depth)), strict=True)
        dW = tuple(_weights(ladder, k) for k in range(depth))
    return Differences(dz, tuple(activations[1:]), dW, db, activations[0])


def difference_at(
    network: Network, trace: Trace, y: Array, sizes: Gradients, quantity: str, layer: int, index: tuple[int, ...]
) -> tuple[float, float]:
    """Return the central difference of one entry and its error bar, as ``differences`` returns them of every entry.

    Arguments:
        network: in float64.
        trace: its forward sweep.
        y: the checked targets (N, n_L).
        sizes: gradients from another oracle, for the rounding noise.
        quantity: "dz", "da", "db" or "dW".
        layer: counted from 1.
        index: of the entry.
    """
    k = layer - 1
    with np.errstate(all="ignore"):
        sweep = unperturbed(network, trace, y)
        ladder = Ladder(sweep, _noise(network, trace, y, sizes, sweep.divisor), LEVELS)
        if quantity == "dW":
            row, column = index
            found = _weight_entries(ladder, k, np.array([column * trace.inputs[k].shape[1] + row]))
        elif quantity == "da":
            found = _activations(ladder, k, np.array(index[-1:]))
        else:
            found = _pre_activations(ladder, k, np.array(index[-1:]))[quantity == "db"]
    sample = index[0] if quantity in ("dz", "da") else 0
    return float(found.value.ravel()[sample]), float(found.bar.ravel()[sample])


def _noise(network: Network, trace: Trace, y: Array, sizes: Gradients, divisor: int) -> tuple[Array, ...]:
    """Return what rounding does to each sample's loss from layer l on: the first-order effect of every sum.

    2U (|loss terms| + sum over layers of |dz| (|a| |W| + |b|) + |da| S_f).
    """
    top = loss_rounding(network.objective, trace.output, y, np.zeros_like(trace.output)).size.sum(axis=-1) / divisor
    noise = 2 * U * top
    out: list[Array] = []
    for k in reversed(range(len(network.layers))):
        layer, a_in = network.layers[k], trace.inputs[k]
        terms = np.abs(a_in) @ np.abs(layer.affine.W)
        terms += np.abs(layer.affine.b)
        terms *= np.abs(sizes.dz[k])
        rounding = activation_rounding(layer.activation.entry)
        nothing = np.zeros_like(terms)
        weight = rounding.forward(trace.z[k], trace.a[k], nothing, nothing)  # 2 S_f
        terms += np.abs(sizes.da[k]) * weight
        noise = noise + 2 * U * terms.sum(axis=-1)
        out.append(noise)
    return tuple(out[::-1])


@lru_cache
def signed_steps(levels: int) -> Array:
    """Return 1, 1/2, 1/4, ..., -1, -1/2, ...: the steps of a ladder in units of the first."""
    halves: Array = 0.5 ** np.arange(levels)
    return np.concatenate([halves, -halves])


def first_steps(first: float, reach: Array) -> Array:
    """Return first / reach rounded to a power of two: the step that moves a pre-activation by about ``first``."""
    powers = np.round(np.log2(np.where((reach > 0) & np.isfinite(reach), reach, 1)))
    steps: Array = first / np.exp2(powers)
    return steps


class Slopes(NamedTuple):
    """Per-sample central differences, their validity, and the rounding of the perturbed losses themselves."""

    values: Array  # (levels, N, perturbations)
    valid: Flags
    rounding: Array  # (N, perturbations)


def _slopes(response: Response, steps: Array) -> Slopes:
    """Return the central differences of each ladder.

    A loss that is tiny at the base point is as large as the square of the step beside it: its rounding
    is that of the largest value it takes.

    ``steps`` are the first ones: (perturbations,), or (N, perturbations) where each sample has its own.
    """
    losses, crossed = response.losses.swapaxes(0, 1), response.crossed
    levels = len(losses) // 2
    h = 2 * np.multiply.outer(signed_steps(levels)[:levels], np.atleast_2d(steps))
    values = (losses[:levels] - losses[levels:]) / h
    rounding = 2 * U * np.maximum.reduce(np.abs(losses), axis=0)
    if crossed is None:
        return Slopes(values, np.ones(values.shape, bool), rounding)
    return Slopes(values, ~(crossed[:, :levels] | crossed[:, levels:]).swapaxes(0, 1), rounding)


Estimates: TypeAlias = tuple[Estimate, ...]


def _ladders(ladder: Ladder, k: int, which: Indices, columns: Callable[[Indices, float], Estimates]) -> Estimates:
    """Return the estimates of some perturbations of layer k, the unresolved ones tried on other ladders."""
    size, count = _chunk_size(ladder, k), len(which)
    estimates = _in_chunks(columns, which, FIRST_STEP, size)
    if ladder.levels == 1:  # no bar tells a resolved one
        return estimates
    # long steps serve what settled on the first ladder: elsewhere they would settle by chance
    for unresolved, step in ((_blurred, COARSER_STEP), *((_lost, step) for step in FINER_STEPS)):
        some = np.flatnonzero(np.any([unresolved(e).reshape(-1, count).any(axis=0) for e in estimates], axis=0))
        if some.size:
            for estimate, other in zip(estimates, _in_chunks(columns, which[some], step, size), strict=True):
                _refine(estimate, other, some, unresolved)
    return estimates


def _blurred(estimate: Estimate) -> Flags:
    """Return where the bar is wide beside the derivative."""
    wide: Flags = (estimate.bar > BLURRED * np.abs(estimate.value)) & (estimate.value != 0) & np.isfinite(estimate.bar)
    return wide


def _lost(estimate: Estimate) -> Flags:
    """Return where there is no bar."""
    return np.isinf(estimate.bar)


def _refine(estimate: Estimate, other: Estimate, some: Indices, unresolved: Callable[[Estimate], Flags]) -> None:
    """Put another ladder's estimates of some perturbations, the last axis, in place of the unresolved, if narrower."""
    mine = Estimate(estimate.value[..., some], estimate.bar[..., some])
    wanted = unresolved(mine)
    for whole, old, found in zip(estimate, mine, narrower(mine, other), strict=True):
        whole[..., some] = np.where(wanted, found, old)


def _chunk_size(ladder: Ladder, k: int) -> int:
    """Return how many perturbations of layer k unfold in arrays of about CHUNK elements."""
    each = widest(ladder.sweep, k) * 2 * ladder.levels * len(ladder.sweep.y)
    return max(1, CHUNK // max(1, each))


def _in_chunks(columns: Callable[[Indices, float], Estimates], some: Indices, first: float, size: int) -> Estimates:
    """Return the estimates of ``some`` perturbations, the last axis, computed ``size`` at a time."""
    pieces = [some[start : start + size] for start in range(0, len(some), size)]
    if len(pieces) == 1:
        return columns(pieces[0], first)
    parts = _side_by_side(columns, pieces, first) if len(pieces) >= MANY else [columns(p, first) for p in pieces]
    return tuple(
        Estimate(*(np.concatenate(arrays, axis=-1) for arrays in zip(*same, strict=True)))
        for same in zip(*parts, strict=True)
    )


def _side_by_side(
    columns: Callable[[Indices, float], Estimates], pieces: Sequence[Indices], first: float
) -> list[Estimates]:
    """Return the estimates of each piece, on all cores: NumPy lets go of the interpreter in its loops."""
    _keep_freed_memory()
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        tasks = [threads.submit(copy_context().run, columns, piece, first) for piece in pieces]
        return [task.result() for task in tasks]


@lru_cache
def _keep_freed_memory() -> None:
    """Let the allocator keep freed arrays of a chunk's size for the next chunk.

    The C library of Linux raises its thresholds for giving memory back to the system, up to 32 MiB, when a
    block of that size is freed; below them every chunk was paged in afresh, for as long as its arithmetic took.
    """
    np.empty(KEPT)


def _activations(ladder: Ladder, k: int, units: Indices | None = None) -> Estimate:
    """Return dL/da of layer k (k = -1: of X), (N, units): one perturbed column serves all samples."""
    sweep, levels = ladder.sweep, ladder.levels
    noise = ladder.noise[min(k + 1, len(sweep.layers) - 1)]

    def columns(some: Indices, first: float) -> Estimates:
        steps = first_steps(first, _reach(sweep, k, some))
        shift = np.ones((len(sweep.y), 1, 1)) * signed_steps(levels)[:, None] * steps[..., None, :]
        slopes, valid, rounding = _slopes(from_activations(sweep, k, some, shift), steps)
        return (extrapolate_settled(slopes, valid, steps / 2 ** (levels - 1), noise[:, None] + rounding),)

    count = (sweep.layers[k].a if k >= 0 else sweep.layers[0].inputs).shape[1]
    (estimate,) = _ladders(ladder, k, np.arange(count) if units is None else units, columns)
    return estimate


def _reach(sweep: Sweep, k: int, columns: Indices) -> Array:
    """Return how far a unit step of these activations moves what comes next: (units,) or (N, units).

    Probabilities must stay inside (0, 1): their steps shrink with the distance to the nearer end.
    """
    if k + 1 < len(sweep.layers):
        widest: Array = np.abs(sweep.layers[k + 1].transposed[:, columns]).max(axis=0)
        return widest
    if sweep.objective.output is None:
        return np.ones(len(columns))
    p = sweep.layers[k].a[:, columns]
    reach: Array = 1 / np.minimum(p, 1 - p)
    return reach


def _pre_activations(ladder: Ladder, k: int, units: Indices | None = None) -> tuple[Estimate, Estimate]:
    """Return dL/dz (N, units) and dL/db (units,) of layer k: the same evaluations, apart and summed over the batch."""
    sweep, levels = ladder.sweep, ladder.levels

    def columns(some: Indices, first: float) -> Estimates:
        steps = np.full(len(some), first)
        shift = np.ones((len(sweep.y), 1, 1)) * signed_steps(levels)[:, None] * steps
        slopes, valid, rounding = _slopes(from_pre_activations(sweep, k, some, shift), steps)
        finest, noise = steps / 2 ** (levels - 1), ladder.noise[k][:, None] + rounding
        together = np.logical_and.reduce(valid, axis=1)
        return (
            extrapolate_settled(slopes, valid, finest, noise),
            extrapolate_settled(slopes.sum(axis=1), together, finest, noise.sum(axis=0)),
        )

    dz, db = _ladders(ladder, k, np.arange(len(sweep.layers[k].b)) if units is None else units, columns)
    return dz, db


def _weights(ladder: Ladder, k: int) -> Estimate:
    """Return dL/dW of layer k, (n_in, n_out)."""
    n_out, n_in = ladder.sweep.layers[k].transposed.shape
    flat = _weight_entries(ladder, k, np.arange(n_in * n_out))
    return Estimate(flat.value.reshape(n_out, n_in).T, flat.bar.reshape(n_out, n_in).T)


def _weight_entries(ladder: Ladder, k: int, which: Indices) -> Estimate:
    """Return dL/dW of some entries of layer k, counted down the columns of W."""
    layer = ladder.sweep.layers[k]
    n_in = layer.transposed.shape[1]
    reach = np.abs(layer.inputs).max(axis=0, initial=0.0)

    def entries(some: Indices, first: float) -> Estimates:
        columns, rows = np.divmod(some, n_in)
        return (_some_weights(ladder, k, rows, columns, first_steps(first, reach)[rows]),)

    (flat,) = _ladders(ladder, k, which, entries)
    return flat


def _some_weights(ladder: Ladder, k: int, rows: Indices, columns: Indices, steps: Array) -> Estimate:
    """Return dL/dW of the entries (rows[p], columns[p]) of layer k, the first steps given."""
    sweep, levels = ladder.sweep, ladder.levels
    layer = sweep.layers[k]
    shift = layer.inputs.take(rows, axis=1)[:, None, :] * np.multiply.outer(signed_steps(levels), steps)
    apart = _slopes(from_pre_activations(sweep, k, columns, shift), steps)
    slopes, valid = apart.values.sum(axis=1), np.logical_and.reduce(apart.valid, axis=1)
    noise = ladder.noise[k].sum() + apart.rounding.sum(axis=0)
    if sweep.l2:
        w, h = layer.transposed[columns, rows], np.multiply.outer(signed_steps(levels)[:levels], steps)
        slopes += sweep.l2 * ((w + h) ** 2 - (w - h) ** 2) / (4 * h)
        noise += sweep.l2 * U * (w * w + steps * steps)
    return extrapolate_settled(slopes, valid, steps / 2 ** (levels - 1), noise)
