"""What is judged when a sample has one output and one target: little evidence, and a target may be a plain number."""

import pytest

from tests.student_runs import diagnosed, source
from verify.report.diagnosis import Diagnosis
from verify.student.debug import Options, diagnose
from verify.student.judging import later

ONE_SAMPLE = """
import numpy as np

rng = np.random.default_rng(3)
W, b, v = rng.normal(size=(4, 2)), rng.normal(size=4), rng.normal(size=4)
f = lambda z: 1 / (1 + np.exp(-z))
for epoch in range(500):
    for x, goal in zip([[0.3, -1.2], [0.8, 0.4]], TARGETS):
        h = np.tanh(W @ np.array(x) + b)
        o = 1 / (1 + np.exp(-(v @ h)))
        slope = (o - goal)SLOPE
        back = slope * v * (1 - h**2)
        v = v - 0.1 * slope * h
        W = W - 0.1 * np.outer(back, x)
        b = b - 0.1 * back
"""


def of_one_sample(targets: str, slope: str) -> Diagnosis:
    """Return what is said of the program with these targets and this factor of its first slope."""
    return diagnosed(ONE_SAMPLE.replace("TARGETS", targets).replace("SLOPE", slope))


@pytest.mark.parametrize("targets", ["np.array([1, 0])", "np.array([1.0, 0.0])", "[0.3, 0.9]"])
def test_a_target_that_equals_a_constant_of_the_program_is_still_a_target(targets: str) -> None:
    assert of_one_sample(targets, " * o * (1 - o)").verdict in ("correct", "correct up to convention")


@pytest.mark.parametrize("targets", ["np.array([1, 0])", "[0.3, 0.9]"])
def test_one_output_of_one_sample_is_not_called_right_for_a_loss_that_nothing_tells(targets: str) -> None:
    said = of_one_sample(targets, " * o ** 2")
    assert not said.verdict.startswith("correct"), said
    assert "hinge" not in str(said)


@pytest.mark.parametrize(
    ("slope", "bug"), [(" * o", "B40"), (" * f(o) * (1 - f(o))", "B8"), (" ** 2 * o * (1 - o)", "B24")]
)
def test_a_wrong_slope_of_one_output_of_one_sample_is_found_by_its_learning_rate(slope: str, bug: str) -> None:
    said = of_one_sample("[0.3, 0.9]", slope)
    assert (said.verdict, said.bugs[0].id) == ("wrong", bug), said
    assert said.first_fault is not None
    assert (said.first_fault.layer, said.first_fault.quantity) == (2, "delta")


LATER = """
    outs = np.array([1 / (1 + np.exp(-(v @ np.tanh(W @ np.array(x) + b)))) for x in [[0.3, -1.2], [0.8, 0.4]]])
    print(np.mean((np.array(TARGETS) - outs) ** 2))
"""


def test_a_loss_computed_of_all_samples_once_an_epoch_tells_which_one_is_meant() -> None:
    text = (ONE_SAMPLE + LATER[1:]).replace("TARGETS", "[0.3, 0.9]")
    for slope, verdict in (("", "wrong"), (" * o * (1 - o)", "correct")):
        said = diagnosed(text.replace("SLOPE", slope))
        assert (said.verdict.partition(" ")[0], said.network["loss"]) == (verdict, "half_sse")
        assert "computes in another pass" in said.read_as
    told = diagnosed(text.replace("SLOPE", " * o * (1 - o)"), loss="bce")
    assert (told.verdict, told.network["loss"]) == ("wrong", "bce"), "what the user says wins"
    assert "as told" in told.read_as


SAME_SAMPLES = """
import numpy as np

X, Y = np.ones((2, 1)), np.ones((2, 1))
W, v = np.array([[0.4]]), np.array([[0.7]])
for epoch in range(100):
    h = 1 / (1 + np.exp(-X @ W))
    o = 1 / (1 + np.exp(-h @ v))
    loss = np.mean((o - Y) ** 2)
    top = ERROR * o * (1 - o)
    low = top @ v.T * h * (1 - h)
    v -= 0.5 * h.T @ top
    W -= 0.5 * X.T @ low
    print(loss)
"""


@pytest.mark.parametrize(("error", "verdict"), [("(o - Y)", "correct"), ("-loss", "wrong")])
def test_equal_samples_tell_no_more_than_one(error: str, verdict: str) -> None:
    assert diagnosed(SAME_SAMPLES.replace("ERROR", error)).verdict.startswith(verdict)


CLASSES = """
import numpy as np

rng = np.random.default_rng(5)
X, labels = rng.normal(size=(12, 3)), np.eye(3)[rng.integers(0, 3, 12)]
W1, b1 = rng.normal(size=(3, 4)), np.zeros(4)
W2, b2 = rng.normal(size=(4, 3)), np.zeros(3)
for epoch in range(300):
    h = np.tanh(X @ W1 + b1)
    e = np.exp(h @ W2 + b2)
    p = e / e.sum(axis=1, keepdims=True)
    dp = -labels / p
    dz = p * (dp - np.sum(dp * p, axis=1, keepdims=True))
    dh = (dz @ W2.T) * (1 - h**2)
    print(-np.sum(labels * np.log(p)))
    W2, b2 = W2 - 0.01 * h.T @ dz, b2 - 0.01 * dz.sum(axis=0)
    W1, b1 = W1 - 0.01 * X.T @ dh, b1 - 0.01 * dh.sum(axis=0)
"""
UPDATE = "    W1, b1 = W1 - 0.01 * X.T @ dh, b1 - 0.01 * dh.sum(axis=0)\n"


def test_what_the_output_meets_with_its_sign_turned_is_the_target_all_the_same() -> None:
    said = diagnosed(CLASSES)
    assert (said.verdict, said.network["loss"]) == ("correct", "cross_entropy")


def test_a_layer_that_is_never_updated_is_called_so_and_not_by_deltas_of_zero() -> None:
    assert UPDATE in CLASSES
    said = diagnosed(CLASSES.replace(UPDATE, ""))
    assert said.verdict == "wrong"
    assert said.bugs[0].id == "B54"
    assert said.first_fault is not None
    assert (said.first_fault.layer, said.first_fault.quantity) == (1, "dW")


ONE_BY_ONE = """
import numpy as np
np.random.seed(2)
W1, b1, W2, b2 = np.random.randn(3, 2), np.zeros((3, 1)), np.random.randn(1, 3), np.zeros((1, 1))
X, Y = [[0, 0], [0, 1], [1, 0], [1, 1]], [1, 0, 0, 1]
for epoch in range(1000):
    {loop}
        x = np.array(X[j]).reshape(2, 1)
        h = np.tanh(W1 @ x + b1)
        o = 1 / (1 + np.exp(-(W2 @ h + b2)))
        d2 = (o - {y}) * o * (1 - o)
        d1 = (W2.T @ d2) * {slope}
        W2 -= 0.5 * d2 @ h.T
        b2 -= 0.5 * d2
        W1 -= 0.5 * d1 @ x.T
        b1 -= 0.5 * d1
"""
SCALED = """
import numpy as np
rng = np.random.default_rng(1)
X = np.linspace(-2, 2, 20).reshape(20, 1)
Y = np.exp(X)
W1, b1, W2, b2 = rng.normal(size=(1, 5)), np.zeros((1, 5)), rng.normal(size=(5, 1)), np.zeros((1, 1))
def forward(x):
    a1 = 1 / (1 + np.exp(-(x @ W1 + b1)))
    a2 = 1 / (1 + np.exp(-(a1 @ W2 + b2)))
    return a1, a2, a2 * 10
for i in range(100):
    a1, a2, out = forward(X)
    loss = np.mean((out - Y) ** 2)
    d2 = {delta}
    d1 = (d2 @ W2.T) * a1 * (1 - a1)
    W2 = W2 - 0.01 * a1.T @ d2
    b2 = b2 - 0.01 * d2.sum(axis=0, keepdims=True)
    W1 = W1 - 0.01 * X.T @ d1
    b1 = b1 - 0.01 * d1.sum(axis=0, keepdims=True)
"""


@pytest.mark.parametrize(("loop", "y"), [("for j, y in enumerate(Y):", "y"), ("for j in range(4):", "Y[j]")])
@pytest.mark.parametrize(("slope", "verdict"), [("(1 - h ** 2)", "correct up to convention"), ("1", "wrong")])
def test_targets_may_be_whole_numbers_in_a_list(loop: str, y: str, slope: str, verdict: str) -> None:
    said = diagnosed(ONE_BY_ONE.format(loop=loop, y=y, slope=slope))
    assert said.verdict == verdict, said.missing


@pytest.mark.parametrize(("delta", "verdict"), [("(out - Y) * 10 * a2 * (1 - a2)", "correct"), ("out - Y", "wrong")])
def test_an_output_multiplied_after_its_activation_is_the_output(delta: str, verdict: str) -> None:
    said = diagnosed(SCALED.format(delta=delta))
    assert said.verdict == verdict, said.missing
    assert said.network["activations"][-1] == "10 sigmoid"


SAMPLE_BY_SAMPLE = """
import numpy as np

rng = np.random.RandomState(0)
X = rng.randn(50, 3)
y = (X[:, 0] > 0) * 1.0
w, b = rng.randn(3) * 0.1, 0.0
for epoch in range(20):
    for i in rng.permutation(50):
        a = {output}
        error = a - y[i]
        w -= 0.1 * error * X[i]{rate}
        b -= 0.1 * error{rate}
"""


@pytest.mark.parametrize("output", ["np.dot(X[i], w) + b", "1 / (1 + np.exp(-(np.dot(X[i], w) + b)))"])
def test_one_unit_trained_sample_by_sample_is_right_in_its_second_step_too(output: str) -> None:
    assert diagnosed(SAMPLE_BY_SAMPLE.format(output=output, rate="")).verdict.startswith("correct")


def test_steps_of_one_length_are_not_blamed_for_their_rate() -> None:
    text = SAMPLE_BY_SAMPLE.format(output="np.dot(X[i], w) + b", rate=" / np.sqrt(error**2 * (1 + np.sum(X[i]**2)))")
    said = diagnosed(text + "        print(0.5 * error**2)\n")
    assert said.verdict != "wrong", said


RATES = """
import numpy as np
rng = np.random.default_rng(5)
X = rng.normal(size=(14, 3))
counts = rng.poisson(1.5, size=(14, 2)).astype(int)
W, V = rng.normal(size=(3, 5)), 0.3 * rng.normal(size=(5, 2))
for step in range(100):
    H = np.tanh(X @ W)
    log_rate = H @ V
    rate = np.exp(log_rate)
    loss = np.mean(rate - counts * log_rate)
    d = (rate - counts) / counts.size
    g = (d @ V.T) * (1 - H**2)
    V -= 0.1 * H.T @ d
    W -= 0.1 * X.T @ g
"""


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("", "", ("correct", None)),
        ("(rate - counts)", "(rate - counts) * rate", ("wrong", "B7")),
        ("H**2", "H", ("wrong", "B40")),
    ],
    ids=["right", "the slope twice", "another slope"],
)
def test_rates_are_judged_by_the_likelihood_of_their_counts(
    right: str, wrong: str, said: tuple[str, str | None]
) -> None:
    found = diagnosed(RATES.replace(right, wrong) if right else RATES)
    assert (found.verdict.partition(" ")[0], next((bug.id for bug in found.bugs), None)) == said


MARGINS = """
import numpy as np
rng = np.random.default_rng(5)
X, y = rng.normal(size=(14, 3)), rng.integers(0, 4, 14)
W, V = rng.normal(size=(3, 5)), rng.normal(size=(5, 4))
rows = np.arange(14)
for step in range(100):
    H = np.maximum(X @ W, 0)
    scores = H @ V
    margins = np.maximum(0, scores - scores[rows, y][:, None] + 1)
    margins[rows, y] = 0
    loss = margins.sum() / 14
    d = (margins > 0) / 14
    d[rows, y] -= d.sum(axis=1)
    g = (d @ V.T) * (H > 0)
    V -= 0.1 * H.T @ d
    W -= 0.1 * X.T @ g
"""


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("scores", "scores", ("correct", None, None)),
        ("(d @ V.T)", "(d @ V.T) / 14", ("wrong", "B15", 15)),
        ("-= d.sum(axis=1)", "-= 0", ("wrong", None, None)),
        ("d = (margins > 0) / 14", "d = margins / 14", ("wrong", "B24", 14)),
    ],
    ids=["right", "divided again", "the right class left out", "the margins themselves"],
)
def test_classes_are_judged_by_the_hinge_between_them(
    right: str, wrong: str, said: tuple[str, str | None, int | None]
) -> None:
    found = diagnosed(MARGINS.replace(right, wrong))
    line = found.first_fault.line if found.first_fault and found.bugs else None
    assert (found.verdict, next((bug.id for bug in found.bugs), None), line) == said


A_LIST_OF_TARGETS = """
import numpy as np

X = np.random.randn(9, 3)
goals = [[float(x.sum() > 0), float(x[0] > 0)] for x in X]
W, b, V, c = np.random.randn(3, 4), np.zeros(4), np.random.randn(4, 2), np.zeros(2)
for epoch in range(100):
    A = np.tanh(X @ W + b)
    P = 1 / (1 + np.exp(-(A @ V + c)))
    E = P - goals
    D = E @ V.T * SLOPE
    V = V - 0.1 * A.T @ E
    c = c - 0.1 * E.sum(axis=0)
    W = W - 0.1 * X.T @ D
    b = b - 0.1 * D.sum(axis=0)
"""


@pytest.mark.parametrize(("slope", "said"), [("(1 - A**2)", "correct"), ("(1 - A)", "wrong")])
def test_targets_may_be_a_list_that_a_comprehension_makes(slope: str, said: str) -> None:
    found = diagnosed(A_LIST_OF_TARGETS.replace("SLOPE", slope))
    assert found.verdict == said, found
    assert [bug.line for bug in found.bugs] == ([11] if said == "wrong" else [])


AFTER_AN_EPOCH = """
import numpy as np

rng = np.random.default_rng(2)
W, v = rng.normal(size=(4, 3)), rng.normal(size=(2, 4))
f = lambda z: 1 / (1 + np.exp(-z))
data = [(rng.normal(size=(3, 1)), np.eye(2)[:, [k % 2]]) for k in range(60)]
def out(x):
    return f(v @ f(W @ x))
def hits(pairs):
    return sum(int(np.argmax(out(x)) == np.argmax(y)) for x, y in pairs)
def cost(pairs):
    return sum(np.linalg.norm(out(x) - y) ** 2 / 2 for x, y in pairs) / len(pairs)
for epoch in range(2):
    for x, y in data:
        h = f(W @ x)
        o = f(v @ h)
        top = (o - y)SLOPE
        low = v.T @ top * h * (1 - h)
        v = v - 0.5 * top @ h.T
        W = W - 0.5 * low @ x.T
    print(epoch, hits(data), cost(data))
"""


@pytest.mark.parametrize(("slope", "verdict"), [("", "wrong"), (" * o * (1 - o)", "correct")])
def test_a_loss_beyond_a_long_epoch_and_a_long_count_of_hits_is_waited_for_where_the_file_has_one(
    slope: str, verdict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(later, "EVENTS", 600)
    monkeypatch.setattr(later, "WINDOW", 200)
    said = diagnose(source(AFTER_AN_EPOCH.replace("SLOPE", slope)), Options(autodiff=False))
    assert (said.verdict.partition(" ")[0], said.network["loss"]) == (verdict, "half_sse")
    assert "computes in another pass" in said.read_as


CUT = """
import numpy as np
rng = np.random.default_rng(0)
X = rng.normal(size=(20, 3))
Y = (X[:, :1] > 0).astype(int)
W, V = rng.normal(size=(3, 4)), rng.normal(size=(4, 1))
for step in range(50):
    h = np.tanh(X @ W)
    p = 1 / (1 + np.exp(-(h @ V)))
    print(-np.mean(Y * np.log(p) + (1 - Y) * np.log(1 - p)))
    d = (p - Y) / 20
    g = (d @ V.T) * (1 - h ** 2)
    V -= 0.1 * h.T @ d
    W -= 0.1 * X.T @ g
"""


def test_targets_that_a_program_cuts_to_whole_numbers_are_not_all_zero() -> None:
    found = diagnosed(CUT.replace("(p - Y)", "-(Y / p + (1 - Y) / (1 - p)) * p * (1 - p)"))
    assert (found.verdict, [bug.id for bug in found.bugs][:1]) == ("wrong", ["B39"])
