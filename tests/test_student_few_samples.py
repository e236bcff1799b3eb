"""Programs that take one random sample a step, and layers of few units: what one sample hides, others show."""

from tests.student_runs import diagnosed

RANDOM_SAMPLE = """
import random
import numpy as np

X = np.array([[0, 0], [1, 0], [0, 1], [1, 1]])
Y = np.array([[0], [1], [1], [0]])
W1, b1 = np.random.rand(2, 2), np.zeros((2, 1))
W2, b2 = np.random.rand(1, 2), np.random.rand(1, 1)

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

for k in range(10000):
    r = random.sample([0, 1, 2, 3], 1)
    x = np.array(X[r])
    x.shape = (2, 1)
    h = sigmoid(np.dot(W1, x) + b1)
    out = sigmoid(np.dot(W2, h) + b2)
    y = np.array(Y[r])
    err = y - out
    s2 = -2 * out * (1 - out) * err
    s1 = np.dot(np.diag((h * (1 - h)).ravel()), W2.T) * s2
    W2 = W2 - 0.05 * s2 * h.T
    b2 = b2 - 0.05 * s2
    W1 = W1 - 0.05 * np.dot(s1, x.T)
    b1 = b1 - 0.05 * s1
"""

TWO_RELUS = """
import numpy as np

rng = np.random.default_rng(1)
W1, b1 = rng.normal(size=(2, 2)), np.zeros(2)
W2, b2 = rng.normal(size=(1, 2)), np.zeros(1)
X, T = rng.normal(size=(30, 2)), rng.integers(0, 2, size=(30, 1))

for epoch in range(50):
    for x, t in zip(X, T):
        z1 = W1 @ x + b1
        a1 = np.maximum(0, z1)
        y = W2 @ a1 + b2
        d2 = y - t
        d1 = (W2.T @ d2) * (z1 > 0)
        W1 -= 0.01 * np.outer(d1, x)
        b1 -= 0.01 * d1
        W2 -= 0.01 * np.outer(d2, a1)
        b2 -= 0.01 * d2
"""


def test_a_derivative_at_the_activation_is_seen_though_one_random_sample_makes_a_step() -> None:
    twice = RANDOM_SAMPLE.replace("-2 * out * (1 - out)", "-2 * sigmoid(out) * (1 - sigmoid(out))")
    assert diagnosed(twice).verdict == "wrong"


def test_two_relus_that_are_open_at_first_have_no_mask_of_an_earlier_pass() -> None:
    assert diagnosed(TWO_RELUS, seed=3).verdict.startswith("correct")


TWICE = """
import numpy as np

X, Y = np.random.randn(10, 4), np.eye(3)[np.arange(10) % 3]
W, V = np.random.randn(5, 4), np.random.randn(4, 3)

def forward(x):
    h = 1 / (1 + np.exp(-x.dot(W)))
    return h, 1 / (1 + np.exp(-h.dot(V)))

def step(x, y, h, o):
    global W, V
    back = (y - o).dot(V.T) * h * (1 - h)
    V += 0.1 * np.outer(h, (y - o) * o * (1 - o))
    W += 0.1 * np.outer(x, back)

for x, y in zip(X, Y):
    h, o = forward(np.insert(x, 0, 1))
    step(np.insert(x, 0, 1), y, h, o)
"""


def test_a_sample_may_be_completed_anew_for_the_way_back() -> None:
    said = diagnosed(TWICE)
    assert (said.bugs[0].id, said.bugs[0].line) == ("B5", 13), said


ONE_UNIT = """
import numpy as np

X, Y = np.array([[-3.0, -2, 3, 2]]), np.array([[0, 0, 1, 1]])
rate, weights, biases = 0.5, [np.random.randn(1, 1) * 0.01], [np.zeros((1, 1))]

def forward(a):
    for W, b in zip(weights, biases):
        a = 1 / (1 + np.exp(-(W.dot(a) + b)))
    return a

for epoch in range(1000):
    a = forward(X)
    da = (1 - Y) / (1 - a) - Y / a
    for l in reversed(range(len(weights))):
        dz = da * a * (1 - a)
        dW, db = dz.dot(X.T), dz.sum(axis=1, keepdims=True)
        da = weights[l].T.dot(dz)
        weights[l] -= rate * dW
        biases[l] -= rate * db
    if epoch % 100 == 0:
        a = forward(X)
        print(-np.mean(Y * np.log(a) + (1 - Y) * np.log(1 - a)))
"""


def test_the_step_of_one_weight_is_no_loss_beside_a_rate_of_one_half() -> None:
    assert diagnosed(ONE_UNIT).verdict == "correct up to convention"
