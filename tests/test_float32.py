"""The float32 backward pass against float64 oracles, by the running bound of float32: blamed when wrong, not else."""

from typing import Any

import numpy as np
import pytest

from reference import Gradients, Network, Trace
from verify.architectures import Architecture, Limits, Problem, draw
from verify.bounds import FACTOR, Bounds, Roundoff, running_bound
from verify.crosscheck import crosscheck

SINGLE, DOUBLE = (Roundoff.of(np.dtype(name)) for name in ("float32", "float64"))
MIXED = Architecture.parse("4-6-5-3 tanh,gelu,sigmoid mse/mean batch=5 l2=0.01 seed=8 dtype=float32")


def bounds_of(problem: Problem, roundoff: Roundoff) -> Bounds:
    """Return the running bound of the network in float64 for a dtype under test."""
    network = problem.network.with_parameters([p.astype(np.float64) for p in problem.network.parameters])
    X, Y = problem.X.astype(np.float64), problem.Y.astype(np.float64)
    trace = network.forward(X)
    return running_bound(network, trace, network.backward(trace, Y), Y, roundoff)


def test_float32_has_its_own_roundoff_and_no_other_constant() -> None:
    assert (SINGLE.unit, SINGLE.smallest) == (2.0**-24, np.finfo(np.float32).smallest_normal)
    single, double = (bounds_of(MIXED.build(), roundoff) for roundoff in (SINGLE, DOUBLE))
    for one, other in zip(single.gradients.dW, double.gradients.dW, strict=True):
        # to first order the bound is the roundoff times the same E; the second order is E U itself
        np.testing.assert_allclose(one, other * SINGLE.unit / DOUBLE.unit, rtol=1e-3)
    assert FACTOR == 8


def test_the_gradients_judged_are_those_computed_in_float32() -> None:
    seen: set[Any] = set()

    def watched(network: Network, trace: Trace, Y: Any) -> Gradients:
        gradients = network.backward(trace, Y)
        seen.update(part.dtype for part in (*gradients.parameters, *gradients.dz, *gradients.da, gradients.dX))
        return gradients

    (evidence,) = crosscheck([MIXED.build()], oracles=("autodiff", "differences", "local"), backward=watched)
    assert evidence.verdict == "agree"
    assert seen == {np.dtype(np.float32)}
    assert {v.dtype for v in evidence.autodiff.values()} == {np.dtype(np.float64)}


def off(size: float, layer: int) -> Any:
    """Return the backward pass with one entry of one dW times 1 + size, the largest one."""

    def backward(network: Network, trace: Trace, Y: Any) -> Gradients:
        gradients = network.backward(trace, Y)
        dW = gradients.dW[layer]
        dW.flat[np.abs(dW).argmax()] *= np.float32(1 + size)
        return gradients

    return backward


@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize("size", [1e-4, -1e-5])
def test_an_entry_off_by_a_hundred_roundings_is_seen_beside_its_neighbours(size: float, layer: int) -> None:
    (evidence,) = crosscheck([MIXED.build()], backward=off(size, layer), oracles=("local",))
    assert evidence.fault == (("dW", layer + 1), "local")


@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize("size", [1e-1, -1e-2, 1e-3])
def test_an_entry_off_by_one_part_in_a_thousand_is_seen_by_autodiff_through_the_whole_network(
    size: float, layer: int
) -> None:
    (evidence,) = crosscheck([MIXED.build()], backward=off(size, layer), oracles=("autodiff",))
    assert evidence.fault == (("dW", layer + 1), "autodiff")


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_an_entry_off_by_one_rounding_is_not_blamed(layer: int) -> None:
    (evidence,) = crosscheck([MIXED.build()], backward=off(2**-23, layer), oracles=("autodiff", "local"))
    assert evidence.verdict == "agree"


def test_of_random_networks_every_wrong_layer_rule_of_1_per_cent_is_seen() -> None:
    limits = Limits(dtype="float32", depth=4).checked()
    problems = [draw(90, case, limits).build() for case in range(60)]

    def wrong(network: Network, trace: Trace, Y: Any) -> Gradients:
        gradients = network.backward(trace, Y)
        return gradients._replace(dW=tuple(dW * np.float32(1.01) for dW in gradients.dW))

    evidence = crosscheck(problems, oracles=("autodiff", "local"), backward=wrong)
    judged = [
        e for e in evidence if not e.unjudgeable and any(e.got["dW", k + 1].any() for k in range(len(e.got) // 6))
    ]
    assert len(judged) > 50
    assert [e.verdict for e in judged if e.fault is None] == []


@pytest.mark.slow
def test_twenty_thousand_right_float32_networks_raise_no_false_alarm() -> None:
    limits = Limits(dtype="float32").checked()
    for start in range(0, 20_000, 64):
        architectures = [draw(32, case, limits) for case in range(start, min(start + 64, 20_000))]
        evidence = crosscheck([a.build() for a in architectures], seed=start)
        assert not [(str(a), e.fault) for a, e in zip(architectures, evidence, strict=True) if e.verdict == "disagree"]
