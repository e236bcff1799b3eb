"""How a perturbation travels: from one column of z_l or a_l to every sample's loss.

A perturbed weight W_l[i, j] changes one column of z_l, which is a rank-one change of z_{l+1}; samples do not
interact, so one perturbed column serves all samples at once. Many perturbations travel together in
arrays (units, N, signed steps, perturbations): the last axis is the long one, so that every broadcast
has a long inner loop.
"""

from functools import reduce
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from reference import REDUCTIONS, Network, Trace
from reference.arrays import Array
from reference.elementwise import Elementwise
from reference.layers import Entry
from reference.losses import Loss

Flags: TypeAlias = NDArray[np.bool_]
Indices: TypeAlias = NDArray[np.intp]


class Layer(NamedTuple):
    """One layer of the unperturbed sweep."""

    entry: Entry
    transposed: Array  # W^T (n_out, n_in), contiguous: columns of it are taken over and over
    b: Array  # (n_out,)
    inputs: Array  # (N, n_in)
    z: Array  # (N, n_out)
    a: Array  # (N, n_out)
    breaks: tuple[float, ...]


class Sweep(NamedTuple):
    """The unperturbed network."""

    layers: tuple[Layer, ...]
    objective: Loss
    y: Array  # (N, n_L)
    divisor: int
    l2: float


class Response(NamedTuple):
    """The per-sample losses of signed perturbations, and whether each left the unperturbed pieces."""

    losses: Array  # (N, signed steps, perturbations)
    crossed: Flags | None  # the same shape; None where every function on the way is of one piece


def unperturbed(network: Network, trace: Trace, y: Array) -> Sweep:
    """Return the sweep that perturbations start from; ``y`` are the checked targets (N, n_L)."""
    values = zip(network.layers, trace.inputs, trace.z, trace.a, strict=True)
    layers = tuple(
        Layer(
            layer.activation.entry,
            np.ascontiguousarray(layer.affine.W.T),
            layer.affine.b,
            a_in,
            z,
            a,
            breaks(layer.activation.entry),
        )
        for layer, a_in, z, a in values
    )
    return Sweep(layers, network.objective, y, REDUCTIONS[network.reduction](trace.output.shape), network.l2)


def breaks(entry: Entry) -> tuple[float, ...]:
    """Return where the activation changes from one analytic piece to another, in increasing order."""
    if not isinstance(entry, Elementwise):
        return ()
    return tuple(sorted((*(kink.at for kink in entry.kinks), *entry.seams)))


def widest(sweep: Sweep, k: int) -> int:
    """Return the units of the widest layer that a perturbation of layer k unfolds in (k = -1: of X)."""
    own = k < 0 or isinstance(sweep.layers[k].entry, Elementwise)
    return max((len(layer.b) for layer in sweep.layers[k + own :]), default=1)


def from_pre_activations(sweep: Sweep, k: int, columns: Indices, shift: Array) -> Response:
    """Return the response to column ``columns[p]`` of z_k being moved by ``shift[:, :, p]``, (N, signed steps)."""
    layer = sweep.layers[k]
    if not isinstance(layer.entry, Elementwise):
        return _onwards(sweep, k, _moved(layer.z, columns, shift))
    before = layer.z.take(columns, axis=1)[:, None, :]
    z = before + shift
    moved = layer.entry.forward(z)
    moved -= layer.a.take(columns, axis=1)[:, None, :]
    response = from_activations(sweep, k, columns, moved)
    return Response(response.losses, _either(response.crossed, crossings(z, before, layer.breaks)))


def from_activations(sweep: Sweep, k: int, columns: Indices, shift: Array) -> Response:
    """Return the response to column ``columns[p]`` of a_k (k = -1: of X) being moved by ``shift[:, :, p]``."""
    if k + 1 < len(sweep.layers):
        after = sweep.layers[k + 1]
        z = after.transposed.take(columns, axis=1)[:, None, None, :] * shift
        z += after.z.T[:, :, None, None]
        return _onwards(sweep, k + 1, z)
    output = sweep.layers[k].a
    if sweep.objective.mixes_row:
        return _whole_loss(sweep, _moved(output, columns, shift))
    # the other units' terms cancel in the difference: leave them out
    before, y = output.take(columns, axis=1), sweep.y.take(columns, axis=1)
    return _loss(sweep, (before[:, None, :] + shift)[..., None], y[:, None, :, None], before[:, None, :, None])


def _moved(values: Array, columns: Indices, shift: Array) -> Array:
    """Return the values (N, units) for every perturbation, units first, the perturbed column moved."""
    moved = np.broadcast_to(values.T[:, :, None, None], (values.shape[1], *shift.shape)).copy()
    moved[columns, :, :, np.arange(len(columns))] += np.moveaxis(shift, -1, 0)
    return moved


def _onwards(sweep: Sweep, k: int, z: Array) -> Response:
    """Return the response to the pre-activations of layer k being ``z``, (units, N, steps, perturbations)."""
    crossed: Flags | None = None
    for layer, after in zip(sweep.layers[k:], (*sweep.layers[k + 1 :], None), strict=True):
        crossed = _either(crossed, _any(crossings(z, layer.z.T[:, :, None, None], layer.breaks), axis=0))
        a = _activated(layer.entry, z)
        if after is not None:
            z = (after.transposed @ a.reshape(len(a), -1)).reshape(-1, *a.shape[1:])
            z += after.b[:, None, None, None]
    response = _whole_loss(sweep, a)
    return Response(response.losses, _either(response.crossed, crossed))


def _units_last(values: Array) -> Array:
    """Return a view (N, steps, perturbations, units) of units-first values."""
    return values.transpose(1, 2, 3, 0)


def _activated(entry: Entry, z: Array) -> Array:
    """Return f(z) for units-first z; a row-wise f sees the units on its last axis."""
    if isinstance(entry, Elementwise):
        return entry.forward(z)
    return entry.forward(_units_last(z)).transpose(3, 0, 1, 2)


def crossings(values: Array, before: Array, breaks: tuple[float, ...]) -> Flags | None:
    """Return where ``values`` lie on another piece than ``before``; None where there is one piece only."""
    return reduce(_either, ((values > at) != (before > at) for at in breaks), None)


def _either(one: Flags | None, other: Flags | None) -> Flags | None:
    """Return where either is set; None stands for nowhere."""
    if one is None or other is None:
        return other if one is None else one
    return one | other


def _any(flags: Flags | None, axis: int) -> Flags | None:
    return None if flags is None else np.logical_or.reduce(flags, axis=axis)


def _whole_loss(sweep: Sweep, a: Array) -> Response:
    """Return the response to the last layer's activations being ``a``, (units, N, steps, perturbations)."""
    return _loss(sweep, _units_last(a), sweep.y[:, None, None, :], sweep.layers[-1].a[:, None, None, :])


def _loss(sweep: Sweep, a: Array, y: Array, before: Array) -> Response:
    """Return each sample's loss for outputs (N, steps, perturbations, units), and where its argument crossed."""
    objective = sweep.objective
    losses = objective.forward(a, y) / sweep.divisor
    pieces = (*objective.kinks, *objective.seams)
    if not pieces:
        return Response(losses, None)
    return Response(losses, _any(crossings(objective.argument(a, y), objective.argument(before, y), pieces), axis=-1))
