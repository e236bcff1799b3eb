"""What is kept from one step to the next and comes into a later gradient, and programs that break off."""

import re

import pytest

from tests.student_networks import PROGRAM
from tests.student_runs import diagnosed, line_of

NET = """
import numpy as np

rng = np.random.default_rng(3)
X, Y = rng.normal(size=(12, 4)), rng.normal(size=(12, 2))
W, V = rng.normal(size=(4, 6)), rng.normal(size=(6, 2))
error = np.zeros((12, 6))
for step in range(200):
    Z = X @ W
    H = np.maximum(Z, 0)
    d = H @ V - Y
    print(0.5 * np.sum(d**2))
    if step == 0:
        mask = Z > 0
    error = d @ V.T
    g = error * (Z > 0)
    V = V - 0.1 * H.T @ d
    W = W - 0.1 * X.T @ g
"""


@pytest.mark.parametrize(
    ("old", "new", "bug", "layer", "quantity"),
    [
        ("error = d @ V.T", "error = error + d @ V.T", "B35", 1, "dW"),
        ("(Z > 0)\n    V", "mask\n    V", "B29", 1, "delta"),
    ],
    ids=["an error", "a mask"],
)
def test_what_a_step_keeps_of_the_one_before_is_told_by_the_later_gradient(
    old: str, new: str, bug: str, layer: int, quantity: str
) -> None:
    said = diagnosed(NET.replace(old, new))
    assert said.first_fault is not None
    assert (said.verdict, said.bugs[0].id) == ("wrong", bug)
    assert (said.first_fault.layer, said.first_fault.quantity) == (layer, quantity)


def test_a_momentum_of_some_parameters_alone_is_kept_on_purpose() -> None:
    text = NET.replace("error = np.zeros((12, 6))", "v = 0").replace(
        "error = d @ V.T", "error = d @ V.T; v = 0.9 * v + H.T @ d"
    )
    assert diagnosed(text.replace("0.1 * H.T @ d", "0.1 * v")).verdict.startswith("correct")


def test_a_right_step_is_not_enough_where_a_later_one_breaks_off() -> None:
    text = NET.replace("X @ W\n", "X[:, step * 4 : step * 4 + 4] @ W\n").replace("X.T @ g", "X[:, :4].T @ g")
    said = diagnosed(text)
    assert said.verdict == "cannot run"
    assert "line 9" in said.missing[0]


def test_data_written_out_anew_for_each_of_two_calls_are_the_same_in_every_step() -> None:
    data, targets = "np.array([[0, 0], [1, 1], [1, 0], [0, 1]])", "np.array([[0], [1], [1], [0]])"
    text = f"""
import numpy as np
class Net:
    def __init__(self):
        self.W, self.V, self.b = np.random.rand(2, 3), np.random.rand(3, 1), np.random.rand(1)
    def forward(self, x):
        self.h = 1 / (1 + np.exp(-x @ self.W))
        self.o = 1 / (1 + np.exp(-(self.h @ self.V + self.b)))
        return self.o
    def backward(self, x, y):
        d = (y - self.o) * self.o * (1 - self.o)
        e = d @ self.V.T * self.h * (1 - self.h)
        self.V += 0.1 * self.h.T @ d
        self.W += 0.1 * x.T @ e
        self.b += 0.1 * d.sum(axis=0)
net = Net()
for _ in range(1000):
    net.forward({data})
    net.backward({data}, {targets})
"""
    assert diagnosed(text).verdict.startswith("correct")


@pytest.mark.parametrize("replaced", ["W1 -=", "b2 -="])
def test_a_step_that_takes_the_place_of_its_parameter_is_told_in_its_line(replaced: str) -> None:
    program = PROGRAM.replace(replaced, replaced.replace("-=", "=-"))
    told = diagnosed(program)
    assert told.verdict == "wrong"
    assert [bug.id for bug in told.bugs] == ["B61"]
    assert told.first_fault is not None
    assert told.first_fault.line == line_of(program, "=-")


def test_steps_that_all_take_the_place_of_their_parameters_are_no_updates() -> None:
    told = diagnosed(PROGRAM.replace("-= 0.1", "= 0.1"))
    assert (told.verdict, [bug.id for bug in told.bugs]) == ("wrong", ["B61"])


def test_one_step_that_gives_its_parameters_new_names_is_a_step() -> None:
    head, _, body = PROGRAM.partition("for epoch in range(50):\n")
    step = re.sub(r"^    (\w+) -= ", r"    new_\1 = \1 - ", body, flags=re.MULTILINE).replace(
        "slope(hidden)", "slope(z1)"
    )
    told = diagnosed(f"{head}if True:\n{step}")
    assert (told.verdict, [bug.id for bug in told.bugs]) == ("wrong", ["B9"])
