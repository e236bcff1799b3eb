"""Tallies and reports: counts add up in any order, verdicts and exit statuses, JSON and the table."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from reference import ACTIVATIONS, LOSSES, InputError
from verify.architectures import Architecture, Limits, draw
from verify.crosscheck import crosscheck
from verify.failure import Failure
from verify.report.as_json import as_json, require_writable, write_json
from verify.report.model import Report
from verify.report.terminal import show
from verify.tally import Count, Subject, Tally

FAILURE = Failure(
    layer=1,
    activation="tanh",
    quantity="dz",
    index=(0, 1),
    got=math.nan,
    should_be=0.5,
    autodiff=0.5,
    differences=None,
    error_bar=None,
    witness="autodiff",
    pattern="not finite",
    advice="",
    architecture="a line",
    shrunk="1-1 tanh",
    command="run",
)


def tallied(*cases: int) -> Tally:
    """Return the tally of some cases of one campaign."""
    tally = Tally()
    for case in cases:
        architecture = draw(8, case, Limits(width=5, batch=4).checked())
        tally.add(crosscheck([architecture.build()], seed=case)[0], str(architecture))
    return tally


def report(tally: Tally, **changes: Any) -> Report:
    """Return a report on the tally."""
    settings: dict[str, Any] = {"failures": [], "seed": 5, "cases": tally.networks, "seconds": 2.0, **changes}
    return Report(tally, **settings)


def counted(**quantities: tuple[int, int]) -> Tally:
    """Return a tally of one network: (compared, inconclusive) by quantity."""
    counts = {
        (Subject("activation", "tanh", quantity), "autodiff"): Count(n, lost, 0, 0.25, "a line")
        for quantity, (n, lost) in quantities.items()
    }
    return Tally(1, counts)


def printed(of: Report, width: int = 80) -> str:
    """Return what the terminal shows of a report."""
    console = Console(width=width, no_color=True)
    with console.capture() as capture:
        show(of, console)
    return capture.get()


def test_tallies_merge_to_the_same_whatever_the_order() -> None:
    parts = [tallied(0), tallied(1, 2), tallied(3)]
    one, other = Tally(), Tally()
    for part in parts:
        one.merge(part)
    for part in reversed(parts):
        other.merge(part)
    assert as_json(report(one), "0") == as_json(report(other), "0")


def test_every_entry_is_counted_once_for_its_activation_or_its_loss() -> None:
    architecture = Architecture.parse("3-4-2 tanh,softmax mse batch=5")
    tally = Tally()
    tally.add(crosscheck([architecture.build()])[0], "a line")
    z, weights = 5 * (4 + 2), 3 * 4 + 4 * 2
    assert tally.entries(("z", "a")) == 2 * z
    assert tally.entries(("dW",)) == weights
    assert tally.entries(("loss", "da", "dz", "db", "dX")) == 1 + 2 * z + 6 + 15
    by_name = {**tally.of("activation"), **tally.of("loss")}
    assert set(by_name) == {"tanh", "softmax", "mse"}
    entries = sum(row["autodiff"].compared for row in by_name.values())
    assert entries == sum(row["autodiff"].compared for row in tally.of("quantity").values())


@pytest.mark.parametrize(
    ("tally", "verdict", "status"),
    [
        (counted(dW=(100, 0)), "agree", 0),
        (counted(dW=(100, 1)), "agree", 0),
        (counted(dW=(100, 2)), "inconclusive", 3),
        (Tally(1, {}, ["a line"], []), "disagree", 1),
        (Tally(1, {}, [], [("a line", "no reason")]), "inconclusive", 3),
        (Tally(2, {}, ["a line"], [("b line", "no reason")]), "disagree", 1),
        (Tally(), "inconclusive", 3),
    ],
)
def test_a_verdict_has_its_exit_status(tally: Tally, verdict: str, status: int) -> None:
    found = report(tally)
    assert (found.verdict, found.exit_code) == (verdict, status)
    assert report(tally, interrupted=True).exit_code == 130


def test_the_json_has_every_promised_key_and_nothing_that_json_cannot_say() -> None:
    tally = tallied(0, 1)
    data = as_json(report(tally, failures=[FAILURE]), "1.2.3")
    text = json.dumps(data, allow_nan=False)
    assert json.loads(text) == data
    wanted = {"tool", "version", "seed", "cases", "verdict", "networks_per_second", "compared", "worst", "failures"}
    assert wanted | {"inconclusive"} <= set(data)
    assert (data["tool"], data["version"], data["seed"], data["networks_per_second"]) == ("gradproof", "1.2.3", 5, 1.0)
    assert set(data["compared"]) == {"intermediates", "partials"}
    for row in data["worst"]:
        assert {"quantity", "fraction_of_bound", "architecture"} <= set(row)
        assert ("activation" in row) != ("loss" in row)
    assert data["failures"][0]["got"] == "nan"
    assert data["failures"][0]["differences"] is None
    assert set(data["inconclusive"]) == {"entries", "share", "networks"}


def test_the_table_cuts_no_name_in_80_columns() -> None:
    oracles = ("autodiff", "differences", "alone", "local")
    named = [("activation", name, oracle) for name in ACTIVATIONS for oracle in oracles]
    named += [("loss", name, oracle) for name in LOSSES for oracle in oracles[:2]]
    wide = Count(12_345_678, 0, 1234, 0.1, "a line")
    counts = {(Subject(kind, name, "da"), oracle): wide for kind, name, oracle in named}
    text = printed(report(Tally(1, counts)))
    rows = {line.split()[0] for line in text.splitlines() if line.split()}
    assert set(ACTIVATIONS) | set(LOSSES) <= rows
    assert "…" not in text
    for heading in (*oracles, "compared", "resolution"):
        assert heading in text


def test_the_closing_lines_say_what_was_done_and_the_seed() -> None:
    text = printed(report(counted(dW=(100, 1), z=(40, 0)), cases=7))
    assert "agree: 1 of 7 networks, 40 intermediates and 100 partial derivatives compared, 0.7143% incon" in text
    assert "seed 5, 2.0 s, 0 networks a second" in text


def test_an_interrupted_report_says_so() -> None:
    assert "1 of 9 networks (interrupted)" in printed(report(counted(dW=(1, 0)), cases=9, interrupted=True))


def test_failures_and_what_could_not_be_judged_are_shown_with_their_networks() -> None:
    tally = Tally(3, {}, ["a line", "b line"], [("c line", "the loss is infinite")])
    text = printed(report(tally, failures=[FAILURE]))
    assert "layer 1 (tanh) dz[0, 1]: got nan, should be 0.5000" in text
    assert "cannot judge: the loss is infinite" in text
    assert "c line" in text
    assert "2 DISAGREE" in text


def test_a_file_is_written_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    require_writable(str(path))
    assert list(tmp_path.iterdir()) == []
    write_json({"a": 1}, str(path))
    write_json({"a": 2}, str(path))
    assert json.loads(path.read_text(encoding="utf-8")) == {"a": 2}
    assert list(tmp_path.iterdir()) == [path]


def test_a_dash_is_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    require_writable("-")
    write_json({"a": 1}, "-")
    assert json.loads(capsys.readouterr().out) == {"a": 1}


@pytest.mark.parametrize("path", ["{}", "{}/missing/report.json", "{}/file/report.json", "/proc/report.json", "{}/\0"])
def test_a_path_that_no_file_can_be_written_to_is_refused(path: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"--json: got .*, should be a file in a folder that exists"):
        require_writable(path.format(tmp_path))
