"""What check_gradients returns: frozen, plain, and named as its arguments are."""

import dataclasses

import pytest

from tests.known_functions import POINT, W, X, norm, norm_gradient, squares
from verify.functions import GradientCheck, GradientError, check_gradients


def test_the_result_is_frozen_plain_and_usable_in_an_assertion():
    right = check_gradients(norm, norm_gradient, W, X)
    assert isinstance(right, GradientCheck)
    assert right.raise_if_wrong() is right
    with pytest.raises(dataclasses.FrozenInstanceError):
        right.verdict = "disagree"
    wrong = check_gradients(squares, lambda x: -2 * x, POINT)
    with pytest.raises(GradientError, match=r"(?s)the gradient is wrong.*sign flipped in 3 of 3 entries"):
        wrong.raise_if_wrong()
    assert issubclass(GradientError, AssertionError)


def test_arguments_are_named_after_the_parameters_of_f_or_as_asked():
    assert [row.name for row in check_gradients(norm, norm_gradient, W, X).rows] == ["W", "x"]
    assert [row.name for row in check_gradients(norm, norm_gradient, W, X, names=["a", "b"]).rows] == ["a", "b"]
    anonymous = check_gradients(lambda *a: norm(*a), norm_gradient, W, X)
    assert [row.name for row in anonymous.rows] == ["x0", "x1"]
