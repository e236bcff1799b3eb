"""Hessian-vector products of the reference: against JAX, against differences of the gradient, and symmetric.

How far rounding may move a product is measured by the product itself: the same code in float32 is off by
its own roundoff times what the network magnifies it by, and float64 may be off by the same multiple of 2^-53.
"""

from typing import Any

import numpy as np
import pytest

from reference import ACTIVATIONS, ELEMENTWISE, LOSSES, ROWWISE, InputError, Network
from reference.arrays import Array
from reference.second_order import LOSS_CURVATURES, ROW_CURVATURES, SECOND_DERIVATIVES, hessian_vector
from tests.test_autodiff import one_for_each_loss
from verify.architectures import Problem
from verify.oracles import autodiff as jax_oracle

U, U32 = 2.0**-53, 2.0**-24
MARGIN = 32  # float32's error is one draw of the rounding, and JAX's formulas are not ours
PROBLEMS = one_for_each_loss()
every_problem = pytest.mark.parametrize("problem", PROBLEMS, ids=LOSSES)


def direction(network: Network, seed: int = 0) -> list[Array]:
    """Return a random direction in parameter space."""
    rng = np.random.default_rng(seed)
    return [rng.normal(size=p.shape) for p in network.parameters]


def single(arrays: Any) -> list[Array]:
    """Return the arrays in float32."""
    return [np.asarray(array, np.float32) for array in arrays]


def roundings(problem: Problem, moves: list[Array], product: tuple[Array, ...]) -> list[float]:
    """Return, block by block, how many roundoffs of float32 the float32 product is off by."""
    network = problem.network.with_parameters(single(problem.network.parameters))
    X, Y = single((problem.X, problem.Y))
    rounded = hessian_vector(network, X, Y, single(moves))
    assert {block.dtype for block in rounded} == {np.dtype(np.float32)}
    return [max(np.abs(a - b).max() / U32, np.abs(a).max()) for a, b in zip(product, rounded, strict=True)]


@every_problem
def test_a_hessian_vector_product_is_jaxs(problem: Problem) -> None:
    moves = direction(problem.network)
    product = hessian_vector(*problem, moves)
    _, truth = jax_oracle.hessian_vector(problem, moves)
    for got, should_be, E in zip(product, truth, roundings(problem, moves, product), strict=True):
        assert np.abs(got - should_be).max() <= MARGIN * U * E


def test_the_networks_compared_with_jax_hold_every_activation_and_every_loss() -> None:
    assert {layer.activation.entry.name for p in PROBLEMS for layer in p.network.layers} == set(ACTIVATIONS)
    assert [p.network.objective.name for p in PROBLEMS] == list(LOSSES)


@every_problem
def test_the_hessian_is_symmetric(problem: Problem) -> None:
    u, v = direction(problem.network, 1), direction(problem.network, 2)
    Hu, Hv = (hessian_vector(*problem, moves) for moves in (u, v))
    one, other = (sum(float(np.vdot(a, b)) for a, b in zip(*pair, strict=True)) for pair in ((u, Hv), (v, Hu)))
    E = sum(
        e * np.abs(m).sum() for ms, p in ((u, Hv), (v, Hu)) for e, m in zip(roundings(problem, u, p), ms, strict=True)
    )
    assert abs(one - other) <= MARGIN * U * E


@pytest.mark.parametrize("name", [n for n in ELEMENTWISE if n not in ("linear", "relu", "leaky_relu", "relu6")])
def test_a_second_derivative_that_is_off_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = next(p for p in PROBLEMS if name in [layer.activation.entry.name for layer in p.network.layers])
    moves = direction(problem.network)
    right, bend = hessian_vector(*problem, moves), SECOND_DERIVATIVES[name]
    if name in ("hard_tanh", "hard_sigmoid"):
        monkeypatch.setitem(SECOND_DERIVATIVES, name, lambda z, a, d: bend(z, a, d) + 1e-6)
    else:
        monkeypatch.setitem(SECOND_DERIVATIVES, name, lambda z, a, d: bend(z, a, d) * (1 + 1e-6))
    wrong, E = hessian_vector(*problem, moves), roundings(problem, moves, right)
    assert any(np.abs(a - b).max() > MARGIN * U * e for a, b, e in zip(wrong, right, E, strict=True))


def test_each_entry_of_the_tables_has_its_second_derivative() -> None:
    assert (set(SECOND_DERIVATIVES), set(ROW_CURVATURES)) == (set(ELEMENTWISE), set(ROWWISE))
    assert set(LOSS_CURVATURES) == set(LOSSES)


@pytest.mark.parametrize("name", SECOND_DERIVATIVES)
def test_a_second_derivative_stays_finite_far_out_and_raises_no_warning(name: str) -> None:
    z = np.array([-1e6, -800.0, -40.0, -1.0, 0.0, 1.0, 40.0, 800.0, 1e6])
    entry = ELEMENTWISE[name]
    bend = SECOND_DERIVATIVES[name](z, entry.forward(z), entry.derivative(z))
    assert np.isfinite(bend).all()
    if name not in ("sin", "softsign"):
        np.testing.assert_allclose(bend[[0, -1]], 0, atol=1e-300)


def test_a_penalty_adds_lambda_times_the_direction_of_the_weights() -> None:
    plain, penal = (Network(PROBLEMS[0].network.layers, LOSSES["half_sse"], "sum", l2) for l2 in (0.0, 0.25))
    moves, (_, X, Y) = direction(plain), PROBLEMS[0]
    for without, with_, move in zip(
        hessian_vector(plain, X, Y, moves), hessian_vector(penal, X, Y, moves), moves, strict=True
    ):
        should_be = without + (0.25 * move if move.ndim == 2 else 0)
        np.testing.assert_array_equal(with_, should_be)


def test_a_direction_of_other_shapes_is_refused() -> None:
    with pytest.raises(InputError, match="direction: got 0 arrays"):
        hessian_vector(*PROBLEMS[0], [])
