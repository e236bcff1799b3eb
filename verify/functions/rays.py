"""Straight lines through the point of evaluation, and the values of a function along them."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from reference.arrays import Array

Complexes: TypeAlias = NDArray[np.complexfloating]
Value: TypeAlias = Callable[[Sequence[NDArray[np.inexact]]], complex]  # the arrays -> one number, NaN where f fails


class Ray(NamedTuple):
    """A line on which one argument moves and the others rest.

    A step t moves an entry by t times its scale, the power of two nearest max(1, |x|), so that
    steps and slopes of different entries compare; x + t scale is exact for t a power of two.

    Attributes:
        argument: the position of the moving argument.
        entry: the flat index of the moving entry, -1 where all move.
        origin: the entry's value, 0 where all move.
        scale: the entry's scale, 1 where all move.
        direction: what a step of 1 adds to the argument, None where one entry moves.
    """

    argument: int
    entry: int
    origin: float
    scale: float
    direction: Array | None


class Walk(NamedTuple):
    """A function's values along rays, and the steps that rounding really took, both (steps, rays)."""

    values: NDArray[np.inexact]
    steps: NDArray[np.inexact]


def scales(array: Array) -> Array:
    """Return the power of two nearest max(1, |x|) of each entry, in logarithm."""
    return np.asarray(np.exp2(np.round(np.log2(np.maximum(np.abs(array), 1)))))


def entry_ray(argument: int, array: Array, index: int) -> Ray:
    """Return the ray on which one entry moves."""
    flat = array.reshape(-1)[index : index + 1]
    return Ray(argument, index, flat.item(), scales(flat).item(), None)


def entry_rays(argument: int, array: Array) -> list[Ray]:
    """Return one ray for each entry of the array, in flat order."""
    pairs = zip(array.reshape(-1).tolist(), scales(array).reshape(-1).tolist(), strict=True)
    return [Ray(argument, i, x, scale, None) for i, (x, scale) in enumerate(pairs)]


def random_rays(argument: int, array: Array, count: int, rng: np.random.Generator) -> list[Ray]:
    """Return rays in random signed directions, of norm 1 in units of the entries' scales.

    The components are multiples of 2^-30, so that adding a step of them to the array hardly rounds.
    """
    rays = []
    for _ in range(count):
        unit = rng.normal(size=array.shape)
        unit /= math.sqrt(float((unit * unit).sum()))
        direction = np.round(unit * 2.0**30) / 2.0**30 * scales(array)
        rays.append(Ray(argument, -1, 0.0, 1.0, direction))
    return rays


def half(ray: Ray, start: int, stop: int) -> Ray:
    """Return the ray on which only the entries from ``start`` to ``stop`` of a random direction move."""
    assert ray.direction is not None
    part = np.zeros_like(ray.direction)
    part.reshape(-1)[start:stop] = ray.direction.reshape(-1)[start:stop]
    return ray._replace(direction=part)


def slope_of(ray: Ray, gradient: Array) -> float:
    """Return the derivative along the ray that a gradient of its argument stands for."""
    if ray.direction is None:
        return float(gradient.reshape(-1)[ray.entry]) * ray.scale
    return float((gradient * ray.direction).sum())


def walk(value: Value, point: Sequence[Array], rays: Sequence[Ray], steps: NDArray[np.inexact]) -> Walk:
    """Return the function's values after each step along each ray.

    Arguments:
        value: the function.
        point: the arguments, float64 and contiguous; never changed.
        rays: the lines.
        steps: (steps, rays), real or complex.
    """
    origin, scale = np.array([ray.origin for ray in rays]), np.array([ray.scale for ray in rays])
    places = origin + steps * scale
    work = [array.astype(steps.dtype) for array in point]
    handed = [array.view() for array in work]
    for array in handed:
        array.flags.writeable = False  # f may not change its arguments: the next call gets them too
    values = np.empty_like(places)
    with np.errstate(all="ignore"):
        for column, ray in enumerate(rays):
            values[:, column] = _values(value, work, handed, ray, places[:, column])
    return Walk(values, (places - origin) / scale)


def _values(
    value: Value,
    work: list[NDArray[np.inexact]],
    handed: list[NDArray[np.inexact]],
    ray: Ray,
    places: NDArray[np.inexact],
) -> list[complex]:
    """Return the values with the ray's entry, or its whole argument, put at each of the places."""
    if ray.direction is not None:
        k, rest = ray.argument, work[ray.argument]
        return [value([*handed[:k], rest + place * ray.direction, *handed[k + 1 :]]) for place in places]
    flat = work[ray.argument].reshape(-1)
    found = []
    for place in places:
        flat[ray.entry] = place
        found.append(value(handed))
    flat[ray.entry] = ray.origin
    return found
