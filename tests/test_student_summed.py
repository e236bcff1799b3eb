"""Scripts of named numbers that sum gradients over the samples: a mistake in one unit, one sum, or one update."""

import pytest

from tests.student_runs import diagnosed

# The data hold numbers that the weights start from as well: 0.1, 0.2, 0.7.
RIGHT = """
import math
xs, ys = [0.1, 0.4, 0.7, 1.0], [0.2, 0.7, 0.9, 0.3]
w1, w2, w3, b1, b2, b3 = 1.3, -0.9, 0.6, -0.4, 0.7, 0.2
v1, v2, v3, c = 0.8, 1.1, -0.5, 0.1
for epoch in range(8):
    dw1 = dw2 = dw3 = db1 = db2 = db3 = 0.0
    dv1 = dv2 = dv3 = dc = 0.0
    loss = 0.0
    for x, y in zip(xs, ys):
        z1, z2, z3 = w1 * x + b1, w2 * x + b2, w3 * x + b3
        a1, a2, a3 = math.tanh(z1), math.tanh(z2), math.tanh(z3)
        out = v1 * a1 + v2 * a2 + v3 * a3 + c
        loss += (out - y) ** 2
        d = 2 * (out - y)
        dv1 += d * a1
        dv2 += d * a2
        dv3 += d * a3
        dc += d
        d1 = d * v1 * (1 - a1 ** 2)
        d2 = d * v2 * (1 - a2 ** 2)
        d3 = d * v3 * (1 - a3 ** 2)
        dw1 += d1 * x
        dw2 += d2 * x
        dw3 += d3 * x
        db1 += d1
        db2 += d2
        db3 += d3
    w1, w2, w3 = w1 - 0.05 * dw1, w2 - 0.05 * dw2, w3 - 0.05 * dw3
    b1, b2, b3 = b1 - 0.05 * db1, b2 - 0.05 * db2, b3 - 0.05 * db3
    v1, v2, v3, c = v1 - 0.05 * dv1, v2 - 0.05 * dv2, v3 - 0.05 * dv3, c - 0.05 * dc
"""
BEGUN = "    dv1 = dv2 = dv3 = dc = 0.0\n"
LOOP = "for epoch in range(8):\n"
MISTAKES = {
    "formula given the sum": ("v2 * (1 - a2 ** 2)", "v2 * (1 - z2 ** 2)", "B9", 1, "delta", "d2 = "),
    "another unit's weight": ("d * v2 * (1", "d * v1 * (1", "B20", 1, "delta", "d2 = "),
    "its own layer's weight": ("d * v3 * (1", "d * w3 * (1", "B20", 1, "delta", "d3 = "),
    "the sum in place of the activation": ("dv2 += d * a2", "dv2 += d * z2", "B19", 2, "dW", "dv2 += "),
    "the sign of one sum": ("dv2 += d * a2", "dv2 -= d * a2", "B14", 2, "dW", "dv2 -= "),
    "another weight's gradient": ("v2 - 0.05 * dv2", "v2 - 0.05 * dv1", "B19", 2, "dW", "v1, v2, v3, c = v1"),
}


def test_numbers_that_stand_in_the_data_and_among_the_weights_are_told_apart() -> None:
    found = diagnosed(RIGHT)
    assert (found.verdict, found.network["sizes"]) == ("correct up to convention", [1, 3, 1])
    assert found.network["loss"] == "half_sse"


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_one_unit_or_one_sum_is_named_in_its_line(name: str) -> None:
    old, new, bug, layer, quantity, line = MISTAKES[name]
    assert RIGHT.count(old) == 1
    found = diagnosed(RIGHT.replace(old, new))
    fault = found.first_fault
    assert (found.verdict, [one.id for one in found.bugs]) == ("wrong", [bug])
    assert fault is not None
    assert (fault.layer, fault.quantity) == (layer, quantity)
    assert fault.text.startswith(line)


def test_sums_of_one_layer_alone_that_go_on_from_step_to_step_are_missed_where_they_begin() -> None:
    found = diagnosed(RIGHT.replace(BEGUN, "").replace(LOOP, BEGUN.strip() + "\n" + LOOP))
    fault = found.first_fault
    assert (found.verdict, [one.id for one in found.bugs]) == ("wrong", ["B35"])
    assert fault is not None
    assert (fault.layer, fault.text) == (2, BEGUN.strip())
