"""The forward pass found among recorded values: products with weights, linked by an activation that fits."""

import re
from bisect import bisect_right
from collections.abc import Container, Iterator
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from reference.arrays import Array

from ..runs.tape import TRANSPOSING, Product, Tape, unsigned
from .curves import Curve, close, matching_curves
from .dropout import dropped
from .own_curve import Made, own_curve

FARTHEST = 60  # events between a product and the bias added to it
MOST_PRODUCTS = 400
FEW = 512  # numbers whose curve is kept
THRESHOLD = re.compile(r"bias|thresh|umbral|limiar|schwell")  # names of what is subtracted before the activation
NEAREST = 8  # products after a layer among which the next layer's is


class Bias(NamedTuple):
    """What was added to a product: its key and the sign it was added with."""

    key: int
    sign: int


class Layer(NamedTuple):
    """One dense layer of a pass, row-major.

    Attributes:
        product: the event and its keys.
        side: "right" where the weights stand to the right of the input, "left" where they stand to its left.
        W_key, a_key: keys of the weights and the input.
        bias: what was added, None for nothing.
        z_at, z_key: position and key of the pre-activation.
        a_in, W, b, z: row-major values; a merged bias is split off the weights. A trained bias of the shape (N, 1)
            or (N, n) holds its own numbers for each sample.
        merged: where the input's constant entry stands, 0 or -1, None where there is none; ``constant`` its value.
        curve: the activation that leads to the next layer; None for the last.
    """

    product: Product
    side: str
    W_key: int
    a_key: int
    bias: Bias | None
    z_at: int
    z_key: int
    a_in: Array
    W: Array
    b: Array | None
    z: Array
    merged: int | None = None
    constant: float = 1.0
    curve: Curve | None = None


class Chain(NamedTuple):
    """One forward pass: its layers from the input, with what the last one's activation is, if it is known."""

    layers: tuple[Layer, ...]

    @property
    def start(self) -> int:
        """The position of the first product."""
        return self.layers[0].product.at

    @property
    def end(self) -> int:
        """The position of the last pre-activation."""
        return self.layers[-1].z_at

    @property
    def weights(self) -> tuple[int, ...]:
        """The keys of the weights."""
        return tuple(layer.W_key for layer in self.layers)


def candidates(tape: Tape, product: Product, trained: Container[int]) -> Iterator[Layer]:
    """Yield the layers that one product may be: weights right or left of the input, each with and without a bias.

    A bias is trained, or an untrained value that was there before and is added, never a target that is subtracted.
    Of ``-X @ W``, which is written for e^-z, the input is X and z has the other sign.
    """
    for side, used, W_key in (("right", product.left, product.right), ("left", product.right, product.left)):
        a_key = unsigned(tape, used)
        sign = 1 if a_key == used else -1
        a_in, W = _oriented(tape.array(a_key), tape.array(W_key), side)
        if a_in is None or W is None or a_in.shape[1] != W.shape[0]:
            continue
        shape = len(a_in), W.shape[1]
        made = _rows(tape.array(product.result), shape, side)
        row = [int(np.abs(a_in).sum(axis=1).argmax())]  # it tells the sides apart, and a sample of zeros does not
        if made.shape != shape or not close(made[row], sign * (a_in[row] @ W), 1e-6):
            continue
        for z_at, z_key, summand in _sums(tape, product):
            bias = None if summand is None else _unspread(tape, summand, shape, side, trained)
            z = sign * _rows(tape.array(z_key), shape, side)
            bias = None if bias is None else bias._replace(sign=sign * bias.sign)
            if bias is not None and tape.group(bias.key) not in trained and not _may_be_bias(tape, bias, product):
                continue
            b = None if bias is None else _bias(tape.array(bias.key), shape, side)
            if bias is not None and b is None and tape.group(bias.key) in trained:
                b = of_samples(tape.array(bias.key), shape, side)
            if z.shape != shape or (bias is not None and b is None):
                continue
            signed = None if b is None or bias is None else bias.sign * b
            yield Layer(product, side, W_key, a_key, bias, z_at, z_key, a_in, W, signed, z)


def _oriented(a: Array, W: Array, side: str) -> tuple[Array | None, Array | None]:
    """Return input and weights as (N, n_in) and (n_in, n_out)."""
    if a.ndim not in (1, 2) or W.ndim not in (1, 2):
        return None, None
    if side == "right":
        return np.atleast_2d(a), W if W.ndim == 2 else W[:, None]
    return (a.T if a.ndim == 2 else a[None, :]), (W.T if W.ndim == 2 else W[:, None])


def _rows(value: Array, shape: tuple[int, ...], side: str) -> Array:
    """Return a value row-major where it has the size for it."""
    if value.size != shape[0] * shape[1]:
        return value
    if value.ndim == 2 and side == "left":
        return value.T if value.T.shape == shape else value.reshape(shape) if 1 in shape else value
    return value if value.shape == shape else value.reshape(shape) if 1 in shape or value.ndim == 1 else value


def _bias(value: Array, shape: tuple[int, ...], side: str) -> Array | None:
    """Return a bias as (n_out,), None where the value is no bias: other than one number for a unit."""
    N, n = shape
    if value.size == 1:
        return np.full(n, float(value.reshape(())))
    across = (n, 1) if side == "left" else (1, n)
    if value.size == n and (value.ndim == 1 or value.shape == across or (value.shape == across[::-1] and n != N)):
        return value.reshape(n)
    rows = value.T if side == "left" else value
    same = rows.shape == (N, n) and bool((rows == rows[0]).all())
    return np.array(rows[0]) if same else None


def of_samples(value: Array, shape: tuple[int, ...], side: str) -> Array | None:
    """Return what is stored once for each sample as (N, 1), or for each entry of z as (N, n); None for other shapes."""
    N, n = shape
    rows = np.atleast_2d(value).T if side == "left" else value
    return np.array(rows) if N > 1 and rows.shape in ((N, 1), (N, n)) else None


def _unspread(tape: Tape, bias: Bias, shape: tuple[int, ...], side: str, trained: Container[int]) -> Bias:
    """Return the trained bias that a summand repeats for every sample, ``ones @ b`` for example; else the summand."""
    row = _bias(tape.array(bias.key), shape, side) if tape.group(bias.key) not in trained else None
    places = tape.made.get(bias.key) if row is not None else None
    if row is None or not places:
        return bias
    own = (k for k in tape.events[places[0]].operands if tape.group(k) in trained)
    same = (k for k in own if np.array_equal(tape.array(k).ravel(), row))
    return bias._replace(key=next(same, bias.key))


def _may_be_bias(tape: Tape, bias: Bias, product: Product) -> bool:
    """Return whether an untrained value can be a bias: it was there before the product, and is added or named so."""
    named = bias.sign == 1 or bool(THRESHOLD.search(tape.name_of(bias.key).lower()))
    return named and tape.first_made(bias.key, product.at) is not None


def _sums(tape: Tape, product: Product) -> Iterator[tuple[int, int, Bias | None]]:
    """Yield (position, key, bias) of what a product becomes: with something added to it, then by itself."""
    group = tape.group(product.result)
    first, last = (bisect_right(tape.sums, at, key=attrgetter("at")) for at in (product.at, product.at + FARTHEST))
    for total in tape.sums[first:last]:
        if tape.group(total.left) == group:
            yield total.at, total.result, Bias(total.right, total.sign)
        elif tape.group(total.right) == group and total.sign == 1:
            yield total.at, total.result, Bias(total.left, 1)
    yield product.at, product.result, None


def chains(tape: Tape, until: int, trained: Container[int] = (), since: int = 0) -> list[Chain]:
    """Return the longest chains of layers that start at each product before a position, longest first.

    Arguments:
        tape: the run.
        until: where the first step ends; products beyond it are not looked at.
        trained: the groups of the parameters that are seen to be updated.
        since: where to begin.
    """
    products = [p for p in tape.products if since <= p.at < until][:MOST_PRODUCTS]
    layers = {p.at: list(candidates(tape, p, trained)) for p in products}
    best: dict[int, list[tuple[Layer, ...]]] = {}
    for at in sorted(layers, reverse=True):
        best[at] = [path for layer in layers[at] for path in _paths(tape, layer, layers, best, trained)]
        best[at] = sorted(best[at], key=lambda path: _rank(tape, path, trained))[:4]
    found = [path for paths in best.values() for path in paths]
    return [Chain(path) for path in sorted(found, key=lambda path: (*_rank(tape, path, trained), path[0].product.at))]


def _rank(tape: Tape, path: tuple[Layer, ...], trained: Container[int]) -> tuple[int, ...]:
    """Return the order of preference: ends in a trained layer; most trained weights, layers, trained biases, biases."""
    last = tape.group(path[-1].W_key) in trained or _initial(tape, path)
    weights = sum(tape.group(layer.W_key) in trained for layer in path)
    biases = sum(layer.bias is not None and tape.group(layer.bias.key) in trained for layer in path)
    added = sum(layer.bias is not None for layer in path)
    return (-last, -weights, -len(path), -biases, -added)


def _initial(tape: Tape, path: tuple[Layer, ...]) -> bool:
    """Return whether the last weights, though never updated, were there before the pass and are no data."""
    group = tape.group(path[-1].W_key)
    inputs = {tape.group(layer.a_key) for layer in path}
    return len(path) > 1 and group not in inputs and tape.was_there(path[-1].W_key, path[0].product.at)


def _paths(
    tape: Tape,
    layer: Layer,
    layers: dict[int, list[Layer]],
    best: dict[int, list[tuple[Layer, ...]]],
    trained: Container[int],
) -> Iterator[tuple[Layer, ...]]:
    """Yield the layer followed by every chain whose first input is an activation of its pre-activation."""
    yield (layer,)
    places = list(layers)
    after = bisect_right(places, layer.z_at)
    for at in places[after : after + NEAREST]:
        for path in best[at]:
            linked = link(layer, path[0]) or _linked_by_own(tape, layer, path[0], trained)
            if linked is not None and not any(_same_weights(tape, layer.W_key, n.W_key) for n in path):
                yield (linked[0], linked[1], *path[1:])


def _same_weights(tape: Tape, one: int, other: int) -> bool:
    """Return whether two weights are one, perhaps transposed; not where one equals the other's transpose by chance."""
    if tape.group(one) != tape.group(other):
        return False
    return one == other or any(_is_transpose(tape, key) for key in (one, other))


def _is_transpose(tape: Tape, key: int) -> bool:
    """Return whether a value was first made by transposing another."""
    made = tape.made.get(key, ())
    return not made or tape.node(made[0]).what.rpartition(".")[2] in TRANSPOSING


def link(layer: Layer, following: Layer) -> tuple[Layer, Layer] | None:
    """Return both layers linked by the activation f with f(z) = the next input, None where no f fits."""
    if len(following.a_in) != len(layer.z):
        return None
    width, n = following.a_in.shape[1], layer.z.shape[1]
    if width == n:
        curve = _curve(layer.z, following.a_in)
        return None if curve is None else (layer._replace(curve=curve), following)
    if width == n + 1:
        for end in (-1, 0):
            column = following.a_in[:, end]
            rest = following.a_in[:, :-1] if end == -1 else following.a_in[:, 1:]
            if (column == column[0]).all() and column[0] != 0 and (curve := _curve(layer.z, rest)) is not None:
                return layer._replace(curve=curve), split(following, end, float(column[0]))
    return None


def _linked_by_own(tape: Tape, layer: Layer, following: Layer, trained: Container[int]) -> tuple[Layer, Layer] | None:
    """Return both layers linked by what the program computes of z, where both are trained; None where it is no link."""
    both = tape.group(layer.W_key) in trained and tape.group(following.W_key) in trained
    if not both or following.a_in.shape != layer.z.shape:
        return None
    held = dict(zip(tape.events[following.product.at].operands, tape.makers[following.product.at], strict=False))
    at = held.get(following.a_key)
    if at is None or at <= layer.z_at:
        return None
    curve = own_curve(tape, Made(layer.z_at, layer.z_key, layer.z), at, following.a_in)
    return None if curve is None else (layer._replace(curve=curve), following)


def split(layer: Layer, end: int, constant: float) -> Layer:
    """Return a layer whose merged bias is split off: the constant input and its row of weights."""
    keep = slice(None, -1) if end == -1 else slice(1, None)
    return layer._replace(
        a_in=layer.a_in[:, keep], W=layer.W[keep], b=constant * layer.W[end], merged=end, constant=constant
    )


def _curve(z: Array, a: Array) -> Curve | None:
    """Return the first curve that leads from z to a, or one with dropout.

    The flat part of a curve, other than a unit at 0, links no number.
    """
    if z.size <= FEW:
        return _curve_of_few(z.shape, z.tobytes(), a.shape, a.tobytes())
    return _found_curve(z, a)


@lru_cache(maxsize=1 << 12)
def _curve_of_few(z_shape: tuple[int, ...], z: bytes, a_shape: tuple[int, ...], a: bytes) -> Curve | None:
    """Return the curve between a few numbers: those of single samples are compared again and again."""
    return _found_curve(np.frombuffer(z).reshape(z_shape), np.frombuffer(a).reshape(a_shape))


def _found_curve(z: Array, a: Array) -> Curve | None:
    found = matching_curves(z, a)
    if z.size > 1 or not a.any():
        return next(found, None) or dropped(z, a)
    return next((curve for curve in found if curve.derivative(z).any()), None)
