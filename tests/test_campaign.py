"""Campaigns: the same report for any number of workers, time budgets, interrupts, executors and progress."""

import dataclasses
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from reference import ACTIVATIONS, LOSSES, InputError
from verify import campaign, verify_random
from verify.architectures import Drawn, Limits
from verify.crosscheck import ORACLES
from verify.report.as_json import as_json
from verify.report.model import Report

TIMES = ("seconds", "networks_per_second")


def told(report: Report) -> dict[str, Any]:
    """Return the JSON of a report without its times."""
    return {key: value for key, value in as_json(report, "0").items() if key not in TIMES}


@pytest.fixture
def wrong_gelu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plant a gelu whose derivative is off by a millionth."""
    gelu: Any = ACTIVATIONS["gelu"]
    monkeypatch.setitem(
        ACTIVATIONS, "gelu", dataclasses.replace(gelu, derivative=lambda z: (1 + 1e-6) * gelu.derivative(z))
    )


def test_right_networks_agree_and_every_table_entry_is_covered() -> None:
    report = verify_random(cases=200, seed=1, workers=1, oracles=("autodiff", "local"))
    assert (report.verdict, report.exit_code, report.failures) == ("agree", 0, [])
    assert set(report.tally.of("activation")) == set(ACTIVATIONS)
    assert set(report.tally.of("loss")) == set(LOSSES)
    assert set(report.tally.of("quantity")) == {"z", "a", "loss", "da", "dz", "dW", "db", "dX"}
    assert report.tally.networks == report.cases == 200
    assert max(c.fraction for row in report.tally.of("quantity").values() for c in row.values()) < 0.7


@pytest.mark.parametrize(
    "oracles", [("differences", "alone", "local"), pytest.param(tuple(ORACLES), marks=pytest.mark.slow)]
)
def test_the_same_seed_gives_the_same_report_for_one_and_two_workers_and_for_threads(oracles: tuple[str, ...]) -> None:
    settings: dict[str, Any] = {"cases": 150, "seed": 9, "limits": Limits(width=6, batch=4), "oracles": oracles}
    one = verify_random(workers=1, **settings)
    two = verify_random(workers=2, **settings)
    with ThreadPoolExecutor(2) as executor:
        threads = verify_random(executor=executor, **settings)
    assert told(one) == told(two) == told(threads)


def test_another_seed_gives_another_report() -> None:
    one, other = (verify_random(cases=3, seed=seed, workers=1, oracles=("local",)) for seed in (1, 2))
    assert told(one) != told(other)


@pytest.mark.usefixtures("wrong_gelu")
def test_a_planted_error_is_counted_everywhere_and_explained_a_few_times() -> None:
    report = verify_random(cases=40, seed=2, workers=1, limits=Limits(("gelu",), ("mse",), depth=3))
    assert (report.verdict, report.exit_code) == ("disagree", 1)
    assert len(report.tally.faulty) > campaign.EXPLAINED
    assert len(report.failures) == campaign.EXPLAINED
    for failure in report.failures:
        assert (failure.quantity, failure.activation) == ("dz", "gelu")
        assert "1.00000" in failure.pattern or "off by up to 1e-06 relative" in failure.pattern
        assert failure.shrunk.startswith("1-1 gelu ")


@pytest.mark.usefixtures("wrong_gelu")
def test_the_same_failures_come_from_a_pool_of_threads() -> None:
    settings: dict[str, Any] = {"cases": 70, "seed": 2, "limits": Limits(("gelu",), ("mse",), depth=2)}
    with ThreadPoolExecutor(2) as executor:
        assert told(verify_random(executor=executor, **settings)) == told(verify_random(workers=1, **settings))


def test_a_spent_budget_stops_early_and_says_how_many_were_done(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1000))
    monkeypatch.setattr(campaign.time, "perf_counter", lambda: float(next(clock)))
    report = verify_random(cases=64 * 9, workers=1, oracles=("local",), time_budget=5)
    assert 0 < report.tally.networks < report.cases
    assert report.tally.networks % campaign.BATCH == 0
    assert report.verdict == "agree"


def test_an_interrupt_reports_what_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    right = campaign.do

    def interrupted_later(job: campaign.Job) -> Any:
        if job.seed >= 2 * campaign.BATCH:
            raise KeyboardInterrupt
        return right(job)

    monkeypatch.setattr(campaign, "do", interrupted_later)
    report = verify_random(cases=300, workers=1, oracles=("local",))
    assert (report.interrupted, report.exit_code) == (True, 130)
    assert (report.tally.networks, report.cases) == (2 * campaign.BATCH, 300)


def test_progress_is_told_after_every_batch() -> None:
    seen: list[tuple[int, float]] = []
    verify_random(cases=130, workers=1, oracles=("local",), progress=lambda done, seconds: seen.append((done, seconds)))
    assert [done for done, _ in seen] == [64, 128, 130]
    assert [seconds for _, seconds in seen] == sorted(seconds for _, seconds in seen)


def test_only_the_oracles_asked_for_are_counted() -> None:
    report = verify_random(cases=5, workers=1, oracles=("differences", "local"))
    assert {oracle for row in report.tally.of("quantity").values() for oracle in row} == {"differences", "local"}


def test_float32_networks_agree_too() -> None:
    report = verify_random(cases=64, seed=3, workers=1, limits=Limits(dtype="float32"))
    assert report.verdict == "agree"
    assert all("dtype=float32" in count.architecture for count in report.tally.counts.values())


def test_the_environment_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    before = dict(os.environ)
    verify_random(cases=65, workers=2, oracles=("local",))
    assert dict(os.environ) == before


@pytest.fixture
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail the test if any network is judged."""
    monkeypatch.setattr(campaign, "do", lambda job: pytest.fail("a network was judged"))
    return


@pytest.mark.usefixtures("nothing_runs")
@pytest.mark.parametrize(
    ("settings", "clause"),
    [
        ({"cases": 0}, "cases: got 0, should be 1 or more"),
        ({"seed": -1}, "seed: got -1, should be 0 or more"),
        ({"workers": 0}, "workers: got 0, should be 1 or more"),
        ({"time_budget": -1.0}, "time budget: got -1.0, should be 0 seconds or more"),
        ({"time_budget": float("nan")}, "time budget: got nan"),
        ({"oracles": ("autodif",)}, "oracle: got 'autodif'"),
        ({"limits": Limits(activations=("tahn",))}, "activation: got 'tahn'"),
        ({"limits": Limits(width=0)}, "max width: got 0"),
        ({"limits": Limits(dtype="half")}, "dtype: got 'half', should be one of float64, float32"),
    ],
)
def test_misuse_is_refused_before_any_work(settings: dict[str, Any], clause: str) -> None:
    with pytest.raises(InputError) as caught:
        verify_random(**{"cases": 3, "workers": 1, **settings})
    assert clause in str(caught.value)


def test_architectures_are_drawn_where_they_are_judged() -> None:
    drawn = Drawn.campaign(10**9, 5)
    assert len(drawn) == 10**9
    assert len(drawn[64:128]) == 64
    assert str(drawn[64:128][0]) == str(drawn[64])


@pytest.mark.slow
@pytest.mark.parametrize(("dtype", "seed", "open_share"), [("float64", 100, 0.002), ("float32", 200, 0.005)])
def test_ten_thousand_right_networks_raise_no_false_alarm(dtype: str, seed: int, open_share: float) -> None:
    report = verify_random(cases=10_000, seed=seed, limits=Limits(dtype=dtype))
    assert report.tally.faulty == []
    assert report.tally.networks == 10_000
    assert len(report.tally.unjudged) < 10
    assert report.inconclusive_share < open_share
    assert max(c.fraction for row in report.tally.of("quantity").values() for c in row.values()) < 0.9
