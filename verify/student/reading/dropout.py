"""Activations of which some units were dropped: f(z) times a random mask, divided by the share that is kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from reference.arrays import Array
from reference.elementwise import ELEMENTWISE

from .curves import CURVES, Curve, leaky

FEWEST = 12  # units, over all samples, from which a mask can be told from a function of z
SAME = 1e-9


@dataclass(frozen=True)
class Dropped(Curve):
    """An activation with dropout, at the one point where its mask was drawn.

    Attributes:
        whole: the activation itself.
        mask: 0 where a unit was dropped, else what it was multiplied by (N, n).
    """

    whole: Curve
    mask: Array


def dropped(z: Array, a: Array) -> Curve | None:
    """Return the activation f and its mask with a = mask * f(z), None where there is none.

    A mask is random: no threshold on z separates the units that are kept.

    Arguments:
        z: pre-activations (N, n).
        a: recorded values of the same shape.
    """
    if z.shape != a.shape or a.size < FEWEST or not FEWEST // 3 <= np.count_nonzero(a) < a.size:
        return None
    with np.errstate(all="ignore"):
        return next((_with(f, mask) for f, mask in _masks(z, a) if _is_random(f, mask, z)), None)


def _masks(z: Array, a: Array) -> Iterator[tuple[Curve, Array]]:
    """Yield each activation of which the values are f(z), all times one constant, or 0."""
    on = a != 0
    few = np.flatnonzero(on)[:FEWEST]
    for f in (*(CURVES[name] for name in ELEMENTWISE), *_leaky(z, a, on)):
        first = a.flat[few] / np.asarray(f.forward(z.flat[few]))
        if not np.ptp(first) <= SAME * first[0]:
            continue  # before all are computed
        value = np.asarray(f.forward(z))
        ratio = a[on] / value[on]
        share = ratio[0]
        if f.name != "linear" and np.isfinite(ratio).all() and share >= 1 - SAME and np.ptp(ratio) <= SAME * share:
            yield f, np.where(on, share, 0.0)


def _leaky(z: Array, a: Array, on: Array) -> Iterator[Curve]:
    """Yield the leaky ReLU whose slope the kept values of both signs show."""
    above, below = np.logical_and(on, z > 0), np.logical_and(on, z < 0)
    if above.any() and below.any():
        slope = float((a[below][0] / z[below][0]) / (a[above][0] / z[above][0]))
        if 0 < slope < 1:
            yield leaky(slope)


def _is_random(f: Curve, mask: Array, z: Array) -> bool:
    """Return whether some unit that was dropped lies between two that were kept, and one kept between two dropped."""
    value = np.asarray(f.forward(z))
    on, off = z[np.logical_and(value, mask)], z[np.logical_and(value, mask == 0)]
    if not on.size or not off.size:
        return False
    between = bool(((off > on.min()) & (off < on.max())).any())
    return between and (off.size == 1 or bool(((on > off.min()) & (on < off.max())).any()))


def together(curves: Sequence[Curve], rows: Sequence[int]) -> Curve:
    """Return one activation for several passes: with their masks one below the other.

    Arguments:
        curves: the activation of each pass, dropped or not.
        rows: how many samples each pass has.
    """
    one = next(f for f in curves if isinstance(f, Dropped))
    ones = [np.ones((n, one.mask.shape[1])) for n in rows]
    masks = [f.mask if isinstance(f, Dropped) else all_on for f, all_on in zip(curves, ones, strict=True)]
    return _with(one.whole, np.concatenate(masks))


def _with(f: Curve, mask: Array) -> Dropped:
    name = f"{f.name.rstrip(')')}{', ' if '(' in f.name else '('}dropout)"
    return Dropped(
        name,
        lambda z: mask * f.forward(z),
        lambda z, da: f.backward(z, mask * da),
        lambda z: mask * f.derivative(z),
        f.formula,
        f,
        mask,
    )
