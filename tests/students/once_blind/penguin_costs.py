"""
penguin_costs.py: which species is it? Four measurements of a penguin, three species.

A feedforward network, trained by mini-batch SGD with weight decay. The cost is a class of its own with
fn (the value) and delta (the error of the output layer), so that it can be exchanged.
"""
import random
import numpy as np


def onehot(j, n=3):
    e = np.zeros(n)
    e[j] = 1.0
    return e


class LogLikelihood:
    @staticmethod
    def fn(a, y):
        return -np.log(a[y])

    @staticmethod
    def delta(a, y):
        return a - onehot(y)


class Quadratic:
    @staticmethod
    def fn(a, y):
        return 0.5 * np.sum((a - onehot(y)) ** 2)

    @staticmethod
    def delta(a, y):
        g = a - onehot(y)
        return a * (g - np.sum(g * a))


# LeCun's tanh
def squash(z):
    return 1.7159 * np.tanh(2.0 / 3.0 * z)


def squash_prime(z):
    return 1.7159 * 2.0 / 3.0 * (1.0 - np.tanh(2.0 / 3.0 * z) ** 2)


def softmax(z):
    e = np.exp(z - np.max(z))
    return e / e.sum()


class Network:
    def __init__(self, sizes, cost=LogLikelihood):
        self.num_layers = len(sizes)
        self.cost = cost
        self.biases = [np.random.randn(n) for n in sizes[1:]]
        self.weights = [np.random.randn(m, n) / np.sqrt(m) for m, n in zip(sizes[:-1], sizes[1:])]

    def feedforward(self, a):
        for b, w in zip(self.biases[:-1], self.weights[:-1]):
            a = squash(a @ w + b)
        return softmax(a @ self.weights[-1] + self.biases[-1])

    def backprop(self, x, y):
        """Gradient of the cost of ONE bird: (nabla_b, nabla_w), lists like self.biases and self.weights."""
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        zs, activations = [], [x]
        for b, w in zip(self.biases, self.weights):
            zs.append(activations[-1] @ w + b)
            activations.append(squash(zs[-1]))
        activations[-1] = softmax(zs[-1])

        delta = self.cost.delta(activations[-1], y)
        nabla_b[-1] = delta
        nabla_w[-1] = np.outer(activations[-2], delta)
        for l in range(2, self.num_layers):
            delta = (self.weights[-l + 1] @ delta) * squash_prime(zs[-l])
            nabla_b[-l] = delta
            nabla_w[-l] = np.outer(activations[-l - 1], delta)
        return nabla_b, nabla_w

    def update_mini_batch(self, birds, eta, lmbda, n):
        total_b = [np.zeros(b.shape) for b in self.biases]
        total_w = [np.zeros(w.shape) for w in self.weights]
        for x, y in birds:
            nabla_b, nabla_w = self.backprop(x, y)
            total_b = [t + nb for t, nb in zip(total_b, nabla_b)]
            total_w = [t + nw for t, nw in zip(total_w, nabla_w)]
        step = eta / len(birds)
        self.weights = [(1 - eta * lmbda / n) * w - step * t for w, t in zip(self.weights, total_w)]
        self.biases = [b - step * t for b, t in zip(self.biases, total_b)]

    def SGD(self, birds, epochs, size, eta, lmbda=0.0):
        n = len(birds)
        for epoch in range(epochs):
            random.shuffle(birds)
            for k in range(0, n, size):
                self.update_mini_batch(birds[k:k + size], eta, lmbda, n)
            if epoch % 5 == 0:
                print("epoch %2d: cost %.4f, %d of %d" % (epoch, self.total(birds, lmbda), self.accuracy(birds), n))

    def total(self, birds, lmbda=0.0):
        cost = sum(self.cost.fn(self.feedforward(x), y) for x, y in birds) / len(birds)
        return cost + 0.5 * lmbda / len(birds) * sum(np.sum(w ** 2) for w in self.weights)

    def accuracy(self, birds):
        return sum(int(np.argmax(self.feedforward(x)) == y) for x, y in birds)


def load(path):
    try:
        table = np.loadtxt(path, delimiter=',', skiprows=1)
    except OSError:
        print(path, 'not found, making up some birds')
        species = np.arange(90) % 3
        centre = np.array([[38.8, 18.3, 190, 3.7], [48.8, 18.4, 196, 3.7], [47.5, 15.0, 217, 5.1]])
        spread = np.array([2.9, 1.1, 6.5, 0.45])
        table = np.column_stack([centre[species] + spread * np.random.randn(90, 4), species])
    x = (table[:, :4] - table[:, :4].mean(axis=0)) / table[:, :4].std(axis=0)
    return list(zip(x, table[:, 4].astype(int)))


if __name__ == "__main__":
    np.random.seed(17)
    random.seed(17)
    birds = load('penguins.csv')
    net = Network([4, 7, 5, 3])
    net.SGD(birds, 30, 10, 0.3, lmbda=0.1)
