"""Backpropagation with samples as columns, z = W a + b, and its four equations BP1 to BP4.

X is (n_0, N), W_l is (n_l, n_{l-1}), b_l is (n_l, 1), and the cost C is half the squared error,
averaged over the N samples:

    BP1  delta_L = dC/da_L * f'(z_L), dC/da_L = (a_L - y) / N
    BP2  delta_l = (W_{l+1}^T delta_{l+1}) * f'(z_l)
    BP3  dC/db_l = the sum of delta_l over the samples
    BP4  dC/dW_l = delta_l a_{l-1}^T

``Network`` keeps samples as rows, z = a W + b. Each of its arrays is the transpose of the one here,
and nothing else differs. Two things go wrong easily in this form: the error (y - a) has the other
sign, so that adding it descends and subtracting it climbs; and a mini-batch is a slice of columns,
X[:, i:i+10], where X[i:i+10] would cut features.

Run: ``python -m reference.examples.column_major``
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..arrays import Array
from ..elementwise import ELEMENTWISE
from ..network import Network
from ..optimizers import SGD
from ..training import Trained, train

SIZES = [2, 10, 1]
BATCH_SIZE = 10
EPOCHS = 100
LEARNING_RATE = 5.0
SIGMOID = ELEMENTWISE["sigmoid"]


class Columns(NamedTuple):
    """A layer's weights W (n_l, n_{l-1}) and bias b (n_l, 1), or the gradients with respect to them."""

    W: Array
    b: Array


class Sweep(NamedTuple):
    """Every z_l (n_l, N) from the first layer on, and every a_l (n_l, N) from a_0 = X on."""

    z: list[Array]
    a: list[Array]


def transposed(parameters: Sequence[Array]) -> list[Columns]:
    """Return W_1, b_1, W_2, b_2, ... of the row-major form, or their gradients, in the column-major form."""
    return [Columns(W.T, b[:, np.newaxis]) for W, b in zip(parameters[::2], parameters[1::2], strict=True)]


def forward(layers: Sequence[Columns], X: Array) -> Sweep:
    """Return z_l = W_l a_{l-1} + b_l and a_l = sigmoid(z_l) of every layer, for X (n_0, N)."""
    z: list[Array] = []
    a = [X]
    for W, b in layers:
        z.append(W @ a[-1] + b)
        a.append(SIGMOID.forward(z[-1]))
    return Sweep(z, a)


def cost(sweep: Sweep, Y: Array) -> float:
    """Return C = the sum of (a_L - y)^2 / 2, averaged over the columns of Y (n_L, N)."""
    error = sweep.a[-1] - Y
    return float(np.vdot(error, error) / (2 * Y.shape[1]))


def backward(layers: Sequence[Columns], sweep: Sweep, Y: Array) -> list[Columns]:
    """Return dC/dW_l and dC/db_l of every layer, by BP1 to BP4."""
    delta = SIGMOID.backward(sweep.z[-1], (sweep.a[-1] - Y) / Y.shape[1])
    deltas = [delta]
    for (W, _), z in zip(reversed(layers[1:]), reversed(sweep.z[:-1]), strict=True):
        delta = SIGMOID.backward(z, W.T @ delta)
        deltas.append(delta)
    pairs = zip(reversed(deltas), sweep.a[:-1], strict=True)
    return [Columns(delta @ a.T, delta.sum(axis=1, keepdims=True)) for delta, a in pairs]


def inside_a_disc(n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return n points of the square [-1, 1]^2 as columns (2, n), and 1 for those within 0.8 of 0, else 0, (1, n)."""
    X = rng.uniform(-1, 1, (2, n))
    return X, (np.linalg.norm(X, axis=0, keepdims=True) < 0.8).astype(np.float64)


def build(rng: np.random.Generator) -> Network:
    """Return the 2-10-1 sigmoid network in the row-major form, with the same cost."""
    return Network.build(SIZES, ["sigmoid", "sigmoid"], "half_sse", rng, reduction="batch_mean", initializer="lecun")


def learn(network: Network, X: Array, Y: Array, epochs: int, rng: np.random.Generator) -> Trained:
    """Return the network after gradient descent on mini-batches of BATCH_SIZE columns of X (2, N) and Y (1, N)."""
    return train(network, X.T, Y.T, SGD(LEARNING_RATE), rng, epochs=epochs, batch_size=BATCH_SIZE)


def main() -> None:
    """Print the largest difference between the two forms, the falling cost, and sigmoid at +-1000."""
    rng = np.random.default_rng(0)
    X, Y = inside_a_disc(200, rng)
    network = build(rng)
    layers = transposed(network.parameters)
    columns = backward(layers, forward(layers, X), Y)
    rows = transposed(network.value_and_gradients(X.T, Y.T)[1].parameters)
    for number, (here, there) in enumerate(zip(columns, rows, strict=True), 1):
        dW, db = abs(here.W - there.W).max(), abs(here.b - there.b).max()
        print(f"layer {number}: the two forms differ by {dW:.1e} in dW, by {db:.1e} in db")
    learned, history = learn(network, X, Y, EPOCHS, rng)
    for epoch in range(0, EPOCHS + 1, 20):
        print(f"epoch {epoch:3d}: cost {history[epoch]:.4f}")
    right = (forward(transposed(learned.parameters), X).a[-1] > 0.5) == Y
    print(f"{right.mean():.1%} of {Y.size} points on the right side")
    print(f"sigmoid(-1000), sigmoid(1000) = {SIGMOID.forward(np.array([-1000.0, 1000.0]))}")


if __name__ == "__main__":
    main()
