"""Central differences of one layer by itself: sum(cotangent * f(a W + b)) in every entry of W, b, z and a.

Each perturbation moves one column of z (a weight or a bias) or one column of a (an input), so two
evaluations of f, on all perturbed columns at once, serve the whole layer.
"""

from typing import NamedTuple

import numpy as np

from reference.arrays import Array
from reference.elementwise import Elementwise
from reference.layers import Dense, Entry

from ..ladder import Estimate, U, extrapolate_settled, narrower
from ..rounding import activation_rounding, slope_size
from .differences import FINER_STEPS, FIRST_STEP, LEVELS, first_steps, signed_steps
from .perturbations import Flags, breaks, crossings


class Alone(NamedTuple):
    """The estimates of one layer: of its pre-activations, weights, biases and inputs."""

    dz: Estimate
    dW: Estimate
    db: Estimate
    da: Estimate


def layer_differences(layer: Dense, a_in: Array, z: Array, cotangent: Array) -> Alone:
    """Return the central differences of L = sum(cotangent * f(z)), z = a W + b.

    Arguments:
        layer: the layer, in float64.
        a_in: its input (N, n_in).
        z: its pre-activations (N, n_out).
        cotangent: dL/da of its output, (N, n_out).
    """
    with np.errstate(all="ignore"):
        found = _alone(layer, a_in, z, cotangent, FIRST_STEP)
        for step in FINER_STEPS:
            if all(np.isfinite(estimate.bar).all() for estimate in found):
                break
            finer = _alone(layer, a_in, z, cotangent, step)
            found = Alone(*map(narrower, found, finer))
        return found


def _alone(layer: Dense, a_in: Array, z: Array, cotangent: Array, first: float) -> Alone:
    W, entry = layer.affine.W, layer.activation.entry
    noise = _noise(layer, a_in, z, cotangent)
    # one row more than the inputs, of ones: the bias
    inputs = np.vstack([a_in.T, np.ones(len(z))])
    steps = first_steps(first, np.abs(inputs).max(axis=1, initial=0))
    shift = np.multiply.outer(signed_steps(LEVELS), steps[:, None] * inputs)  # (signed, n_in + 1, N)
    slopes, valid = _columns(entry, z, cotangent, shift, steps)
    finest = steps / 2 ** (LEVELS - 1)
    together = np.logical_and.reduce(valid, axis=2)
    totals = extrapolate_settled(slopes.sum(axis=2), together, finest[:, None], noise.sum(axis=0))
    bias = extrapolate_settled(slopes[:, -1], valid[:, -1], np.full(z.shape, finest[-1]), noise)
    dW, db = Estimate(totals.value[:-1], totals.bar[:-1]), Estimate(totals.value[-1], totals.bar[-1])
    return Alone(bias, dW, db, _inputs(entry, W, z, cotangent, noise, first))


def _noise(layer: Dense, a_in: Array, z: Array, cotangent: Array) -> Array:
    """Return what rounding does to each term cotangent * f(z), (N, n_out); a row-wise f spreads it over its row."""
    entry = layer.activation.entry
    terms = np.abs(a_in) @ np.abs(layer.affine.W) + np.abs(layer.affine.b) + np.abs(z)
    a = entry.forward(z)
    # a saturated f rounds nothing itself, but its value is summed with what moves
    moved = activation_rounding(entry).forward(z, a, slope_size(entry, z), terms)
    noise: Array = 2 * U * np.abs(cotangent) * (moved + np.abs(a))
    if isinstance(entry, Elementwise):
        return noise
    return np.broadcast_to(noise.sum(axis=1, keepdims=True), z.shape)


def _columns(entry: Entry, z: Array, cotangent: Array, shift: Array, steps: Array) -> tuple[Array, Flags]:
    """Return the differences (levels, rows, N, n_out) for every column of z moved by every row of ``shift``."""
    if isinstance(entry, Elementwise):
        moved = z + shift[..., None]
        terms = cotangent * entry.forward(moved)
        left = crossings(moved, z, breaks(entry))
    else:
        moved = z[:, None, :] + shift[..., None, None] * np.eye(z.shape[1])  # (signed, rows, N, column, n_out)
        terms = np.einsum("srnck,nk->srnc", entry.forward(moved), cotangent)
        left = None
    return _slopes(terms, left, steps[:, None, None])


def _slopes(terms: Array, left: Flags | None, steps: Array) -> tuple[Array, Flags]:
    """Return central differences and their validity from the terms at signed steps, the first axis."""
    levels = len(terms) // 2
    h = np.multiply.outer(2 * signed_steps(levels)[:levels], steps)
    slopes: Array = (terms[:levels] - terms[levels:]) / h
    valid = np.ones(slopes.shape, bool) if left is None else ~(left[:levels] | left[levels:])
    return slopes, valid


def _inputs(entry: Entry, W: Array, z: Array, cotangent: Array, noise: Array, first: float) -> Estimate:
    """Return dL/da of the layer's inputs, (N, n_in)."""
    steps = first_steps(first, np.abs(W).max(axis=1))
    moved = z + np.multiply.outer(signed_steps(LEVELS), steps[:, None] * W)[:, :, None, :]  # (signed, n_in, N, n_out)
    terms = np.einsum("smnk,nk->smn", entry.forward(moved), cotangent)
    left = crossings(moved, z, breaks(entry))
    left = None if left is None else np.logical_or.reduce(left, axis=-1)
    slopes, valid = _slopes(terms, left, steps[:, None])
    total = noise.sum(axis=1) if isinstance(entry, Elementwise) else noise[:, 0]
    estimate = extrapolate_settled(slopes, valid, steps[:, None] / 2 ** (LEVELS - 1), total)
    return Estimate(estimate.value.T, estimate.bar.T)
