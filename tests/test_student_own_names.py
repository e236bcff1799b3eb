"""Formulas in the program's own names."""

import pytest

from tests.student_networks import with_mistake
from tests.student_runs import diagnosed
from verify.student.mistakes.own_names import at_layer, in_own_names, turned
from verify.student.mistakes.stage import RIGHT_DERIVATIVE, RIGHT_DOWN, RIGHT_DW


@pytest.mark.parametrize(
    ("formula", "right", "layer", "numbered"),
    [
        (RIGHT_DERIVATIVE, RIGHT_DERIVATIVE, 2, "delta_2 = dL/da_2 * f'(z_2)"),
        (RIGHT_DW, RIGHT_DW, 1, "dW_1 = x^T delta_1"),
        ("dW_l = z_(l-1)^T delta_l", RIGHT_DW, 3, "dW_3 = z_2^T delta_3"),
        (RIGHT_DOWN, RIGHT_DOWN, 1, "dL/da_1 = delta_2 W_2^T"),
        ("delta_L = dL/da_L", RIGHT_DERIVATIVE, 3, "delta_3 = dL/da_3"),
    ],
)
def test_a_general_formula_gets_the_numbers_of_its_layers(formula: str, right: str, layer: int, numbered: str) -> None:
    assert at_layer(formula, right, layer, depth=3) == numbered


def test_products_are_turned_for_programs_whose_samples_are_columns() -> None:
    assert turned("dW_2 = a_1^T delta_2") == "dW_2 = delta_2 a_1^T"
    assert turned("dL/da_1 = delta_2 W_2^T") == "dL/da_1 = W_2^T delta_2"
    assert turned("db_1 = sum of delta_1 over the batch") == "db_1 = sum of delta_1 over the batch"


def test_only_known_names_are_put_in() -> None:
    names = {"delta_2": "dZ2", "f'(z_1)": "slope", "x": "data"}
    assert in_own_names("delta_1 = dL/da_1 * f'(z_1)", names) == "delta_1 = dL/da_1 * slope"
    assert in_own_names("dW_1 = x^T delta_12 + delta_2", names) == "dW_1 = data^T delta_12 + dZ2"


def test_a_mistake_is_told_in_the_names_of_the_program() -> None:
    told = diagnosed(with_mistake("missing slope"))
    assert told.bugs[0].wrong == "d_hidden = back"
    assert told.bugs[0].right == "d_hidden = back * f'(z1)"
    assert "    yours: d_hidden = back\n    right: d_hidden = back * f'(z1)\n" in str(told)
    assert diagnosed(with_mistake("own output")).bugs[0].right == "grad2 = hidden^T d_out"


def test_mistakes_are_found_one_after_another_and_each_is_told() -> None:
    program = with_mistake("missing slope").replace("b2 -= 0.1 * d_out.sum(axis=0)", "b2 -= 0.1 * d_out.sum()")
    told = diagnosed(program)
    first, second = [bug for bug in told.bugs if not bug.alternative]
    assert {first.id, second.id} == {"B1", "B11"}
    assert first.line != second.line
    shown = str(told)
    assert "bias gradient summed over all units" in shown
    assert "derivative of the activation missing" in shown
    wrong = {line.name for line in told.lines if ", should be" in line.holds}
    assert {"d_hidden", "d_out.sum()"} & wrong == {"d_hidden", "d_out.sum()"}


def test_a_name_is_put_in_whole_though_it_holds_what_looks_like_another_quantity() -> None:
    names = {"a_2": "self.y", "y": "self.t", "x": "self.x", "f'(z_2)": "y_slope"}
    assert in_own_names("(a_2 - y) * f'(z_2)", names) == "(self.y - self.t) * y_slope"
    assert in_own_names("dW_1 = X^T delta_1", names) == "dW_1 = self.x^T delta_1"
