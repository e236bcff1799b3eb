"""Forward against reverse: <J u, v> = <u, J^T v> for every layer, and what linearity of the reverse sweep demands.

Every bound is that of the rounding of the two sides: the sum of the absolute terms times their number.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import ACTIVATIONS, LOSSES, Affine, Elementwise, Gradients, InputError, Network, Rowwise
from reference.arrays import Array
from reference.forward_mode import ROW_TANGENTS, Tangents, activation_jvp, affine_jvp, loss_jvp, network_jvp
from reference.layers import Entry
from reference.rowwise import ROWWISE, softmax
from verify.architectures import Limits, Problem, draw, draw_targets
from verify.bounds import Bounds, Roundoff, running_bound
from verify.crosscheck import PROJECTION
from verify.oracles.exact import complex_step
from verify.rounding import activation_rounding, slope_size

U = 2.0**-53
ROUNDOFF = Roundoff.of(np.dtype(np.float64))
every_activation = pytest.mark.parametrize("entry", ACTIVATIONS.values(), ids=ACTIVATIONS)
sizes = st.integers(1, 6)
seeds = st.integers(0, 2**32 - 1)


def apart(one: Array, other: Array) -> float:
    """Return how far two inner products' sums lie apart."""
    return abs(float(one.sum()) - float(other.sum()))


@given(n_in=sizes, n_out=sizes, rows=sizes, seed=seeds)
def test_the_affine_tangent_and_the_affine_backward_pass_are_transposes(
    n_in: int, n_out: int, rows: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    layer, move = (Affine(rng.normal(size=(n_in, n_out)), rng.normal(size=n_out)) for _ in range(2))
    a, tangent, cotangent = rng.normal(size=(rows, n_in)), rng.normal(size=(rows, n_in)), rng.normal(size=(rows, n_out))
    found = layer.backward(a, cotangent)
    pulled = [found.dW * move.W, found.db * move.b, found.da * tangent]
    absolute = (np.abs(tangent) @ np.abs(layer.W) + np.abs(a) @ np.abs(move.W) + np.abs(move.b)) * np.abs(cotangent)
    pushed = affine_jvp(layer, a, move, tangent) * cotangent
    terms = 2 * n_in + 1 + pushed.size  # additions on the longest path of either side
    assert apart(pushed, np.concatenate([p.ravel() for p in pulled])) <= 2 * terms * U * absolute.sum()


def duality_gap(entry: Entry, seed: int, vjp: Any = None) -> float:
    """Return |<J u, v> - <u, J^T v>| of one activation at random points, as a fraction of its rounding bound."""
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, 7, 2))
    z, u, v = rng.uniform(*entry.domain, shape), rng.normal(size=shape), rng.normal(size=shape)
    pulled = (vjp or entry.backward)(z, v)
    if isinstance(entry, Elementwise):
        absolute = np.abs(entry.derivative(z) * u * v)
    else:  # a sum of g_i less its weighted mean: at most this before anything cancels, on either side
        p, g = softmax(z), np.abs(v) + np.abs(v).sum(axis=-1, keepdims=True)
        absolute = g * (np.abs(u) + np.sum(p * np.abs(u), axis=-1, keepdims=True))
    bound = 2 * (z.size + 2 * shape[-1] + 4) * U * absolute.sum()
    return apart(activation_jvp(entry, z, u) * v, u * pulled) / max(bound, np.finfo(float).tiny)


@every_activation
@given(seed=seeds)
def test_an_activations_tangent_and_its_backward_pass_are_transposes(entry: Entry, seed: int) -> None:
    assert duality_gap(entry, seed) <= 1


@pytest.mark.parametrize("name", ROWWISE)
def test_the_rule_of_the_other_row_wise_activation_is_no_transpose(name: str) -> None:
    other = next(entry for key, entry in ROWWISE.items() if key != name)
    assert min(duality_gap(ROWWISE[name], seed, other.backward) for seed in range(5, 10)) > 1e9


@pytest.mark.parametrize("entry", [e for e in ACTIVATIONS.values() if e.analytic], ids=lambda e: e.name)
@given(seed=seeds)
def test_an_activations_tangent_is_the_complex_step_of_its_textbook_form(entry: Entry, seed: int) -> None:
    rng = np.random.default_rng(seed)
    z, u = rng.uniform(*entry.domain, (3, 4)), rng.normal(size=(3, 4))
    assert entry.analytic is not None
    gap = np.abs(activation_jvp(entry, z, u) - complex_step(entry.analytic, z, u))
    nothing = np.zeros_like(z)
    size = np.abs(u) if isinstance(entry, Elementwise) else np.abs(u) + np.abs(u).sum(axis=-1, keepdims=True)
    rounding = activation_rounding(entry)
    terms = rounding.backward(z, entry.forward(z), slope_size(entry, z), size, nothing, nothing, nothing)
    assert (gap <= 8 * U * (terms + size * (1 + np.abs(z)))).all()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_row_wise_activation_has_a_tangent_of_its_own(name: str) -> None:
    assert isinstance(ACTIVATIONS[name], Rowwise) == (name in ROW_TANGENTS)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_a_losss_tangent_and_its_derivative_are_transposes(loss: Any) -> None:
    rng = np.random.default_rng(3)
    a = rng.uniform(0.1, 0.9, (5, 4))
    y, u, v = draw_targets(loss.targets, rng, 5, 4), rng.normal(size=(5, 4)), rng.normal(size=5)
    pulled = loss.derivative(a, y) * v[:, None] * u
    assert apart(loss_jvp(loss, a, y, u) * v, pulled) <= 2 * (u.size + 4) * U * np.abs(pulled).sum()


def projected(problem: Problem) -> Network:
    """Return the network under sum_k c_k a_k, whose reverse sweep takes any cotangent c for its targets."""
    return Network(problem.network.layers, PROJECTION, "sum")


def drawn(case: int) -> Problem:
    """Return one random network over all tables."""
    return draw(77, case, Limits().checked()).build()


def direction(network: Network, rng: np.random.Generator) -> list[Array]:
    """Return a random direction in parameter space."""
    return [rng.normal(size=p.shape) for p in network.parameters]


def pulled_back(gradients: Gradients, moves: Sequence[Array], X: Array) -> list[Array]:
    """Return the terms of <u, J^T v> block by block."""
    return [g * u for g, u in zip((*gradients.parameters, gradients.dX), (*moves, X), strict=True)]


def slack(gradients: Gradients, bounds: Bounds, moves: Sequence[Array], X: Array) -> float:
    """Return what rounding may do to <u, J^T v>, and as much again to the forward side, whose paths are the same."""
    blocks = zip(
        (*gradients.parameters, gradients.dX), (*bounds.gradients.parameters, bounds.gradients.dX), strict=True
    )
    each = [((np.abs(g) * 2 * U * g.size + E) * np.abs(u)).sum() for (g, E), u in zip(blocks, (*moves, X), strict=True)]
    return 2 * float(sum(each))


def network_gap(network: Network, X: Array, Y: Array, seed: int) -> tuple[float, Tangents]:
    """Return |dL along u - <grad L, u>| as a fraction of its bound, and the tangents."""
    rng = np.random.default_rng(seed)
    moves, move_X = direction(network, rng), rng.normal(size=X.shape)
    trace = network.forward(X)
    gradients = network.backward(trace, Y)
    tangents = network_jvp(network, trace, Y, moves, move_X)
    bounds = running_bound(network, trace, gradients, Y, ROUNDOFF)
    pulled = float(sum(part.sum() for part in pulled_back(gradients, moves, move_X)))
    return abs(tangents.loss - pulled) / slack(gradients, bounds, moves, move_X), tangents


@pytest.mark.parametrize("start", range(0, 120, 12))
def test_the_loss_moves_by_the_gradient_times_the_direction(start: int) -> None:
    for case in range(start, start + 12):
        problem = drawn(case)
        assert network_gap(*problem, seed=case)[0] <= 1


def test_the_outputs_tangent_meets_any_cotangent_as_the_reverse_sweep_says() -> None:
    for case in range(60):
        problem = drawn(case)
        c = np.random.default_rng(case).normal(size=problem.Y.shape)
        gap, tangents = network_gap(projected(problem), problem.X, c, seed=case)
        assert gap <= 1
        assert tangents.loss == np.sum(tangents.a[-1] * c, axis=-1).sum()


def test_a_wrong_reverse_sweep_breaks_the_identity() -> None:
    problem = drawn(5)
    entry = problem.network.layers[0].activation.entry
    assert isinstance(entry, Elementwise)
    wrong = dataclasses.replace(entry, derivative=lambda z: entry.derivative(z) * (1 + 1e-6))
    trace = problem.network.forward(problem.X)
    right = problem.network.backward(trace, problem.Y)
    rng = np.random.default_rng(0)
    moves, X = direction(problem.network, rng), rng.normal(size=problem.X.shape)
    bounds = running_bound(problem.network, trace, right, problem.Y, ROUNDOFF)
    layers = (
        dataclasses.replace(problem.network.layers[0], activation=type(problem.network.layers[0].activation)(wrong)),
    )
    network = dataclasses.replace(problem.network, layers=(*layers, *problem.network.layers[1:]))
    pulled = sum(part.sum() for part in pulled_back(network.backward(trace, problem.Y), moves, X))
    tangents = network_jvp(problem.network, trace, problem.Y, moves, X)
    assert abs(tangents.loss - pulled) > 100 * slack(right, bounds, moves, X)


def parts(gradients: Gradients) -> list[Array]:
    """Return every array of the gradients."""
    return [*gradients.dz, *gradients.da, *gradients.dW, *gradients.db, gradients.dX]


def backward_of(problem: Problem, cotangent: Array) -> Gradients:
    """Return the reverse sweep from a cotangent of the output."""
    return projected(problem).backward(projected(problem).forward(problem.X), cotangent)


@pytest.mark.parametrize("case", range(46))
def test_a_zero_cotangent_gives_exactly_zero_everywhere(case: int) -> None:
    problem = drawn(case)
    assert not any(part.any() for part in parts(backward_of(problem, np.zeros_like(problem.Y))))


@pytest.mark.parametrize("case", range(46))
def test_a_power_of_two_times_the_cotangent_is_the_same_power_times_every_gradient(case: int) -> None:
    problem = drawn(case)
    c = np.random.default_rng(case).normal(size=problem.Y.shape)
    for once, eight in zip(parts(backward_of(problem, c)), parts(backward_of(problem, -8 * c)), strict=True):
        normal = np.abs(once) > 1e-290  # below, a product on the way may have been subnormal
        np.testing.assert_array_equal(eight[normal], -8 * once[normal])


def test_the_reverse_sweep_of_a_sum_of_cotangents_is_the_sum_of_the_sweeps() -> None:
    for case in range(60):
        problem, rng = drawn(case), np.random.default_rng(case)
        c, d = rng.normal(size=problem.Y.shape), rng.normal(size=problem.Y.shape)
        network, trace = projected(problem), problem.network.forward(problem.X)
        sweeps = [network.backward(trace, cotangent) for cotangent in (c, d, c + d)]
        bounds = [
            parts(running_bound(network, trace, g, y, ROUNDOFF).gradients)
            for g, y in zip(sweeps, (c, d, c + d), strict=True)
        ]
        for one, other, both, *E in zip(*map(parts, sweeps), *bounds, strict=True):
            assert not (np.abs(one + other - both) > np.add.reduce(E)).any()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda moves: moves[:-1], r"direction: got \d+ arrays, should be \d+; give one for each W and b"),
        (lambda moves: [moves[0].T[:, :0], *moves[1:]], r"direction\[0\]: got shape .*, should be shape"),
    ],
)
def test_a_direction_of_other_shapes_is_refused(spoil: Any, message: str) -> None:
    problem = drawn(4)
    trace = problem.network.forward(problem.X)
    with pytest.raises(InputError, match=message):
        network_jvp(problem.network, trace, problem.Y, spoil(direction(problem.network, np.random.default_rng(0))))


def test_an_inputs_tangent_of_another_shape_is_refused() -> None:
    problem = drawn(4)
    moves = direction(problem.network, np.random.default_rng(0))
    with pytest.raises(InputError, match=r"X: got shape .*, should be shape"):
        network_jvp(problem.network, problem.network.forward(problem.X), problem.Y, moves, np.zeros((99, 1)))
