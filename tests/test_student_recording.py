"""A watched run: what is recorded, what is put in its place, and what becomes of a program that does not behave."""

import ast
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import verify.student.child as child
from tests.student_definitions import FORWARD_BACKWARD
from tests.student_mains import XOR_MAIN
from tests.student_runs import source, watched
from verify.student.runs.recording import NOT_A_NUMBER, Event, Recording
from verify.student.runs.session import Session, watch

XOR = FORWARD_BACKWARD + XOR_MAIN


@pytest.fixture(scope="module")
def xor() -> Iterator[Session]:
    """Return a session on a class that learns XOR."""
    with watch(source(XOR)) as session:
        yield session


@pytest.fixture(scope="module")
def seen(xor: Session) -> Recording:
    """Return its first run."""
    return xor.run()


def of(recording: Recording, kind: str, what: str) -> list[Event]:
    """Return the events of the nodes of a kind."""
    return [e for e in recording.events if recording.nodes[e.node][:2] == (kind, what)]


def test_every_expression_inside_a_line_is_an_event_with_its_operands(seen: Recording) -> None:
    events = [e for e in seen.events if seen.nodes[e.node].text == "(d2 @ self.W2.T) * self.a1 * (1 - self.a1)"]
    product = of(seen, "binary", "@")[1]
    assert seen.nodes[product.node].text == "d2 @ self.W2.T"
    left, right = (seen.values[k] for k in product.operands)
    np.testing.assert_array_equal(seen.values[product.result], left @ right)
    assert events[0].occurrence == 0
    assert seen.nodes[events[0].node].function == "Net.backward"


def test_nodes_keep_the_lines_of_the_file(seen: Recording) -> None:
    lines = XOR.split("\n")
    for node in (node for node in seen.nodes if node.line):  # those of line 0 are not the file's
        assert node.text.split("\n")[0] in lines[node.line - 1]


def test_an_update_in_place_has_the_old_value_the_right_hand_side_and_the_new_one(seen: Recording) -> None:
    first, second = of(seen, "augment", "self.W2 -=")[:2]
    old, step = (seen.values[k] for k in first.operands)
    np.testing.assert_array_equal(seen.values[first.result], old - step)
    assert first.result != first.operands[0]
    assert first.identity == first.held_by[0] == second.identity
    assert second.operands[0] == first.result


def test_equal_values_share_a_key_and_a_changed_one_gets_a_new_one(seen: Recording) -> None:
    (bound,) = of(seen, "bind", "self.W1")
    product = of(seen, "call", "X.dot")
    assert product[0].operands[1] == bound.result
    assert product[1].operands[1] != bound.result
    assert product[1].held_by[1] == bound.identity


def test_a_run_repeats_itself_to_the_last_event(xor: Session, seen: Recording) -> None:
    again = xor.run()
    assert again.events == seen.events
    assert all(np.array_equal(a, b) for a, b in zip(again.values, seen.values, strict=True))


def test_an_injected_value_takes_the_place_of_an_expression_from_then_on(xor: Session, seen: Recording) -> None:
    (data,), (weights,) = of(seen, "call", "np.array")[:1], of(seen, "bind", "self.W1")
    X, W1 = np.arange(8.0).reshape(4, 2), np.full((2, 3), 0.25)
    changed = xor.run({(data.node, 0): X, (weights.node, 0): W1})
    product = of(changed, "call", "X.dot")[0]
    np.testing.assert_array_equal(changed.values[product.result], X @ W1)
    assert changed.ended == "enough updates"


def test_an_injection_at_a_change_in_place_reaches_every_name_of_the_array() -> None:
    text = "import numpy as np\na = b = np.ones(2)\na += 1\na[0] = 7\nc = b * 1\n"
    node = [row.what for row in watched(text).nodes].index("a +=")
    changed = watched(text, {(node, 0): np.array([3.0, 4.0])})
    assert changed.values[of(changed, "bind", "c")[0].result].tolist() == [7.0, 4.0]


def test_numbers_are_values_of_no_dimension_and_can_be_injected() -> None:
    text = "rate = 0.1\nx = 2 * rate\n"
    recording = watched(text)
    (rate,) = of(recording, "literal", "0.1")
    assert recording.values[rate.result].shape == ()
    changed = watched(text, {(rate.node, 0): np.array(0.5)})
    assert float(changed.values[of(changed, "bind", "x")[0].result]) == 1.0


def test_arrays_inside_lists_are_operands_and_what_is_no_number_has_no_key() -> None:
    recording = watched("import numpy as np\na, b = np.zeros(2), np.ones(2)\nc = np.concatenate([a, b], None)\n")
    (joined,) = of(recording, "call", "np.concatenate")
    assert [recording.values[k].tolist() if k >= 0 else k for k in joined.operands] == [[0, 0], [1, 1], NOT_A_NUMBER]


SYNTAX = """
import numpy as np
x = [i * 0.5 for i in range(3)]
assert x == [0.0, 0.5, 1.0]
a = {}
a["k"] = 1.5
a["k"] += 1
assert a == {"k": 2.5}
def f(a, *b, c=2, **d):
    return a + sum(b) + c + d["e"]
assert f(1, 2, 3, c=4, e=5) == 15
x = np.zeros((3, 3))
x[1:, ::2] += 1
x[0, ...] = 2
assert x.sum() == 10
a, (b, *c) = 1.5, (2.5, 3.5, 4.5)
assert (a, b, c) == (1.5, 2.5, [3.5, 4.5])
class A:
    __p = 0.5
    def get(self):
        self.__p -= 0.25
        return self.__p
assert A().get() == 0.25
class B(dict):
    def __init__(self):
        super().__init__(k=1)
assert B()["k"] == 1
def g():
    n = 0
    def h():
        nonlocal n
        n += 1
        return n
    h()
    return h()
assert g() == 2
f = lambda z: np.exp(z) / (1 + np.exp(z))
assert np.vectorize(f)(np.zeros(2)).tolist() == [0.5, 0.5]
match [1, 2.5]:
    case [1, x]:
        y = x * 2
assert y == 5.0
x = np.matrix([[1.0, 2.0]])
assert float((x * x.T)[0, 0]) == 5.0
if (n := 0.5 * 3) > 1:
    k = n
assert k == 1.5 and 1 < n < 2
x = np.arange(3)
assert f"{x[1] + 1:d}" == "2" and sorted(locals()) == sorted(globals())
def numbers():
    total = 0.0
    while total < 2:
        total += 1.0
        yield total
assert list(numbers()) == [1.0, 2.0]
try:
    np.zeros(2) @ np.zeros(3)
except ValueError as e:
    x = 1.5
assert x == 1.5
x = y = np.ones(2)
x -= 0.5
assert y.tolist() == [0.5, 0.5]
x: float = 0.25
assert -x < 0 and not x > 1 and abs(~np.array([0]))[0] == 1
"""


def test_a_rewritten_program_computes_what_it_computed_before() -> None:
    with warnings.catch_warnings(action="ignore"):
        exec(SYNTAX, {"__name__": "plain"})
    assert watched(SYNTAX).raised is None


@pytest.mark.parametrize(
    ("text", "ended"),
    [
        ("while True:\n    pass", "time"),
        ("while True:\n    try:\n        while True: pass\n    except BaseException:\n        pass", "time"),
        ("import time\nx = list(range(10**9))", "memory"),
        ("x = 0.5\nwhile True:\n    try:\n        x = x + 1\n    except:\n        x = 0.0", "too many events"),
        ("import sys\nx = 0.5\nsys.exit(3)", "finished"),
        ("import os\nos._exit(3)", "finished"),
        ("import os, signal\nos.kill(os.getpid(), 11)", "raised"),
        ('import time\ntime.sleep(1000)\nx = 1 / (float(input("rate (e.g. 0.5): ")) == 0.5)', "finished"),
        ('import time\nx = 1 / (input("Gate? (XOR/XNOR): ") == "XOR")', "finished"),
        ("def f(n):\n    return f(n + 1)\nf(0)", "raised"),
    ],
)
def test_a_program_that_never_ends_or_ends_badly_is_told_apart(text: str, ended: str) -> None:
    with watch(source(text), seconds=0.6, memory=1 << 30) as session:
        assert session.run(events=2000).ended == ended


def test_a_child_that_was_killed_is_replaced() -> None:
    with watch(source("import os\nos.kill(os.getppid(), 9)\n"), seconds=0.5) as session:
        assert session.run().ended == "time"
        assert session.run().ended == "time"


def test_an_exception_is_told_by_the_lines_of_the_file_alone() -> None:
    raised = watched("import numpy as np\ndef f(x):\n    return x @ np.ones(3)\n\nf(np.ones(2))\n").raised
    assert raised is not None
    assert (raised.type, raised.line) == ("ValueError", 3)
    assert raised.traceback == ("line 5, in <module>: f(np.ones(2))", "line 3, in f: return x @ np.ones(3)")


def test_what_the_program_prints_and_breaks_stays_with_it(capfd: pytest.CaptureFixture[str]) -> None:
    recording = watched(
        "import os, sys\nprint('a' * 9000)\nos.write(1, b'b')\nsys.stderr.write('c')\nopen('x.txt', 'w')\n"
    )
    assert recording.printed == "a" * 4000
    assert recording.notes == ("x.txt was not written",)
    assert capfd.readouterr() == ("", "")
    assert not Path("x.txt").exists()


def test_libraries_for_screens_and_data_are_stood_in_for_and_named() -> None:
    text = """
import matplotlib.pyplot as plt, pandas as pd, unheard_of
from sklearn.datasets import make_moons
from keras.datasets import mnist
from tqdm import trange
figure, (left, right) = plt.subplots(1, 2)
X, y = make_moons(50, noise=0.1)
(images, labels), _ = mnist.load_data()
frame = pd.read_csv("wine.csv", header=None)
Z = frame.iloc[:, :-1].values
for i in trange(3):
    left.plot(X[:, 0]); plt.show()
"""
    recording = watched(text)
    assert recording.raised is None
    shapes = {recording.nodes[e.node].what: recording.values[e.result].shape for e in recording.events if e.result >= 0}
    assert [shapes[name] for name in ("X", "y", "images", "Z")] == [(50, 2), (50,), (100, 28, 28), (100, 13)]
    assert "import matplotlib: a stand-in was used" in recording.notes
    assert "import sklearn: a stand-in was used, its data are made up" in recording.notes
    assert "import unheard_of: there is no such module, a stand-in without numbers was used" in recording.notes
    assert "wine.csv is missing: a made-up table was read" in recording.notes


def test_a_missing_module_beside_the_program_has_the_activations_that_it_is_asked_for() -> None:
    recording = watched("""
import numpy as np
from .helpers import tanh, tanh_derivative
X, W = np.ones((4, 2)), np.ones((2, 3))
for step in range(5):
    a = tanh(X @ W)
    W = W - 0.1 * X.T @ (a * tanh_derivative(a))
""")
    assert recording.ended == "enough updates", recording.raised
    slopes = [recording.values[e.result] for e in recording.events if recording.nodes[e.node].what == "tanh_derivative"]
    assert np.allclose(slopes[0], 1 - np.tanh(2) ** 2)
    assert any("helpers.tanh_derivative was taken for the derivative of tanh" in note for note in recording.notes)


def test_the_child_is_made_of_the_standard_library_and_numpy() -> None:
    folder = Path(child.__file__).parent
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            assert {name.partition(".")[0] for name in names} <= {"numpy", *sys.stdlib_module_names}, path
            depth = len(path.relative_to(folder).parents)
            assert not isinstance(node, ast.ImportFrom) or node.level <= depth, path


def test_wide_data_are_told_only_where_the_program_still_uses_them_once_it_multiplies() -> None:
    text = """
import numpy as np
table = np.random.rand(300, 785)
X, Y = table[:20, 1:], table[:20, 0]
again = np.random.rand(300, 784)
for i in range(2):
    w = again[i:i + 2] @ X.T
"""
    shapes = [value.shape for value in watched(text).values]
    assert (300, 785) not in shapes
    assert shapes.count((300, 784)) == 1
    assert (20, 784) in shapes


LOOP = """
import random
import numpy as np
X, y = np.zeros((9000, 2)), []
for i in range(9000):
    a, b = random.uniform(-1.0, 1.0), random.uniform(-1.0, 1.0)
    X[i] = a, b
    y.append(1 if a + b > 0.5 else 0)
X, Y = X[:50], np.array(y)[:50, None]
"""


def test_data_made_number_by_number_leave_room_for_the_training() -> None:
    train = "W = np.ones((2, 1))\nfor _ in range(99):\n    W = W - 0.1 * X.T @ (X @ W - Y)\n"
    run = watched(LOOP + train)
    assert run.ended == "enough updates"
    assert len(run.events) < 4000
    assert any(run.nodes[e.node].text == "X[:50]" for e in run.events)


def test_numbers_trained_one_by_one_are_not_taken_for_data_being_made() -> None:
    text = "w, g = 0.5, 0.0\nfor i in range(12000):\n    g += (w * 0.5 - 1.5) * 0.5\nw = w - 0.01 * g\n"
    run = watched(text)
    assert run.ended == "too many events"
    assert len(run.events) == 30_000


@pytest.mark.parametrize("drawn", ["random.random()", "np.random.rand()", "np.random.default_rng().random()"])
def test_numbers_drawn_without_a_seed_are_the_same_in_every_run_and_every_process(drawn: str) -> None:
    text = f"import random\nimport numpy as np\nx = {drawn}\n"
    values = set()
    for _ in range(2):
        with watch(source(text)) as session:
            for _ in range(2):
                run = session.run()
                values.add(float(run.values[of(run, "bind", "x")[0].result]))
    assert len(values) == 1
