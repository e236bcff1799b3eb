"""What the debugger says of small programs: each mistake with its name, its place and its line."""

import numpy as np
import pytest

from tests.student_runs import diagnosed, line_of
from verify.student.reading.penalty import misapplied

DECAYED = """
import numpy as np
rng = np.random.default_rng(0)
X, Y = rng.normal(size=(9, 4)), rng.normal(size=(9, 2))
W1, b1 = rng.normal(size=(4, 5)), np.zeros(5)
W2, b2 = rng.normal(size=(5, 2)), np.zeros(2)
for step in range(100):
    z1 = X @ W1 + b1
    a1 = np.tanh(z1)
    z2 = a1 @ W2 + b2
    loss = np.sum((z2 - Y) ** 2) / 2 / len(X)
    loss = loss + 0.05 * (np.sum(W1 ** 2) + np.sum(W2 ** 2))
    d2 = (z2 - Y) / len(X)
    dW2 = a1.T @ d2 + 0.1 * W2
    d1 = (d2 @ W2.T) * (1 - a1 ** 2)
    dW1 = X.T @ d1 + 0.1 * W1
    W2 = W2 - 0.1 * dW2
    b2 = b2 - 0.1 * d2.sum(axis=0)
    W1 = W1 - 0.1 * dW1
    b1 = b1 - 0.1 * d1.sum(axis=0)
    print(loss)
"""
LAYERS = """
import numpy as np
class Dense:
    def __init__(self, n, m):
        self.W, self.b = np.random.randn(n, m), np.zeros(m)
    def forward(self, x):
        self.x = x
        return x @ self.W + self.b
    def backward(self, g):
        self.dW = self.x.T @ g
        self.db = g.sum(axis=0)
        return g @ self.W.T
class Sigmoid:
    def forward(self, x):
        self.a = 1 / (1 + np.exp(-x))
        return self.a
    def backward(self, g):
        d = g * self.a * (1 - self.a)
        return d
np.random.seed(1)
X, Y = np.random.randn(8, 3), np.random.rand(8, 2)
first, squash, last, end = Dense(3, 4), Sigmoid(), Dense(4, 2), Sigmoid()
for epoch in range(50):
    for part in range(2):
        x, y = X[part * 4:part * 4 + 4], Y[part * 4:part * 4 + 4]
        out = end.forward(last.forward(squash.forward(first.forward(x))))
        g = end.backward(out - y)
        h = last.backward(g)
        h = squash.backward(h)
        first.backward(h)
        for layer in (first, last):
            layer.W -= 0.1 * layer.dW
            layer.b -= 0.1 * layer.db
    out = end.forward(last.forward(squash.forward(first.forward(X))))
    print(0.5 * np.sum((out - Y) ** 2))
"""


def edited(text: str, *edits: tuple[str, str]) -> str:
    """Return a program after some edits, each of a text that occurs once."""
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize("text", [DECAYED, LAYERS], ids=["a penalty in the loss", "a loss once an epoch"])
def test_a_right_program_is_not_blamed(text: str) -> None:
    assert diagnosed(text).verdict in ("correct", "correct up to convention")


@pytest.mark.parametrize(
    ("old", "new", "bug", "layer"),
    [
        ("+ 0.1 * W2", "+ 0.2 * W2", "B13", 2),
        ("+ 0.1 * W1", "- 0.1 * W1", "B60", 1),
        ("+ 0.1 * W1", "", "B13", 1),
        ("dW2 = a1.T @ d2 + 0.1 * W2", "dW2 = z1.T @ d2 + 0.1 * W2", "B19", 2),
    ],
    ids=["twice the decay", "the decay's sign", "no decay", "z in place of a beside a decay"],
)
def test_gradients_are_held_against_the_penalty_that_the_loss_adds(old: str, new: str, bug: str, layer: int) -> None:
    told = diagnosed(edited(DECAYED, (old, new)))
    assert told.verdict == "wrong"
    assert told.first_fault is not None
    assert (told.bugs[0].id, told.first_fault.layer, told.first_fault.quantity) == (bug, layer, "dW")
    assert told.first_fault.line == line_of(DECAYED, old)


def test_a_derivative_that_no_table_knows_is_told_by_its_values() -> None:
    told = diagnosed(edited(DECAYED, ("(1 - a1 ** 2)", "(1 - a1 ** 3 / 5)")))
    assert told.verdict == "wrong"
    assert told.first_fault is not None
    assert (told.bugs[0].id, told.first_fault.layer, told.first_fault.quantity) == ("B40", 1, "delta")


def test_the_loss_of_an_epoch_decides_whether_a_factor_is_missing() -> None:
    told = diagnosed(edited(LAYERS, ("g = end.backward(out - y)", "g = out - y")))
    assert told.verdict == "wrong"
    assert told.first_fault is not None
    assert (told.bugs[0].id, told.first_fault.layer, told.first_fault.quantity) == ("B4", 2, "delta")
    assert told.first_fault.line == line_of(LAYERS, "g = end.backward")


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        (
            "        d = g * self.a * (1 - self.a)\n        return d",
            "        d = g\n        return d",
            "d = g * self.a",
        ),
        ("        h = squash.backward(h)\n", "", "h = last.backward"),
    ],
    ids=["a helper that gives back what it was given", "no helper"],
)
def test_the_line_of_a_missing_factor_is_where_it_should_have_come_in(old: str, new: str, at: str) -> None:
    told = diagnosed(edited(LAYERS, (old, new)))
    assert told.verdict == "wrong"
    assert {"B4", "B11"} & {bug.id for bug in told.bugs[:3]}
    assert told.first_fault is not None
    assert told.first_fault.line in (line_of(LAYERS, at), line_of(LAYERS, "first.backward(h)") - 1)


@pytest.mark.parametrize(
    ("old", "new", "bug"),
    [
        ("self.dW = self.x.T @ g", "self.dW = self.x.T @ g + getattr(self, 'dW', 0)", "B35"),
        ("        self.x = x\n", "        self.x = getattr(self, 'x', x)\n", "B34"),
    ],
    ids=["gradients that add up", "activations of the first pass"],
)
def test_what_is_kept_from_the_first_step_is_seen_in_the_second(old: str, new: str, bug: str) -> None:
    whole = LAYERS.replace("for part in range(2)", "for part in range(1)")
    told = diagnosed(edited(whole, (old, new)))
    assert told.verdict == "wrong"
    assert told.bugs[0].id == bug


def test_a_softmax_over_the_batch_is_a_forward_pass_that_differs() -> None:
    softmax = "e = np.exp(z2 - z2.max(axis=1, keepdims=True)); p = e / e.sum(axis={})"
    edits = [("d2 = (z2 - Y) / len(X)", softmax.format("1, keepdims=True") + "; d2 = (p - Y) / len(X)")]
    one_hot = DECAYED.replace("rng.normal(size=(9, 2))", "np.eye(2)[rng.integers(0, 2, 9)]").replace(
        "    loss =", "    #"
    )
    one_hot = one_hot.replace("    print(loss)\n", "").replace(" + 0.1 * W1", "").replace(" + 0.1 * W2", "")
    assert diagnosed(edited(one_hot, *edits)).verdict in ("correct", "correct up to convention")
    told = diagnosed(edited(one_hot, *edits, ("e.sum(axis=1, keepdims=True)", "e.sum(axis=0)")))
    assert told.verdict == "forward differs"
    assert told.first_fault is not None
    assert (told.bugs[0].id, told.first_fault.layer, told.first_fault.quantity) == ("B38", 2, "a")


@pytest.mark.parametrize(("axis", "said"), [(0, "correct"), (1, "forward differs")])
def test_a_softmax_along_the_axis_of_one_sample_gives_ones(axis: int, said: str) -> None:
    told = diagnosed(
        f"""
import numpy as np
rng = np.random.default_rng(0)
X, Y = rng.normal(size=(9, 4)), np.eye(3)[rng.integers(0, 3, 9)]
W, V = rng.normal(size=(5, 4)), rng.normal(size=(3, 5))
for x, t in zip(X[:, :, None], Y[:, :, None]):
    h = np.tanh(W @ x)
    z = V @ h
    e = np.exp(z - z.max())
    p = e / e.sum(axis={axis}, keepdims=True)
    print(-np.sum(t * np.log(p)))
    g = (V.T @ (p - t)) * (1 - h ** 2)
    V -= 0.1 * (p - t) @ h.T
    W -= 0.1 * g @ x.T
""",
    )
    assert told.verdict.startswith(said)
    assert [(bug.id, bug.line) for bug in told.bugs] == [("B38", 10)] * axis


def test_the_norm_of_the_error_is_a_squared_loss() -> None:
    printed = edited(LAYERS, ("g = end.backward(out - y)", "print(np.linalg.norm(out - y)); g = out - y"))
    told = diagnosed(printed)
    assert told.verdict == "wrong"
    assert told.bugs[0].id == "B4"


def test_shapes_that_do_not_fit_stop_the_program_and_no_made_up_call_hides_it() -> None:
    told = diagnosed(edited(LAYERS, ("np.random.randn(8, 3)", "np.random.randn(8, 5)")))
    assert told.verdict == "cannot run"
    assert "ValueError" in told.missing[0]


def test_a_decay_that_no_loss_tells_of_is_known_by_the_layer_below_a_wrong_one() -> None:
    penalty = "    loss = loss + 0.05 * (np.sum(W1 ** 2) + np.sum(W2 ** 2))\n"
    told = diagnosed(edited(DECAYED, (penalty, ""), ("a1.T @ d2", "z1.T @ d2")))
    assert (told.verdict, told.bugs[0].id) == ("wrong", "B19")


@pytest.mark.parametrize(
    ("made", "bug"), [("own", "B13"), ("turned", "B60"), ("gradient", "B13"), ("number", "B13"), ("none", "B13")]
)
def test_what_stands_in_place_of_a_decay_is_recognised(made: str, bug: str) -> None:
    rng = np.random.default_rng(3)
    W, gradient = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    rests = {"own": 2 * W, "turned": -W, "gradient": gradient, "number": np.full((3, 4), 0.7), "none": 0 * W}
    assert [id for id, _ in misapplied(rests[made], W, gradient, W)] == [bug]
    assert not list(misapplied(rng.normal(size=(3, 4)), W, gradient, W))
