"""Weights that are arrays in the forward pass and are changed row by row, or entry by entry, in loops."""

from tests.student_runs import diagnosed

ONLINE = """
import numpy as np

W1 = np.array([[0.3, -0.5, 0.8], [0.7, 0.2, -0.4]])
W2 = np.array([0.6, -0.9])
samples = [(1, 0, 1, 1), (0, 1, 1, -1), (1, 1, 0, 1)]

for k in range(100):
    x = samples[np.random.randint(0, 3)]
    h = np.tanh(np.dot(W1, x[0:3]))
    y = np.tanh(np.dot(W2, h))
    delta = (y - x[-1]) * (1 - y**2)
    below = W2 * delta * (1 - h**2)
    W2[0] = W2[0] - 0.5 * delta * h[0]
    W2[1] = W2[1] - 0.5 * delta * h[1]
    for i in range(2):
        for j in range(3):
            W1[i][j] -= 0.5 * below[i] * x[j]
"""
BELOW = "    below = W2 * delta * (1 - h**2)\n"


def test_weights_that_are_changed_entry_by_entry_are_judged_as_whole_arrays() -> None:
    diagnosis = diagnosed(ONLINE)
    assert diagnosis.verdict.startswith("correct")
    assert diagnosis.network["sizes"] == [3, 2, 1]


def test_what_takes_weights_after_the_change_of_their_entries_is_named() -> None:
    late = ONLINE.replace(BELOW, "").replace("    for i in", f"{BELOW}    for i in")
    diagnosis = diagnosed(late)
    assert diagnosis.verdict == "wrong"
    assert [bug.id for bug in diagnosis.bugs] == ["B3"]
    assert diagnosis.first_fault is not None
    assert diagnosis.first_fault.text in BELOW


def test_weights_whose_change_was_not_seen_are_not_called_never_updated() -> None:
    rows = "    for row, d in zip(W1, below):\n        row -= 0.5 * d * np.array(x[:3])\n"
    hidden = ONLINE[: ONLINE.index("    for i in")] + rows
    diagnosis = diagnosed(hidden)
    assert diagnosis.verdict == "inconclusive"
