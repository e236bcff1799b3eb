"""The layers: an affine map and an activation, each with its forward and its backward pass."""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np

from .arrays import Array
from .elementwise import Elementwise
from .rowwise import Rowwise

Entry: TypeAlias = Elementwise | Rowwise


class AffineGradients(NamedTuple):
    """What an affine layer's backward pass returns: dL/dW, dL/db and dL/da of its input."""

    dW: Array
    db: Array
    da: Array


@dataclass(frozen=True, eq=False)
class Affine:
    """The map z = a W + b of row-major batches.

    Attributes:
        W: weights (n_in, n_out).
        b: bias (n_out,).
    """

    W: Array
    b: Array

    def forward(self, a: Array) -> Array:
        """Return z = a W + b, (N, n_in) -> (N, n_out)."""
        z: Array = a.dot(self.W)  # the same product as @, whose set-up takes as long as a small one
        z += self.b
        return z

    def backward(self, a: Array, dz: Array) -> AffineGradients:
        """Return dW = a^T dz, db = sum over the batch of dz, da = dz W^T (BP3, BP4, and half of BP2).

        Arguments:
            a: the input that ``forward`` had, (N, n_in).
            dz: dL/dz, (N, n_out); never changed.
        """
        return AffineGradients(a.T.dot(dz), np.add.reduce(dz), dz.dot(self.W.T))


@dataclass(frozen=True)
class Activation:
    """The map a = f(z) of one table entry."""

    entry: Entry

    def forward(self, z: Array) -> Array:
        """Return a = f(z), same shape."""
        return self.entry.forward(z)

    def backward(self, z: Array, da: Array) -> Array:
        """Return dz = da * f'(z), or the vector-Jacobian product of a row-wise f; ``da`` is never changed."""
        return self.entry.backward(z, da)


@dataclass(frozen=True, eq=False)
class Dense:
    """An affine map followed by an activation: the unit that a network is a list of."""

    affine: Affine
    activation: Activation
