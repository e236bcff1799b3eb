"""The running bound: honest computations stay well inside it, and what is wrong does not."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from reference import ACTIVATIONS, LOSSES, Affine, Dense, Gradients, Network, Trace, activation
from tests.textbook import textbook_backward
from verify.architectures import Architecture, Limits, Problem, draw
from verify.bounds import Roundoff, running_bound
from verify.crosscheck import crosscheck, reference_backward
from verify.evidence import Evidence
from verify.rates.families import right

MARGIN = 0.7
Change = Callable[[Architecture], Architecture]


def zero_biases(problem: Problem) -> Problem:
    """Return the problem with every bias 0: dead units put what follows them exactly on a kink."""
    network = problem.network
    parameters = [p if p.ndim == 2 else np.zeros_like(p) for p in network.parameters]
    return problem._replace(network=network.with_parameters(parameters))


@cache
def evidence_of(seed: int, count: int, dtype: str = "float64", backward: Any = reference_backward) -> list[Evidence]:
    """Return the evidence on the first networks of a campaign."""
    limits = Limits(dtype=dtype).checked()
    return crosscheck([draw(seed, case, limits).build() for case in range(count)], backward=backward)


def worst(evidence: list[Evidence], oracle: str) -> float:
    """Return the largest discrepancy as a fraction of its bound."""
    return max(float(e.comparisons[oracle].fraction.max()) for e in evidence if not e.unjudgeable)


@pytest.mark.parametrize("oracle", ["autodiff", "differences", "alone", "local"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_right_networks_stay_well_inside_every_bound(dtype: str, oracle: str) -> None:
    evidence = evidence_of(50, 150, dtype)
    assert not [e.fault for e in evidence if e.verdict == "disagree"]
    assert worst(evidence, oracle) < MARGIN


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_textbook_formulas_and_another_order_of_sums_are_right_too(dtype: str) -> None:
    evidence = evidence_of(51, 150, dtype, textbook_backward)
    assert not [e.fault for e in evidence if e.verdict == "disagree"]
    assert worst(evidence, "autodiff") < MARGIN
    assert any((e.got["dz", 1] != reference_dz(e)).any() for e in evidence)


def reference_dz(evidence: Evidence) -> Any:
    """Return the reference's own dz_1 of the network."""
    network, X, Y = evidence.problem
    return network.backward(network.forward(X), Y).dz[0]


FAMILIES: dict[str, Change] = {
    "saturated": lambda a: replace(a, gain=30.0),
    "large inputs": lambda a: replace(a, scale=1e3),
    "huge inputs": lambda a: replace(a, scale=1e100),
    "small": lambda a: replace(a, gain=0.1, scale=1e-3),
    "tiny": lambda a: replace(a, gain=1e-100, scale=1e-200),
    "vanishing": lambda a: replace(a, sizes=(5,) * 7, activations=("sigmoid",) * 6, loss="mse", gain=0.1),
    "one unit": lambda a: replace(a, sizes=(1,) * len(a.sizes)),
    "no weights": lambda a: replace(a, gain=0.0),
    "no inputs": lambda a: replace(a, scale=0.0),
}
SINGLE: dict[str, Change] = {
    "float32 saturated": lambda a: replace(a, gain=30.0, dtype="float32"),
    "float32 large inputs": lambda a: replace(a, scale=1e3, dtype="float32"),
    "float32 huge inputs": lambda a: replace(a, scale=1e30, dtype="float32"),
    "float32 tiny": lambda a: replace(a, gain=1e-15, scale=1e-30, dtype="float32"),
}


@pytest.mark.parametrize("family", [*FAMILIES, *SINGLE])
def test_extreme_networks_raise_no_false_alarm(family: str) -> None:
    change, limits = {**FAMILIES, **SINGLE}[family], Limits().checked()
    problems = [change(draw(60, case, limits)).build() for case in range(48)]
    for problems_of_kind in (problems, [zero_biases(problem) for problem in problems]):
        faults = [e.fault for e in crosscheck(problems_of_kind) if e.verdict == "disagree"]
        assert not faults


def unit_near_a_kink(name: str, offset: float) -> Problem:
    """Return a network whose first unit's z lies ``offset`` from a kink, through a sum that rounds."""
    kink = ACTIVATIONS[name].kinks[0].at
    W = np.array([[0.1, 1.0], [0.2, -1.0], [-0.3, 0.5]])
    X = np.ones((2, 3))
    b = np.array([kink + offset, 0.3])
    layers = (Dense(Affine(W, b), activation(name)), Dense(Affine(np.ones((2, 2)), np.ones(2)), activation("tanh")))
    return Problem(Network(layers, LOSSES["mse"], "mean"), X, np.zeros((2, 2)))


@pytest.mark.parametrize("offset", [0.0, 1e-17, -1e-16, 3e-16, -1e-15])
@pytest.mark.parametrize("name", [n for n, entry in ACTIVATIONS.items() if getattr(entry, "kinks", ())])
def test_a_unit_within_rounding_of_a_kink_is_inconclusive_with_all_below_it_and_nothing_above(
    name: str, offset: float
) -> None:
    evidence = crosscheck([unit_near_a_kink(name, offset)])[0]
    assert evidence.verdict == "inconclusive"
    lost = dict(
        zip(
            evidence.comparisons["autodiff"].blocks,
            evidence.comparisons["autodiff"].inconclusive.tolist(),
            strict=True,
        )
    )
    assert (lost["dz", 1], lost["db", 1], lost["dW", 1], lost["dX", 0]) == (2, 1, 3, 6)
    assert sum(lost.values()) == 12


def test_a_zeroed_first_gradient_deep_down_is_wrong_however_small_it_is() -> None:
    deep = Architecture.parse("5" + "-5" * 10 + " " + ",".join(["sigmoid"] * 10) + " mse/mean batch=4").build()

    def stopped(network: Network, trace: Trace, Y: Any) -> Gradients:
        gradients = network.backward(trace, Y)
        return gradients._replace(dW=(np.zeros_like(gradients.dW[0]), *gradients.dW[1:]))

    assert np.abs(crosscheck([deep])[0].got["dW", 1]).max() < 1e-6
    assert crosscheck([deep], backward=stopped)[0].fault == (("dW", 1), "autodiff")


def test_a_loss_near_its_pole_is_inconclusive_not_wrong() -> None:
    certain = Architecture.parse("1-1 sigmoid bce/sum batch=2 gain=0 scale=0 dtype=float32").build()
    b = np.array([-104.0], np.float32)  # e^-104 is 0 in float32 and not in float64
    network = certain.network.with_parameters([certain.network.parameters[0], b])
    problem = Problem(network, certain.X, np.ones_like(certain.Y))
    evidence = crosscheck([problem])[0]
    assert np.isinf(evidence.got["loss", 0]).all()
    assert evidence.verdict == "inconclusive"


def test_at_a_kink_of_the_loss_the_bound_is_twice_its_jump_and_a_saturated_unit_closes_it() -> None:
    saturated = Dense(Affine(np.array([[1.0]]), np.array([-36.0])), activation("celu"))  # -1 + 2e-16
    network = Network((saturated,), LOSSES["hinge"], "sum")
    X, Y = np.array([[0.0]]), np.array([[-1.0]])
    trace = network.forward(X)
    gradients = network.backward(trace, Y)
    bounds = running_bound(network, trace, gradients, Y, Roundoff.of(np.dtype(np.float64)))
    assert 2 <= bounds.gradients.da[0][0, 0] < 2.0001
    assert 0 < bounds.gradients.dz[0][0, 0] < 1e-14


@pytest.mark.parametrize(("loss", "y"), [("hinge", 1.0), ("hinge", -1.0), ("mae", 1.0)])
@pytest.mark.parametrize("slope", [-1.0, 0.0, 1.0])
def test_either_slope_is_right_at_a_kink_of_the_loss_and_no_other(loss: str, y: float, slope: float) -> None:
    network = Network((Dense(Affine(np.array([[y]]), np.array([0.0])), activation("linear")),), LOSSES[loss], "sum")

    def tied(network: Network, trace: Trace, Y: Any, factor: float = slope) -> Gradients:
        right = network.backward(trace, Y)
        one = np.full_like(right.da[0], factor)
        W = network.layers[0].affine.W
        return right._replace(da=(one,), dz=(one,), dW=(trace.X.T @ one,), db=(one.sum(0),), dX=one @ W.T)

    def far(network: Network, trace: Trace, Y: Any) -> Gradients:
        return tied(network, trace, Y, 9.0)

    problem = Problem(network, np.array([[1.0]]), np.array([[y]]))
    if loss == "mae" or slope in (0.0, -y):
        assert crosscheck([problem], oracles=("autodiff",), backward=tied)[0].verdict != "disagree"
    assert crosscheck([problem], oracles=("autodiff",), backward=far)[0].verdict == "disagree"


def test_a_value_beyond_float32_cannot_be_judged() -> None:
    problem = Architecture.parse("1-1 linear sum_squares/sum batch=2 scale=1e30 dtype=float32").build()
    evidence = crosscheck([problem])[0]
    assert evidence.verdict == "inconclusive"
    assert evidence.unjudgeable == "a value passes the largest float32"


def test_the_bound_is_no_tolerance_it_shrinks_with_what_it_bounds() -> None:
    for factor in (1.0, 1e-30, 1e-150):
        problem = Architecture.parse("3-4-2 linear,linear half_sse/sum batch=3").build()
        X, Y = problem.X * factor, problem.Y * factor
        parameters = [p if p.ndim == 2 else p * factor for p in problem.network.parameters]
        network = problem.network.with_parameters(parameters)
        trace = network.forward(X)
        gradients = network.backward(trace, Y)
        bounds = running_bound(network, trace, gradients, Y, Roundoff.of(np.dtype(np.float64)))
        assert bounds.gradients.dX.max() < 1e-13 * np.abs(gradients.dX).max()


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("backward", [reference_backward, textbook_backward], ids=["reference", "textbook"])
def test_five_thousand_right_networks_raise_no_false_alarm(dtype: str, backward: Any) -> None:
    limits = Limits(dtype=dtype).checked()
    for start in range(0, 5000, 64):
        architectures = [draw(7, case, limits) for case in range(start, min(start + 64, 5000))]
        evidence = crosscheck([a.build() for a in architectures], backward=backward, seed=start)
        wrong = [(str(a), e.fault) for a, e in zip(architectures, evidence, strict=True) if e.verdict == "disagree"]
        assert not wrong


# Right networks that were once called wrong.
UNDERFLOWN = "1-1-1-1-2-1 linear,linear,sin,linear,gelu_tanh sum_squares/sum batch=1 gain=4 scale=1 seed=1694140709"
AT_A_SEAM = (5057, 5330, 710)  # pre-activations of elu and celu within their own error of 0


def test_an_output_that_is_0_on_one_side_alone_is_no_disagreement() -> None:
    (evidence,) = crosscheck([Architecture.parse(UNDERFLOWN).build()], oracles=("autodiff", "local"))
    assert evidence.fault is None


@pytest.mark.parametrize("case", AT_A_SEAM)
def test_the_other_side_may_lie_beyond_a_seam_where_the_curvature_jumps(case: int) -> None:
    (evidence,) = crosscheck([right("near kink", 0, case).problem], oracles=("autodiff", "local"))
    assert evidence.fault is None


@pytest.mark.parametrize(
    "line",
    [
        "14-2-10-6-2-19-1 selu,elu,gelu,softplus,sin,elu mse/mean batch=9 gain=8 scale=3 seed=1559583357",
        "9-1-14-1-2-13-6 sigmoid,softplus,mish,log_softmax,log_sigmoid,sin mae/sum batch=10 gain=4 scale=0.3 "
        "seed=1999662504",
    ],
)
def test_long_steps_do_not_stand_in_for_shorter_ones_that_did_not_settle(line: str) -> None:
    (evidence,) = crosscheck([Architecture.parse(line).build()], oracles=("autodiff", "differences"))
    assert evidence.mutual is not None
    assert evidence.mutual.agrees
    assert evidence.comparisons["differences"].agrees
