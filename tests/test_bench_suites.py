"""The suites: a row for every entry, limits that do what they say, rivals in the same rounds, a history that steps."""

import io
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from bench import history, modules
from bench.data import TRAINING, problem
from bench.plain import scalar_network
from bench.primitives import NEEDED, OPERATIONS, PARTS, limit, require_every_entry
from bench.products import products
from bench.record import Row
from bench.rounds import Rounds, low
from bench.table import ACTIVATION, LOSS, STEP, table
from reference import ELEMENTWISE, LOSSES, InputError


class Fixture:
    """What ``Rounds`` asks of pytest-benchmark's fixture."""

    def __init__(self) -> None:
        self.extra_info: dict[str, Any] = {}
        self.rounds = 0

    def pedantic(self, target: Any, args: tuple[Any, ...], setup: Any, rounds: int) -> None:
        self.rounds = rounds
        for _ in range(rounds):
            setup()
            target(*args)


def test_an_activation_without_a_limit_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ELEMENTWISE, "brand_new", replace(ELEMENTWISE["tanh"], name="brand_new"))
    with pytest.raises(InputError, match=r"no row for brand_new, should be one for every activation; state the op"):
        require_every_entry()


def test_every_activation_has_a_limit_of_known_operations() -> None:
    require_every_entry()
    assert set(" ".join(" ".join(pair) for pair in NEEDED.values()).split()) == set(OPERATIONS)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize("n", [5, 40_000])
def test_a_limit_reads_the_input_and_returns_a_fresh_array_of_its_size(name: str, part: str, n: int) -> None:
    z = np.linspace(-3, 3, n)
    kept = z.copy()
    result = limit(name, part, z)()
    assert result.shape == z.shape
    assert not np.shares_memory(result, z)
    np.testing.assert_array_equal(z, kept)


@pytest.mark.parametrize("name", ["linear", "relu", "tanh", "sin"])
def test_the_limit_of_one_operation_is_the_function_itself(name: str) -> None:
    z = np.linspace(-3, 3, 40_000)
    np.testing.assert_array_equal(limit(name, "forward", z)(), ELEMENTWISE[name].forward(z))


def test_every_rival_is_timed_once_in_every_round() -> None:
    fixture = Fixture()
    benchmark = Rounds(fixture)
    benchmark.rival("other", lambda: sum(range(10)))
    assert benchmark(sum, [1, 2]) == 3
    assert len(fixture.extra_info["rivals"]["other"]) == fixture.rounds > 1


def test_a_rival_twice_as_slow_reads_twice_as_slow() -> None:
    fixture = Fixture()
    benchmark = Rounds(fixture)
    for label, seconds in (("one", 0.002), ("two", 0.004)):
        benchmark.rival(label, lambda s=seconds: time.sleep(s))
    benchmark(sum, [1, 2])
    times = {label: low(found) for label, found in fixture.extra_info["rivals"].items()}
    assert 1.2 < times["two"] / times["one"] < 3.3


@pytest.mark.parametrize("name", ["2-3-1", "2-10-1", "3-5-3"])
def test_the_scalar_network_computes_the_same_gradients(name: str) -> None:
    network, X, Y = problem(*TRAINING[name])
    fast, slow = network.value_and_gradients(X, Y), scalar_network(network).value_and_gradients(X, Y)
    for ours, theirs in zip(fast[1].parameters, slow[1].parameters, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-15)


def test_the_bare_products_are_those_of_the_step() -> None:
    network, X, Y = problem(*TRAINING["3-5-3"])
    gradients = network.backward(network.forward(X), Y)
    found = products(network, X, Y)()
    assert len(found) == 3 * len(network.layers)
    np.testing.assert_array_equal(found[-1], gradients.dX)
    np.testing.assert_array_equal(found[-2], gradients.dW[0])


def test_the_table_shows_what_was_timed_and_leaves_out_what_was_not() -> None:
    info = {"elements": 100, "rivals": {"np.vectorize": [3.0], "limit": [1.0], "np.exp": [1.0]}}
    names = [ACTIVATION.format("tanh", "forward", n, "float64") for n in (1_000, 100_000, 1_000_000)]
    names += [ACTIVATION.format("tanh", "forward", 100_000, "float32"), LOSS.format("mse", "forward", 100_000)]
    names.append(STEP.format("3-5-3"))
    console = Console(width=160, file=io.StringIO())
    console.print(table({name: Row(name, [1.5], info) for name in names}))
    text = console.file.getvalue()
    for shown in ("tanh forward", "mse forward", "3-5-3", "np.vectorize 2.0", "1.50 1.50 1.50"):
        assert shown in text
    assert "sigmoid" not in text


def test_the_history_keeps_ratios_and_counts_and_no_seconds(tmp_path: Path) -> None:
    benchmark = {
        "fullname": "bench/test_x.py::test_x",
        "stats": {"data": [0.5, 0.5]},
        "extra_info": {
            "rivals": {"np.vectorize": [5.0]},
            "counts": {"head": {"opcodes": 7}},
            "before": [0.5] * 2,
            "after": [0.5] * 2,
        },
    }
    history.append({"benchmarks": [benchmark]}, tmp_path / "history.jsonl")
    (kept,) = history.load(tmp_path / "history.jsonl")
    assert kept.pop("commit")
    assert kept == {
        "speedup": {"test_x": 10.0},
        "exponent": {},
        "opcodes": {"test_x": 7},
        "ratio": {"test_x": 1.0},
        "null": {},
    }


def test_a_lasting_change_is_marked_at_its_commit_and_one_odd_run_is_not() -> None:
    levels = [10, 10, 90, 10, 10, 10, 20, 20, 20, 20]
    runs = [{"commit": f"c{i}", "speedup": {"f": level}} for i, level in enumerate(levels)]
    assert history.steps(runs, "speedup") == [history.Step("f", "c6", 10, 20)]
    assert history.steps(runs[:6], "speedup") == []


def test_the_history_is_drawn(tmp_path: Path) -> None:
    runs = [{"commit": f"c{i}", "speedup": {"f": 10 + i // 3 * 9}, "exponent": {"f": 1.0}} for i in range(6)]
    history.show(runs, tmp_path / "history.svg")
    assert "<svg" in (tmp_path / "history.svg").read_text()


@pytest.mark.parametrize(
    ("text", "complaint"), [(None, "begin one with append"), ("{}\nnonsense\n", "line 2: got no JSON")]
)
def test_a_history_that_cannot_be_read_is_told_so(tmp_path: Path, text: str | None, complaint: str) -> None:
    path = tmp_path / "history.jsonl"
    if text:
        path.write_text(text)
    with pytest.raises(InputError, match=complaint):
        history.load(path)


def test_an_import_that_loads_more_is_reported_with_what_came(tmp_path: Path) -> None:
    for side, text in (("base", ""), ("head", "import xml.dom.minidom, sqlite3\n")):
        (tmp_path / side / "mine").mkdir(parents=True)
        (tmp_path / side / "mine" / "__init__.py").write_text(text)
    base, head = tmp_path / "base", tmp_path / "head"
    assert not list(modules.grown(["mine"], base, base))
    (found,) = modules.grown(["mine"], head, base)
    assert "sqlite3" in str(found)
    assert "import them where they are used" in str(found)


def test_the_committed_figures_name_a_row_for_every_entry_of_the_tables() -> None:
    kept = json.loads(Path(history.__file__).with_name("figures.json").read_text())["rows"]
    for name in ELEMENTWISE:
        for part in PARTS:
            assert ACTIVATION.format(name, part, 100_000, "float64") in kept
    for name in LOSSES:
        assert LOSS.format(name, "forward", 100_000) in kept
