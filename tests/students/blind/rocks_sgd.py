"""rocks.py

Which of three rocks gave this sound?  Feedforward network with stochastic gradient descent, quadratic or
cross-entropy cost, L2 regularization.  (chapter 3, shortened, for Python 3)
"""
import json
import random

import numpy as np


class QuadraticCost:

    @staticmethod
    def fn(a, y):
        return 0.5 * np.linalg.norm(a - y) ** 2

    @staticmethod
    def delta(z, a, y):
        return (a - y) * sigmoid_prime(z)


class CrossEntropyCost:

    @staticmethod
    def fn(a, y):
        return np.sum(np.nan_to_num(-y * np.log(a) - (1 - y) * np.log(1 - a)))

    @staticmethod
    def delta(z, a, y):
        return a - y


class Network:

    def __init__(self, sizes, cost=CrossEntropyCost):
        self.num_layers = len(sizes)
        self.sizes = sizes
        self.cost = cost
        self.biases = [np.random.randn(y, 1) for y in sizes[1:]]
        self.weights = [np.random.randn(y, x) / np.sqrt(x) for x, y in zip(sizes[:-1], sizes[1:])]

    def feedforward(self, a):
        for b, w in zip(self.biases, self.weights):
            a = sigmoid(w @ a + b)
        return a

    def sgd(self, training_data, epochs, mini_batch_size, eta, lmbda=0.0, evaluation_data=None):
        n = len(training_data)
        for epoch in range(epochs):
            random.shuffle(training_data)
            for k in range(0, n, mini_batch_size):
                self.update_mini_batch(training_data[k:k + mini_batch_size], eta, lmbda, n)
            print("epoch", epoch, "cost", self.total_cost(training_data, lmbda))
            if evaluation_data:
                print("  accuracy %d / %d" % (self.accuracy(evaluation_data), len(evaluation_data)))

    def update_mini_batch(self, mini_batch, eta, lmbda, n):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        for x, y in mini_batch:
            db, dw = self.backprop(x, y)
            for i in range(self.num_layers - 1):
                nabla_b[i] += db[i]
                nabla_w[i] += dw[i]
        m = len(mini_batch)
        for i in range(self.num_layers - 1):
            self.weights[i] = (1 - eta * lmbda / n) * self.weights[i] - eta / m * nabla_w[i]
            self.biases[i] = self.biases[i] - eta / m * nabla_b[i]

    def backprop(self, x, y):
        nabla_b = [None] * (self.num_layers - 1)
        nabla_w = [None] * (self.num_layers - 1)
        # feedforward
        activations = [x]
        zs = []
        for b, w in zip(self.biases, self.weights):
            zs.append(w @ activations[-1] + b)
            activations.append(sigmoid(zs[-1]))
        # backward pass
        delta = self.cost.delta(zs[-1], activations[-1], y)
        nabla_b[-1] = delta
        nabla_w[-1] = delta @ activations[-2].T
        for l in range(2, self.num_layers):
            delta = (self.weights[-l + 1].T @ delta) * sigmoid_prime(zs[-l])
            nabla_b[-l] = delta
            nabla_w[-l] = delta @ activations[-l - 1].T
        return nabla_b, nabla_w

    def accuracy(self, data):
        return sum(np.argmax(self.feedforward(x)) == np.argmax(y) for x, y in data)

    def total_cost(self, data, lmbda):
        cost = sum(self.cost.fn(self.feedforward(x), y) for x, y in data) / len(data)
        return cost + 0.5 * (lmbda / len(data)) * sum(np.linalg.norm(w) ** 2 for w in self.weights)

    def save(self, filename):
        data = {"sizes": self.sizes, "weights": [w.tolist() for w in self.weights],
                "biases": [b.tolist() for b in self.biases], "cost": self.cost.__name__}
        with open(filename, "w") as f:
            json.dump(data, f)


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))


def echoes(n):
    data = []
    for i in range(n):
        kind = i % 3
        frequencies = np.linspace(0, 1, 5).reshape(5, 1)
        x = np.exp(-8 * (frequencies - 0.2 - 0.3 * kind) ** 2) + 0.1 * np.random.randn(5, 1)
        y = np.zeros((3, 1))
        y[kind] = 1.0
        data.append((x, y))
    return data


if __name__ == "__main__":
    np.random.seed(12)
    random.seed(12)
    net = Network([5, 7, 4, 3])
    net.sgd(echoes(300), 30, 10, 0.5, lmbda=0.1, evaluation_data=echoes(60))
