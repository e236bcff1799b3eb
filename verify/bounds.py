"""The running error bound: how far two honest float computations of one network may lie apart.

The forward and the backward pass are carried out once more on absolute values. E collects, in units
of the roundoff U, the rounding of every sum (the absolute terms of its formula, not the result) and
what earlier errors are amplified to; 8 U E is the bound. Nothing in it is a tolerance, and nothing is
absolute but one smallest normal number per step, for the platforms that flush subnormals to zero.

Where a pre-activation lies within its own bound of a kink, the two computations may honestly take different
sides: the bound there, and of everything upstream, is infinite or NaN. So it is where a probability lies within
its own bound of 0 and the loss takes its logarithm, and where a pre-activation is known so badly that a slope at
one point says nothing. At a kink of the loss only its slope is in doubt, by as much as it jumps.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from reference import REDUCTIONS, Gradients, Loss, Network, Trace
from reference.arrays import Array
from reference.elementwise import Elementwise
from reference.layers import Entry

from .rounding import KNOWN_TO, activation_rounding, curved, loss_rounding, slope_size

Flags: TypeAlias = NDArray[np.bool_]
FACTOR = 8


class Roundoff(NamedTuple):
    """A floating dtype's unit roundoff U and its smallest normal number."""

    unit: float
    smallest: float

    @classmethod
    def of(cls, dtype: np.dtype[np.floating]) -> "Roundoff":
        """Return those of ``dtype``: 2^-53 and 2.2e-308 for float64."""
        info = np.finfo(dtype)
        return cls(float(info.eps) / 2, float(info.smallest_normal))


class Bounds(NamedTuple):
    """The largest honest discrepancy of every quantity: shapes as in ``Trace`` and ``Gradients``."""

    loss: float
    z: tuple[Array, ...]
    a: tuple[Array, ...]
    gradients: Gradients


def running_bound(network: Network, trace: Trace, gradients: Gradients, y: Array, roundoff: Roundoff) -> Bounds:
    """Return 8 U E for every quantity of one network.

    Forward: Ez = Ea_prev |W| + (n + 1) |a_prev| |W| + |b|, Ea = |f'| Ez + 2 S_f.
    Backward: Edz = Eda |f'| + |da| (|f''| Ez + 2 S_f') + |dz|, dW: Ea_prev^T |dz| + |a_prev|^T Edz
    + N |a_prev|^T |dz|, db: sum Edz + N sum |dz|, da_prev: Edz |W|^T + n |dz| |W|^T.
    S_f and S_f' are the sums of the absolute terms of the formulas of f and f'.

    Arguments:
        network: the network; only its weights and its activations' derivatives are used.
        trace: its values, from either side of the comparison; only their sizes matter.
        gradients: likewise.
        y: the checked targets (N, n_L).
        roundoff: of the dtype under test.
    """
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        sizes = [np.abs(layer.affine.W) for layer in network.layers]
        floor, scale = roundoff.smallest / roundoff.unit, FACTOR * roundoff.unit
        slopes = [slope_size(layer.activation.entry, z) for layer, z in zip(network.layers, trace.z, strict=True)]
        steepest = [_steeper(*told) for told in zip(slopes, gradients.dz, gradients.da, strict=True)]
        Ez, Ea, open_ = _forward(network, trace, sizes, steepest, roundoff)
        objective, output = network.objective, trace.output
        divisor = REDUCTIONS[network.reduction](output.shape)
        rounding = loss_rounding(objective, output, y, Ea[-1])
        Eda = rounding.gradient / divisor + np.abs(gradients.da[-1]) + floor
        Eda += _jump(objective, output, y, rounding.argument * scale) / divisor / scale
        at_pole = rounding.pole <= Ea[-1] * scale
        Eda[at_pole] = rounding.value[at_pole] = np.nan  # one side may be infinite: no later 0 closes this
        bent = rounding.gradient * Ea[-1] * scale  # the second order: an output of 0 here may be rounding there
        Eloss = ((rounding.value + bent).sum() + (output.size + 2) * rounding.size.sum()) / divisor + floor
        Eloss += network.l2 / 2 * sum((W.size + 2) * np.vdot(W, W) for W in sizes)
        E = _backward(network, trace, gradients, sizes, slopes, Ez, Ea, Eda, open_, roundoff)
        return Bounds(float(Eloss * scale), _times(Ez, scale), _times(Ea, scale), _scaled(E, scale))


def _jump(objective: Loss, a: Array, y: Array, radius: Array) -> Array:
    """Return twice what dl/da jumps by where the argument is within ``radius`` of a kink, else 0."""
    near = _near(objective.argument(a, y), objective.kinks, radius)
    if not near.any():
        return np.zeros_like(a)
    above, below = objective.derivative(a + 2 * radius, y), objective.derivative(a - 2 * radius, y)
    jump: Array = 2 * near * (np.abs(above) + np.abs(below))
    return jump


def _times(errors: list[Array] | tuple[Array, ...], scale: float) -> tuple[Array, ...]:
    return tuple(E * scale for E in errors)


def _scaled(E: Gradients, scale: float) -> Gradients:
    parts = [_times(part, scale) for part in (E.dz, E.da, E.dW, E.db)]
    return Gradients(parts[0], parts[1], parts[2], parts[3], E.dX * scale)


def _forward(
    network: Network, trace: Trace, sizes: list[Array], slopes: list[Array], roundoff: Roundoff
) -> tuple[list[Array], list[Array], list[Flags]]:
    """Return Ez and Ea of every layer, and where f'(z) says nothing about the other side."""
    Ezs: list[Array] = []
    Eas: list[Array] = []
    opens: list[Flags] = []
    Ea = None
    floor, scale = roundoff.smallest / roundoff.unit, FACTOR * roundoff.unit
    layers = zip(network.layers, sizes, slopes, trace.inputs, trace.z, trace.a, strict=True)
    for layer, W, slope, a_in, z, a in layers:
        terms = np.abs(a_in) * (len(W) + 1)
        if Ea is not None:
            terms += Ea
        Ez = terms @ W
        Ez += np.abs(layer.affine.b) + floor
        entry, radius = layer.activation.entry, Ez * scale
        Ea = activation_rounding(entry).forward(z, a, slope, Ez)
        Ea += floor * (1 + np.abs(z))
        open_ = _near_kinks(entry, z, radius)
        if isinstance(entry, Elementwise) and open_.any():
            Ea[open_] = np.maximum(Ea, _steepest(entry, z, radius) * Ez)[open_]
        if radius.max(initial=0) > KNOWN_TO:
            lost = _lost(entry, radius)
            Ea[lost] = np.inf
            open_ |= lost
        Ezs.append(Ez)
        Eas.append(Ea)
        opens.append(open_)
    return Ezs, Eas, opens


def _backward(
    network: Network,
    trace: Trace,
    gradients: Gradients,
    sizes: list[Array],
    slopes: list[Array],
    Ez: list[Array],
    Ea: list[Array],
    Eda: Array,
    open_: list[Flags],
    roundoff: Roundoff,
) -> Gradients:
    dz, da, dW, db = [], [], [], []
    N, floor, scale = len(trace.X), roundoff.smallest / roundoff.unit, FACTOR * roundoff.unit
    for k in reversed(range(len(sizes))):
        entry, z, a_in = network.layers[k].activation.entry, trace.z[k], np.abs(trace.inputs[k])
        # sizes on either side: an exact 0 here may be rounding there
        cotangent = np.abs(gradients.da[k]) + _where_finite(Eda) * scale
        Edz = activation_rounding(entry).backward(z, trace.a[k], slopes[k], cotangent, Ez[k], Ea[k], Eda)
        size = np.abs(gradients.dz[k])
        Edz += size + floor * (1 + np.abs(z)) * (1 + cotangent)
        Edz[open_[k]] = np.inf
        size += Edz * scale
        da.append(Eda)
        dz.append(Edz)
        columns = N * size + Edz
        EdW = a_in.T @ columns
        if k:
            EdW += Ea[k - 1].T @ size
        dW.append(EdW + 2 * network.l2 * sizes[k] + floor)
        db.append(columns.sum(axis=0) + floor)
        Eda = (len(network.layers[k].affine.b) * size + Edz) @ sizes[k].T + floor
    return Gradients(tuple(dz[::-1]), tuple(da[::-1]), tuple(dW[::-1]), tuple(db[::-1]), Eda)


def _steeper(slope: Array, dz: Array, da: Array) -> Array:
    """Return |f'| by the table or by the gradients' own dz / da, whichever is steeper.

    The gradients are an oracle's: a derivative under test must not narrow the bound of the forward pass.
    """
    ratio = np.abs(dz / da)
    ratio[~np.isfinite(ratio)] = 0
    return np.maximum(slope, ratio)


def _where_finite(E: Array) -> Array:
    """Return E with 0 in place of what is open."""
    return E if np.isfinite(E.sum()) else np.where(np.isfinite(E), E, 0)


def _near_kinks(entry: Entry, z: Array, radius: Array) -> Flags:
    """Return where z cannot be told from a kink of the activation."""
    return _near(z, tuple(kink.at for kink in entry.kinks) if isinstance(entry, Elementwise) else (), radius)


def _steepest(entry: Elementwise, z: Array, radius: Array) -> Array:
    """Return the larger |f'| of the two ends of the interval around z."""
    steepest: Array = np.maximum(np.abs(entry.derivative(z - radius)), np.abs(entry.derivative(z + radius)))
    return steepest


def _lost(entry: Entry, radius: Array) -> Flags:
    """Return where z is not even known to half a unit, the scale on which every curved activation bends."""
    lost: Flags = radius > KNOWN_TO
    if isinstance(entry, Elementwise):
        return lost & curved(entry)
    return np.broadcast_to(lost.any(axis=-1, keepdims=True), lost.shape)


def _near(values: Array, kinks: tuple[float, ...], radius: Array) -> Flags:
    """Return where ``values`` lie within ``radius`` of one of the kinks."""
    near = np.zeros(values.shape, bool)
    for kink in kinks:
        near |= np.abs(values - kink) <= radius
    return near
