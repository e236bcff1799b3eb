"""What a program only says, it is let say the first time: the loss it believes in is seen within a few steps."""

import ast

import pytest

from tests.student_networks import PROGRAM
from tests.student_runs import diagnosed
from verify.student.child.reports import reporting

SAID = (
    "    if (epoch + 1) % 200 == 0:\n        error = 0.5 * np.sum((out - target) ** 2)\n        print(epoch, error)\n"
)
LATE = "\n".join(line for line in PROGRAM.split("\n") if "loss = 0.5" not in line).rstrip("\n") + "\n" + SAID


def branches(body: str) -> int:
    """Return how many branches of a loop with this body only report."""
    text = "import numpy as np\nfor epoch in range(9):\n" + body
    return len(reporting(ast.parse(text), {"np"}))


def test_a_loss_that_is_computed_every_hundredth_epoch_is_the_one_that_gradients_are_held_against() -> None:
    assert diagnosed(LATE).verdict == "correct"
    shortened = LATE.replace("d_out = (out - target) * slope(out)", "d_out = out - target")
    diagnosis = diagnosed(shortened)
    assert diagnosis.verdict == "wrong"
    assert diagnosis.bugs[0].id == "B4"
    assert diagnosed(shortened.replace(SAID, "")).verdict == "correct"  # the delta of a cross-entropy


@pytest.mark.parametrize(
    "body",
    [
        "    if epoch % 3 == 2:\n        e = np.mean(epoch)\n        print(e)\n    step()\n",
        "    step()\n    if epoch % 3 == 2 and epoch:\n        print(net.score())\n",
        "    if epoch % 3 == 2:\n        seen.append(np.sum(epoch))\n    step()\n",
    ],
)
def test_a_branch_that_says_something_is_a_report(body: str) -> None:
    assert branches(body) == 1


@pytest.mark.parametrize(
    "body",
    [
        "    if epoch % 3 == 2:\n        rate = rate / 2\n        print(rate)\n    step(rate)\n",
        "    if epoch % 3 == 2:\n        W *= 0.9\n        print(W)\n",
        "    if epoch % 3 == 2:\n        print(net.forward(X))\n    net.backward(X)\n",
        "    if epoch % 3 == 2:\n        step()\n",
        "    if epoch % 3 == 2:\n        print(epoch)\n    else:\n        step()\n",
        "    if epoch == 2:\n        print(epoch)\n",
        "    if epoch % 3 == 2:\n        print(epoch)\n        break\n",
    ],
    ids=["a rate", "a weight", "a cache", "a step", "or else", "no remainder", "the end"],
)
def test_a_branch_that_could_change_the_step_is_none(body: str) -> None:
    assert branches(body) == 0
