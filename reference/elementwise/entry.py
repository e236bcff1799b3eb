"""The record that one element-wise activation is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeAlias

import numpy as np

from ..arrays import Array, as_floating

ArrayFunction: TypeAlias = Callable[[Array], Array]
ComplexFunction: TypeAlias = Callable[[Any], Any]

BLOCK = 1 << 13  # 64 KiB of float64: half of the size at which malloc starts to map fresh pages


@dataclass(frozen=True)
class Kink:
    """A point where the derivative jumps, with the value the derivative takes there by convention."""

    at: float
    derivative: float


@dataclass(frozen=True, kw_only=True)
class Elementwise:
    """One element-wise activation f: everything the rest of the project asks about it.

    Attributes:
        name: its key in the table.
        forward: z -> f(z), any shape; float64 and float32 are kept, integers become float64.
        derivative: z -> f'(z), same shape and dtype; at a kink the kink's stated value.
        formula: f in text; ``derivative_formula`` likewise.
        analytic: the textbook expression of f for real or complex NumPy arrays, or None where f is
            not analytic; it witnesses ``forward`` and, by the complex step, ``derivative``, and is
            never used to compute them.
        domain: the interval to sample where f is interesting.
        kinks: where f' jumps.
        seams: where f' is continuous but f is not analytic, so that differences lose their order.
        extremes: inputs whose forward and derivative must stay finite.
        above_8_ulp: where an error may pass 8 ulp, though not 4 (1 + k) ulp, and why; empty where none does.
        source: the paper or text that defines f.
    """

    name: str
    forward: ArrayFunction
    derivative: ArrayFunction
    formula: str
    derivative_formula: str
    analytic: ComplexFunction | None
    domain: tuple[float, float]
    kinks: tuple[Kink, ...] = ()
    seams: tuple[float, ...] = ()
    extremes: tuple[float, ...] = (-1e300, -1e4, -745.0, 745.0, 1e4, 1e300)
    above_8_ulp: str = ""
    source: str

    def backward(self, z: Array, cotangent: Array) -> Array:
        """Return the vector-Jacobian product dL/dz = dL/da * f'(z).

        Arguments:
            z: pre-activations, any shape.
            cotangent: dL/da, shape of ``z``; never changed.
        """
        product: Array = np.multiply(cotangent, self.derivative(z))
        return product


def on_arrays(kernel: ArrayFunction) -> ArrayFunction:
    """Let a kernel written for short one-axis arrays take numbers, lists, integers and arrays of any size.

    A long array is worked through in blocks of BLOCK elements: the kernel's temporaries then stay in
    the cache and in memory the allocator already holds, where fresh large ones cost several times
    the arithmetic.
    """
    return _accepting(kernel, lambda z: kernel(z) if z.size <= BLOCK else _in_blocks(kernel, z))


def in_one_pass(kernel: ArrayFunction) -> ArrayFunction:
    """Do what ``on_arrays`` does for a kernel of one NumPy operation: without temporaries, blocks only cost."""
    return _accepting(kernel, kernel)


def _accepting(kernel: ArrayFunction, on_array: ArrayFunction) -> ArrayFunction:
    """Return the kernel as a function of anything that can be read as an array, a number included."""

    @wraps(kernel)
    def accepting(z: Any) -> Any:
        array = as_floating(z, "z")
        return on_array(array) if array.ndim else kernel(array[None])[0]

    return accepting


def _in_blocks(kernel: ArrayFunction, z: Array) -> Array:
    """Return ``kernel(z)``, computed block by block in the order z lies in memory."""
    if z.flags.f_contiguous and not z.flags.c_contiguous:
        return _in_blocks(kernel, z.T).T
    flat = np.ascontiguousarray(z).reshape(-1)
    out = np.empty_like(flat)
    for start in range(0, flat.size, BLOCK):
        out[start : start + BLOCK] = kernel(flat[start : start + BLOCK])
    return out.reshape(z.shape)
