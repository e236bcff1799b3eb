"""The first wrong line, where a value is right where it was made and wrong where it is used."""

import pytest

from tests.student_networks import PROGRAM
from tests.student_runs import diagnosed, line_of

BESIDE = PROGRAM.replace("    d_hidden = back * slope(hidden)\n", "    steep = slope(hidden)\n")
BESIDE = BESIDE.replace("data.T @ d_hidden", "data.T @ (back * steep)").replace(
    "d_hidden.sum(axis=0)", "(back * steep).sum(axis=0)"
)
HELPED = PROGRAM.replace("return v * (1 - v)", "return squash(v) * (1 - squash(v))")
HELPED = HELPED.replace("slope(out)", "slope(z2)").replace("slope(hidden)", "slope(z1)")
PENALTY = "0.05 * ((W1**2).sum() + (W2**2).sum())"
DECAYED = PROGRAM.replace("np.sum((out - target) ** 2)", f"np.sum((out - target) ** 2) + {PENALTY}")
DECAYED = DECAYED.replace("    W2 -=", "    grad2 += 0.1 * W2\n    grad1 += 0.1 * W1\n    W2 -=", 1)

ALL_DECAYED = "grad2 += 0.1 * W2\n    grad1 += 0.1 * W1"
HELPED_DECAYED = DECAYED.replace("grad2 = hidden.T @ d_out", "grad2 = shared(hidden, d_out)")
HELPED_DECAYED = HELPED_DECAYED.replace("grad1 = data.T @ d_hidden", "grad1 = shared(data, d_hidden)")
SHARED = "def shared(a, d):\n    g = a.T @ d\n    return g\n\n\n"
HELPED_DECAYED = HELPED_DECAYED.replace("for epoch", SHARED + "for epoch")
APART = PROGRAM.replace("W2 -= 0.1 * grad2", "W2 = (1 - 0.01) * W2 - 0.1 * grad2")
APART = APART.replace("W1 -= 0.1 * grad1", "W1 = (1 - 0.01) * W1 - 0.1 * grad1")
MOMENTUM = """    grads = [grad2, d_out.sum(axis=0), grad1, d_hidden.sum(axis=0)]
    for i, (value, grad) in enumerate(zip([W2, b2, W1, b1], grads)):
        speed[i] = 0.5 * speed[i] - 0.1 * grad
        value += speed[i]
"""
DRIVEN = PROGRAM[: PROGRAM.index("    W2 -=")] + MOMENTUM
DRIVEN = DRIVEN.replace("for epoch", "speed = [0 * W2, 0 * b2, 0 * W1, 0 * b1]\nfor epoch")
AVERAGED = "d_out.sum(axis=0), grad1, d_hidden.sum(axis=0)"
IN_PLACE = PROGRAM.replace("(out - target) * slope(out)", "out.copy()\n    d_out -= target\n    d_out *= slope(out)")
IN_PLACE = IN_PLACE.replace("for epoch", "kept2, kept1 = 0, 0\nfor epoch")
IN_PLACE += "    kept2, kept1 = grad2, grad1\n"
KEPT = "hidden.T @ d_out + kept2\n    grad1 = kept1 + data.T @ d_hidden"
BIASED = PROGRAM.replace("    b2 -= 0.1 * d_out.sum(axis=0)", "    db2 = d_out.sum(axis=0)\n    b2 -= 0.1 * db2")
HANDED = PROGRAM.replace("d_out = (out - target)", "err = out - target\n    e = err\n    d_out = e")
SINGLE = DECAYED.replace("size=(6, 2)", "size=(6, 1)").replace("size=(4, 2)), np.zeros(2)", "size=(4, 1)), np.zeros(1)")
SINGLE = SINGLE.replace("back = d_out @ W2.T", "back = d_out @ W2.T\n    grad3 = d_out.sum(axis=0)").replace(
    "b2 -= 0.1 * d_out.sum(axis=0)", "b2 -= 0.1 * grad3"
)
BEFORE = DECAYED.replace("    back = d_out @ W2.T\n", "").replace("    grad2 = hidden.T @ d_out\n", "")
BEFORE = BEFORE.replace(
    "    d_hidden =", "    grad2 = hidden.T @ d_out + 0.1 * W2\n    back = d_out @ W2.T\n    d_hidden ="
).replace("    grad2 += 0.1 * W2\n", "")
LOOPED = (
    PROGRAM[: PROGRAM.index("    W2 -=")]
    + """    grads = [grad1, d_hidden.sum(axis=0), grad2, d_out.sum(axis=0)]
    for value, grad in list(zip([W1, b1, W2, b2], grads)):
        value -= 0.1 * grad
"""
)
SUMS = "    sum2 += grad2\n    sum1 += grad1\n    sum4 += d_out\n    sum3 += d_hidden\n"
SAMPLED = PROGRAM[: PROGRAM.index("    W2 -=")] + SUMS
SAMPLED += "  W2 -= 0.1 * sum2\n  W1 -= 0.1 * sum1\n  b2 -= 0.1 * sum4\n  b1 -= 0.1 * sum3\n"
EACH = "  sum1, sum2, sum3, sum4 = 0 * W1, 0 * W2, 0 * b1, 0 * b2\n  for x, y in zip(data, target):\n"
SAMPLED = SAMPLED.replace("(50):\n", "(50):\n" + EACH).replace("data @", "x @").replace("out - target", "out - y")
SAMPLED = SAMPLED.replace("hidden.T @ d_out", "np.outer(hidden, d_out)").replace(
    "data.T @ d_hidden", "np.outer(x, d_hidden)"
)
SWEPT = PROGRAM.replace("    grad1 = data.T @ d_hidden\n", "")
SWEPT = SWEPT.replace(
    "    W2 -=", "    grad1 = 0 * W1\n    for l in range(1, 2):\n        grad1 = data.T @ d_hidden\n    W2 -="
)


ADDED = "    grad2 = grad2 + 0.05 * grad2\n    grad1 = grad1 + 0.05 * grad1\n"
KEPT_BEFORE = PROGRAM.replace("    W2 -= 0.1 * grad2\n", "").replace(
    "    back = d_out @ W2.T", "    before = W2.copy()\n    W2 -= 0.1 * (hidden.T @ d_out)\n    back = d_out @ before.T"
)
METHODS = PROGRAM.replace(
    "for epoch",
    """class Squash:
    def forward(self, v):
        self.a = squash(v)
        return self.a

    def backward(self, d):
        self.back = d * self.a * (1 - self.a)


act = Squash()
for epoch""",
).replace("hidden = squash(z1)", "hidden = act.forward(z1)")
METHODS = METHODS.replace("d_hidden = back * slope(hidden)", "act.backward(back)\n    d_hidden = act.back")
DECAYED_LATER = DECAYED.replace("    back = d_out @ W2.T\n", "").replace("    grad2 = hidden.T @ d_out\n", "")
DECAYED_LATER = DECAYED_LATER.replace(
    "    d_hidden =", "    grad2 = hidden.T @ d_out\n    back = d_out @ W2.T\n    d_hidden ="
)
LEAKY = PROGRAM.replace("return 1 / (1 + np.exp(-v))", "return np.where(v > 0, v, 0.01 * v)")
LEAKY = LEAKY.replace("return v * (1 - v)", "return np.where(v > 0, 1, 0.01)")
GIVEN = PROGRAM.replace("for epoch", "steep = [slope]\nfor epoch").replace("back * slope(h", "back * steep[0](h")
DOWN = PROGRAM.replace("for epoch", "def down(d, a, W):\n    return d @ W.T, a.T @ d\n\n\nfor epoch")
DOWN = DOWN.replace(
    "    back = d_out @ W2.T\n    d_hidden = back *", "    d, grad2 = down(d_out, hidden, W2)\n    d = d *"
)
DOWN = DOWN.replace(
    "    grad2 = hidden.T @ d_out\n    grad1 = data.T @ d_hidden\n", "    _, grad1 = down(d, data, W1)\n"
)
DOWN = DOWN.replace("d_hidden", "d")
STORED = (
    PROGRAM[: PROGRAM.index("for epoch")]
    + """class Net:
    def __init__(self):
        self.W, self.b, self.a = [W1, W2], [b1, b2], [None] * 3

    def forward(self, x):
        self.a[0] = x
        for i, W in enumerate(self.W):
            z = x @ W + self.b[i]
            x = squash(z)
            self.a[i + 1] = x
        return x

    def backward(self, error):
        for i in (1, 0):
            delta = error * slope(self.a[i + 1])
            given = self.a[i].reshape(-1, 1)
            error = delta @ self.W[i].T
            self.W[i] = self.W[i] - 0.1 * given @ delta.reshape(1, -1)
            self.b[i] = self.b[i] - 0.1 * delta

    def cost(self, t, out):
        return np.mean((out - t) ** 2)


net = Net()
for epoch in range(50):
    for x, t in zip(data, target):
        out = net.forward(x)
        error = out - t
        net.backward(error)
        print(net.cost(t, out))
"""
)


@pytest.mark.parametrize(
    ("right", "old", "new", "bug", "guilty"),
    [
        (METHODS, "d * self.a * (1 - self.a)", "d.copy()", "B11", "self.back = d.copy()"),
        (DECAYED_LATER, "d_out @ W2.T", "d_out @ grad2.T", "B20", "back = d_out @ grad2.T"),
        (BESIDE, "(back * steep)", "back", "B11", "grad1 = data.T @ back"),
        (HELPED, "slope(z1)", "slope(hidden)", "B8", "d_hidden = back * slope(hidden)"),
        (DECAYED, "grad1 += 0.1 * W1", "grad1 += 0.1 * grad1", "B13", "grad1 += 0.1 * grad1"),
        (DECAYED, ALL_DECAYED, ALL_DECAYED.replace("0.1", "0.05"), "B13", "grad2 += 0.05 * W2"),
        (HELPED_DECAYED, ALL_DECAYED, "pass", "B13", "grad2 = shared(hidden, d_out)"),
        (APART, "1 - 0.01", "1 + 0.01", "B60", "W2 = (1 + 0.01) * W2"),
        (DRIVEN, AVERAGED, AVERAGED.replace("sum", "mean"), "B16", "grads = [grad2"),
        (IN_PLACE, "hidden.T @ d_out\n    grad1 = data.T @ d_hidden", KEPT, "B35", "hidden.T @ d_out + kept2"),
        (BIASED, "db2 = d_out.sum(axis=0)", "db2 = 0", "B10", "db2 = 0"),
        (DECAYED, "(out - target) *", "(target - out) *", "B14", "d_out = (target - out)"),
        (PROGRAM, " -= ", " += ", "B14", "d_out = (out - target)"),
        (LOOPED, "value -= 0.1", "value += 0.1", "B14", "value += 0.1"),
        (LOOPED, "b2], grads))", "b2], grads))[2:]", "B54", "for value, grad in list"),
        (DECAYED, "data.T @ d_hidden", "np.outer(data[-1], d_hidden.sum(axis=0))", "B33", "grad1 = np.outer"),
        (HANDED, "err = out - target", "err = (out - target) ** 2", "B24", "err = (out - target) ** 2"),
        (SINGLE, "grad3 = d_out.sum(axis=0)", "grad3 = 2 * d_out.sum(axis=0)", "B43", "grad3 = 2 * d_out"),
        (BEFORE, "back = d_out @ W2.T", "back = d_out @ grad2.T", "B20", "back = d_out @ grad2.T"),
        (HANDED, "err = out - target", "err = np.round(out - target, 1)", "B47", "err = np.round"),
        (PROGRAM, "return v * (1 - v)", "v *= 1 - v\n    return v", "B28", "v *= 1 - v"),
        (DECAYED, "grad2 += 0.1 * W2", "grad2 = 0.1 * W2", "B36", "grad2 = 0.1 * W2"),
        (PROGRAM, "    W2 -=", ADDED + "    W2 -=", "B13", "grad2 = grad2 + 0.05 * grad2"),
        (KEPT_BEFORE, "W2.copy()", "W2[:]", "B3", "before = W2[:]"),
        (SAMPLED, "sum2 += grad2", "sum2 = grad2", "B36", "sum2 = grad2"),
        (SAMPLED, "sum3 += d_hidden", "sum3 += d_hidden * slope(hidden)", "B25", "sum3 += d_hidden * slope"),
        (PROGRAM, "W1 -= 0.1 * grad1", "W1 = W1", "B54", "W1 = W1"),
        (SWEPT, "range(1, 2)", "range(2, 2)", "B54", "for l in range(2, 2)"),
        (STORED, "self.a[i + 1] = x", "self.a[i + 1] = z", "B9", "self.a[i + 1] = z"),
        (STORED, "given = self.a[i]", "given = squash(self.a[i])", "B19", "given = squash(self.a[i])"),
        (STORED, "return v * (1 - v)", "return squash(v) * (1 - squash(v))", "B8", "return squash(v) * (1"),
        (LEAKY, "np.where(v > 0, 1, 0.01)", "np.where(v > 0, 1, 0)", "B42", "return np.where(v > 0, 1, 0)"),
        (GIVEN, "steep = [slope]", "steep = [lambda v: 1]", "B11", "steep = [lambda v: 1]"),
        (DOWN, "    d = d * slope(hidden)\n", "", "B11", "_, grad1 = down(d, data, W1)"),
        (STORED, "error = out - t", "error = net.cost(t, out)", "B24", "error = net.cost(t, out)"),
    ],
    ids=[
        "a derivative left out where a method keeps what it is given",
        "the gradient without the loss's penalty in place of the weights",
        "a derivative left out",
        "a helper that is right for the output",
        "a penalty of the gradient itself",
        "a penalty halved in every layer",
        "a penalty left out where the loss takes it",
        "weights that grow in their update",
        "biases averaged before a momentum",
        "gradients added to those before after a sum in place",
        "a bias's gradient that is zero",
        "an error turned round beside a penalty that is right",
        "an error of the sign that no step takes",
        "the one line of all steps that climb",
        "a loop that leaves the first layer out",
        "one sample for all, before a penalty is added",
        "an error squared and handed on under another name",
        "a bias of one number, beside a penalty of the weights",
        "a gradient with its penalty in place of the weights",
        "an error rounded",
        "a derivative in place of the activations that it is of",
        "a penalty assigned where it should be added",
        "gradients in place of the weights in their penalty, where the loss has none",
        "a view of the weights in place of a copy, from before their update",
        "the last sample's gradient assigned where all are added",
        "a derivative once more in each sample's gradient of the bias",
        "weights given their own name in place of an update",
        "a loop over the layers below that has no round",
        "pre-activations kept where the activations belong",
        "an input that is made anew in a line of its own",
        "a derivative of z where no z is within reach",
        "a slope of 0 that no cube of a small slope is",
        "a derivative of 1 that is given where it is asked for",
        "a derivative left out between two calls of one function",
        "the value of the loss that is called for elsewhere too",
    ],
)
def test_the_line_is_where_it_goes_wrong(right: str, old: str, new: str, bug: str, guilty: str) -> None:
    assert diagnosed(right).verdict.startswith("correct")
    program = right.replace(old, new)
    told = diagnosed(program)
    assert told.verdict == "wrong"
    assert told.bugs[0].id == bug
    assert told.first_fault is not None
    assert told.first_fault.line == line_of(program, guilty)


@pytest.mark.parametrize(
    ("old", "new", "quantity"),
    [
        ("err = out - target", "err = np.round(out - target, 1)", (2, "delta")),
        ("err = out - target", "err = np.round(out, 1) - target", (2, "delta")),
        ("hidden = squash(z1)", "hidden = squash(z1).round(2)", (1, "a")),  # no activation is known by such values
    ],
)
def test_what_is_rounded_is_the_wrong_quantity(old: str, new: str, quantity: tuple[int, str]) -> None:
    fault = diagnosed(HANDED.replace(old, new)).first_fault
    assert fault is not None
    assert (fault.layer, fault.quantity) == quantity
