"""The inputs of every row: the same numbers on every run."""

import numpy as np
from numpy.typing import DTypeLike

from reference import LOSSES, Network
from reference.arrays import Array
from reference.elementwise import ELEMENTWISE
from verify.architectures import draw_targets

TRAINING = {
    # name: sizes, activations, loss, batch
    "2-3-1": ([2, 3, 1], ["tanh", "tanh"], "mse", 3),
    "2-10-1": ([2, 10, 1], ["sigmoid", "sigmoid"], "half_sse", 10),
    "3-5-3": ([3, 5, 3], ["tanh", "linear"], "half_sse", 100),
    "784-128-64-10": ([784, 128, 64, 10], ["relu", "relu", "linear"], "softmax_cross_entropy", 128),
    "1024x4": ([1024] * 4, ["relu", "relu", "linear"], "softmax_cross_entropy", 256),
}


def points(name: str, n: int, dtype: DTypeLike = np.float64) -> Array:
    """Return n normal numbers, most of them inside the interval where the activation is interesting."""
    low, high = ELEMENTWISE[name].domain
    return np.random.default_rng(n).normal((low + high) / 2, (high - low) / 4, n).astype(dtype)


def predictions(name: str, n: int) -> tuple[Array, Array]:
    """Return a (n / 10, 10) prediction and targets that the loss takes."""
    rng = np.random.default_rng(n)
    rows = n // 10
    a = rng.normal(0, 3, (rows, 10))
    if LOSSES[name].output:
        a = rng.dirichlet(np.ones(10), rows)
    return a, draw_targets(LOSSES[name].targets, rng, rows, 10)


def problem(sizes: list[int], activations: list[str], loss: str, batch: int) -> tuple[Network, Array, Array]:
    """Return a freshly drawn network and a batch X, Y for it."""
    rng = np.random.default_rng(0)
    network = Network.build(sizes, activations, loss, rng)
    X = rng.normal(size=(batch, sizes[0]))
    return network, X, draw_targets(network.objective.targets, rng, batch, sizes[-1])
