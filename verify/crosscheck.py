"""One network through every oracle, layer by layer: where the implementation first goes wrong, if anywhere."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from reference import Gradients, Loss, Network, Trace
from reference.arrays import Array
from reference.errors import look_up
from reference.targets import as_targets

from .agreement import Comparison, compare
from .architectures import Problem
from .blocks import Block, Values, backward_values, values
from .bounds import Bounds, Roundoff, running_bound
from .evidence import ORACLES as ORACLES
from .evidence import Evidence as Evidence
from .identities import local_identities
from .ladder import Estimate
from .oracles.alone import layer_differences
from .oracles.differences import differences
from .under_test import Backward as Backward
from .under_test import gradients_under_test
from .under_test import reference_backward as reference_backward

BARS = 3

# A layer by itself is a network of one layer with the loss sum_k c_k a_k, c the cotangent.
PROJECTION = Loss(
    name="projection",
    forward=lambda a, c: (a * c).sum(axis=-1),
    derivative=lambda a, c: np.broadcast_to(c, a.shape).copy(),
    formula="sum_k c_k a_k",
    derivative_formula="c",
    reduction="sum",
    source="the definition of a vector-Jacobian product",
)


def crosscheck(
    problems: Sequence[Problem],
    *,
    oracles: Sequence[str] = tuple(ORACLES),
    backward: Backward = reference_backward,
    seed: int = 0,
) -> list[Evidence]:
    """Return the evidence on each problem's forward and backward pass.

    Arguments:
        problems: networks with their batches; many at once, because autodiff answers in chunks.
        oracles: names in ``ORACLES``.
        backward: the backward pass under test, (network, trace, Y) -> Gradients.
        seed: of the random cotangents of the layers by themselves.

    Raises:
        InputError: on an unknown oracle, or gradients of the wrong shape.
    """
    for oracle in oracles:
        look_up(ORACLES, oracle, "oracle")
    rng = np.random.default_rng(seed)
    with np.errstate(all="ignore"):
        cases = [_run(problem, backward) for problem in problems]
        answers = _autodiff(cases) if "autodiff" in oracles else [{} for _ in cases]
        return [_judge(case, answer, oracles, backward, rng) for case, answer in zip(cases, answers, strict=True)]


class _Case(NamedTuple):
    """One run of the implementation, and the same network in float64 for the oracles."""

    problem: Problem
    trace: Trace
    gradients: Gradients
    got: Values
    roundoff: Roundoff
    exact: Network
    exact_trace: Trace
    exact_y: Array


def _run(problem: Problem, backward: Backward) -> _Case:
    network = problem.network
    trace = network.forward(problem.X)
    y = as_targets(network.objective.targets, problem.Y, trace.output)
    gradients = gradients_under_test(network, trace, y, backward)
    got = values(network.loss(trace, y), trace, gradients)
    exact = network
    if network.dtype != np.float64:
        exact = network.with_parameters([p.astype(np.float64) for p in network.parameters])
    exact_trace = trace if exact is network else exact.forward(problem.X.astype(np.float64))
    roundoff = Roundoff.of(network.dtype)
    return _Case(problem, trace, gradients, got, roundoff, exact, exact_trace, y.astype(np.float64))


def _autodiff(cases: Sequence[_Case]) -> list[Values]:
    from .oracles.autodiff import autodiff  # builds on JAX: only where it is asked for

    return [values(*answer) for answer in autodiff([Problem(c.problem.network, c.problem.X, c.exact_y) for c in cases])]


def _judge(
    case: _Case, answer: Values, oracles: Sequence[str], backward: Backward, rng: np.random.Generator
) -> Evidence:
    sizes, trace = case.gradients, case.exact_trace
    if answer:  # what is under test does not set its own bound
        sizes, trace = _gradients_of(answer, len(sizes.dz)), _trace_of(answer, trace.X, len(sizes.dz))
    bounds = _bound_values(running_bound(case.exact, trace, sizes, case.exact_y, case.roundoff))
    comparisons: dict[str, Comparison] = {}
    estimates: dict[Block, Estimate] = {}
    mutual = None
    if answer:
        comparisons["autodiff"] = _compared(case.got, answer, bounds)
    if "differences" in oracles:
        estimates = backward_values(differences(case.exact, case.exact_trace, case.exact_y, sizes), _itself)
        theirs = {block: estimate.value for block, estimate in estimates.items()}
        limits = {block: BARS * (estimate.bar + bounds[block]) for block, estimate in estimates.items()}
        comparisons["differences"] = _compared(case.got, theirs, limits)
        mutual = _compared(answer, theirs, limits) if answer else None
    if "alone" in oracles:
        comparisons["alone"] = _layers_alone(case, backward, rng)
    if "local" in oracles:
        comparisons["local"] = local_identities(case.problem.network, case.trace, case.gradients, case.roundoff)
    return Evidence(case.problem, case.got, comparisons, answer, estimates, bounds, mutual)


def _itself(estimate: Estimate) -> Estimate:
    return estimate


def _compared(
    got: Mapping[Block, Array], should_be: Mapping[Block, Array], bounds: Mapping[Block, Array]
) -> Comparison:
    """Compare the blocks that ``should_be`` has, in its order."""
    blocks = list(should_be)
    return compare(blocks, [got[b] for b in blocks], list(should_be.values()), [bounds[b] for b in blocks])


def _bound_values(bounds: Bounds) -> Values:
    nothing = np.empty(0)
    return values(bounds.loss, Trace(nothing, bounds.z, bounds.a), bounds.gradients)


def _gradients_of(answer: Values, depth: int) -> Gradients:
    """Return the gradients among an oracle's values."""
    parts = [tuple(answer[quantity, k + 1] for k in range(depth)) for quantity in ("dz", "da", "dW", "db")]
    return Gradients(parts[0], parts[1], parts[2], parts[3], answer["dX", 0])


def _trace_of(answer: Values, X: Array, depth: int) -> Trace:
    """Return the values of the forward sweep among an oracle's values."""
    z, a = (tuple(answer[quantity, k + 1] for k in range(depth)) for quantity in ("z", "a"))
    return Trace(X, z, a)


def _layers_alone(case: _Case, backward: Backward, rng: np.random.Generator) -> Comparison:
    """Judge every layer by itself: the inputs it has in the network, a random signed cotangent, all partials."""
    blocks: list[Block] = []
    rows: tuple[list[Array], list[Array], list[Array]] = ([], [], [])
    for k in reversed(range(len(case.gradients.dz))):
        for block, parts in _layer_alone(case, k, backward, rng).items():
            blocks.append(block)
            for row, part in zip(rows, parts, strict=True):
                row.append(part)
    return compare(blocks, *rows)


def _layer_alone(case: _Case, k: int, backward: Backward, rng: np.random.Generator) -> dict[Block, tuple[Array, ...]]:
    """Return (got, should be, bound) of layer k's dz, dW, db and da_{k-1} under a random cotangent.

    The layer's inputs and cotangent are the implementation's own, so that no error of another layer
    enters, and neither does a loss that the implementation may have written into its backward pass.
    """
    given, single, exact = case.trace.inputs[k], _single(case.problem.network, k), _single(case.exact, k)
    trace = Trace(given, (case.trace.z[k],), (case.trace.a[k],))
    got = gradients_under_test(single, trace, rng.normal(size=trace.output.shape).astype(given.dtype), backward)
    cotangent, exact_given, layer = got.da[0].astype(np.float64), given.astype(np.float64), exact.layers[0]
    z = layer.affine.forward(exact_given)
    exact_trace = Trace(exact_given, (z,), (layer.activation.forward(z),))
    bounds = running_bound(exact, exact_trace, got, cotangent, case.roundoff).gradients
    found = layer_differences(layer, exact_given, z, cotangent)
    dW = found.dW._replace(value=found.dW.value + exact.l2 * layer.affine.W)
    below: Block = ("da", k) if k else ("dX", 0)
    return {
        ("dz", k + 1): _row(got.dz[0], found.dz, bounds.dz[0]),
        ("dW", k + 1): _row(got.dW[0], dW, bounds.dW[0]),
        ("db", k + 1): _row(got.db[0], found.db, bounds.db[0]),
        below: _row(got.dX, found.da, bounds.dX),
    }


def _row(got: Array, found: Estimate, bound: Array) -> tuple[Array, Array, Array]:
    return got, found.value, BARS * (found.bar + bound)


def _single(network: Network, k: int) -> Network:
    """Return layer k as a network of its own, under the loss sum_k c_k a_k."""
    return Network((network.layers[k],), PROJECTION, "sum", network.l2)
