"""What a network refuses: sizes, weights and batches that do not fit."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .arrays import FLOATS, Array, as_floating, require_axes, require_finite
from .errors import InputError
from .layers import Dense


def require_sizes(sizes: Sequence[int], activations: Sequence[str]) -> None:
    """Refuse sizes below 1, and lists whose lengths do not match.

    Raises:
        InputError: naming the size, or both lengths.
    """
    for i, n in enumerate(sizes):
        if not isinstance(n, int | np.integer) or n < 1:
            raise InputError(f"sizes[{i}]", n, "a whole number, 1 or more", "give every layer at least one unit")
    if len(sizes) < 2 or len(activations) != len(sizes) - 1:
        wanted = f"{max(len(sizes) - 1, 1)}, one for each layer after the input"
        raise InputError("activations", f"{len(activations)} for {len(sizes)} sizes", wanted, "match the two lists")


def require_chain(layers: Sequence[Dense]) -> None:
    """Refuse weights whose shapes do not fit each other, whose dtypes differ, or that are not finite.

    Raises:
        InputError: naming the first layer at fault.
    """
    width, dtype = layers[0].affine.W.shape[0], layers[0].affine.W.dtype
    if dtype.char not in FLOATS:
        raise InputError("W_1", f"dtype {dtype}", "float64 or float32", "convert the weights with astype")
    for number, layer in enumerate(layers, 1):
        W, b = layer.affine.W, layer.affine.b
        require_axes(W, 2, f"W_{number}", "(n_in, n_out)")
        if W.shape[0] != width:
            raise InputError(f"W_{number}", f"shape {W.shape}", f"({width}, n): {width} units feed it", "fix the sizes")
        if b.shape != W.shape[1:]:
            raise InputError(f"b_{number}", f"shape {b.shape}", f"shape {W.shape[1:]}", "give one bias a unit")
        if W.dtype != dtype or b.dtype != dtype:
            raise InputError(f"layer {number}", f"dtypes {W.dtype}, {b.dtype}", f"{dtype}, as W_1", "use one dtype")
        require_finite(W, f"W_{number}")
        require_finite(b, f"b_{number}")
        width = W.shape[1]


def as_batch(X: ArrayLike, n: int, dtype: np.dtype[Any]) -> Array:
    """Return X as a checked (N, n) array of the network's dtype; integers are converted.

    Raises:
        InputError: on another shape or dtype, NaN or infinity.
    """
    batch = as_floating(X, "X")
    integers = np.asarray(X).dtype.kind in "iub"
    require_axes(batch, 2, "X", f"(N, {n})")
    if batch.shape[1] != n:
        raise InputError("X", f"shape {batch.shape}", f"(N, {n})", "give one row per sample, one column per input")
    if integers:
        batch = batch.astype(dtype, copy=False)
    if batch.dtype != dtype:
        raise InputError("X", f"dtype {batch.dtype}", f"{dtype}, as the weights", "convert one of them")
    require_finite(batch, "X")
    return batch
