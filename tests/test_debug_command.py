"""``gradproof debug`` of programs that do not get as far as a verdict: what is told in place of one."""

import json

import pytest

from tests.command_runs import Run
from tests.debugged_programs import RUNNING, XOR, edited
from tests.student_definitions import FORWARD_BACKWARD
from tests.student_mains import SCRIPT, XOR_MAIN


def test_a_file_without_a_network_tells_what_was_seen_and_what_was_missing(debug: Run) -> None:
    status, out, err = debug("class Foo:\n    def bar(self, q): pass\ndef add(a, b):\n    return a + b\n")
    assert status == 3
    assert "net.py: cannot judge" in out
    assert "missing: any computation with arrays: nothing in the file calls what it defines" in out
    assert "seen in the file: class Foo, Foo.bar(q), add(a, b)" in out
    assert "--new-adapter prints what to fill in" in out
    assert err.startswith(f"{RUNNING} net.py")


def test_a_failure_of_our_own_blames_nobody_and_asks_for_a_report(debug: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("verify.student.debug.judge", failing)
    code, out, _ = debug(SCRIPT)
    assert code == 3
    assert "gradproof itself failed, ZeroDivisionError in test_debug_command.py" in out
    assert "please report it" in out
    assert "Traceback" not in out


def test_an_exception_is_told_with_the_lines_of_the_file_alone(debug: Run) -> None:
    status, out, _ = debug(edited(XOR, "d2 @ self.W2.T", "d2 @ self.W1"))
    assert status == 3
    assert "net.py: cannot run\n  stopped by: ValueError in line 15: matmul" in out
    assert "\n    line 25, in <module>: net.backward(X, y)\n    line 15, in backward: d1 = (d2 @ self.W1)" in out
    assert "site-packages" not in out
    assert "Traceback" not in out


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("X.T @ d1", "(X.T @ d1).T", "dW of layer 1 is transposed: its shape is (3, 2), W has (2, 3)"),
        ("d1.sum(axis=0, keepdims=True)", "d1", "db of layer 1 is not summed over the batch: its shape is (4, 3)"),
        (
            "self.W1 -= lr * X.T @ d1",
            "self.W1 = self.W1 - lr * np.ones((4, 1, 1))",
            "W of layer 1 had the shape (2, 3) and got (4, 2, 3) in line 17",
        ),
    ],
)
def test_a_gradient_of_the_wrong_shape_is_told_beside_the_exception(
    debug: Run, old: str, new: str, reason: str
) -> None:
    status, out, _ = debug(edited(XOR, old, new))
    assert status == 3
    assert "stopped by: ValueError in line" in out
    assert f"stopped by: {reason}" in out


def test_a_loop_without_end_is_stopped_and_its_line_told(debug: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verify.student.debug.SECONDS", 1.0)
    status, out, _ = debug("while True:\n    pass\n")
    assert status == 3
    assert "missing: a training step within the time limit: it was stopped, in line" in out
    assert "time: one run was stopped after 1 s of processor time" in " ".join(out.split())


def test_nan_among_the_gradients_is_traced_to_the_line_it_comes_out_of(debug: Run) -> None:
    measured = edited(XOR, 'print("epoch", epoch)', "print(np.mean((net.a2 - y) ** 2))")
    status, out, _ = debug(edited(measured, "(d2 @ self.W2.T)", "(d2 @ self.W2.T) * np.log(self.a1 - 2)"))
    assert status == 1
    assert "layer 1 (sigmoid) delta is wrong\n  NaN first comes out of np.log(self.a1 - 2)\n  line 15: d1 =" in out


def test_nan_in_the_forward_pass_is_no_verdict_and_its_line_is_told(debug: Run) -> None:
    status, out, _ = debug(edited(XOR, "1 / (1 + np.exp(-z))", "np.sqrt(-1.0 - z * z)"))
    assert status == 3
    assert "missing: numbers: NaN first comes out of line 8: np.sqrt(-1.0 - z * z)" in out


def test_missing_modules_are_named_and_those_for_data_and_plots_stood_in_for(debug: Run) -> None:
    imports = "import matplotlib.pyplot as plt\nimport pandas as pd\nimport unheard_of\n"
    status, out, _ = debug(imports + XOR + "plt.show()\n")
    assert status == 0
    assert "note: import matplotlib: a stand-in was used" in out
    assert "note: import pandas: a stand-in was used" in out
    assert "note: import unheard_of: there is no such module, a stand-in without numbers was used" in out


def notebook(*cells: str) -> str:
    """Return a notebook with these code cells, a magic in front of each."""
    code = [{"cell_type": "code", "source": f"%matplotlib inline\n{cell}"} for cell in cells]
    return json.dumps({"nbformat": 4, "cells": code})


def test_a_notebook_is_judged_like_a_script_and_its_lines_are_told_by_cell(debug: Run) -> None:
    defined, trained = FORWARD_BACKWARD.lstrip(), XOR_MAIN.lstrip()
    status, out, _ = debug(notebook(defined, trained), name="net.ipynb")
    assert status == 0
    assert "note: 2 lines of magics and shell commands left out" in out
    status, out, _ = debug(notebook(edited(defined, "d2 @ self.W2.T", "d2 @ self.W1"), trained), name="net.ipynb")
    assert status == 3
    assert "stopped by: ValueError in line 16 (cell 1, line 16): matmul" in out
    assert "(cell 2, line 7), in <module>: net.backward(X, y)" in out
