"""Programs of no layered network: judged by the slopes of their own loss along every array that they train."""

import numpy as np
import pytest

from tests.student_runs import diagnosed

ATTENTION = """
import numpy as np

rng = np.random.default_rng(3)
words, width = 6, 4
X, Y = rng.normal(size=(words, width)), rng.normal(size=(words, width))
Wq, Wk, Wv, Wo = (0.5 * rng.normal(size=(width, width)) for _ in range(4))
for step in range(200):
    Q, K, V = X @ Wq, X @ Wk, X @ Wv
    S = Q @ K.T / np.sqrt(width)
    E = np.exp(S - S.max(axis=1, keepdims=True))
    A = E / E.sum(axis=1, keepdims=True)
    C = A @ V
    error = C @ Wo - Y
    loss = 0.5 * np.sum(error ** 2) / words
    d = error / words
    dC = d @ Wo.T
    dA = dC @ V.T
    dS = A * (dA - np.sum(dA * A, axis=1, keepdims=True)) / np.sqrt(width)
    dQ, dK, dV = dS @ K, dS.T @ Q, A.T @ dC
    Wo -= 0.1 * C.T @ d
    Wq -= 0.1 * X.T @ dQ
    Wk -= 0.1 * X.T @ dK
    Wv -= 0.1 * X.T @ dV
    if step % 50 == 0:
        print(loss)
"""
RECURRENT = """
import numpy as np

rng = np.random.default_rng(1)
U, V, R = (0.3 * rng.normal(size=shape) for shape in ((5, 3), (2, 5), (5, 5)))
b, c = np.zeros(5), np.zeros(2)
seen = [np.zeros_like(p) for p in (U, V, R, b, c)]
X, Y = rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
for epoch in range(300):
    h, loss, states, errors = np.zeros(5), 0, [np.zeros(5)], []
    for x, y in zip(X, Y):
        h = np.tanh(U @ x + R @ h + b)
        states.append(h)
        errors.append(V @ h + c - y)
        loss += 0.5 * errors[-1] @ errors[-1]
    dU, dV, dR, db, dc = (np.zeros_like(p) for p in (U, V, R, b, c))
    later = np.zeros(5)
    for t in (3, 2, 1, 0):
        dV += np.outer(errors[t], states[t + 1])
        dc += errors[t]
        dh = V.T @ errors[t] + later
        dz = dh * (1 - states[t + 1] ** 2)
        dU += np.outer(dz, X[t])
        dR += np.outer(dz, states[t])
        db += dz
        later = R.T @ dz
    for p, g, total in zip((U, V, R, b, c), (dU, dV, dR, db, dc), seen):
        total += g * g
        p -= 0.1 * g / np.sqrt(total + 1e-8)
    if epoch % 100 == 0:
        print(loss)
"""
KERNEL = """
import numpy as np

rng = np.random.default_rng(0)
images, labels = rng.normal(size=(9, 6, 6)), rng.integers(0, 2, 9)
kernel, W, b = rng.normal(size=(3, 3)) / 3, rng.normal(size=(16, 2)) / 4, np.zeros(2)
for epoch in range(5):
    for image, label in zip(images, labels):
        maps = np.array([[np.sum(image[i:i + 3, j:j + 3] * kernel) for j in range(4)] for i in range(4)])
        out = np.maximum(0, maps)
        scores = out.ravel() @ W + b
        e = np.exp(scores - scores.max())
        p = e / e.sum()
        loss = -np.log(p[label])
        d = p.copy()
        d[label] -= 1
        dmaps = (W @ d).reshape(4, 4) * (maps > 0)
        dkernel = np.zeros((3, 3))
        for i in range(4):
            for j in range(4):
                dkernel += dmaps[i, j] * image[i:i + 3, j:j + 3]
        W -= 0.05 * np.outer(out.ravel(), d)
        b -= 0.05 * d
        kernel -= 0.05 * dkernel
    print(loss)
"""
VECTORS = """
import numpy as np

pairs = [(0, 1), (1, 2), (2, 3), (3, 0), (1, 0), (2, 1)]
rng = np.random.default_rng(2)
table, W = 0.3 * rng.normal(size=(4, 3)), 0.3 * rng.normal(size=(3, 4))
for epoch in range(20):
    loss = 0.0
    for word, other in pairs:
        v = table[word]
        e = np.exp(v @ W)
        p = e / e.sum()
        loss -= np.log(p[other])
        d = p.copy()
        d[other] -= 1
        back = W @ d
        W -= 0.05 * np.outer(v, d)
        table[word] -= 0.05 * back
    print(loss)
"""
RIGHT = {"attention": ATTENTION, "recurrent": RECURRENT, "kernel": KERNEL, "vectors of words": VECTORS}
WRONG = {
    "queries for keys": (ATTENTION, "dS.T @ Q", "dS @ Q", "dX"),
    "softmax as if by itself": (ATTENTION, "(dA - np.sum(dA * A, axis=1, keepdims=True))", "(1 - A) * dA", "delta"),
    "slope of the activation": (
        RECURRENT,
        "dz = dh * (1 - states[t + 1] ** 2)",
        "dz = dh * (1 - states[t + 1])",
        "delta",
    ),
    "nothing from later": (RECURRENT, "dh = V.T @ errors[t] + later", "dh = V.T @ errors[t]", "dX"),
    "the last place alone": (KERNEL, "dkernel += dmaps[i, j]", "dkernel = dmaps[i, j]", "dW"),
}


@pytest.mark.parametrize("kind", RIGHT)
def test_a_right_program_of_any_kind_is_right_by_the_slopes_of_its_own_loss(kind: str) -> None:
    said = diagnosed(RIGHT[kind])
    assert said.verdict == "correct", said
    assert "no network, but" in said.read_as
    assert "go down it at one rate" in said.evidence[0]


@pytest.mark.parametrize("mistake", WRONG)
def test_the_line_in_which_a_way_back_leaves_the_slopes_is_told(mistake: str) -> None:
    text, old, new, quantity = WRONG[mistake]
    assert text.count(old) == 1
    said = diagnosed(text.replace(old, new))
    assert said.verdict == "wrong", said
    fault = said.first_fault
    assert fault is not None
    assert (fault.quantity, new in fault.text) == (quantity, True), said
    assert fault.got is not None
    assert fault.should_be is not None
    assert not np.isclose(fault.got, fault.should_be, rtol=1e-3)
    assert all(line.ok != (line.line == fault.line) for line in said.lines)


@pytest.mark.parametrize(
    ("old", "new"),
    [("    Wk -= 0.1 * X.T @ dK\n", ""), ("Wk -= 0.1 *", "Wk -= 0.2 *"), ("-= 0.1 *", "+= 0.1 *")],
    ids=["weights that never change", "one array at another rate", "uphill"],
)
def test_what_the_slopes_do_not_tell_is_not_called_right(old: str, new: str) -> None:
    assert old in ATTENTION
    assert not diagnosed(ATTENTION.replace(old, new)).verdict.startswith("correct")


def test_gradients_that_are_not_reset_come_again_in_the_second_step() -> None:
    reset = "    dU, dV, dR, db, dc = (np.zeros_like(p) for p in (U, V, R, b, c))\n"
    plain = RECURRENT.replace(
        "        total += g * g\n        p -= 0.1 * g / np.sqrt(total + 1e-8)\n", "        p -= 0.1 * g\n"
    )
    assert plain.count(reset) == 1
    assert diagnosed(plain).verdict == "correct"
    said = diagnosed(plain.replace(reset, "").replace("for epoch in range(300)", reset[4:] + "for epoch in range(300)"))
    assert (said.verdict, [bug.id for bug in said.bugs]) == ("wrong", ["B35"]), said
    assert said.first_fault is not None
    assert "np.outer" in said.first_fault.text


ACTOR_CRITIC = """
import numpy as np

rng = np.random.default_rng(1)
W, Wp, Wv = (0.5 * rng.normal(size=shape) for shape in ((5, 7), (7, 3), (7, 1)))
for step in range(100):
    S, G, A = rng.normal(size=(8, 5)), rng.normal(size=(8, 1)), rng.integers(0, 3, 8)
    H = np.tanh(S @ W)
    E = np.exp(H @ Wp)
    P = E / E.sum(axis=1, keepdims=True)
    advantage = G - H @ Wv
    policy = -np.mean(np.log(P[np.arange(8), A]) * advantage[:, 0])
    value = 0.5 * np.mean(advantage ** 2)
    loss = policy + value
    d = P.copy()
    d[np.arange(8), A] -= 1
    d *= advantage / 8
    dV = -advantage / 8
    dH = d @ Wp.T + dV @ Wv.T
    Wp -= 0.02 * H.T @ d
    Wv -= 0.02 * H.T @ dV
    W -= 0.02 * S.T @ (dH * (1 - H ** 2))
    if step % 10 == 0:
        print(loss)
"""
STRAIGHT_THROUGH = """
import numpy as np

rng = np.random.default_rng(2)
X = rng.normal(size=(10, 6))
We, Wd, bd = 0.5 * rng.normal(size=(6, 3)), 0.5 * rng.normal(size=(3, 6)), np.zeros(6)
for epoch in range(200):
    z = X @ We
    code = np.where(z > 0, 1.0, -1.0)
    error = code @ Wd + bd - X
    loss = 0.5 * np.sum(error ** 2) + 0.25 * np.sum((z - code) ** 2)
    dz = error @ Wd.T + 0.5 * (z - code)
    Wd -= 0.01 * code.T @ error
    bd -= 0.01 * error.sum(axis=0)
    We -= 0.01 * X.T @ dz
    if epoch % 20 == 0:
        print(loss)
"""
DISCRIMINATOR = """
import numpy as np

rng = np.random.default_rng(5)
W, b, V, c = 0.5 * rng.normal(size=(3, 6)), np.zeros((1, 6)), 0.5 * rng.normal(size=(6, 1)), np.zeros((1, 1))


def judge(x):
    h = np.tanh(x @ W + b)
    return h, 1 / (1 + np.exp(-(h @ V + c)))


def step(x, h, out, target):
    global W, b, V, c
    d = out - target
    dh = d @ V.T * (1 - h ** 2)
    V -= 0.1 * h.T @ d / len(x)
    c -= 0.1 * np.mean(d, axis=0, keepdims=True)
    W -= 0.1 * x.T @ dh / len(x)
    b -= 0.1 * np.mean(dh, axis=0, keepdims=True)


for epoch in range(100):
    real, fake = rng.normal(1, 1, size=(8, 3)), rng.normal(size=(8, 3))
    h, of_real = judge(real)
    step(real, h, of_real, np.ones((8, 1)))
    h, of_fake = judge(fake)
    step(fake, h, of_fake, np.zeros((8, 1)))
    print(-np.mean(np.log(of_real + 1e-8) + np.log(1 - of_fake + 1e-8)))
"""
HELD_STILL = {"an advantage held still": ACTOR_CRITIC, "a step gone back over": STRAIGHT_THROUGH}


@pytest.mark.parametrize("kind", HELD_STILL)
def test_steps_that_are_the_slopes_of_no_number_on_purpose_are_not_called_wrong(kind: str) -> None:
    assert diagnosed(HELD_STILL[kind]).verdict == "inconclusive"


def test_the_mean_error_of_a_later_pass_is_no_loss_that_a_discriminator_forgets() -> None:
    said = diagnosed(DISCRIMINATOR)
    assert said.verdict == "correct", said


def test_of_several_wrong_arrays_one_that_is_far_off_by_what_the_loss_is_made_of_is_enough() -> None:
    back, old = "dQ @ Wq.T + dK @ Wk.T + dV @ Wv.T", "    dQ, dK, dV = dS @ K, dS.T @ Q, A.T @ dC\n"
    read = ATTENTION.replace(
        "X, Y = rng.normal(size=(words, width)), ",
        "table, P, ids = rng.normal(size=(9, width)), rng.normal(size=(words, width)), np.arange(6) // 2\nY = ",
    )
    read = read.replace("    Q, K, V = X @", "    X = table[ids] + P\n    Q, K, V = X @")
    table = "    dtable = np.zeros_like(table)\n    np.add.at(dtable, ids, dX)\n    table -= 0.1 * dtable\n"
    steps = f"    dX = {back}\n    P -= 0.1 * dX\n{table}"
    right = read.replace(old, old + steps)
    assert diagnosed(right).verdict == "correct"
    said = diagnosed(right.replace(back, "dQ @ Wq.T + dK @ Wk.T"))
    assert said.verdict == "wrong", said
    assert said.first_fault is not None
    assert "dQ @ Wq.T + dK @ Wk.T" in said.first_fault.text


def test_steps_down_one_of_two_terms_of_a_difference_are_not_right() -> None:
    both = ATTENTION.replace("/ words\n    d =", "/ words\n    loss = loss - 0.1 * np.sum(np.sin(C @ Wo))\n    d =")
    assert both != ATTENTION
    assert not diagnosed(both).verdict.startswith("correct")
