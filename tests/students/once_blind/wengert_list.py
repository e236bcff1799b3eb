"""
A Wengert list in numpy.

Every operation writes a line onto the list: (result, [(operand, pullback), ...]). To get the gradients
the list is read from its end. Try-out: sort mushrooms into four kinds by three numbers.
"""
import numpy as np

TAPE = []


class Var:
    __slots__ = ("value", "grad", "name")

    def __init__(self, value, name=""):
        self.value = np.asarray(value, dtype=float)
        self.grad = np.zeros_like(self.value)
        self.name = name

    def __add__(self, other):
        return record(self.value + other.value,
                      (self, lambda g: unbroadcast(g, self.value.shape)),
                      (other, lambda g: unbroadcast(g, other.value.shape)))

    def __matmul__(self, other):
        return record(self.value @ other.value,
                      (self, lambda g: g @ other.value.T),
                      (other, lambda g: self.value.T @ g))

    def __mul__(self, number):
        return record(self.value * number, (self, lambda g: g * number))


def record(value, *inputs):
    out = Var(value)
    TAPE.append((out, inputs))
    return out


def unbroadcast(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, n in enumerate(shape):
        if n == 1:
            g = g.sum(axis=axis, keepdims=True)
    return g


def elu(x):
    e = np.exp(np.minimum(x.value, 0)) - 1
    y = np.where(x.value > 0, x.value, e)
    return record(y, (x, lambda g: g * np.where(x.value > 0, 1.0, e + 1)))


def log_softmax(x):
    shifted = x.value - x.value.max(axis=1, keepdims=True)
    y = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return record(y, (x, lambda g: g - np.exp(y) * g.sum(axis=1, keepdims=True)))


def pick(x, columns):
    rows = np.arange(len(columns))

    def pullback(g):
        out = np.zeros_like(x.value)
        out[rows, columns] = g
        return out
    return record(x.value[rows, columns], (x, pullback))


def mean(x):
    n = x.value.size
    return record(x.value.mean(), (x, lambda g: g * np.ones(x.value.shape) / n))


def gradients(out):
    out.grad = np.ones_like(out.value)
    for node, inputs in reversed(TAPE):
        for operand, pullback in inputs:
            operand.grad = operand.grad + pullback(node.grad)
    TAPE.clear()


rng = np.random.RandomState(31)


def dense(n_in, n_out):
    return Var(rng.randn(n_in, n_out) / np.sqrt(n_in), "W"), Var(np.zeros(n_out), "b")


W1, b1 = dense(3, 7)
W2, b2 = dense(7, 5)
W3, b3 = dense(5, 4)
PARAMS = [W1, b1, W2, b2, W3, b3]


def net(x):
    h = elu(Var(x, "x") @ W1 + b1)
    h = elu(h @ W2 + b2)
    return log_softmax(h @ W3 + b3)


def objective(x, kinds):
    return mean(pick(net(x), kinds)) * -1.0


def step(x, kinds, eta):
    for p in PARAMS:
        p.grad = np.zeros_like(p.value)
    J = objective(x, kinds)
    gradients(J)
    for p in PARAMS:
        p.value = p.value - eta * p.grad
    return float(J.value)


if __name__ == "__main__":
    kinds = rng.randint(0, 4, 80)
    caps = rng.randn(4, 3) * 2
    x = caps[kinds] + 0.7 * rng.randn(80, 3)
    for it in range(300):
        J = step(x, kinds, 0.3)
        if it % 30 == 0:
            guess = net(x).value.argmax(axis=1)
            TAPE.clear()
            print("%4d  J = %.4f   hits %d / 80" % (it, J, (guess == kinds).sum()))
