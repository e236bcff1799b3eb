"""The rates as a page, as JSON, as a picture and on a terminal; and the committed page has what a fresh one has."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from reference import Gradients
from verify.architectures import Architecture
from verify.cli import app
from verify.crosscheck import ORACLES
from verify.rates import command, peers
from verify.rates.families import FAMILIES
from verify.rates.planted import PLANTS
from verify.rates.power import SIZES, Detection, Key, Power
from verify.rates.result import Rates, bars
from verify.rates.run import measure
from verify.report.rates import Table, as_json, as_markdown, tables
from verify.report.rates_plot import draw
from verify.under_test import reference_backward

PAGE = Path(__file__).parent.parent / "docs" / "rates.md"
SMOOTH = Architecture.parse("3-4-2 linear,linear half_sse/sum batch=4 seed=1").build()
KNOWN = [name for name, peer in peers.PEERS.items() if peer.installed]


def known() -> Rates:
    """Return a made-up measurement."""
    rates = Rates(7, 5, seconds=90)
    rates.power.merge(Power({Key("one entry", 1e-3, "local"): Detection(4, 3, 1)}))
    rates.together.merge(Power({Key("one block", size, "autodiff"): Detection(2, 1) for size in SIZES}))
    return rates


def shape(table: Table) -> tuple[str, tuple[str, ...], list[str]]:
    """Return the title, the columns and the names of the rows."""
    return table.title, table.columns, [row[0] for row in table.rows]


def test_the_committed_page_has_the_tables_the_columns_and_the_rows_of_a_fresh_one() -> None:
    assert [shape(t) for t in page_tables(PAGE.read_text(encoding="utf-8"))] == [shape(t) for t in tables(Rates(0, 1))]


def test_the_committed_page_names_its_command_its_date_and_its_versions() -> None:
    head = PAGE.read_text(encoding="utf-8").split("\n\n")[1]
    assert re.search(r"`gradproof rates --networks \d+ [^`]*--seed \d+` on \d{4}-\d\d-\d\d, Python 3\.\d+", head)
    for package in ("numpy", "scipy", "jax", "torch"):
        assert re.search(rf"{package} \d", head)


def test_the_committed_page_shows_no_false_alarm_of_autodiff_and_local_identities() -> None:
    (first, *_) = page_tables(PAGE.read_text(encoding="utf-8"))
    assert first.rows[0][2].startswith("0 in ")


def test_the_committed_picture_exists() -> None:
    named = re.findall(r"!\[[^]]*\]\(([^)]+)\)", PAGE.read_text(encoding="utf-8"))
    assert len(named) == 1
    assert (PAGE.parent / named[0]).stat().st_size > 10_000


def page_tables(page: str) -> list[Table]:
    """Return the tables of a page, as they were before they were written."""
    found = []
    for part in page.split("\n## ")[1:]:
        title, *lines = part.strip().split("\n")
        cells = [tuple(re.split(r" (?<!\\)\| ", line[2:-2])) for line in lines if line.startswith("| ")]
        if cells:
            found.append(Table(title, cells[0], [tuple(c.replace("\\|", "|") for c in row) for row in cells[2:]]))
    return found


def test_a_page_reads_back_as_the_tables_it_was_written_from() -> None:
    rates = known()
    assert page_tables(as_markdown(rates, "2020-02-02", "")) == tables(rates)


def test_every_family_witness_kind_and_checker_has_its_row() -> None:
    names = [set(shape(table)[2]) for table in tables(Rates(0, 1))]
    for wanted in (set(FAMILIES), set(ORACLES), set(peers.PEERS)):
        assert any(wanted <= found for found in names)
    assert sum(table.title.startswith("Per cent seen") for table in tables(Rates(0, 1))) == 2 * len(PLANTS)


def test_what_was_not_measured_shows_as_such_and_shares_near_100_are_not_rounded_to_it() -> None:
    rates = known()
    rates.power.merge(Power({Key("one entry", 1e-4, "local"): Detection(10**6, 10**6 - 1)}))
    (row,) = [
        r
        for t in tables(rates)
        if t.title.startswith("Per cent seen by us: one entry")
        for r in t.rows
        if r[0] == "local"
    ]
    assert row[1:6] == ("-", "-", "75.00", "99.99", "-")
    checkers = next(t for t in tables(rates) if t.title.startswith("Other checkers"))
    assert checkers.rows[-1][2:] == ("not installed", "-", "-", "-")


def test_the_json_holds_the_bars_and_every_count() -> None:
    data = json.loads(json.dumps(as_json(known(), "1.2"), allow_nan=False))
    assert (data["tool"], data["version"], data["seed"], data["networks"]) == ("gradproof rates", "1.2", 7, 5)
    assert [bar["promise"] for bar in data["bars"]] == [bar.promise for bar in bars(known())]
    assert data["power"] == [
        {"plant": "one entry", "size": 1e-3, "witness": "local", "planted": 4, "seen": 3, "inconclusive": 1}
    ]


def test_the_picture_is_drawn_as_png_and_svg(tmp_path: Path) -> None:
    saved = draw(known(), tmp_path / "curves")
    assert [path.name for path in saved] == ["curves.png", "curves.svg"]
    assert saved[0].read_bytes().startswith(b"\x89PNG")
    text = saved[1].read_text(encoding="utf-8")
    assert text.startswith("<?xml")
    assert draw(known(), tmp_path / "again")[1].read_text(encoding="utf-8") == text


def test_a_tiny_measurement_fills_every_table(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = {name: peer for name, peer in peers.PEERS.items() if peer.package == "numpy"}
    monkeypatch.setattr(peers, "PEERS", quick)
    for name in FAMILIES:  # those of one compiled program
        monkeypatch.setitem(FAMILIES, name, FAMILIES["small"])
    done: list[tuple[int, int]] = []
    rates = measure(8, seed=1, workers=1, progress=lambda *told: done.append(told))
    assert rates.exit_code == 0
    assert done[-1][0] == done[-1][1] == len(done)
    assert rates.refused.detections[Key("nothing", 0.0, "CS231n's 1e-7")].planted == 8


def test_the_command_writes_what_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "measure", lambda networks, **_: Rates(3, networks))
    page, data, plot = tmp_path / "r.md", tmp_path / "r.json", tmp_path / "p.png"
    told = CliRunner().invoke(
        app, ["rates", "--networks", "9", "--markdown", str(page), "--json", str(data), "--plot", str(plot)]
    )
    assert (told.exit_code, json.loads(data.read_text())["networks"]) == (0, 9)
    assert "![Share of planted mistakes seen, by size](p.png)" in page.read_text(encoding="utf-8")
    assert plot.exists()
    assert plot.with_suffix(".svg").exists()
    assert "no false alarm; seed 3" in told.stdout
    assert "Promised and seen" in told.stdout


def test_json_on_standard_output_is_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "measure", lambda networks, **_: Rates(3, networks))
    assert json.loads(CliRunner().invoke(app, ["rates", "--json", "-"]).stdout)["seed"] == 3


@pytest.mark.parametrize("option", ["--json", "--markdown", "--plot"])
def test_a_file_that_cannot_be_written_is_refused_before_anything_is_measured(
    option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "measure", lambda *_, **__: pytest.fail("measured"))
    told = CliRunner().invoke(app, ["rates", option, "/no/such/folder/x"])
    assert str(told.exception).startswith(f"{option}: got /no/such/folder/x")


def test_a_plot_without_matplotlib_is_refused_with_the_extra_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    told = CliRunner().invoke(app, ["rates", "--plot", "x"])
    assert "--plot: got no matplotlib, should be installed; run pip install 'gradproof[plot]'" in str(told.exception)


@pytest.mark.parametrize("name", KNOWN)
def test_another_checker_accepts_the_right_gradient_of_a_smooth_network_and_refuses_a_wrong_one(name: str) -> None:
    passes = peers.PEERS[name].passes
    assert passes(peers.subject_of(SMOOTH, reference_backward))
    assert not passes(peers.subject_of(SMOOTH, lambda n, t, Y: twice(n.backward(t, Y))))


def twice(gradients: Gradients) -> Gradients:
    """Return the gradients with every dW twice what it should be."""
    return gradients._replace(dW=tuple(2 * dW for dW in gradients.dW))


def test_a_checker_sees_the_loss_and_the_gradient_of_the_network_itself() -> None:
    network, X, Y = SMOOTH
    subject = peers.subject_of(SMOOTH, reference_backward)
    trace = network.forward(X)
    assert subject.loss(network.parameters) == network.loss(trace, Y)
    for given, own in zip(subject.gradient, network.backward(trace, Y).parameters, strict=True):
        np.testing.assert_array_equal(given, own)


def test_a_checker_that_is_not_installed_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    missing: dict[str, Any] = {"nobody": peers.Peer("no_such_package", lambda s: pytest.fail("asked"), "none")}
    monkeypatch.setattr(peers, "PEERS", missing)
    assert list(peers.flagged(SMOOTH, reference_backward)) == []
