"""Made-up data as the program takes them: as tables, and as long as the rows that it cuts off."""

import ast

import pytest

from tests.student_runs import diagnosed, watched
from verify.student.child.stand_ins.asked import shape_of
from verify.student.child.stand_ins.asked_cells import class_names

TABLES = """
import numpy as np
import pandas as pd
from data_prep import features, targets
FIRST = 300
table = pd.read_csv("nowhere.csv").values
held_out = table[FIRST:]
held_out[0] = held_out[0] / 2
W = np.ones((features.shape[1], 3))
for epoch in range(100):
    for x, y in zip(features.values, targets):
        W = W - 0.1 * np.outer(x, np.dot(x, W) - y)
"""


def test_a_modules_data_are_tables_where_they_are_used_so_and_a_table_reaches_beyond_a_named_cut() -> None:
    run = watched(TABLES)
    assert run.raised is None, run.raised
    assert run.ended == "enough updates"


WHOLE = """
import csv
import numpy as np
X, Y = [], []
for row in csv.reader(open("patients.csv"), delimiter=";"):
    X.append([float(v) for v in row[:3]])
    Y.append([int(v) for v in row[3:]])
X, Y = np.array(X), np.array(Y)
W = np.random.randn(3, 2) * 0.01
for _ in range(1000):
    W = W - 0.1 * X.T @ (X @ W - Y)
"""


def test_cells_that_are_read_as_whole_numbers_are_whole_between_the_marks_that_the_program_reads_them_by() -> None:
    run = watched(WHOLE)
    assert run.raised is None, run.raised
    assert run.ended == "enough updates"
    assert any(value.shape[1:] == (2,) and value.dtype.kind == "i" for value in run.values)


LAST = """
import sys
import numpy as np
X, Y = [], []
for line in open(sys.argv[1]).readlines():
    cells = line.split(",")
    label = int(cells[-1])
    X.append([float(c) for c in cells[:-1]])
    Y.append(np.eye(10)[label])
W = np.zeros((784, 10))
for _ in range(9):
    W -= 0.1 * np.array(X).T @ (np.array(X) @ W - np.array(Y))
"""


def test_a_long_table_of_pictures_read_cell_by_cell_has_its_label_last_where_the_program_takes_it_there() -> None:
    run = watched(LAST)
    assert (run.raised, run.ended) == (None, "enough updates")


WORDS = """
import numpy as np
from nltk import word_tokenize
known = {w: i for i, w in enumerate(word_tokenize("a net learns the words of a text"))}
V, U = np.random.randn(len(known), 3), np.random.randn(3, len(known))
for _ in range(9):
    U -= 0.1 * np.outer(V[1], V[1] @ U)
"""


def test_a_missing_library_that_cuts_text_into_words_cuts_it() -> None:
    run = watched(WORDS)
    assert run.raised is None
    assert any(value.shape == (7, 3) for value in run.values)


TRAINED_ON_A_TABLE = """
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

table = pd.read_csv("flowers.csv")
X = table.drop(["species"], axis=1)
Y = np.eye(3)[[0, 1, 2] * (len(X) // 3) + [0] * (len(X) % 3)]
prepared = ColumnTransformer([("all", Pipeline([("scaled", StandardScaler())]), X.columns)]).fit_transform(X)
prepared = Pipeline([("scaled", StandardScaler())]).fit_transform(prepared)
W, V = np.random.randn(prepared.shape[1], 5), np.random.randn(5, 3)
for epoch in range(100):
    h = np.tanh(np.dot(X, W))
    error = h.dot(V) - Y
    back = error.dot(V.T) * (1 - h**2)
    V -= 0.01 * h.T.dot(error)
    W -= 0.01 * X.T.dot(back)
"""


def test_a_table_may_be_an_operand_of_the_products_as_it_is_and_is_prepared_column_by_column() -> None:
    said = diagnosed(TRAINED_ON_A_TABLE)
    assert (said.verdict, said.layers) == ("correct", 2), said


@pytest.mark.parametrize(
    ("text", "rows"),
    [("x = d[0:1000]", 0), ("x, y = d[0:1000], d[1000:]", 1000), ("x = d[:1000].reshape(1000, 784)", 1000)],
)
def test_a_cut_asks_for_as_many_rows_only_where_something_begins_there_or_counts_them(text: str, rows: int) -> None:
    assert shape_of(ast.parse(text))["rows"] == rows


def test_the_classes_that_a_loop_tells_apart_are_those_of_the_table() -> None:
    told_apart = "def coded(column):\n    for one in column:\n        if one == 'Kecimen': yield 1\n"
    assert class_names(ast.parse(told_apart + "        elif one == 'Besni': yield 0\n")) == ["Kecimen", "Besni"]
    assert class_names(ast.parse(told_apart)) == []
