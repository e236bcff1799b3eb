#!/usr/bin/env python3
"""Forecast the next two values of a noisy sine from the last four. MLP with lists of matrices."""
import numpy as np
import matplotlib.pyplot as plt


def tanh(x):
    return np.tanh(x)


def tanh_derivative(a):
    return 1.0 - a ** 2


class MLP:

    def __init__(self, layers, lr=0.05):
        self.layers = layers
        self.lr = lr
        self.weights = []
        self.biases = []
        for i in range(len(layers) - 1):
            self.weights.append(np.random.normal(0, 1 / np.sqrt(layers[i]), (layers[i], layers[i + 1])))
            self.biases.append(np.zeros(layers[i + 1]))
        self.n = len(self.weights)

    def feed_forward(self, x):
        self.sums = []
        self.outputs = [x]
        for i in range(self.n):
            s = np.dot(self.outputs[-1], self.weights[i]) + self.biases[i]
            self.sums.append(s)
            # no activation in the last layer, this is regression
            self.outputs.append(s if i == self.n - 1 else tanh(s))
        return self.outputs[-1]

    def back_propagate(self, y):
        self.deltas = [None] * self.n
        self.deltas[-1] = (self.outputs[-1] - y) / len(y)
        for i in range(self.n - 2, -1, -1):
            error = np.dot(self.deltas[i + 1], self.weights[i + 1].T)
            self.deltas[i] = error * tanh_derivative(self.outputs[i + 1])

    def update(self):
        for i in range(self.n):
            self.weights[i] -= self.lr * np.dot(self.outputs[i].T, self.deltas[i])
            self.biases[i] -= self.lr * self.deltas[i].sum(axis=0)

    def train(self, X, Y, epochs, batch=16):
        for epoch in range(epochs):
            for k in range(0, len(X), batch):
                self.feed_forward(X[k:k + batch])
                self.back_propagate(Y[k:k + batch])
                self.update()
            if (epoch + 1) % 50 == 0:
                print('epoch', epoch + 1, 'loss', self.loss(X, Y))

    def loss(self, X, Y):
        return 0.5 * np.mean(np.sum((self.feed_forward(X) - Y) ** 2, axis=1))


def windows(series, past, future):
    X, Y = [], []
    for t in range(len(series) - past - future + 1):
        X.append(series[t:t + past])
        Y.append(series[t + past:t + past + future])
    return np.array(X), np.array(Y)


np.random.seed(17)
series = np.sin(0.3 * np.arange(300)) + 0.05 * np.random.randn(300)
X, Y = windows(series, 4, 2)
split = 220

net = MLP([4, 6, 6, 2])
net.train(X[:split], Y[:split], 500)
print('test loss', net.loss(X[split:], Y[split:]))

plt.plot(Y[split:, 0], label='true')
plt.plot(net.feed_forward(X[split:])[:, 0], label='forecast')
plt.legend()
plt.show()
