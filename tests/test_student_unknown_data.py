"""Data that are not there, made up in the form in which the program takes them: parameters, named columns, texts."""

import pytest

from tests.student_runs import diagnosed, watched

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


def test_what_a_module_would_have_given_is_made_up_by_the_names_of_parameters() -> None:
    diagnosis = diagnosed(READ)
    assert diagnosis.verdict.startswith("correct"), diagnosis.missing
    assert diagnosis.network["sizes"] == [6, 5, 2]


def test_a_made_up_table_has_as_many_columns_as_the_program_names_and_texts_where_it_takes_texts() -> None:
    program = """
import numpy as np
import pandas as pd
table = pd.read_csv("grades.csv", header=0)
table.columns = ["first", "second", "label"]
y = np.array([table["label"].map(lambda v: float(v.rstrip(";")))]).T
X = np.array(table[["first", "second"]])
W1, W2 = np.random.randn(2, 4), np.random.randn(4, 1)
for _ in range(1000):
    h = np.tanh(X @ W1)
    d = h @ W2 - y
    W2, W1 = W2 - 0.01 * h.T @ d, W1 - 0.01 * X.T @ (d @ W2.T * (1 - h * h))
"""
    recording = watched(program)
    assert recording.ended == "enough updates", recording.raised


EACH_ROW = """
import numpy as np
from prepared import x_train, y_train

def shares(row):
    e = np.exp(row - row.max())
    return e / e.sum()

U, c = np.random.randn(784, 60) * 0.05, np.zeros(60)
V, d = np.random.randn(60, 5) * 0.05, np.zeros(5)
for start in range(0, len(x_train), 50):
    x, y = x_train[start:start + 50], y_train[start:start + 50]
    z = x @ U + c
    h = np.maximum(z, 0)
    p = np.array([shares(row) for row in h @ V + d])
    print(np.mean(-np.sum(y * np.log(np.clip(p, 1e-10, 1)), axis=1)))
    above = (p - y) / len(x)
    below = (above @ V.T) * (z > 0)
    V, d = V - 0.1 * h.T @ above, d - 0.1 * above.sum(axis=0)
    U, c = U - 0.1 * x.T @ below, c - 0.1 * below.sum(axis=0)
"""


def test_targets_suit_an_output_that_is_made_row_by_row() -> None:
    diagnosis = diagnosed(EACH_ROW)
    assert diagnosis.verdict == "correct", diagnosis.missing
    assert (diagnosis.network["sizes"], diagnosis.network["loss"]) == ([784, 60, 5], "cross_entropy")


@pytest.mark.slow
def test_the_loss_of_a_wide_layer_of_relus_sides_against_a_mistake_that_has_no_name() -> None:
    wide = (
        EACH_ROW.replace("784, 60", "3000, 200").replace("np.zeros(60)", "np.zeros(200)").replace("(60, 5", "(200, 5")
    )
    diagnosis = diagnosed(wide.replace("(above @", "((np.sign(above) + above) @"))
    assert diagnosis.verdict == "wrong", diagnosis.missing
    assert "differences of the program's own loss (cross_entropy)" in diagnosis.evidence[1]
