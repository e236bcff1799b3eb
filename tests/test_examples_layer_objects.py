"""Layers as objects: their known numbers, what ``dout`` is, and what they leave alone."""

from typing import Any

import numpy as np
import pytest

from reference import InputError, Network
from reference.examples.layer_objects import Affine, ReLU, Sigmoid, SoftmaxWithLoss, classifier, main, sweep

RNG = np.random.default_rng(0)
X = RNG.integers(-3, 4, (2, 4)).astype(float)  # whole numbers: products and sums are exact
DY = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
LAYERS = {"ReLU": ReLU, "Sigmoid": Sigmoid, "Affine": lambda: Affine(np.eye(3), np.zeros(3))}
layers = pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)


def affine() -> Affine:
    """Return the affine layer of these tests, 4 -> 3, after its forward pass on X."""
    layer = Affine(RNG.integers(-3, 4, (4, 3)).astype(float), np.array([1.0, 2.0, 3.0]))
    layer.forward(X)
    return layer


def test_relu_keeps_positive_entries_and_puts_zero_elsewhere() -> None:
    np.testing.assert_array_equal(ReLU().forward(np.array([[1.0, -0.5], [-2.0, 3.0]])), [[1, 0], [0, 3]])


def test_relu_passes_dout_where_its_input_was_positive_and_stops_it_at_zero() -> None:
    relu = ReLU()
    relu.forward(np.array([[1.0, -0.5, 0.0]]))
    np.testing.assert_array_equal(relu.backward(np.array([[7.0, 8.0, 9.0]])), [[7, 0, 0]])


def test_relu_takes_any_shape() -> None:
    assert ReLU().forward(np.ones((3, 2, 5))).shape == (3, 2, 5)


def test_sigmoid_multiplies_dout_by_its_own_derivative() -> None:
    sigmoid = Sigmoid()
    s = sigmoid.forward(X)
    np.testing.assert_allclose(sigmoid.backward(np.full_like(X, 3)), 3 * s * (1 - s), rtol=1e-13)


def test_the_bias_is_added_to_every_row() -> None:
    layer = Affine(np.eye(3), np.array([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(layer.forward(np.array([[0.0] * 3, [10.0] * 3])), [[1, 2, 3], [11, 12, 13]])


def test_the_bias_gradient_is_the_sum_over_the_batch() -> None:
    layer = affine()
    layer.backward(DY)
    np.testing.assert_array_equal(layer.db, [5, 7, 9])


def test_the_weight_gradient_is_x_transposed_times_dy() -> None:
    layer = affine()
    layer.backward(DY)
    np.testing.assert_array_equal(layer.dW, np.einsum("ni,nj->ij", X, DY))


def test_the_input_gradient_is_dy_times_w_transposed() -> None:
    layer = affine()
    np.testing.assert_array_equal(layer.backward(DY), np.einsum("nj,ij->ni", DY, layer.map.W))


@layers
def test_the_upstream_array_is_never_changed(make: Any) -> None:
    layer, dout = make(), -DY
    layer.forward(DY - 3)
    layer.backward(dout)
    np.testing.assert_array_equal(dout, -DY)


@layers
def test_the_caller_may_reuse_the_input_array_between_forward_and_backward(make: Any) -> None:
    first, second, x = make(), make(), DY - 3
    first.forward(DY - 3)
    second.forward(x)
    x[:] = np.nan
    np.testing.assert_array_equal(second.backward(DY), first.backward(DY))


def test_the_weight_gradient_uses_the_input_as_forward_had_it() -> None:
    layer, x = affine(), X.copy()
    layer.forward(x)
    x[:] = np.nan
    layer.backward(DY)
    np.testing.assert_array_equal(layer.dW, X.T @ DY)


@layers
def test_backward_before_forward_is_refused(make: Any) -> None:
    with pytest.raises(InputError, match="backward: got no stored input, should be called after forward; run forward"):
        make().backward(DY)


def test_the_loss_layer_before_forward_is_refused() -> None:
    with pytest.raises(InputError, match=r"SoftmaxWithLoss.backward: got no stored input"):
        SoftmaxWithLoss().backward()


def test_the_loss_of_equal_logits_is_the_logarithm_of_the_number_of_classes() -> None:
    loss = SoftmaxWithLoss()
    assert loss.forward(np.zeros((2, 3)), [0, 2]) == pytest.approx(np.log(3), rel=1e-15)
    np.testing.assert_allclose(loss.y, 1 / 3)


@pytest.mark.parametrize("t", [[2, 0], [[0, 0, 1], [1, 0, 0]]])
def test_a_chain_of_layers_gives_the_networks_gradients(t: Any) -> None:
    network = Network.build([4, 5, 3], ["relu", "linear"], "softmax_cross_entropy", RNG)
    chain: Any = classifier(network)
    value, dX = sweep(chain, SoftmaxWithLoss(), X, t)
    loss, gradients = network.value_and_gradients(X, t)
    assert value == pytest.approx(loss, rel=1e-14)
    np.testing.assert_allclose(dX, gradients.dX, rtol=1e-12, atol=1e-14)
    for layer, dW, db in zip((chain[0], chain[2]), gradients.dW, gradients.db, strict=True):
        np.testing.assert_allclose(layer.dW, dW, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(layer.db, db, rtol=1e-12, atol=1e-14)


def test_main_prints_the_known_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    main()
    printed = capsys.readouterr().out
    for part in ("[[1. 0.]\n [0. 3.]]", "[5. 7. 9.]", "[[ 1.  2.  3.]", "Network:"):
        assert part in printed
