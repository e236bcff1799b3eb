"""``gradproof debug`` as a user meets it: bad files, bad options, programs that show nothing, what goes where."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.student_programs import FIT, FLAT, FORWARD_BACKWARD, SCRIPT, XOR_MAIN
from verify import cli

Run = Callable[..., tuple[int, str, str]]
ROOT = Path(__file__).parent.parent
XOR = (FORWARD_BACKWARD + XOR_MAIN).lstrip()
RUNNING = "gradproof: running the first training steps of"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Return a function that debugs a text and returns exit status, stdout and stderr."""

    def command(text: str, *options: str, name: str = "net.py") -> tuple[int, str, str]:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return debugged(str(path), *options)

    def debugged(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["gradproof", "debug", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return command


def edited(text: str, old: str, new: str) -> str:
    """Return a program with one mistake planted."""
    assert text.count(old) == 1
    return text.replace(old, new)


# -- files that are no programs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("", ("net.py: got an empty file", "save the program first")),
        ("x = 1\ny = (x\n", ("net.py, line 2: got a syntax error", "'y = (x'", "correct that line")),
        (
            "for i in xrange(3):\n    print i\n",
            ("line 1: got xrange, which is Python 2", "2to3 -w", "'for i in range(3):', and changes 1 more line"),
        ),
        ("def f(x):\nreturn x\n", ("line 2: got lost indentation", "leading spaces")),
        ("class A: def f(self): pass def g(self): pass\n", ("line 1: got several lines joined into one", "line ends")),
        (
            "1 import numpy as np 2 3 def f(x): 4 return x 5 6 f(1)\n",
            ("6 lines of code in one, their line numbers between them",),
        ),
        (
            "Here is the network that I wrote on Sunday\ndef f(x): return x def g(x): return 1\n",
            ("line 1: got text that is no Python", "begins at line 2", "joined into one, as line 2"),
        ),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_a_file_that_is_no_program_is_refused_in_one_line_that_says_what_is_damaged(
    run: Run, text: str, clauses: tuple[str, ...]
) -> None:
    status, out, err = run(text)
    assert (status, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
    assert [clause for clause in clauses if clause not in err] == []


OLD_PROGRAMS = {
    "print >>f, 'a', x": "print('a', x, file=f)",
    "print 'a',": "print('a', end=' ')",
    "if x: print x": "if x: print(x)",
    "x = 0777": "x = 0o777",
    "x = 10L": "x = 10",
    "x = `y`": "x = repr(y)",
    "if a <> b: pass": "if a != b: pass",
    "raise ValueError, 'no'": "raise ValueError('no')",
    "for x in unicode(y): print(x) if d.has_key(2) else 0": "for x in str(y): print(x) if d.has_key(2) else 0",
    "if d.has_key(2): x = 1": "if 2 in d: x = 1",
    "def f(a, (b, c)): return a": "def f(a, pair): return a b, c = pair",
}


@pytest.mark.parametrize("line", OLD_PROGRAMS)
def test_python_2_is_recognized_by_each_of_its_constructs_and_the_new_line_is_shown(run: Run, line: str) -> None:
    status, _, err = run(f"import numpy as np\n# print 'not this'\ns = '''\nprint 'nor this'\n'''\n{line}\n")
    assert status == 2
    assert "net.py, line 6: got" in err
    assert "which is Python 2, should be a Python 3 program" in err
    assert f"it writes {OLD_PROGRAMS[line]!r}" in err


@pytest.mark.parametrize("line", ["long(3)", "x.has_key(3)"])
def test_a_name_of_python_2_that_the_program_defines_itself_is_its_own(run: Run, line: str) -> None:
    defines = "def long(n):\n    return n\nclass X:\n    def has_key(self, n):\n        return n\nx = X()\n"
    assert run(f"{defines}{line}\n")[0] == 3


def test_a_program_inside_a_page_is_run_and_the_report_says_which_lines(run: Run) -> None:
    page = f"Here is the little network that I wrote on Sunday evening\n{XOR}\nIt learns the exclusive or in no time\n"
    status, out, _ = run(page, name="page.txt")
    assert status == 0
    assert f"note: only lines 2 to {len(XOR.splitlines()) + 2} are Python: the text around them was left out" in out


# -- programs that do not get as far as a verdict --------------------------------------------------------------------


def test_a_file_without_a_network_tells_what_was_seen_and_what_was_missing(run: Run) -> None:
    status, out, err = run("class Foo:\n    def bar(self, q): pass\ndef add(a, b):\n    return a + b\n")
    assert status == 3
    assert "net.py: cannot judge" in out
    assert "missing: any computation with arrays: nothing in the file calls what it defines" in out
    assert "seen in the file: class Foo, Foo.bar(q), add(a, b)" in out
    assert "--new-adapter prints what to fill in" in out
    assert err.startswith(f"{RUNNING} net.py")


def test_a_failure_of_our_own_blames_nobody_and_asks_for_a_report(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("verify.student.debug.judge", failing)
    code, out, _ = run(SCRIPT)
    assert code == 3
    assert "gradproof itself failed, ZeroDivisionError in test_debug_command.py" in out
    assert "please report it" in out
    assert "Traceback" not in out


def test_an_exception_is_told_with_the_lines_of_the_file_alone(run: Run) -> None:
    status, out, _ = run(edited(XOR, "d2 @ self.W2.T", "d2 @ self.W1"))
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
def test_a_gradient_of_the_wrong_shape_is_told_beside_the_exception(run: Run, old: str, new: str, reason: str) -> None:
    status, out, _ = run(edited(XOR, old, new))
    assert status == 3
    assert "stopped by: ValueError in line" in out
    assert f"stopped by: {reason}" in out


def test_a_loop_without_end_is_stopped_and_its_line_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verify.student.debug.SECONDS", 1.0)
    status, out, _ = run("while True:\n    pass\n")
    assert status == 3
    assert "missing: a training step within the time limit: it was stopped, in line" in out
    assert "time: one run was stopped after 1 s of processor time" in " ".join(out.split())


def test_nan_among_the_gradients_is_traced_to_the_line_it_comes_out_of(run: Run) -> None:
    measured = edited(XOR, 'print("epoch", epoch)', "print(np.mean((net.a2 - y) ** 2))")
    status, out, _ = run(edited(measured, "(d2 @ self.W2.T)", "(d2 @ self.W2.T) * np.log(self.a1 - 2)"))
    assert status == 1
    assert "layer 1 (sigmoid) delta is wrong\n  NaN first comes out of np.log(self.a1 - 2)\n  line 15: d1 =" in out


def test_nan_in_the_forward_pass_is_no_verdict_and_its_line_is_told(run: Run) -> None:
    status, out, _ = run(edited(XOR, "1 / (1 + np.exp(-z))", "np.sqrt(-1.0 - z * z)"))
    assert status == 3
    assert "missing: numbers: NaN first comes out of line 8: np.sqrt(-1.0 - z * z)" in out


def test_missing_modules_are_named_and_those_for_data_and_plots_stood_in_for(run: Run) -> None:
    imports = "import matplotlib.pyplot as plt\nimport pandas as pd\nimport unheard_of\n"
    status, out, _ = run(imports + XOR + "plt.show()\n")
    assert status == 0
    assert "note: import matplotlib: a stand-in was used" in out
    assert "note: import pandas: a stand-in was used" in out
    assert "note: import unheard_of: there is no such module, a stand-in without numbers was used" in out


def notebook(*cells: str) -> str:
    """Return a notebook with these code cells, a magic in front of each."""
    code = [{"cell_type": "code", "source": f"%matplotlib inline\n{cell}"} for cell in cells]
    return json.dumps({"nbformat": 4, "cells": code})


def test_a_notebook_is_judged_like_a_script_and_its_lines_are_told_by_cell(run: Run) -> None:
    defined, trained = FORWARD_BACKWARD.lstrip(), XOR_MAIN.lstrip()
    status, out, _ = run(notebook(defined, trained), name="net.ipynb")
    assert status == 0
    assert "note: 2 lines of magics and shell commands left out" in out
    status, out, _ = run(notebook(edited(defined, "d2 @ self.W2.T", "d2 @ self.W1"), trained), name="net.ipynb")
    assert status == 3
    assert "stopped by: ValueError in line 16 (cell 1, line 16): matmul" in out
    assert "(cell 2, line 7), in <module>: net.backward(X, y)" in out


# -- options ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "clauses"),
    [
        (("--activations", "sigmoid,tnah"), ("activation: got 'tnah'", "one of linear, relu,", "did you mean 'tanh'?")),
        (("--loss", "msee"), ("loss: got 'msee'", "one of half_sse, mse,", "did you mean 'mse'?")),
        (("--layers", "2,x"), ("--layers: got 2,x", "as 3,5,3")),
        (("--layers", "2"), ("--layers: got 2", "two sizes or more")),
        (("--layers", "2,3,1", "--activations", "tanh"), ("--activations: got 1 for 3 sizes", "2, one for each layer")),
        (("--lr", "nan"), ("--lr: got nan", "a number above 0")),
        (("--lr", "-1"), ("--lr: got -1", "a number above 0")),
        (("--json", "/no/such/folder/r.json"), ("--json: got /no/such/folder/r.json", "a file in a folder")),
        (("--adapter", "/no/such.toml"), ("/no/such.toml: got no adapter", "check the path")),
    ],
    ids=lambda value: " ".join(value) if value[0].startswith("--") else "",
)
def test_an_option_that_cannot_be_meant_is_refused_in_one_line_before_anything_runs(
    run: Run, options: tuple[str, ...], clauses: tuple[str, ...]
) -> None:
    status, out, err = run(XOR, *options)
    assert (status, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
    assert [clause for clause in clauses if clause not in err] == []


@pytest.mark.parametrize(
    ("options", "clause"),
    [
        (("--layers", "2,4,1"), "--layers: got 2,4,1, should be 2,3,1, as the run shows"),
        (("--activations", "tanh"), "--activations: got 1, should be 2, one for each layer that the run shows"),
        (("--function", "Net.bakward"), "function: got 'Net.bakward', should be one of Net, Net.__init__"),
    ],
)
def test_what_the_run_contradicts_is_refused(run: Run, options: tuple[str, ...], clause: str) -> None:
    status, out, err = run(XOR, *options)
    assert (status, out) == (2, "")
    assert clause in err
    assert "Traceback" not in err


def test_a_json_file_that_cannot_be_written_is_refused_before_anything_runs(run: Run, tmp_path: Path) -> None:
    status, out, err = run(XOR, "--json", str(tmp_path))
    assert (status, out) == (2, "")
    assert "should be a file in a folder that exists and can be written to" in err


def test_a_file_that_is_refused_is_told_as_json_too(run: Run) -> None:
    status, out, err = run("print 'a'\n", "--json", "-")
    told = json.loads(out)
    assert (status, told["verdict"], told["exit_code"]) == (2, "cannot run", 2)
    assert err.strip() == f"gradproof: {told['missing'][0]}"


def test_what_was_inferred_is_shown_in_one_line_and_agrees_with_what_is_told(run: Run) -> None:
    status, out, _ = run(XOR, "--layers", "2,3,1", "--activations", "sigmoid,sigmoid", "--loss", "mse", "--seed", "4")
    assert status == 0
    line = "read as: row-major, W (in, out), 2-3-1 sigmoid then sigmoid, half squared error (as told)"
    assert line in out
    assert "seed 4," in out


def test_the_loss_is_shown_with_its_reduction_and_the_step_with_its_sign(run: Run) -> None:
    text = edited(SCRIPT, "    l2_delta =", "    loss = 0.5 * np.sum((y - l2) ** 2)\n    l2_delta =")
    _, out, _ = run(text)
    assert "3-4-1 sigmoid then sigmoid, half squared error summed, no biases, gradient = -dL/dW, added with +=" in out


def test_an_activation_other_than_the_one_that_is_meant_is_a_forward_pass_that_differs(run: Run) -> None:
    status, out, _ = run(XOR, "--activations", "tanh,sigmoid")
    assert status == 1
    assert "net.py: the forward pass differs" in out
    assert "layer 1 (tanh) a[" in out
    assert "the values are those of sigmoid\n  line 8: return 1 / (1 + np.exp(-z))" in out


def test_a_loss_other_than_the_one_that_is_meant_is_a_wrong_delta(run: Run) -> None:
    status, out, _ = run(XOR, "--loss", "bce", "--json", "-")
    told = json.loads(out)
    assert (status, told["verdict"]) == (1, "wrong")
    assert (told["first_fault"]["layer"], told["first_fault"]["quantity"]) == (2, "delta")


def test_json_on_standard_output_is_nothing_but_json_and_says_what_the_terminal_says(run: Run, tmp_path: Path) -> None:
    wrong = edited(XOR, "(d2 @ self.W2.T) * self.a1 * (1 - self.a1)", "d2 @ self.W2.T")
    status, out, err = run(wrong, "--json", "-", "--seed", "3")
    told = json.loads(out)
    assert (status, told["verdict"], told["exit_code"], told["seed"]) == (1, "wrong", 1, 3)
    assert (told["layers"], told["network"]["sizes"], told["bugs"][0]["id"]) == (2, [2, 3, 1], "B11")
    assert err.startswith(RUNNING)
    path = tmp_path / "report.json"
    status, out, _ = run(wrong, "--json", str(path), "--seed", "3")
    assert (status, json.loads(path.read_text(encoding="utf-8")) | {"seconds": 0}) == (1, told | {"seconds": 0})
    assert "B11, derivative of the activation missing" in out


# -- adapters --------------------------------------------------------------------------------------------------------

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
def test_gradients_that_nothing_uses_are_judged_by_an_adapter(run: Run, tmp_path: Path, slope: str) -> None:
    path = tmp_path / "step.toml"
    path.write_text(ADAPTER, encoding="utf-8")
    text = edited(GRADIENTS_ONLY, "(1 - a ** 2)", slope)
    assert run(text)[0] == 3
    status, out, _ = run(text, "--adapter", str(path), "--json", "-")
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
    run: Run, tmp_path: Path, text: str, lines: tuple[str, ...]
) -> None:
    status, skeleton, _ = run(text, "--new-adapter")
    assert status == 0
    assert len(skeleton.splitlines()) <= 10
    assert [line for line in lines if f"{line}  #" not in skeleton] == []
    path = tmp_path / "step.toml"
    path.write_text(skeleton, encoding="utf-8")
    status, out, _ = run(text, "--adapter", str(path))
    assert status == 0
    assert "at 2 points with other data and weights" in out


def test_a_new_adapter_of_a_file_that_shows_nothing_offers_its_own_function(run: Run) -> None:
    status, skeleton, _ = run(GRADIENTS_ONLY, "--new-adapter")
    assert status == 0
    assert '# call = "G = ' in skeleton
    assert all(line.startswith("# ") for line in skeleton.splitlines())


def test_a_mistake_in_the_adapter_is_told_as_one(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "step.toml"
    path.write_text(ADAPTER.replace("slopes(", "slope("), encoding="utf-8")
    status, out, _ = run(GRADIENTS_ONLY, "--adapter", str(path))
    assert status == 3
    assert "stopped by: NameError: name 'slope' is not defined\n    in the adapter" in out


# -- as a process ----------------------------------------------------------------------------------------------------


def test_an_interrupt_ends_the_command_and_the_program_it_watches_without_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text("while True:\n    pass\n", encoding="utf-8")
    command = [sys.executable, "-m", "verify", "debug", str(path)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stderr is not None
    assert process.stderr.readline().startswith(f"{RUNNING} net.py")
    until = time.monotonic() + 20
    while len(watched := children(process.pid)) < 2 and time.monotonic() < until:
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert len(watched) >= 2
    time.sleep(0.5)
    assert [child for child in watched if is_alive(child)] == []


def children(process: int) -> list[int]:
    """Return the processes that a process has started, and those that they have."""
    found = [int(p) for p in Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()]
    return found + [deeper for child in found for deeper in children(child)]


def is_alive(process: int) -> bool:
    """Return whether a process is there and no zombie that nobody has asked about."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
