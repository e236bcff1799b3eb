"""Forward mode: tangents carried through the layers beside the values, each product written by hand.

A layer's tangent is J u where its backward pass is J^T v, so <J u, v> = <u, J^T v> sets the two against each
other without a difference quotient. R{x} below is the derivative of x along the direction.

Source: Wengert 1964; the notation R{} is Pearlmutter's, 1994.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Array
from .elementwise import Elementwise
from .errors import InputError
from .layers import Affine, Entry
from .losses import REDUCTIONS, Loss
from .network import Network, Trace
from .rowwise import softmax
from .targets import as_targets

RowTangent: TypeAlias = Callable[[Array, Array], Array]


class Tangents(NamedTuple):
    """The derivative of every value of a forward sweep along one direction; index l holds layer l + 1.

    Attributes:
        X: of the input, the direction itself, (N, n_0).
        z, a: of the pre-activations and the activations, shaped as they are.
        loss: of the reduced loss, penalty included.
    """

    X: Array
    z: tuple[Array, ...]
    a: tuple[Array, ...]
    loss: float

    @property
    def inputs(self) -> tuple[Array, ...]:
        """Of each layer's input: X, then every activation but the last."""
        return (self.X, *self.a[:-1])


def softmax_jvp(z: Array, tangent: Array) -> Array:
    """Return p_i (t_i - sum_j p_j t_j), p = softmax(z), t the tangent; all (..., K)."""
    p = softmax(z)
    product: Array = p * (tangent - np.sum(p * tangent, axis=-1, keepdims=True))
    return product


def log_softmax_jvp(z: Array, tangent: Array) -> Array:
    """Return t_i - sum_j p_j t_j, p = softmax(z), t the tangent; all (..., K)."""
    product: Array = tangent - np.sum(softmax(z) * tangent, axis=-1, keepdims=True)
    return product


ROW_TANGENTS: dict[str, RowTangent] = {"softmax": softmax_jvp, "log_softmax": log_softmax_jvp}


def affine_jvp(affine: Affine, a: Array, direction: Affine, tangent: Array) -> Array:
    """Return R{z} = R{a} W + a R{W} + R{b}, (N, n_out).

    Arguments:
        affine: the layer.
        a: its input, (N, n_in).
        direction: R{W} and R{b}, as a layer of the same shape.
        tangent: R{a}, (N, n_in).
    """
    z: Array = tangent @ affine.W
    z += direction.forward(a)
    return z


def activation_jvp(entry: Entry, z: Array, tangent: Array) -> Array:
    """Return R{a} = f'(z) R{z}, or the Jacobian-vector product of a row-wise f; same shape."""
    if isinstance(entry, Elementwise):
        product: Array = entry.derivative(z) * tangent
        return product
    return ROW_TANGENTS[entry.name](z, tangent)


def loss_jvp(loss: Loss, a: Array, y: Array, tangent: Array) -> Array:
    """Return each sample's R{l} = sum_k dl/da_k R{a_k}, (N, K) -> (N,)."""
    total: Array = np.sum(loss.derivative(a, y) * tangent, axis=-1)
    return total


def network_jvp(
    network: Network, trace: Trace, Y: ArrayLike | None, direction: Sequence[Array], X: Array | None = None
) -> Tangents:
    """Return the derivative of every value of the forward sweep along one direction.

    Arguments:
        network: the network.
        trace: its forward sweep.
        Y: targets, as the loss takes them.
        direction: R{W_1}, R{b_1}, R{W_2}, ...: arrays shaped as ``network.parameters``.
        X: R{X}, (N, n_0); zero when left out.

    Raises:
        InputError: when the direction has other shapes, or the targets do not fit the loss.
    """
    y = as_targets(network.objective.targets, Y, trace.output)
    moves, tangent = as_direction(network, direction), np.zeros_like(trace.X) if X is None else X
    _require_shape("X", tangent, trace.X)
    start, z, a = tangent, [], []
    for layer, move, a_in, z_here in zip(network.layers, moves, trace.inputs, trace.z, strict=True):
        z.append(affine_jvp(layer.affine, a_in, move, tangent))
        tangent = activation_jvp(layer.activation.entry, z_here, z[-1])
        a.append(tangent)
    data = loss_jvp(network.objective, trace.output, y, tangent).sum() / REDUCTIONS[network.reduction](y.shape)
    pairs = zip(network.layers, moves, strict=True)
    penalty = network.l2 * sum(np.vdot(layer.affine.W, move.W) for layer, move in pairs)
    return Tangents(start, tuple(z), tuple(a), float(data + penalty))


def as_direction(network: Network, direction: Sequence[Array]) -> tuple[Affine, ...]:
    """Return R{W_l} and R{b_l} of every layer, from arrays in the order of ``network.parameters``.

    Raises:
        InputError: when there are too few or too many, or a shape differs.
    """
    wanted = network.parameters
    if len(direction) != len(wanted):
        raise InputError("direction", f"{len(direction)} arrays", f"{len(wanted)}", "give one for each W and b")
    for i, (given, parameter) in enumerate(zip(direction, wanted, strict=True)):
        _require_shape(f"direction[{i}]", given, parameter)
    return tuple(Affine(W, b) for W, b in zip(direction[::2], direction[1::2], strict=True))


def _require_shape(where: str, given: Array, like: Array) -> None:
    if given.shape != like.shape:
        raise InputError(where, f"shape {given.shape}", f"shape {like.shape}", "give it the shape of what it moves")
