"""The autodiff oracle: every value and gradient of a network by JAX, in float64 on the CPU.

One padded program serves all architectures. It maps over networks, scans over layers and switches
over activations and losses, so it is compiled once per bucket size, in about the time that jit
takes for ten networks of their own. Zero "probes" are added to every z_l and a_l; the gradient with
respect to a probe is dL/dz_l or dL/da_l.

JAX is imported at the first call. 64-bit numbers and the CPU are asked for by context managers, so a
process that also uses JAX for itself keeps its own settings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np

from reference import ACTIVATIONS, LOSSES, REDUCTIONS, ROWWISE, Gradients, InputError, Trace
from reference.arrays import Array
from reference.errors import look_up

from ..architectures import Problem
from .padding import BASE, CHUNK, Answer, Padded, Size, bucket, pad, unpad

Twin: TypeAlias = Callable[[Any], Any]
ABSENT = -1e300  # what an absent unit of a row-wise function is set to: far below any pre-activation


@contextmanager
def float64_on_cpu() -> Iterator[Any]:
    """Import JAX and yield it with 64-bit numbers on the CPU, for this block only."""
    import jax

    with jax.enable_x64(True), jax.default_device(jax.devices("cpu")[0]):
        yield jax


def keep_programs(folder: Path) -> None:
    """Let JAX keep its compiled programs in ``folder``, so that the next process only loads them.

    It is a setting of the whole process: for processes of our own, never for the user's.
    """
    import jax

    update = cast("Callable[[str, Any], None]", jax.config.update)  # untyped in JAX
    update("jax_compilation_cache_dir", str(folder))
    update("jax_persistent_cache_min_compile_time_secs", 0)
    update("jax_persistent_cache_min_entry_size_bytes", -1)


def activation_twins() -> dict[str, Twin]:
    """Return JAX's own function for every activation, by name; row-wise ones act on the last axis.

    A name that ``jax.nn`` or ``jax.numpy`` also has needs no line here.

    Raises:
        InputError: when an entry has no twin.
    """
    import jax
    import jax.numpy as jnp

    special: dict[str, Twin] = {
        "linear": lambda z: z,
        "softsign": jax.nn.soft_sign,
        "gelu": lambda z: jax.nn.gelu(z, approximate=False),
        "gelu_tanh": lambda z: jax.nn.gelu(z, approximate=True),
        "gaussian": lambda z: jnp.exp(-jnp.square(z)),
    }
    twins: dict[str, Twin] = {}
    for name in ACTIVATIONS:
        twin = special.get(name) or getattr(jax.nn, name, None) or getattr(jnp, name, None)
        if twin is None:
            raise InputError(f"activation {name!r}", "no JAX twin", "a function of jax.nn or jax.numpy", "add its twin")
        twins[name] = twin
    return twins


def loss_twins() -> dict[str, Callable[[Any, Any, Any], Any]]:
    """Return for every loss a JAX function (a, y, units) -> the per-entry terms, zero where ``units`` is False.

    Ties follow the table's conventions: at a kink JAX's own ``abs`` and ``maximum`` would not.

    Raises:
        InputError: when an entry has no twin.
    """
    import jax
    import jax.numpy as jnp

    def absolute(r: Any) -> Any:
        return jnp.where(r > 0, r, jnp.where(r < 0, -r, 0))

    def times_log(y: Any, p: Any) -> Any:
        return jnp.where(y > 0, y * jnp.log(jnp.where(y > 0, p, 1)), 0)

    def log_cosh(r: Any) -> Any:
        small = jnp.abs(r) < 300
        return jnp.where(small, jnp.log(jnp.cosh(jnp.where(small, r, 0))), jnp.abs(r) - jnp.log(2.0))

    def log_softmax(z: Any, units: Any) -> Any:
        return jnp.where(units, jax.nn.log_softmax(jnp.where(units, z, ABSENT)), 0)

    twins: dict[str, Callable[[Any, Any, Any], Any]] = {
        "half_sse": lambda a, y, units: 0.5 * jnp.square(a - y),
        "mse": lambda a, y, units: jnp.square(a - y),
        "mae": lambda a, y, units: absolute(a - y),
        "huber": lambda a, y, units: jnp.where(jnp.abs(a - y) < 1, 0.5 * jnp.square(a - y), jnp.abs(a - y) - 0.5),
        "log_cosh": lambda a, y, units: log_cosh(a - y),
        "bce": lambda p, y, units: -times_log(y, p) - times_log(1 - y, 1 - p),
        "bce_with_logits": lambda z, y, units: jax.nn.softplus(z) - y * z,
        "cross_entropy": lambda p, y, units: -times_log(y, p),
        "softmax_cross_entropy": lambda z, y, units: -y * log_softmax(z, units),
        "kl_divergence": lambda p, y, units: times_log(y, y) - times_log(y, p),
        "hinge": lambda a, y, units: jnp.where(1 - y * a > 0, 1 - y * a, 0),
        "sum_squares": lambda a, y, units: jnp.square(a),
    }
    missing = set(LOSSES) - set(twins)
    if missing:
        raise InputError(f"loss {min(missing)!r}", "no JAX twin", "a function in loss_twins", "add its twin")
    return {name: _masked(twins[name]) for name in LOSSES}


def _masked(terms: Callable[[Any, Any, Any], Any]) -> Callable[[Any, Any, Any], Any]:
    """Return the terms with 0 where absent: from numbers that no loss is infinite at, or its NaN would spread."""
    import jax.numpy as jnp

    def masked(a: Any, y: Any, units: Any) -> Any:
        return jnp.where(units, terms(jnp.where(units, a, 0.5), jnp.where(units, y, 0.5), units), 0)

    return masked


def _layer_branches(names: Sequence[str]) -> list[Callable[[Any, Any], Any]]:
    """Return one (z, units) -> a per activation, in the order of the names, zero where ``units`` is False.

    Absent units are pushed out of a row-wise sum before f and zeroed after it; an infinity in
    place of ABSENT would make the gradient NaN in rows that are absent altogether.
    """
    import jax.numpy as jnp

    def elementwise(twin: Twin) -> Callable[[Any, Any], Any]:
        return lambda z, units: jnp.where(units, twin(z), 0)

    def rowwise(twin: Twin) -> Callable[[Any, Any], Any]:
        return lambda z, units: jnp.where(units, twin(jnp.where(units, z, ABSENT)), 0)

    twins = activation_twins()
    return [(rowwise if name in ROWWISE else elementwise)(twins[name]) for name in names]


def compile_ahead(lock: AbstractContextManager[Any]) -> None:
    """Trace the smallest bucket's program, then compile it, or load it where it is kept, under ``lock``."""
    with float64_on_cpu():
        _lowered(BASE, tuple(ACTIVATIONS), tuple(LOSSES))
        with lock:
            _program(BASE, tuple(ACTIVATIONS), tuple(LOSSES))


@lru_cache
def _program(size: Size, activations: tuple[str, ...], losses: tuple[str, ...]) -> Callable[[Padded], Any]:
    """Return the compiled program of a bucket for tables with these names."""
    program: Callable[[Padded], Any] = _lowered(size, activations, losses).compile()
    return program


@lru_cache
def _lowered(size: Size, activations: tuple[str, ...], losses: tuple[str, ...]) -> Any:
    """Return the traced program of a bucket, whose switches take the names in this order."""
    import jax
    import jax.numpy as jnp

    layer_branches, terms_of = _layer_branches(activations), loss_twins()
    loss_branches = [terms_of[name] for name in losses]

    def layer(a: Any, given: Any) -> tuple[Any, Any]:
        W, b, which, active, units, probe_z, probe_a = given
        z = a @ W + b + probe_z
        out = jax.lax.switch(which, layer_branches, z, units) + probe_a
        return jnp.where(active, out, a), (z, out)

    def loss(X: Any, W: Any, b: Any, probe_z: Any, probe_a: Any, p: Padded) -> tuple[Any, Any]:
        last, (z, a) = jax.lax.scan(layer, X, (W, b, p.activation, p.active, p.units, probe_z, probe_a))
        units = p.units[jnp.sum(p.active) - 1]
        terms = jax.lax.switch(p.loss, loss_branches, last, p.Y, units & p.samples[:, None])
        return jnp.sum(terms) / p.divisor + p.l2 / 2 * jnp.sum(W * W), (z, a)

    def one(p: Padded) -> Any:
        probe = jnp.zeros((p.W.shape[0], *p.X.shape))
        return jax.value_and_grad(loss, argnums=(0, 1, 2, 3, 4), has_aux=True)(p.X, p.W, p.b, probe, probe, p)

    return jax.jit(lambda chunk: jax.lax.map(one, chunk)).lower(pad([], size))


def autodiff(problems: Sequence[Problem]) -> list[Answer]:
    """Return JAX's loss, values and gradients for each problem, whatever its size.

    Problems are grouped into buckets by size; each bucket's program is compiled once in a process
    (about 1.5 s). What passes the largest bucket is differentiated on its own, unpadded.

    Arguments:
        problems: networks with their batches, targets (N, n_L) as ``as_targets`` returns them; float32
            numbers are taken as they are and everything is computed in float64.

    Raises:
        InputError: when a table entry has no JAX twin, or a network is made of what is not in the tables.
    """
    for network, _, _ in problems:
        look_up(LOSSES, network.objective.name, "loss")
        for layer in network.layers:
            look_up(ACTIVATIONS, layer.activation.entry.name, "activation")
    answers: dict[int, Answer] = {}
    buckets: dict[Size | None, list[int]] = {}
    for i, problem in enumerate(problems):
        buckets.setdefault(bucket(problem), []).append(i)
    for size, members in buckets.items():
        if size is None:
            answers |= {i: plain(problems[i]) for i in members}
            continue
        for start in range(0, len(members), CHUNK):
            some = members[start : start + CHUNK]
            answers |= dict(zip(some, _padded_answers([problems[i] for i in some], size), strict=True))
    return [answers[i] for i in range(len(problems))]


def _padded_answers(problems: Sequence[Problem], size: Size) -> list[Answer]:
    chunk = pad(problems, size)
    with float64_on_cpu() as jax:
        (loss, (z, a)), gradients = jax.device_get(_program(size, tuple(ACTIVATIONS), tuple(LOSSES))(chunk))
    for out in (loss, z, a, *gradients):
        _require_float64(out)
    dX, dW, db, dz, da = gradients
    return [unpad(p, loss[i], z[i], a[i], dX[i], dW[i], db[i], dz[i], da[i]) for i, p in enumerate(problems)]


def _require_float64(out: Any) -> None:
    """Raise where JAX answered in another dtype: without its 64-bit switch it computes in float32, silently."""
    if out.dtype != np.float64:
        raise TypeError(f"the autodiff oracle answered in {out.dtype}, should be float64")


def plain(problem: Problem) -> Answer:
    """Return the same answer from an unpadded ``jax.grad`` of this one network: the oracle of the oracle.

    It is compiled for its architecture alone, about 0.2 s.
    """
    network = problem.network
    with float64_on_cpu() as jax:
        import jax.numpy as jnp

        activations, losses = activation_twins(), loss_twins()
        y = problem.Y.astype(np.float64)
        divisor = REDUCTIONS[network.reduction](y.shape)

        def loss(X: Any, parameters: Any, probes: Any) -> tuple[Any, Any]:
            a, trace = X, []
            for layer, (W, b), (probe_z, probe_a) in zip(network.layers, parameters, probes, strict=True):
                z = a @ W + b + probe_z
                a = activations[layer.activation.entry.name](z) + probe_a
                trace.append((z, a))
            terms = losses[network.objective.name](a, y, jnp.ones(a.shape, bool))
            penalty = network.l2 / 2 * sum(jnp.sum(W * W) for W, _ in parameters)
            return jnp.sum(terms) / divisor + penalty, trace

        parameters = [(np.float64(p.affine.W), np.float64(p.affine.b)) for p in network.layers]
        probes = [(np.zeros((len(y), n)), np.zeros((len(y), n))) for n in network.sizes[1:]]
        function = jax.jit(jax.value_and_grad(loss, argnums=(0, 1, 2), has_aux=True))
        answer = jax.device_get(function(np.float64(problem.X), parameters, probes))
    (value, trace), (dX, dparameters, dprobes) = answer
    _require_float64(dX)
    z, a = zip(*trace, strict=True)
    dW, db = zip(*dparameters, strict=True)
    dz, da = zip(*dprobes, strict=True)
    return Answer(float(value), Trace(problem.X.astype(np.float64), z, a), Gradients(dz, da, dW, db, dX))


def hessian_vector(problem: Problem, direction: Sequence[Array]) -> tuple[float, tuple[Array, ...]]:
    """Return v . grad L and H v over all parameters, by ``jax.jvp`` of ``jax.value_and_grad``, unpadded.

    It is compiled for its architecture alone, about 0.4 s.

    Arguments:
        problem: a network with its batch, targets (N, n_L) as ``as_targets`` returns them.
        direction: v, arrays shaped as ``network.parameters``.

    Returns:
        The two derivatives, the second as arrays shaped as ``network.parameters``.
    """
    network, X, Y = problem
    with float64_on_cpu() as jax:
        import jax.numpy as jnp

        twins, terms = activation_twins(), loss_twins()[network.objective.name]

        def loss(parameters: Any) -> Any:
            a: Any = np.float64(X)
            for layer, W, b in zip(network.layers, parameters[::2], parameters[1::2], strict=True):
                a = twins[layer.activation.entry.name](a @ W + b)
            penalty = network.l2 / 2 * sum(jnp.sum(W * W) for W in parameters[::2])
            y = np.float64(Y)
            return jnp.sum(terms(a, y, jnp.ones(a.shape, bool))) / REDUCTIONS[network.reduction](y.shape) + penalty

        both = jax.jit(lambda p, v: jax.jvp(jax.value_and_grad(loss), (p,), (v,)))
        values = ([np.float64(p) for p in arrays] for arrays in (network.parameters, direction))
        _, (slope, product) = jax.device_get(both(*values))
    _require_float64(product[0])
    return float(slope), tuple(product)


def passes_check_grads(
    loss: Callable[[Sequence[Array]], float], at: Sequence[Array], gradient: Sequence[Array]
) -> bool:
    """Return whether ``jax.test_util.check_grads`` accepts a gradient in reverse mode, with its own settings.

    Arguments:
        loss: of some float64 arrays.
        at: the arrays to check at.
        gradient: what is claimed to be dL/d each of them.
    """
    with float64_on_cpu() as jax:
        from jax.test_util import check_grads

        result = jax.ShapeDtypeStruct((), np.dtype(np.float64))

        def value(*arrays: Any) -> Any:
            return jax.pure_callback(lambda *a: np.float64(loss([np.asarray(x) for x in a])), result, *arrays)

        function, check = jax.custom_vjp(value), cast("Callable[..., None]", check_grads)  # untyped in JAX
        function.defvjp(lambda *arrays: (function(*arrays), None), lambda _, c: tuple(c * g for g in gradient))
        try:
            check(function, tuple(at), order=1, modes=["rev"])
        except AssertionError:
            return False
    return True
