"""Data of an unknown module that get a telling name only as parameters of the program's own functions."""

from pathlib import Path

from verify.student.debug import Options, diagnose

READ = """
import numpy as np
import reader

W1, W2 = np.random.randn(6, 5) * 0.5, np.random.randn(5, 2) * 0.5

def train(x_train, y_train):
    global W1, W2
    for epoch in range(50):
        for x, y_true in zip(x_train, y_train):
            h = np.tanh(np.dot(x, W1))
            d = np.dot(h, W2) - y_true
            below = np.dot(W2, d) * (1 - h**2)
            W2 = W2 - 0.01 * np.outer(h, d)
            W1 = W1 - 0.01 * np.outer(x, below)

measured, real = reader.read("sensors.xlsx")
train((measured - np.mean(measured, axis=0)) / np.std(measured, axis=0), real)
"""


def test_what_a_module_would_have_given_is_made_up_by_the_names_of_parameters(tmp_path: Path) -> None:
    path = tmp_path / "sensors.py"
    path.write_text(READ)
    diagnosis = diagnose(path, Options(autodiff=False))
    assert diagnosis.verdict.startswith("correct"), diagnosis.missing
    assert diagnosis.network["sizes"] == [6, 5, 2]
