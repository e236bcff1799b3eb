"""How gradient behaves: what it returns, arguments left alone, no memory between calls."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from reference.arrays import Array
from reference.errors import InputError

from .rays import Ray, scales, slope_of
from .subject import Subject, arguments, call_f, call_gradient, same

NEIGHBOURS = 4
NEAR = 2.0**-13
STEPS, WEIGHTS = (-2, -1, 1, 2), (1.0, -4.0, -4.0, 1.0)  # with 6 at the point itself


class Observed(NamedTuple):
    """The gradients as returned, one of whatever shape for each argument, and the faults of conduct."""

    gradients: list[Array]
    faults: tuple[str, ...]


def observe(subject: Subject, rng: np.random.Generator) -> Observed:
    """Return what gradient returns at the point, called twice with f evaluated elsewhere in between.

    Raises:
        InputError: when gradient raises or returns the wrong number of arrays.
    """
    call_f(subject, subject.point)
    given = arguments(subject, subject.point)
    first = call_gradient(subject, given)
    whole = arguments(subject, subject.point)
    spoilt = [
        name
        for name, a, b in zip((*subject.names, "cotangent"), whole, given, strict=False)
        if not np.array_equal(a, b)
    ]
    call_f(subject, _elsewhere(subject, rng))
    second = call_gradient(subject, whole)
    differing = [name for name, a, b in zip(subject.names, first, second, strict=True) if not same(a, b)]
    faults = [_in_place("gradient", name) for name in spoilt] + [_in_place("f", name) for name in subject.changed]
    faults += [_why_differing(subject, first, differing)] if differing else []
    faults += [
        f"gradient of {name}: got dtype {g.dtype}, should be float64"
        for name, g in zip(subject.names, first, strict=True)
        if g.dtype.kind == "c"
    ]
    return Observed([g.real.astype(np.float64) for g in first], tuple(faults))


def _in_place(function: str, name: str) -> str:
    return f"{function} changes its argument {name} in place: copy it before writing to it"


def _why_differing(subject: Subject, first: list[Array], names: list[str]) -> str:
    """Return in words why a second call gives other numbers: f's last point, or the calls themselves."""
    call_f(subject, subject.point)
    third = call_gradient(subject, arguments(subject, subject.point))
    which = f"gradient of {', '.join(names)}"
    if all(same(a, b) for a, b in zip(first, third, strict=True)):
        return f"{which} depends on where f was last evaluated: compute it from the arguments alone"
    return f"{which} differs from call to call: something is accumulated, or random without a fixed seed"


def _elsewhere(subject: Subject, rng: np.random.Generator) -> list[Array]:
    """Return another point, not far away."""
    return [np.asarray(array + scales(array) * rng.uniform(-0.5, 0.5, array.shape)) for array in subject.point]


def scatter(subject: Subject, rays: Sequence[Ray], got: Array, rng: np.random.Generator) -> Array:
    """Return the rounding noise of gradient's own slope along each ray, by fourth differences of gradient.

    Over five equidistant points near by, (1, -4, 6, -4, 1) / sqrt(70) cancels what is smooth and keeps
    the deviation of what is random. The median of several directions passes over kinks. Gradients in
    single precision get no allowance: that they round more is what is wrong with them.
    """
    found = np.zeros((NEIGHBOURS, len(rays)))
    for row in found:
        move = [np.where(a == 0, 1, a) * rng.uniform(-NEAR, NEAR, a.shape) for a in subject.point]
        near = [_slopes_at(subject, rays, [a + k * m for a, m in zip(subject.point, move, strict=True)]) for k in STEPS]
        row[:] = np.abs(6 * got + np.array(WEIGHTS) @ np.stack(near)) / math.sqrt(70)
    argument = np.array([ray.argument for ray in rays])
    single = [k for k in range(len(subject.point)) if _is_single(got[argument == k])]
    noise = np.nan_to_num(np.median(found, axis=0), nan=0.0, posinf=0.0)
    return np.where(np.isin(argument, single), 0.0, noise)


def _slopes_at(subject: Subject, rays: Sequence[Ray], point: list[Array]) -> Array:
    """Return gradient's slopes at another point, NaN where it has none."""
    call_f(subject, point)
    try:
        return slopes(subject, rays, call_gradient(subject, arguments(subject, point)))
    except InputError:
        return np.full(len(rays), np.nan)


def _is_single(got: Array) -> bool:
    """Return whether all numbers have at most 24 significant bits, and not so few as to be round or mere residues."""
    mantissa, _ = np.frexp(got)
    return bool(_whole(mantissa * 2.0**24) and not _whole(mantissa * 2.0**12))


def _whole(numbers: Array) -> bool:
    return bool((numbers == np.rint(numbers)).all())


def slopes(subject: Subject, rays: Sequence[Ray], gradients: Sequence[Array]) -> Array:
    """Return the gradients' own slope along each ray, NaN where a gradient has the wrong shape."""
    fits = [gradient.shape == array.shape for gradient, array in zip(gradients, subject.point, strict=True)]
    return np.array([slope_of(ray, gradients[ray.argument].real) if fits[ray.argument] else np.nan for ray in rays])
