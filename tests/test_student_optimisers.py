"""Optimisers that bend their steps, for networks of which some parameter is a single number."""

import pytest

from tests.student_runs import diagnosed
from verify.report.diagnosis import Diagnosis

ONE_OUTPUT = """
import numpy as np

rng = np.random.RandomState(3)
X = rng.randn(5, 40)
Y = (X[:1] > 0).astype(float)
p = {{"W1": rng.randn(6, 5), "b1": np.zeros((6, 1)), "W2": rng.randn(1, 6), "b2": np.zeros((1, 1))}}
m = {{k: np.zeros_like(w) for k, w in p.items()}}
v = {{k: np.zeros_like(w) for k, w in p.items()}}
for t in range(1, 500):
    A1 = np.tanh(np.dot(p["W1"], X) + p["b1"])
    A2 = 1 / (1 + np.exp(-(np.dot(p["W2"], A1) + p["b2"])))
    cost = -np.mean(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))
    d2 = (A2 - Y) / 40
    d1 = np.dot(p["W2"].T, d2) * {slope}
    g = {{"W2": np.dot(d2, A1.T), "b2": np.sum(d2, axis=1, keepdims=True)}}
    g["W1"], g["b1"] = np.dot(d1, X.T), np.sum(d1{axis})
    for k in p:
        m[k] = 0.9 * m[k] + 0.1 * g[k]
        v[k] = {second}
        p[k] -= {step}
"""
STEPS = {
    "Adam": ("0.999 * v[k] + 0.001 * g[k]**2", "0.01 * m[k] / (1 - 0.9**t) / (np.sqrt(v[k] / (1 - 0.999**t)) + 1e-8)"),
    "RMSprop": ("0.9 * v[k] + 0.1 * g[k] * g[k]", "0.01 * g[k] / (np.sqrt(v[k]) + 1e-8)"),
    "AdaGrad": ("v[k] + g[k]**2", "0.1 * g[k] / (np.sqrt(v[k]) + 1e-8)"),
    "momentum": ("v[k]", "0.1 * m[k]"),
}
SUMMED = ", axis=1, keepdims=True"


def told(second: str, step: str, slope: str = "(1 - A1**2)", axis: str = SUMMED) -> Diagnosis:
    """Return what is said of the program with one optimiser."""
    return diagnosed(ONE_OUTPUT.format(slope=slope, axis=axis, second=second, step=step))


@pytest.mark.parametrize("name", STEPS)
def test_an_optimiser_is_no_mistake_where_one_of_its_steps_is_a_single_number(name: str) -> None:
    said = told(*STEPS[name])
    assert said.verdict.startswith("correct"), said
    assert ("optimiser" in said.read_as) == (name != "momentum")


@pytest.mark.parametrize(("slope", "axis", "bug"), [("1", SUMMED, "B11"), ("(1 - A1**2)", "", "B1")])
def test_what_an_optimiser_was_given_is_judged(slope: str, axis: str, bug: str) -> None:
    said = told(*STEPS["Adam"], slope, axis)
    assert (said.verdict, [b.id for b in said.bugs]) == ("wrong", [bug])


def test_what_an_optimiser_was_given_is_judged_where_it_lets_the_weights_decay_beside() -> None:
    second, step = STEPS["Adam"]
    said = told(second, f"0.01 * ({step} / 0.01 + 0.05 * p[k])", "1")
    assert (said.verdict, [b.id for b in said.bugs]) == ("wrong", ["B11"])


def test_a_parameter_that_an_optimiser_takes_the_other_way_than_all_is_not_called_right() -> None:
    second, step = STEPS["Adam"]
    said = told(second, f'({step}) * (-1 if k == "b1" else 1)')
    assert said.verdict == "inconclusive"
    assert said.missing == ("steps that all go one way: those of one parameter go against its gradient",)
