# handwritten digits, mini-batch SGD with backprop per example
import random
import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z):
    s = sigmoid(z)
    return s * (1 - s)


class Network(object):
    def __init__(self, sizes):
        self.sizes = sizes
        self.n_layers = len(sizes)
        self.b = [np.random.randn(n, 1) for n in sizes[1:]]
        self.w = [np.random.randn(n, m) / np.sqrt(m) for m, n in zip(sizes[:-1], sizes[1:])]

    def feedforward(self, a):
        for b, w in zip(self.b, self.w):
            a = sigmoid(w @ a + b)
        return a

    def cost(self, data, lmbda=0.0):
        c = 0.0
        for x, y in data:
            a = self.feedforward(x)
            c += np.sum(-y * np.log(a) - (1 - y) * np.log(1 - a)) / len(data)
        return c + 0.5 * lmbda / len(data) * sum(np.sum(w ** 2) for w in self.w)

    def SGD(self, data, epochs, batch_size, eta, lmbda=0.0, test=None):
        n = len(data)
        for j in range(epochs):
            random.shuffle(data)
            for k in range(0, n, batch_size):
                self.update_mini_batch(data[k:k + batch_size], eta, lmbda, n)
            print("Epoch %d: cost %.4f" % (j, self.cost(data, lmbda)))
            if test:
                print("  test: {} / {}".format(self.evaluate(test), len(test)))

    def update_mini_batch(self, batch, eta, lmbda, n):
        grad_b = [np.zeros(b.shape) for b in self.b]
        grad_w = [np.zeros(w.shape) for w in self.w]
        for x, y in batch:
            db, dw = self.backprop(x, y)
            grad_b = [g + d for g, d in zip(grad_b, db)]
            grad_w = [g + d for g, d in zip(grad_w, dw)]
        m = len(batch)
        self.w = [w - eta * (g / m + lmbda / n * w) for w, g in zip(self.w, grad_w)]
        self.b = [b - eta * g / m for b, g in zip(self.b, grad_b)]

    def backprop(self, x, y):
        db = [np.zeros(b.shape) for b in self.b]
        dw = [np.zeros(w.shape) for w in self.w]
        # forward
        a = x
        acts = [x]
        zs = []
        for b, w in zip(self.b, self.w):
            z = w @ a + b
            zs.append(z)
            a = sigmoid(z)
            acts.append(a)
        # backward; cross-entropy, so no sigmoid_prime in the last layer
        delta = acts[-1] - y
        db[-1] = delta
        dw[-1] = delta @ acts[-2].T
        for l in range(2, self.n_layers):
            delta = (self.w[-l + 1].T @ delta) * sigmoid_prime(zs[-l])
            db[-l] = delta
            dw[-l] = delta @ acts[-l - 1].T
        return db, dw

    def evaluate(self, data):
        return sum(np.argmax(self.feedforward(x)) == np.argmax(y) for x, y in data)


def load(path):
    """8x8 pictures, the digit is the last column"""
    table = np.loadtxt(path, delimiter=",")
    pictures = table[:, :-1] / 16.0
    digits = table[:, -1].astype(int)
    return [(p.reshape(-1, 1), np.eye(10)[:, [d]]) for p, d in zip(pictures, digits)]


if __name__ == "__main__":
    train_data = load("optdigits.tra")
    test_data = load("optdigits.tes")
    net = Network([len(train_data[0][0]), 12, 10])
    net.SGD(train_data, 30, 10, 0.5, lmbda=1.0, test=test_data)
