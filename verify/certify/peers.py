"""The frameworks' own functions on the same arguments: JAX, and PyTorch where it is installed."""

from collections.abc import Callable
from typing import Any

import numpy as np

from reference.arrays import Array

from ..oracles import pytorch
from ..oracles.autodiff import activation_twins, float64_on_cpu, loss_twins
from .function import ELEMENTWISE_KIND, LOSS_KIND, PARTS, Function

PEERS = ("jax", "torch")


def present() -> dict[str, str]:
    """Return the version of every framework that can be asked here, by name."""
    with float64_on_cpu() as jax:
        versions = {"jax": str(jax.__version__)}
    return versions | ({"torch": pytorch.version()} if pytorch.installed() else {})


def values(peer: str, f: Function, x: Array) -> Array | None:
    """Return a framework's outputs (n, outputs) for arguments x (n, m), or None where it has no such function."""
    with np.errstate(all="ignore"):
        return _jax(f, x) if peer == "jax" else _torch(f, x)


def _jax(f: Function, x: Array) -> Array:
    """Return what the twins of the autodiff oracle give, compiled."""
    with float64_on_cpu() as jax:
        answer = jax.device_get(jax.jit(jax.vmap(_jax_row(jax, f)))(x))
    return np.asarray(answer, np.float64).reshape(len(x), -1)


def _jax_row(jax: Any, f: Function) -> Callable[[Any], Any]:
    """Return the function of one row of arguments; the second half of a row is fixed."""
    if f.kind == LOSS_KIND:
        terms = loss_twins()[f.name]

        def loss(a: Any, y: Any) -> Any:
            return terms(a, y, np.ones(a.shape, bool)).sum()

        whole = loss if f.part == "forward" else jax.grad(loss)
        return lambda x: whole(*jax.numpy.split(x, 2))
    twin = activation_twins()[f.name]
    if f.part == "forward":
        return twin
    if f.kind == ELEMENTWISE_KIND:
        return lambda x: jax.grad(lambda z: twin(z).sum())(x)
    return lambda x: jax.vjp(twin, x[: len(x) // 2])[1](x[len(x) // 2 :])[0]


def _torch(f: Function, x: Array) -> Array | None:
    if f.kind == LOSS_KIND:
        found = pytorch.loss_and_slope(f.name, *np.split(x, 2, axis=1))
    elif f.kind == ELEMENTWISE_KIND or f.part == "forward":
        found = pytorch.activation_and_slope(f.name, x, np.ones_like(x))
    else:
        found = pytorch.activation_and_slope(f.name, *np.split(x, 2, axis=1))
    return found[PARTS.index(f.part)] if found else None
