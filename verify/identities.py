"""The local identities: each quantity against its own formula on the implementation's own cached values.

They say where: z_l = a_{l-1} W_l + b_l, a_l = f(z_l), dz_l = da_l * f'(z_l), dW_l = a_{l-1}^T dz_l,
db_l = sum dz_l, da_{l-1} = dz_l W_l^T, with f and f' of the element-wise activations by their scalar twins, ``math`` on
one number at a time, and not by the table under test. No error of an earlier quantity enters, so their bounds are
those of one sum, and a single entry that is wrong by 1e-12 shows at any depth. That the formulas
are the right ones, only the global oracles say.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from reference import Gradients, Network, Trace
from reference.arrays import Array
from reference.elementwise import Elementwise
from reference.layers import Entry
from reference.scalar import TWINS, VectorizedTwin, vectorized

from .agreement import Comparison, compare
from .blocks import Block
from .bounds import Roundoff
from .rounding import activation_rounding, curvature, slope_size


class Identity(NamedTuple):
    """One quantity as the implementation gives it, as its formula gives it, and how far apart they may lie."""

    block: Block
    got: Array
    should_be: Array
    bound: Array


def local_identities(network: Network, trace: Trace, gradients: Gradients, roundoff: Roundoff) -> Comparison:
    """Return how well every quantity but the loss and da_L follows from its cached neighbours.

    The bound of a sum of n products is 2 (n + 1) U times the sum of their absolute values: each side
    may sum in its own order.
    """
    with np.errstate(all="ignore"):
        rows = [*_forward(network, trace, roundoff), *_backward(network, trace, gradients, roundoff)]
    return compare(*zip(*rows, strict=True))


def _sum_bound(terms: int, absolute: Array, roundoff: Roundoff) -> Array:
    bound: Array = 2 * (terms + 1) * roundoff.unit * absolute
    bound += roundoff.smallest
    return bound


def _forward(network: Network, trace: Trace, roundoff: Roundoff) -> Iterator[Identity]:
    for number, (layer, a_in, z, a) in enumerate(zip(network.layers, trace.inputs, trace.z, trace.a, strict=True), 1):
        W, b = layer.affine.W, layer.affine.b
        absolute = np.abs(a_in) @ np.abs(W) + np.abs(b)
        yield Identity(("z", number), z, a_in @ W + b, _sum_bound(len(W), absolute, roundoff))
        yield _activation(layer.activation.entry, number, z, a, roundoff)


def _backward(network: Network, trace: Trace, gradients: Gradients, roundoff: Roundoff) -> Iterator[Identity]:
    inputs = (gradients.dX, *gradients.da[:-1])
    for k in reversed(range(len(network.layers))):
        layer, a_in, dz = network.layers[k], trace.inputs[k], gradients.dz[k]
        W, size = layer.affine.W, np.abs(dz)
        yield _slope(network, trace, gradients, k, roundoff)
        penalty = network.l2 * W
        absolute = np.abs(a_in).T @ size + np.abs(penalty)
        dW = a_in.T @ dz + penalty
        yield Identity(("dW", k + 1), gradients.dW[k], dW, _sum_bound(len(dz), absolute, roundoff))
        db = dz.sum(axis=0)
        yield Identity(("db", k + 1), gradients.db[k], db, _sum_bound(len(dz), size.sum(axis=0), roundoff))
        da = dz @ W.T
        block = ("da", k) if k else ("dX", 0)
        yield Identity(block, inputs[k], da, _sum_bound(len(W.T), size @ np.abs(W).T, roundoff))


ULPS = 16  # table and twin are each within 4 (1 + k) ulp, that is 8 (1 + k) U


def _activation(entry: Entry, number: int, z: Array, a: Array, roundoff: Roundoff) -> Identity:
    """Return a_l against f(z_l): by the scalar twin within 16 U (|f| + |z f'|), row-wise by the table itself."""
    twin = _twin(entry.name)
    if twin is None or not isinstance(entry, Elementwise):
        nothing = np.zeros_like(z)
        slack = activation_rounding(entry).forward(z, a, slope_size(entry, z), nothing)
        return Identity(("a", number), a, entry.forward(z), slack * roundoff.unit + roundoff.smallest)
    value = twin.forward(z)
    slack = np.abs(value) + np.abs(z * entry.derivative(z))
    return Identity(("a", number), a, value, ULPS * roundoff.unit * slack + _tiniest(z, roundoff))


def _slope(network: Network, trace: Trace, gradients: Gradients, k: int, roundoff: Roundoff) -> Identity:
    """Return dz_l against da_l * f'(z_l): by the scalar twin, row-wise by the table.

    The bound is 8 U |da| S_f' + 4 U |dz|, so that 1 - a^2 and other right formulas whose terms cancel pass too;
    and for the twin 16 U |da| (|f'| + |z f''|).
    """
    entry, number, z, a = network.layers[k].activation.entry, k + 1, trace.z[k], trace.a[k]
    da, dz, twin = gradients.da[k], gradients.dz[k], _twin(entry.name)
    nothing = np.zeros_like(z)
    size = slope_size(entry, z)
    terms = activation_rounding(entry).backward(z, a, size, np.abs(da), nothing, nothing, nothing)  # 2 |da| S_f'
    bound = 4 * roundoff.unit * (terms + np.abs(dz)) + roundoff.smallest
    if twin is None or not isinstance(entry, Elementwise):
        return Identity(("dz", number), dz, entry.backward(z, da), bound)
    slope = twin.derivative(z)
    weight = np.abs(slope) + np.abs(z) * curvature(entry, z, a, slope)
    bound += np.abs(da) * (ULPS * roundoff.unit * weight + _tiniest(z, roundoff))
    return Identity(("dz", number), dz, da * slope, bound)


def _tiniest(z: Array, roundoff: Roundoff) -> Array:
    """Return what a subnormal factor may cost: some smallest normals, |z| of them where z multiplies it."""
    return 4 * roundoff.smallest * (1 + np.abs(z))


@lru_cache
def _twin(name: str) -> VectorizedTwin | None:
    return vectorized(TWINS[name]) if name in TWINS else None
