"""Shapes of public programs that once were misread, re-told in a few lines."""

import numpy as np
import pytest

from tests.student_runs import diagnosed
from verify.student.reading.curves import matching_curves

# One column for each sample, one-hot targets filled in on the way back, no loss computed: the bias gradient's
# sum over everything is 0 at the top, for the columns of p - y sum to 0.
COLUMNS = """
import numpy as np
rng = np.random.RandomState(1)
X, y = rng.rand(6, 40), np.arange(40) % 4
W1, b1 = rng.randn(5, 6), np.zeros((5, 1))
W2, b2 = rng.randn(4, 5), np.zeros((4, 1))
def hot(y):
    rows = np.zeros((4, y.size))
    rows[y, np.arange(y.size)] = 1
    return rows
for i in range(50):
    z1 = W1.dot(X) + b1
    a1 = np.maximum(0, z1)
    z2 = W2.dot(a1) + b2
    a2 = np.exp(z2) / sum(np.exp(z2))
    e2 = a2 - hot(y)
    dW2, db2 = e2.dot(a1.T) / y.size, np.sum(e2{axis}) / y.size
    e1 = W2.T.dot(e2) * (z1 > 0)
    dW1, db1 = e1.dot(X.T) / y.size, np.sum(e1{axis}) / y.size
    W1 = W1 - 0.1 * dW1
    b1 = b1 - 0.1 * db1
    W2 = W2 - 0.1 * dW2
    b2 = b2 - 0.1 * db2
"""

# One sample at a time and one output: a curve with a free constant fits any single number.
SINGLE = """
import numpy as np
rng = np.random.RandomState(1)
f = lambda z: 1 / (1 + np.exp(-z))
U, b, V, c = rng.randn(2, 4), np.zeros((1, 4)), rng.randn(4, 3), np.zeros((1, 3))
T, d = rng.randn(3, 1), np.zeros((1, 1))
X, Y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0], [1], [1], [0]])
for epoch in range(100):
    for x, y in zip(X, Y):
        h = f(np.dot(x, U) + b)
        k = f(np.dot(h, V) + c)
        o = f(np.dot(k, T) + d)
        error = y - o
        top = error * o * (1 - o)
        middle = np.dot({passed}, T.T) * k * (1 - k)
        low = np.dot(middle, V.T) * h * (1 - h)
        T += 0.1 * np.outer(k, top)
        d += 0.1 * top
        V += 0.1 * np.outer(h, middle)
        c += 0.1 * middle
        U += 0.1 * np.outer(x, low)
        b += 0.1 * low
"""


def test_a_bias_gradient_summed_over_everything_is_named_though_it_is_zero_at_the_top() -> None:
    wrong = diagnosed(COLUMNS.replace("{axis}", ""))
    assert wrong.verdict == "wrong", wrong.missing
    assert wrong.bugs[0].id == "B1"


def test_targets_filled_in_on_the_way_back_are_the_targets() -> None:
    right = diagnosed(COLUMNS.replace("{axis}", ", axis=1, keepdims=True"))
    assert right.verdict.startswith("correct"), right.missing


def test_single_numbers_do_not_join_the_way_back_to_the_forward_pass() -> None:
    right = diagnosed(SINGLE.replace("{passed}", "top"))
    assert right.verdict.startswith("correct"), right.missing
    wrong = diagnosed(SINGLE.replace("{passed}", "error"))
    assert (wrong.verdict, wrong.bugs[0].id) == ("wrong", "B5")


@pytest.mark.parametrize(("slope", "believed"), [(0.1, True), (0.123456, False)])
def test_a_constant_read_off_one_number_is_believed_where_a_person_would_write_it(slope: float, believed: bool) -> None:
    z = np.array([[-1.7]])
    assert bool(list(matching_curves(z, slope * z))) == believed


def test_inputs_cast_in_the_forward_pass_alone_are_the_inputs_of_both() -> None:
    text = """
import numpy as np
X, Y = np.array([[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]]), np.array([[0, 1, 1, 0]]).T
W = 2 * np.random.random((3, 1)) - 1
for i in range(100):
    x = X.astype(float)
    o = 1 / (1 + np.exp(-np.dot(x, W)))
    W += np.dot(X.T, (Y - o) * o * (1 - o))
"""
    right = diagnosed(text)
    assert right.verdict.startswith("correct"), right.missing


SQUARE = """
import numpy as np
rng = np.random.RandomState(1)
X, Y = rng.rand(4, 4), rng.rand(4, 1)
U, V = rng.randn(4, 4), rng.randn(4, 1)
for i in range(100):
    h = np.tanh(X.dot(U))
    top = h.dot(V) - Y
    low = top.dot(V.T) * (1 - h**2)
    U -= 0.1 * np.dot({X}, low)
    V -= 0.1 * np.dot({h}, top)
"""


@pytest.mark.parametrize(("layer", "slip"), [(1, {"X": "X"}), (2, {"h": "h"})])
def test_activations_that_are_not_transposed_run_where_the_batch_is_as_large_as_the_layer_is_wide(
    layer: int, slip: dict[str, str]
) -> None:
    assert diagnosed(SQUARE.format(X="X.T", h="h.T")).verdict == "correct"
    wrong = diagnosed(SQUARE.format(**{"X": "X.T", "h": "h.T", **slip}))
    assert (wrong.verdict, wrong.bugs[0].id, wrong.bugs[0].layer) == ("wrong", "B22", layer)


@pytest.mark.parametrize(
    ("step", "words"),
    [("-= 0.1 *", "steps against"), ("+= -0.1 * 0.5 *", "steps against")],
)
def test_a_step_by_a_negative_rate_goes_against_the_gradient(step: str, words: str) -> None:
    said = diagnosed(SQUARE.format(X="X.T", h="h.T").replace("-= 0.1 *", step))
    assert said.verdict == "correct"
    assert words in said.read_as


def test_steps_that_climb_are_told_beside_another_mistake() -> None:
    text = SQUARE.format(X="X.T", h="h.T").replace("-= 0.1", "+= 0.1").replace("(1 - h**2)", "1")
    wrong = diagnosed(text)
    assert (wrong.verdict, [bug.id for bug in wrong.bugs]) == ("wrong", ["B11", "B14"])


def test_of_two_signs_the_one_that_climbs_is_the_mistake() -> None:
    text = SQUARE.format(X="X.T", h="h.T").replace("V -=", "V +=")
    wrong = diagnosed(text)
    assert (wrong.verdict, [(bug.id, bug.layer) for bug in wrong.bugs]) == ("wrong", [("B14", 2)])


NUMBERS = """
import numpy as np
x, target = np.array([0.05, 0.1]), np.array([0.01, 0.99])
U, b, V, c = np.array([[0.15, 0.2], [0.25, 0.3]]), 0.35, np.array([[0.4, 0.45], [0.5, 0.55]]), 0.6
f = lambda z: 1 / (1 + np.exp(-z))
for i in range(100):
    h = f(np.dot(U, x) + b)
    o = f(np.dot(V, h) + c)
    print(np.sum(0.5 * (target - o)**2))
    top = (o - target) * o * (1 - o)
    low = np.dot(V.T, top) * h * (1 - h)
    V = V - 0.5 * np.outer(top, h)
    U = U - 0.5 * np.outer(low, x)
"""


def test_biases_that_are_numbers_of_the_program_need_no_training() -> None:
    said = diagnosed(NUMBERS)
    assert said.verdict.startswith("correct"), said
    assert "biases as numbers of the program, not trained" in said.read_as


def test_a_gradient_that_is_wrong_as_a_whole_is_not_told_entry_by_entry() -> None:
    wrong = diagnosed(NUMBERS.replace("np.outer(low, x)", "np.outer(x, low)"))
    assert (wrong.verdict, wrong.bugs[0].id, wrong.bugs[0].line) == ("wrong", "B22", 13)
    assert "entry" not in wrong.bugs[0].wrong


# The way back takes e to the power of what the loss was made of: no probabilities before that.
LOGARITHMS = """
import numpy as np
rng = np.random.RandomState(4)
X, Y = rng.randn(12, 3), np.eye(4)[np.arange(12) % 4]
V, W = rng.randn(3, 5), rng.randn(5, 4)
for i in range(50):
    h = np.tanh(X.dot(V))
    z = h.dot(W)
    most = z.max(axis=1, keepdims=True)
    logp = z - most - np.log(np.exp(z - most).sum(axis=1, keepdims=True))
    print(-(logp * Y).sum() / len(Y))
    up = -Y / len(Y)
    top = up - np.exp(logp) * {total}
    low = top.dot(W.T) * (1 - h * h)
    W = W - 0.5 * h.T.dot(top)
    V = V - 0.5 * X.T.dot(low)
"""


@pytest.mark.parametrize(("total", "verdict"), [("up.sum(axis=1, keepdims=True)", "correct"), ("up.sum()", "wrong")])
def test_targets_may_meet_logarithms_before_there_are_probabilities(total: str, verdict: str) -> None:
    told = diagnosed(LOGARITHMS.format(total=total))
    assert (told.verdict.partition(" ")[0], told.network["loss"]) == (verdict, "cross_entropy"), told.missing
    assert verdict == "correct" or (told.first_fault is not None and told.first_fault.text[:3] == "top")


# No loss is computed: what multiplies the error may be the slope of any, unless it is made of the output alone.
HELPER = """
import numpy as np
rng = np.random.RandomState(2)
X, y = rng.randn(9, 3), rng.randint(0, 2, (9, 1))
W = rng.randn(3, 1)
def slope({parameters}):
    return np.exp(-a) / (1 + np.exp(-a)) {more}
for step in range(100):
    out = 1 / (1 + np.exp(-X.dot(W)))
    error = y - out
    W += X.T.dot(error * slope({given}))
"""


@pytest.mark.parametrize(
    ("parameters", "more", "given", "said"),
    [("a", "", "out", ("wrong", 7)), ("a, t", "+ t", "out, y", ("inconclusive", None))],
)
def test_a_helper_that_is_given_the_output_alone_is_meant_as_its_derivative(
    parameters: str, more: str, given: str, said: tuple[str, int | None]
) -> None:
    found = diagnosed(HELPER.format(parameters=parameters, more=more, given=given))
    line = None if found.first_fault is None else found.first_fault.line
    assert (found.verdict, line) == said, found


# The sum of the gradients of a unit's weights in place of the weights times delta; a delta of the wrong layer.
DOWN = """
import numpy as np
rng = np.random.RandomState(4)
f = lambda z: 1 / (1 + np.exp(-z))
U, V = rng.randn(3, 4), rng.randn(4, {K})
for step in range(100):
    for x, y in zip(rng.randn(5, 1, 3), rng.rand(5, 1, {K})):
        h = f(x @ U)
        o = f(h @ V)
        d = (o - y) * o * (1 - o)
        dV = h.T @ d
        e = {error} * h * (1 - h)
        U = U - 0.1 * x.T @ {taken}
        V = V - 0.1 * dV
"""


@pytest.mark.parametrize(
    ("K", "error", "taken", "bug", "line"),
    [(2, "dV.sum(axis=1)", "e", "B20", 12), (1, "(d @ V.T)", "np.repeat(d, 4, 1)", "B19", 13)],
)
def test_a_gradient_for_the_weights_and_a_delta_of_another_layer_are_told(
    K: int, error: str, taken: str, bug: str, line: int
) -> None:
    found = diagnosed(DOWN.format(K=K, error=error, taken=taken))
    assert [b.id for b in found.bugs] == [bug], found
    assert found.first_fault is not None
    assert found.first_fault.line == line
