"""The limit of a training step: its matrix products by themselves, every result kept."""

from reference import Network
from reference.arrays import Array

from .rounds import Call


def products(network: Network, X: Array, Y: Array) -> Call:
    """Return a call that forms a W, a^T dz and dz W^T of every layer, the input's included."""
    trace = network.forward(X)
    dzs = network.backward(trace, Y).dz
    factors = [(a, layer.affine.W, dz) for a, layer, dz in zip(trace.inputs, network.layers, dzs, strict=True)]

    def call() -> list[Array]:
        forward = [a @ W for a, W, _ in factors]
        return forward + [product for a, W, dz in reversed(factors) for product in (a.T @ dz, dz @ W.T)]

    return call
