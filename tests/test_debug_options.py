"""The options of ``gradproof debug``: what is told beside the file, and where the report goes."""

import json
from pathlib import Path

import pytest

from tests.command_runs import Run
from tests.debugged_programs import RUNNING, XOR, edited
from tests.student_mains import SCRIPT


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
    debug: Run, options: tuple[str, ...], clauses: tuple[str, ...]
) -> None:
    status, out, err = debug(XOR, *options)
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
def test_what_the_run_contradicts_is_refused(debug: Run, options: tuple[str, ...], clause: str) -> None:
    status, out, err = debug(XOR, *options)
    assert (status, out) == (2, "")
    assert clause in err
    assert "Traceback" not in err


def test_a_json_file_that_cannot_be_written_is_refused_before_anything_runs(debug: Run, tmp_path: Path) -> None:
    status, out, err = debug(XOR, "--json", str(tmp_path))
    assert (status, out) == (2, "")
    assert "should be a file in a folder that exists and can be written to" in err


def test_a_file_that_is_refused_is_told_as_json_too(debug: Run) -> None:
    status, out, err = debug("print 'a'\n", "--json", "-")
    told = json.loads(out)
    assert (status, told["verdict"], told["exit_code"]) == (2, "cannot run", 2)
    assert err.strip() == f"gradproof: {told['missing'][0]}"


def test_what_was_inferred_is_shown_in_one_line_and_agrees_with_what_is_told(debug: Run) -> None:
    status, out, _ = debug(XOR, "--layers", "2,3,1", "--activations", "sigmoid,sigmoid", "--loss", "mse", "--seed", "4")
    assert status == 0
    line = "read as: row-major, W (in, out), 2-3-1 sigmoid then sigmoid, half squared error (as told)"
    assert line in out
    assert "seed 4," in out


def test_the_loss_is_shown_with_its_reduction_and_the_step_with_its_sign(debug: Run) -> None:
    text = edited(SCRIPT, "    l2_delta =", "    loss = 0.5 * np.sum((y - l2) ** 2)\n    l2_delta =")
    _, out, _ = debug(text)
    assert "3-4-1 sigmoid then sigmoid, half squared error summed, no biases, gradient = -dL/dW, added with +=" in out


def test_an_activation_other_than_the_one_that_is_meant_is_a_forward_pass_that_differs(debug: Run) -> None:
    status, out, _ = debug(XOR, "--activations", "tanh,sigmoid")
    assert status == 1
    assert "net.py: the forward pass differs" in out
    assert "layer 1 (tanh) a[" in out
    assert "the values are those of sigmoid\n  line 8: return 1 / (1 + np.exp(-z))" in out


def test_a_loss_other_than_the_one_that_is_meant_is_a_wrong_delta(debug: Run) -> None:
    status, out, _ = debug(XOR, "--loss", "bce", "--json", "-")
    told = json.loads(out)
    assert (status, told["verdict"]) == (1, "wrong")
    assert (told["first_fault"]["layer"], told["first_fault"]["quantity"]) == (2, "delta")


def test_json_on_standard_output_is_nothing_but_json_and_says_what_the_terminal_says(
    debug: Run, tmp_path: Path
) -> None:
    wrong = edited(XOR, "(d2 @ self.W2.T) * self.a1 * (1 - self.a1)", "d2 @ self.W2.T")
    status, out, err = debug(wrong, "--json", "-", "--seed", "3")
    told = json.loads(out)
    assert (status, told["verdict"], told["exit_code"], told["seed"]) == (1, "wrong", 1, 3)
    assert (told["layers"], told["network"]["sizes"], told["bugs"][0]["id"]) == (2, [2, 3, 1], "B11")
    assert err.startswith(RUNNING)
    path = tmp_path / "report.json"
    status, out, _ = debug(wrong, "--json", str(path), "--seed", "3")
    assert (status, json.loads(path.read_text(encoding="utf-8")) | {"seconds": 0}) == (1, told | {"seconds": 0})
    assert "B11, derivative of the activation missing" in out
