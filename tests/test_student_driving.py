"""A stranger's file is made to train: by its own main, or by calls of what it defines."""

import json
from pathlib import Path

import pytest

from reference.errors import InputError
from tests.student_definitions import DEFINED_ONLY, FORWARD_BACKWARD
from tests.student_mains import FLAT, OWN_MAIN, SCRIPT
from tests.student_runs import diagnosed, watched
from verify.student.runs.adapter import Adapter
from verify.student.runs.recording import Recording
from verify.student.runs.session import watch
from verify.student.source.ingest import read


def products(recording: Recording) -> int:
    """Return how many matrix products there were."""
    names = ("@", "dot", "matmul")
    return sum(recording.nodes[e.node].what.rpartition(".")[2] in names for e in recording.events)


@pytest.mark.parametrize("shape", OWN_MAIN)
def test_a_program_that_trains_is_cut_after_a_few_updates_whatever_its_shape(shape: str) -> None:
    recording = watched(OWN_MAIN[shape])
    assert recording.ended == "enough updates", recording.raised
    assert not any("trains by itself" in note for note in recording.notes)
    assert 50 < len(recording.events) < 5000


@pytest.mark.parametrize("shape", DEFINED_ONLY)
def test_what_only_defines_a_network_is_called_until_it_computes_gradients(shape: str) -> None:
    recording = watched(DEFINED_ONLY[shape])
    assert recording.ended in ("enough updates", "finished"), recording.raised
    assert products(recording) >= 6
    assert any("nothing in the file trains by itself" in note for note in recording.notes)


def test_a_notebook_trains_like_the_script_in_its_cells(tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "source": part} for part in SCRIPT.partition("for j")[::2]]
    cells[1]["source"] = "for j" + cells[1]["source"]
    path = tmp_path / "net.ipynb"
    path.write_text(json.dumps({"cells": cells, "nbformat": 4}), encoding="utf-8")
    with watch(read(path)) as session:
        assert session.run().ended == "enough updates"


def test_a_notebook_that_was_saved_as_a_program_runs_without_one() -> None:
    recording = watched("get_ipython().run_line_magic('matplotlib', 'inline')\n" + OWN_MAIN[next(iter(OWN_MAIN))])
    assert recording.raised is None
    assert recording.ended == "enough updates"


def test_a_loop_that_only_goes_forward_is_left_for_the_step_that_follows() -> None:
    before, _, step = SCRIPT.partition("for ")
    looping = "for epoch in range(10000):\n    out = np.dot(X, np.ones((X.shape[1], 2)))\n"
    recording = watched(before + looping + "for " + step)
    assert recording.ended == "enough updates"
    line = before.count("\n") + 1
    assert f"every round of the loop in line {line} computes the same: it was left" in recording.notes


def test_a_file_that_loads_what_is_missing_gets_a_table_of_the_width_that_it_needs() -> None:
    text = """
import numpy as np
data = np.loadtxt("heart.csv", delimiter=",")
X, Y = data[:, :-1], np.eye(3)[data[:, -1].astype(int)]
W1, W2 = np.random.randn(13, 5), np.random.randn(5, 3)
for i in range(1000):
    a = np.tanh(X @ W1)
    d = a @ W2 - Y
    W1, W2 = W1 - 0.01 * X.T @ (d @ W2.T * (1 - a * a)), W2 - 0.01 * a.T @ d
"""
    recording = watched(text)
    assert recording.ended == "enough updates", recording.raised
    assert "heart.csv is missing: a made-up table was read" in recording.notes


def test_a_made_up_table_is_separated_as_the_program_splits_its_lines() -> None:
    text = """
import numpy as np
rows = [[float(v) for v in line.strip().split(" ")] for line in open("points.txt")]
w = np.zeros(len(rows[0]))
"""
    recording = watched(text)
    assert recording.ended == "finished", recording.raised
    assert any(value.ndim == 1 and value.size > 1 for value in recording.values)


def test_a_file_that_takes_care_of_what_is_missing_is_left_to_do_so() -> None:
    text = 'try:\n    open("data.csv")\nexcept IOError:\n    x = 0.25\n'
    recording = watched(text)
    assert [float(v) for v in recording.values] == [0.25]
    assert recording.notes == ()


def test_one_function_can_be_asked_for() -> None:
    recording = watched(FORWARD_BACKWARD + "net = Net(2, 3, 1)\n", function="Net.forward")
    assert recording.ended == "finished"
    assert {recording.nodes[e.node].function for e in recording.events} == {
        "Net.__init__",
        "Net.__squash",
        "Net.forward",
    }


def test_a_function_that_the_file_does_not_define_is_refused_with_those_it_does() -> None:
    with pytest.raises(InputError, match=r"function: got 'kost', should be one of cost; did you mean cost\?"):
        watched(FLAT.partition("X, y =")[0], function="kost")


def test_a_function_whose_parameters_say_nothing_is_not_called_and_a_note_says_so() -> None:
    recording = watched("def f(foo, bar):\n    return foo @ bar\n", function="f")
    assert recording.notes == ("f was not called: its parameters' names do not say what it takes",)


def test_an_adapter_makes_the_step_that_could_not_be_found() -> None:
    text = FLAT.partition("for i in")[0]
    adapter = Adapter(
        call="J, g = cost(theta, X, y); theta = theta - 0.1 * g", x="X", params=("theta[:20].reshape(4, 5)",)
    )
    recording = watched(text, adapter=adapter)
    assert recording.ended == "enough updates"
    bound = {recording.nodes[e.node].what: e.result for e in recording.events if recording.nodes[e.node].line == 0}
    assert recording.values[bound["adapter_x"]].shape == (9, 4)
    assert recording.values[bound["adapter_params_0"]].shape == (4, 5)


def test_nothing_to_run_tells_what_was_seen() -> None:
    recording = watched("class Foo:\n    def bar(self, q): pass\ndef add(a, b):\n    return a + b\n")
    assert recording.ended == "finished"
    assert recording.events == ()
    assert recording.seen == ("class Foo", "Foo.bar(q)", "add(a, b)")


def test_rows_that_a_program_cuts_off_leave_some_to_train_on() -> None:
    text = """
import numpy as np
import pandas as pd
table = np.array(pd.read_csv("train.csv"))
held, rest = table[0:400].T, table[400:].T
y, X = rest[0], rest[1:] / 255.0
W = np.random.randn(10, 784) * 0.01
for _ in range(4):
    z = W.dot(X)
    p = np.exp(z) / sum(np.exp(z))
    p[y, np.arange(y.size)] -= 1
    W = W - 0.1 * p.dot(X.T)
"""
    run = watched(text)
    assert run.raised is None, run.raised
    assert run.ended == "enough updates"


def test_calls_of_our_own_making_are_not_the_programs_mistake() -> None:
    text = """
import numpy as np
class Layer:
    def forward(self, x): raise NotImplementedError
    def backward(self, g, rate): raise NotImplementedError
class Dense(Layer):
    def __init__(self, n, m): self.W = np.random.randn(n, m)
    def forward(self, x):
        self.x = x
        return x @ self.W
    def backward(self, g, rate):
        down = g @ self.W.T
        self.W -= rate * self.x.T @ g
        return down
"""
    run = watched(text)
    assert run.raised is None
    assert run.ended == "enough updates", run.notes


def test_what_is_missing_of_a_step_is_told_beside_what_was_found() -> None:
    lines = ["import numpy as np", "x, w = np.ones((3, 2)), np.ones((2, 1))", "for i in range(9):", "    y = x @ w"]
    without_step = diagnosed("\n".join([*lines, "    print(y)"]))
    assert "products of arrays were seen, the first in line 4" in without_step.missing[0]
    without_target = diagnosed("\n".join([*lines, "    w = w - 0.1 * (x.T @ np.tanh(y)) * w"]))
    assert "no value was found that the output is compared with" in without_target.missing[0]


def test_a_second_training_loop_further_down_is_told_not_to_be_judged() -> None:
    step = """
for i in range(200):
    a = 1 / (1 + np.exp(-X.dot({w})))
    {w} -= 0.1 * X.T.dot((a - Y) * a * (1 - a))
"""
    start = "import numpy as np\nX, Y = np.random.rand(6, 3), np.random.rand(6, 2)\nv = w = np.random.rand(3, 2)"
    two = diagnosed(start + step.format(w="w") + step.format(w="v"))
    assert any("in line 10: that part was not judged" in note for note in two.notes)
    one = diagnosed(start + step.format(w="w") + "\nprint(X.dot(w))\n")
    assert not any("not judged" in note for note in one.notes)
