"""A stack of two sigmoid layers: its predictions, the gradient of every layer, and what training can reach.

Weights within 1e-3 of 0 and zero biases make every prediction nearly sigmoid(0) = 1/2. The targets
are 1, 0 and -1. A sigmoid's values lie between 0 and 1, so no training can reach -1: the mean
squared error stays above 1/3. tanh's values lie between -1 and 1, and the same stack of tanh
layers, trained in the same way, learns all three targets.

Run: ``python -m reference.examples.sigmoid_stack``
"""

import numpy as np

from ..arrays import Array
from ..network import Network
from ..optimizers import SGD
from ..training import Trained, train

X = np.array([[1.0, 1.0], [0.0, 0.0], [12.0, 5.0]])
Y = np.array([[1.0], [0.0], [-1.0]])
LEARNING_RATE = 0.01
BATCH_SIZE = 128
EPOCHS = 5000


def stack(activation: str, rng: np.random.Generator) -> Network:
    """Return the 2-3-1 network with ``activation`` in both layers, weights uniform in +-1e-3 and zero biases."""
    return Network.build([2, 3, 1], [activation, activation], "mse", rng, initializer="uniform")


def squared_errors(network: Network) -> Array:
    """Return (Y - a)^2 of each sample, (3, 1)."""
    error: Array = Y - network.forward(X).output
    return error * error


def learn(network: Network, epochs: int, rng: np.random.Generator) -> Trained:
    """Return the network after gradient descent with mini-batches of up to BATCH_SIZE rows."""
    return train(network, X, Y, SGD(LEARNING_RATE), rng, epochs=epochs, batch_size=BATCH_SIZE)


def print_gradients(network: Network) -> None:
    """Print the loss and dL/dW, dL/db of every layer."""
    loss, gradients = network.value_and_gradients(X, Y)
    print(f"mean squared error {loss:.6f}, and its gradient:")
    for number, (dW, db) in enumerate(zip(gradients.dW, gradients.db, strict=True), 1):
        print(f"layer {number} dW\n{dW}\nlayer {number} db\n{db}")


def main() -> None:
    """Print predictions, squared errors, gradients, and the outcome of training with sigmoid and with tanh."""
    rng = np.random.default_rng(0)
    network = stack("sigmoid", rng)
    print(f"predictions\n{network.forward(X).output}\nsquared errors\n{squared_errors(network)}")
    print_gradients(network)
    print(f"\nA sigmoid cannot reach -1: its error stays above 1/3. Targets {Y.ravel()}, after {EPOCHS} epochs:")
    for activation in ("sigmoid", "tanh"):
        learned, history = learn(stack(activation, rng), EPOCHS, rng)
        print(f"{activation:8s} mean squared error {history[-1]:.6f}, predictions {learned.forward(X).output.ravel()}")


if __name__ == "__main__":
    main()
