"""Activations with an exponential on one side, and the bounded ones that need no sigmoid."""

import numpy as np

from ..arrays import Array
from .entry import Elementwise, Kink, in_one_pass, on_arrays

SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805


@on_arrays
def elu(z: Array) -> Array:
    """Return z for z > 0, else e^z - 1."""
    a = np.minimum(z, 0)
    np.expm1(a, out=a)
    a += np.maximum(z, 0)
    return a


@on_arrays
def elu_derivative(z: Array) -> Array:
    """Return 1 for z > 0, else e^z; continuous at 0."""
    slope = np.minimum(z, 0)
    return np.exp(slope, out=slope)


@on_arrays
def selu(z: Array) -> Array:
    """Return SELU_SCALE (z for z > 0, else SELU_ALPHA (e^z - 1)); infinite where that overflows."""
    a = np.minimum(z, 0)
    np.expm1(a, out=a)
    a *= SELU_ALPHA
    a += np.maximum(z, 0)
    with np.errstate(over="ignore"):  # the true value passes the largest float: infinity is right
        a *= SELU_SCALE
    return a


@on_arrays
def selu_derivative(z: Array) -> Array:
    """Return SELU_SCALE (1 for z > 0, else SELU_ALPHA e^z); the value at 0 is the left one."""
    slope = np.minimum(z, 0)
    np.exp(slope, out=slope)
    slope *= SELU_SCALE * SELU_ALPHA
    slope -= SELU_SCALE * (SELU_ALPHA - 1) * (z > 0)
    return slope


@on_arrays
def softsign(z: Array) -> Array:
    """Return z / (1 + |z|)."""
    a = np.clip(z, -np.finfo(z.dtype).max, np.finfo(z.dtype).max)  # inf / inf would be NaN
    bottom = np.abs(a)
    bottom += 1
    a /= bottom
    return a


@on_arrays
def softsign_derivative(z: Array) -> Array:
    """Return 1 / (1 + |z|)^2."""
    slope = np.abs(z)
    slope += 1
    np.divide(1, slope, out=slope)
    slope *= slope  # squared after dividing: (1 + |z|)^2 overflows from 1e154 on
    return slope


@on_arrays
def gaussian(z: Array) -> Array:
    """Return e^(-z^2)."""
    a = np.clip(z, -40, 40)  # e^-1600 is 0, and no square overflows
    a *= a
    np.negative(a, out=a)
    return np.exp(a, out=a)


@on_arrays
def gaussian_derivative(z: Array) -> Array:
    """Return -2 z e^(-z^2)."""
    slope = gaussian(z)
    slope *= np.clip(z, -40, 40)
    slope *= -2
    return slope


@in_one_pass
def sin(z: Array) -> Array:
    """Return sin z; NaN with NumPy's warning at an infinity, where no value exists."""
    return np.asarray(np.sin(z))


@in_one_pass
def sin_derivative(z: Array) -> Array:
    """Return cos z; NaN with NumPy's warning at an infinity, where no value exists."""
    return np.asarray(np.cos(z))


EXPONENTIAL = (
    Elementwise(
        name="elu",
        forward=elu,
        derivative=elu_derivative,
        formula="z if z > 0 else e^z - 1",
        derivative_formula="1 if z > 0 else e^z",
        analytic=None,
        domain=(-5, 3),
        seams=(0,),
        source="Clevert, Unterthiner and Hochreiter 2016, alpha = 1",
    ),
    Elementwise(
        name="selu",
        forward=selu,
        derivative=selu_derivative,
        formula="1.0507 (z if z > 0 else 1.6733 (e^z - 1))",
        derivative_formula="1.0507 (1 if z > 0 else 1.6733 e^z)",
        analytic=None,
        domain=(-5, 3),
        kinks=(Kink(0, SELU_SCALE * SELU_ALPHA),),
        source="Klambauer et al. 2017, self-normalizing neural networks",
    ),
    Elementwise(
        name="celu",
        forward=elu,
        derivative=elu_derivative,
        formula="max(z, 0) + min(0, alpha (e^(z / alpha) - 1)) with alpha = 1, where it is elu",
        derivative_formula="1 if z > 0 else e^(z / alpha)",
        analytic=None,
        domain=(-5, 3),
        seams=(0,),
        source="Barron 2017, alpha = 1 as the frameworks set it",
    ),
    Elementwise(
        name="softsign",
        forward=softsign,
        derivative=softsign_derivative,
        formula="z / (1 + |z|)",
        derivative_formula="1 / (1 + |z|)^2",
        analytic=None,
        domain=(-5, 5),
        seams=(0,),
        source="Bergstra et al. 2009",
    ),
    Elementwise(
        name="gaussian",
        forward=gaussian,
        derivative=gaussian_derivative,
        formula="e^(-z^2)",
        derivative_formula="-2 z e^(-z^2)",
        analytic=lambda z: np.exp(-z * z),
        domain=(-3, 3),
        above_8_ulp="tails: z^2, up to 745 there, is rounded, and half an ulp of it is 500 ulp of e^(-z^2)",
        source="Broomhead and Lowe 1988, radial basis functions",
    ),
    Elementwise(
        name="sin",
        forward=sin,
        derivative=sin_derivative,
        formula="sin z",
        derivative_formula="cos z",
        analytic=np.sin,
        domain=(-7, 7),
        source="Sitzmann et al. 2020, periodic activations",
    ),
)
