"""The activations that a program's values are matched against: the reference's table, and families with a constant."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from reference.arrays import Array
from reference.elementwise import ELEMENTWISE
from reference.network import ACTIVATIONS
from reference.rowwise import ROWWISE, softmax_and_complement

CLOSE = 1e-9  # how well f(z) must meet a recorded value to be taken for it
CLOSE_SINGLE = 1e-5  # where the program computes in float32
LARGEST_CONSTANT = 20.0
STRETCHES = (1, 2 / 3, 0.5, 2)
KEPT = 4096  # entries of a pre-activation up to which its activations are kept
PREFERRED = ("linear", "sigmoid", "tanh", "relu", "softmax", "leaky_relu", "softplus", "elu")

# f'(z) written in a = f(z): what a helper that is called on activations computes.
FROM_OUTPUT: dict[str, Callable[[Array], Array]] = {
    "sigmoid": lambda a: a * (1 - a),
    "tanh": lambda a: 1 - a**2,
    "relu": lambda a: (a > 0) * 1.0,
    "leaky_relu": lambda a: np.where(a > 0, 1.0, 0.01),
    "softplus": lambda a: 1 - np.exp(-a),
    "elu": lambda a: np.where(a > 0, 1.0, a + 1),
    "softsign": lambda a: (1 - np.abs(a)) ** 2,
    "arctan": lambda a: np.cos(a) ** 2,
    "softmax": lambda a: a * (1 - a),
    "exp": lambda a: a,
    "linear": np.ones_like,
}


@dataclass(frozen=True)
class Curve:
    """One activation as a program uses it.

    Attributes:
        name: of the table's entry, with the constant where it has one: "leaky_relu(0.1)".
        forward: z (N, n) -> f(z).
        backward: (z, dL/da) -> dL/dz.
        derivative: z -> f'(z) entry by entry; for softmax the diagonal p (1 - p).
        formula: f' in text.
    """

    name: str
    forward: Callable[[Array], Array]
    backward: Callable[[Array, Array], Array]
    derivative: Callable[[Array], Array]
    formula: str

    @property
    def family(self) -> str:
        """The name without its constant."""
        return self.name.partition("(")[0]

    def from_output(self, a: Array) -> Array | None:
        """Return f'(z) by the formula in a, applied to whatever is given; None where there is no such formula.

        That of a curve with a constant of its own, such as a leaky relu's slope, is not the family's.
        """
        formula = FROM_OUTPUT.get(self.name)
        return None if formula is None else formula(a)


def curve(name: str) -> Curve:
    """Return the curve of one table entry by its name."""
    entry: Any = ACTIVATIONS[name]
    diagonal = entry.derivative if name in ELEMENTWISE else _diagonal(name)
    return Curve(name, entry.forward, entry.backward, diagonal, entry.derivative_formula)


def _diagonal(name: str) -> Callable[[Array], Array]:
    """Return z -> the diagonal of the Jacobian of a row-wise activation: p (1 - p), or 1 - p for its logarithm."""

    def diagonal(z: Array) -> Array:
        p, complement = softmax_and_complement(z)
        product: Array = p * complement
        return complement if name == "log_softmax" else product

    return diagonal


CURVES: dict[str, Curve] = {name: curve(name) for name in (*PREFERRED, *(n for n in ACTIVATIONS if n not in PREFERRED))}


def leaky(slope: float) -> Curve:
    """Return the leaky ReLU of any slope on the negative side."""
    return Curve(
        f"leaky_relu({slope:.6g})",
        lambda z: np.where(z > 0, z, slope * z),
        lambda z, da: da * np.where(z > 0, 1.0, slope),
        lambda z: np.where(z > 0, 1.0, slope),
        f"1 if z > 0 else {slope:.6g}",
    )


def stretched(name: str, c: float) -> Curve:
    """Return f(c z) for an entry f of the element-wise table."""
    entry = ELEMENTWISE[name]
    return Curve(
        f"{name}({c:.6g} z)",
        lambda z: entry.forward(c * z),
        lambda z, da: da * c * entry.derivative(c * z),
        lambda z: c * entry.derivative(c * z),
        f"{c:.6g} f'({c:.6g} z) with f' = {entry.derivative_formula}",
    )


def elu(alpha: float) -> Curve:
    """Return the exponential linear unit of any alpha."""
    return Curve(
        f"elu({alpha:.6g})",
        lambda z: np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0))),
        lambda z, da: da * np.where(z > 0, 1.0, alpha * np.exp(np.minimum(z, 0))),
        lambda z: np.where(z > 0, 1.0, alpha * np.exp(np.minimum(z, 0))),
        f"1 if z > 0 else {alpha:.6g} e^z",
    )


def close(got: Array, should_be: Array, tolerance: float = CLOSE) -> bool:
    """Return whether two arrays of one shape agree to a part of the largest entry."""
    if got.shape != should_be.shape or not got.size:
        return False
    scale = np.max(np.abs(should_be))
    return bool(np.isfinite(scale)) and bool(np.max(np.abs(got - should_be)) <= tolerance * max(float(scale), 1e-12))


def _summed(shift: Callable[[Array], Array], axis: int | None, name: str) -> Curve:
    """Return the exponentials divided by their sums over something else than the classes: a mistaken softmax."""

    def forward(z: Array) -> Array:
        e = np.exp(z - shift(z))
        share: Array = e / e.sum(axis=axis, keepdims=True)
        return share

    def backward(z: Array, da: Array) -> Array:
        p = forward(z)
        return np.asarray(p * (da - (p * da).sum(axis=axis, keepdims=True)))

    return Curve(name, forward, backward, lambda z: forward(z) * (1 - forward(z)), "p (1 - p)")


BATCH_SOFTMAX, WHOLE_SOFTMAX = "softmax over the batch", "softmax over all entries"
OVER_BATCH = (
    _summed(lambda z: z.max(axis=0, keepdims=True), 0, BATCH_SOFTMAX),
    _summed(lambda z: z.max(axis=1, keepdims=True), 0, BATCH_SOFTMAX),
    _summed(lambda z: z.max(keepdims=True), None, WHOLE_SOFTMAX),
    _summed(lambda z: z.max(axis=1, keepdims=True), None, WHOLE_SOFTMAX),
    _summed(lambda z: z.max(axis=0, keepdims=True), None, WHOLE_SOFTMAX),
)
ALONE = Curve(
    "softmax of each entry alone", np.ones_like, lambda z, da: np.zeros_like(z), np.zeros_like, "0: every output is 1"
)
"""e^z / e^z: what a sum along an axis of length 1 leaves of a softmax."""

ARCTAN = Curve(
    "arctan",
    lambda z: np.asarray(np.arctan(z)),
    lambda z, da: da / (1 + z * z),
    lambda z: 1 / (1 + z * z),
    "1 / (1 + z^2)",
)

CUT = Curve(
    "relu cut to whole numbers",
    lambda z: np.trunc(np.maximum(z, 0)),
    CURVES["relu"].backward,
    CURVES["relu"].derivative,
    CURVES["relu"].formula,
)
TELLING = 8  # whole numbers, counted once for each that occurs beside 0, from which a cut is no accident


def matching_curves(z: Array, a: Array, tolerance: float = CLOSE) -> Iterator[Curve]:
    """Yield every curve f with f(z) = a, the customary ones first.

    Arguments:
        z: pre-activations (N, n).
        a: recorded values of the same shape.
        tolerance: relative to the largest entry; wider where all numbers are those of float32.
    """
    if z.shape != a.shape or not z.size or not np.isfinite(a).all():
        return
    if is_single(a) and is_single(z):
        tolerance = max(tolerance, CLOSE_SINGLE)
    with np.errstate(all="ignore"):
        forwards = _forwards(z.shape, z.tobytes()) if z.size <= KEPT else _Forwards(z)
        found = False
        for name in forwards.near(a, tolerance):
            value, largest = forwards.whole(name)
            if np.isfinite(largest) and _meets(a, value, tolerance * max(largest, 1e-12)):
                found = True
                yield CURVES[name]
        if not found:
            single = bool((z == z.flat[0]).all())
            batch = OVER_BATCH if len(z) > 1 and _sums_to_one(a, tolerance) else ()
            fitted = (ARCTAN, *_fitted(z, a, single)) if _keeps_order(z, a, tolerance) else ()
            others = (*fitted, *batch, *(() if single or not fitted else _scaled(z, a)))
            yield from (c for c in others if close(a, c.forward(z), tolerance))
            if _meets(a, np.trunc(np.maximum(z, 0)), 0.0) and a.size * (len(np.unique(a)) - 1) >= TELLING:
                yield CUT


def _keeps_order(z: Array, a: Array, tolerance: float) -> bool:
    """Return whether a rises, or falls, with z all along, as every curve with a constant does."""
    steps = np.diff(a.ravel()[np.argsort(z, axis=None)])
    slack = 2 * tolerance * float(np.abs(a).max())
    return bool((steps >= -slack).all() or (steps <= slack).all())


def _sums_to_one(a: Array, tolerance: float) -> bool:
    """Return whether shares are those of a sum over the batch, or over everything."""
    return bool(a.min() >= 0) and (
        close(a.sum(axis=0), np.ones(a.shape[1]), 2 * tolerance) or abs(a.sum() - 1) <= 2 * tolerance
    )


@np.errstate(over="ignore")
def is_single(value: Array) -> bool:
    """Return whether every entry is a number of float32, as numbers computed in float64 are not."""
    first = value.flat[0]
    return bool(np.float32(first) == first) and bool((value.astype(np.float32) == value).all())


def _meets(a: Array, value: Array, within: float) -> bool:
    """Return whether two arrays agree; the first entry alone rules most out."""
    return bool(abs(a.flat[0] - value.flat[0]) <= within) and bool(np.abs(a - value).max() <= within)


class _Forwards:
    """f(z) of every curve: of the first sample, and of all when first asked for."""

    def __init__(self, z: Array) -> None:
        self._z = z
        self._names = [n for n in CURVES if n not in ROWWISE or z.shape[-1] > 1]
        self._heads = np.concatenate([CURVES[name].forward(z[:1]) for name in self._names])
        self._wholes: dict[str, tuple[Array, float]] = {}

    def near(self, a: Array, tolerance: float) -> list[str]:
        """Return the curves whose values of the first sample are those recorded.

        Where f(z) = a to a tolerance below 1/2, the largest f(z) is less than twice the largest a: none is lost.
        """
        within = 2 * tolerance * max(float(np.abs(a).max()), 1e-12)
        return [self._names[i] for i in np.flatnonzero(np.abs(self._heads - a[:1]).max(axis=1) <= within)]

    def whole(self, name: str) -> tuple[Array, float]:
        """Return all values of a curve, and the largest."""
        if name not in self._wholes:
            value = np.asarray(CURVES[name].forward(self._z))
            self._wholes[name] = value, float(np.abs(value).max())
        return self._wholes[name]


@lru_cache(maxsize=256)
def _forwards(shape: tuple[int, ...], entries: bytes) -> _Forwards:
    """Return f(z) of every curve: one pre-activation is compared with many values."""
    return _Forwards(np.frombuffer(entries).reshape(shape))


def _fitted(z: Array, a: Array, single: bool) -> Iterator[Curve]:
    """Yield members of the families whose constant is read off the entry with the largest |z| it can be read from.

    ``single``: a constant always fits a single number, one below 0 alone for those that bend there; only one that a
    person would write is believed then.
    """
    negative = np.where(z < 0, z, 0)
    if negative.any():
        at, alone = np.unravel_index(int(np.argmin(negative)), z.shape), bool((z[z < 0] == negative.min()).all())
        if 0 < (slope := float(a[at] / z[at])) < 1 and not (alone and _odd(slope)):
            yield leaky(slope)
        if 0 < (alpha := float(a[at] / np.expm1(z[at]))) < LARGEST_CONSTANT and not (alone and _odd(alpha)):
            yield elu(alpha)
    at = np.unravel_index(int(np.argmax(np.abs(z) * (np.abs(z) < 3))), z.shape)
    for name, c in (("tanh", np.arctanh(a[at]) / z[at]), ("sigmoid", np.log(a[at] / (1 - a[at])) / z[at])):
        if 1 / LARGEST_CONSTANT < c < LARGEST_CONSTANT and not (single and _odd(c)):
            yield stretched(name, float(c))
    if not single:
        yield stretched("sigmoid", -1.0)  # e^z written for e^-z


def _scaled(z: Array, a: Array) -> Iterator[Curve]:
    """Yield c f(z), and c f(k z) for the usual k, whose c is read off the largest f(z); several z must tell."""
    for inner, value, at, other in _inner_values(z.shape, z.tobytes()) if z.size <= KEPT else ():
        c = float(a.flat[at] / value.flat[at])
        if abs(c) > 1e-6 and abs(a.flat[other] - c * value.flat[other]) <= CLOSE * abs(c):
            yield scaled(inner, c)


@lru_cache(maxsize=64)
def _inner_values(shape: tuple[int, ...], entries: bytes) -> list[tuple[Curve, Array, int, int]]:
    """Return what may be scaled, with its values and where they are largest and smallest."""
    z, found = np.frombuffer(entries).reshape(shape), []
    for name, k in itertools.product(("sigmoid", "tanh"), STRETCHES):
        inner = CURVES[name] if k == 1 else stretched(name, k)
        value = np.asarray(inner.forward(z))
        if value.any() and np.isfinite(value).all():
            found.append((inner, value, int(np.abs(value).argmax()), int(np.abs(value).argmin())))
    return found


def scaled(inner: Curve, c: float, d: float = 0.0) -> Curve:
    """Return c f(z) + d."""
    offset = f" {'+' if d > 0 else '-'} {abs(d):.6g}" if d else ""
    return Curve(
        f"{c:.6g} {inner.name}{offset}",
        lambda z: c * inner.forward(z) + d,
        lambda z, da: inner.backward(z, c * da),
        lambda z: c * inner.derivative(z),
        f"{c:.6g} f' with f' = {inner.formula}",
    )


def _odd(c: float) -> bool:
    """Return whether a constant is none that a person would write: it has more than two decimals."""
    return abs(c - round(c, 2)) > 1e-9
