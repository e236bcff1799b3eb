"""Symmetry, monotonicity and silence: what a function has, by its true values, and whether the reference keeps it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.arrays import Array

from ..oracles.exact import context
from .census import silent
from .function import ELEMENTWISE_KIND, Function
from .truth import SAME, true_value

PROBES = 60
RUN = 512  # neighbouring floats
RUNS = 16
SPECIAL = (0.0, -0.0, np.inf, -np.inf, np.nan)


class Shape(NamedTuple):
    """What a function has by its true values, and how well the reference keeps it.

    Attributes:
        symmetry: "odd", "even" or "".
        asymmetry: the largest difference between f(-z) and f(z), or -f(z), in ulp.
        trend: "increasing", "decreasing" or "".
        backward: the largest step against the trend, in ulp.
        silent: whether no argument raised a floating-point warning.
    """

    symmetry: str = ""
    asymmetry: float = 0.0
    trend: str = ""
    backward: float = 0.0
    silent: bool = True


def shape(f: Function, batches: Sequence[Array], rng: np.random.Generator) -> Shape:
    """Return the shape of a function at arrays of rows (n, m), which are also turned around and set in order."""
    quiet = all(_is_silent(f, x) for x in batches)
    if f.kind != ELEMENTWISE_KIND:
        return Shape(silent=quiet)
    z = batches[0][:, 0]
    probes = np.sort(np.concatenate([rng.choice(z, PROBES), rng.uniform(-8, 8, PROBES)]))
    true = np.array([true_value(f, [v], 0) for v in probes.tolist()], object)
    turned = np.array([true_value(f, [-v], 0) for v in probes.tolist()], object)
    symmetry, trend = _symmetry(true, turned), _trend(true)
    return Shape(
        symmetry,
        _asymmetry(f, z, -1 if symmetry == "odd" else 1) if symmetry else 0.0,
        trend,
        _backward(f, z, rng, 1 if trend == "increasing" else -1) if trend else 0.0,
        quiet,
    )


def _is_silent(f: Function, x: Array) -> bool:
    """Return whether the rows raise no warning, nor any special number at which the function has a value."""
    asked = x
    if f.kind == ELEMENTWISE_KIND:
        special = np.array(SPECIAL)
        with np.errstate(all="ignore"):
            valueless = np.isinf(special) & np.isnan(f.compute(special))
        asked = np.concatenate([x[:, 0], special[~valueless]])
    try:
        with silent():
            f.compute(asked)
    except FloatingPointError:
        return False
    return True


def _symmetry(true: NDArray[Any], turned: NDArray[Any]) -> str:
    if not _beyond(np.abs(true - turned), true).any():
        return "even"
    return "" if _beyond(np.abs(true + turned), true).any() else "odd"


def _trend(true: NDArray[Any]) -> str:
    """Return the trend of true values in order, "" for a constant too."""
    steps = true[1:] - true[:-1]
    rises, falls = _beyond(steps, true[1:]).any(), _beyond(-steps, true[1:]).any()
    return {(True, False): "increasing", (False, True): "decreasing"}.get((bool(rises), bool(falls)), "")


def _beyond(difference: NDArray[Any], size: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where a difference is more than the last digits of true values of that size."""
    return np.asarray(difference > np.abs(size) * context().mpf(SAME), np.bool_)


def _asymmetry(f: Function, z: Array, sign: int) -> float:
    here, there = f.compute(z), sign * f.compute(-z)
    with np.errstate(all="ignore"):
        return float(np.abs((here - there) / np.spacing(here)).max())


def _backward(f: Function, z: Array, rng: np.random.Generator, direction: int) -> float:
    """Return the largest step back between arguments in order, some of them runs of neighbouring floats."""
    starts = rng.choice(z[np.abs(z) < np.finfo(np.float64).max / 2], RUNS)
    runs = (starts[:, None] + np.arange(RUN) * np.spacing(starts)[:, None]).ravel()
    value = direction * f.compute(np.sort(np.concatenate([z, runs])))
    with np.errstate(all="ignore"):
        back = (np.maximum.accumulate(value) - value) / np.spacing(np.abs(value))
    return float(np.nanmax(back))
