"""Another right backward pass, as first programs write it: derivatives through the activation, sums sample by sample.

Its roundings are not the reference's, nor JAX's; a checker that blames it has mistaken rounding for an error.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from reference import REDUCTIONS, Dense, Gradients, Network, Trace
from reference.arrays import Array
from reference.elementwise.logistic import sigmoid

Slope: TypeAlias = Callable[[Array, Array], Array]  # (z, a) -> f'(z)


# The formulas of textbooks; they lose digits in the tails, where the true value is tiny.
SLOPES: dict[str, Slope] = {
    "sigmoid": lambda z, a: a * (1 - a),
    "tanh": lambda z, a: 1 - a * a,
    "elu": lambda z, a: np.where(z > 0, 1, a + 1).astype(z.dtype),
    "celu": lambda z, a: np.where(z > 0, 1, a + 1).astype(z.dtype),
    "gaussian": lambda z, a: -2 * z * a,
    "softsign": lambda z, a: 1 / (1 + np.abs(z)) ** 2,
    "silu": lambda z, a: a + sigmoid(z) * (1 - a),
    "softplus": lambda z, a: sigmoid(z),
    "log_sigmoid": lambda z, a: sigmoid(-z),
}


def _through(layer: Dense, z: Array, a: Array, da: Array) -> Array:
    entry = layer.activation.entry
    if entry.name == "softmax":
        return np.stack([(np.diag(p) - np.outer(p, p)) @ g for p, g in zip(a, da, strict=True)]).reshape(z.shape)
    return da * SLOPES[entry.name](z, a) if entry.name in SLOPES else entry.backward(z, da)


def textbook_backward(network: Network, trace: Trace, Y: Any) -> Gradients:
    """Return all gradients, each sum taken one sample after the other from the last."""
    da = network.objective.derivative(trace.output, Y) / REDUCTIONS[network.reduction](trace.output.shape)
    found: list[tuple[Array, ...]] = []
    for layer, a_in, z, a in reversed(list(zip(network.layers, trace.inputs, trace.z, trace.a, strict=True))):
        dz = _through(layer, z, a, da)
        dW, db = network.l2 * layer.affine.W, np.zeros_like(layer.affine.b)
        for x, d in zip(a_in[::-1], dz[::-1], strict=True):
            dW = dW + np.outer(x, d)
            db = db + d
        found.append((dz, da, dW, db))
        da = np.stack([layer.affine.W @ d for d in dz])
    dzs, das, dWs, dbs = zip(*reversed(found), strict=True)
    return Gradients(dzs, das, dWs, dbs, da)
