"""The derivative that is really used, experiments that tell mistakes apart, and what else is wrong with a program."""

import itertools

import numpy as np
import pytest

from tests.student_networks import MISTAKES, PROGRAM, with_mistake
from tests.student_runs import diagnosed, line_of
from verify.report.diagnosis import Probe
from verify.student.mistakes.bias_gradients import DB
from verify.student.mistakes.explain import explain
from verify.student.mistakes.explanation import Explanation, Found
from verify.student.mistakes.replay import replay, reproduces
from verify.student.mistakes.sent_down import DOWN
from verify.student.mistakes.stage import Variant
from verify.student.mistakes.variants import DERIVATIVE
from verify.student.mistakes.weight_gradients import DW
from verify.student.reading.curves import CURVES
from verify.student.reading.point import Observed, Point, forward, reverse_sweep

STABLE = "np.where(v >= 0, 1 / (1 + np.exp(-np.abs(v))), np.exp(-np.abs(v)) / (1 + np.exp(-np.abs(v))))"
OVERFLOWING = PROGRAM.replace("1 / (1 + np.exp(-v))", "np.exp(v) / (1 + np.exp(v))")
ONE_BY_ONE = """import numpy as np

rng = np.random.default_rng(1)
data = rng.normal(size=(6, 3, 1))
target = rng.uniform(0.1, 0.9, size=(6, 2, 1))
W1, W2 = rng.normal(size=(4, 3)), rng.normal(size=(2, 4))
for epoch in range(50):
    total1, total2 = np.zeros(W1.shape), np.zeros(W2.shape)
    for x, t in zip(data, target):
        h = np.tanh(W1 @ x)
        o = W2 @ h
        loss = 0.5 * np.sum((o - t) ** 2)
        d2 = o - t
        d1 = (W2.T @ d2) * (1 - h ** 2)
        total2 += d2 @ h.T
        total1 += d1 @ x.T
    W2 -= 0.1 * total2
    W1 -= 0.1 * total1
"""
FORGETFUL = """import numpy as np

rng = np.random.default_rng(4)
data, target = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
kept = {}


def unpack(vector):
    return vector[:12].reshape(3, 4), vector[12:].reshape(4, 2)


def cost(vector):
    W1, W2 = unpack(vector)
    kept["W2"], kept["h"] = W2, np.tanh(data @ W1)
    kept["error"] = kept["h"] @ W2 - target
    return 0.5 * np.sum(kept["error"] ** 2)


def slope(vector):
    grad2 = kept["h"].T @ kept["error"]
    grad1 = data.T @ (kept["error"] @ kept["W2"].T * (1 - kept["h"] ** 2))
    return np.concatenate([grad1.ravel(), grad2.ravel()])


theta = rng.normal(size=20)
for epoch in range(50):
    loss = cost(theta)
    theta = theta - 0.05 * slope(theta)
"""


def failed(program: str) -> list[Probe]:
    """Return the probes of a program that showed something wrong."""
    return [probe for probe in diagnosed(program).probes if not probe.ok]


def test_a_right_program_uses_the_true_derivatives_and_shows_no_defect() -> None:
    probes = diagnosed(PROGRAM).probes
    assert [p.name for p in probes] == ["f' as used in layer 1 (sigmoid)", "f' as used in layer 2 (sigmoid)"]
    assert all(p.ok and p.result.startswith("the true one at ") for p in probes)


def test_the_implied_derivative_is_sampled_beside_the_true_one() -> None:
    (probe,) = [p for p in failed(with_mistake("slope at z")) if p.name.startswith("f'")]
    assert probe.name == "f' as used in layer 1 (sigmoid)"
    assert probe.result.startswith("uses z (1 - z), should be a (1 - a)")
    z, got, should = (float(part.split()[-1].rstrip(";,")) for part in _sample(probe.result))
    a = 1 / (1 + np.exp(-z))
    assert got == pytest.approx(z * (1 - z), abs=5e-3)
    assert should == pytest.approx(a * (1 - a), abs=5e-3)


def _sample(result: str) -> tuple[str, str, str]:
    """Return "z = 0.5", "got 0.25", "should be 0.235" of the first sample."""
    first = result[result.index("at z =") :].partition(";")[0]
    head, _, rest = first.partition(" got ")
    got, _, should = rest.partition(", should be ")
    return head, got, should


def test_a_missing_derivative_is_1_everywhere() -> None:
    (probe,) = [p for p in failed(with_mistake("missing slope")) if p.name.startswith("f'")]
    assert probe.result.startswith("uses 1, should be ")
    assert "got 1, should be 0." in probe.result


@pytest.mark.parametrize("name", ["own output", "twice", "bias summed"])
def test_where_the_derivative_is_right_it_is_not_blamed(name: str) -> None:
    probes = [p for p in diagnosed(with_mistake(name)).probes if p.name.startswith("f'")]
    assert len(probes) == 2
    assert all(p.ok for p in probes)


def test_an_exponential_that_overflows_is_seen_and_changes_no_verdict() -> None:
    diagnosis = diagnosed(OVERFLOWING)
    assert diagnosis.exit_code == 0
    first = next(p for p in failed(OVERFLOWING) if p.name == "large z in layer 1 (sigmoid)")
    assert first.result.startswith("gives nan at z = 1000, should be 1: the exponential overflows")
    assert f"line {line_of(OVERFLOWING, 'np.exp(v) / (1')}" in first.result


@pytest.mark.parametrize("formula", ["1 / (1 + np.exp(-v))", STABLE])
def test_a_right_limit_is_no_overflow(formula: str) -> None:
    assert not failed(PROGRAM.replace("1 / (1 + np.exp(-v))", formula))


def test_inputs_that_are_changed_in_place_are_named() -> None:
    program = PROGRAM.replace("    grad1 = data.T", "    data *= 1.01\n    data /= 1.01\n    grad1 = data.T")
    (probe,) = [p for p in failed(program) if p.name == "in place"]
    assert probe.result == f"the inputs are changed by line {line_of(program, 'data *= 1.01')}: data *= 1.01"


def test_a_shuffle_between_steps_is_no_change_of_the_inputs() -> None:
    program = PROGRAM + "    order = rng.permutation(6)\n    data[:] = data[order]\n    target[:] = target[order]\n"
    assert not [p for p in failed(program) if p.name == "in place"]


def test_a_gradient_that_ignores_its_argument_is_told_as_kept_state_and_blamed_for_nothing() -> None:
    diagnosis = diagnosed(FORGETFUL)
    assert diagnosis.verdict.startswith("correct")
    (probe,) = [p for p in diagnosis.probes if p.name == "state kept between calls"]
    line = line_of(FORGETFUL, "def slope(vector):")
    assert probe.result == f"slope (line {line}) never reads its vector: it answers for an earlier call's"
    heedful = FORGETFUL.replace("    grad2 =", "    unpack(vector)\n    grad2 =")
    assert not [p for p in diagnosed(heedful).probes if p.name == "state kept between calls"]


def test_a_fraction_stored_into_whole_numbers_is_named() -> None:
    program = PROGRAM.replace(
        "    loss = 0.5", "    shown = np.zeros(2, int)\n    shown[0] = out[0, 0] + 7\n    loss = 0.5"
    )
    (probe,) = [p for p in failed(program) if p.name == "whole numbers"]
    assert probe.result.startswith(f"line {line_of(program, 'shown[0] =')} stores 7.")
    assert probe.result.endswith("into an array of whole numbers: 7 is kept")


def test_a_loop_over_the_samples_of_one_step_is_measured() -> None:
    diagnosis = diagnosed(ONE_BY_ONE)
    assert diagnosis.exit_code == 0
    (probe,) = [p for p in failed(ONE_BY_ONE) if p.name == "a loop over the samples"]
    assert probe.result.startswith("6 samples go through the network one at a time: the reference takes ")


def network() -> Point:
    """Return a forward pass with distinct sizes."""
    rng = np.random.default_rng(5)
    sizes = (3, 4, 5, 2)
    W = tuple(rng.normal(size=shape) for shape in itertools.pairwise(sizes))
    b = tuple(rng.normal(size=n) for n in sizes[1:])
    curves = (CURVES["tanh"], CURVES["sigmoid"], CURVES["tanh"])
    point = forward(rng.normal(size=(6, 3)), W, b, curves, rng.normal(size=(6, 2)))
    return point._replace(new_W=tuple(w * 0.9 for w in W))


ROWS = [
    *(("slope", v) for v in DERIVATIVE[:5] if v.bug in ("B11", "B8", "B9", "B25")),
    *(
        ("down", v)
        for v in DOWN
        if v.wrong.startswith(("dL/da_(l-1) = e_l", "dL/da_(l-1) = delta_l (W_l after", "(delta_l *"))
    ),
    *(("dW", v) for v in DW if v.wrong in ("dW_l = z_(l-1)^T delta_l", "dW_l of the last sample only")),
    *(("db", v) for v in DB if v.bug in ("B1", "B18") and "units" not in v.wrong),
]


@pytest.mark.parametrize(("step", "variant"), ROWS, ids=[f"{step}: {v.wrong}" for step, v in ROWS])
def test_a_mistake_made_again_gives_the_gradients_that_it_is_found_by(step: str, variant: Variant) -> None:
    point = network()
    quantity = "delta" if step in ("slope", "down") else step
    found = Found(variant.bug, 2, quantity, variant.wrong, variant.right, np.zeros(1), step)
    swept = replay(Explanation((found,), 1.0, "half_sse", ()), point)
    explanations = explain(point, Observed(swept.dW, swept.db), "half_sse")
    assert variant.wrong in {f.wrong for e in explanations for f in e.found}
    assert all(reproduces(e, point, Observed(swept.dW, swept.db)) is not False for e in explanations)


def test_a_mistake_that_is_told_by_its_values_alone_cannot_be_made_again() -> None:
    unknown = Found("B40", 1, "delta", "dL/da_l * g(z_l), g another function than f'", "", np.zeros(1), "implied slope")
    assert reproduces(Explanation((unknown,), 1.0, "half_sse", ()), network(), Observed((None,), (None,))) is None


def test_an_explanation_is_not_kept_where_its_gradients_differ() -> None:
    point = network()
    right = reverse_sweep(point, "half_sse")
    mistake = Found("B11", 1, "delta", "delta_l = dL/da_l", "", np.zeros(1), "slope")
    explanation = Explanation((mistake,), 1.0, "half_sse", ())
    assert reproduces(explanation, point, Observed(right.dW, right.db)) is False
    assert reproduces(Explanation((), 1.0, "half_sse", ()), point, Observed(right.dW, right.db)) is True


def test_every_planted_mistake_is_still_named_after_the_experiments() -> None:
    for name, (_, _, bug, _) in MISTAKES.items():
        assert diagnosed(with_mistake(name)).bugs[0].id == bug
