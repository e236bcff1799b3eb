"""
Multi layer perceptron, online learning (one random pattern at a time).

Learns two functions of three bits at once: parity and majority.
Bits and answers are -1 / +1.
"""
import itertools
import numpy as np


def tanh(x):
    return np.tanh(x)


def tanh_deriv(y):
    # y is already tanh(x)
    return 1.0 - y * y


def logistic(x):
    return 1.0 / (1.0 + np.exp(-x))


def logistic_deriv(y):
    return y * (1.0 - y)


class MLP:
    def __init__(self, layers, activation='tanh'):
        """layers: e.g. [3, 6, 2]. Every layer but the last gets one extra unit that is always 1."""
        if activation == 'tanh':
            self.f, self.df = tanh, tanh_deriv
        elif activation == 'logistic':
            self.f, self.df = logistic, logistic_deriv
        self.weights = []
        for i in range(len(layers) - 1):
            self.weights.append(1.6 * np.random.random((layers[i] + 1, layers[i + 1])) - 0.8)

    def forward(self, x):
        self.out = [np.append(x, 1.0)]
        for w in self.weights[:-1]:
            self.out.append(np.append(self.f(self.out[-1].dot(w)), 1.0))
        self.out.append(self.f(self.out[-1].dot(self.weights[-1])))
        return self.out[-1]

    def backward(self, target):
        error = target - self.out[-1]
        deltas = [error * self.df(self.out[-1])]
        # from the last hidden layer down to the first
        for l in range(len(self.weights) - 1, 0, -1):
            error = self.weights[l][:-1].dot(deltas[-1])
            deltas.append(error * self.df(self.out[l][:-1]))
        deltas.reverse()
        return deltas

    def learn(self, x, target, rate):
        self.forward(x)
        deltas = self.backward(target)
        for l in range(len(self.weights)):
            self.weights[l] += rate * np.outer(self.out[l], deltas[l])

    def fit(self, X, Y, rate=0.15, steps=1000):
        for k in range(steps):
            i = np.random.randint(X.shape[0])
            self.learn(X[i], Y[i], rate)
            if k % 1000 == 0:
                print('step', k, 'error', self.error(X, Y))

    def error(self, X, Y):
        return sum(0.5 * np.sum((self.forward(x) - y) ** 2) for x, y in zip(X, Y))

    def predict(self, x):
        return self.forward(np.array(x, dtype=float))


np.random.seed(11)
X = np.array(list(itertools.product([-1.0, 1.0], repeat=3)))
Y = np.column_stack([X.prod(axis=1), np.sign(X.sum(axis=1))])
nn = MLP([3, 6, 4, 2])
nn.fit(X, Y, steps=8000)
for x, y in zip(X, Y):
    print(x, 'wanted', y, 'got', np.round(nn.predict(x), 2))
