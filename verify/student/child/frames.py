"""What crosses the pipe: a length, a JSON header, raw bytes; never anything that runs when it is read."""

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Header: TypeAlias = dict[str, Any]
Described: TypeAlias = tuple[tuple[int, ...], str, bytes]
"""An array as its shape, its dtype and its bytes in C order."""

LENGTHS = struct.Struct("<QQ")
KINDS = "biufc"  # what counts as a number: bool, integers, floats, complex
WIDEST = 16  # bytes of one number
PATIENCE = 5.0  # a run that waits, or a busy machine, may take so many times its limit of processor time


def pack(header: Mapping[str, Any], arrays: Sequence[Described] = ()) -> bytes:
    """Return a frame: two lengths, the header with the arrays' shapes and dtypes in it, the arrays' bytes."""
    described = [[list(shape), dtype] for shape, dtype, _ in arrays]
    text = json.dumps({**header, "arrays": described}).encode()
    body = b"".join(data for _, _, data in arrays)
    return LENGTHS.pack(len(text), len(body)) + text + body


def unpack(text: bytes, body: bytes) -> tuple[Header, list[NDArray[Any]]]:
    """Return the header and the arrays of a frame.

    Raises:
        ValueError: when the frame is not one that ``pack`` makes.
    """
    header = json.loads(text)
    if not isinstance(header, dict) or not isinstance(header.get("arrays"), list):
        raise ValueError("the frame has no header")
    arrays, start = [], 0
    for shape, name in header.pop("arrays"):
        dtype = _number(name)
        count = _product(shape)
        end = start + count * dtype.itemsize
        if end > len(body):
            raise ValueError("the frame is shorter than its arrays")
        arrays.append(np.frombuffer(body, dtype, count, start).reshape(shape))
        start = end
    return header, arrays


def describe(value: NDArray[Any]) -> Described:
    """Return an array's shape, dtype and bytes."""
    return value.shape, value.dtype.str, value.tobytes()


def _number(name: object) -> np.dtype[Any]:
    """Return the dtype of that name, refused unless it is one of numbers."""
    if not isinstance(name, str) or len(name) > 4:
        raise ValueError("not a dtype of numbers")
    dtype = np.dtype(name)
    if dtype.kind not in KINDS or not 0 < dtype.itemsize <= WIDEST:
        raise ValueError("not a dtype of numbers")
    return dtype


def _product(shape: object) -> int:
    """Return the number of entries of a shape of whole numbers."""
    if not isinstance(shape, list) or len(shape) > 32 or not all(isinstance(n, int) and n >= 0 for n in shape):
        raise ValueError("not a shape")
    count = 1
    for n in shape:
        count *= n
    return count
