"""What only a second step shows, and what only some numbers show: sums that go on, kept passes, lost numbers."""

import pytest

from tests.student_networks import PROGRAM
from tests.student_runs import diagnosed, line_of

OPTIMISER = """import numpy as np

rng = np.random.default_rng(1)
data = rng.normal(size=(6, 3))
target = rng.uniform(0.1, 0.9, size=(6, 2))


class Net:
    def cost(self, vector):
        self.W1, self.W2 = vector[:12].reshape(3, 4), vector[12:].reshape(4, 2)
        self.h = np.tanh(data @ self.W1)
        self.error = self.h @ self.W2 - target
        return 0.5 * np.sum(self.error ** 2)

    def slope(self, vector):
        grad2 = self.h.T @ self.error
        grad1 = data.T @ (self.error @ self.W2.T * (1 - self.h ** 2))
        self.total = np.concatenate([grad1.ravel(), grad2.ravel()])
        return self.total


net = Net()
theta = rng.normal(size=20)
for epoch in range(50):
    loss = net.cost(theta)
    theta = theta - 0.05 * net.slope(theta)
"""
VECTORIZED = PROGRAM.replace("    return 1 / (1 + np.exp(-v))", "    return limited(v)").replace(
    "    return v * (1 - v)", "    return 1.0 * (v > 0)"
)
VECTORIZED = VECTORIZED.replace(
    "def squash", "limited = np.vectorize(lambda v: v if v > 0 else {zero})\n\n\ndef squash"
)


def test_parameters_cut_from_a_vector_are_followed_into_the_second_step() -> None:
    assert diagnosed(OPTIMISER).verdict.startswith("correct")
    adding = OPTIMISER.replace("self.total = np", "self.total = getattr(self, 'total', 0) + np")
    told = diagnosed(adding)
    assert told.verdict == "wrong"
    assert [bug.id for bug in told.bugs] == ["B35"]


@pytest.mark.parametrize(
    ("order", "verdict"),
    [
        ("loss = net.cost(theta); step = net.slope(theta)", "correct"),
        ("step = net.slope(theta); loss = net.cost(theta)", "wrong"),
    ],
)
def test_a_gradient_asked_before_its_own_point_was_evaluated_is_one_step_behind(order: str, verdict: str) -> None:
    before, _, _ = OPTIMISER.partition("for epoch")
    first = "loss = net.cost(theta)\nstep = net.slope(theta)\n"
    loop = f"for epoch in range(50):\n    theta = theta - 0.05 * step\n    {order}\n"
    told = diagnosed(before + first + loop)
    assert told.verdict.startswith(verdict)
    assert [bug.id for bug in told.bugs] == ["B34"] * (verdict == "wrong")


def test_the_output_of_an_earlier_pass_in_the_second_step_is_named_without_blaming_a_line() -> None:
    kept = PROGRAM.replace(
        "    d_out = ", "    now, hidden, out = (hidden, out), *before\n    before = now\n    d_out = "
    )
    kept = kept.replace("    d_out = ", "    loss = 0.5 * np.sum((out - target) ** 2)\n    d_out = ", 1)
    first = "before = squash(data @ W1 + b1), squash(squash(data @ W1 + b1) @ W2 + b2)\n"
    told = diagnosed(kept.replace("for epoch", f"{first}for epoch"))
    assert told.verdict == "wrong"
    assert told.bugs[0].id == "B34"
    assert told.first_fault is not None
    assert (told.first_fault.layer, told.first_fault.quantity, told.first_fault.line) == (2, "delta", None)


def test_a_whole_number_that_is_only_printed_is_no_part_of_a_step_that_writes_the_same_number() -> None:
    printed = PROGRAM.replace("    d_out = ", "    print([int(round(v)) for v in out[0]])\n    d_out = ", 1)
    assert diagnosed(printed).verdict == "correct"
    used = printed.replace("(out - target) *", "(round(out[0, 0]) + out - target) *")
    assert [bug.id for bug in diagnosed(used).bugs] == ["B47"]


def test_a_gradient_stored_into_whole_numbers_is_wrong_where_they_are_made() -> None:
    whole = PROGRAM.replace("    W2 -=", "    kept = np.zeros((3, 4), int)\n    kept[:] = grad1\n    W2 -=")
    assert diagnosed(whole).verdict.startswith("correct")
    told = diagnosed(whole.replace("W1 -= 0.1 * grad1", "W1 -= 0.1 * kept"))
    assert told.verdict == "wrong"
    assert told.bugs[0].id == "B46"
    assert told.first_fault is not None
    assert told.first_fault.line == line_of(whole, "kept = np.zeros")


@pytest.mark.parametrize(("zero", "verdict"), [("0.0", "correct"), ("0", "forward differs")])
def test_an_activation_whose_type_is_taken_from_its_first_value_differs(zero: str, verdict: str) -> None:
    told = diagnosed(VECTORIZED.format(zero=zero))
    assert told.verdict.startswith(verdict)
    assert [bug.id for bug in told.bugs] == ["B45"] * (verdict == "forward differs")


@pytest.mark.parametrize("scale", ["1", "5000"])
def test_an_exponential_that_overflows_in_the_first_pass_is_a_forward_pass_that_differs(scale: str) -> None:
    naive = PROGRAM.replace("1 / (1 + np.exp(-v))", "np.exp(v) / (1 + np.exp(v))")
    told = diagnosed(naive.replace("data = rng", f"data = {scale} * rng"))
    assert told.verdict.startswith("correct" if scale == "1" else "forward differs")
    if scale == "5000":
        assert told.first_fault is not None
        assert (told.bugs[0].id, told.first_fault.layer, told.first_fault.quantity) == ("B48", 1, "a")
        assert told.first_fault.line == line_of(naive, "np.exp(v) / (1")


def test_numbers_that_grow_over_the_steps_are_no_fault_of_the_forward_pass() -> None:
    naive = PROGRAM.replace("1 / (1 + np.exp(-v))", "np.exp(v) / (1 + np.exp(v))")
    stepping = naive.replace("W1 -= 0.1", "W1 = W1 - 1e9").replace("W2 -= 0.1", "W2 = W2 - 1e9")
    assert diagnosed(stepping).verdict != "forward differs"


def test_a_right_network_in_float32_is_called_right() -> None:
    single = PROGRAM.replace("size=(6, 3))", "size=(6, 3)).astype('f')").replace("np.zeros(4)", "np.zeros(4, 'f')")
    for shape in ("(6, 2)", "(3, 4)", "(4, 2)"):
        single = single.replace(f"size={shape})", f"size={shape}).astype('f')")
    assert diagnosed(single.replace("np.zeros(2)", "np.zeros(2, 'f')")).verdict.startswith("correct")


@pytest.mark.parametrize(("mask", "verdict"), [("z1 <= 0", "correct"), ("z1 <= 0 if epoch < 1 else mask", "wrong")])
def test_a_mask_that_is_kept_for_later_batches_cuts_other_units(mask: str, verdict: str) -> None:
    relu = PROGRAM.replace("hidden = squash(z1)", f"mask = {mask}; hidden = z1.copy(); hidden[mask] = 0")
    relu = relu.replace("d_hidden = back * slope(hidden)", "d_hidden = back.copy(); d_hidden[mask] = 0")
    relu = relu.replace(
        "    z1 = data @", "    part = slice(3 * (epoch % 2), 3 * (epoch % 2) + 3)\n    z1 = data[part] @"
    )
    relu = relu.replace("(out - target)", "(out - target[part])").replace("data.T @", "data[part].T @")
    told = diagnosed(relu)
    assert told.verdict.startswith(verdict)
    if verdict == "wrong":
        assert told.first_fault is not None
        assert (told.bugs[0].id, told.first_fault.layer, told.first_fault.quantity) == ("B29", 1, "a")
        assert told.first_fault.line == line_of(relu, "hidden[mask] = 0")


BATCHES = """import numpy as np

rng = np.random.default_rng(1)
data, target = rng.normal(size=(12, 3)), rng.integers(0, 2, size=(12, 2)).astype(float)
W1, W2, c = rng.normal(size=(3, 4)), rng.normal(size=(4, 2)), rng.normal(size=2)
for epoch in range(50):
    x, y = data[6 * (epoch % 2):][:6], target[6 * (epoch % 2):][:6]
    h = np.tanh(x @ W1)
    p = 1 / (1 + np.exp(-(h @ W2 + c)))
    print(np.mean(np.sum(-y * np.log(p) - (1 - y) * np.log(1 - p), axis=1)) + 0.01 * (np.sum(W1**2) + np.sum(W2**2)))
    d = (p - y) / len(x)
    G2 = G1 = 0
    kept = h
    G1 = G1 + x.T @ (d @ W2.T * (1 - h**2))
    G2 = G2 + kept.T @ d
    c = c - 0.1 * d.sum(axis=0)
    W1 = W1 - 0.1 * (G1 + 0.02 * W1)
    W2 = W2 - 0.1 * (G2 + 0.02 * W2)
"""


@pytest.mark.parametrize(
    ("right", "wrong", "bugs"),
    [
        ("", "", []),
        ("G2 = G1 = 0", "G2, G1 = (G2, G1) if epoch else (0, 0)", ["B35"]),
        ("kept = h", "kept = kept if epoch else h", ["B34"]),
    ],
)
def test_a_decay_added_at_each_step_hides_no_sum_or_activation_of_the_step_before(
    right: str, wrong: str, bugs: list[str]
) -> None:
    told = diagnosed(BATCHES.replace(right, wrong) if right else BATCHES)
    assert (told.verdict == "wrong", [bug.id for bug in told.bugs]) == (bool(bugs), bugs)


def test_rows_of_a_delta_stored_into_whole_numbers_are_those_of_the_delta() -> None:
    rows = "d_hidden = np.ones((6, 4), int)\n    for k in range(6):\n        d_hidden[k] = back[k] * slope(hidden[k])"
    told = diagnosed(PROGRAM.replace("d_hidden = back * slope(hidden)", rows))
    assert (told.verdict, told.bugs[0].id) == ("wrong", "B46"), told
    assert told.first_fault is not None
    assert (told.first_fault.layer, told.first_fault.quantity) == (1, "delta")
