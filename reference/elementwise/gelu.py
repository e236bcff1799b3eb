"""The Gaussian error linear unit, exact and in its tanh approximation."""

import math
from typing import Any

import numpy as np

from ..arrays import Array
from .entry import Elementwise, on_arrays
from .logistic import gated, gated_derivative, half_decay

TAIL = 40.0  # e^(-40^2 / 2) is 0 in float64
DENSITY_AT_0 = 1 / math.sqrt(2 * math.pi)
SLOPE = 2 * math.sqrt(2 / math.pi)
SHORTFALL = 0.4042308783942693  # 2 - SLOPE, rounded once: the float subtraction keeps SLOPE's error
CUBIC = 0.044715


def _normal(z: Array) -> Array:
    """Return Phi(z), the standard normal distribution function, within 5 ulp near its hardest points.

    Student's t with infinitely many degrees of freedom: SciPy hands it to Boost's erfc, where its
    own ``ndtr`` is 15 ulp off around z = -1.3 and gives 0 from -38 on.
    """
    from scipy import special  # as heavy to import as all the rest: only where it is needed

    phi: Array = special.stdtr(np.inf, z)
    return phi


@on_arrays
def gelu(z: Array) -> Array:
    """Return z Phi(z)."""
    a = _normal(z)
    a *= np.maximum(z, -TAIL)
    return a


@on_arrays
def gelu_derivative(z: Array) -> Array:
    """Return Phi(z) + z phi(z), phi = Phi' the standard normal density."""
    clipped = np.clip(z, -TAIL, TAIL)
    slope = clipped * clipped
    slope *= -0.5
    np.exp(slope, out=slope)
    clipped *= DENSITY_AT_0
    slope *= clipped
    slope += _normal(z)
    return slope


def _inner(t: Array, cubic: float) -> Array:
    """Return SLOPE (t + cubic t^3): 2u for cubic = CUBIC, and t times its derivative for 3 CUBIC.

    Computed as 2t + t (SLOPE cubic t^2 - SHORTFALL): 2t is exact and the rest is the smaller part, so
    the exponent it becomes is off by half as much as SLOPE t (1 + cubic t^2) would be.
    """
    v = t * t
    v *= SLOPE * cubic
    v -= SHORTFALL
    v *= t
    v += 2 * t
    return v


@on_arrays
def gelu_tanh(z: Array) -> Array:
    """Return z (1 + tanh u) / 2 with u = sqrt(2 / pi) (z + 0.044715 z^3), computed as z sigmoid(2u)."""
    return gated(z, half_decay(_inner(np.clip(z, -TAIL, TAIL), CUBIC)))


@on_arrays
def gelu_tanh_derivative(z: Array) -> Array:
    """Return the derivative of z sigmoid(v), v = 2u."""
    t = np.minimum(np.abs(z), TAIL)
    return gated_derivative(z, half_decay(_inner(t, CUBIC)), _inner(t, 3 * CUBIC))


def _textbook_gelu(z: Any) -> Any:
    """Return the definition itself, z (1 + erf(z / sqrt 2)) / 2, for real or complex z."""
    from scipy import special

    return z * special.erfc(-z / math.sqrt(2)) / 2


GELU = (
    Elementwise(
        name="gelu",
        forward=gelu,
        derivative=gelu_derivative,
        formula="z Phi(z), Phi the normal distribution function",
        derivative_formula="Phi(z) + z phi(z), phi the normal density",
        analytic=_textbook_gelu,
        domain=(-5, 5),
        above_8_ulp="left tail: z / sqrt 2 and z^2 / 2 are rounded, and an ulp of them is z^2 ulp of Phi and phi",
        source="Hendrycks and Gimpel 2016",
    ),
    Elementwise(
        name="gelu_tanh",
        forward=gelu_tanh,
        derivative=gelu_tanh_derivative,
        formula="z (1 + tanh u) / 2, u = sqrt(2 / pi) (z + 0.044715 z^3)",
        derivative_formula="(1 + tanh u) / 2 + z u' (1 - tanh^2 u) / 2",
        analytic=lambda z: z * (1 + np.tanh(math.sqrt(2 / math.pi) * (z + CUBIC * z**3))) / 2,
        domain=(-5, 5),
        above_8_ulp="left tail: 2u, up to 745 there, is rounded, and an ulp of it is up to 2000 ulp of e^2u",
        source="Hendrycks and Gimpel 2016, the approximation of section 2",
    ),
)
