"""Data that are not there, made up in the form in which the program takes them: parameters, named columns, texts."""

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
