"""The scalar twin of every element-wise activation: ``math`` on one number, then ``np.vectorize``.

An independent implementation: it shares no code with the table and computes most entries another
way, so that a slip in one is not repeated in the other. It is also what a first program in NumPy
looks like, and the slow arm of the benchmarks.
"""

import math
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Scalar: TypeAlias = Callable[[float], float]
Vectorized: TypeAlias = Callable[[ArrayLike], NDArray[np.float64]]

LEAK = 0.01
SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805
FAR = 800.0  # e^-800 is 0: past it a gated unit is exactly 0 or z, and 0 * inf is avoided
MISH_ONE = 50.0  # mish' differs from 1 by 4z e^-2z at most: nothing from here on
ROOT_2 = math.sqrt(2)
ROOT_2_PI = math.sqrt(2 * math.pi)
GELU_LINEAR = 2 * math.sqrt(2 / math.pi)
GELU_CUBIC = 0.044715 * GELU_LINEAR


class Twin(NamedTuple):
    """f and f' of one Python float; finite or NaN as the mathematics says, never an exception."""

    forward: Scalar
    derivative: Scalar


class VectorizedTwin(NamedTuple):
    """f and f' of arrays of any shape, one Python call an element; float64 whatever comes in."""

    forward: Vectorized
    derivative: Vectorized


def vectorized(twin: Twin) -> VectorizedTwin:
    """Return the twin as functions of arrays.

    The output type is stated, not inferred: ``np.vectorize`` would take it from the first element,
    truncate to integers where that is an integer, and refuse an empty array.

    Arguments:
        twin: an entry of ``TWINS``.

    Returns:
        ``forward`` and ``derivative``, each array -> float64 array of the same shape.
    """
    return VectorizedTwin(_over_arrays(twin.forward), _over_arrays(twin.derivative))


def _over_arrays(function: Scalar) -> Vectorized:
    """Return ``function`` over arrays, silent: Python's own comparisons with NaN set the flags NumPy would report."""
    silent: Vectorized = np.errstate(all="ignore")(np.vectorize(function, otypes=[float]))
    return silent


def elu(z: float) -> float:
    """Return z for z > 0, else e^z - 1."""
    return z if z > 0 else math.expm1(z)


def elu_derivative(z: float) -> float:
    """Return 1 for z > 0, else e^z."""
    return 1.0 if z > 0 else math.exp(z)


def selu(z: float) -> float:
    """Return SELU_SCALE (z for z > 0, else SELU_ALPHA (e^z - 1))."""
    return SELU_SCALE * (z if z > 0 else SELU_ALPHA * math.expm1(z))


def selu_derivative(z: float) -> float:
    """Return SELU_SCALE (1 for z > 0, else SELU_ALPHA e^z); the value at 0 is the left one."""
    return SELU_SCALE if z > 0 else SELU_SCALE * SELU_ALPHA * math.exp(z)


def softsign(z: float) -> float:
    """Return z / (1 + |z|)."""
    return math.copysign(1, z) if math.isinf(z) else z / (1 + abs(z))


def softsign_derivative(z: float) -> float:
    """Return 1 / (1 + |z|)^2, divided twice: the square would overflow."""
    return 1 / (1 + abs(z)) / (1 + abs(z))


def gaussian_derivative(z: float) -> float:
    """Return -2 z e^(-z^2)."""
    return 0.0 if abs(z) > FAR else -2 * z * math.exp(-z * z)


def sin(z: float) -> float:
    """Return sin z; NaN at an infinity, where ``math.sin`` raises."""
    return math.nan if math.isinf(z) else math.sin(z)


def cos(z: float) -> float:
    """Return cos z; NaN at an infinity, where ``math.cos`` raises."""
    return math.nan if math.isinf(z) else math.cos(z)


def sigmoid(z: float) -> float:
    """Return 1 / (1 + e^-z), on the left as e^z / (1 + e^z): ``math.exp`` raises where it overflows."""
    if z < 0:
        return math.exp(z) / (1 + math.exp(z))
    return 1 / (1 + math.exp(-z))


def sigmoid_derivative(z: float) -> float:
    """Return sigmoid(z) sigmoid(-z): 1 - sigmoid(z) would keep no digit on the right."""
    return sigmoid(z) * sigmoid(-z)


def tanh_derivative(z: float) -> float:
    """Return 1 - tanh^2 z as 4 sigmoid'(2z), because tanh z = 2 sigmoid(2z) - 1."""
    return 4 * sigmoid_derivative(2 * z)


def softplus(z: float) -> float:
    """Return log(1 + e^z), on the right as z + log(1 + e^-z)."""
    return z + math.log1p(math.exp(-z)) if z > 0 else math.log1p(math.exp(z))


def silu(z: float) -> float:
    """Return z sigmoid(z)."""
    return 0.0 if z < -FAR else z * sigmoid(z)


def silu_derivative(z: float) -> float:
    """Return s (1 + z - z s), s = sigmoid(z), on the left, and 1 - f'(-z) on the right."""
    if z > 0:
        return 1 - silu_derivative(-z)
    if z < -FAR:
        return 0.0
    s = sigmoid(z)
    return s * (1 + z - z * s)


def mish(z: float) -> float:
    """Return z tanh(log(1 + e^z))."""
    return 0.0 if z < -FAR else z * math.tanh(softplus(z))


def mish_derivative(z: float) -> float:
    """Return w / c (2 (1 + z) + w (1 - 2z w / c)), w = e^z, c = w^2 + 2w + 2."""
    if z < -FAR:
        return 0.0
    if z > MISH_ONE:
        return 1.0
    w = math.exp(z)
    c = 2 + w * (2 + w)
    return w / c * (2 * (1 + z) + w * (1 - 2 * z * w / c))


def gelu(z: float) -> float:
    """Return z Phi(z), Phi(z) = erfc(-z / sqrt(2)) / 2."""
    return 0.0 if z < -FAR else z * (math.erfc(-z / ROOT_2) / 2)


def gelu_derivative(z: float) -> float:
    """Return Phi(z) + z phi(z), phi(z) = e^(-z^2 / 2) / sqrt(2 pi)."""
    if abs(z) > FAR:
        return float(z > 0)
    return math.erfc(-z / ROOT_2) / 2 + z * math.exp(-z * z / 2) / ROOT_2_PI


def gelu_tanh(z: float) -> float:
    """Return z (1 + tanh(v / 2)) / 2, v = GELU_LINEAR z + GELU_CUBIC z^3, as z sigmoid(v)."""
    return 0.0 if z < -FAR else z * sigmoid(z * (GELU_LINEAR + GELU_CUBIC * z * z))


def gelu_tanh_derivative(z: float) -> float:
    """Return s (1 + p - p s), p = z v', s = sigmoid(v), v as above, on the left, and 1 - f'(-z) on the right."""
    if z > 0:
        return 1 - gelu_tanh_derivative(-z)
    if z < -FAR:
        return 0.0
    s = sigmoid(z * (GELU_LINEAR + GELU_CUBIC * z * z))
    p = z * (GELU_LINEAR + 3 * GELU_CUBIC * z * z)
    return s * (1 + p - p * s)


def hard_swish(z: float) -> float:
    """Return 0 for z <= -3, z for z >= 3, z (z + 3) / 6 between."""
    return 0.0 if z <= -3 else z if z >= 3 else z * (z + 3) / 6


# A comparison with NaN is false, so the order of the branches decides where NaN goes: in the
# forward functions it falls through to z, in the step-like derivatives to the last branch.
TWINS: dict[str, Twin] = {
    "linear": Twin(lambda z: z, lambda z: 1.0),
    "relu": Twin(lambda z: 0.0 if z <= 0 else z, lambda z: 1.0 if z > 0 else 0.0),
    "leaky_relu": Twin(lambda z: z if z >= 0 else LEAK * z, lambda z: 1.0 if z >= 0 else LEAK),
    "relu6": Twin(lambda z: 0.0 if z <= 0 else 6.0 if z >= 6 else z, lambda z: 1.0 if 0 < z < 6 else 0.0),
    "hard_tanh": Twin(lambda z: -1.0 if z < -1 else 1.0 if z > 1 else z, lambda z: 1.0 if -1 <= z <= 1 else 0.0),
    "hard_sigmoid": Twin(
        lambda z: 0.0 if z <= -3 else 1.0 if z >= 3 else z / 6 + 0.5, lambda z: 1 / 6 if -3 < z < 3 else 0.0
    ),
    "hard_swish": Twin(hard_swish, lambda z: 0.0 if z <= -3 else 1.0 if z >= 3 else z / 3 + 0.5),
    "elu": Twin(elu, elu_derivative),
    "selu": Twin(selu, selu_derivative),
    "celu": Twin(elu, elu_derivative),
    "softsign": Twin(softsign, softsign_derivative),
    "gaussian": Twin(lambda z: math.exp(-z * z), gaussian_derivative),
    "sin": Twin(sin, cos),
    "sigmoid": Twin(sigmoid, sigmoid_derivative),
    "log_sigmoid": Twin(lambda z: -softplus(-z), lambda z: sigmoid(-z)),
    "softplus": Twin(softplus, sigmoid),
    "tanh": Twin(math.tanh, tanh_derivative),
    "silu": Twin(silu, silu_derivative),
    "mish": Twin(mish, mish_derivative),
    "gelu": Twin(gelu, gelu_derivative),
    "gelu_tanh": Twin(gelu_tanh, gelu_tanh_derivative),
}
