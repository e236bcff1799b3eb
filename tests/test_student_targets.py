"""What is judged when a sample has one output and one target: little evidence, and a target may be a plain number."""

from pathlib import Path

import pytest

from verify.report.diagnosis import Diagnosis
from verify.student.debug import Options, diagnose
from verify.student.ingest import read

ONE_SAMPLE = """
import numpy as np

rng = np.random.default_rng(3)
W, b, v = rng.normal(size=(4, 2)), rng.normal(size=4), rng.normal(size=4)
for epoch in range(500):
    for x, goal in zip([[0.3, -1.2], [0.8, 0.4]], TARGETS):
        h = np.tanh(W @ np.array(x) + b)
        o = 1 / (1 + np.exp(-(v @ h)))
        slope = (o - goal)SLOPE
        back = slope * v * (1 - h**2)
        v = v - 0.1 * slope * h
        W = W - 0.1 * np.outer(back, x)
        b = b - 0.1 * back
"""


def diagnosed(folder: Path, targets: str, slope: str) -> Diagnosis:
    """Return what is said of the program with these targets and this factor of its first slope."""
    path = folder / "one_sample.py"
    path.write_text(ONE_SAMPLE.replace("TARGETS", targets).replace("SLOPE", slope), encoding="utf-8")
    return diagnose(read(path), Options(autodiff=False))


@pytest.mark.parametrize("targets", ["np.array([1, 0])", "np.array([1.0, 0.0])", "[0.3, 0.9]"])
def test_a_target_that_equals_a_constant_of_the_program_is_still_a_target(tmp_path: Path, targets: str) -> None:
    assert diagnosed(tmp_path, targets, " * o * (1 - o)").verdict in ("correct", "correct up to convention")


@pytest.mark.parametrize("targets", ["np.array([1, 0])", "[0.3, 0.9]"])
def test_one_output_of_one_sample_is_not_called_right_for_a_loss_that_nothing_tells(
    tmp_path: Path, targets: str
) -> None:
    said = diagnosed(tmp_path, targets, " * o ** 2")
    assert not said.verdict.startswith("correct"), said
    assert "hinge" not in str(said)
