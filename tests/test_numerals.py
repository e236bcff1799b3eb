"""Numbers in messages: different ones never print alike."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from verify.numerals import apart, place, rounded, with_bar

numbers = st.floats(allow_nan=False)


@given(numbers, numbers)
def test_different_numbers_never_print_alike(a, b):
    one, other = apart(a, b)
    assert (one == other) == (a == b)


@given(st.floats(min_value=1e-300, max_value=1e300), st.booleans())
@example(1.254915734426885e299, True)
def test_neighbouring_numbers_print_differently(a, up):
    one, other = apart(a, float(np.nextafter(a, np.inf if up else 0)))
    assert one != other


@given(st.floats(min_value=1e-300, max_value=1e300))
def test_what_is_printed_is_the_number_to_the_digits_shown(a):
    assert float(rounded(a, 6)) == pytest.approx(a, rel=1e-5)


@pytest.mark.parametrize(
    ("a", "b", "shown"),
    [
        (-0.129, 0.129, ("-0.1290", "0.1290")),
        (1.0, 1.0000001, ("1.00000000", "1.00000010")),
        (float("nan"), 2.0, ("nan", "2.000")),
        (float("inf"), 2.0, ("inf", "2.000")),
        (-0.0, 1.0, ("0.000", "1.000")),
        (1000.0, 2000.0, ("1000", "2000")),
        (1e-20, 2e-20, ("1.000e-20", "2.000e-20")),
    ],
)
def test_the_fewest_digits_that_show_the_difference_are_shown(a, b, shown):
    assert apart(a, b) == shown


@pytest.mark.parametrize(
    ("value", "bar", "shown"),
    [
        (0.1290301, 2e-5, "0.12903 +- 2e-05"),
        (0.0, 1e-12, "0.0 +- 1e-12"),
        (3.0, float("inf"), "3.0 +- inf"),
        (float("nan"), float("inf"), "nan +- inf"),
        (0.5, 0.0, "0.50000000000000000 +- 0e+00"),
    ],
)
def test_a_value_is_shown_to_the_digits_its_bar_leaves(value, bar, shown):
    assert with_bar(value, bar) == shown


def test_a_place_is_a_name_with_its_index():
    assert place("dW", (3, 1)) == "dW[3, 1]"
    assert place("x", ()) == "x"
