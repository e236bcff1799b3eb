"""What stands between the start of a program and its training is answered, and is the same in every run."""

import pytest

from tests.student_runs import source, watched
from verify.student.runs.session import watch


def test_a_program_is_the_same_in_every_run_though_it_asks_the_clock_for_its_seed() -> None:
    text = """
import random, time
import numpy as np
np.random.seed(int(time.time() * 1000) % 2**31)
random.seed()
w = np.array([np.random.rand(), random.random(), np.random.RandomState().rand(), np.random.default_rng().random()])
"""
    with watch(source(text)) as session:
        first, second = session.run(), session.run()
    assert [v.tolist() for v in first.values] == [v.tolist() for v in second.values]


def test_what_stands_in_the_way_of_the_training_is_answered() -> None:
    run = watched("""
import numpy as np
import os
import cupy as cp
get_ipython().run_line_magic("matplotlib", "inline")
os.chdir("/content/drive/nothing")
if input("Train now? (y/n) ") != "y":
    exit()
hidden = int(input("Hidden neurons: "))
W = cp.ones((3, hidden))
for _ in range(int(input("Epochs: ")) * 1000):
    W = W - 0.1 * cp.dot(cp.eye(3), cp.dot(cp.eye(3), W))
""")
    assert run.raised is None, run.raised
    assert run.ended == "enough updates"
    assert any(value.shape == (3, 3) for value in run.values)
    assert "the folder nothing is missing: the program stayed in its own" in run.notes


STARTED = {
    "in a pool": "from multiprocessing import Pool\nwith Pool(4) as pool:\n    pool.map(train, [3, 4])\n",
    "in a process": "import multiprocessing as mp\np = mp.Process(target=train, args=(3,))\np.start()\np.join()\n",
    "as a command": "import click\n@click.command()\n@click.option('--hidden', default=3)\n"
    "def main(hidden):\n    train(hidden)\nmain()\n",
    "in an animation": "import matplotlib.pyplot as plt\nfrom matplotlib.animation import FuncAnimation\n"
    "shown = FuncAnimation(plt.figure(), lambda i: train(3), frames=200)\nplt.show()\n",
    "on each part of the data": "from sklearn.model_selection import KFold\n"
    "for rows, held_out in KFold(n_splits=5, shuffle=True).split(np.zeros((20, 2))):\n    train(3)\n",
}


@pytest.mark.parametrize("way", STARTED)
def test_training_is_seen_however_it_is_started(way: str) -> None:
    run = watched(f"""
import numpy as np
def train(hidden):
    W = np.ones((3, hidden))
    for _ in range(1000):
        W = W - 0.1 * np.eye(3) @ (np.eye(3) @ W)
{STARTED[way]}""")
    assert run.raised is None, run.raised
    assert run.ended == "enough updates"
    assert not any("nothing in the file trains" in note for note in run.notes)
