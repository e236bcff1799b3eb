"""What one rounding of each formula may weigh: the absolute terms S_f and S_f' and the curvature |f''|.

The terms are those of either side's formula, the reference's or JAX's, whichever are larger: JAX
forms tanh' as 1 - a^2 and elu' as (e^z - 1) + 1, so their absolute terms are 1 + a^2 and 1, however small
the derivative itself. An entry without a line here gets terms that are safe for formulas of a few
roundings of numbers no larger than 1 + |z|.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np

from reference import Loss
from reference.arrays import Array
from reference.elementwise import Elementwise
from reference.elementwise.logistic import sigmoid, softplus, tanh, tanh_derivative
from reference.layers import Entry
from reference.rowwise import softmax

KNOWN_TO = 0.5  # a pre-activation with a larger bound is not known at all
Terms: TypeAlias = Callable[[Array, Array, Array], Array | float]  # (|z|, |a|, |f'|) -> weight


class ActivationRounding(Protocol):
    """How one activation turns the errors of what goes in into the error of what comes out.

    ``slope`` is |f'|, of ``slope_size``; a row-wise f has no use for it.
    """

    def forward(self, z: Array, a: Array, slope: Array, Ez: Array) -> Array:
        """Return Ea."""

    def backward(self, z: Array, a: Array, slope: Array, cotangent: Array, Ez: Array, Ea: Array, Eda: Array) -> Array:
        """Return Edz without the rounding of the last product; ``cotangent`` is |da|."""


@dataclass(frozen=True)
class ElementwiseRounding:
    """Ea = |f'| Ez + 2 S_f and Edz = Eda |f'| + |da| (|f''| Ez + 2 S_f')."""

    entry: Elementwise
    S_f: Terms
    S_df: Terms

    def forward(self, z: Array, a: Array, slope: Array, Ez: Array) -> Array:
        """Return Ea."""
        Ea: Array = slope * Ez
        Ea += 2 * self.S_f(z, np.abs(a), slope)
        return Ea

    def backward(self, z: Array, a: Array, slope: Array, cotangent: Array, Ez: Array, Ea: Array, Eda: Array) -> Array:
        """Return Edz without the rounding of the last product."""
        a = np.abs(a)
        Edz: Array = curvature(self.entry, z, a, slope) * Ez
        Edz += 2 * self.S_df(z, a, slope)
        Edz *= cotangent
        # a slope of exactly 0 stops even an open error
        Edz += np.where((slope == 0) & ~np.isnan(Eda), 0, Eda * slope)
        return Edz


def slope_size(entry: Entry, z: Array) -> Array:
    """Return |f'|, and 0 where it is not finite: a derivative that is no number must not excuse itself.

    A row-wise f has no slope: zeros.
    """
    if not isinstance(entry, Elementwise):
        return np.zeros_like(z)
    slope = np.abs(entry.derivative(z))
    slope[~np.isfinite(slope)] = 0
    return slope


def curvature(entry: Elementwise, z: Array, a: Array, slope: Array) -> Array | float:
    """Return |f''|, or a little more: by the entry's line in ``TERMS``, else from differences of f'.

    Arguments:
        entry: the activation.
        z: where, any shape.
        a: f(z).
        slope: f'(z).
    """
    *_, known = TERMS.get(entry.name, SAFE)
    if known:
        return known(z, np.abs(a), np.abs(slope))
    step = (1 + np.abs(z)) / 1024
    bend: Array = np.abs(entry.derivative(z + step) - entry.derivative(z - step)) / (2 * step)
    bend[~np.isfinite(bend)] = 0
    return bend


class SoftmaxRounding:
    """Softmax: S_f = a (3 + |z - max z| + K)."""

    def forward(self, z: Array, a: Array, slope: Array, Ez: Array) -> Array:
        """Return Ea = a (Ez + sum a Ez) + 2 S_f."""
        spread = np.abs(z - z.max(axis=-1, keepdims=True))
        Ea: Array = a * (Ez + np.sum(a * Ez, axis=-1, keepdims=True) + 2 * (3 + spread + z.shape[-1]))
        return Ea

    def backward(self, z: Array, a: Array, slope: Array, cotangent: Array, Ez: Array, Ea: Array, Eda: Array) -> Array:
        """Return the error of a (g - sum g a)."""
        weight = cotangent + np.sum(cotangent * a, axis=-1, keepdims=True)
        spill = np.sum(Eda * a + cotangent * Ea, axis=-1, keepdims=True)
        Edz: Array = a * (Eda + spill + (z.shape[-1] + 3) * weight) + Ea * weight
        return Edz


class LogSoftmaxRounding:
    """Log-softmax: S_f = |z - max z| + |a| + K."""

    def forward(self, z: Array, a: Array, slope: Array, Ez: Array) -> Array:
        """Return Ea = Ez + sum p Ez + 2 S_f, p = softmax(z)."""
        spread = np.abs(z - z.max(axis=-1, keepdims=True))
        Ea: Array = Ez + np.sum(np.exp(a) * Ez, axis=-1, keepdims=True) + 2 * (spread + np.abs(a) + z.shape[-1])
        return Ea

    def backward(self, z: Array, a: Array, slope: Array, cotangent: Array, Ez: Array, Ea: Array, Eda: Array) -> Array:
        """Return the error of g - p sum g."""
        p, K = np.exp(a), z.shape[-1]
        total = cotangent.sum(axis=-1, keepdims=True)
        Edz: Array = Eda + p * (Eda.sum(axis=-1, keepdims=True) + (Ea + K + 3) * total) + 2 * cotangent
        return Edz


def _s(z: Array) -> Array:
    return sigmoid(z)


def _mish_terms(z: Array, a: Array, d: Array) -> Array:
    return tanh(softplus(z)) + 2 * np.abs(z) * sigmoid(z)


def _mish_curvature(z: Array, a: Array, d: Array) -> Array:
    bend: Array = tanh_derivative(softplus(z)) * sigmoid(z) * (2 + 3 * np.abs(z))
    return bend


def _zero(z: Array, a: Array, d: Array) -> float:
    return 0.0


def _value(z: Array, a: Array, d: Array) -> Array:
    return a


def _left_of_the_seam(z: Array, a: Array, d: Array) -> Array:
    """Return |f''| of what is exponential below 0 and straight above: the other side's z may still be below."""
    return d * (z < KNOWN_TO)


def _left_of_0(z: Array, a: Array, d: Array) -> Array:
    return (z < 0).astype(z.dtype)


def _slope(z: Array, a: Array, d: Array) -> Array:
    return d


# name: S_f, S_f', |f''| as functions of z, |f|, |f'|; None for |f''| takes it from differences of f'.
TERMS: dict[str, tuple[Terms, Terms, Terms | None]] = {
    "linear": (_zero, _zero, _zero),
    "relu": (_zero, _zero, _zero),
    "relu6": (_zero, _zero, _zero),
    "hard_tanh": (_zero, _zero, _zero),
    "leaky_relu": (_value, _slope, _zero),
    "hard_sigmoid": (lambda z, a, d: 1.0, _slope, _zero),
    "hard_swish": (lambda z, a, d: np.abs(z) * (z > -3), lambda z, a, d: 1.5, lambda z, a, d: 1 / 3),
    "elu": (_value, _left_of_0, _left_of_the_seam),
    "celu": (_value, _left_of_0, _left_of_the_seam),
    "selu": (_value, lambda z, a, d: 1.8, lambda z, a, d: d * (z < 0)),
    "softsign": (
        _value,
        lambda z, a, d: (1 + 2 * np.abs(z)) * d,
        lambda z, a, d: 2 * d / (1 + np.abs(z)),
    ),
    "gaussian": (
        lambda z, a, d: a * (1 + z * z),
        lambda z, a, d: d * (2 + z * z),
        lambda z, a, d: a * (2 + 4 * z * z),
    ),
    "sin": (_value, _slope, _value),
    "sigmoid": (_value, _value, _slope),
    "log_sigmoid": (_value, lambda z, a, d: d * (2 + np.abs(z)), _slope),
    "softplus": (_value, lambda z, a, d: d * (2 + np.abs(z)), _slope),
    "tanh": (_value, lambda z, a, d: 1 + a * a, lambda z, a, d: 2 * a * d),
    "silu": (
        _value,
        lambda z, a, d: (1 + np.abs(z)) * _s(z),
        lambda z, a, d: (2 + np.abs(z)) * _s(z) * _s(-z),
    ),
    "mish": (lambda z, a, d: 2 * a, _mish_terms, _mish_curvature),
    "gelu": (lambda z, a, d: np.abs(z), lambda z, a, d: 1.25, None),
    "gelu_tanh": (lambda z, a, d: np.abs(z), lambda z, a, d: 1 + np.abs(z) * (0.8 + 0.11 * z * z), None),
}
SAFE: tuple[Terms, Terms, Terms | None] = (
    lambda z, a, d: 1 + np.abs(z) + a,
    lambda z, a, d: 1 + np.abs(z) + d,
    None,
)


def curved(entry: Elementwise) -> bool:
    """Return whether the activation is more than straight pieces."""
    return TERMS.get(entry.name, SAFE)[2] is not _zero


ROWWISE: dict[str, ActivationRounding] = {"softmax": SoftmaxRounding(), "log_softmax": LogSoftmaxRounding()}


def activation_rounding(entry: Entry) -> ActivationRounding:
    """Return how the entry's formulas pass rounding errors on."""
    if isinstance(entry, Elementwise):
        S_f, S_df, _ = TERMS.get(entry.name, SAFE)
        return ElementwiseRounding(entry, S_f, S_df)
    return ROWWISE[entry.name]


class LossRounding(NamedTuple):
    """The errors at the top of a network, all (N, K) and before any reduction.

    Attributes:
        value: of the loss, from the error of a.
        size: the absolute terms of the loss's own formula.
        gradient: of dl/da.
        argument: of the quantity that kinks are decided on.
        pole: no error, but how far a is from where the loss is infinite.
    """

    value: Array
    size: Array
    gradient: Array
    argument: Array
    pole: Array


LossTerms: TypeAlias = Callable[[Array, Array, Array], tuple[Array, Array]]


def _quadratic(weight: float) -> LossTerms:
    """Return the terms of weight (a - y)^2 / 2."""
    return lambda a, y, Ea: (weight * (np.abs(a) + np.abs(y)) ** 2, weight * (Ea + 2 * (np.abs(a) + np.abs(y))))


def _log_terms(p: Array, y: Array, Ep: Array) -> tuple[Array, Array]:
    """Return the terms of -y log p; where y = 0 there are none."""
    there = y > 0
    safe = np.where(there, p, 1)
    size = y * (1 + np.abs(np.log(safe)) + np.abs(np.log(np.where(there, y, 1))))
    return size, there * y / safe * (Ep / safe + 3)


def _bce_terms(p: Array, y: Array, Ep: Array) -> tuple[Array, Array]:
    ones, g1 = _log_terms(p, y, Ep)
    zeros, g0 = _log_terms(1 - p, 1 - y, Ep + 1)
    return ones + zeros + 2, g1 + g0


def _softmax_terms(z: Array, y: Array, Ez: Array) -> tuple[Array, Array]:
    p, K = softmax(z), z.shape[-1]
    spread = 3 + K + np.abs(z - z.max(axis=-1, keepdims=True))
    gradient = p * (Ez + np.sum(p * Ez, axis=-1, keepdims=True) + 2 * spread) + 2 * y
    return y * (spread + np.log(K)) + p, gradient


# name: (a, y, Ea) -> the absolute terms of the loss, the error of dl/da.
LOSS_TERMS: dict[str, LossTerms] = {
    "half_sse": _quadratic(1),
    "mse": _quadratic(2),
    "mae": lambda a, y, Ea: (np.abs(a) + np.abs(y), np.zeros_like(a)),
    "huber": _quadratic(1),
    "log_cosh": lambda a, y, Ea: (1 + np.abs(a) + np.abs(y), Ea + 2 * (1 + np.abs(a) + np.abs(y))),
    "bce": _bce_terms,
    "bce_with_logits": lambda z, y, Ez: (
        1 + 2 * np.abs(z),
        sigmoid(z) * sigmoid(-z) * Ez + 2 * ((2 + np.abs(z)) * sigmoid(z) + y),
    ),
    "cross_entropy": _log_terms,
    "kl_divergence": _log_terms,
    "softmax_cross_entropy": _softmax_terms,
    "hinge": lambda a, y, Ea: (1 + np.abs(a), np.zeros_like(a)),
    "sum_squares": _quadratic(2),
}


def _from_zero(p: Array, y: Array) -> Array:
    """Return how far p is from the pole of y log p; there is none where y = 0."""
    return np.where(y > 0, p, np.inf)


# name: (a, y) -> the distance of a from where the loss is infinite, for those that have such a place.
POLES: dict[str, Callable[[Array, Array], Array]] = {
    "bce": lambda p, y: np.minimum(_from_zero(p, y), _from_zero(1 - p, 1 - y)),
    "cross_entropy": _from_zero,
    "kl_divergence": _from_zero,
}


def _safe_loss_terms(a: Array, y: Array, Ea: Array) -> tuple[Array, Array]:
    weight = 1 + np.abs(a) + np.abs(y)
    return weight * weight, weight * (Ea + 4)


def loss_rounding(loss: Loss, a: Array, y: Array, Ea: Array) -> LossRounding:
    """Return the errors at the top of a network with this loss, given the error Ea of its output."""
    size, gradient = LOSS_TERMS.get(loss.name, _safe_loss_terms)(a, y, Ea)
    slope = np.abs(loss.derivative(a, y))
    argument = (1 + np.abs(y)) * Ea + np.abs(a) * (1 + np.abs(y)) + np.abs(y)
    pole = POLES[loss.name](a, y) if loss.name in POLES else np.full_like(a, np.inf)
    return LossRounding(slope * Ea, size, gradient, argument, pole)
