"""A graph of single numbers whose loss is the logarithm of one probability, that of the class that is meant."""

import pytest

from tests.student_runs import diagnosed

# All biases start at one number, a method is named as a function of math, and a dead sample's units are constants.
SOFTMAX = """
import math, random
random.seed(3)
class S:
    def __init__(self, v, deps=()):
        self.v, self.g, self.deps, self.push = v, 0.0, deps, lambda: None
    def __add__(self, o):
        out = S(self.v + o.v, (self, o))
        def push():
            self.g += out.g
            o.g += out.g
        out.push = push
        return out
    def __mul__(self, o):
        out = S(self.v * o.v, (self, o))
        def push():
            self.g += out.g * o.v
            o.g += out.g * self.v
        out.push = push
        return out
    def __truediv__(self, o):
        out = S(self.v / o.v, (self, o))
        def push():
            self.g += out.g / o.v
            o.g -= out.g * self.v / o.v ** 2
        out.push = push
        return out
    def exp(self):
        out = S(math.exp(self.v), (self,))
        def push():
            self.g += out.g * out.v
        out.push = push
        return out
    def log(self):
        out = S(math.log(self.v), (self,))
        def push():
            self.g += out.g / self.v
        out.push = push
        return out
    def relu(self):
        out = S(self.v if self.v > 0 else 0.0, (self,))
        def push():
            self.g += out.g * (1.0 if self.v > 0 else 0.0)
        out.push = push
        return out
    def backward(self):
        order, seen = [], set()
        def walk(n):
            if n not in seen:
                seen.add(n)
                for d in n.deps:
                    walk(d)
                order.append(n)
        walk(self)
        self.g = 1.0
        for n in reversed(order):
            n.push()
class Unit:
    def __init__(self, n):
        self.w, self.b = [S(random.gauss(0, 0.7)) for _ in range(n)], S(0.1)
    def __call__(self, xs):
        s = self.b
        for w, x in zip(self.w, xs):
            s = s + w * x
        return s
hidden, top = [Unit(2) for _ in range(3)], [Unit(3) for _ in range(3)]
params = [p for u in hidden + top for p in u.w + [u.b]]
data = [([0.4, 1.2], 0), ([-0.7, 0.5], 1), ([0.9, -0.8], 2)]
for step in range(20):
    loss = S(0.0)
    for xs, label in data:
        hs = [u([S(x) for x in xs]).relu() for u in hidden]
        exps = [u(hs).exp() for u in top]
        total = exps[0] + exps[1] + exps[2]
        loss = loss + (exps[label] / total).log() * S(-1.0)
    for p in params:
        p.g = 0.0
    loss.backward()
    for p in params:
        p.v -= 0.1 * p.g
    print(step, loss.v)
"""


@pytest.mark.parametrize(
    ("old", "new", "verdict", "bugs"),
    [
        ("", "", "correct", set()),
        ("(1.0 if self.v > 0 else 0.0)", "1.0", "wrong", {"B11"}),
    ],
)
def test_a_softmax_of_which_one_class_is_computed_is_judged_by_that_class(
    old: str, new: str, verdict: str, bugs: set[str]
) -> None:
    said = diagnosed(SOFTMAX.replace(old, new) if old else SOFTMAX)
    assert said.verdict == verdict, said.missing
    assert {bug.id for bug in said.bugs[:1]} == bugs
    assert said.network["activations"] == ["relu", "softmax"]


# Weights of whole numbers divided, and one helper that multiplies on the way forward and back.
LISTS = """
import math, random
random.seed(2)
def dot(v, w):
    return sum(a * b for a, b in zip(v, w))
def sigmoid(x):
    return 1 / (1 + math.exp(-x))
hidden = [[random.randint(-90, 90) / 100 for _ in range(3)] for _ in range(2)]
top = [[random.randint(-90, 90) / 100 for _ in range(3)]]
for epoch in range(50):
    for x, y in [([0.2, 1.0], 1), ([0.7, -0.4], 0)]:
        xs = x + [1]
        h = [sigmoid(dot(w, xs)) for w in hidden]
        hs = h + [1]
        out = [sigmoid(dot(w, hs)) for w in top]
        delta = [o * (1 - o) * (o - y) for o in out]
        below = [a * (1 - a) * dot(delta, [w[i] for w in top]) for i, a in enumerate(h)]
        for i, w in enumerate(top):
            for j, a in enumerate(hs):
                w[j] -= 0.3 * delta[i] * a
        for i, w in enumerate(hidden):
            for j, a in enumerate(xs):
                w[j] -= 0.3 * below[i] * a
"""
BELOW = "        below = [a * (1 - a) * dot(delta, [w[i] for w in top]) for i, a in enumerate(h)]\n"
LAST = "        for i, w in enumerate(hidden):\n"


def test_a_step_does_not_end_where_a_helper_of_the_forward_pass_goes_back() -> None:
    right = diagnosed(LISTS)
    assert right.verdict in ("correct", "correct up to convention"), right.missing
    late = diagnosed(LISTS.replace(BELOW, "").replace(LAST, BELOW + LAST))
    assert (late.verdict, late.bugs[0].id) == ("wrong", "B3"), late.missing
