"""Programs of several files: what is imported from beside the file is read with it, and told by its own lines."""

from pathlib import Path

import pytest

from verify.report.diagnosis import Diagnosis
from verify.student.debug import Options, diagnose
from verify.student.runs.session import watch
from verify.student.source.beside import modules_beside
from verify.student.source.ingest import read

LAYERS = """\
import numpy as np


class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * 0.5
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad, lr):
        dx = grad @ self.W.T
        self.W -= lr * self.x.T @ grad
        self.b -= lr * grad.sum(axis=0)
        return dx


class Tanh:
    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, grad, lr):
        return grad * (1 - self.out ** 2)
"""
TRAIN = """\
import numpy as np
from layers import Dense, Tanh

np.random.seed(0)
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
Y = np.array([[0], [1], [1], [0]], dtype=float)
net = [Dense(2, 4), Tanh(), Dense(4, 1)]
for epoch in range(1000):
    out = X
    for layer in net:
        out = layer.forward(out)
    loss = np.sum((out - Y) ** 2)
    grad = 2 * (out - Y)
    for layer in reversed(net):
        grad = layer.backward(grad, 0.05)
    print(epoch, loss)
"""
PACKAGE = {
    "net/__init__.py": "from .model import Model\n",
    "net/layers.py": LAYERS,
    "net/losses.py": """\
def slope(out, y):
    return out - y
""",
    "net/model.py": """\
import net.losses
from . import layers


class Model:
    def __init__(self):
        self.layers = [layers.Dense(2, 4), layers.Tanh(), layers.Dense(4, 1)]

    def step(self, x, y, lr):
        out = x
        for layer in self.layers:
            out = layer.forward(out)
        grad = net.losses.slope(out, y)
        for layer in self.layers[::-1]:
            grad = layer.backward(grad, lr)
        return 0.5 * ((out - y) ** 2).sum()
""",
    "main.py": """\
import numpy as np
from net import Model

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
Y = np.array([[0], [1], [1], [0]], dtype=float)
model = Model()
for i in range(200):
    print(i, model.step(X, Y, 0.1))
""",
}


def written(folder: Path, files: dict[str, str]) -> None:
    """Write the files of a program."""
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)


def told(folder: Path, files: dict[str, str], start: str) -> Diagnosis:
    """Return the diagnosis of a program of several files."""
    written(folder, files)
    return diagnose(folder / start, Options(autodiff=False))


def test_a_program_of_two_files_is_judged(tmp_path: Path) -> None:
    right = told(tmp_path, {"layers.py": LAYERS, "train.py": TRAIN}, "train.py")
    assert right.verdict.startswith("correct"), right.missing
    assert "layers.py, which is imported, was read with it" in right.notes


@pytest.mark.parametrize(
    ("right", "wrong", "bug"),
    [("grad.sum(axis=0)", "grad.mean(axis=0)", "B16"), ("1 - self.out ** 2", "1 - self.out", "B40")],
)
def test_a_mistake_in_an_imported_file_is_told_by_that_files_own_line(
    tmp_path: Path, right: str, wrong: str, bug: str
) -> None:
    found = told(tmp_path, {"layers.py": LAYERS.replace(right, wrong), "train.py": TRAIN}, "train.py")
    assert found.verdict == "wrong"
    fault = found.first_fault
    assert fault is not None
    assert (found.bugs[0].id, fault.cell) == (bug, "layers.py")
    line = next(i for i, text in enumerate(LAYERS.split("\n"), 1) if right in text)
    assert (fault.line, found.bugs[0].line) == (line, line)
    assert wrong in fault.text
    assert any(one.line == line and one.name.startswith("layers.py: ") and not one.ok for one in found.lines)


def test_a_mistake_in_the_file_itself_keeps_its_line_beside_imported_ones(tmp_path: Path) -> None:
    wrong = TRAIN.replace("grad = 2 * (out - Y)", "grad = 2 * (Y - out)")
    found = told(tmp_path, {"layers.py": LAYERS, "train.py": wrong}, "train.py")
    assert (found.verdict, found.bugs[0].id) == ("wrong", "B14")
    assert found.first_fault is not None
    assert (found.first_fault.cell, "Y - out" in found.first_fault.text) in (("", True), ("layers.py", False))


def test_a_package_with_relative_imports_is_read_to_its_end(tmp_path: Path) -> None:
    right = told(tmp_path, PACKAGE, "main.py")
    assert right.verdict.startswith("correct"), right.missing
    assert {one.name for one in read(tmp_path / "main.py").beside} == {"net", "net.model", "net.layers", "net.losses"}


def test_a_wrong_package_is_told_by_the_path_of_its_file(tmp_path: Path) -> None:
    wrong = PACKAGE["net/layers.py"].replace("grad.sum(axis=0)", "grad.mean(axis=0)")
    found = told(tmp_path, {**PACKAGE, "net/layers.py": wrong}, "main.py")
    assert found.verdict == "wrong"
    assert found.first_fault is not None
    assert found.first_fault.cell == "net/layers.py"
    assert found.bugs[0].id == "B16"


def test_what_is_no_python_is_left_to_the_import(tmp_path: Path) -> None:
    written(tmp_path, {"train.py": TRAIN, "layers.py": "def broken(:\n"})
    assert modules_beside(tmp_path / "train.py", TRAIN) == ()


def test_a_file_that_imports_itself_is_read_once(tmp_path: Path) -> None:
    text = "import train\n" + TRAIN
    written(tmp_path, {"layers.py": LAYERS + "import train\n", "train.py": text})
    assert [one.name for one in modules_beside(tmp_path / "train.py", text)] == ["layers"]


def test_lines_are_counted_on_from_file_to_file(tmp_path: Path) -> None:
    written(tmp_path, {"layers.py": LAYERS, "train.py": TRAIN})
    source = read(tmp_path / "train.py")
    for number, text in enumerate(source.lines, 1):
        name, own = source.place(number)
        assert {"": TRAIN, "layers.py": LAYERS}[name].split("\n")[own - 1] == text
    assert source.where(len(TRAIN.split("\n")) + 4) == "layers.py, line 4"


def test_nothing_is_left_beside_a_file_that_imports_by_name(tmp_path: Path) -> None:
    start = 'import importlib\nrates = importlib.import_module("rates")\nprint(rates.rate)\n'
    written(tmp_path, {"rates.py": "rate = 0.1\n", "start.py": start})
    with watch(read(tmp_path / "start.py")) as session:
        assert session.run().printed.split()[-1] == "0.1"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rates.py", "start.py"]
