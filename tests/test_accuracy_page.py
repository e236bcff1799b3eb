"""The accuracy on a page, on a terminal and as JSON; the committed page against the tables and a quick measurement."""

import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import reference
from reference import ACTIVATIONS, ELEMENTWISE, LOSSES
from tests.command_runs import Run
from verify import cli
from verify.certify import sweep
from verify.certify.function import PARTS
from verify.certify.measure import measure
from verify.report.accuracy import COLUMNS, PEER_NAMES, SWEEP_COLUMNS

PAGE = Path(__file__).parent.parent / "docs" / "accuracy.md"
FUNCTIONS = [f"{name}{mark}" for name in (*ACTIVATIONS, *LOSSES) for mark in ("", "'")]


def rows(page: str) -> list[list[str]]:
    """Return the cells of every line of every table, headings and rules included."""
    return [[cell.strip() for cell in line[1:-1].split(" | ")] for line in page.splitlines() if line.startswith("| ")]


def stated(page: str) -> dict[str, list[str]]:
    """Return the cells of each function's line in the float64 tables."""
    width = len(COLUMNS) + 2 * len(PEER_NAMES)
    return {row[0]: row for row in rows(page) if len(row) == width and row[0] in FUNCTIONS}


@pytest.fixture
def certify(gradproof: Run) -> Run:
    """Return a function that runs ``gradproof certify``: exit status, stdout, stderr."""
    return partial(gradproof, "certify", "--workers", "1")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let a pass over all float32 be one over 1024 of them."""
    for name, value in (("CHUNK", 512), ("CHUNKS", 2), ("PIECE", 256)):
        monkeypatch.setattr(sweep, name, value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_the_page_has_a_line_for_every_function_and_a_column_for_every_framework() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert list(stated(page)) == FUNCTIONS
    peers = [heading for name in PEER_NAMES.values() for heading in (name, f"{name} near roots")]
    assert [*COLUMNS, *peers] in rows(page)
    assert list(SWEEP_COLUMNS) in rows(page)


def test_the_page_says_when_with_what_and_on_what_it_was_taken() -> None:
    page = PAGE.read_text(encoding="utf-8")
    taken = re.search(r"Taken \d{4}-\d\d-\d\d by `gradproof certify --points \d+ --seed \d+`.*", page)
    assert taken
    assert all(f" {library} " in taken[0] for library in ("python", "numpy", "scipy", "jax", "torch"))


def test_the_page_names_the_activations_whose_float32_inputs_were_all_looked_at() -> None:
    page = PAGE.read_text(encoding="utf-8")
    swept = [row[0] for row in rows(page) if len(row) == len(SWEEP_COLUMNS) and row[0] in FUNCTIONS]
    assert {"relu", "sigmoid", "tanh"} <= set(swept)
    assert f"Exhaustive for {len(swept) // 2} of {len(ELEMENTWISE)} activations" in page


def test_the_page_keeps_every_bound() -> None:
    for function, row in stated(PAGE.read_text(encoding="utf-8")).items():
        assert float(row[COLUMNS.index("of 4(1+k)")]) <= 1, function
        assert "WARNS" not in row[COLUMNS.index("shape")]


def test_an_entry_states_a_reason_exactly_where_the_page_has_it_above_8_ulp() -> None:
    page = PAGE.read_text(encoding="utf-8")
    lines = stated(page)
    for name, entry in (ACTIVATIONS | LOSSES).items():
        cells = [lines[function][COLUMNS.index("max ulp")] for function in (name, f"{name}'")]
        above = any(float(cell.rstrip("*")) > 8 for cell in cells)
        assert above == bool(entry.above_8_ulp), name
        assert above == any(cell.endswith("*") for cell in cells)
        assert above == (f"* {name}: {entry.above_8_ulp}" in page)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", [*ACTIVATIONS, *LOSSES])
def test_a_quick_measurement_stays_within_what_the_page_states(name: str, part: str) -> None:
    cell = stated(PAGE.read_text(encoding="utf-8"))[name + ("" if part == "forward" else "'")][COLUMNS.index("max ulp")]
    most = float(cell.rstrip("*"))
    found = measure(name, part, 20, 1, ())
    assert found.fraction <= 1
    # Other points; other processors, other last bits. A starred entry's error grows with its argument.
    assert found.score.worst <= (10 * most if cell.endswith("*") else max(1.25 * most, most + 1))


def test_right_entries_exit_with_0_and_print_their_seed(certify: Run) -> None:
    status, out, err = certify("--activations", "tanh", "--losses", "mse", "--points", "20", "--seed", "5")
    assert (status, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()[1:5]] == ["tanh", "tanh'", "mse", "mse'"]
    assert "holds: 4 functions within 4 (1 + k) ulp" in out
    assert "seed 5," in out


def test_a_wrong_entry_exits_with_1_and_is_told(certify: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    relu: Any = reference.ACTIVATIONS["relu"]
    planted = dataclasses.replace(relu, derivative=lambda z: relu.derivative(z) * (1 + 1e-14))
    monkeypatch.setitem(reference.ACTIVATIONS, "relu", planted)
    status, out, _ = certify("--activations", "relu", "--points", "20")
    assert status == 1
    assert "relu derivative: " in out
    assert "of 4 (1 + k) ulp at (" in out
    assert "1 BROKEN" in out or "2 BROKEN" in out


def test_json_on_standard_output_is_nothing_but_json(certify: Run) -> None:
    status, out, err = certify("--activations", "gelu_tanh", "--points", "20", "--json", "-")
    data = json.loads(out)
    assert (status, err, data["verdict"], data["seed"]) == (0, "", "agree", 0)
    assert [(f["name"], f["part"]) for f in data["functions"]] == [("gelu_tanh", part) for part in PARTS]
    assert {"reference", "jax", "fraction_of_bound", "shape", "above_8_ulp"} <= set(data["functions"][0])
    assert data["functions"][1]["jax"]["max_ulp"] == "inf"


def test_the_page_is_written_whole(certify: Run, tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    assert certify("--losses", "mae", "--points", "20", "--markdown", str(path))[0] == 0
    page = path.read_text(encoding="utf-8")
    assert [row[0] for row in rows(page)] == ["function", "---", "mae", "mae'"]
    assert len({len(row) for row in rows(page)}) == 1
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.usefixtures("small")
def test_a_whole_float32_pass_is_told_and_found_again(certify: Run, tmp_path: Path) -> None:
    path = tmp_path / "passes.json"
    status, out, err = certify("--exhaustive-float32", "--only", "sigmoid", "--json", str(path))
    assert (status, err) == (0, "")
    assert "1 of 1 activations exhaustive" in out
    (found,) = json.loads(path.read_text(encoding="utf-8"))["float32"]
    assert (found["name"], found["exhaustive"], sum(found["forward"]["counts"])) == ("sigmoid", True, 1024)


@pytest.mark.usefixtures("small")
def test_an_interrupted_float32_pass_exits_with_130_and_says_what_is_whole(
    certify: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    do = sweep.do

    def interrupted(job: sweep.Job) -> sweep.Sweep:
        if job.name == "tanh":
            raise KeyboardInterrupt
        return do(job)

    monkeypatch.setattr(sweep, "do", interrupted)
    monkeypatch.setattr(cli, "_leave_at_once", lambda: None)
    status, out, _ = certify("--exhaustive-float32", "--activations", "relu,tanh")
    assert status == 130
    assert "1 of 2 activations exhaustive" in out


@pytest.mark.parametrize(
    ("arguments", "clause"),
    [
        (("--activations", "tanhh"), "activation: got 'tanhh', should be one of linear, relu,"),
        (("--losses", "msee"), "did you mean 'mse'?"),
        (("--activations", "mse"), "activation: got 'mse'"),
        (("--points", "0"), "points: got 0, should be 1 or more"),
        (("--workers", "0"), "workers: got 0, should be 1 or more"),
        (("--json", "/no/such/folder/a.json"), "--json: got /no/such/folder/a.json, should be a file in a folder"),
        (("--markdown", "/no/such/folder/a.md"), "--markdown: got /no/such/folder/a.md"),
        (("--json", "-", "--markdown", "-"), "--markdown: got -, should be a file"),
        (("--only", "relu"), "--only: got relu, should be left out"),
        (("--exhaustive-float32", "--only", "softmax"), "activation: got 'softmax'"),
        (("--exhaustive-float32", "--losses", "mse"), "--exhaustive-float32: got losses or a page"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_misuse_exits_with_2_and_one_line_on_standard_error(
    certify: Run, arguments: tuple[str, ...], clause: str
) -> None:
    status, out, err = certify(*arguments)
    assert (status, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
    assert clause in err
