"""Losses of probabilities, logits and margins."""

import numpy as np

from ..arrays import Array
from ..rowwise import log_softmax, softmax_and_complement
from .entry import Loss, per_sample


def _ratio(top: Array, bottom: Array) -> Array:
    """Return top / bottom where top is not 0, and 0 where it is; infinite, without a warning, at bottom 0."""
    with np.errstate(divide="ignore", over="ignore"):
        return np.divide(top, bottom, out=np.zeros_like(top), where=top != 0)


def _weighted(y: Array, logarithm: np.ufunc, p: Array) -> Array:
    """Return y logarithm(p), and 0 where y = 0; infinite, without a warning, where only p is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms: Array = logarithm(p)
        terms *= y
    if not y.all():
        np.copyto(terms, 0, where=y == 0)
    return terms


def bce(p: Array, y: Array) -> Array:
    """Return -sum_k (y log p + (1 - y) log(1 - p)) of probabilities p in [0, 1]."""
    terms = _weighted(y, np.log, p)
    terms += _weighted(1 - y, np.log1p, -p)
    return -per_sample(terms)


def bce_derivative(p: Array, y: Array) -> Array:
    """Return (1 - y) / (1 - p) - y / p; a term whose numerator is 0 counts as 0, also at p = 0 and 1."""
    slope = _ratio(1 - y, 1 - p)
    slope -= _ratio(y, p)
    return slope


def bce_with_logits(z: Array, y: Array) -> Array:
    """Return sum_k (1 - y) softplus(z) + y softplus(-z), one exponential: e = e^-|z|."""
    terms = np.abs(z)
    np.negative(terms, out=terms)
    np.exp(terms, out=terms)
    np.log1p(terms, out=terms)
    terms += np.maximum(z, 0) * (1 - y)
    terms -= np.minimum(z, 0) * y
    return per_sample(terms)


def bce_with_logits_derivative(z: Array, y: Array) -> Array:
    """Return (1 - y) s(z) - y s(-z), s the sigmoid: no difference of nearly equal numbers for y in {0, 1}."""
    e = np.exp(-np.abs(z))
    right, left = np.maximum(e, z >= 0), np.maximum(e, z < 0)
    right *= 1 - y
    left *= y
    right -= left
    e += 1
    right /= e
    return right


def cross_entropy(p: Array, y: Array) -> Array:
    """Return -sum_k y_k log p_k of probabilities p in (0, 1]; 0 log 0 = 0."""
    return -per_sample(_weighted(y, np.log, p))


def cross_entropy_derivative(p: Array, y: Array) -> Array:
    """Return -y / p; 0 where y = 0."""
    return -_ratio(y, p)


def softmax_cross_entropy(z: Array, y: Array) -> Array:
    """Return -sum_k y_k log softmax(z)_k of logits z."""
    terms = log_softmax(z)
    terms *= -y
    return per_sample(terms)


def softmax_cross_entropy_derivative(z: Array, y: Array) -> Array:
    """Return p - y as p (1 - y) - y (1 - p), p = softmax(z): for rows of y that sum to 1."""
    p, complement = softmax_and_complement(z)
    p *= 1 - y
    complement *= y
    p -= complement
    return p


def kl_divergence(p: Array, y: Array) -> Array:
    """Return sum_k y_k log(y_k / p_k), the divergence of the prediction p from the target y."""
    from scipy import special  # as heavy to import as all the rest: only where it is needed

    terms: Array = special.rel_entr(y, p)
    return per_sample(terms)


def margin(a: Array, y: Array) -> Array:
    """Return y a, what the hinge compares with 1."""
    return a * y


def hinge(a: Array, y: Array) -> Array:
    """Return sum_k max(0, 1 - y_k a_k), y in {-1, 1}."""
    return per_sample(np.maximum(1 - a * y, 0))


def hinge_derivative(a: Array, y: Array) -> Array:
    """Return -y where y a < 1, else 0; 0 at y a = 1."""
    return np.where(a * y < 1, -y, 0)


LIKELIHOODS = (
    Loss(
        name="bce",
        forward=bce,
        derivative=bce_derivative,
        formula="-sum_k (y_k log p_k + (1 - y_k) log(1 - p_k))",
        derivative_formula="(p - y) / (p (1 - p))",
        reduction="mean",
        targets="unit",
        output="sigmoid",
        source="Good 1952, on probabilities",
    ),
    Loss(
        name="bce_with_logits",
        forward=bce_with_logits,
        derivative=bce_with_logits_derivative,
        formula="sum_k log(1 + e^z_k) - y_k z_k",
        derivative_formula="sigmoid(z) - y",
        reduction="mean",
        targets="unit",
        source="Cox 1958, on logits",
    ),
    Loss(
        name="cross_entropy",
        forward=cross_entropy,
        derivative=cross_entropy_derivative,
        formula="-sum_k y_k log p_k",
        derivative_formula="-y / p",
        reduction="batch_mean",
        targets="distribution",
        output="softmax",
        source="Good 1952, on probabilities",
    ),
    Loss(
        name="softmax_cross_entropy",
        forward=softmax_cross_entropy,
        derivative=softmax_cross_entropy_derivative,
        formula="log sum_k e^z_k - sum_k y_k z_k",
        mixes_row=True,
        derivative_formula="softmax(z) - y",
        reduction="batch_mean",
        targets="distribution",
        above_8_ulp="saturated rows: an exponential of a rounded difference, as in softmax",
        source="Bridle 1990, on logits",
    ),
    Loss(
        name="kl_divergence",
        forward=kl_divergence,
        derivative=cross_entropy_derivative,
        formula="sum_k y_k log(y_k / p_k)",
        derivative_formula="-y / p",
        reduction="batch_mean",
        targets="distribution",
        output="softmax",
        source="Kullback and Leibler 1951",
    ),
    Loss(
        name="hinge",
        forward=hinge,
        derivative=hinge_derivative,
        formula="sum_k max(0, 1 - y_k a_k)",
        derivative_formula="-y if y a < 1 else 0",
        reduction="batch_mean",
        targets="sign",
        argument=margin,
        kinks=(1,),
        source="Cortes and Vapnik 1995",
    ),
)
