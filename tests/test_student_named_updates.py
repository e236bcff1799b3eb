"""Parameters that are updated in a loop over their names."""

import pytest

from tests.student_runs import diagnosed, line_of

NETWORK = """
import numpy as np

rng = np.random.default_rng(5)
X, Y = rng.normal(size=(8, 3)), rng.uniform(0.1, 0.9, size=(8, 2))
net = {"W1": rng.normal(size=(3, 5)), "b1": np.zeros(5), "W2": rng.normal(size=(5, 2)), "b2": np.zeros(2)}
for step in range(60):
    A1 = np.tanh(X @ net["W1"] + net["b1"])
    A2 = np.tanh(A1 @ net["W2"] + net["b2"])
    loss = 0.5 * np.sum((A2 - Y) ** 2)
    d2 = (A2 - Y) * (1 - A2**2)
    d1 = (d2 @ net["W2"].T) * (1 - A1**2)
    grads = {"W1": X.T @ d1, "b1": d1.sum(axis=0), "W2": A1.T @ d2, "b2": d2.sum(axis=0)}
    for name in NAMES:
        net[name] -= 0.1 * grads[name]
"""


@pytest.mark.parametrize(
    ("names", "line"),
    [('("W1", "W2")', "for name in"), ('[n for n in net if n[0] == "W"]', "for name in"), ("weights", None)],
    ids=["written out", "in a list", "elsewhere"],
)
def test_biases_that_a_loop_over_written_names_leaves_out_are_left_out_there(names: str, line: str | None) -> None:
    text = NETWORK.replace("NAMES", names).replace("for step", 'weights = [n for n in net if n[0] == "W"]\nfor step')
    said = diagnosed(text)
    assert (said.verdict, [bug.id for bug in said.bugs]) == ("wrong", ["B10"])
    assert said.first_fault is not None
    assert said.first_fault.line == (None if line is None else line_of(text, line))


def test_a_loop_over_all_names_is_right() -> None:
    assert diagnosed(NETWORK.replace("NAMES", "net")).verdict == "correct"
