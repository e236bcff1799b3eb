"""The program's own lines with what their arrays hold."""

import numpy as np
import pytest

from tests.student_networks import MISTAKES, PROGRAM, with_mistake
from tests.student_runs import diagnosed, line_of
from verify.student.reading.quantities import multiple, proportion

COLUMNS = """import numpy as np

np.random.seed(3)
X, Y = np.random.randn(3, 5), np.eye(3)[[0, 1, 2, 0, 1]].T


def softmax(Z):
    e = np.exp(Z - Z.max(axis=0))
    return e / e.sum(axis=0)


class Net:
    def __init__(self):
        self.w1, self.w2 = np.random.randn(4, 3), np.random.randn(3, 4)

    def step(self, x, y):
        m = x.shape[1]
        self.a1 = np.tanh(self.w1.dot(x))
        self.a2 = softmax(self.w2.dot(self.a1))
        cost = -np.sum(y * np.log(self.a2)) / m
        dz2 = (self.a2 - y) / m
        dw2 = dz2.dot(self.a1.T)
        dz1 = self.w2.T.dot(dz2) * (1 - self.a1 ** 2)
        self.w1 -= 0.5 * dz1.dot(x.T)
        self.w2 -= 0.5 * dw2
        return cost


net = Net()
for i in range(100):
    net.step(X, Y)
"""


def held(program: str) -> dict[str, str]:
    """Return what each name of a program holds."""
    return {line.name: line.holds for line in diagnosed(program).lines}


def test_every_name_of_a_right_program_is_labelled_with_what_it_holds() -> None:
    told = held(PROGRAM)
    for name, quantity in {
        "data": "x",
        "target": "y",
        "z1": "z_1",
        "hidden": "a_1",
        "z2": "z_2",
        "out": "a_2",
        "d_out": "delta_2",
        "back": "dL/da_1",
        "d_hidden": "delta_1",
        "grad2": "dW_2",
        "grad1": "dW_1",
        "squash()": "a_1, a_2",
        "slope()": "f'(z_2), f'(z_1)",
        "W1": "W_1 after its update",
    }.items():
        assert told[name] == quantity


def test_no_line_of_a_right_program_is_wrong() -> None:
    for program in (PROGRAM, COLUMNS):
        diagnosis = diagnosed(program)
        assert diagnosis.exit_code == 0
        assert all(line.ok for line in diagnosis.lines)


def test_column_major_arrays_are_named_as_the_program_lays_them_out() -> None:
    told = held(COLUMNS)
    assert told["self.a1"] == "a_1"
    assert told["dz2"] == "delta_2 / N"
    assert told["dw2"] == "dW_2 / N"
    assert told["dz1"] == "delta_1 / N"


@pytest.mark.parametrize("name", MISTAKES)
def test_the_first_wrong_line_is_the_guilty_one(name: str) -> None:
    _, _, bug, guilty = MISTAKES[name]
    program = with_mistake(name)
    diagnosis = diagnosed(program)
    assert [b.id for b in diagnosis.bugs][:1] == [bug]
    assert diagnosis.first_fault is not None
    assert diagnosis.first_fault.line == line_of(program, guilty)
    assert diagnosis.first_fault.line in {line.line for line in diagnosis.lines if not line.ok}
    before = [
        line for line in diagnosis.lines if line_of(program, "z1 = data") <= line.line < diagnosis.first_fault.line
    ]
    assert before
    assert all(line.ok for line in before)


def test_a_wrong_line_says_what_it_holds_and_what_should_be_there() -> None:
    wrong = {line.name: line.holds for line in diagnosed(with_mistake("slope at z")).lines if not line.ok}
    assert wrong["d_hidden"] == "dL/da_1 * (z_1 * (1 - z_1)), should be delta_1"
    assert wrong["grad1"] == "dW_1 from the wrong delta_1"


def test_a_gradient_right_up_to_a_factor_is_wrong_where_the_others_have_another_factor() -> None:
    lines = {line.name: line for line in diagnosed(with_mistake("twice")).lines}
    assert lines["grad1"].holds == "2 dW_1, not at the scale of the other gradients"
    assert not lines["grad1"].ok
    assert lines["d_hidden"].ok
    assert lines["grad2"].ok


def test_what_is_right_above_the_mistake_stays_right() -> None:
    lines = {line.name: line for line in diagnosed(with_mistake("missing slope")).lines}
    assert lines["d_out"].ok
    assert lines["grad2"].ok
    assert lines["back"].ok
    assert lines["d_hidden"].holds == "dL/da_1, should be delta_1"


def test_the_terminal_shows_the_lines_around_the_first_wrong_one() -> None:
    shown = str(diagnosed(with_mistake("own output"))).split("\n")
    start = shown.index("  what your arrays hold:")
    listed = [line for line in shown[start + 1 :] if line.startswith("    ")]
    marked = [line for line in listed if "first wrong line" in line]
    assert len(marked) == 1
    assert "grad2" in marked[0]
    assert "z_1^T @ delta_2, should be dW_2" in marked[0]


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (1.0, "dW_1"),
        (-1.0, "-dW_1"),
        (1 / 6, "dW_1 / N"),
        (-2 / 6, "-2 dW_1 / N"),
        (6.0, "N dW_1"),
        (0.05, "0.05 dW_1"),
    ],
)
def test_a_multiple_is_written_as_it_is_best_read(factor: float, words: str) -> None:
    assert multiple(factor, "dW_1", 6, 2) == words


def test_an_error_with_its_sign_turned_is_the_other_difference() -> None:
    assert multiple(-1.0, "(a_2 - y)", 6, 2) == "y - a_2"
    assert multiple(-1 / 6, "(a_2 - y)", 6, 2) == "(y - a_2) / N"


def test_arrays_that_differ_in_one_entry_are_no_multiples() -> None:
    a = np.arange(1.0, 7.0).reshape(2, 3)
    b = a.copy()
    b[1, 2] *= 1 + 1e-5
    assert proportion(2 * a, a) == 2
    assert proportion(2 * a, b) is None
