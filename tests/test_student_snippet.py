"""The smallest program that shows a mistake: it runs by itself, and shows it."""

import contextlib
import io
import json
import subprocess
import sys

import numpy as np
import pytest

from tests.student_networks import MISTAKES, with_mistake
from tests.student_runs import diagnosed
from verify.student.mistakes.bias_gradients import DB
from verify.student.mistakes.explanation import Explanation, Found
from verify.student.mistakes.sent_down import DOWN
from verify.student.mistakes.stage import Variant
from verify.student.mistakes.variants import DERIVATIVE
from verify.student.mistakes.weight_gradients import DW
from verify.student.reading.curves import CURVES, leaky, stretched
from verify.student.telling.small_case import SIZES, smallest
from verify.student.telling.snippet import activation_code, snippet
from verify.student.telling.traced import Traced

TABLES = {"slope": DERIVATIVE, "down": DOWN, "dW": DW, "db": DB}
NETWORKS = (
    *(("tanh", "sigmoid"), ("relu", "linear"), ("leaky_relu", "linear"), ("elu", "linear"), ("sigmoid", "softmax")),
    ("tanh", "relu"),
)
# Mistakes that no network of two layers shows in code: it has no masks, no penalty, no two layers of one width, and
# nothing that is changed in place; and what is not summed has another shape than its differences.
WITHOUT = {
    "delta_l W_(l+1)^T",
    *(f"dL/da_l * {f}'(z_l)" for f in ("sin", "gaussian", "softsign", "silu", "gelu")),
    "dL/da_l * f'(z_l), dropped units too",
    "dL/da_l * f'(z_l) where kept, not rescaled",
    "dL/da_l * mask_l^2 * f'(z_l), rescaled twice",
    *(f"{c}delta_l dW_l^T, before the penalty is in it" for c in ("", "2 ", "1/N ", "2/N ", "1/(N K) ", "2/(N K) ")),
    "dW_l of the penalty alone",
    "dW_l = (a_(l-1), changed in place before)^T delta_l",
    "db_l = delta_l, not summed",
    "db_l = sum of delta_(l+1)",
    "db_l = delta_(l+1), not summed",
}
# A bias merged with the weights, which the example's network has not.
MERGED = "delta_l W_l^T with the bias's row", "delta_l with the bias's entry"
ROWS = [
    (step, variant)
    for step, table in TABLES.items()
    for variant in table
    if variant.wrong not in WITHOUT and not variant.wrong.startswith(MERGED)
]


def explained(step: str, variant: Variant, layer: int) -> Explanation:
    """Return the explanation that consists of one mistake."""
    quantity = "delta" if step in ("slope", "down") else step
    found = Found(variant.bug, layer, quantity, variant.wrong, variant.right, np.zeros(1), step)
    return Explanation((found,), 1.0, "half_sse", ())


def shown(step: str, variant: Variant) -> str:
    """Return the snippet on the first network and layer where there is one."""
    for names in NETWORKS:
        for layer in (1,) if step == "down" else (1, 2):
            text = snippet(explained(step, variant, layer), [CURVES[name] for name in names])
            if text:
                return text
    return ""


def numbers(output: str) -> list[np.ndarray]:
    """Return the arrays that a snippet prints: got, should be, the differences of the loss."""
    return [np.array(json.loads(line[line.index("[") :])) for line in output.strip().split("\n")]


@pytest.mark.parametrize(("step", "variant"), ROWS, ids=[f"{step}: {variant.wrong}" for step, variant in ROWS])
def test_the_example_of_every_mistake_runs_and_its_differences_side_with_the_right_formula(
    step: str, variant: Variant
) -> None:
    text = shown(step, variant)
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(text, "snippet", "exec"), {"__name__": "snippet"})
    got, should_be, differences = numbers(output.getvalue())
    np.testing.assert_allclose(should_be, differences, atol=2e-4)
    assert np.abs(got - should_be).max() > 1e-3


@pytest.mark.parametrize("name", MISTAKES)
def test_the_example_of_a_program_runs_alone_with_numpy(name: str) -> None:
    text = diagnosed(with_mistake(name)).snippet
    assert text.startswith("import numpy as np\n")
    assert text.count("import") == 1
    ran = subprocess.run([sys.executable, "-I", "-c", text], capture_output=True, text=True, check=True, timeout=60)
    got, should_be, differences = numbers(ran.stdout)
    np.testing.assert_allclose(should_be, differences, atol=2e-4)
    assert np.abs(got - should_be).max() > 1e-3


def test_the_guilty_line_stands_beside_its_formula() -> None:
    assert "yours: d_hidden = back * slope(z1)" in diagnosed(with_mistake("slope at z")).snippet


def test_the_smallest_network_that_shows_it_is_taken() -> None:
    variant = next(v for v in DERIVATIVE if v.wrong == "delta_l = dL/da_l")
    case = smallest(explained("slope", variant, 1), [CURVES["tanh"], CURVES["linear"]])
    assert case is not None
    assert case.point.sizes == SIZES[0]
    assert len(case.point.X) == 1
    assert set((10 * np.abs(case.point.X)).round(9).ravel()) <= set(range(1, 16))


def test_a_mistake_that_needs_several_units_gets_them() -> None:
    variant = next(v for v in DB if v.wrong == "db_l = sum of all entries of delta_l")
    case = smallest(explained("db", variant, 2), [CURVES["tanh"], CURVES["linear"]])
    assert case is not None
    assert case.point.sizes[-1] > 1


def test_no_mistake_and_no_known_activation_give_no_example() -> None:
    variant = DERIVATIVE[0]
    assert snippet(Explanation((), 1.0, "half_sse", ()), [CURVES["tanh"]]) == ""
    assert snippet(explained("slope", variant, 1), [CURVES["gelu"], CURVES["linear"]]) == ""


@pytest.mark.parametrize(
    "curve", [*(CURVES[n] for n in ("sigmoid", "tanh", "relu", "elu")), leaky(0.2), stretched("tanh", 0.5)]
)
def test_the_code_of_an_activation_computes_it(curve) -> None:
    z = np.array([-1.5, -0.2, 0.4, 2.0])
    code, slope = activation_code(curve.name)
    space = {"np": np, "z": z, "sigmoid": CURVES["sigmoid"].forward}
    np.testing.assert_allclose(eval(code, space), curve.forward(z), rtol=1e-12)
    np.testing.assert_allclose(eval(slope, space), curve.derivative(z), rtol=1e-12)


def test_traced_arrays_print_the_brackets_that_are_needed_and_no_others() -> None:
    a, b = Traced([1.0, 2.0], "a"), Traced([3.0, 4.0], "b")
    assert ((a + b) * (1 - a) ** 2).text == "(a + b) * (1 - a) ** 2"
    assert (a - (b - a)).text == "a - (b - a)"
    assert (-a / b).text == "-a / b"
    assert (a.T @ b).text == "a.T @ b"
    assert np.where(a > 1, b, 0.5).text == "np.where(a > 1, b, 0.5)"
