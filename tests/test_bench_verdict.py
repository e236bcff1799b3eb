"""The gate's arithmetic: noise alone never makes a row slower, a real slow-down does, and nothing is passed over."""

from typing import Any

import numpy as np
import pytest

from bench import figures, findings
from bench.counts import ENOUGH, peak_bytes, trail
from bench.record import Row, exponents
from bench.scaling import exponent
from bench.verdict import Ratio, ratio

ROUNDS = 40


def noisy(seed: int, scale: float, busy: float) -> list[float]:
    """Return the seconds of ROUNDS rounds: jitter of half a percent, and a share of rounds that lost the processor."""
    rng = np.random.default_rng(seed)
    times = scale * (1 + 0.005 * np.abs(rng.normal(size=ROUNDS)))
    return list(np.where(rng.random(ROUNDS) < busy, times * rng.uniform(1.5, 8, ROUNDS), times))


def row(name: str = "row", *, scale: float = 1.0, **info: Any) -> Row:
    """Return a row with a control of 1 second and a head of ``scale`` seconds a call."""
    info = {"before": noisy(1, 1.0, 0), "after": noisy(2, 1.0, 0)} | info
    return Row(name, noisy(3, scale, 0), info)


def sandwich(scale: float, busy: float, seed: int = 0) -> Ratio:
    before, head, after = (noisy(10 * seed + i, s, busy) for i, s in enumerate((1.0, scale, 1.0)))
    return ratio(before, head, after, 100)


@pytest.mark.parametrize("busy", [0, 0.3, 0.5])
@pytest.mark.parametrize("seed", range(30))
def test_unchanged_code_is_not_slower_even_where_half_the_rounds_lost_the_processor(seed: int, busy: float) -> None:
    assert not sandwich(1.0, busy, seed).slower


@pytest.mark.parametrize("busy", [0, 0.3])
@pytest.mark.parametrize("scale", [1.1, 1.2])
@pytest.mark.parametrize("seed", range(10))
def test_a_tenth_more_is_slower(seed: int, scale: float, busy: float) -> None:
    assert sandwich(scale, busy, seed).slower


def test_a_ratio_tells_its_interval() -> None:
    found = ratio([1.0] * 8, [1.25] * 8, [1.0] * 8, 1)
    assert str(found) == "1.250 [1.250, 1.250]"


def test_a_null_row_may_be_off_by_less_than_the_effect_that_counts() -> None:
    assert Ratio(1.04, 1.0, 1.1).null
    assert not Ratio(1.06, 1.0, 1.1).null
    assert not Ratio(0.9, 0.8, 1.0).null


def test_a_row_slower_in_one_process_only_is_not_reported() -> None:
    slow, fine, unsure = Ratio(1.2, 1.1, 1.3), Ratio(1.0, 0.9, 1.1), Ratio(1.2, 0.9, 1.3)
    assert not list(findings.slower({"row": slow}, {"row": fine}, "base"))
    assert not list(findings.slower({"row": fine}, {"row": slow}, "base"))
    assert not list(findings.slower({"row": slow}, {"row": unsure}, "base"))
    (finding,) = findings.slower({"row": slow}, {"row": slow}, "0123abcd")
    for clause in (
        "row: ",
        "1.200 [1.100, 1.300]",
        "second process",
        "the same function at 0123abcd",
        "make it faster",
    ):
        assert clause in str(finding)


def test_a_python_loop_is_found_by_its_opcodes_and_a_temporary_by_its_bytes() -> None:
    def counts(opcodes: int, size: int) -> dict[str, Any]:
        return {"head": {"opcodes": opcodes, "bytes": size}, "base": {"opcodes": 400, "bytes": 800_000}}

    assert not list(findings.counted({"row": row(counts=counts(450, 810_000))}))
    (loop,) = findings.counted({"row": row(counts=counts(ENOUGH, 800_000))})
    assert f"{ENOUGH} or more opcodes a call, 400 at the base commit" in str(loop)
    (copy,) = findings.counted({"row": row(counts=counts(400, 1_600_000))})
    assert "1600000 bytes" in str(copy)


def test_opcodes_that_grow_with_the_elements_are_found_without_a_base() -> None:
    def family(per_element: float) -> dict[str, Row]:
        sizes = (1000, 16_000)
        counts = [{"opcodes": int(per_element * n), "bytes": 0} for n in sizes]
        return {
            str(n): row(str(n), family="f, n", size=n, elements=n, counts={"head": c, "base": c})
            for n, c in zip(sizes, counts, strict=True)
        }

    assert not list(findings.counted(family(0.1)))
    (found,) = findings.counted(family(10))
    assert found.row == "f, n"
    assert "look for a loop" in str(found)


def test_half_of_a_committed_speed_up_lost_is_reported() -> None:
    measured = {"row": row(rivals={"np.vectorize": [40.0] * 3}, elements=1)}
    assert not list(findings.below_floor(measured, figures.Figures(["row"], {"row": 60.0}, {})))
    (found,) = findings.below_floor(measured, figures.Figures(["row"], {"row": 90.0}, {}))
    assert "times faster than np.vectorize, committed 90.0" in str(found)


def test_a_steeper_growth_than_the_base_or_than_committed_is_reported() -> None:
    def grown(power: float, base: float) -> dict[str, Row]:
        return {
            str(n): Row(
                str(n), [n**power] * 4, {"family": "f", "size": n, "before": [n**base] * 4, "after": [n**base] * 4}
            )
            for n in (1.0, 2.0, 4.0, 8.0, 16.0)
        }

    committed = figures.Figures([], {}, {"f": 1.0})
    assert not list(findings.steeper(grown(1.1, 1.0), committed))
    assert "size^1.20" in str(*findings.steeper(grown(1.2, 1.0), committed))
    assert "1.0 committed" in str(*findings.steeper(grown(1.4, 1.4), committed))


@pytest.mark.parametrize(
    ("measured", "told", "committed", "complaint"),
    [
        ({}, {"rows": [], "errors": {}}, ["row"], "no benchmark ran"),
        ({}, {"rows": ["row"], "errors": {"row": "E   boom"}}, ["row"], "row: E   boom"),
        ({"row": row()}, {"rows": ["row", "b"], "errors": {}}, ["row", "b"], "b: gave no result"),
        ({"new": row("new")}, {"rows": ["new"], "errors": {}}, ["old"], "old: in the committed figures, but not"),
        ({"new": row("new")}, {"rows": ["new"], "errors": {}}, ["old"], "new: not in the committed figures"),
    ],
)
def test_a_row_that_failed_vanished_or_was_renamed_is_never_passed_over(
    measured: dict[str, Row], told: dict[str, Any], committed: list[str], complaint: str
) -> None:
    found = findings.missing(measured, {"gate": told}, figures.Figures(committed, {}, {}), None)
    assert any(complaint in line for line in found)


def test_a_row_that_the_base_had_may_not_lose_its_control() -> None:
    lost = Row("row", [1.0], {"control": "fails at the base commit: ImportError: f"})
    committed = figures.Figures(["row"], {}, {})
    told = {"gate": {"rows": ["row"], "errors": {}}}
    assert findings.missing({"row": lost}, told, committed, None) == []
    assert findings.missing({"row": lost}, told, committed, committed) == [
        "row: fails at the base commit: ImportError: f"
    ]


@pytest.mark.parametrize("power", [0.0, 1.0, 2.0])
def test_the_exponent_is_read_through_one_size_that_jumps(power: float) -> None:
    sizes = [1, 2, 4, 8, 16]
    times = [n**power for n in sizes]
    times[3] *= 1.5
    assert exponent(sizes, times) == pytest.approx(power, abs=0.2)


def test_families_of_one_size_have_no_exponent() -> None:
    assert exponents([(row(family="f", size=4), 1.0)]) == {}


def test_opcodes_are_the_same_for_any_number_of_elements_and_a_loop_has_more() -> None:
    def loop(n: int) -> list[float]:
        return [x + 1 for x in np.zeros(n)]

    few, many = (trail(lambda n=n: np.zeros(n) + 1).opcodes for n in (10, 100_000))
    assert few == many
    assert trail(lambda: loop(1000)).opcodes > 100 * few


def test_counting_gives_up_on_an_endless_loop() -> None:
    def endless() -> None:
        while True:
            pass

    assert trail(endless).opcodes == ENOUGH


def test_the_trail_names_the_files_that_ran() -> None:
    assert any(file.name == "test_bench_verdict.py" for file in trail(lambda: None).files)


def test_peak_bytes_count_a_temporary_that_is_gone_at_the_end() -> None:
    z = np.zeros(100_000)
    assert z.nbytes <= peak_bytes(lambda: z + 1) < 1.1 * z.nbytes
    assert 2 * z.nbytes <= peak_bytes(lambda: (z + 1) @ (z + 2)) < 2.1 * z.nbytes
