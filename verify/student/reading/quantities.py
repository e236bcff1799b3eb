"""The reference's quantities at a program's own point, by their names, and which of them a recorded value is."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from reference.arrays import Array

from .align import Reading
from .multiples import SAME
from .point import Observed, Sweep, joined, loss_gradient

EXACT = 1e-9
PLAIN = 3  # entries from which a common factor says something by itself


class Quantity(NamedTuple):
    """One quantity of a layer.

    Attributes:
        name: "delta_2", "dL/da_1".
        kind: the name without its layer.
        layer: from 1.
        own: the value as the program lays it out; ``turned`` its transpose, None where that is the same.
    """

    name: str
    kind: str
    layer: int
    own: Array
    turned: Array | None


class Match(NamedTuple):
    """A recorded value is ``factor`` times a quantity, transposed if ``turned``."""

    quantity: Quantity
    factor: float
    turned: bool


def forward_quantities(reading: Reading) -> Iterator[Quantity]:
    """Yield x, y and every layer's W, b, z, a and f'(z), as the program lays them out."""
    point, layers = reading.point, reading.passes[0].chain.layers
    yield from _laid_out("x", "x", 1, point.X, layers[0].side)
    yield from _laid_out("y", "y", point.depth, point.Y, layers[-1].side)
    for l, layer in enumerate(layers):
        number, side = l + 1, layer.side
        yield from _laid_out(f"W_{number}", "W", number, point.W[l], side)
        yield from _laid_out(f"z_{number}", "z", number, point.z[l], side)
        yield from _laid_out(f"a_{number}", "a", number, point.a[l], side)
        yield from _laid_out(f"f'(z_{number})", "slope", number, point.curves[l].derivative(point.z[l]), side)
        if point.b[l] is not None:
            yield from _laid_out(f"b_{number}", "b", number, np.asarray(point.b[l]), "right")
        if layer.merged is not None:
            before = "x" if l == 0 else f"a_{l}"
            constant = np.full((len(point.X), 1), layer.constant)
            wide = joined(point.inputs[l], constant, layer.merged, 1)
            yield from _laid_out(f"{before} with the constant", before[0], number, wide, side)
            row = np.asarray(point.b[l])[None, :] / layer.constant
            yield from _laid_out(
                f"W_{number} with b_{number}", "W", number, joined(point.W[l], row, layer.merged), side
            )


def backward_quantities(reading: Reading, sweep: Sweep, loss: str) -> Iterator[Quantity]:
    """Yield what a reverse sweep holds: the error, then every layer's dL/da, delta, dW and db."""
    point, layers = reading.point, reading.passes[0].chain.layers
    L = point.depth
    yield from _laid_out(f"(a_{L} - y)", "error", L, point.a[-1] - point.Y, layers[-1].side)
    yield from _laid_out(f"dL/da_{L}", "da", L, loss_gradient(point, loss), layers[-1].side)
    for l, layer in reversed(list(enumerate(layers))):
        number, side = l + 1, layer.side
        yield from _laid_out(f"delta_{number}", "delta", number, sweep.delta[l], side)
        yield from _laid_out(f"dW_{number}", "dW", number, sweep.dW[l], side)
        yield from _laid_out(f"db_{number}", "db", number, sweep.db[l], "right")
        if layer.merged is not None:
            both = joined(sweep.dW[l], layer.constant * sweep.db[l][None, :], layer.merged)
            yield from _laid_out(f"dW_{number} with db_{number}", "dW", number, both, side)
        below = sweep.delta[l] @ point.W[l].T
        yield from _laid_out(f"dL/da_{l}" if l else "dL/dx", "da", l, below, layers[max(l - 1, 0)].side)


def mistaken_quantities(reading: Reading, deltas: Sequence[Array]) -> Iterator[Quantity]:
    """Yield what the program has in place of the right quantities: its own deltas, and the gradients made of them."""
    point, layers, observed = reading.point, reading.passes[0].chain.layers, reading.observed
    for l, (layer, delta) in enumerate(zip(layers, deltas, strict=False)):
        number, side = l + 1, layer.side
        yield from _laid_out(f"delta_{number}", "delta", number, delta, side)
        below = delta @ point.W[l].T
        yield from _laid_out(f"dL/da_{l}" if l else "dL/dx", "da", l, below, layers[max(l - 1, 0)].side)
        dW, db = observed.dW[l], observed.db[l]
        yield from _laid_out(f"dW_{number}", "dW", number, point.inputs[l].T @ delta if dW is None else dW, side)
        yield from _laid_out(f"db_{number}", "db", number, delta.sum(axis=0) if db is None else db, "right")


def _laid_out(name: str, kind: str, layer: int, rows: Array, side: str) -> Iterator[Quantity]:
    """Yield the quantity in the program's layout; nothing where it is zero or not finite, which any value could be."""
    rows = np.asarray(rows, np.float64)
    if not rows.any() or not np.isfinite(rows).all() or (kind == "slope" and (rows == rows.flat[0]).all()):
        return
    own = rows.T if side == "left" and rows.ndim == 2 else rows
    turned = own.T if own.ndim == 2 and min(own.shape) > 1 else None
    yield Quantity(name, kind, layer, own, turned)


class Known:
    """Quantities to be found again among recorded values.

    Arguments:
        quantities: the likelier before the less likely.
        factors: what a program may put before a gradient, such as 1/N.
    """

    def __init__(self, quantities: Iterable[Quantity], factors: Iterable[float]) -> None:
        self._by_size: dict[int, list[Quantity]] = defaultdict(list)
        for quantity in quantities:
            self._by_size[quantity.own.size].append(quantity)
        self._factors = (1.0, -1.0, *factors)

    def matches(self, value: Array) -> list[Match]:
        """Return every quantity that the value is, or is a multiple of."""
        if not value.size or not value.any():
            return []
        found = (self._match(value, quantity) for quantity in self._by_size.get(value.size, []))
        return [match for match in found if match is not None]

    def _match(self, value: Array, quantity: Quantity) -> Match | None:
        for form, turned in ((quantity.own, False), (quantity.turned, True)):
            if form is None or not _alike(value, form):
                continue
            factor = proportion(value, form)
            if factor is not None and self._sensible(factor, quantity, value):
                return Match(quantity, factor, turned)
        return None

    def _sensible(self, factor: float, quantity: Quantity, value: Array) -> bool:
        """Return whether a factor may be a multiple on purpose: any number fits a single number."""
        telling = value.size >= PLAIN and bool((value != value.flat[0]).any())
        if quantity.kind in ("x", "b", "z", "a", "y", "slope"):
            return abs(abs(factor) - 1) < EXACT
        return telling or any(abs(factor - f) <= EXACT * abs(f) for f in self._factors)


def _alike(value: Array, form: Array) -> bool:
    """Return whether two arrays of one size have one shape, but for axes of length 1."""
    return value.shape == form.shape or tuple(n for n in value.shape if n > 1) == tuple(n for n in form.shape if n > 1)


def proportion(value: Array, form: Array) -> float | None:
    """Return the factor of value = factor * form, entry by entry, None where there is none."""
    a, b = value.ravel(), form.ravel()
    if a.size != b.size:
        return None
    at = int(np.abs(b).argmax())
    factor = float(a[at]) / float(b[at])
    if not factor or not np.isfinite(factor):
        return None
    return factor if float(np.abs(a - factor * b).max()) <= SAME * abs(factor * float(b[at])) else None


def multiple(factor: float, name: str, N: int, K: int) -> str:
    """Return factor times a name as it is best read: "-delta_2 / N", "2 dW_1", "0.05 db_1"."""
    if name.startswith("(a_") and factor < 0:
        inner = name[1:-1].split(" - ")
        factor, name = -factor, f"({inner[1]} - {inner[0]})"
    sign, size = "-" if factor < 0 else "", abs(factor)
    if abs(size - 1) < EXACT:
        return sign + (name[1:-1] if name.startswith("(") and not sign else name)
    for words, constant in (("N", N), ("(N K)", N * K)):
        for times in (1, 2):
            if constant > 2 and abs(size * constant / times - 1) < EXACT:
                return f"{sign}{'2 ' if times == 2 else ''}{name} / {words}"
            if constant > 2 and abs(size / constant / times - 1) < EXACT:
                return f"{sign}{'2 ' if times == 2 else ''}{words} {name}"
    return f"{sign}{size:.4g} {name}"


def one_by_one(reading: Reading, most: int) -> Iterator[tuple[Reading, slice]]:
    """Yield the reading of each pass by itself, with its rows, where several make up one step."""
    start = 0
    for one in reading.passes[:most] if len(reading.passes) > 1 else ():
        rows = slice(start, start + len(one.chain.layers[0].a_in))
        start = rows.stop
        p = reading.point
        z, a = tuple(v[rows] for v in p.z), tuple(v[rows] for v in p.a)
        part = p._replace(X=p.X[rows], z=z, a=a, Y=p.Y[rows])
        nothing = (None,) * p.depth
        yield reading._replace(point=part, passes=(one,), observed=Observed(nothing, nothing)), rows
