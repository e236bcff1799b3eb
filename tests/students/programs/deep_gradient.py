# coding: utf-8
import numpy as np
from collections import OrderedDict


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class Sigmoid:
    def forward(self, x):
        self.out = sigmoid(x)
        return self.out

    def backward(self, dout):
        return dout * (1.0 - self.out) * self.out


class Tanh:
    def forward(self, x):
        self.x = x
        return np.tanh(x)

    def backward(self, dout):
        return dout / np.cosh(self.x) ** 2


class Affine:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, dout):
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return np.dot(dout, self.W.T)


class SigmoidWithLoss:
    def forward(self, x, t):
        self.t = t
        self.y = sigmoid(x)
        return -np.sum(self.t * np.log(self.y + 1e-12) + (1 - self.t) * np.log(1 - self.y + 1e-12)) / len(t)

    def backward(self, dout=1):
        return dout * (self.y - self.t) / len(self.t)


class MultiLayerNet:
    def __init__(self, input_size, hidden_size_list, output_size, weight_decay_lambda=0):
        self.weight_decay_lambda = weight_decay_lambda
        sizes = [input_size] + hidden_size_list + [output_size]
        self.params = {}
        self.layers = OrderedDict()
        kinds = [Tanh, Sigmoid]
        for i in range(1, len(sizes)):
            self.params['W%d' % i] = np.random.randn(sizes[i - 1], sizes[i]) * np.sqrt(1.0 / sizes[i - 1])
            self.params['b%d' % i] = np.zeros(sizes[i])
            self.layers['Affine%d' % i] = Affine(self.params['W%d' % i], self.params['b%d' % i])
            if i < len(sizes) - 1:
                self.layers['Activation%d' % i] = kinds[(i - 1) % 2]()
        self.depth = len(sizes) - 1
        self.last_layer = SigmoidWithLoss()

    def predict(self, x):
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def loss(self, x, t):
        decay = sum(0.5 * self.weight_decay_lambda * np.sum(self.params['W%d' % i] ** 2) for i in range(1, self.depth + 1))
        return self.last_layer.forward(self.predict(x), t) + decay

    def gradient(self, x, t):
        self.loss(x, t)
        dout = self.last_layer.backward(1)
        for layer in reversed(list(self.layers.values())):
            dout = layer.backward(dout)
        grads = {}
        for i in range(1, self.depth + 1):
            affine = self.layers['Affine%d' % i]
            grads['W%d' % i] = affine.dW + self.weight_decay_lambda * affine.W
            grads['b%d' % i] = affine.db
        return grads


class SGD:
    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, params, grads):
        for key in params.keys():
            params[key] -= self.lr * grads[key]


np.random.seed(4)
x_train = np.random.randn(150, 4)
t_train = (np.stack([x_train[:, 0] + x_train[:, 1], x_train[:, 2] * x_train[:, 3], x_train[:, 0]], axis=1) > 0).astype(int)
network = MultiLayerNet(4, [9, 7, 5], 3, weight_decay_lambda=0.01)
optimizer = SGD(lr=0.5)
for i in range(2000):
    pick = np.random.choice(150, 30)
    grads = network.gradient(x_train[pick], t_train[pick])
    optimizer.update(network.params, grads)
    if i % 200 == 0:
        print("loss:" + str(network.loss(x_train, t_train)))
