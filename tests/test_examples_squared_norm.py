"""||sigmoid(W x)||^2: its known value and gradients, and the same from a network by transposition."""

import numpy as np
import pytest

from reference import Activation, Affine, Network
from reference.examples.squared_norm import W, X, gradients, main, squared_norm
from reference.network import activation

DX = [0.079665635104, 0.417856786921, 0.277923679366]
DW_FIRST_ROW = [0.055173052086, 0.110346104172, 0.027586526043]


def test_the_value_is_the_known_one() -> None:
    assert squared_norm(W, X) == pytest.approx(0.951120000666, abs=5e-13)


def test_the_gradient_with_respect_to_w_is_the_known_one() -> None:
    dW, _ = gradients(W, X)
    assert dW.shape == (3, 3)
    np.testing.assert_allclose(dW[0], DW_FIRST_ROW, atol=5e-13, rtol=0)


def test_the_gradient_with_respect_to_x_is_the_known_column() -> None:
    _, dx = gradients(W, X)
    assert dx.shape == (3, 1)
    np.testing.assert_allclose(dx.ravel(), DX, atol=5e-13, rtol=0)


def test_a_network_of_one_layer_gives_the_same_by_transposition() -> None:
    layers: list[Affine | Activation] = [Affine(W.T, np.zeros(3)), activation("sigmoid")]
    loss, found = Network.stack(layers, "sum_squares").value_and_gradients(X.T)
    dW, dx = gradients(W, X)
    assert loss == pytest.approx(squared_norm(W, X), rel=1e-15)
    np.testing.assert_allclose(found.dW[0].T, dW, rtol=1e-13)
    np.testing.assert_allclose(found.dX.T, dx, rtol=1e-13)


def test_a_matrix_that_is_not_square_works_too() -> None:
    dW, dx = gradients(np.ones((2, 5)), np.ones((5, 1)))
    assert (dW.shape, dx.shape) == ((2, 5), (5, 1))


def test_the_arguments_are_not_changed() -> None:
    w, x = W.copy(), X.copy()
    gradients(w, x)
    np.testing.assert_array_equal(w, W)
    np.testing.assert_array_equal(x, X)


def test_main_prints_the_known_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    main()
    printed = capsys.readouterr().out
    for number in (0.951120000666, *DW_FIRST_ROW, *DX):
        assert f"{number:.12f}" in printed
