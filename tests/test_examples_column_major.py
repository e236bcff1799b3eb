"""Samples as columns: the four equations against our row-major form, training, and large inputs."""

import numpy as np
import pytest

from reference import Network
from reference.examples.column_major import (
    BATCH_SIZE,
    EPOCHS,
    SIGMOID,
    SIZES,
    Columns,
    backward,
    build,
    cost,
    forward,
    inside_a_disc,
    learn,
    main,
    transposed,
)


def network_of(sizes: list[int]) -> Network:
    """Return a sigmoid network of these sizes with the example's cost and random biases."""
    rng = np.random.default_rng(0)
    network = Network.build(sizes, ["sigmoid"] * (len(sizes) - 1), "half_sse", rng, reduction="batch_mean")
    return network.with_parameters([p + 0.1 * rng.normal(size=p.shape) for p in network.parameters])


def test_the_example_is_a_2_10_1_network_trained_in_batches_of_10_for_100_epochs() -> None:
    assert (SIZES, BATCH_SIZE, EPOCHS) == ([2, 10, 1], 10, 100)


@pytest.mark.parametrize("sizes", [[2, 10, 1], [3, 4, 5, 2], [1, 1]])
@pytest.mark.parametrize("n", [1, 7])
def test_every_array_is_the_transpose_of_the_row_major_one(sizes: list[int], n: int) -> None:
    network, rng = network_of(sizes), np.random.default_rng(1)
    X, Y = rng.normal(size=(sizes[0], n)), rng.uniform(size=(sizes[-1], n))
    layers = transposed(network.parameters)
    sweep, trace = forward(layers, X), network.forward(X.T)
    for here, there in zip((*sweep.z, *sweep.a), (*trace.z, *(trace.inputs), trace.output), strict=True):
        np.testing.assert_allclose(here.T, there, rtol=1e-12, atol=1e-14)
    loss, gradients = network.value_and_gradients(X.T, Y.T)
    assert cost(sweep, Y) == pytest.approx(loss, rel=1e-13)
    for got, should_be in zip(backward(layers, sweep, Y), transposed(gradients.parameters), strict=True):
        np.testing.assert_allclose(got.W, should_be.W, rtol=1e-10, atol=1e-15)
        np.testing.assert_allclose(got.b, should_be.b, rtol=1e-10, atol=1e-15)


def test_the_shapes_are_those_of_the_column_major_form() -> None:
    layers = transposed(build(np.random.default_rng(0)).parameters)
    assert [(layer.W.shape, layer.b.shape) for layer in layers] == [((10, 2), (10, 1)), ((1, 10), (1, 1))]
    sweep = forward(layers, np.ones((2, 4)))
    gradients = backward(layers, sweep, np.ones((1, 4)))
    assert [a.shape for a in sweep.a] == [(2, 4), (10, 4), (1, 4)]
    assert [(g.W.shape, g.b.shape) for g in gradients] == [((10, 2), (10, 1)), ((1, 10), (1, 1))]


def test_backward_changes_nothing_it_is_given() -> None:
    layers = [Columns(np.ones((1, 2)), np.ones((1, 1)))]
    X, Y = np.ones((2, 3)), np.zeros((1, 3))
    sweep = forward(layers, X)
    copies = [array.copy() for array in (*sweep.z, *sweep.a)]
    backward(layers, sweep, Y)
    assert not Y.any()
    for array, copy in zip((*sweep.z, *sweep.a), copies, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("seed", range(3))
def test_the_loss_falls_to_a_quarter_in_100_epochs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X, Y = inside_a_disc(200, rng)
    history = learn(build(rng), X, Y, EPOCHS, rng).history
    assert len(history) == EPOCHS + 1
    assert history[-1] < history[0] / 4


def test_sigmoid_is_finite_and_silent_at_plus_and_minus_1000() -> None:
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_array_equal(SIGMOID.forward(np.array([-1000.0, 1000.0])), [0, 1])
        np.testing.assert_array_equal(SIGMOID.derivative(np.array([-1000.0, 1000.0])), [0, 0])


def test_large_inputs_give_finite_gradients() -> None:
    layers = transposed(build(np.random.default_rng(0)).parameters)
    X = np.full((2, 3), 1e4)
    for gradient in backward(layers, forward(layers, X), np.zeros((1, 3))):
        assert np.isfinite(gradient.W).all()
        assert np.isfinite(gradient.b).all()


def test_main_prints_the_difference_of_the_forms_and_a_falling_cost(capsys: pytest.CaptureFixture[str]) -> None:
    main()
    printed = capsys.readouterr().out
    costs = [float(line.split()[-1]) for line in printed.splitlines() if line.startswith("epoch")]
    assert len(costs) == 6
    assert costs[-1] < costs[0] / 4
    for part in ("layer 2: the two forms differ by", "points on the right side", "= [0. 1.]"):
        assert part in printed
