"""Programs without arrays: every weight a number of its own, in attributes, lists of lists or dictionaries."""

import pytest

from tests.student_runs import diagnosed, line_of

# The first sample is (0, 0): its products are all the number 0. A third term is added in each update.
LOOPS = """
import math, random
random.seed(0)
def matrix(rows, columns, fill=0.0):
    return [[fill] * columns for _ in range(rows)]
class Net:
    def __init__(self, ni, nh, no):
        self.ni, self.nh, self.no = ni + 1, nh, no
        self.ai, self.ah, self.ao = [1.0] * self.ni, [1.0] * nh, [1.0] * no
        self.wi, self.wo = matrix(self.ni, nh), matrix(nh, no)
        for i in range(self.ni):
            for j in range(nh):
                self.wi[i][j] = random.uniform(-1, 1)
        for j in range(nh):
            for k in range(no):
                self.wo[j][k] = random.uniform(-2, 2)
        self.ci, self.co = matrix(self.ni, nh), matrix(nh, no)
    def forward(self, inputs):
        for i in range(self.ni - 1):
            self.ai[i] = inputs[i]
        for j in range(self.nh):
            sum = 0.0
            for i in range(self.ni):
                sum = sum + self.ai[i] * self.wi[i][j]
            self.ah[j] = math.tanh(sum)
        for k in range(self.no):
            sum = 0.0
            for j in range(self.nh):
                sum = sum + self.ah[j] * self.wo[j][k]
            self.ao[k] = math.tanh(sum)
    def backward(self, targets, N, M):
        top, low = [0.0] * self.no, [0.0] * self.nh
        for k in range(self.no):
            error = targets[k] - self.ao[k]
            top[k] = (1.0 - self.ao[k] ** 2) * error
        for j in range(self.nh):
            error = 0.0
            for k in range(self.no):
                error = error + top[k] * self.wo[j][k]
            low[j] = (1.0 - self.ah[j] ** 2) * error
        for j in range(self.nh):
            for k in range(self.no):
                change = top[k] * self.ah[j]
                self.wo[j][k] = self.wo[j][k] + N * change + M * self.co[j][k]
                self.co[j][k] = change
        for i in range(self.ni):
            for j in range(self.nh):
                change = low[j] * self.ai[i]
                self.wi[i][j] = self.wi[i][j] + N * change + M * self.ci[i][j]
                self.ci[i][j] = change
        return sum([0.5 * (targets[k] - self.ao[k]) ** 2 for k in range(self.no)])
data = [[[0, 0], [0, 1]], [[0, 1], [1, 0]], [[1, 0], [1, 0]], [[1, 1], [0, 1]]]
net = Net(2, 3, 2)
for epoch in range(1000):
    error = 0.0
    for inputs, targets in data:
        net.forward(inputs)
        error = error + net.backward(targets, 0.5, 0.1)
"""

NAMED = """
import math, random
random.seed(3)
def sigmoid(x):
    return 1 / (1 + math.exp(-x))
def slope(x):
    return sigmoid(x) * (1 - sigmoid(x))
class Net:
    def __init__(self):
        self.w1, self.w2, self.w3 = random.gauss(0, 1), random.gauss(0, 1), random.gauss(0, 1)
        self.w4, self.w5, self.w6 = random.gauss(0, 1), random.gauss(0, 1), random.gauss(0, 1)
        self.b1, self.b2, self.b3 = random.gauss(0, 1), random.gauss(0, 1), random.gauss(0, 1)
    def output(self, x):
        h1 = sigmoid(self.w1 * x[0] + self.w2 * x[1] + self.b1)
        h2 = sigmoid(self.w3 * x[0] + self.w4 * x[1] + self.b2)
        return sigmoid(self.w5 * h1 + self.w6 * h2 + self.b3)
    def train(self, data, targets):
        for epoch in range(100):
            for x, y in zip(data, targets):
                s1 = self.w1 * x[0] + self.w2 * x[1] + self.b1
                s2 = self.w3 * x[0] + self.w4 * x[1] + self.b2
                h1, h2 = sigmoid(s1), sigmoid(s2)
                so = self.w5 * h1 + self.w6 * h2 + self.b3
                d = -2 * (y - sigmoid(so))
                to1, to2 = self.w5 * slope(so), self.w6 * slope(so)
                self.w1 -= 0.1 * d * to1 * x[0] * slope(s1)
                self.w2 -= 0.1 * d * to1 * x[1] * slope(s1)
                self.b1 -= 0.1 * d * to1 * slope(s1)
                self.w3 -= 0.1 * d * to2 * x[0] * slope(s2)
                self.w4 -= 0.1 * d * to2 * x[1] * slope(s2)
                self.b2 -= 0.1 * d * to2 * slope(s2)
                self.w5 -= 0.1 * d * h1 * slope(so)
                self.w6 -= 0.1 * d * h2 * slope(so)
                self.b3 -= 0.1 * d * slope(so)
            print(sum([(y - self.output(x)) ** 2 for x, y in zip(data, targets)]) / len(data))
Net().train([[-2, -1], [2.5, 0.6], [1.7, 0.4], [-1.5, -0.6]], [1, 0, 0, 1])
"""


def test_lists_of_lists_are_read_through_products_that_are_zero_and_updates_of_three_terms() -> None:
    right = diagnosed(LOOPS)
    assert right.verdict == "correct up to convention", right.missing
    assert right.network["sizes"] == [3, 3, 2]


def test_a_missing_derivative_is_found_among_lists_of_lists() -> None:
    wrong = diagnosed(LOOPS.replace("low[j] = (1.0 - self.ah[j] ** 2) * error", "low[j] = error"))
    assert wrong.verdict == "wrong", wrong.missing
    assert wrong.bugs[0].id == "B11"
    wrong = diagnosed(LOOPS.replace("change = top[k] * self.ah[j]", "change = top[k] * self.ao[k]"))
    assert (wrong.bugs[0].id, wrong.first_fault and wrong.first_fault.line) == ("B19", 43)


@pytest.mark.parametrize(
    ("old", "new", "bug", "line"),
    [
        ("", "", None, None),
        ("self.w4 -= 0.1 * d * to2 * x[1] * slope(s2)", "self.w4 -= 0.1 * d * to1 * x[1] * slope(s2)", "B20", 30),
        ("self.w1 -= 0.1 * d * to1 * x[0] * slope(s1)", "self.w1 -= 0.1 * d * to1 * x[0] * slope(h1)", "B8", 26),
    ],
)
def test_a_mistake_in_the_gradient_of_one_number_is_found_in_its_line(
    old: str, new: str, bug: str | None, line: int | None
) -> None:
    said = diagnosed(NAMED.replace(old, new) if old else NAMED)
    assert said.network["sizes"] == [2, 2, 1]
    if bug is None:
        assert said.verdict.startswith("correct"), said.missing
        return
    assert said.verdict == "wrong", said.missing
    assert said.first_fault is not None
    assert (said.bugs[0].id, said.first_fault.line) == (bug, line)


# One step written out by hand: new names for new weights, a bias that two neurons share and that is not trained.
BY_HAND = """
import math
x1, x2, w1, w2, w3, w4 = 0.05, 0.10, 0.15, 0.20, 0.25, 0.30
v1, v2, v3, v4, b1, b2 = 0.40, 0.45, 0.50, 0.55, 0.35, 0.60
def sigmoid(x):
    return 1 / (1 + math.exp(-x))
n1 = w1 * x1 + w2 * x2 + b1
n2 = w3 * x1 + w4 * x2 + b1
h1, h2 = sigmoid(n1), sigmoid(n2)
m1 = v1 * h1 + v2 * h2 + b2
m2 = v3 * h1 + v4 * h2 + b2
o1, o2 = sigmoid(m1), sigmoid(m2)
print(0.5 * (0.01 - o1) ** 2 + 0.5 * (0.99 - o2) ** 2)
d1 = (o1 - 0.01) * o1 * (1 - o1)
d2 = (o2 - 0.99) * o2 * (1 - o2)
e1 = (d1 * v1 + d2 * v3) * h1 * (1 - h1)
e2 = (d1 * v2 + d2 * v4) * h2 * (1 - h2)
v1_new, v2_new = v1 - 0.5 * d1 * h1, v2 - 0.5 * d1 * h2
v3_new = v3 - 0.5 * d2 * h1
v4_new = v4 - 0.5 * d2 * h2
w1_new = w1 - 0.5 * e1 * x1
w2_new = w2 - 0.5 * e1 * x2
w3_new = w3 - 0.5 * e2 * x1
w4_new = w4 - 0.5 * e2 * x2
"""

# The gradients of all samples are added up before the step; the bias starts at the constant 0.0, as do other numbers.
BATCH = """
import math, random
random.seed(0)
def dot(a, b):
    return sum(x * y for x, y in zip(a, b))
X, Y = [[0.5, 1.2], [1.5, -0.3], [-0.7, 0.8], [2.0, 1.0]], [1, 1, 0, 1]
w, b = [random.uniform(-1, 1) for _ in range(2)], 0.0
for epoch in range(200):
    dw, db, loss = [0.0, 0.0], 0.0, 0.0
    for x, y in zip(X, Y):
        p = 1 / (1 + math.exp(-(dot(w, x) + b)))
        loss += -(y * math.log(p) + (1 - y) * math.log(1 - p))
        for j in range(2):
            dw[j] += (p - y) * x[j]
        db += p - y
    for j in range(2):
        w[j] -= 0.1 * dw[j] / len(X)
    b -= 0.1 * db{mean}
"""


@pytest.mark.parametrize(("slope", "verdict"), [(" * h1 * (1 - h1)", "correct"), ("", "wrong")])
def test_one_step_that_is_written_out_is_judged_and_biases_it_leaves_alone_are_not(slope: str, verdict: str) -> None:
    said = diagnosed(BY_HAND.replace("d2 * v3) * h1 * (1 - h1)", f"d2 * v3){slope}"))
    assert said.verdict == verdict, said.missing


@pytest.mark.parametrize(("mean", "verdict"), [(" / len(X)", "correct up to convention"), ("", "wrong")])
def test_samples_that_are_added_up_make_one_batch(mean: str, verdict: str) -> None:
    said = diagnosed(BATCH.format(mean=mean))
    assert said.verdict == verdict, said.missing
    assert verdict != "wrong" or said.bugs[0].id == "B16"


# The weight w3 is written as the input x1 is; the update takes the gradients from where the main keeps them.
PIECES = """
import numpy as np
w1, w2, w3, w4, v1, v2, x1, x2, y = 0.2, -0.4, 0.5, 0.6, 0.1, -0.5, 0.5, 0.3, 0.23
def forward_propagate(x1, x2, w1, w2, w3, w4, v1, v2):
    h1 = 1 / (1 + np.exp(-(w1 * x1 + w3 * x2)))
    h2 = 1 / (1 + np.exp(-(w2 * x1 + w4 * x2)))
    o = 1 / (1 + np.exp(-(v1 * h1 + v2 * h2)))
    print("hidden", round(h1, 2), round(h2, 2))
    return h1, h2, o
def back_propagate(h1, h2, o):
    d = (o - y) * o * (1 - o)
    e1, e2 = d * v1 * h1 * (1 - h1), d * v2 * h2 * (1 - h2)
    dw1, dw2, dw3, dw4, dv1, dv2 = e1 * x1, e2 * x1, e1 * x2, e2 * x2, d * h1, d * h2
    return dw1, dw2, dw3, dw4, dv1, dv2
def update_w(w1, w2, w3, w4, v1, v2):
    w1 = w1 - dw1
    w2 = w2 - dw2
    w3 = w3 - dw3
    w4 = w4 - dw4
    v1 = v1 - dv1
    v2 = v2 - dv2
    return w1, w2, w3, w4, v1, v2
for i in range(1):
    h1, h2, o = forward_propagate(x1, x2, w1, w2, w3, w4, v1, v2)
    dw1, dw2, dw3, dw4, dv1, dv2 = back_propagate(h1, h2, o)
    w1, w2, w3, w4, v1, v2 = update_w(w1, w2, w3, w4, v1, v2)
"""


def test_numbers_that_are_written_alike_rounded_to_be_shown_or_kept_in_globals_are_their_own() -> None:
    said = diagnosed(PIECES)
    assert said.verdict == "correct", said.first_fault or said.missing
    assert said.network["sizes"] == [2, 2, 1]


ENTRY_BY_ENTRY = """import numpy as np
rng = np.random.default_rng(3)
hidden = [{"w": rng.random(3)} for _ in range(2)]
out = [{"w": rng.random(3)} for _ in range(2)]


def fire(units, x):
    for unit in units:
        total = unit["w"][-1]
        for k in range(len(x)):
            total += unit["w"][k] * x[k]
        unit["a"] = 1 / (1 + np.exp(-total))
    return [unit["a"] for unit in units]


for epoch in range(50):
    total_error = 0
    for row, t in (([0.3, 0.9], [1, 0]), ([0.8, 0.1], [0, 1])):
        a = fire(hidden, row)
        y = fire(out, a)
        total_error += sum((t[i] - y[i]) ** 2 for i in range(2))
        for i in range(2):
            out[i]["delta"] = (y[i] - t[i]) * y[i] * (1 - y[i])
        errors = []
        for j in range(2):
            error = 0.0
            for unit in out:
                error += unit["w"][j] * unit["delta"]
            errors.append(error)
        for j in range(2):
            hidden[j]["delta"] = errors[j] * a[j] * (1 - a[j])
        for units, x in ((hidden, row), (out, a)):
            for unit in units:
                for k in range(2):
                    unit["w"][k] = unit["w"][k] - 0.5 * unit["delta"] * x[k]
                unit["w"][-1] -= 0.5 * unit["delta"]
    print(total_error)
"""


def test_a_wrong_layer_of_numbers_is_told_below_right_ones_though_no_known_mistake_makes_it() -> None:
    assert diagnosed(ENTRY_BY_ENTRY).exit_code == 0
    inside = ENTRY_BY_ENTRY.replace("            errors.append(error)", "                errors.append(error)")
    wrong = diagnosed(inside)  # the second unit is given the error of the first
    assert wrong.verdict == "wrong"
    assert wrong.first_fault is not None
    assert (wrong.first_fault.layer, wrong.first_fault.quantity) == (1, "delta")
    assert wrong.first_fault.line == line_of(inside, 'hidden[j]["delta"] =')


# The first sample is (0, 0), and a file has one object for each of its constants: 0.0 is the first delta too.
OBJECTS = """
import math, random
random.seed(1)
class Unit:
    def __init__(self, below):
        self.delta = 0.0
        self.out = 0.0
        self.below = [(u, random.uniform(-1, 1)) for u in below]
    def forward(self):
        total = 0.0
        for u, w in self.below:
            total += w * u.out
        self.out = 1 / (1 + math.exp(-total))
    def learn(self):
        self.below = [(u, w + 0.2 * self.delta * u.out) for u, w in self.below]
DATA, ANSWERS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]
first = [Unit([]), Unit([])]
hidden = [Unit(first) for _ in range(3)]
top = Unit(hidden)
for epoch in range(2):
    for x, y in zip(DATA, ANSWERS):
        for u, v in zip(first, x):
            u.out = v
        for u in hidden:
            u.forward()
        top.forward()
        top.delta = (y - top.out) * top.out * (1 - top.out)
        for i, u in enumerate(hidden):
            u.delta = top.below[i][1] * top.delta * u.out * (1 - u.out)
        for u in [top] + hidden:
            u.learn()
"""


def test_a_first_sample_of_zeros_is_replaced_though_the_file_has_zeros_elsewhere() -> None:
    assert diagnosed(OBJECTS).verdict.startswith("correct")
