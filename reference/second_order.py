"""Hessian-vector products by hand: the reverse sweep, differentiated once more along a direction.

R{x} is the derivative of x along the direction. The reverse sweep's own four equations give

    R{dz_l} = R{da_l} f'(z_l) + da_l f''(z_l) R{z_l}
    R{dW_l} = R{a_{l-1}}^T dz_l + a_{l-1}^T R{dz_l} + lambda R{W_l},   R{db_l} = sum over the batch of R{dz_l}
    R{da_{l-1}} = R{dz_l} W_l^T + dz_l R{W_l}^T

so beside what the sweeps know it takes only f'' and l'': one line each in the two tables here, told through
z, a and f'(z). They stand here and not in the entries, because no first-order pass needs them, and
a complex step could not give them: the derivatives of the tables take absolute values to keep their digits.

Source: Pearlmutter 1994, fast exact multiplication by the Hessian.
"""

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Array
from .elementwise import Elementwise
from .elementwise.logistic import sigmoid, sigmoid_derivative, softplus, tanh, tanh_derivative
from .forward_mode import as_direction, network_jvp, softmax_jvp
from .layers import Entry
from .losses import REDUCTIONS, Loss
from .losses.distances import HUBER_DELTA
from .network import Network
from .rowwise import softmax
from .targets import as_targets

Curvature: TypeAlias = Callable[[Array, Array, Array], Array]  # (z, a, f'(z)) -> f''(z)
RowCurvature: TypeAlias = Callable[[Array, Array, Array], Array]  # (z, R{z}, da) -> R{J^T} da
LossCurvature: TypeAlias = Callable[[Array, Array, Array], Array]  # (a, y, R{a}) -> R{dl/da}

GELU_SLOPE = 2 * math.sqrt(2 / math.pi)
GELU_CUBIC = 0.044715
DENSITY_AT_0 = 1 / math.sqrt(2 * math.pi)


def _flat(z: Array, a: Array, d: Array) -> Array:
    """Return 0: straight pieces."""
    return np.zeros_like(z)


def _left(z: Array, a: Array, d: Array) -> Array:
    """Return f' where z <= 0: there f is an exponential less a constant."""
    return np.where(z <= 0, d, 0).astype(z.dtype)


def _mish(z: Array, a: Array, d: Array) -> Array:
    """Return q (2s + z (s' - 2 t s^2)), s = sigmoid(z), t = tanh(softplus(z)), q = 1 - t^2."""
    s, t = sigmoid(z), tanh(softplus(z))
    bend: Array = tanh_derivative(softplus(z)) * (2 * s + z * (sigmoid_derivative(z) - 2 * t * s * s))
    return bend


def _gelu_tanh(z: Array, a: Array, d: Array) -> Array:
    """Return s'(v) (2v' + z v'' - z v'^2 tanh(v / 2)), s the sigmoid, v = GELU_SLOPE (z + GELU_CUBIC z^3)."""
    z = np.clip(z, -40, 40)  # past them it is 0
    t = GELU_CUBIC * z * z
    v, dv, ddv = GELU_SLOPE * z * (1 + t), GELU_SLOPE * (1 + 3 * t), GELU_SLOPE * 6 * GELU_CUBIC * z
    bend: Array = sigmoid_derivative(v) * (2 * dv + z * ddv - z * dv * dv * tanh(v / 2))
    return bend


SECOND_DERIVATIVES: dict[str, Curvature] = {
    "linear": _flat,
    "relu": _flat,
    "leaky_relu": _flat,
    "relu6": _flat,
    "hard_tanh": _flat,
    "hard_sigmoid": _flat,
    "hard_swish": lambda z, a, d: (np.abs(z) < 3).astype(z.dtype) / 3,
    "elu": _left,
    "selu": _left,
    "celu": _left,
    "softsign": lambda z, a, d: -2 * np.sign(z) * d / (1 + np.abs(z)),
    "gaussian": lambda z, a, d: -2 * (a + z * d),
    "sin": lambda z, a, d: -a,
    "sigmoid": lambda z, a, d: -d * tanh(z / 2),
    "log_sigmoid": lambda z, a, d: -sigmoid_derivative(z),
    "softplus": lambda z, a, d: sigmoid_derivative(z),
    "tanh": lambda z, a, d: -2 * a * d,
    "silu": lambda z, a, d: sigmoid_derivative(z) * (2 - z * tanh(z / 2)),
    "mish": _mish,
    "gelu": lambda z, a, d: DENSITY_AT_0 * np.exp(-z * z / 2) * (2 - z * z),
    "gelu_tanh": _gelu_tanh,
}


def _softmax(z: Array, tangent: Array, da: Array) -> Array:
    """Return R{p} (g - sum g p) - p sum g R{p}, p = softmax(z), g = da."""
    p, moved = softmax(z), softmax_jvp(z, tangent)
    inner, shift = (np.sum(da * x, axis=-1, keepdims=True) for x in (p, moved))
    bend: Array = moved * (da - inner) - p * shift
    return bend


def _log_softmax(z: Array, tangent: Array, da: Array) -> Array:
    """Return -R{p} sum g, p = softmax(z), g = da."""
    bend: Array = -softmax_jvp(z, tangent) * da.sum(axis=-1, keepdims=True)
    return bend


ROW_CURVATURES: dict[str, RowCurvature] = {"softmax": _softmax, "log_softmax": _log_softmax}


def _straight(a: Array, y: Array, t: Array) -> Array:
    """Return 0: dl/da is constant on either side of the kink."""
    return np.zeros_like(t)


def _pole(a: Array, y: Array, t: Array) -> Array:
    """Return y t / a^2, and 0 where y = 0."""
    return np.divide(y * t, a * a, out=np.zeros_like(t), where=y != 0)


LOSS_CURVATURES: dict[str, LossCurvature] = {
    "half_sse": lambda a, y, t: t.copy(),
    "mse": lambda a, y, t: 2 * t,
    "mae": _straight,
    "huber": lambda a, y, t: np.where(np.abs(a - y) < HUBER_DELTA, t, 0).astype(t.dtype),
    "log_cosh": lambda a, y, t: tanh_derivative(a - y) * t,
    "sum_squares": lambda a, y, t: 2 * t,
    "bce": lambda a, y, t: _pole(a, y, t) + _pole(1 - a, 1 - y, t),
    "bce_with_logits": lambda a, y, t: sigmoid_derivative(a) * t,
    "cross_entropy": _pole,
    "softmax_cross_entropy": lambda a, y, t: softmax_jvp(a, t),
    "kl_divergence": _pole,
    "hinge": _straight,
}


def backward_tangent(entry: Entry, z: Array, z_tangent: Array, da: Array, da_tangent: Array) -> Array:
    """Return R{dz} = R{da} f'(z) + da f''(z) R{z}, or the same of a row-wise f; all of one shape."""
    straight = entry.backward(z, da_tangent)
    if isinstance(entry, Elementwise):
        bend = SECOND_DERIVATIVES[entry.name](z, entry.forward(z), entry.derivative(z))
        return straight + da * bend * z_tangent
    return straight + ROW_CURVATURES[entry.name](z, z_tangent, da)


def loss_tangent(loss: Loss, a: Array, y: Array, tangent: Array) -> Array:
    """Return R{dl/da} of each sample's own loss, before any reduction, (N, K)."""
    return LOSS_CURVATURES[loss.name](a, y, tangent)


def hessian_vector(
    network: Network, X: ArrayLike, Y: ArrayLike | None, direction: Sequence[Array]
) -> tuple[Array, ...]:
    """Return H v, H the second derivative of the loss with respect to all parameters, never formed.

    It costs about as much as two forward and two reverse sweeps. At a kink f'' is 0, the jump is not seen.

    Arguments:
        network: the network.
        X: the batch (N, n_0).
        Y: its targets, as the loss takes them.
        direction: v, arrays shaped as ``network.parameters``.

    Returns:
        Arrays shaped as ``network.parameters``.

    Raises:
        InputError: on bad X or Y, or a direction of other shapes.
    """
    trace = network.forward(X)
    y = as_targets(network.objective.targets, Y, trace.output)
    gradients, tangents = network.backward(trace, Y), network_jvp(network, trace, Y, direction)
    divisor = REDUCTIONS[network.reduction](y.shape)
    da_tangent = loss_tangent(network.objective, trace.output, y, tangents.a[-1]) / divisor
    found: list[Array] = []
    moves = as_direction(network, direction)
    for k in reversed(range(len(moves))):
        layer, move, dz = network.layers[k], moves[k], gradients.dz[k]
        entry = layer.activation.entry
        dz_tangent = backward_tangent(entry, trace.z[k], tangents.z[k], gradients.da[k], da_tangent)
        dW_tangent = tangents.inputs[k].T @ dz + trace.inputs[k].T @ dz_tangent + network.l2 * move.W
        found += [dz_tangent.sum(axis=0), dW_tangent]
        da_tangent = dz_tangent @ layer.affine.W.T + dz @ move.W.T
    return tuple(found[::-1])
