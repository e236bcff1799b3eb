"""Networks of all sizes in arrays of one size, and back: what lets one compiled program serve them all."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from reference import ACTIVATIONS, LOSSES, REDUCTIONS, Gradients, Trace
from reference.arrays import Array

from ..architectures import Problem

Size: TypeAlias = tuple[int, int, int]  # layers, units, samples
CHUNK = 64
BASE = (6, 24, 12)  # layers, units, samples of the smallest bucket
MOST = 1 << 24  # numbers in the arrays of a chunk: 128 MiB, of which a compiled program takes a few times as much


class Answer(NamedTuple):
    """What the oracle says of one network: the loss, every value and every gradient, in float64."""

    loss: float
    trace: Trace
    gradients: Gradients


class Padded(NamedTuple):
    """A chunk of networks in arrays of one size: B networks, D layers, N samples, K units."""

    X: Any  # (B, N, K)
    Y: Any  # (B, N, K)
    W: Any  # (B, D, K, K)
    b: Any  # (B, D, K)
    activation: Any  # (B, D): position in the list of twins
    active: Any  # (B, D): False for the layers beyond the network's last
    units: Any  # (B, D, K): True for the units that exist
    samples: Any  # (B, N)
    loss: Any  # (B,): position in the list of losses
    divisor: Any  # (B,)
    l2: Any  # (B,)


def bucket(problem: Problem) -> Size | None:
    """Return the (layers, units, samples) of the smallest bucket that holds the problem, None if it takes too much."""
    need = (len(problem.network.layers), max(problem.network.sizes), len(problem.X))
    D, K, N = (b << max(0, int(np.ceil(np.log2(max(n, 1) / b)))) for n, b in zip(need, BASE, strict=True))
    return (D, K, N) if CHUNK * D * K * (K + 4 * N) <= MOST else None


def pad(problems: Sequence[Problem], size: Size) -> Padded:
    """Return the problems, CHUNK at most, in the arrays of one bucket.

    Arguments:
        problems: their targets already checked, (N, n_L).
        size: of the bucket.
    """
    D, K, N = size
    B = CHUNK
    X, Y = np.zeros((B, N, K)), np.zeros((B, N, K))
    W, b = np.zeros((B, D, K, K)), np.zeros((B, D, K))
    activation, active, units = np.zeros((B, D), int), np.zeros((B, D), bool), np.zeros((B, D, K), bool)
    samples, loss, divisor, l2 = np.zeros((B, N), bool), np.zeros(B, int), np.ones(B), np.zeros(B)
    active[:, 0] = True  # the unused rest of a chunk: one layer without units
    names, losses = {n: i for i, n in enumerate(ACTIVATIONS)}, {n: i for i, n in enumerate(LOSSES)}
    for i, (network, x, y) in enumerate(problems):
        rows, columns = len(x), network.sizes[-1]
        X[i, :rows, : x.shape[1]] = x
        Y[i, :rows, :columns] = y
        for k, layer in enumerate(network.layers):
            n_in, n_out = layer.affine.W.shape
            W[i, k, :n_in, :n_out], b[i, k, :n_out] = layer.affine.W, layer.affine.b
            activation[i, k], active[i, k], units[i, k, :n_out] = names[layer.activation.entry.name], True, True
        samples[i, :rows] = True
        loss[i], l2[i] = losses[network.objective.name], network.l2
        divisor[i] = REDUCTIONS[network.reduction]((rows, columns))
    return Padded(X, Y, W, b, activation, active, units, samples, loss, divisor, l2)


def unpad(
    problem: Problem, loss: Array, z: Array, a: Array, dX: Array, dW: Array, db: Array, dz: Array, da: Array
) -> Answer:
    """Return one problem's part of a chunk's answers, cut to its own sizes."""
    N, sizes = len(problem.X), problem.network.sizes
    layers = list(enumerate(pairwise(sizes)))

    def rows(values: Array) -> tuple[Array, ...]:
        return tuple(values[k, :N, :n] for k, (_, n) in layers)

    gradients = Gradients(
        rows(dz),
        rows(da),
        tuple(dW[k, :m, :n] for k, (m, n) in layers),
        tuple(db[k, :n] for k, (_, n) in layers),
        dX[:N, : sizes[0]],
    )
    return Answer(float(loss), Trace(problem.X.astype(np.float64), rows(z), rows(a)), gradients)
