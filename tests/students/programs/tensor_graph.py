"""A tiny autograd engine on numpy arrays, and a network on top of it."""
import numpy as np

np.random.seed(12)


class Tensor:
    def __init__(self, data, _children=(), _op=''):
        self.data = np.array(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self._backward = lambda: None
        self._prev = set(_children)
        self._op = _op

    def __add__(self, other):
        out = Tensor(self.data + other.data, (self, other), '+')

        def _backward():
            self.grad += unbroadcast(out.grad, self.data.shape)
            other.grad += unbroadcast(out.grad, other.data.shape)
        out._backward = _backward
        return out

    def __sub__(self, other):
        out = Tensor(self.data - other.data, (self, other), '-')

        def _backward():
            self.grad += unbroadcast(out.grad, self.data.shape)
            other.grad -= unbroadcast(out.grad, other.data.shape)
        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Tensor(self.data * other.data, (self, other), '*')

        def _backward():
            self.grad += unbroadcast(other.data * out.grad, self.data.shape)
            other.grad += unbroadcast(self.data * out.grad, other.data.shape)
        out._backward = _backward
        return out

    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, (self, other), '@')

        def _backward():
            self.grad += out.grad @ other.data.T
            other.grad += self.data.T @ out.grad
        out._backward = _backward
        return out

    def tanh(self):
        t = np.tanh(self.data)
        out = Tensor(t, (self,), 'tanh')

        def _backward():
            self.grad += (1 - t ** 2) * out.grad
        out._backward = _backward
        return out

    def mean(self):
        out = Tensor(np.mean(self.data), (self,), 'mean')

        def _backward():
            self.grad += np.ones_like(self.data) * out.grad / self.data.size
        out._backward = _backward
        return out

    def backward(self):
        topo = []
        visited = set()

        def build_topo(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build_topo(child)
                topo.append(v)
        build_topo(self)
        self.grad = np.ones_like(self.data)
        for node in reversed(topo):
            node._backward()


def unbroadcast(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1 and grad.shape[axis] != 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


class Linear:
    def __init__(self, n_in, n_out):
        self.w = Tensor(np.random.randn(n_in, n_out) / np.sqrt(n_in))
        self.b = Tensor(np.zeros((1, n_out)))

    def __call__(self, x):
        return x @ self.w + self.b

    def parameters(self):
        return [self.w, self.b]


class MLP:
    def __init__(self, n_in, n_hidden, n_out):
        self.first = Linear(n_in, n_hidden)
        self.second = Linear(n_hidden, n_out)

    def __call__(self, x):
        return self.second(self.first(x).tanh()).tanh()

    def parameters(self):
        return self.first.parameters() + self.second.parameters()

    def zero_grad(self):
        for p in self.parameters():
            p.grad = np.zeros_like(p.data)


def loss_of(model, x, y):
    diff = model(x) - y
    return (diff * diff).mean()


x = Tensor(np.random.uniform(-2, 2, (30, 2)))
y = Tensor(np.sign(np.column_stack([x.data[:, 0] * x.data[:, 1], x.data[:, 0], x.data[:, 1] - 1])) * 0.8)
model = MLP(2, 5, 3)

for k in range(2000):
    loss = loss_of(model, x, y)
    model.zero_grad()
    loss.backward()
    for p in model.parameters():
        p.data -= 0.1 * p.grad
    if k % 100 == 0:
        print(k, loss.data)
