"""The mini-batch loop: shuffle, step, report; the given network stays as it is."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .arrays import Array
from .errors import InputError
from .network import Network
from .optimizers import Optimizer, State
from .parameters import flatten, unflatten

Progress: TypeAlias = Callable[[int, float], object]
Rows: TypeAlias = NDArray[np.int64]


class Trained(NamedTuple):
    """What training returns.

    Attributes:
        network: a new network with the learned parameters.
        history: the loss over all samples, penalty included, before the first epoch and after each.
    """

    network: Network
    history: tuple[float, ...]


def silent(epoch: int, loss: float) -> None:
    """Report nothing: the progress callback where none is given."""


def train(
    network: Network,
    X: ArrayLike,
    Y: ArrayLike | None,
    optimizer: Optimizer[State],
    rng: np.random.Generator,
    *,
    epochs: int,
    batch_size: int,
    progress: Progress = silent,
) -> Trained:
    """Return the network after ``epochs`` passes over the samples, in mini-batches of shuffled rows.

    Each mini-batch's parameters' gradient makes one step of the optimizer. With the reduction "sum"
    a mini-batch's gradient grows with its rows; with a mean it does not.

    Arguments:
        network: where to start; never changed.
        X: inputs (N, n_0).
        Y: targets, as the network's loss takes them, one row per row of X.
        optimizer: e.g. ``SGD(0.01)``.
        rng: what shuffles the rows; the same seed gives the same history.
        epochs: passes over all samples, 0 or more.
        batch_size: rows in a mini-batch, the last one of an epoch perhaps smaller.
        progress: called as ``progress(epoch, loss)`` after each epoch, counted from 1.

    Raises:
        InputError: on bad X or Y, on ``epochs`` below 0 or ``batch_size`` below 1, and when the loss
            or a parameter stops being finite.
    """
    _require_counts(epochs, batch_size)
    history = [_loss(network, X, Y)]
    samples, targets = np.asarray(X), None if Y is None else np.asarray(Y)
    state = optimizer.start(flatten(network.parameters))
    with np.errstate(over="ignore", invalid="ignore"):  # reported as divergence, in one message
        for epoch in range(1, epochs + 1):
            for rows in _batches(len(samples), batch_size, rng):
                gradient = _gradient(network, samples[rows], None if targets is None else targets[rows])
                step, state = optimizer.step(gradient, state)
                network = _moved(network, step, epoch)
            history.append(_loss(network, samples, targets))
            _require_finite(history[-1], "loss", epoch)
            progress(epoch, history[-1])
    return Trained(network, tuple(history))


def _batches(samples: int, batch_size: int, rng: np.random.Generator) -> Iterator[Rows]:
    """Yield the row numbers of one epoch's mini-batches, in a fresh order."""
    order = rng.permutation(samples)
    for first in range(0, samples, batch_size):
        yield order[first : first + batch_size]


def _loss(network: Network, X: ArrayLike, Y: ArrayLike | None) -> float:
    return network.loss(network.forward(X), Y)


def _gradient(network: Network, X: ArrayLike, Y: ArrayLike | None) -> Array:
    return flatten(network.backward(network.forward(X), Y).parameters)


def _moved(network: Network, step: Array, epoch: int) -> Network:
    """Return the network one step further."""
    parameters = flatten(network.parameters) + step
    _require_finite(parameters, "parameters", epoch)
    return network.with_parameters(unflatten(parameters, network.parameters))


def _require_finite(values: Array | float, where: str, epoch: int) -> None:
    if not np.isfinite(values).all():
        advice = "lower the learning rate, or scale the inputs"
        raise InputError(f"{where} in epoch {epoch}", "infinity or NaN: training diverged", "finite numbers", advice)


def _require_counts(epochs: int, batch_size: int) -> None:
    if epochs < 0:
        raise InputError("epochs", epochs, "0 or more", "count the passes over the samples")
    if batch_size < 1:
        raise InputError("batch_size", batch_size, "1 or more", "use the number of samples for one batch an epoch")
