# coding: utf-8
# Which part of the turbine is failing?  Layers in an OrderedDict; the bias is the last row of each W.
from collections import OrderedDict
import numpy as np


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


class Sigmoid:
    def __init__(self):
        self.out = None

    def forward(self, x):
        self.out = 1 / (1 + np.exp(-x))
        return self.out

    def backward(self, dout):
        return dout * self.out * (1.0 - self.out)


class Linear:
    """y = [x 1] W"""

    def __init__(self, W):
        self.W = W
        self.x1 = None
        self.dW = None

    def forward(self, x):
        ones = np.ones((x.shape[0], 1))
        self.x1 = np.hstack([x, ones])
        return np.dot(self.x1, self.W)

    def backward(self, dout):
        self.dW = np.dot(self.x1.T, dout)
        dx1 = np.dot(dout, self.W.T)
        return dx1[:, :-1]


class SoftmaxLoss:
    def __init__(self):
        self.y = None
        self.t = None

    def forward(self, x, t):
        x = x - x.max(axis=1, keepdims=True)
        e = np.exp(x)
        self.y = e / e.sum(axis=1, keepdims=True)
        self.t = t
        return -np.log(self.y[np.arange(len(t)), t]).mean()

    def backward(self):
        dx = self.y.copy()
        dx[np.arange(len(self.t)), self.t] -= 1
        return dx / len(self.t)


class TurbineNet:
    def __init__(self, sizes, weight_decay=0.0):
        self.weight_decay = weight_decay
        self.params = {}
        self.layers = OrderedDict()
        activations = [Sigmoid, Relu]
        for i in range(1, len(sizes)):
            n_in, n_out = sizes[i - 1], sizes[i]
            self.params['W%d' % i] = np.random.randn(n_in + 1, n_out) / np.sqrt(n_in + 1)
            self.layers['Linear%d' % i] = Linear(self.params['W%d' % i])
            if i < len(sizes) - 1:
                self.layers['Act%d' % i] = activations[i - 1]()
        self.last_layer = SoftmaxLoss()

    def predict(self, x):
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def loss(self, x, t):
        penalty = 0
        for W in self.params.values():
            penalty += 0.5 * self.weight_decay * np.sum(W[:-1] ** 2)
        return self.last_layer.forward(self.predict(x), t) + penalty

    def accuracy(self, x, t):
        return np.mean(self.predict(x).argmax(axis=1) == t)

    def gradient(self, x, t):
        self.loss(x, t)

        dout = self.last_layer.backward()
        for layer in reversed(self.layers.values()):
            dout = layer.backward(dout)

        grads = {}
        for i in range(1, len(self.params) + 1):
            linear = self.layers['Linear%d' % i]
            grads['W%d' % i] = linear.dW.copy()
            grads['W%d' % i][:-1] += self.weight_decay * linear.W[:-1]
        return grads


def train_step(network, x_batch, t_batch, learning_rate):
    grads = network.gradient(x_batch, t_batch)
    for key in network.params:
        network.params[key] -= learning_rate * grads[key]
    return network.loss(x_batch, t_batch)


np.random.seed(42)
x_train = np.random.randn(400, 6)     # vibration, oil, rpm, noise, two temperatures
t_train = np.argmax(x_train[:, [0, 2, 3, 5]] ** 2, axis=1)
x_test, t_test = x_train[300:], t_train[300:]
x_train, t_train = x_train[:300], t_train[:300]

network = TurbineNet([6, 9, 8, 4], weight_decay=0.01)
print('loss before training', network.loss(x_train, t_train))

iters = 3000
for i in range(iters):
    batch_mask = np.random.choice(len(x_train), 50)
    loss = train_step(network, x_train[batch_mask], t_train[batch_mask], 0.1)
    if i % 300 == 0:
        print('%5d  loss %.4f  test acc %.3f' % (i, loss, network.accuracy(x_test, t_test)))
