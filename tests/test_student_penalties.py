"""What a program's loss asks for beside the error, wherever it computes it, and steps that are no optimiser's work."""

import pytest

from tests.student_runs import diagnosed, line_of, watched
from verify.report.diagnosis import Diagnosis
from verify.student.judging.look import look
from verify.student.runs.tape import Tape

THETAS = """
import numpy as np

rng = np.random.default_rng(3)
X = rng.normal(size=(20, 4))
Y = (X[:, :3] + X[:, 1:] > 0).astype(float)
one = np.ones((len(X), 1))
sig = lambda z: 1 / (1 + np.exp(-z))
T1, T2 = rng.normal(size=(6, 5)), rng.normal(size=(3, 7))

def cost():
    P = sig(np.hstack([one, sig(np.hstack([one, X]) @ T1.T)]) @ T2.T)
    J = -(Y * np.log(P) + (1 - Y) * np.log(1 - P)).sum() / len(X)
    return J + 0.05 * (np.sum(T1[:, 1:]**2) + np.sum(T2[:, 1:]**2))

for epoch in range(60):
    A = np.hstack([one, X])
    Z = A @ T1.T
    B = np.hstack([one, sig(Z)])
    P = sig(B @ T2.T)
    d2 = P - Y
    d1 = (d2 @ T2)[:, 1:] * sig(Z) * (1 - sig(Z))
    G2 = d2.T @ B / len(X)
    G1 = d1.T @ A / len(X)
    G2[:, 1:] += 0.1 * T2[:, 1:]
    G1[:, 1:] += 0.1 * T1[:, 1:]
    T1 = T1 - 0.5 * G1
    T2 = T2 - 0.5 * G2
    if epoch % 10 == 0:
        print(cost())
"""
BESIDE = """P - Y
    J = -(Y * np.log(P) + (1 - Y) * np.log(1 - P)).sum() / len(X)
    print(J + 0.05 * (np.sum(T1**2) + np.sum(T2**2)))"""
ALL = THETAS.partition("def cost")[0] + "for epoch" + THETAS.partition("for epoch")[2].partition("    if epoch")[0]
ALL = ALL.replace("G1[:, 1:] += 0.1 * T1[:, 1:]", "G1 += 0.1 * T1").replace("P - Y", BESIDE)
ALL = ALL.replace("G2[:, 1:] += 0.1 * T2[:, 1:]", "G2 += 0.1 * T2")


def held_against(said: Diagnosis) -> tuple[str, str, int, str, int | None]:
    """Return verdict, name, layer, quantity and line."""
    assert said.first_fault is not None
    fault = said.first_fault
    return said.verdict, said.bugs[0].id, fault.layer, fault.quantity, fault.line


@pytest.mark.parametrize(
    ("text", "right", "wrong", "bug", "layer", "quantity"),
    [
        (THETAS, "G1[:, 1:] += 0.1 * T1[:, 1:]", "G1[:, 1:] -= 0.1 * T1[:, 1:]", "B60", 1, "dW"),
        (THETAS, "G2[:, 1:] += 0.1 * T2[:, 1:]", "G2 += 0.1 * T2", "B13", 2, "db"),
        (THETAS, "G1[:, 1:] += 0.1 * T1[:, 1:]", "G1[:, :-1] += 0.1 * T1[:, :-1]", "B13", 1, "dW"),
        (ALL, "G2 += 0.1 * T2", "G2[:, 1:] += 0.1 * T2[:, 1:]", "B13", 2, "db"),
        (ALL, "G2 += 0.1 * T2", "G2 -= 0.1 * T2", "B60", 2, "dW"),
    ],
    ids=["of a wrong sign", "of the bias too", "of the wrong columns", "without the bias", "of a sign in one layer"],
)
def test_a_penalty_put_wrongly_into_one_gradient_is_no_optimiser(
    text: str, right: str, wrong: str, bug: str, layer: int, quantity: str
) -> None:
    said = diagnosed(text.replace(right, wrong))
    assert held_against(said) == ("wrong", bug, layer, quantity, line_of(text, right))


@pytest.mark.parametrize("text", [THETAS, ALL], ids=["of the weights", "of the biases too"])
def test_the_penalty_that_a_loss_adds_is_right_in_the_gradients(text: str) -> None:
    assert diagnosed(text).verdict.startswith("correct")


SUMMED = """
import numpy as np

rng = np.random.default_rng(3)
samples = [(rng.normal(size=(3, 1)), rng.normal(size=(2, 1))) for _ in range(130)]
W, b = rng.normal(size=(5, 3)), 0.1 * rng.normal(size=(5, 1))
V, c = rng.normal(size=(2, 5)), 0.1 * rng.normal(size=(2, 1))

def forward(x):
    h = np.tanh(W @ x + b)
    return h, V @ h + c

print(sum(np.sum((forward(x)[1] - y)**2) for x, y in samples))
for k in range(0, 130, 8):
    gW, gb, gV, gc = (np.zeros_like(p) for p in (W, b, V, c))
    for x, y in samples[k:k + 8]:
        h, out = forward(x)
        d = out - y
        e = (V.T @ d) * (1 - h**2)
        gV += d @ h.T
        gc += d
        gW += e @ x.T
        gb += e
    W -= 0.1 / 8 * gW
    b -= 0.1 / 8 * gb
    V -= 0.1 / 8 * gV
    c -= 0.1 / 8 * gc
"""


def test_samples_summed_one_at_a_time_at_two_scales_are_no_optimiser_however_many_passes_came_before() -> None:
    text = SUMMED.replace("    W -= 0.1 / 8", "    W -= 0.3 / 8")
    assert held_against(diagnosed(text)) == ("wrong", "B43", 1, "dW", line_of(text, "W -= 0.3 / 8"))


ELSEWHERE = """
import numpy as np

rng = np.random.default_rng(3)
X, Y = rng.normal(size=(12, 4)), rng.normal(size=(12, 2))
W, V = rng.normal(size=(4, 6)), rng.normal(size=(6, 2))

def loss():
    return np.mean(np.log(np.cosh(np.tanh(X @ W) @ V - Y)))

for step in range(200):
    H = np.tanh(X @ W)
    out = H @ V
    d = (out - Y) / len(X)
    g = (d @ V.T) * (1 - H**2)
    V = V - 0.1 * H.T @ d
    W = W - 0.1 * X.T @ g
    if step % 50 == 0:
        print(loss())
"""


def test_the_slope_of_another_loss_than_the_one_computed_elsewhere_is_told_of_a_linear_output_too() -> None:
    said = diagnosed(ELSEWHERE)
    assert held_against(said)[:4] == ("wrong", "B44", 2, "delta")
    assert diagnosed(ELSEWHERE.replace("(out - Y)", "np.tanh(out - Y)")).verdict == "correct"


LOGITS = """
import numpy as np

rng = np.random.default_rng(3)
X = rng.normal(size=(12, 4))
Y = (X[:, :2] > 0).astype(float)
W, V = rng.normal(size=(4, 6)), rng.normal(size=(6, 2))
for step in range(200):
    H = np.tanh(X @ W)
    out = H @ V
    loss = np.mean(np.maximum(out, 0) - out * Y + np.log(1 + np.exp(-np.abs(out))))
    d = (1 / (1 + np.exp(-out)) - Y) / Y.size
    g = (d @ V.T) * (1 - H)
    V = V - 0.1 * H.T @ d
    W = W - 0.1 * X.T @ g
"""


def test_a_cross_entropy_computed_of_the_pre_activations_has_its_sigmoid_in_the_slope_alone() -> None:
    said = diagnosed(LOGITS)
    assert said.network["loss"] == "bce"
    assert held_against(said) == ("wrong", "B40", 1, "delta", line_of(LOGITS, "(1 - H)"))


LASSO = """
import numpy as np

rng = np.random.default_rng(3)
X = rng.normal(size=(12, 4))
Y = (X[:, :2] > 0).astype(float)
W, V = rng.normal(size=(4, 6)), rng.normal(size=(6, 2))
for step in range(200):
    H = np.tanh(X @ W)
    P = 1 / (1 + np.exp(-(H @ V)))
    loss = -np.mean(Y * np.log(P) + (1 - Y) * np.log(1 - P))
    loss = loss + 0.01 * (np.abs(W).sum() + np.abs(V).sum())
    d = (P - Y) / Y.size
    g = (d @ V.T) * (1 - H**2)
    V = V - 0.1 * (H.T @ d + 0.01 * np.sign(V))
    W = W - 0.1 * (X.T @ g + 0.01 * np.sign(W))
"""


def test_steps_with_another_penalty_than_the_loss_has_are_no_weight_decay() -> None:
    said = diagnosed(LASSO.replace("np.sign(V)", "V").replace("np.sign(W)", "W"))
    assert held_against(said) == ("wrong", "B13", 2, "dW", line_of(LASSO, "np.sign(V)"))
    assert diagnosed(LASSO).verdict.startswith("correct")


def test_a_loss_is_known_where_outputs_are_so_small_that_the_guards_beside_them_are_seen() -> None:
    guarded = LASSO.replace("np.log(P)", "np.log(P + 1e-8)").replace("np.log(1 - P)", "np.log(1 - P + 1e-8)")
    large = guarded.replace("V = rng.normal(size=(4, 6)), ", "V = rng.normal(size=(4, 6)), 40 * ")
    seen = look(Tape(watched(large)))
    assert seen is not None
    assert {one.name for one in seen.seen} == {"bce"}


DECAYED = SUMMED.replace("130", "24").replace("samples))", "samples) / 24 + 0.3 * (np.sum(W**2) + np.sum(V**2)))")
for name in "WVb":  # the loss that is printed, and a decay of one bias, which it does not have
    DECAYED = DECAYED.replace(f"{name} -= 0.1 / 8 * g{name}", f"{name} -= 0.1 * (g{name} / 8 + 0.3 * {name})")


def test_the_penalty_on_a_loss_added_up_sample_by_sample_is_known_beside_it() -> None:
    said = diagnosed(DECAYED)
    assert held_against(said) == ("wrong", "B13", 1, "db", line_of(DECAYED, "0.3 * b)"))


def test_biases_whose_gradients_are_set_to_zero_are_not_what_an_optimiser_leaves() -> None:
    text = THETAS.replace("    T1 = T1 -", "    G1[:, 0] = G2[:, 0] = 0\n    T1 = T1 -")
    assert held_against(diagnosed(text))[:4] == ("wrong", "B10", 2, "db")


LAYERS = """
import numpy as np

rng = np.random.default_rng(3)
X, Y = rng.normal(size=(12, 4)), rng.normal(size=(12, 2))
W, b, V = rng.normal(size=(4, 6)), 0.1 * rng.normal(size=(1, 6)), rng.normal(size=(6, 2))

def cost():
    E = 0.5 * np.mean(np.sum((np.tanh(X @ W + b) @ V - Y)**2, axis=1))
    return E + 0.02 * np.sum(np.abs(W)) + 0.03 * np.sum(b**2) + 0.05 * np.sum(V**2)

for step in range(200):
    H = np.tanh(X @ W + b)
    d = (H @ V - Y) / len(X)
    g = (d @ V.T) * (1 - H**2)
    dV = H.T @ d + 0.1 * V
    dW = X.T @ g + 0.02 * np.sign(W)
    db = g.sum(axis=0, keepdims=True) + 0.06 * b
    V -= 0.1 * dV
    W -= 0.1 * dW
    b -= 0.1 * db
    if step % 50 == 0:
        print(cost())
"""


@pytest.mark.parametrize(
    ("right", "wrong", "bug", "layer", "quantity"),
    [
        ("+ 0.02 * np.sign(W)", "+ 0.04 * W", "B13", 1, "dW"),
        ("+ 0.06 * b", "- 0.06 * b", "B60", 1, "db"),
        ("(1 - H**2)", "(1 - H)", "B40", 1, "delta"),
    ],
    ids=["of another kind", "of a wrong sign", "beside another mistake"],
)
def test_penalties_may_be_of_each_layers_own(right: str, wrong: str, bug: str, layer: int, quantity: str) -> None:
    said = diagnosed(LAYERS.replace(right, wrong))
    assert held_against(said) == ("wrong", bug, layer, quantity, line_of(LAYERS, right))


def test_right_penalties_of_each_layers_own_are_right() -> None:
    assert diagnosed(LAYERS).verdict.startswith("correct")
