"""Activations made of straight and parabolic pieces: exact up to one rounding of each operation."""

import numpy as np

from ..arrays import Array
from .entry import Elementwise, Kink, in_one_pass, on_arrays

LEAK = 0.01


def _inside(z: Array, low: float, high: float) -> Array:
    """Return 1 where low < z < high and 0 elsewhere, NaN included, in z's dtype."""
    inside = z > low
    inside &= z < high
    return inside.astype(z.dtype)


@in_one_pass
def identity(z: Array) -> Array:
    """Return z, copied."""
    return z.copy()


@in_one_pass
def identity_derivative(z: Array) -> Array:
    """Return 1 everywhere."""
    return np.ones_like(z)


@in_one_pass
def relu(z: Array) -> Array:
    """Return max(z, 0)."""
    return np.maximum(z, 0)


@in_one_pass
def relu_derivative(z: Array) -> Array:
    """Return 1 where z > 0, else 0; relu'(0) = 0."""
    slope: Array = np.empty_like(z)
    np.greater(z, 0, out=slope)
    return slope


@on_arrays
def leaky_relu(z: Array) -> Array:
    """Return max(z, LEAK z)."""
    a: Array = z * LEAK
    return np.maximum(z, a, out=a)


@on_arrays
def leaky_relu_derivative(z: Array) -> Array:
    """Return 1 where z >= 0, else LEAK; the value at 0 is 1."""
    slope = (z >= 0).astype(z.dtype)
    return np.maximum(slope, LEAK, out=slope)


@in_one_pass
def relu6(z: Array) -> Array:
    """Return min(max(z, 0), 6)."""
    return np.clip(z, 0, 6)


@on_arrays
def relu6_derivative(z: Array) -> Array:
    """Return 1 for 0 < z < 6, else 0; the value at 0 and at 6 is 0."""
    return _inside(z, 0, 6)


@in_one_pass
def hard_tanh(z: Array) -> Array:
    """Return min(max(z, -1), 1)."""
    return np.clip(z, -1, 1)


@on_arrays
def hard_tanh_derivative(z: Array) -> Array:
    """Return 1 for -1 <= z <= 1, else 0; the value at -1 and at 1 is 1."""
    return (np.abs(z) <= 1).astype(z.dtype)


@on_arrays
def hard_sigmoid(z: Array) -> Array:
    """Return min(max(z + 3, 0), 6) / 6."""
    a = z + 3
    np.clip(a, 0, 6, out=a)
    a /= 6
    return a


@on_arrays
def hard_sigmoid_derivative(z: Array) -> Array:
    """Return 1/6 for -3 < z < 3, else 0; the value at -3 and at 3 is 0."""
    slope = _inside(z, -3, 3)
    slope /= 6
    return slope


@on_arrays
def hard_swish(z: Array) -> Array:
    """Return z hard_sigmoid(z)."""
    a = hard_sigmoid(z)
    a *= np.maximum(z, -3)  # below -3 the other factor is 0, and 0 * -inf would be NaN
    return a


@on_arrays
def hard_swish_derivative(z: Array) -> Array:
    """Return (2z + 3) / 6 for -3 < z < 3, 0 below and 1 above; the value at -3 is 0 and at 3 is 1."""
    slope = np.clip(z, -3, 3)
    slope += 1.5
    slope /= 3  # -1/2 at -3 and 3/2 at 3, both exact, both half a unit too far out
    slope += 0.5 * (z <= -3)
    slope -= 0.5 * (z >= 3)
    return slope


PIECEWISE = (
    Elementwise(
        name="linear",
        forward=identity,
        derivative=identity_derivative,
        formula="z",
        derivative_formula="1",
        analytic=lambda z: z * 1,
        domain=(-3, 3),
        source="no activation at all: Rosenblatt 1958 without the threshold",
    ),
    Elementwise(
        name="relu",
        forward=relu,
        derivative=relu_derivative,
        formula="max(z, 0)",
        derivative_formula="1 if z > 0 else 0",
        analytic=None,
        domain=(-3, 3),
        kinks=(Kink(0, 0),),
        source="Nair and Hinton 2010",
    ),
    Elementwise(
        name="leaky_relu",
        forward=leaky_relu,
        derivative=leaky_relu_derivative,
        formula="max(z, 0.01 z)",
        derivative_formula="1 if z >= 0 else 0.01",
        analytic=None,
        domain=(-3, 3),
        kinks=(Kink(0, 1),),
        source="Maas, Hannun and Ng 2013",
    ),
    Elementwise(
        name="relu6",
        forward=relu6,
        derivative=relu6_derivative,
        formula="min(max(z, 0), 6)",
        derivative_formula="1 if 0 < z < 6 else 0",
        analytic=None,
        domain=(-3, 9),
        kinks=(Kink(0, 0), Kink(6, 0)),
        source="Krizhevsky 2010, convolutional deep belief networks on CIFAR-10",
    ),
    Elementwise(
        name="hard_tanh",
        forward=hard_tanh,
        derivative=hard_tanh_derivative,
        formula="min(max(z, -1), 1)",
        derivative_formula="1 if -1 <= z <= 1 else 0",
        analytic=None,
        domain=(-3, 3),
        kinks=(Kink(-1, 1), Kink(1, 1)),
        source="Collobert 2004",
    ),
    Elementwise(
        name="hard_sigmoid",
        forward=hard_sigmoid,
        derivative=hard_sigmoid_derivative,
        formula="min(max(z + 3, 0), 6) / 6",
        derivative_formula="1/6 if -3 < z < 3 else 0",
        analytic=None,
        domain=(-5, 5),
        kinks=(Kink(-3, 0), Kink(3, 0)),
        source="Howard et al. 2019, MobileNetV3",
    ),
    Elementwise(
        name="hard_swish",
        forward=hard_swish,
        derivative=hard_swish_derivative,
        formula="z min(max(z + 3, 0), 6) / 6",
        derivative_formula="(2z + 3) / 6 if -3 < z < 3, 0 below, 1 above",
        analytic=None,
        domain=(-5, 5),
        kinks=(Kink(-3, 0), Kink(3, 1)),
        source="Howard et al. 2019, MobileNetV3",
    ),
)
