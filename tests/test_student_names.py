"""Mistakes that go by one name only when all that the run shows is taken into account."""

import pytest

from tests.student_runs import diagnosed, line_of

NETWORK = """
import numpy as np

rng = np.random.default_rng(3)
X = rng.normal(size=(12, 4))
Y = (X[:, :3] + X[:, 1:] > 0).astype(float)
sig = lambda z: 1 / (1 + np.exp(-z))
W1, b1 = rng.normal(size=(4, 6)), rng.normal(size=6)
W2, b2 = rng.normal(size=(6, 5)), rng.normal(size=5)
W3, b3 = rng.normal(size=(5, 3)), rng.normal(size=3)
for step in range(200):
    A1 = np.tanh(X @ W1 + b1)
    A2 = sig(A1 @ W2 + b2)
    A3 = sig(A2 @ W3 + b3)
    loss = -np.mean(np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3), axis=1)) + 0.5 * DECAY * (
        np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2))
    d3 = (A3 - Y) / len(X)
    d2 = d2_ = (d3 @ W3.T) * A2 * (1 - A2)
    dW3 = A2.T @ d3 + DECAY * W3
    dW2 = A1.T @ d2 + DECAY * W2
    d1 = (d2 @ W2.T) * (1 - A1**2)
    dW1 = X.T @ d1 + DECAY * W1
    db3, db2, db1 = d3.sum(0), d2.sum(0), d1.sum(0)
    W3 = W3 - 0.1 * dW3
    b3 = b3 - 0.1 * db3
    W2 = W2 - 0.1 * dW2
    b2 = b2 - 0.1 * db2
    W1 = W1 - 0.1 * dW1
    b1 = b1 - 0.1 * db1
"""


@pytest.mark.parametrize(
    ("right", "wrong", "bug", "quantity"),
    [
        ("d3 = (A3 - Y)", "d3 = (A3 - Y) ** 2", "B24", "delta"),
        ("d3 = (A3 - Y)", "d3 = np.abs(A3 - Y)", "B24", "delta"),
        ("dW3 = A2.T @ d3", "dW3 = np.tanh(A2).T @ d3", "B19", "dW"),
        ("dW3 = A2.T @ d3", "dW3 = np.outer(A2.mean(axis=0), d3.sum(axis=0))", "B19", "dW"),
        ("dW3 = A2.T @ d3", "dW3 = d2_.T @ d3", "B19", "dW"),
        ("0.1 * dW1\n", "0.1 * np.zeros_like(W1)\n", "B54", "dW"),
    ],
)
def test_a_mistake_has_the_name_of_what_was_done(right: str, wrong: str, bug: str, quantity: str) -> None:
    text = NETWORK.replace("DECAY", "0").replace(right, wrong)
    assert text != NETWORK.replace("DECAY", "0")
    said = diagnosed(text)
    assert (said.verdict, said.bugs[0].id) == ("wrong", bug), said
    assert said.first_fault is not None
    assert (said.first_fault.quantity, said.first_fault.line) == (quantity, line_of(text, wrong.strip())), said


def test_a_gradient_without_the_penalty_of_the_loss_has_no_sign_to_reverse() -> None:
    text = NETWORK
    for layer in (1, 2, 3):
        text = text.replace(f" + DECAY * W{layer}\n", "\n")
    said = diagnosed(text.replace("DECAY", "0.01"))
    assert said.verdict == "wrong"
    assert [bug.id for bug in said.bugs] == ["B13"]
    assert "without lambda" in said.bugs[0].wrong


def test_a_penalty_on_biases_that_the_loss_has_not_is_found_though_half_a_hinge_is_written_there() -> None:
    text = NETWORK.replace("DECAY", "0.01").replace(
        "d3.sum(0), d2.sum(0), d1.sum(0)", "d3.sum(0) + 0.01 * b3, d2.sum(0) + 0.01 * b2, d1.sum(0) + 0.01 * b1"
    )
    said = diagnosed(text)
    assert (said.verdict, said.bugs[0].id) == ("wrong", "B13"), said
    assert said.first_fault is not None
    assert (said.first_fault.layer, said.first_fault.quantity) == (3, "db")


ROUNDS = """
import numpy as np

rng = np.random.default_rng(3)
X = rng.normal(size=(40, 4))
Y = (X[:, :3] + X[:, 1:] > 0).astype(float)
sig = lambda z: 1 / (1 + np.exp(-z))
W, V = rng.normal(size=(4, 6)), rng.normal(size=(6, 3))

def forward(X):
    H = np.tanh(X @ W)
    return H, sig(H @ V)

def cost():
    H, P = forward(X)
    entropy = -np.sum(Y * np.log(P) + (1 - Y) * np.log(1 - P)) / len(X)
    return entropy + 0.05 * 0.5 * (np.sum(W**2) + np.sum(V**2))

for epoch in range(50):
    for k in range(0, 40, 8):
        x, y = X[k:k + 8], Y[k:k + 8]
        H, P = forward(x)
        d = (P - y)SLOPE / len(x)
        g = (d @ V.T) * (1 - H**2)
        V = (1 - 0.3 * FACTOR * 0.05) * V - 0.3 * H.T @ d
        W = (1 - 0.3 * FACTOR * 0.05) * W - 0.3 * x.T @ g
    print(cost())
"""


@pytest.mark.parametrize(
    ("slope", "factor", "bugs"), [("", "1", ()), ("", "2", ("B13",)), (" * P * (1 - P)", "1", ("B7", "B25", "B44"))]
)
def test_the_cost_of_an_epoch_tells_the_loss_and_the_penalty_that_are_meant(
    slope: str, factor: str, bugs: tuple[str, ...]
) -> None:
    said = diagnosed(ROUNDS.replace("SLOPE", slope).replace("FACTOR", factor))
    assert said.network["loss"] == "bce"
    assert "computes in another pass" in said.read_as
    assert tuple(bug.id for bug in said.bugs) == bugs
    assert said.verdict == ("wrong" if bugs else "correct up to convention")


SHIFTED = """
import numpy as np

rng = np.random.default_rng(3)
X, Y = rng.normal(size=(9, 4)), np.eye(3)[rng.integers(0, 3, 9)]
W, V = rng.normal(size=(4, 6)), rng.normal(size=(6, 3))
for step in range(200):
    H = np.tanh(X @ W)
    Z = H @ V
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum()
    d = (P - Y) / len(X)
    g = (d @ V.T) * (1 - H**2)
    V -= 0.1 * H.T @ d
    W -= 0.1 * X.T @ g
"""


def test_a_softmax_shifted_by_rows_and_divided_by_the_sum_of_everything_is_told() -> None:
    said = diagnosed(SHIFTED)
    assert (said.verdict, said.bugs[0].id) == ("forward differs", "B38")
    assert said.first_fault is not None
    assert said.first_fault.line == line_of(SHIFTED, "E / E.sum()")


THRESHOLDS = """
import numpy as np

rng = np.random.default_rng(3)
X, Y = rng.normal(size=(4, 9)), rng.normal(size=(2, 9))
A, B = rng.normal(size=(6, 5)), rng.normal(size=(2, 7))
for step in range(200):
    X1 = np.vstack([-np.ones((1, 9)), X])
    M = np.tanh(A @ X1)
    M1 = np.vstack([-np.ones((1, 9)), M])
    out = B @ M1
    loss = 0.5 * np.sum((out - Y) ** 2)
    d = out - Y
    m = np.delete(B, WHICH, 1).T @ d
    gA = (m * (1 - M**2)) @ X1.T
    B = B - 0.01 * d @ M1.T
    A = A - 0.01 * gA
"""


@pytest.mark.parametrize(("which", "bug"), [(0, ""), (3, "B31"), (6, "B32")])
def test_any_column_that_is_taken_for_that_of_the_thresholds_is_told(which: int, bug: str) -> None:
    text = THRESHOLDS.replace("WHICH", str(which))
    said = diagnosed(text)
    assert said.verdict.partition(" ")[0] == ("wrong" if bug else "correct"), said
    if bug:
        assert said.first_fault is not None
        assert (said.bugs[0].id, said.first_fault.line) == (bug, line_of(text, "np.delete"))


TWICE = """
import numpy as np

rng = np.random.default_rng(3)
X, Y = rng.normal(size=(9, 4)), rng.random(size=(9, 2))
slope = lambda a: a * (1 - a)
W, V = rng.normal(size=(4, 6)), rng.normal(size=(6, 2))
for step in range(200):
    H = 1 / (1 + np.exp(-(X @ W)))
    out = 1 / (1 + np.exp(-(H @ V)))
    error = Y - out
    d = error * slope(out)
    g = d.dot(V.T) * slope(H)
    V += H.T.dot(d)
    W += X.T.dot(g * slope(H))
"""


def test_a_factor_multiplied_in_after_the_delta_has_its_name_is_one_of_the_product() -> None:
    said = diagnosed(TWICE)
    assert (said.verdict, said.bugs[0].id) == ("wrong", "B25")
    assert said.first_fault is not None
    told = (said.first_fault.layer, said.first_fault.quantity, said.first_fault.line)
    assert told == (1, "dW", line_of(TWICE, "W += X.T.dot(g"))


CLIPPED = """
import numpy as np

rng = np.random.default_rng(3)
X, Y = rng.normal(size=(9, 4)), 5 * rng.normal(size=(9, 2))
W, b, V, c = rng.normal(size=(4, 6)), rng.normal(size=6), rng.normal(size=(6, 2)), rng.normal(size=2)
for step in range(200):
    H = np.tanh(X @ W + b)
    out = H @ V + c
    loss = 0.5 * np.mean((out - Y) ** 2)
    d = (out - Y) / Y.size
    g = (d @ V.T)SLOPE
    grads = [X.T @ g, g.sum(0), H.T @ d, d.sum(0)]
    W, b, V, c = [p - 0.1 * np.clip(q, -0.4, 0.4) for p, q in zip([W, b, V, c], grads)]
"""


@pytest.mark.parametrize(("slope", "right"), [(" * (1 - H**2)", True), ("", False)])
def test_clipping_that_leaves_some_gradients_alone_is_no_mistake_and_hides_none(slope: str, right: bool) -> None:
    said = diagnosed(CLIPPED.replace("SLOPE", slope))
    assert said.verdict.startswith("correct") == right, said


SAMPLES = """
import numpy as np

rng = np.random.default_rng(3)
X, Y = rng.normal(size=(9, 4)), rng.normal(size=(9, 2))
W, b, V, c = rng.normal(size=(4, 6)), rng.normal(size=(1, 6)), rng.normal(size=(6, 2)), rng.normal(size=(1, 2))
for step in range(200):
    H = np.tanh(X @ W + b)
    out = H @ V + c
    loss = 0.5 * np.mean(np.sum((out - Y) ** 2, axis=1))
    gW = gb = gV = gc = 0
    for x, h, o, y in zip(X, H, out, Y):
        d = (o - y) / len(X)
        gV = gV + np.outer(h, d)
        gc = gc + d[None]
        g = V.dot(d) * (1 - h**2)
        gW = gW + np.outer(x, g)
        gb = gb + g[None]
    W = W - 0.1 * gW
    b = b - 0.1 * gb
    V = V - 0.1 * gV
    c = c - 0.1 * gc
"""


def test_gradients_added_up_sample_by_sample_are_no_parameters() -> None:
    assert diagnosed(SAMPLES).verdict == "correct"


GIVEN_THE_PASS = """
import numpy as np

rng = np.random.default_rng(3)
X, Y = rng.normal(size=(9, 4)), rng.normal(size=(9, 2))
W, V = rng.normal(size=(4, 6)), rng.normal(size=(6, 2))

def forward(X, W, V):
    H = np.tanh(X @ W)
    return H, H @ V

def backward(X, Y, H, out, W, V):
    d = (out - Y) / len(X)
    g = d @ V.T * (1 - H**2)
    return X.T @ g, H.T @ d

for step in range(200):
    H, out = forward(X, W, V)
    loss = 0.5 * np.mean(np.sum((out - Y) ** 2, axis=1))
    gW, gV = backward(X, Y, H, out, W, V)
    W, V = W - 0.1 * gW, V - 0.1 * gV
"""


def test_a_function_that_is_given_the_activations_need_not_read_the_weights() -> None:
    said = diagnosed(GIVEN_THE_PASS)
    assert said.verdict == "correct"
    assert not any(probe.name == "state kept between calls" for probe in said.probes)


RENAMED = """
import numpy as np

rng = np.random.default_rng(3)
sig = lambda z: 1 / (1 + np.exp(-z))
W, b = rng.normal(size=(5, 3)), rng.normal(size=(5, 1))
V, c = rng.normal(size=(2, 5)), rng.normal(size=(2, 1))
for step in range(200):
    x, y = rng.normal(size=(3, 1)), rng.random(size=(2, 1))
    hidden = sig(W @ x + b)
    out = sig(V @ hidden + c)
    error = y - out
    gradient = out * (1 - out)
    gradient = gradient * error
    back = V.T @ gradient
    slope = hidden * (1 - hidden)
    slope = back * 0.1
    V += 0.1 * gradient @ hidden.T
    c += 0.1 * gradient
    W += slope @ x.T
    b += slope
"""


def test_a_slope_that_is_computed_and_then_written_over_is_missing_where_its_name_is_given_again() -> None:
    said = diagnosed(RENAMED)
    assert (said.verdict, said.bugs[0].id) == ("wrong", "B11")
    assert said.first_fault is not None
    assert said.first_fault.line == line_of(RENAMED, "slope = back")


UNTRAINED = """
from math import exp
from random import random, seed

seed(1)
hidden = [{"w": [random() for _ in range(3)]} for _ in range(3)]
outer = [{"w": [random() for _ in range(4)]} for _ in range(2)]

def output(neuron, inputs):
    total = neuron["w"][-1]
    for w, x in zip(neuron["w"], inputs):
        total += w * x
    neuron["out"] = 1 / (1 + exp(-total))
    return neuron["out"]

for epoch in range(20):
    for row, goal in (([2.78, 2.55], [1, 0]), ([1.46, 2.36], [0, 1]), ([7.62, 2.75], [0, 1])):
        h = [output(neuron, row) for neuron in hidden]
        o = [output(neuron, h) for neuron in outer]
        print(sum((g - a) ** 2 for g, a in zip(goal, o)))
        for neuron, a, g in zip(outer, o, goal):
            neuron["delta"] = (a - g) * a * (1 - a)
        for j, neuron in enumerate(hidden):
            error = 0.0
            for above in outer:
                error += above["w"][j] * above["delta"]
            neuron["delta"] = error * h[j] * (1 - h[j])
        for layer, inputs in ((hidden, row), (outer, h)):
            for neuron in layer:
                for j in range(len(inputs)):
                    neuron["w"][j] -= 0.5 * neuron["delta"] * inputs[j]
"""


def test_a_bias_that_no_line_ever_changes_has_no_guilty_line() -> None:
    said = diagnosed(UNTRAINED)
    assert (said.verdict, said.bugs[0].id) == ("wrong", "B10")
    assert said.first_fault is not None
    assert said.first_fault.line is None
