"""Which samples of a run its first step is made of, and whether they can tell a mistake."""

from tests.student_runs import diagnosed

# The first sample is (0, 0): whatever product is formed with it is 0.
NO_OUTER = """
import numpy as np
rng = np.random.RandomState(3)
U, b, V, c = rng.rand(2, 2), rng.rand(1, 2), rng.rand(2, 1), rng.rand(1, 1)
f = lambda z: 1 / (1 + np.exp(-z))
X, Y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0], [1], [1], [0]])
for epoch in range(50):
    for x, y in zip(X, Y):
        h = f(np.dot(x, U) + b)
        o = f(np.dot(h, V) + c)
        top = (y - o) * o * (1 - o)
        low = top * V.T * h * (1 - h)
        V += 0.3 * h.T * top
        U += 0.3 * {product}
        c += 0.3 * top
        b += 0.3 * low
"""

# What the sample is said to be after the way back and before the step is looked at is one number, of the same sample.
PREDICTED = """
import numpy as np
rng = np.random.RandomState(3)
U, V = rng.rand(2, 3), rng.rand(3, 1)
f = lambda z: 1 / (1 + np.exp(-z))
X, Y = np.array([[0, 1], [0.5, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
def forward(x):
    h = f(np.dot(x, U))
    return h, f(np.dot(h, V))
hits = 0
for epoch in range(100):
    i = rng.randint(4)
    x = np.reshape(X[i], (1, 2))
    h, o = forward(x)
    top = 2 * ({error}) * o * (1 - o)
    low = np.dot(top, V.T) * h * (1 - h)
    dU, dV = np.dot(x.T, low), np.dot(h.T, top)
    hits += forward(X[i])[1][0] > 0.5
    U += 0.1 * dU
    V += 0.1 * dV
"""

# All samples at once are looked at before those that the step is made of, which are one fewer, one by one.
SUMMED = """
import numpy as np
rng = np.random.RandomState(3)
X = rng.rand(12, 3)
Y = (X.sum(axis=1, keepdims=True) > 1.4).astype(float)
w, b = np.ones((3, 1)), np.ones(1)
f = lambda z: 1 / (1 + np.exp(-z))
def gradients(w, b):
    together = f(np.dot(w.T, X.T) + b)
    print("hits", np.mean((together > 0.5) == Y.T))
    m, dw, db, cost = len(X) - 1, 0, 0, 0
    for i in range(m):
        x = X[i].reshape(3, 1)
        o = f(np.dot(w.T, x) + b)
        cost += -(Y[i] * np.log(o) + (1 - Y[i]) * np.log(1 - o))
        dw += x * (o - Y[i])
        db += o - Y[i]
    print("cost", cost / m)
    return dw / m, db / m
for epoch in range(30):
    dw, db = gradients(w, b)
    w = w - 0.1 * dw
    b = b - 0.1 * db
"""

# No loss; the lower bias is given the delta of the layer above, summed over everything.
ABOVE = """
import numpy as np
rng = np.random.RandomState(1)
X, Y = rng.rand(6, 40), np.eye(4)[:, np.arange(40) % 4]
W1, b1, W2, b2 = rng.randn(5, 6), np.zeros((5, 1)), rng.randn(4, 5), np.zeros((4, 1))
for i in range(50):
    z1 = W1.dot(X) + b1
    a1 = np.maximum(0, z1)
    z2 = W2.dot(a1) + b2
    a2 = np.exp(z2) / np.exp(z2).sum(axis=0)
    dz2 = a2 - Y
    dW2 = dz2.dot(a1.T) / 40
    db2 = np.sum(dz2, axis=1, keepdims=True) / 40
    dz1 = W2.T.dot(dz2) * (z1 > 0)
    dW1 = dz1.dot(X.T) / 40
    db1 = np.sum(dz2) / 40
    W1, b1 = W1 - 0.1 * dW1, b1 - 0.1 * db1
    W2, b2 = W2 - 0.1 * dW2, b2 - 0.1 * db2
"""


def test_a_step_on_zeros_alone_is_no_evidence_that_it_is_right() -> None:
    wrong = diagnosed(NO_OUTER.format(product="x * low"))
    assert (wrong.verdict, wrong.bugs[0].id, wrong.bugs[0].line) == ("wrong", "B12", 14), wrong
    assert diagnosed(NO_OUTER.format(product="np.outer(x, low)")).verdict.startswith("correct")


def test_passes_that_the_step_is_not_made_of_are_no_samples_of_its_batch() -> None:
    said = diagnosed(SUMMED)
    assert said.verdict.startswith("correct"), said
    assert "samples one at a time, 11 to a step" in said.read_as


def test_a_bias_given_all_of_the_delta_above_is_named() -> None:
    wrong = diagnosed(ABOVE)
    assert (wrong.verdict, wrong.bugs[0].id, wrong.bugs[0].line) == ("wrong", "B19", 16), wrong


def test_a_prediction_between_the_way_back_and_the_step_is_no_sample_of_its_batch() -> None:
    assert diagnosed(PREDICTED.format(error="Y[i] - o")).verdict.startswith("correct")
    wrong = diagnosed(PREDICTED.format(error="o - Y[i]"))
    assert (wrong.verdict, wrong.bugs[0].id) == ("wrong", "B14"), wrong
