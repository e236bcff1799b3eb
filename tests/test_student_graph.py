"""Programs that build a graph of single numbers and go back over it: judged by the operations that made the loss."""

import pytest

from tests.student_runs import diagnosed
from verify.report.diagnosis import Diagnosis

RIGHT = """
import math, random

class Scalar:
    def __init__(self, x, parents=()):
        self.x, self.parents = x, parents
        self.dx = 0
        self.send = lambda: None

    def __add__(self, other):
        out = Scalar(self.x + other.x, (self, other))
        def send():
            self.dx += out.dx
            other.dx += out.dx
        out.send = send
        return out

    def __mul__(self, other):
        out = Scalar(self.x * other.x, (self, other))
        def send():
            self.dx += other.x * out.dx
            other.dx += self.x * out.dx
        out.send = send
        return out

    def tanh(self):
        t = math.tanh(self.x)
        out = Scalar(t, (self,))
        def send():
            self.dx += (1 - t * t) * out.dx
        out.send = send
        return out

    def relu(self):
        out = Scalar(self.x if self.x > 0 else 0, (self,))
        def send():
            self.dx += (out.x > 0) * out.dx
        out.send = send
        return out

    def backward(self):
        order, seen = [], set()
        def visit(node):
            if node not in seen:
                seen.add(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)
        visit(self)
        self.dx = 1
        for node in reversed(order):
            node.send()

random.seed(3)
W = [[Scalar(random.uniform(-1, 1)) for _ in range(2)] for _ in range(4)]
b = [Scalar(0) for _ in W]
v, c = [Scalar(random.uniform(-1, 1)) for _ in W], Scalar(random.uniform(-1, 1))
parameters = [w for row in W for w in row] + b + v + [c]
points = [((1.0, 0.2), 1), ((-0.4, 0.9), -1), ((0.3, -1.1), 1), ((-1.2, -0.5), -1)]

for step in range(30):
    loss = Scalar(0.0)
    for point, label in points:
        inputs = [Scalar(p) for p in point]
        score = c
        for row, start, out in zip(W, b, v):
            total = start
            for w, p in zip(row, inputs):
                total = total + w * p
            score = score + out * total.tanh()
        loss = loss + (Scalar(1) + score * Scalar(-label)).relu()
    for p in parameters:
        loss = loss + p * p * Scalar(0.01)
    for p in parameters:
        p.dx = 0
    loss.backward()
    for p in parameters:
        p.x -= 0.1 * p.dx
"""
MISTAKES = {
    "assigned": ("            self.dx += other.x * out.dx\n", "            self.dx = other.x * out.dx\n", "B36", "dW"),
    "not reset": ("    for p in parameters:\n        p.dx = 0\n", "", "B35", "dW"),
    "of the sum": ("(1 - t * t) * out.dx", "(1 - self.x * self.x) * out.dx", "B9", "delta"),
    "bias left out": ("] + b + v + [c]", "] + v", "B10", "db"),
}


HINGE = "(Scalar(1) + score * Scalar(-label)).relu()"
LOSSES = {
    "hinge": HINGE,
    "half_sse": "(score + Scalar(-label)) * (score + Scalar(-label))",
    "unknown": "score * Scalar(-label)",
}


def judged(found: Diagnosis) -> tuple[str, list[str], str, str]:
    """Return the verdict, the names, the first wrong quantity and the guilty line's text."""
    fault = found.first_fault
    place = ("", "") if fault is None else (fault.quantity, fault.text)
    return found.verdict, [bug.id for bug in found.bugs], *place


def test_a_right_graph_of_numbers_with_a_hinge_loss_and_a_penalty_is_called_right() -> None:
    found = diagnosed(RIGHT)
    assert judged(found) == ("correct", [], "", "")
    assert {"dL/d(sum)", "dL/d(product) * the other factor"} <= {line.holds for line in found.lines}
    assert all(line.ok for line in found.lines)
    assert [(probe.name, probe.ok) for probe in found.probes if "tanh" in probe.name] == [("derivative of tanh", True)]


def test_a_step_on_many_made_up_samples_is_followed_on_a_few() -> None:
    points = "points = [(x, int(2 * t - 1)) for x, t in zip(*make_moons(n_samples=200))]\n"
    before, _, after = RIGHT.partition("points = ")
    found = diagnosed("from sklearn.datasets import make_moons\n" + before + points + after.partition("\n")[2])
    assert found.verdict == "correct"
    assert any("with more the first step is too long to be followed" in note for note in found.notes)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_on_the_way_back_over_a_graph_is_named_in_its_line(name: str) -> None:
    old, new, bug, quantity = MISTAKES[name]
    assert RIGHT.count(old) == 1
    found = diagnosed(RIGHT.replace(old, new))
    verdict, bugs, seen, text = judged(found)
    assert (verdict, bugs, seen) == ("wrong", [bug], quantity)
    assert text == (new.strip() if bug not in ("B35", "B10") else "") or new in text
    assert {line.line for line in found.lines if not line.ok} == (
        {found.bugs[0].line} - {None} if found.bugs else set()
    )
    assert [probe.name for probe in found.probes if not probe.ok] == (["derivative of tanh"] if bug == "B9" else [])


def test_what_nothing_is_sent_down_through_on_purpose_is_no_mistake() -> None:
    text = RIGHT.replace("score * Scalar(-label)", "score * Scalar(-label) * Scalar(abs(score.x))")
    assert diagnosed(text).verdict != "wrong"


@pytest.mark.parametrize("name", LOSSES)
def test_the_loss_of_a_graph_is_told_by_the_operations_above_its_outputs(name: str) -> None:
    found = diagnosed(RIGHT.replace(HINGE, LOSSES[name]))
    assert (found.verdict, found.network["loss"]) == ("correct", name)
    assert ("loss unknown" in found.read_as) == (name == "unknown")
