"""A program's numbers in our notation: row-major, one array per quantity and layer."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from reference.arrays import Array

from .curves import Curve
from .rates import JUDGED_BY

FUSED = {("sigmoid", "bce"), ("softmax", "cross_entropy"), ("exp", "poisson")}


class Penalised(NamedTuple):
    """What a loss's penalty holds of one parameter w: square/2 sum w^2 + absolute sum |w|, per unit of summed loss."""

    square: float = 0.0
    absolute: float = 0.0

    def slope(self, value: Array) -> Array:
        """Return square w + absolute sign(w), what the penalty adds to the parameter's gradient."""
        return self.square * value + self.absolute * np.sign(value)

    def scaled(self, share: float) -> "Penalised":
        """Return the same of a loss that is a share of another."""
        return Penalised(share * self.square, share * self.absolute)


class Point(NamedTuple):
    """What a program's forward pass computed, and what it is judged by; index l holds layer l + 1.

    Attributes:
        X: inputs (N, n_0).
        W: weights (n_l, n_{l+1}).
        b: biases (n_{l+1},), None for a layer without; (N, 1) or (N, n_{l+1}) where each sample has its own.
        z, a: pre-activations and activations (N, n_{l+1}).
        curves: the activations.
        Y: targets (N, n_L).
        new_W: the weights after the step, where they are known.
        shared: the layers, from 0, all of whose units share one bias: its gradient is the sum over the units too.
        decay: what the summed loss has added to it is decay/2 times the sum of all squared weights.
        bias_decay: the same of all squared biases.
        penalties: of each layer's weights and biases, where they are not all ``decay`` and ``bias_decay``: these then
            tell only that there are some.
        merged: where the bias stands among the stored weights of a layer, from 0, and its constant input: (0 or -1, c).
        changed: what the input of a layer, from 0, holds at the end of the step, where it was changed in place.
    """

    X: Array
    W: tuple[Array, ...]
    b: tuple[Array | None, ...]
    z: tuple[Array, ...]
    a: tuple[Array, ...]
    curves: tuple[Curve, ...]
    Y: Array
    new_W: tuple[Array, ...] | None = None
    shared: frozenset[int] = frozenset()
    decay: float = 0.0
    bias_decay: float = 0.0
    penalties: tuple[tuple[Penalised, Penalised], ...] = ()
    merged: Mapping[int, tuple[int, float]] = MappingProxyType({})
    changed: Mapping[int, Array] = MappingProxyType({})

    @property
    def inputs(self) -> tuple[Array, ...]:
        """Each layer's input: X, then every activation but the last."""
        return (self.X, *self.a[:-1])

    @property
    def sizes(self) -> tuple[int, ...]:
        """n_0, ..., n_L."""
        return (self.X.shape[1], *(z.shape[1] for z in self.z))

    @property
    def depth(self) -> int:
        """How many layers."""
        return len(self.W)


class Observed(NamedTuple):
    """The program's own gradients up to one constant: old minus new parameters, or what it returned.

    Attributes:
        dW, db: shapes of the weights and biases; None where a parameter has no such gradient to look at.
        floor: what rounding alone may make of an entry.
        tolerance: the largest relative discrepancy of two equal gradients.
        idle: the layers whose bias nothing was ever added to, counted from 0.
    """

    dW: tuple[Array | None, ...]
    db: tuple[Array | None, ...]
    floor: float = 0.0
    tolerance: float = 1e-6
    idle: frozenset[int] = frozenset()


class Sweep(NamedTuple):
    """Our reverse sweep at a point: da, delta, dW and db of every layer, for the summed loss."""

    da: tuple[Array, ...]
    delta: tuple[Array, ...]
    dW: tuple[Array, ...]
    db: tuple[Array, ...]


def joined(main: Array, extra: Array, end: int, axis: int = 0) -> Array:
    """Return an array with its extra row or column at the end, 0 or -1, where the program has it: a merged bias's."""
    return np.concatenate([main, extra] if end == -1 else [extra, main], axis=axis)


def without_row(value: Array, end: int) -> Array:
    """Return an array without the row at one end, 0 or -1."""
    return value[:-1] if end == -1 else value[1:]


def forward(X: Array, W: tuple[Array, ...], b: tuple[Array | None, ...], curves: tuple[Curve, ...], Y: Array) -> Point:
    """Return the point that our forward sweep reaches with these parameters."""
    z: list[Array] = []
    a = [X]
    for W_l, b_l, f in zip(W, b, curves, strict=True):
        z.append(a[-1] @ W_l + (0 if b_l is None else b_l))
        a.append(np.asarray(f.forward(z[-1])))
    return Point(X, W, b, tuple(z), tuple(a[1:]), curves, Y)


def loss_gradient(point: Point, loss: str) -> Array:
    """Return dL/da_L of the summed loss."""
    return np.asarray(JUDGED_BY[loss].derivative(point.a[-1], point.Y))


def top_delta(point: Point, loss: str) -> Array:
    """Return delta_L of the summed loss; a - y where loss and activation are made for each other."""
    if (point.curves[-1].name, loss) in FUSED and _sums_to_one(point, loss):
        return point.a[-1] - point.Y
    return point.curves[-1].backward(point.z[-1], loss_gradient(point, loss))


def _sums_to_one(point: Point, loss: str) -> bool:
    return loss != "cross_entropy" or bool(np.allclose(point.Y.sum(axis=1), 1, atol=1e-12))


def bias_gradient(point: Point, l: int, delta: Array) -> Array:
    """Return db of layer l, in the bias's shape: the sum of delta over all that shares an entry.

    That is the batch, and the units too where they share one number; of a bias that holds numbers for each sample,
    (N, 1) or (N, n), the units or nothing.
    """
    b = point.b[l]
    if b is not None and b.ndim == 2:
        return delta if b.shape == delta.shape else delta.sum(axis=1, keepdims=True)
    return np.full(delta.shape[1], delta.sum()) if l in point.shared else delta.sum(axis=0)


def of_data(point: Point) -> Point:
    """Return a point at which the loss is that of the data alone, without its penalties."""
    return point._replace(decay=0.0, bias_decay=0.0, penalties=())


def penalised(point: Point, l: int, *, weights: bool) -> Penalised:
    """Return the penalty on the weights, or on the biases, of layer l."""
    if point.penalties:
        return point.penalties[l][0 if weights else 1]
    return Penalised(point.decay if weights else point.bias_decay)


def weight_penalty(point: Point, l: int) -> Array:
    """Return what the loss's penalty adds to dW of layer l."""
    return penalised(point, l, weights=True).slope(point.W[l])


def bias_penalty(point: Point, l: int) -> Array | float:
    """Return what the loss's penalty adds to db of layer l."""
    b, own = point.b[l], penalised(point, l, weights=False)
    return 0.0 if b is None or not any(own) else own.slope(b)


@np.errstate(all="ignore")  # a loss that does not go with the output has infinite slopes, and is not believed
def reverse_sweep(point: Point, loss: str) -> Sweep:
    """Return the right gradients at a point (BP1 to BP4), for the summed loss and its penalty."""
    delta = top_delta(point, loss)
    rows: list[tuple[Array, Array, Array, Array]] = []
    da = loss_gradient(point, loss)
    for l in reversed(range(point.depth)):
        dW = point.inputs[l].T @ delta + weight_penalty(point, l)
        rows.append((da, delta, dW, bias_gradient(point, l, delta) + bias_penalty(point, l)))
        if l:
            da = delta @ point.W[l].T
            delta = point.curves[l - 1].backward(point.z[l - 1], da)
    das, deltas, dWs, dbs = zip(*reversed(rows), strict=True)
    return Sweep(das, deltas, dWs, dbs)
