"""The command: exit statuses, what goes where, and the refusal of every misuse in one line."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import reference
from tests.command_runs import Run

KEYS = {
    "tool", "version", "seed", "cases", "verdict", "networks_per_second", "compared", "worst", "failures",
    "inconclusive",
}  # fmt: skip
FAILURE_KEYS = {
    "architecture", "shrunk", "layer", "quantity", "index", "got", "autodiff", "differences", "error_bar", "pattern",
    "command",
}  # fmt: skip


def verify(gradproof: Run, *arguments: str) -> tuple[int, str, str]:
    return gradproof("verify", "--workers", "1", *arguments)


@pytest.fixture
def wrong_tanh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plant tanh' = -(1 - tanh^2)."""
    tanh = reference.ACTIVATIONS["tanh"]
    planted = replace(tanh, derivative=lambda z: -tanh.derivative(z))  # type: ignore[call-arg]
    monkeypatch.setitem(reference.ACTIVATIONS, "tanh", planted)


def test_sound_networks_exit_with_0_and_print_their_seed(gradproof: Run) -> None:
    status, out, err = verify(gradproof, "--cases", "20", "--seed", "11")
    assert (status, err) == (0, "")
    assert "agree: 20 of 20 networks" in out
    assert "seed 11," in out


def test_the_table_names_every_activation_and_loss_of_a_run_of_200(gradproof: Run) -> None:
    _, out, _ = verify(gradproof, "--cases", "200", "--oracle", "autodiff")
    rows = {line.split()[0] for line in out.splitlines() if line.split()}
    assert set(reference.ACTIVATIONS) | set(reference.LOSSES) <= rows


def test_json_on_standard_output_is_nothing_but_json(gradproof: Run) -> None:
    status, out, err = verify(gradproof, "--cases", "5", "--json", "-")
    data = json.loads(out)
    assert (status, err) == (0, "")
    assert set(data) >= KEYS
    assert data["verdict"] == "agree"
    assert data["compared"]["partials"] > data["compared"]["intermediates"] > 0
    assert {"quantity", "fraction_of_bound", "architecture"} <= set(data["worst"][0])


@pytest.mark.usefixtures("wrong_tanh")
def test_a_planted_error_exits_with_1_and_is_told_in_full(gradproof: Run) -> None:
    status, out, _ = verify(
        gradproof, "--cases", "12", "--activations", "tanh", "--losses", "half_sse", "--max-depth", "2"
    )
    assert status == 1
    for clause in ("(tanh) dz[", ": got ", ", should be ", "(autodiff ", "differences ", " +- "):
        assert clause in out
    assert "sign flipped in" in out
    assert 'again:    gradproof verify --architecture "1-1 tanh half_sse/sum batch=1' in out


@pytest.mark.usefixtures("wrong_tanh")
def test_the_line_of_a_shrunk_failure_fails_again(gradproof: Run) -> None:
    _, out, _ = verify(gradproof, "--cases", "3", "--activations", "tanh", "--losses", "half_sse", "--json", "-")
    failure: dict[str, Any] = json.loads(out)["failures"][0]
    assert set(failure) >= FAILURE_KEYS
    assert (failure["layer"], failure["quantity"]) == (1, "dz")
    assert np.isclose(failure["got"], -failure["autodiff"])
    status, out, _ = verify(gradproof, "--architecture", failure["shrunk"])
    assert status == 1
    assert "1 DISAGREE" in out


def test_a_network_that_cannot_be_judged_exits_with_3_and_says_why(gradproof: Run) -> None:
    line = "1-1 sigmoid bce/sum batch=8 gain=1000 scale=3 l2=0 seed=3 dtype=float64"
    status, out, _ = verify(gradproof, "--architecture", line)
    assert status == 3
    assert "cannot judge: the loss is infinite or NaN at this point" in out


@pytest.mark.parametrize(
    ("arguments", "clauses"),
    [
        (("--activations", "relux"), ("activation: got 'relux'", "should be one of linear, relu,", "mean 'relu'?")),
        (("--losses", "msee"), ("loss: got 'msee'", "half_sse, mse,", "mean 'mse'?")),
        (("--oracle", "autodif"), ("oracle: got 'autodif'", "autodiff, differences", "mean 'autodiff'?")),
        (("--dtype", "float16"), ("float16", "float64", "float32")),
        (("--cases", "0"), ("cases: got 0", "1 or more")),
        (("--max-width", "0"), ("max width: got 0", "1 or more")),
        (("--architecture", "3-0 tanh mse"), ("sizes[1]: got 0", "1 or more")),
        (("--architecture", "3-2 tanh,relu mse"), ("activations: got 2 for 2 sizes", "1, one for each layer")),
        (("--architecture", "nonsense"), ("architecture: got 'nonsense'", "should be like")),
        (("--architecture", "3-2 tanh mse batch=many"), ("batch: got 'many'", "a number")),
        (("--json", "/no/such/folder/report.json"), ("--json: got /no/such/folder/report.json", "a file in a folder")),
    ],
    ids=lambda value: " ".join(value) if value[0].startswith("--") else "",
)
def test_misuse_exits_with_2_and_one_line_on_standard_error(
    gradproof: Run, arguments: tuple[str, ...], clauses: tuple[str, ...]
) -> None:
    status, out, err = verify(gradproof, *arguments)
    assert (status, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
    assert err.startswith("gradproof: ")
    assert [clause for clause in clauses if clause not in err] == []


def test_workers_below_1_are_refused(gradproof: Run) -> None:
    status, _, err = gradproof("verify", "--workers", "0", "--cases", "1")
    assert status == 2
    assert "workers: got 0, should be 1 or more" in err


def test_the_report_is_written_whole_to_a_file(gradproof: Run, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    status, out, _ = verify(gradproof, "--cases", "2", "--json", str(path))
    assert status == 0
    assert "agree" in out
    assert json.loads(path.read_text(encoding="utf-8"))["networks"] == 2
    assert list(tmp_path.iterdir()) == [path]


def test_a_spent_time_budget_starts_no_network_and_says_so(gradproof: Run) -> None:
    status, out, _ = verify(gradproof, "--cases", "64", "--time-budget", "0")
    assert status == 3
    assert "0 of 64 networks" in out


def test_the_version_is_printed(gradproof: Run) -> None:
    assert gradproof("--version") == (0, "gradproof 0.1.0\n", "")
