"""The differences oracle: every entry against a loop that moves one number at a time, honest bars, kinks."""

from typing import Any

import numpy as np
import pytest

from reference import LOSSES, REDUCTIONS, Affine, Dense, Network, activation
from reference.arrays import Array
from verify.architectures import Architecture, Limits, Problem, draw
from verify.blocks import Block, backward_values
from verify.bounds import Roundoff, running_bound
from verify.crosscheck import PROJECTION
from verify.ladder import Estimate
from verify.oracles import differences as oracle
from verify.oracles.alone import layer_differences
from verify.oracles.autodiff import autodiff
from verify.oracles.differences import FINER_STEPS, FIRST_STEP, difference_at, differences

STEP = 2.0**-13
ROUNDOFF = Roundoff.of(np.dtype(np.float64))


def loss_after(problem: Problem, block: Block, index: tuple[int, ...], step: float) -> float:
    """Return the loss with one entry of one quantity moved by ``step``, everything after it recomputed."""
    network, X, Y = problem

    def moved(array: Array, name: str, layer: int) -> Array:
        if (name, layer) != block:
            return array
        copy = array.copy()
        copy[index] += step
        return copy

    a, penalty = moved(X, "dX", 0), 0.0
    for k, layer in enumerate(network.layers, 1):
        W, b = moved(layer.affine.W, "dW", k), moved(layer.affine.b, "db", k)
        z = moved(a @ W + b, "dz", k)
        a = moved(layer.activation.forward(z), "da", k)
        penalty += network.l2 / 2 * float((W * W).sum())
    return float(network.objective.forward(a, Y).sum() / REDUCTIONS[network.reduction](a.shape) + penalty)


def by_loop(problem: Problem, block: Block, shape: tuple[int, ...]) -> Array:
    """Return the central difference of every entry of a quantity, one at a time."""
    out = np.empty(shape)
    for index in np.ndindex(shape):
        out[index] = loss_after(problem, block, index, STEP) - loss_after(problem, block, index, -STEP)
    return out / (2 * STEP)


def estimates(problem: Problem) -> dict[Block, Estimate]:
    """Return the oracle's estimates by block."""
    network, X, Y = problem
    trace = network.forward(X)
    return backward_values(differences(network, trace, Y, network.backward(trace, Y)), lambda estimate: estimate)


SMOOTH = [
    "2-3-2 tanh,softplus half_sse/sum batch=3 l2=0.1 seed=1",
    "1-1 sin mse/mean batch=1 seed=2",
    "3-2-4-2 gelu,softmax,silu log_cosh/batch_mean batch=2 gain=2 seed=3",
    "2-4-3 elu,log_softmax sum_squares/sum batch=4 scale=3 seed=4",
    "3-3-3 mish,linear softmax_cross_entropy/mean batch=3 seed=5",
    "3-3-2 gaussian,sigmoid bce/mean batch=3 seed=6",
    "2-3-4 softsign,softmax cross_entropy/batch_mean batch=3 seed=7",
    "2-3-4 relu,softmax kl_divergence/sum batch=3 l2=0.01 seed=8",
    "2-3-2 leaky_relu,hard_swish mae/mean batch=3 seed=9",
    "2-3-2 selu,linear hinge/batch_mean batch=3 seed=10",
    "2-3-2 celu,gelu_tanh bce_with_logits/mean batch=2 seed=11",
    "2-5-2 relu6,hard_tanh huber/mean batch=3 seed=12",
]


@pytest.mark.parametrize("line", SMOOTH)
def test_every_entry_equals_a_loop_that_moves_one_number_at_a_time(line: str) -> None:
    problem = Architecture.parse(line).build()
    found = estimates(problem)
    assert len(found) == 4 * len(problem.network.layers) + 1
    for block, estimate in found.items():
        assert np.isfinite(estimate.bar).all()
        expected = by_loop(problem, block, estimate.value.shape)
        np.testing.assert_allclose(estimate.value, expected, rtol=1e-6, atol=1e-7, err_msg=str(block))


def test_the_lines_above_cover_every_loss() -> None:
    assert {Architecture.parse(line).loss for line in SMOOTH} == set(LOSSES)


def ratios(count: int, seed: int) -> tuple[Array, Array]:
    """Return |differences - autodiff| / (bar + bound) of every entry that has a bar, and the relative bars."""
    limits = Limits().checked()
    problems = [draw(seed, case, limits).build() for case in range(count)]
    ratio, width = [], []
    for problem, answer in zip(problems, autodiff(problems), strict=True):
        bounds = running_bound(problem.network, answer.trace, answer.gradients, problem.Y, ROUNDOFF)
        theirs, limit = (backward_values(g, np.asarray) for g in (answer.gradients, bounds.gradients))
        for block, (value, bar) in estimates(problem).items():
            open_ = np.isinf(bar) | ~np.isfinite(limit[block])
            ratio.append((np.abs(value - theirs[block]) / (bar + limit[block]))[~open_])
            told = ~open_ & (theirs[block] != 0)
            width.append(bar[told] / np.abs(theirs[block][told]))
    return np.concatenate(ratio), np.concatenate(width)


def test_autodiff_lies_within_three_error_bars_and_its_bound_and_nearly_always_within_one() -> None:
    ratio, width = ratios(100, seed=41)
    assert len(ratio) > 10_000
    assert ratio.max() < 3
    assert (ratio > 1).mean() < 1e-4
    assert np.median(width) < 1e-8  # bars that say something


def test_hardly_any_entry_of_random_networks_is_inconclusive() -> None:
    limits = Limits().checked()
    bars = [e.bar for case in range(100) for e in estimates(draw(42, case, limits).build()).values()]
    lost = sum(int(np.isinf(bar).sum()) for bar in bars)
    assert lost / sum(bar.size for bar in bars) < 1e-3


def at(z: float, name: str = "relu") -> Problem:
    """Return a network whose one hidden unit has exactly the pre-activation ``z``, in one of two samples alike."""
    hidden = Dense(Affine(np.array([[1.0]]), np.array([0.0])), activation(name))
    out = Dense(Affine(np.array([[0.5]]), np.array([0.25])), activation("linear"))
    return Problem(Network((hidden, out), LOSSES["half_sse"], "sum"), np.array([[z], [1.5]]), np.array([[1.0], [2.0]]))


def test_a_unit_exactly_at_a_kink_is_inconclusive_and_no_other_is() -> None:
    found = estimates(at(0.0))
    assert np.isinf(found["dz", 1].bar).tolist() == [[True], [False]]
    assert np.isinf(found["dX", 0].bar).tolist() == [[True], [False]]
    assert np.isinf(found["db", 1].bar).all()
    for block in (("da", 2), ("dz", 2), ("dW", 2), ("db", 2), ("da", 1)):
        assert np.isfinite(found[block].bar).all()


@pytest.mark.parametrize("z", [2.0**-11, 2.0**-13, -(2.0**-13), FIRST_STEP / 16, -FINER_STEPS[-1], 2.0**-20])
def test_a_kink_within_the_coarse_steps_is_left_to_a_finer_ladder(z: float) -> None:
    found, exact = estimates(at(z)), at(z).network
    gradients = exact.backward(exact.forward(at(z).X), at(z).Y)
    assert np.isfinite(found["dz", 1].bar).all()
    assert (np.abs(found["dz", 1].value - gradients.dz[0]) <= found["dz", 1].bar).all()


@pytest.mark.parametrize("z", [2.0**-24, 1e-7, -1e-9, 1e-300])
def test_a_kink_within_the_finest_step_is_inconclusive_never_wrong(z: float) -> None:
    bar = estimates(at(z))["dz", 1].bar
    assert np.isinf(bar).tolist() == [[True], [False]]


def test_a_small_derivative_of_a_large_loss_is_sharper_on_longer_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    first = Dense(Affine(np.array([[1e-6, 1.0]]), np.array([0.3, 0.1])), activation("tanh"))
    out = Dense(Affine(np.array([[1e-6], [1.0]]), np.array([0.2])), activation("linear"))
    problem = Problem(Network((first, out), LOSSES["half_sse"], "sum"), np.array([[0.5]]), np.array([[40.0]]))
    exact = problem.network.backward(problem.network.forward(problem.X), problem.Y).dW[0][0, 0]
    sharp = estimates(problem)["dW", 1]
    monkeypatch.setattr(oracle, "BLURRED", np.inf)
    blurred = estimates(problem)["dW", 1]
    assert sharp.bar[0, 0] < blurred.bar[0, 0] / 8
    assert abs(sharp.value[0, 0] - exact) <= sharp.bar[0, 0]


@pytest.mark.parametrize(("name", "z"), [("relu6", 6.0), ("hard_tanh", -1.0), ("hard_swish", 3.0), ("elu", 0.0)])
def test_every_kind_of_break_is_seen(name: str, z: float) -> None:
    assert np.isinf(estimates(at(z, name))["dz", 1].bar).tolist() == [[True], [False]]


@pytest.mark.parametrize(("loss", "a", "y"), [("mae", 0.5, 0.5), ("hinge", 1.0, 1.0), ("huber", 2.0, 1.0)])
def test_a_tie_of_the_loss_is_inconclusive(loss: str, a: float, y: float) -> None:
    layer = Dense(Affine(np.array([[1.0]]), np.array([0.0])), activation("linear"))
    network = Network((layer,), LOSSES[loss], "sum")
    found = estimates(Problem(network, np.array([[a], [3.5]]), np.array([[y], [1.0]])))
    assert np.isinf(found["da", 1].bar).tolist() == [[True], [False]]


def test_a_wrong_gradient_offered_for_the_sizes_changes_no_value() -> None:
    network, X, Y = Architecture.parse(SMOOTH[0]).build()
    trace = network.forward(X)
    gradients = network.backward(trace, Y)
    wild = gradients._replace(dz=tuple(9 * dz for dz in gradients.dz), da=tuple(-da for da in gradients.da))
    right, other = (backward_values(differences(network, trace, Y, g), lambda e: e) for g in (gradients, wild))
    for block, estimate in right.items():
        np.testing.assert_array_equal(estimate.value, other[block].value)


@pytest.mark.parametrize("levels", [2, 3, 5])
def test_any_number_of_levels_gives_the_same_derivatives(levels: int) -> None:
    network, X, Y = Architecture.parse(SMOOTH[0]).build()
    trace = network.forward(X)
    gradients = network.backward(trace, Y)
    found = differences(network, trace, Y, gradients, levels=levels)
    assert (np.abs(found.dX.value - gradients.dX) <= found.dX.bar).all()


def test_chunks_done_side_by_side_give_the_same_bits_as_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    network, X, Y = Architecture.parse("9-8-4 tanh,relu half_sse/sum batch=5 seed=3").build()
    trace = network.forward(X)
    gradients = network.backward(trace, Y)

    def found(chunk: int, many: int) -> list[Array]:
        monkeypatch.setattr(oracle, "CHUNK", chunk)
        monkeypatch.setattr(oracle, "MANY", many)
        with np.errstate(all="raise", under="ignore"):  # the oracle's own leave holds in its threads too
            return list(differences(network, trace, Y, gradients).dW[0])

    together = found(1 << 10, 2)
    assert all(map(np.array_equal, together, found(1 << 10, 1 << 30)))
    assert all(map(np.array_equal, together, found(1 << 18, 1 << 30)))


def alone_by_loop(layer: Dense, a_in: Array, c: Array) -> dict[str, Array]:
    """Return the central differences of sum(c f(a W + b)) of one layer, one number at a time."""
    problem = Problem(Network((layer,), PROJECTION, "sum"), a_in, c)
    z = layer.affine.forward(a_in)
    shapes: dict[str, Any] = {"dz": z.shape, "dW": layer.affine.W.shape, "db": layer.affine.b.shape, "da": a_in.shape}
    blocks = {"dz": ("dz", 1), "dW": ("dW", 1), "db": ("db", 1), "da": ("dX", 0)}
    return {name: by_loop(problem, blocks[name], shapes[name]) for name in shapes}


@pytest.mark.parametrize("name", ["tanh", "relu", "softplus", "hard_tanh", "softmax", "log_softmax"])
def test_a_layer_alone_equals_a_loop_that_moves_one_number_at_a_time(name: str) -> None:
    rng = np.random.default_rng(3)
    layer = Dense(Affine(rng.normal(size=(3, 4)), rng.normal(size=4)), activation(name))
    a_in, c = rng.normal(size=(5, 3)), rng.normal(size=(5, 4))
    found = layer_differences(layer, a_in, layer.affine.forward(a_in), c)._asdict()
    for quantity, expected in alone_by_loop(layer, a_in, c).items():
        assert np.isfinite(found[quantity].bar).all()
        np.testing.assert_allclose(found[quantity].value, expected, rtol=1e-6, atol=1e-7)


def test_a_layer_alone_at_a_kink_is_inconclusive_there_only() -> None:
    layer = Dense(Affine(np.eye(2), np.zeros(2)), activation("relu"))
    a_in = np.array([[0.0, 1.0], [2.0, -1.0]])
    found = layer_differences(layer, a_in, a_in, np.ones((2, 2)))
    assert np.isinf(found.dz.bar).tolist() == [[True, False], [False, False]]
    assert np.isinf(found.db.bar).tolist() == [True, False]
    assert np.isinf(found.da.bar).tolist() == [[True, False], [False, False]]
    assert found.dz.value[1].tolist() == pytest.approx([1.0, 0.0], abs=1e-9)


def test_saturated_units_add_their_rounding_to_the_bar_of_what_moves() -> None:
    rng = np.random.default_rng(5)
    W = np.concatenate([np.full((1, 400), 50.0), np.full((1, 1), 0.1)], axis=1)
    layer = Dense(Affine(W, np.zeros(401)), activation("hard_tanh"))
    a_in, c = rng.uniform(1, 2, (20, 1)), rng.normal(size=(20, 401))
    found = layer_differences(layer, a_in, layer.affine.forward(a_in), c).da
    assert (np.abs(found.value - 0.1 * c[:, -1:]) <= found.bar).all()


@pytest.mark.parametrize("quantity", ["dz", "da", "dW", "db"])
def test_the_difference_of_one_entry_is_that_of_all_of_them(quantity: str) -> None:
    network, X, Y = Architecture.parse("3-4-2 relu,tanh half_sse/mean batch=3 l2=0.1 seed=4").build()
    trace = network.forward(X)
    sizes = network.backward(trace, Y)
    every = getattr(differences(network, trace, Y, sizes), quantity)
    for layer, estimate in enumerate(every, 1):
        for index in np.ndindex(estimate.value.shape):
            value, bar = difference_at(network, trace, Y, sizes, quantity, layer, index)
            assert abs(value - estimate.value[index]) <= estimate.bar[index]
            assert bar == pytest.approx(estimate.bar[index])
