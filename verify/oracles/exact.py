"""The exact oracle: the complex step, and errors in ulp against mpmath, for the entries of the tables."""

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reference import ACTIVATIONS, Elementwise, InputError
from reference.arrays import Array
from reference.errors import look_up

from .truths import TRUTHS, Context, Formula, Number

STEP = 1e-200  # its square underflows beside any number: the complex step has no truncation error
DIGITS = 60
RELATIVE_STEP = "1e-25"  # far above the rounding at DIGITS, far below anything a float can see
NEAR = 4.0  # ulp allowed to a perfectly conditioned value
TINY = 1e-305  # the bound of a subnormal value, whose ulp is no yardstick: factors up to 760 may magnify it

# The ranges that tails, saturation and underflow need: past +-760 every exponential is 0 or infinite.
RANGES = (6.0, 40.0, 760.0)
SMALLEST_NORMAL = float(np.finfo(np.float64).smallest_normal)
LARGEST = float(np.finfo(np.float64).max)
SPECIAL = (0.0, -0.0, 5e-324, -5e-324, LARGEST, -LARGEST)


class Accuracy(NamedTuple):
    """How far some numbers lie from their true values, entry by entry.

    Attributes:
        ulp: |got - true| in units in the last place of the true value.
        fraction: |got - true| as a fraction of its bound, which is 4 (1 + k) ulp with k the condition
            number, and 1e-305 where the true value is subnormal; above 1 the bound is broken.
    """

    ulp: Array
    fraction: Array


def complex_step(analytic: Callable[[Any], Any], z: ArrayLike, direction: ArrayLike = 1.0) -> Array:
    """Return the derivative of ``analytic`` at z along ``direction`` from one complex evaluation.

    f'(z) d = Im f(z + i h d) / h with h so small that h^2 vanishes beside 1: no difference is taken,
    so nothing cancels.

    Arguments:
        analytic: a function of complex arrays, analytic around z.
        z: real numbers of any shape, float64.
        direction: real numbers that broadcast to z: ones for an element-wise f, a unit vector for one
            column of a Jacobian.

    Returns:
        The directional derivative, float64, of the shape of f(z).

    Source: Squire and Trapp 1998.
    """
    step = STEP * np.asarray(direction, np.float64)
    return np.asarray(np.imag(analytic(np.asarray(z, np.float64) + 1j * step)) / STEP, np.float64)


@cache
def context() -> Context:
    """Return a private mpmath context of DIGITS decimal digits; mpmath's global one is left alone."""
    import mpmath  # here, so that importing verify does not load it

    mp = mpmath.mp.clone()
    mp.dps = DIGITS
    return mp


def condition(f: Callable[[Sequence[Number]], Number], arguments: Sequence[Number]) -> Number:
    """Return the condition number k of f: the sum over its arguments x_j of |x_j df/dx_j / f|.

    It is the relative change of f when each argument changes by the same small relative amount, and
    is 0 where f is 0.

    Arguments:
        f: a scalar function of a list of mpmath numbers.
        arguments: where to look.
    """
    mp = context()
    value = f(arguments)
    if value == 0:
        return mp.zero
    changes = [abs(central_difference(f, arguments, j) * x) for j, x in enumerate(arguments) if x != 0]
    return sum(changes, mp.zero) / abs(value)


def central_difference(f: Callable[[Sequence[Number]], Number], arguments: Sequence[Number], j: int) -> Number:
    """Return df/dx_j to some 30 digits, by a central difference in mpmath's arithmetic.

    Arguments:
        f: a scalar function of a list of mpmath numbers, smooth within 1e-25 |x_j| of ``arguments``.
        arguments: where to look.
        j: which argument to move; where it is 0, by 1e-25.
    """
    mp = context()
    x = arguments[j]
    h = mp.mpf(RELATIVE_STEP) * (abs(x) or 1)
    up, down = ([*arguments[:j], x + s, *arguments[j + 1 :]] for s in (h, -h))
    return (f(up) - f(down)) / (2 * h)


def ulp_error(got: float, true: Number, k: Number) -> tuple[float, float]:
    """Return |got - true| in ulp of the true value, and as a fraction of its bound.

    The bound is 4 (1 + k) ulp, but 1e-305 where the true value is subnormal. Where it is beyond the
    largest float, the infinity of its sign is right and anything else infinitely wrong.

    Arguments:
        got: the number under test.
        true: its true value in mpmath's arithmetic.
        k: the condition number there.
    """
    nearest = float(true)
    if np.isinf(nearest) or not np.isfinite(got):
        wrong = 0.0 if got == nearest else np.inf
        return wrong, wrong
    error = abs(context().mpf(got) - true)
    ulp = math.ulp(nearest)
    bound = NEAR * (1 + k) * ulp if abs(nearest) >= SMALLEST_NORMAL else TINY
    return float(error / ulp), float(error / bound)


def ulp_errors(entry_name: str, points: ArrayLike) -> tuple[Accuracy, Accuracy]:
    """Return how accurate an element-wise entry's forward and derivative are at some points.

    k is |z f'/f| for the forward and |z f''/f'| for the derivative; at a kink the derivative is a
    stated value and k is 0.

    Arguments:
        entry_name: an element-wise name in ``reference.ACTIVATIONS``, looked up at the call.
        points: finite float64 numbers of shape (n,).

    Returns:
        The accuracy of the forward, then of the derivative, arrays of shape (n,).

    Raises:
        InputError: on a name with no entry or no truth.

    Source: Higham 2002, accuracy and stability of numerical algorithms, section 1.6.
    """
    entry, truth = look_up(ACTIVATIONS, entry_name, "activation"), look_up(TRUTHS, entry_name, "activation")
    if not isinstance(entry, Elementwise):
        raise InputError("activation", repr(entry_name), "an element-wise one", "choose one of reference.ELEMENTWISE")
    z = np.asarray(points, np.float64)
    kinks = np.isin(z, [kink.at for kink in entry.kinks])
    smooth = np.zeros_like(kinks)
    return (
        _accuracy(entry.forward(z), truth.forward, z, smooth),
        _accuracy(entry.derivative(z), truth.derivative, z, kinks),
    )


def _accuracy(got: Array, formula: Formula, z: Array, stated: NDArray[np.bool_]) -> Accuracy:
    """Return the errors of ``got`` against the formula; k = 0 where ``stated``."""
    mp = context()
    rows = [
        ulp_error(g, formula(mp, x), mp.zero if s else condition(lambda xs: formula(mp, xs[0]), [x]))
        for g, x, s in zip(got.tolist(), map(mp.mpf, z.tolist()), stated.tolist(), strict=True)
    ]
    ulp, fraction = np.array(rows, np.float64).reshape(-1, 2).T
    return Accuracy(ulp, fraction)


def stratified_points(entry: Elementwise, rng: np.random.Generator, each: int) -> Array:
    """Return numbers from every part of the float64 range, and the places where formulas break.

    Arguments:
        entry: its domain is sampled, and the neighbours of its kinks, seams and roots of f'.
        rng: the source of the random ones.
        each: how many of each kind: normal, from the domain, from +-6, +-40 and +-760, log-uniform
            from 1e-300 to 1e300 with either sign, and subnormal.

    Returns:
        Some eight times ``each`` numbers, of shape (n,).
    """
    signs = rng.choice((-1.0, 1.0), each)
    return np.concatenate(
        [
            rng.normal(size=each),
            rng.uniform(*entry.domain, each),
            *(rng.uniform(-r, r, each) for r in RANGES),
            signs * 10 ** rng.uniform(-300, 300, each),
            rng.uniform(-2e-308, 2e-308, each),
            np.array(SPECIAL),
            *(neighbours(x) for x in (*(kink.at for kink in entry.kinks), *entry.seams, *roots_of_derivative(entry))),
        ]
    )


def neighbours(x: float) -> Array:
    """Return x, the floats next to it, and points that close in on it from both sides."""
    distances = 2.0 ** -np.arange(3, 52, 4)
    return np.concatenate(([x, np.nextafter(x, np.inf), np.nextafter(x, -np.inf)], x + distances, x - distances))


def roots_of_derivative(entry: Elementwise) -> list[float]:
    """Return where f' changes sign within the domain, to the last bit or so."""
    grid = np.linspace(*entry.domain, 200)
    slope = entry.derivative(grid)
    crossings = np.flatnonzero(slope[:-1] * slope[1:] < 0)
    return [_bisect(entry, grid[i], grid[i + 1]) for i in crossings]


def _bisect(entry: Elementwise, low: float, high: float) -> float:
    """Return the sign change of f' between low and high, by halving the interval to the last bit."""
    rising = entry.derivative(np.array([high]))[0] > 0
    while low < (middle := (low + high) / 2) < high:
        above = (entry.derivative(np.array([middle]))[0] > 0) == rising
        low, high = (low, middle) if above else (middle, high)
    return low
