"""check_gradients tells of functions that remember, and of those that change what they are given."""

import pytest

from tests.known_functions import POINT, W, X, norm, norm_gradient, squares
from verify.functions import check_gradients


class Remembering:
    """A layer whose backward pass uses what its forward pass has kept."""

    def __init__(self):
        self.total = 0

    def f(self, x):
        self.x = x
        return squares(x)

    def stale(self, x):
        return 2 * self.x + 0 * x

    def accumulating(self, x):
        self.total = self.total + 2 * x
        return self.total


def doubling_in_place(x):
    """Double x in place."""
    x *= 2
    return x


@pytest.mark.parametrize(
    ("f", "gradient", "fault"),
    [
        (Remembering().f, Remembering.stale, "gradient of x depends on where f was last evaluated"),
        (Remembering().f, Remembering.accumulating, "gradient of x differs from call to call"),
        (squares, doubling_in_place, "gradient changes its argument x in place: copy it"),
        (lambda x: squares(doubling_in_place(x)), lambda x: 8 * x, "f changes its argument x in place: copy it"),
    ],
    ids=["stale", "accumulating", "gradient in place", "f in place"],
)
def test_a_fault_of_conduct_is_told_even_where_the_numbers_agree(f, gradient, fault):
    bound = gradient.__get__(f.__self__) if hasattr(f, "__self__") else gradient
    check = check_gradients(f, bound, POINT)
    assert check.verdict == "disagree"
    assert sum(row.wrong for row in check.rows) == 0
    assert fault in str(check)
    assert str(check).startswith("the numbers aside, a fault:")


def test_a_gradient_that_writes_into_its_cotangent_is_told():
    def products(x, cotangent):
        cotangent *= 2
        return cotangent

    assert "gradient changes its argument cotangent in place" in str(check_gradients(lambda x: 2 * x, products, POINT))


def test_a_layer_that_keeps_its_input_but_uses_its_argument_is_fine():
    layer = Remembering()
    assert check_gradients(layer.f, lambda x: 2 * x + 0 * layer.x, POINT)


def test_the_callers_arrays_are_left_alone():
    weights, inputs = W.copy(), X.copy()
    check_gradients(norm, norm_gradient, weights, inputs)
    assert (weights == W).all()
    assert (inputs == X).all()
