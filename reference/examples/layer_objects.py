"""ReLU, Sigmoid, Affine and SoftmaxWithLoss as objects with ``forward`` and ``backward``.

What is ``dout``? It is dL/d(output of this layer): how much the final loss changes when one entry
of what this layer returned changes. It is not the layer's own derivative. ``backward`` multiplies
``dout`` by the layer's own derivative (the chain rule) and returns dL/d(input of this layer), which
is the ``dout`` of the layer before, whose output that input was. The chain starts at the loss with
dL/dL = 1. For z = X W + b, in place of the layer's derivative stand two products and a sum:
dX = dout W^T, dW = X^T dout, and db = the sum of dout over the batch, since b was added to every row.

Why forward first? The layer's own derivative depends on where it is taken: ReLU needs the sign of
its input, Affine needs X for dW. ``forward`` stores a copy of it. Why backward at all? One sweep
gives the derivative of the loss with respect to every weight, at about the cost of two forward ones.

No ``backward`` writes into ``dout``: the layer after may still need it, and where a network
branches, two layers share it.

Run: ``python -m reference.examples.layer_objects``
"""

from collections.abc import Sequence
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import ArrayLike

from .. import layers
from ..arrays import Array
from ..elementwise import ELEMENTWISE
from ..errors import InputError
from ..losses import LOSSES, REDUCTIONS
from ..network import Network
from ..rowwise import softmax
from ..targets import as_targets


class Layer(Protocol):
    """What every layer but the loss has."""

    def forward(self, x: Array) -> Array:
        """Return the layer's output for the batch x."""
        ...

    def backward(self, dout: Array) -> Array:
        """Return dL/dx from dout = dL/d(output)."""
        ...


def stored(x: Array | None, layer: object) -> Array:
    """Return what ``forward`` stored, or refuse a ``backward`` that came before it.

    Raises:
        InputError: when nothing was stored.
    """
    if x is None:
        raise InputError(f"{type(layer).__name__}.backward", "no stored input", "called after forward", "run forward")
    return x


class ElementwiseLayer:
    """a = f(x) entry by entry, f the activation called ``name``."""

    name: ClassVar[str]

    def __init__(self) -> None:
        self.x: Array | None = None

    def forward(self, x: Array) -> Array:
        """Return f(x), same shape."""
        self.x = x.copy()
        return ELEMENTWISE[self.name].forward(x)

    def backward(self, dout: Array) -> Array:
        """Return dout * f'(x) in a new array."""
        return ELEMENTWISE[self.name].backward(stored(self.x, self), dout)


class ReLU(ElementwiseLayer):
    """max(x, 0): passes ``dout`` where x > 0 and stops it elsewhere, at 0 too."""

    name = "relu"


class Sigmoid(ElementwiseLayer):
    """1 / (1 + e^-x): ``backward`` returns dout * s (1 - s), s the output."""

    name = "sigmoid"


class Affine:
    """Y = X W + b, for X (N, n_in), W (n_in, n_out), b (n_out,); ``backward`` sets dW and db."""

    def __init__(self, W: Array, b: Array) -> None:
        self.map = layers.Affine(W, b)
        self.x: Array | None = None
        self.dW: Array | None = None
        self.db: Array | None = None

    def forward(self, x: Array) -> Array:
        """Return x W + b, (N, n_out)."""
        self.x = x.copy()
        return self.map.forward(x)

    def backward(self, dout: Array) -> Array:
        """Return dX = dout W^T; set dW = X^T dout and db = the sum of dout over the batch."""
        self.dW, self.db, dx = self.map.backward(stored(self.x, self), dout)
        return dx


class SoftmaxWithLoss:
    """The mean over the batch of -sum_k t_k log softmax(x)_k: the last layer, whose output is the loss itself."""

    def __init__(self) -> None:
        self.x: Array | None = None
        self.t: Array | None = None
        self.y: Array | None = None

    def forward(self, x: Array, t: ArrayLike) -> float:
        """Return the loss of logits x (N, K) for targets t: one-hot (N, K), or labels (N,); set y = softmax(x)."""
        self.x, self.t, self.y = x.copy(), as_targets("distribution", t, x), softmax(x)
        losses = LOSSES["softmax_cross_entropy"].forward(self.x, self.t)
        return float(losses.sum() / REDUCTIONS["batch_mean"](x.shape))

    def backward(self, dout: float = 1.0) -> Array:
        """Return dout (y - t) / N; dout = dL/dL = 1 where the loss is the end of the chain."""
        x, t = stored(self.x, self), stored(self.t, self)
        return dout * LOSSES["softmax_cross_entropy"].derivative(x, t) / REDUCTIONS["batch_mean"](x.shape)


def sweep(chain: Sequence[Layer], loss: SoftmaxWithLoss, X: Array, t: ArrayLike) -> tuple[float, Array]:
    """Return the loss and dL/dX: forward through the chain, then backward; every Affine keeps its dW and db."""
    x = X
    for layer in chain:
        x = layer.forward(x)
    value = loss.forward(x, t)
    dout = loss.backward()
    for layer in reversed(chain):
        dout = layer.backward(dout)
    return value, dout


def classifier(network: Network) -> list[Layer]:
    """Return the layer objects of a two-layer network: Affine, ReLU, Affine on its weights."""
    W_1, b_1, W_2, b_2 = network.parameters
    return [Affine(W_1, b_1), ReLU(), Affine(W_2, b_2)]


def main() -> None:
    """Print each layer's forward and backward on small numbers, and a chain of layers beside ``Network``."""
    print("ReLU forward\n", ReLU().forward(np.array([[1.0, -0.5], [-2.0, 3.0]])), sep="")
    X, dY = np.array([[1.0, 0.0, 2.0, 1.0], [0.0, 1.0, 1.0, 3.0]]), np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    affine = Affine(np.zeros((4, 3)), np.array([1.0, 2.0, 3.0]))
    affine.forward(X)
    affine.backward(dY)
    print("Affine: db = the sum of dY over the batch\n", affine.db, "\ndW = X^T dY\n", affine.dW, sep="")
    rng = np.random.default_rng(0)
    network = Network.build([4, 5, 3], ["relu", "linear"], "softmax_cross_entropy", rng)
    value, dX = sweep(classifier(network), SoftmaxWithLoss(), X, [2, 0])
    loss, gradients = network.value_and_gradients(X, [2, 0])
    print(f"chain of layers: loss {value:.12f}, dX\n{dX}\nNetwork:         loss {loss:.12f}, dX\n{gradients.dX}")


if __name__ == "__main__":
    main()
