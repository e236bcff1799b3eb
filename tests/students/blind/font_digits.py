# coding: utf-8
from collections import OrderedDict

import numpy as np

FONT = """
111101101101111 010110010010111 111001111100111 111001111001111 101101111001001
111100111001111 111100111101111 111001001010010 111101111101111 111101111001111
""".split()


def load_font(n, noise=0.25):
    labels = np.arange(n) % 10
    x = np.array([[float(c) for c in FONT[k]] for k in labels])
    x += noise * np.random.randn(*x.shape)
    return x, np.eye(10)[labels]


def softmax(x):
    x = x - x.max(axis=-1, keepdims=True)
    return np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True)


def cross_entropy_error(y, t):
    return -np.sum(t * np.log(y)) / y.shape[0]


class MatMulAdd:
    """y = xW + b"""

    def __init__(self, W, b):
        self.W = W
        self.b = b
        self.x = None
        self.dW = None
        self.db = None

    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, dout):
        dx = np.dot(dout, self.W.T)
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return dx


class Relu:
    def __init__(self):
        self.mask = None

    def forward(self, x):
        self.mask = (x <= 0)
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dout[self.mask] = 0
        return dout


class SoftmaxLoss:
    def __init__(self):
        self.loss = None
        self.y = None
        self.t = None

    def forward(self, x, t):
        self.t = t
        self.y = softmax(x)
        self.loss = cross_entropy_error(self.y, self.t)
        return self.loss

    def backward(self, dout=1):
        return dout * (self.y - self.t) / self.t.shape[0]


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size):
        self.params = {
            'W1': np.random.randn(input_size, hidden_size) * np.sqrt(2.0 / input_size),
            'b1': np.zeros(hidden_size),
            'W2': np.random.randn(hidden_size, output_size) * np.sqrt(2.0 / hidden_size),
            'b2': np.zeros(output_size),
        }
        self.layers = OrderedDict()
        self.layers['first'] = MatMulAdd(self.params['W1'], self.params['b1'])
        self.layers['act'] = Relu()
        self.layers['second'] = MatMulAdd(self.params['W2'], self.params['b2'])
        self.last = SoftmaxLoss()

    def predict(self, x):
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def loss(self, x, t):
        return self.last.forward(self.predict(x), t)

    def accuracy(self, x, t):
        return np.mean(np.argmax(self.predict(x), axis=1) == np.argmax(t, axis=1))

    def gradient(self, x, t):
        self.loss(x, t)

        dout = self.last.backward()
        for layer in reversed(list(self.layers.values())):
            dout = layer.backward(dout)

        grads = {}
        grads['W1'] = self.layers['first'].dW
        grads['b1'] = self.layers['first'].db
        grads['W2'] = self.layers['second'].dW
        grads['b2'] = self.layers['second'].db
        return grads


class SGD:
    def __init__(self, lr=0.1):
        self.lr = lr

    def update(self, params, grads):
        for key in params:
            params[key] -= self.lr * grads[key]


if __name__ == '__main__':
    np.random.seed(1)
    x_train, t_train = load_font(600)
    x_test, t_test = load_font(200)
    network = TwoLayerNet(input_size=15, hidden_size=12, output_size=10)
    optimizer = SGD(lr=0.5)
    max_iter = 1500

    for i in range(max_iter):
        pick = np.random.choice(len(x_train), 50)
        grads = network.gradient(x_train[pick], t_train[pick])
        optimizer.update(network.params, grads)
        if i % 250 == 0:
            print(i, network.loss(x_train, t_train), network.accuracy(x_train, t_train), network.accuracy(x_test, t_test))
