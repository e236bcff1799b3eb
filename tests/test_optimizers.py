"""The optimizers' steps against their definitions, and the driver's stopping rules."""

from typing import Any

import numpy as np
import pytest

from reference import SGD, Adam, InputError, Momentum, Network, flatten, minimize, unflatten
from reference.arrays import Array

RNG = np.random.default_rng(0)
GRADIENTS = RNG.normal(size=(5, 4))
OPTIMIZERS = [SGD(0.1), Momentum(0.1), Adam(0.1)]
optimizers = pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: type(o).__name__)


def steps_along(optimizer: Any, gradients: Array) -> list[Array]:
    """Return the steps the optimizer makes when it meets these gradients one after another."""
    state, steps = optimizer.start(gradients[0]), []
    for gradient in gradients:
        step, state = optimizer.step(gradient, state)
        steps.append(step)
    return steps


def bowl(x: Array) -> tuple[float, Array]:
    """Return sum x^2 / 2 and its gradient."""
    return float((x * x).sum() / 2), x.copy()


def slope(x: Array) -> tuple[float, Array]:
    """Return sum x, which has no minimum, and its gradient."""
    return float(x.sum()), np.ones_like(x)


def test_gradient_descent_steps_against_the_gradient() -> None:
    np.testing.assert_allclose(steps_along(SGD(0.1), GRADIENTS), -0.1 * GRADIENTS)


def test_momentum_sums_past_steps_with_decaying_weights() -> None:
    weights = 0.8 ** np.arange(5)[::-1]
    np.testing.assert_allclose(steps_along(Momentum(0.1, 0.8), GRADIENTS)[-1], -0.1 * weights @ GRADIENTS)


def test_momentum_without_decay_is_gradient_descent() -> None:
    np.testing.assert_array_equal(steps_along(Momentum(0.1, 0), GRADIENTS), steps_along(SGD(0.1), GRADIENTS))


@pytest.mark.parametrize("t", range(1, 6))
def test_adam_divides_the_weighted_mean_of_g_by_that_of_its_square(t: int) -> None:
    past = GRADIENTS[:t]
    first, second = 0.8 ** np.arange(t)[::-1], 0.9 ** np.arange(t)[::-1]
    mean, mean_square = first @ past / first.sum(), second @ past**2 / second.sum()
    step = steps_along(Adam(0.01, 0.8, 0.9, 1e-3), past)[-1]
    np.testing.assert_allclose(step, -0.01 * mean / (np.sqrt(mean_square) + 1e-3), rtol=1e-13)


def test_adams_first_step_is_the_learning_rate_whatever_the_gradients_size() -> None:
    (step,) = steps_along(Adam(0.001), np.array([[1e-3, -1.0, 1e6]]))
    np.testing.assert_allclose(step, [-0.001, 0.001, -0.001], rtol=2e-5)


@optimizers
def test_a_step_changes_neither_gradient_nor_state_and_repeats_exactly(optimizer: Any) -> None:
    gradient = GRADIENTS[0].copy()
    _, state = optimizer.step(gradient, optimizer.start(gradient))
    first, _ = optimizer.step(gradient, state)
    second, _ = optimizer.step(gradient, state)
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(gradient, GRADIENTS[0])


@optimizers
def test_float32_stays_float32(optimizer: Any) -> None:
    assert {step.dtype for step in steps_along(optimizer, GRADIENTS.astype(np.float32))} == {np.dtype(np.float32)}


@pytest.mark.parametrize("rate", [0.0, -0.1, np.inf, np.nan])
@pytest.mark.parametrize("kind", [SGD, Momentum, Adam])
def test_a_learning_rate_that_is_not_positive_and_finite_is_refused(kind: Any, rate: float) -> None:
    with pytest.raises(InputError, match=r"^learning_rate: got .*, should be a positive finite number; try"):
        kind(rate)


@pytest.mark.parametrize(
    ("where", "make"),
    [
        ("decay", lambda: Momentum(0.1, 1.0)),
        ("beta1", lambda: Adam(0.1, beta1=-0.1)),
        ("beta2", lambda: Adam(0.1, beta2=1.0)),
        ("epsilon", lambda: Adam(0.1, epsilon=0.0)),
    ],
)
def test_a_constant_out_of_its_range_is_refused_by_name(where: str, make: Any) -> None:
    with pytest.raises(InputError, match=f"^{where}: got "):
        make()


@optimizers
def test_minimize_finds_the_bottom_of_a_bowl(optimizer: Any) -> None:
    found = minimize(bowl, np.array([1.0, -2.0]), optimizer, zeta=1e-6)
    assert found.converged
    np.testing.assert_allclose(found.solution, 0, atol=1e-4)
    assert found.losses[-1] < found.losses[0] == 2.5


def test_a_small_gradient_stops_before_any_step() -> None:
    found = minimize(bowl, [1e-7], SGD(0.1), zeta=1e-6)
    assert (found.converged, found.why, len(found.losses)) == (True, "max |gradient| < 1e-06", 1)


def test_a_gradient_that_is_small_in_one_entry_only_does_not_stop() -> None:
    assert not minimize(bowl, [0.0, 1.0], SGD(0.1), zeta=1e-3, max_steps=3).converged


def test_a_small_step_stops() -> None:
    found = minimize(slope, [1.0], SGD(1e-8), zeta=1e-3)
    assert (found.converged, found.why, len(found.losses)) == (True, "max |step| < 1e-06", 2)


def test_a_small_change_of_the_value_stops() -> None:
    found = minimize(lambda x: (1.0, np.ones_like(x)), [1.0], SGD(0.1), zeta=1e-3)
    assert (found.converged, found.why, len(found.losses)) == (True, "|change of the value| < 1e-06", 2)


@pytest.mark.parametrize("max_steps", [0, 1, 7])
def test_without_convergence_the_limit_on_steps_is_kept_and_said(max_steps: int) -> None:
    found = minimize(slope, [1.0], SGD(0.1), max_steps=max_steps)
    assert (found.converged, len(found.losses)) == (False, max_steps + 1)
    assert found.why == f"no stopping rule met in {max_steps} steps"
    np.testing.assert_allclose(found.solution, 1 - 0.1 * max_steps)


def test_the_function_is_evaluated_once_at_each_point_of_the_path() -> None:
    visited: list[float] = []

    def recorded(x: Array) -> tuple[float, Array]:
        visited.append(float(x[0]))
        return bowl(x)

    minimize(recorded, [1.0], SGD(0.5), max_steps=3)
    assert visited == [1.0, 0.5, 0.25, 0.125]


def test_the_start_is_not_changed() -> None:
    start = np.array([[1.0], [2.0]])
    assert minimize(bowl, start, Adam(0.1), max_steps=5).solution.shape == (2, 1)
    np.testing.assert_array_equal(start, [[1.0], [2.0]])


def test_a_networks_parameters_can_be_minimized_as_one_vector() -> None:
    network = Network.build([2, 3, 1], ["tanh", "linear"], "mse", RNG)
    X, Y = RNG.normal(size=(8, 2)), RNG.normal(size=(8, 1))

    def loss_and_gradient(vector: Array) -> tuple[float, Array]:
        moved = network.with_parameters(unflatten(vector, network.parameters))
        loss, gradients = moved.value_and_gradients(X, Y)
        return loss, flatten(gradients.parameters)

    found = minimize(loss_and_gradient, flatten(network.parameters), Adam(0.05), max_steps=200)
    assert found.losses[-1] < found.losses[0] / 2


def test_divergence_is_told_with_the_step_and_what_to_try() -> None:
    with pytest.raises(InputError, match=r"after \d+ steps: got .*, should be finite numbers; lower the learning rate"):
        minimize(lambda x: (float((x**4).sum()), 4 * x**3), [10.0], SGD(1.0))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"start": []}, r"start: got shape \(0,\), should be one number or more"),
        ({"start": [1.0, np.nan]}, r"start\[1\]: got nan, should be a finite number"),
        ({"zeta": 0.0}, "zeta: got 0.0, should be a positive finite number"),
        ({"max_steps": -1}, "max_steps: got -1, should be 0 or more"),
        ({"value_and_gradient": lambda x: (1.0, x[:1])}, r"gradient: got shape \(1,\), should be shape \(2,\)"),
    ],
)
def test_misuse_of_minimize_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        minimize(**{"value_and_gradient": bowl, "start": [1.0, 2.0], "optimizer": SGD(0.1), **arguments})
