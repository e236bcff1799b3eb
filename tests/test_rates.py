"""The measurement of rates: its families are what they say, its mistakes too, and its counts are the verdict's own."""

from typing import Any

import numpy as np
import pytest

from reference import ACTIVATIONS, Elementwise, Gradients, InputError
from reference.arrays import Array
from verify.blocks import backward_values
from verify.crosscheck import crosscheck
from verify.evidence import Evidence
from verify.ladder import Estimate
from verify.oracles.perturbations import breaks
from verify.rates import run as rates_run
from verify.rates.alarms import KEPT, Alarms, Seen, count_alarms
from verify.rates.families import FAMILIES, SATURATED, right
from verify.rates.histogram import Ratios
from verify.rates.planted import PARAMETERS, PLANTS, QUANTITIES, Place, random_place, wrong_entry, zeroed_first_layer
from verify.rates.power import SIZES, ZEROED, Detection, Key, Power, gradients_of, measure_power, measure_zeroed
from verify.rates.result import AUTODIFF, DIFFERENCES, Rates, bars
from verify.rates.run import plan

QUICK = ("all", "float32", "saturated", "small", "near kink")  # the others' sizes take JAX seconds to compile
END_TO_END = ("autodiff", "differences", "local")
every_family = pytest.mark.parametrize("family", FAMILIES)


@every_family
def test_a_family_gives_the_same_network_for_the_same_numbers_and_others_for_others(family: str) -> None:
    one, again, other = right(family, 3, 5), right(family, 3, 5), right(family, 3, 6)
    assert one.line == again.line != other.line
    for p, q in zip(one.problem.network.parameters, again.problem.network.parameters, strict=True):
        np.testing.assert_array_equal(p, q)


def test_the_shares_of_the_families_are_a_whole() -> None:
    assert sum(family.share for family in FAMILIES.values()) == pytest.approx(1)


def test_the_families_are_what_they_say() -> None:
    networks = {name: [right(name, 1, case).problem.network for case in range(40)] for name in FAMILIES}
    assert {layer.activation.entry.name for n in networks["all"] for layer in n.layers} == set(ACTIVATIONS)
    assert {str(n.dtype) for n in networks["float32"]} == {"float32"}
    assert max(len(n.layers) for n in networks["deep narrow"]) > 9
    assert max(max(n.sizes) for n in networks["deep narrow"]) <= 4
    assert max(max(n.sizes) for n in networks["shallow wide"]) > 40
    assert all(len(n.layers) == 10 for n in networks["vanishing"])
    assert {layer.activation.entry.name for n in networks["vanishing"] for layer in n.layers} == {"sigmoid"}
    assert SATURATED > 4


def test_every_unit_with_a_kink_has_one_sample_beside_it() -> None:
    for case in range(20):
        network, X, _ = right("near kink", 2, case).problem
        for layer, z in zip(network.layers, network.forward(X).z, strict=True):
            at = np.array(breaks(layer.activation.entry))
            nearest = np.abs(z[:, :, None] - at).min(axis=(0, 2))
            assert (nearest < 0.0101).all()


def test_a_reproducing_line_rebuilds_the_network() -> None:
    case = right("near kink", 4, 1)
    assert case.line == "verify.rates.families.right('near kink', 4, 1).problem"
    assert right("all", 4, 1).line.startswith('gradproof verify --architecture "')


def gradients(family: str = "all", case: int = 0) -> Gradients:
    """Return the right gradients of one network."""
    return gradients_of(right(family, 9, case).problem)


def changed(place: Place, kind: str, size: float, case: int = 0) -> dict[Any, float]:
    """Return the largest relative change of each block that a planted mistake changes."""
    problem = right("all", 9, case).problem
    was, now = (backward_values(g, np.asarray) for g in (gradients_of(problem), planted(problem, place, kind, size)))
    return {b: relative(now[b], was[b]) for b in was if not np.array_equal(was[b], now[b])}


def planted(problem: Any, place: Place, kind: str, size: float) -> Gradients:
    """Return the gradients with a mistake in them."""
    return gradients_of(problem, PLANTS[kind](place, size))


def relative(now: Array, was: Array) -> float:
    """Return the largest relative change of the entries that are not 0."""
    return float((np.abs(now - was)[was != 0] / np.abs(was[was != 0])).max())


@pytest.mark.parametrize("size", [1e-1, 1e-6, 1e-12])
def test_each_kind_of_mistake_changes_what_it_says_by_its_size(size: float) -> None:
    place = random_place(gradients(case=3), np.random.default_rng(0), QUANTITIES)
    assert place is not None
    for kind in ("one entry", "one block"):
        found = changed(place, kind, size, case=3)
        assert list(found) == [place.block]
        assert found[place.block] == pytest.approx(size, rel=1e-2)
    rule = changed(place, "one layer rule", size, case=3)
    assert {block[1] for block in rule} == set(range(place.layer + 1))
    assert rule["dz", place.layer] == pytest.approx(size, rel=1e-2)


def test_one_wrong_entry_is_one_entry_that_was_not_0() -> None:
    for case in range(30):
        right_ones = gradients(case=case)
        place = random_place(right_ones, np.random.default_rng(case), PARAMETERS)
        if place is None:
            continue
        was = backward_values(right_ones, np.asarray)[place.block]
        now = gradients_of(right("all", 9, case).problem, wrong_entry(place, 1e-3))
        different = np.argwhere(backward_values(now, np.asarray)[place.block] != was)
        assert different.tolist() == [list(place.at)]
        assert place.block[0] in PARAMETERS


def test_a_zeroed_first_layer_has_neither_dW_nor_db() -> None:
    problem = right("vanishing", 0, 0).problem
    found = gradients_of(problem, zeroed_first_layer(Place(("dW", 1), (0, 0)), 1.0))
    assert not found.dW[0].any()
    assert not found.db[0].any()
    assert found.dW[1].any()


def test_a_mistake_leaves_float32_gradients_in_float32() -> None:
    problem = right("float32", 9, 1).problem
    for plant in PLANTS.values():
        found = gradients_of(problem, plant(Place(("dW", 1), (0, 0)), 1e-3))
        assert {part.dtype for part in found.parameters} == {np.dtype(np.float32)}


@pytest.mark.parametrize("values", [[1e-3] * 999 + [0.5], [0.0, 1e-12, 2e3]])
def test_quantiles_of_ratios_are_at_most_a_bin_too_large(values: list[float]) -> None:
    ratios = Ratios()
    ratios.add(np.array(values))
    assert (ratios.total, ratios.largest) == (len(values), max(values))
    for share in (0.25, 0.5, 0.9):
        true = float(np.quantile(values, share, method="inverted_cdf"))
        assert max(true, 1e-9) <= ratios.quantile(share) * (1 + 1e-9) <= max(true, 1e-9) * 10 ** (1 / 32) * (1 + 1e-6)


def test_ratios_of_two_parts_are_those_of_the_whole() -> None:
    values = np.random.default_rng(0).lognormal(size=100)
    whole, one, other = Ratios(), Ratios(), Ratios()
    whole.add(values)
    one.add(values[:30])
    other.add(values[30:])
    one.merge(other)
    np.testing.assert_array_equal(one.counts, whole.counts)
    assert one.largest == whole.largest
    assert Ratios().quantile(0.5) == 0


@pytest.mark.parametrize("family", [f if f in QUICK else pytest.param(f, marks=pytest.mark.slow) for f in FAMILIES])
def test_right_networks_of_each_family_raise_no_alarm(family: str) -> None:
    found = count_alarms([right(family, 11, case) for case in range(6)], END_TO_END, 0)
    assert found.networks == 6
    assert {oracle: seen.alarms for oracle, seen in found.oracles.items()} == dict.fromkeys(END_TO_END, 0)
    assert found.lines == []
    assert all(seen.entries > 0 for seen in found.oracles.values())


def test_a_wrong_table_entry_is_counted_as_an_alarm_with_the_line_that_shows_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = next(c for i in range(99) if has_activation((c := right("small", 1, i)).problem, "tanh"))
    entry = ACTIVATIONS["tanh"]
    assert isinstance(entry, Elementwise)
    true = entry.derivative
    monkeypatch.setitem(entry.__dict__, "derivative", lambda z: true(z) * (1 + 1e-6))
    found = count_alarms([case], ("autodiff", "local"), 0)
    assert (found.oracles["autodiff"].alarms, found.oracles["local"].alarms) == (1, 1)
    assert set(found.lines) == {case.line}


def has_activation(problem: Any, name: str) -> bool:
    """Return whether a layer has the activation."""
    return name in [layer.activation.entry.name for layer in problem.network.layers]


def test_an_error_bar_that_is_too_narrow_shows_in_the_ratios() -> None:
    case = right("small", 1, 2)
    (evidence,) = crosscheck([case.problem], oracles=("autodiff", "differences"))
    honest, narrow = Alarms(), Alarms()
    honest.add(evidence, case.line)
    assert 0 < honest.ratios.largest < 1
    thin = {b: Estimate(e.value + 1e-3 * np.abs(e.value), e.bar) for b, e in evidence.differences.items()}
    narrow.add(Evidence(**{**vars(evidence), "differences": thin}), case.line)
    assert narrow.ratios.largest > 1e3
    assert narrow.ratios.total == honest.ratios.total > 0


def test_the_counts_of_alarms_add_up_and_keep_few_lines() -> None:
    one, other = Alarms(networks=3, lines=["b"]), Alarms(networks=4, lines=[f"a{i:02}" for i in range(KEPT)])
    one.merge(other)
    assert one.networks == 7
    assert len(one.lines) == KEPT


def test_what_the_measurement_calls_seen_the_verdict_calls_wrong() -> None:
    for number in range(6):
        case = right("all", 21, number)
        power = measure_power([case], seed=number)
        place = random_place(gradients_of(case.problem), np.random.default_rng((number, 0)), QUANTITIES)
        assert place is not None
        for kind, plant in PLANTS.items():
            for size in SIZES[2::3]:
                (evidence,) = crosscheck([case.problem], oracles=END_TO_END, backward=plant(place, size))
                for witness in END_TO_END:
                    seen = bool(power.detections[Key(kind, size, witness)].seen)
                    assert seen == (not evidence.comparisons[witness].agrees), (kind, size, witness)


def test_what_the_measurement_calls_seen_alone_the_verdict_calls_wrong_alone() -> None:
    compared = 0
    for number in range(60):
        case = right("small", 22, number)
        place = random_place(gradients_of(case.problem), np.random.default_rng((number, 0)), QUANTITIES)
        if len(case.problem.network.layers) > 1 or place is None:
            continue  # a backward pass with a mistake in one layer has it in the only one that it is given alone
        power = measure_power([case], seed=number)
        for size in SIZES[1::3]:
            backward = PLANTS["one layer rule"](place, size)
            (evidence,) = crosscheck([case.problem], oracles=("alone",), backward=backward, seed=number)
            seen = bool(power.detections[Key("one layer rule", size, "alone")].seen)
            assert seen == (not evidence.comparisons["alone"].agrees)
            compared += 1
    assert compared > 20


def test_the_shares_seen_and_not_seen_are_a_whole() -> None:
    power = measure_power([right("all", 23, case) for case in range(24)], seed=0)
    for found in power.detections.values():
        assert found.seen + found.inconclusive + found.below_resolution == found.planted > 0
        assert min(found.seen, found.inconclusive, found.below_resolution) >= 0
    for witness in ("autodiff", "local"):
        assert power.detections[Key("one entry", 1e-3, witness)].share == 1
    assert power.detections[Key("one entry", 1e-12, "differences")].share < 0.1


@pytest.mark.slow  # ten layers: a program of their own to compile
def test_a_zeroed_first_layer_deep_down_is_always_seen() -> None:
    power = measure_zeroed([right("vanishing", 5, case) for case in range(24)], seed=0)
    for witness in ("autodiff", "local", "alone"):
        assert power.detections[Key(ZEROED, 1.0, witness)] == Detection(planted=24, seen=24)


def test_a_wrong_entry_beside_a_kink_is_inconclusive_not_below_resolution() -> None:
    cases = [right("near kink", 6, case) for case in range(24)]
    power = measure_power(cases, seed=0)
    assert power.detections[Key("one entry", 1e-1, "differences")].inconclusive > 0


def test_the_plan_judges_every_network_asked_for_and_a_tenth_by_differences() -> None:
    jobs = plan(Rates(0, 100_000, planted=300, compared=7))
    done = {task: sum(len(job.cases) for job in jobs if job.task == task) for task in rates_run.TASKS}
    assert (done[AUTODIFF], done[DIFFERENCES], done["power"], done["together"]) == (100_000, 10_000, 300, 7)
    assert {job.family for job in jobs if job.task == AUTODIFF} == set(FAMILIES)
    assert {job.task for job in plan(Rates(0, 1))} == set(rates_run.TASKS)


@pytest.mark.parametrize(
    ("name", "value"), [("networks", 0), ("planted", 0), ("compared", 0), ("seed", -1), ("workers", -2)]
)
def test_numbers_out_of_range_are_refused(name: str, value: int) -> None:
    with pytest.raises(InputError, match=f"{name}: got {value}, should be [01] or more"):
        rates_run.measure(**{"networks": 1, name: value})


def full(alarms: int = 0, networks: int = 1_000_000, seen: int = 5000) -> Rates:
    """Return a measurement large enough to say something."""
    rates = Rates(0, networks)
    for task, oracle in ((AUTODIFF, "autodiff"), (DIFFERENCES, "differences")):
        rates.alarms[task]["all"] = Alarms(networks=networks, oracles={oracle: Seen(alarms, 10**6)})
    for size, witness in ((1e-9, "local"), (1e-9, "autodiff"), (1e-5, "differences")):
        rates.power.merge(Power({Key("one entry", size, witness): Detection(5000, seen)}))
    rates.zeroed.merge(Power({Key(ZEROED, 1.0, "autodiff"): Detection(5000, seen)}))
    return rates


def outcomes(rates: Rates) -> list[str]:
    """Return the outcome of every bar."""
    return [bar.verdict for bar in bars(rates)]


def test_a_bar_is_reached_not_reached_or_too_few_to_say() -> None:
    assert outcomes(full()) == ["reached"] * 8
    assert outcomes(full(alarms=1))[:2] == ["NOT reached"] * 2
    assert outcomes(full(networks=99_999))[:2] == ["too few to say"] * 2
    assert outcomes(full(seen=4700))[2:6] == ["NOT reached"] * 4
    assert outcomes(Rates(0, 1))[2:] == ["too few to say"] * 6
    assert outcomes(Rates(0, 1))[:2] == ["too few to say"] * 2


def test_the_exit_status_is_1_for_a_false_alarm_only() -> None:
    assert (full().exit_code, full(alarms=1).exit_code, full(seen=0).exit_code) == (0, 1, 0)
    cut = full()
    cut.interrupted = True
    assert cut.exit_code == 130
