"""The stack of sigmoid layers: its known predictions and errors, its gradients, and what training reaches."""

import numpy as np
import pytest

from reference.examples.sigmoid_stack import X, Y, learn, main, squared_errors, stack

SEEDS = range(10)


@pytest.mark.parametrize("seed", SEEDS)
def test_predictions_and_squared_errors_are_the_known_ones(seed: int) -> None:
    network = stack("sigmoid", np.random.default_rng(seed))
    np.testing.assert_allclose(network.forward(X).output, 0.5, atol=1e-3)
    np.testing.assert_allclose(squared_errors(network).ravel(), [0.2499, 0.2501, 2.2502], atol=2e-3)


def test_the_loss_is_the_mean_of_the_squared_errors() -> None:
    network = stack("sigmoid", np.random.default_rng(0))
    assert network.loss(network.forward(X), Y) == pytest.approx(squared_errors(network).mean(), rel=1e-15)


def test_every_layer_has_a_gradient_that_is_not_zero_and_matches_differences() -> None:
    network, h = stack("sigmoid", np.random.default_rng(0)), 1e-4
    _, gradients = network.value_and_gradients(X, Y)
    assert [g.shape for g in gradients.parameters] == [(2, 3), (3,), (3, 1), (1,)]
    for i, gradient in enumerate(gradients.parameters):
        assert gradient.any()
        for index in np.ndindex(gradient.shape):
            ends = []
            for side in (h, -h):
                parameters = [p.copy() for p in network.parameters]
                parameters[i][index] += side
                moved = network.with_parameters(parameters)
                ends.append(moved.loss(moved.forward(X), Y))
            assert gradient[index] == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-4, abs=1e-9)


def test_a_sigmoid_improves_but_stays_above_one_third() -> None:
    rng = np.random.default_rng(0)
    history = learn(stack("sigmoid", rng), 500, rng).history
    assert 1 / 3 < history[-1] < history[0]


@pytest.mark.parametrize("seed", range(3))
def test_tanh_learns_all_three_targets(seed: int) -> None:
    rng = np.random.default_rng(seed)
    learned, history = learn(stack("tanh", rng), 2500, rng)
    assert history[-1] < 0.01
    np.testing.assert_allclose(learned.forward(X).output, Y, atol=0.15)


def test_main_prints_predictions_gradients_and_the_limit_of_a_sigmoid(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reference.examples.sigmoid_stack.EPOCHS", 20)
    main()
    printed = capsys.readouterr().out
    for part in ("predictions", "squared errors", "layer 1 dW", "layer 2 db", "A sigmoid cannot reach -1", "tanh"):
        assert part in printed
