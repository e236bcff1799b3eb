"""Networks of dense layers: the forward sweep, the loss, and the reverse sweep."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from .arrays import Array
from .checks import as_batch, require_chain, require_sizes
from .elementwise import ELEMENTWISE
from .errors import InputError, look_up
from .initializers import INITIALIZERS
from .layers import Activation, Affine, Dense, Entry
from .losses import LOSSES, REDUCTIONS, Loss
from .rowwise import ROWWISE
from .targets import as_targets

ACTIVATIONS: dict[str, Entry] = {**ELEMENTWISE, **ROWWISE}


class Trace(NamedTuple):
    """Every value of one forward sweep; index l holds layer l + 1.

    Attributes:
        X: the input (N, n_0).
        z: pre-activations, z[l] (N, n_{l+1}).
        a: activations, a[l] (N, n_{l+1}).
    """

    X: Array
    z: tuple[Array, ...]
    a: tuple[Array, ...]

    @property
    def output(self) -> Array:
        """The last layer's activations."""
        return self.a[-1]

    @property
    def inputs(self) -> tuple[Array, ...]:
        """Each layer's input: X, then every activation but the last."""
        return (self.X, *self.a[:-1])


class Gradients(NamedTuple):
    """The derivative of the loss with respect to everything; index l holds layer l + 1.

    Attributes:
        dz, da: shapes of z and a.
        dW, db: shapes of the weights and biases.
        dX: shape of the input.
    """

    dz: tuple[Array, ...]
    da: tuple[Array, ...]
    dW: tuple[Array, ...]
    db: tuple[Array, ...]
    dX: Array

    @property
    def parameters(self) -> tuple[Array, ...]:
        """dW_1, db_1, dW_2, db_2, ...: the order of ``Network.parameters``."""
        return tuple(g for pair in zip(self.dW, self.db, strict=True) for g in pair)


@dataclass(frozen=True, eq=False)
class Network:
    """Dense layers and a loss: z_l = a_{l-1} W_l + b_l, a_l = f_l(z_l), L = the reduced loss of a_L and Y.

    Nothing is remembered between calls and no argument is ever changed. Layers are counted from 1 in
    formulas and messages.

    Attributes:
        layers: the dense layers, from the input side.
        objective: the loss's table entry.
        reduction: a name in ``REDUCTIONS``: "sum", "batch_mean" (over N) or "mean" (over N K entries).
        l2: lambda of the penalty lambda / 2 times the sum of all squared weights (biases are free).

    Raises:
        InputError: when shapes do not chain, dtypes differ, or a weight is not finite.

    Source: Rumelhart, Hinton and Williams 1985, learning internal representations by error propagation.
    """

    layers: tuple[Dense, ...]
    objective: Loss
    reduction: str
    l2: float = 0.0

    def __post_init__(self) -> None:
        look_up(REDUCTIONS, self.reduction, "reduction")
        if not (np.isfinite(self.l2) and self.l2 >= 0):
            raise InputError("l2", self.l2, "a finite number, 0 or more", "use 0 for no penalty")
        if not self.layers:
            raise InputError("layers", "none", "one layer or more", "give at least two sizes")
        require_chain(self.layers)

    @classmethod
    def build(
        cls,
        sizes: Sequence[int],
        activations: Sequence[str],
        loss: str,
        rng: np.random.Generator,
        *,
        reduction: str | None = None,
        l2: float = 0.0,
        initializer: str = "glorot",
        dtype: DTypeLike = np.float64,
    ) -> Self:
        """Return a network with freshly drawn weights and zero biases.

        Arguments:
            sizes: n_0, n_1, ..., n_L, each 1 or more.
            activations: f_1, ..., f_L, names in ``ACTIVATIONS``.
            loss: a name in ``LOSSES``.
            rng: the source of the weights.
            reduction: a name in ``REDUCTIONS``; the loss's customary one when left out.
            l2: the penalty's lambda.
            initializer: a name in ``INITIALIZERS``.
            dtype: float64 or float32.

        Raises:
            InputError: on unknown names, sizes below 1 or lists whose lengths do not match.
        """
        require_sizes(sizes, activations)
        draw = look_up(INITIALIZERS, initializer, "initializer")
        shapes = pairwise(sizes)
        affines = [Affine(draw(rng, m, n).astype(dtype), np.zeros(n, dtype)) for m, n in shapes]
        pairs = zip(affines, activations, strict=True)
        layers = [layer for affine, name in pairs for layer in (affine, activation(name))]
        return cls.stack(layers, loss, reduction=reduction, l2=l2)

    @classmethod
    def stack(
        cls,
        layers: Sequence[Affine | Activation],
        loss: str,
        *,
        reduction: str | None = None,
        l2: float = 0.0,
    ) -> Self:
        """Return a network of the given layers: affine maps, each followed by an activation or by none (linear).

        Raises:
            InputError: on unknown names, or two activations in a row.
        """
        objective = look_up(LOSSES, loss, "loss")
        return cls(_paired(layers), objective, reduction or objective.reduction, l2)

    @property
    def sizes(self) -> tuple[int, ...]:
        """n_0, n_1, ..., n_L."""
        return (len(self.layers[0].affine.W), *(len(layer.affine.b) for layer in self.layers))

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of every weight."""
        return self.layers[0].affine.W.dtype

    @property
    def parameters(self) -> tuple[Array, ...]:
        """W_1, b_1, W_2, b_2, ...: the arrays themselves."""
        return tuple(p for layer in self.layers for p in (layer.affine.W, layer.affine.b))

    def with_parameters(self, parameters: Sequence[Array]) -> Self:
        """Return the same network with other weights, in the order of ``parameters``.

        Raises:
            InputError: when the arrays are too few, too many, or do not fit each other.
        """
        wanted = 2 * len(self.layers)
        if len(parameters) != wanted:
            raise InputError("parameters", len(parameters), f"{wanted} arrays", "give W and b of every layer in turn")
        pairs = zip(self.layers, parameters[::2], parameters[1::2], strict=True)
        layers = tuple(Dense(Affine(W, b), layer.activation) for layer, W, b in pairs)
        return type(self)(layers, self.objective, self.reduction, self.l2)

    def forward(self, X: ArrayLike) -> Trace:
        """Return every pre-activation and activation for the batch X (N, n_0).

        Raises:
            InputError: when X has another shape or dtype, or holds NaN or infinity.
        """
        batch = as_batch(X, self.sizes[0], self.dtype)
        z: list[Array] = []
        a: list[Array] = [batch]
        for layer in self.layers:
            z.append(layer.affine.forward(a[-1]))
            a.append(layer.activation.forward(z[-1]))
        return Trace(batch, tuple(z), tuple(a[1:]))

    def loss(self, trace: Trace, Y: ArrayLike | None = None) -> float:
        """Return the reduced loss of the trace's output against the targets Y, penalty included.

        Raises:
            InputError: when Y has another shape, or values the loss does not allow.
        """
        return self._loss(trace, self._targets(trace, Y))

    def backward(self, trace: Trace, Y: ArrayLike | None = None) -> Gradients:
        """Return dL/d everything by the reverse sweep (BP1 to BP4).

        delta_L = dL/da_L * f_L'(z_L), delta_l = (delta_{l+1} W_{l+1}^T) * f_l'(z_l),
        dW_l = a_{l-1}^T delta_l, db_l = the batch sum of delta_l.

        Raises:
            InputError: when Y has another shape, or values the loss does not allow.
        """
        return self._backward(trace, self._targets(trace, Y))

    def value_and_gradients(self, X: ArrayLike, Y: ArrayLike | None = None) -> tuple[float, Gradients]:
        """Return the loss and all gradients for one batch, in one forward and one reverse sweep."""
        trace = self.forward(X)
        y = self._targets(trace, Y)
        return self._loss(trace, y), self._backward(trace, y)

    def _targets(self, trace: Trace, Y: ArrayLike | None) -> Array:
        return as_targets(self.objective.targets, Y, trace.output)

    def _loss(self, trace: Trace, y: Array) -> float:
        samples = self.objective.forward(trace.output, y)
        data = samples.sum() / REDUCTIONS[self.reduction](trace.output.shape)
        if not self.l2:
            return float(data)
        return float(data + self.l2 / 2 * sum(np.vdot(layer.affine.W, layer.affine.W) for layer in self.layers))

    def _backward(self, trace: Trace, y: Array) -> Gradients:
        divisor = REDUCTIONS[self.reduction](trace.output.shape)
        da: Array = self.objective.derivative(trace.output, y) / divisor
        sweep: list[tuple[Array, Array, Array, Array]] = []
        for layer, a_in, z in reversed(list(zip(self.layers, trace.inputs, trace.z, strict=True))):
            dz = layer.activation.backward(z, da)
            dW, db, da_in = layer.affine.backward(a_in, dz)
            if self.l2:
                dW += self.l2 * layer.affine.W
            sweep.append((dz, da, dW, db))
            da = da_in
        dzs, das, dWs, dbs = zip(*reversed(sweep), strict=True)
        return Gradients(dzs, das, dWs, dbs, da)


def activation(name: str) -> Activation:
    """Return the layer of the activation called ``name``.

    Raises:
        InputError: when ``ACTIVATIONS`` has no such name.
    """
    return Activation(look_up(ACTIVATIONS, name, "activation"))


def _paired(layers: Sequence[Affine | Activation]) -> tuple[Dense, ...]:
    """Group a flat list into dense layers; an affine map with no activation after it gets the linear one."""
    dense: list[Dense] = []
    previous: Affine | None = None
    for i, layer in enumerate(layers):
        if isinstance(layer, Affine):
            if previous is not None:
                dense.append(Dense(previous, activation("linear")))
            previous = layer
        elif previous is None:
            raise InputError(f"layers[{i}]", "an activation", "an affine map", "give each activation an affine map")
        else:
            dense.append(Dense(previous, layer))
            previous = None
    return (*dense, Dense(previous, activation("linear"))) if previous is not None else tuple(dense)
