"""The sigmoid and what is built from it and from tanh."""

import numpy as np

from ..arrays import Array
from .entry import Elementwise, in_one_pass, on_arrays

TAIL = 800.0  # e^-800 is 0 in float64: past it a sigmoid is exactly 0 or 1, and 0 * inf is avoided


def decay(z: Array) -> Array:
    """Return e^(-|z|), in (0, 1] for every z: the one exponential of this file that cannot overflow."""
    e = np.abs(z)
    np.negative(e, out=e)
    return np.exp(e, out=e)


@on_arrays
def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + e^-z), computed as max(e^-|z|, [z >= 0]) / (1 + e^-|z|)."""
    e = decay(z)
    a = np.maximum(e, z >= 0)
    e += 1
    a /= e
    return a


@on_arrays
def sigmoid_derivative(z: Array) -> Array:
    """Return e^-|z| / (1 + e^-|z|)^2, which is sigmoid(z) sigmoid(-z)."""
    e = decay(z)
    bottom = e + 1
    bottom *= bottom
    e /= bottom
    return e


@on_arrays
def log_sigmoid(z: Array) -> Array:
    """Return -log(1 + e^-z), computed as min(z, 0) - log1p(e^-|z|)."""
    a = decay(z)
    np.log1p(a, out=a)
    return np.subtract(np.minimum(z, 0), a, out=a)


@on_arrays
def log_sigmoid_derivative(z: Array) -> Array:
    """Return sigmoid(-z), computed as max(e^-|z|, [z < 0]) / (1 + e^-|z|)."""
    e = decay(z)
    slope = np.maximum(e, z < 0)
    e += 1
    slope /= e
    return slope


@on_arrays
def softplus(z: Array) -> Array:
    """Return log(1 + e^z), computed as max(z, 0) + log1p(e^-|z|)."""
    a = decay(z)
    np.log1p(a, out=a)
    a += np.maximum(z, 0)
    return a


@in_one_pass
def tanh(z: Array) -> Array:
    """Return tanh z."""
    return np.asarray(np.tanh(z))


@on_arrays
def tanh_derivative(z: Array) -> Array:
    """Return 1 - tanh^2 z as sech^2 z = (2t / (1 + t^2))^2 with t = e^-|z|, which does not cancel."""
    t = decay(z)
    bottom = t * t
    bottom += 1
    t /= bottom
    t *= 2
    t *= t
    return t


def half_decay(v: Array) -> Array:
    """Return h = e^(-|v| / 2): a product that takes h twice, last, underflows only where its true value does."""
    h = np.abs(v)
    h *= -0.5
    return np.exp(h, out=h)


def gated(z: Array, h: Array) -> Array:
    """Return z s(v), s the sigmoid and v of the sign of z, as (z w / (1 + h^2)) w with w = max(h, [z >= 0]).

    Arguments:
        z: the inputs.
        h: e^(-|v| / 2); overwritten.
    """
    w = np.maximum(h, z >= 0)
    a = np.maximum(z, -TAIL)
    a *= w
    h *= h
    h += 1
    a /= h
    a *= w
    return a


@on_arrays
def silu(z: Array) -> Array:
    """Return z sigmoid(z)."""
    return gated(z, half_decay(z))


def flip_right(z: Array, left: Array) -> Array:
    """Turn N into 1 - N where z >= 0, in place: the two sides of f' where f(z) - f(-z) = z."""
    right = (z >= 0).astype(z.dtype)
    left -= right
    right *= -2
    right += 1
    left *= right
    return left


def gated_derivative(z: Array, h: Array, stretch: Array) -> Array:
    """Return the derivative of z s(v(z)), s the sigmoid and v an odd increasing function.

    For z < 0 it is N = e (1 + e - |z| v') / (1 + e)^2 with e = h^2, and because z s(v) - (-z) s(-v) = z
    it is 1 - N at -z: one exponential serves both sides and nothing cancels but at the root itself.

    Arguments:
        z: the inputs; only their sign is used.
        h: e^(-|v(z)| / 2).
        stretch: |z| v'(z); overwritten.
    """
    e = h * h
    slope = np.subtract(e, stretch, out=stretch)
    slope += 1
    slope *= h
    bottom = e + 2
    bottom *= e
    bottom += 1  # (1 + e)^2, whose square would double the rounding of 1 + e
    slope /= bottom
    slope *= h
    return flip_right(z, slope)


@on_arrays
def silu_derivative(z: Array) -> Array:
    """Return e (1 + e - |z|) / (1 + e)^2 with e = e^-|z| for z < 0, and 1 minus that for z > 0."""
    return gated_derivative(z, half_decay(z), np.minimum(np.abs(z), TAIL))


def _halves(z: Array) -> tuple[Array, Array]:
    """Return r = e^(min(z, 0) / 2) and m = e^-max(z, 0): r^2 / m is e^z, and none of them overflows."""
    r, m = np.minimum(z, 0), np.maximum(z, 0)
    r *= 0.5
    np.negative(m, out=m)
    return np.exp(r, out=r), np.exp(m, out=m)


@on_arrays
def mish(z: Array) -> Array:
    """Return z tanh(log(1 + w)) = z (w^2 + 2w) / (w^2 + 2w + 2) with w = e^z = r^2 / m, r multiplied in last."""
    r, m = _halves(z)
    p = r * r
    top = m + m
    top += p
    p *= top
    m *= m
    m *= 2
    p += m
    top /= p
    top *= r
    top *= np.maximum(z, -TAIL)
    top *= r
    return top


@on_arrays
def mish_derivative(z: Array) -> Array:
    """Return w (w + 2(z + 1) - 2 z w^2 / D) / D with D = w^2 + 2w + 2 and w = e^z = p / m, p = r^2."""
    r, m = _halves(z)
    p = r * r
    z = np.clip(z, -TAIL, TAIL)
    bottom = 2 * m * m + p * (p + 2 * m)
    slope: Array = (z + 1) - z * (p * p / bottom)  # 2(z + 1) never nearly cancels against w where z < 0
    slope *= 2 * m
    slope += p
    slope *= r
    slope /= bottom
    slope *= r  # last, as in mish
    return slope


LOGISTIC = (
    Elementwise(
        name="sigmoid",
        forward=sigmoid,
        derivative=sigmoid_derivative,
        formula="1 / (1 + e^-z)",
        derivative_formula="a (1 - a) with a = sigmoid(z)",
        analytic=lambda z: 1 / (1 + np.exp(-z)),
        domain=(-6, 6),
        source="Rumelhart, Hinton and Williams 1985",
    ),
    Elementwise(
        name="log_sigmoid",
        forward=log_sigmoid,
        derivative=log_sigmoid_derivative,
        formula="-log(1 + e^-z)",
        derivative_formula="sigmoid(-z)",
        analytic=lambda z: -np.log(1 + np.exp(-z)),
        domain=(-6, 6),
        source="the log-likelihood of logistic regression: Cox 1958",
    ),
    Elementwise(
        name="softplus",
        forward=softplus,
        derivative=sigmoid,
        formula="log(1 + e^z)",
        derivative_formula="sigmoid(z)",
        analytic=lambda z: np.log(1 + np.exp(z)),
        domain=(-6, 6),
        source="Dugas et al. 2001",
    ),
    Elementwise(
        name="tanh",
        forward=tanh,
        derivative=tanh_derivative,
        formula="tanh z",
        derivative_formula="1 - a^2 with a = tanh z",
        analytic=np.tanh,
        domain=(-3, 3),
        source="LeCun 1989",
    ),
    Elementwise(
        name="silu",
        forward=silu,
        derivative=silu_derivative,
        formula="z sigmoid(z)",
        derivative_formula="s (1 + z (1 - s)) with s = sigmoid(z)",
        analytic=lambda z: z / (1 + np.exp(-z)),
        domain=(-6, 6),
        source="Elfwing, Uchibe and Doya 2018",
    ),
    Elementwise(
        name="mish",
        forward=mish,
        derivative=mish_derivative,
        formula="z tanh(log(1 + e^z))",
        derivative_formula="tanh(p) + z (1 - tanh^2(p)) sigmoid(z) with p = log(1 + e^z)",
        analytic=lambda z: z * np.tanh(np.log(1 + np.exp(z))),
        domain=(-6, 6),
        source="Misra 2019",
    ),
)
