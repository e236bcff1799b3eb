# network as lists; deltas are kept on the object, matrices are np.matrix
import numpy as np


def sech2(z):
    return np.matrix(1.0 - np.square(np.tanh(z)))


class Backpropagator:
    def __init__(self, *widths):
        self.widths = widths
        self.theta = [np.matrix(np.random.randn(b, a) * 0.5) for a, b in zip(widths, widths[1:])]
        self.beta = [np.matrix(np.random.randn(b, 1) * 0.2) for b in widths[1:]]

    def push(self, x):
        self.signals = [x]
        self.sums = []
        for t, b in zip(self.theta, self.beta):
            self.sums.append(t * self.signals[-1] + b)
            self.signals.append(np.tanh(self.sums[-1]))
        return self.signals[-1]

    def pull(self, target):
        self.errors = [self.signals[-1] - target]
        self.deltas = [np.multiply(self.errors[0], sech2(self.sums[-1]))]
        for k in range(len(self.theta) - 1, 0, -1):
            self.errors.append(self.theta[k].T * self.deltas[-1])
            self.deltas.append(np.multiply(self.errors[-1], sech2(self.sums[k - 1])))
        self.deltas.reverse()

    def correct(self, speed):
        for k in range(len(self.theta)):
            self.theta[k] = self.theta[k] - speed * self.deltas[k] * self.signals[k].T
            self.beta[k] = self.beta[k] - speed * self.deltas[k].sum(axis=1)


def half_squares(out, target):
    return float(np.sum(np.square(out - target)) / 2)


np.random.seed(64)
samples = np.matrix(np.random.uniform(-1, 1, (3, 20)))
targets = np.matrix(np.vstack([np.sin(samples[0]) / 2, np.multiply(samples[1], samples[2])]))
net = Backpropagator(3, 6, 5, 2)
for i in range(1500):
    out = net.push(samples)
    net.pull(targets)
    net.correct(0.02)
    if i % 150 == 0:
        print(i, half_squares(out, targets))
