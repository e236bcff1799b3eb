# autograd in ~100 lines, arrays instead of single numbers
import numpy as np


class Var:
    def __init__(self, value, parents=()):
        self.value = np.asarray(value, dtype=float)
        self.grad = np.zeros_like(self.value)
        self.parents = parents      # list of (Var, function from our grad to the parent's grad)

    def __matmul__(self, other):
        return Var(self.value @ other.value, [
            (self, lambda g: g @ other.value.T),
            (other, lambda g: self.value.T @ g),
        ])

    def __add__(self, other):
        other = to_var(other)
        return Var(self.value + other.value, [
            (self, lambda g: fold(g, self.value.shape)),
            (other, lambda g: fold(g, other.value.shape)),
        ])

    def __mul__(self, other):
        other = to_var(other)
        return Var(self.value * other.value, [
            (self, lambda g: fold(g * other.value, self.value.shape)),
            (other, lambda g: fold(g * self.value, other.value.shape)),
        ])

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -to_var(other)

    def __rsub__(self, other):
        return to_var(other) - self

    def tanh(self):
        out = np.tanh(self.value)
        return Var(out, [(self, lambda g: g * (1 - out ** 2))])

    def sigmoid(self):
        out = 1 / (1 + np.exp(-self.value))
        return Var(out, [(self, lambda g: g * out * (1 - out))])

    def log(self):
        return Var(np.log(self.value), [(self, lambda g: g / self.value)])

    def mean(self):
        n = self.value.size
        return Var(self.value.mean(), [(self, lambda g: g * np.ones_like(self.value) / n)])

    def backward(self):
        ordered = []
        visited = set()

        def visit(node):
            if id(node) in visited:
                return
            visited.add(id(node))
            for parent, _ in node.parents:
                visit(parent)
            ordered.append(node)

        visit(self)
        self.grad = np.ones_like(self.value)
        for node in reversed(ordered):
            for parent, pull in node.parents:
                parent.grad = parent.grad + pull(node.grad)


def to_var(x):
    return x if isinstance(x, Var) else Var(x)


def fold(g, shape):
    """undo broadcasting: sum over the axes that were stretched"""
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1 and g.shape[axis] > 1:
            g = g.sum(axis=axis, keepdims=True)
    return g


class Net:
    def __init__(self, sizes):
        self.weights = [Var(np.random.randn(a, b) / np.sqrt(a)) for a, b in zip(sizes, sizes[1:])]
        self.biases = [Var(np.zeros(b)) for b in sizes[1:]]

    def __call__(self, x):
        h = to_var(x)
        for W, b in zip(self.weights[:-1], self.biases[:-1]):
            h = (h @ W + b).tanh()
        return (h @ self.weights[-1] + self.biases[-1]).sigmoid()

    def parameters(self):
        return self.weights + self.biases


def loss_of(net, x, t):
    p = net(x)
    t = to_var(t)
    return -(t * p.log() + (1 - t) * (1 - p).log()).mean()


np.random.seed(3)
# cap diameter, stem height, ring width, gill spacing -> edible, bitter, common?
X = np.random.randn(120, 4)
T = np.stack([X[:, 0] > X[:, 1], X[:, 2] ** 2 > 0.5, X[:, 0] * X[:, 3] > 0], axis=1).astype(float)

net = Net([4, 7, 5, 3])
learning_rate = 1.0
for step in range(600):
    loss = loss_of(net, X, T)
    for p in net.parameters():
        p.grad = np.zeros_like(p.value)
    loss.backward()
    for p in net.parameters():
        p.value = p.value - learning_rate * p.grad
    if step % 100 == 0:
        hits = np.mean((net(X).value > 0.5) == T)
        print(f"step {step}: loss {loss.value:.4f}, labels right {hits:.1%}")
