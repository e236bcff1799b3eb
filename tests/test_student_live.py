"""Live objects: written down as a program, diagnosed, and left alone."""

import importlib.util
import os
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest

import verify
from reference.errors import InputError
from verify.student.source.written import definitions_of, program_of

ROOT = Path(__file__).parent.parent
MODULE = """import numpy as np

SLOPE_AT = "output"
print("trains at import")


def slope(a):
    return 1 - a ** 2


class Layer:
    def __init__(self, n_in, n_out, rng):
        self.W = rng.normal(size=(n_in, n_out))
        self.b = np.zeros(n_out)


class Net:
    def __init__(self, rng):
        self.layers = [Layer(3, 4, rng), Layer(4, 2, rng)]
        self.params = {"W1": self.layers[0].W, "W2": self.layers[1].W}
        self.owner = self

    def forward(self, X):
        first, second = self.layers
        self.hidden = np.tanh(X @ first.W + first.b)
        return self.hidden @ second.W + second.b

    def train_step(self, X, Y, lr):
        assert SLOPE_AT == "output"
        first, second = self.layers
        out = self.forward(X)
        loss = 0.5 * np.sum((out - Y) ** 2)
        d2 = out - Y
        d1 = (d2 @ second.W.T) * slope(self.hidden)
        self.params["W2"] -= lr * self.hidden.T @ d2
        self.params["W1"] -= lr * X.T @ d1
        second.b -= lr * d2.sum(axis=0)
        first.b -= lr * d1.sum(axis=0)
        return loss


def backward(params, X, Y):
    h = np.tanh(X @ params["W1"])
    out = h @ params["W2"]
    loss = 0.5 * np.sum((out - Y) ** 2)
    d2 = out - Y
    d1 = d2 @ params["W2"].T * slope(h)
    return loss, {"W1": X.T @ d1, "W2": h.T @ d2}
"""
UPDATE = "loss, grads = backward(params, X, Y)\nfor k in params:\n    params[k] -= lr * grads[k]"


def imported(folder: Path, text: str, name: str = "student_module") -> types.ModuleType:
    """Return a module made of a text."""
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def batch() -> tuple[np.ndarray, np.ndarray]:
    """Return X and Y."""
    rng = np.random.default_rng(2)
    return rng.normal(size=(6, 3)), rng.normal(size=(6, 2))


def test_a_right_object_is_right_and_is_left_as_it_was(tmp_path: Path) -> None:
    net = imported(tmp_path, MODULE).Net(np.random.default_rng(0))
    before = [layer.W.copy() for layer in net.layers]
    diagnosis = verify.debug(net, *batch(), autodiff=False)
    assert diagnosis.verdict in ("correct", "correct up to convention")
    assert diagnosis.network["sizes"] == [3, 4, 2]
    assert all(np.array_equal(layer.W, W) for layer, W in zip(net.layers, before, strict=True))
    assert not hasattr(net, "hidden")
    assert any("live objects" in note for note in diagnosis.notes)


def test_a_wrong_object_is_told_the_line_of_its_own_file(tmp_path: Path) -> None:
    wrong = MODULE.replace("* slope(self.hidden)", "* slope(X @ first.W + first.b)")
    net = imported(tmp_path, wrong).Net(np.random.default_rng(0))
    diagnosis = verify.debug(net, *batch(), autodiff=False)
    assert diagnosis.verdict == "wrong"
    assert diagnosis.bugs[0].id == "B9"
    assert diagnosis.first_fault is not None
    assert wrong.split("\n")[diagnosis.first_fault.line - 1].strip().startswith("d1 = ")
    assert diagnosis.file == str(tmp_path / "student_module.py")


@pytest.mark.parametrize(
    ("old", "verdicts"), [("", ("correct", "correct up to convention")), (" * slope(h)", ("wrong",))]
)
def test_functions_are_debugged_with_the_step_that_is_told(tmp_path: Path, old: str, verdicts: tuple[str, ...]) -> None:
    text = MODULE.replace(old, "", 1) if old else MODULE
    module = imported(tmp_path, text)
    rng = np.random.default_rng(1)
    params = {"W1": rng.normal(size=(3, 4)), "W2": rng.normal(size=(4, 2))}
    kept = {name: W.copy() for name, W in params.items()}
    diagnosis = verify.debug(module.backward, *batch(), params=params, step=UPDATE, autodiff=False)
    assert diagnosis.verdict in verdicts
    assert all(np.array_equal(params[name], kept[name]) for name in params)


def test_a_step_that_no_name_tells_is_asked_for(tmp_path: Path) -> None:
    module = imported(tmp_path, MODULE.replace("def train_step(self, X, Y, lr)", "def go(self, X, Y, quickly)"))
    with pytest.raises(InputError, match=r'one training step.*step="model.train\(X, Y\)"') as raised:
        verify.debug(module.Net(np.random.default_rng(0)), *batch())
    assert "model.go(X, Y, quickly)" in str(raised.value)


def test_what_has_no_source_is_refused_with_another_way() -> None:
    space: dict[str, object] = {}
    exec("def train(W, X, Y):\n    W -= X.T @ (X @ W - Y)\n", space)
    with pytest.raises(InputError, match=r"train, whose source is nowhere.*check_gradients"):
        verify.debug(space["train"], *batch(), W=np.ones((3, 2)))


@pytest.mark.parametrize("subject", [len, np, dict])
def test_what_is_neither_object_nor_function_is_refused(subject: object) -> None:
    with pytest.raises(InputError, match="an object, functions written in Python, or a path"):
        verify.debug(subject)


def test_a_value_that_cannot_be_written_down_is_named(tmp_path: Path) -> None:
    net = imported(tmp_path, MODULE).Net(np.random.default_rng(0))
    net.layers[0].log = (tmp_path / "log.txt").open("w")
    with net.layers[0].log, pytest.raises(InputError, match=r"model.layers\[0\].log, a _io.TextIOWrapper"):
        verify.debug(net, *batch())


def test_too_large_a_batch_is_refused(tmp_path: Path) -> None:
    net = imported(tmp_path, MODULE).Net(np.random.default_rng(0))
    with pytest.raises(InputError, match=r"X, 300000 entries of float64.*200000 at most"):
        verify.debug(net, np.zeros((100000, 3)), np.zeros((100000, 2)))


def test_an_object_written_down_holds_the_same_and_shares_the_same(tmp_path: Path) -> None:
    module = imported(tmp_path, MODULE)
    net = module.Net(np.random.default_rng(0))
    net.layers[0].extreme = np.array([np.inf, -np.inf, 0.1])
    net.rate, net.kind, net.names, net.rng = np.float32(0.1), np.tanh, ("a", None), np.random.default_rng(1)
    text, file = program_of([type(net)], {"model": net})
    space: dict[str, object] = {"__name__": "written"}
    exec(compile(text, file, "exec"), space)
    again = space["model"]
    assert again.owner is again
    assert again.params["W1"] is again.layers[0].W
    assert np.array_equal(again.layers[1].W, net.layers[1].W)
    assert np.array_equal(again.layers[0].extreme, net.layers[0].extreme)
    assert (again.rate, again.kind, again.names) == (net.rate, np.tanh, ("a", None))
    assert type(again.rate) is np.float32
    assert space["SLOPE_AT"] == "output"


def test_definitions_keep_their_lines_and_nothing_else_is_run() -> None:
    kept = definitions_of(MODULE)
    assert "trains at import" not in kept
    own, told = MODULE.split("\n"), kept.split("\n")
    assert told.index("class Net:") == own.index("class Net:")


PLUGIN_TEST = """
import numpy as np
from student_module import Net

rng = np.random.default_rng(2)
X, Y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))

def test_net(gradproof_debug):
    assert gradproof_debug(Net(np.random.default_rng(0)), X, Y, autodiff=False).layers == 2
"""


@pytest.mark.parametrize("right", [True, False])
def test_the_fixture_passes_right_gradients_and_fails_wrong_ones_with_the_report(tmp_path: Path, right: bool) -> None:
    text = MODULE if right else MODULE.replace("self.hidden.T @ d2", "(2 * self.hidden).T @ d2")
    (tmp_path / "student_module.py").write_text(text, encoding="utf-8")
    (tmp_path / "test_net.py").write_text(PLUGIN_TEST, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:gradproof",
        "-p",
        "verify.pytest_plugin",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
    assert ran.returncode == (0 if right else 1), ran.stdout
    assert ("1 passed" if right else "1 failed") in ran.stdout
    assert right or "layer 2 (linear) dW" in ran.stdout
