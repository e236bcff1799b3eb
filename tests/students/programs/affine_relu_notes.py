# notes on chapter 5: layers with forward and backward, tried out on a small batch
import numpy as np


class ReLU:
    def __init__(self):
        self.mask = None

    def forward(self, x):
        self.mask = (x <= 0)
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dx = dout.copy()
        dx[self.mask] = 0
        return dx


class Sigmoid:
    def __init__(self):
        self.out = None

    def forward(self, x):
        out = 1 / (1 + np.exp(-x))
        self.out = out
        return out

    def backward(self, dout):
        dx = dout * self.out * (1 - self.out)
        return dx


class Affine:
    def __init__(self, W, b):
        self.W = W
        self.b = b
        self.X = None
        self.dW = None
        self.db = None

    def forward(self, X):
        self.X = X
        out = np.dot(X, self.W) + self.b
        return out

    def backward(self, dout):
        dx = np.dot(dout, self.W.T)
        self.dW = np.dot(self.X.T, dout)
        self.db = np.sum(dout, axis=0)
        return dx


class MeanSquare:
    def forward(self, y, t):
        self.y, self.t = y, t
        return np.sum((y - t) ** 2) / (2 * len(y))

    def backward(self):
        return (self.y - self.t) / len(self.y)


rng = np.random.RandomState(0)
X = rng.randn(6, 4)
T = rng.rand(6, 3)
layers = [Affine(rng.randn(4, 5), rng.randn(5)), ReLU(), Affine(rng.randn(5, 3), rng.randn(3)), Sigmoid()]
last = MeanSquare()

for i in range(300):
    out = X
    for layer in layers:
        out = layer.forward(out)
    loss = last.forward(out, T)

    dout = last.backward()
    for layer in reversed(layers):
        dout = layer.backward(dout)

    for layer in layers:
        if isinstance(layer, Affine):
            layer.W -= 0.1 * layer.dW
            layer.b -= 0.1 * layer.db
    if i % 30 == 0:
        print(i, loss)
