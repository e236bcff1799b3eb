"""``gradproof debug`` with an adapter, and the one that it fills in."""

import json
from pathlib import Path

import pytest

from tests.command_runs import Run
from tests.debugged_programs import XOR, edited
from tests.student_definitions import FIT
from tests.student_mains import FLAT

GRADIENTS_ONLY = (
    FLAT.partition("for i in")[0]
    + """
def slopes(theta):
    J, g = cost(theta, X, y)
    return {"W1": g[:20].reshape(4, 5), "W2": g[20:].reshape(5, 1)}
parts = {"W1": theta[:20].reshape(4, 5), "W2": theta[20:].reshape(5, 1)}
"""
)
ADAPTER = """
call = "G = slopes(theta)"
x = "X"
y = "y"
params = ["parts['W1']", "parts['W2']"]
grads = ["G['W1']", "G['W2']"]
loss = "half_sse"
"""


@pytest.mark.parametrize("slope", ["(1 - a ** 2)", "(1 - a)"])
def test_gradients_that_nothing_uses_are_judged_by_an_adapter(debug: Run, tmp_path: Path, slope: str) -> None:
    path = tmp_path / "step.toml"
    path.write_text(ADAPTER, encoding="utf-8")
    text = edited(GRADIENTS_ONLY, "(1 - a ** 2)", slope)
    assert debug(text)[0] == 3
    status, out, _ = debug(text, "--adapter", str(path), "--json", "-")
    told = json.loads(out)
    assert told["network"]["sizes"] == [4, 5, 1]
    assert status == (0 if slope == "(1 - a ** 2)" else 1), told


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            XOR,
            (
                'call = "net.forward(X); net.backward(X, y)"',
                'x = "X"',
                'y = "y"',
                'params = ["net.W1", "net.W2", "net.b1"]',
                'activations = ["sigmoid", "sigmoid"]',
                "lr = 0.5",
            ),
        ),
        (
            FIT + "data = {'X': np.random.randn(9, 4), 'Y': np.zeros((9, 2))}\nnet = MLP([4, 5, 2])\n"
            "net.fit(data['X'], data['Y'])\n",
            (
                "call = \"net.fit(data['X'], data['Y'])\"",
                "x = \"data['X']\"",
                'params = ["net.weights[0]", "net.weights[1]"]',
                "lr = 0.1",
            ),
        ),
    ],
)
def test_a_new_adapter_is_filled_in_with_what_the_run_shows_and_can_be_used_as_it_is(
    debug: Run, tmp_path: Path, text: str, lines: tuple[str, ...]
) -> None:
    status, skeleton, _ = debug(text, "--new-adapter")
    assert status == 0
    assert len(skeleton.splitlines()) <= 10
    assert [line for line in lines if f"{line}  #" not in skeleton] == []
    path = tmp_path / "step.toml"
    path.write_text(skeleton, encoding="utf-8")
    status, out, _ = debug(text, "--adapter", str(path))
    assert status == 0
    assert "at 2 points with other data and weights" in out


def test_a_new_adapter_of_a_file_that_shows_nothing_offers_its_own_function(debug: Run) -> None:
    status, skeleton, _ = debug(GRADIENTS_ONLY, "--new-adapter")
    assert status == 0
    assert '# call = "G = ' in skeleton
    assert all(line.startswith("# ") for line in skeleton.splitlines())


def test_a_mistake_in_the_adapter_is_told_as_one(debug: Run, tmp_path: Path) -> None:
    path = tmp_path / "step.toml"
    path.write_text(ADAPTER.replace("slopes(", "slope("), encoding="utf-8")
    status, out, _ = debug(GRADIENTS_ONLY, "--adapter", str(path))
    assert status == 3
    assert "stopped by: NameError: name 'slope' is not defined\n    in the adapter" in out
