import numpy as np
import random


class CrossEntropyNet:
    """whole mini-batches as matrices, one column each; L2 decay in the update"""

    def __init__(self, sizes, lmbda=0.5):
        self.sizes = sizes
        self.lmbda = lmbda
        self.B = [np.random.randn(n, 1) for n in sizes[1:]]
        self.W = [np.random.randn(n, m) / np.sqrt(m) for m, n in zip(sizes, sizes[1:])]

    @staticmethod
    def squash(z):
        return np.tanh(z)

    def up(self, x):
        activations = [x]
        for w, b in zip(self.W[:-1], self.B[:-1]):
            activations.append(self.squash(w @ activations[-1] + b))
        z = self.W[-1] @ activations[-1] + self.B[-1]
        activations.append(1.0 / (1.0 + np.exp(-z)))
        return activations

    def cost(self, x, y):
        a = self.up(x)[-1]
        c = -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a)) / x.shape[1]
        return c + 0.5 * (self.lmbda / self.n) * sum(np.sum(w ** 2) for w in self.W)

    def down(self, activations, y):
        nabla_B, nabla_W = [], []
        delta = activations[-1] - y
        nabla_B.insert(0, delta.sum(axis=1, keepdims=True))
        nabla_W.insert(0, delta @ activations[-2].T)
        for l in range(len(self.W) - 2, -1, -1):
            delta = (self.W[l + 1].T @ delta) * (1 - activations[l + 1] ** 2)
            nabla_B.insert(0, delta.sum(axis=1, keepdims=True))
            nabla_W.insert(0, delta @ activations[l].T)
        return nabla_B, nabla_W

    def descend(self, x, y, eta):
        m = x.shape[1]
        nabla_B, nabla_W = self.down(self.up(x), y)
        for l in range(len(self.W)):
            self.W[l] = (1 - eta * self.lmbda / self.n) * self.W[l] - eta / m * nabla_W[l]
            self.B[l] = self.B[l] - eta / m * nabla_B[l]

    def learn(self, x, y, rounds, size, eta):
        self.n = x.shape[1]
        order = list(range(self.n))
        for r in range(rounds):
            random.shuffle(order)
            for k in range(0, self.n, size):
                some = order[k:k + size]
                self.descend(x[:, some], y[:, some], eta)
            print('round', r, 'cost', self.cost(x, y))


if __name__ == '__main__':
    random.seed(3)
    np.random.seed(3)
    x = np.random.uniform(-1, 1, (5, 90))
    y = np.array([x[0] > x[1], x[2] * x[3] > 0, x[4] > 0.2]).astype(float)
    net = CrossEntropyNet([5, 8, 6, 3])
    net.learn(x, y, 40, 15, 0.4)
