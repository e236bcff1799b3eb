#!/usr/bin/env python3
"""
Forest cover types with a multilayer perceptron.

Everything is in train(): forward pass, backward pass, update.
The bias is row 0 of each weight matrix, so every layer gets a column of ones in front.
"""
import numpy as np

CLASSES = ['spruce', 'pine', 'aspen']


class NeuralNetwork:
    def __init__(self, sizes, alpha=0.0):
        self.sizes = sizes
        self.alpha = alpha      # weight decay, not for the bias
        self.theta = []
        for n_in, n_out in zip(sizes[:-1], sizes[1:]):
            eps = np.sqrt(6.0 / (n_in + n_out))
            self.theta.append(np.random.uniform(-eps, eps, (n_in + 1, n_out)))

    @staticmethod
    def __add_ones(a):
        return np.c_[np.ones(len(a)), a]

    @staticmethod
    def __softmax(z):
        e = np.exp(z - np.max(z, axis=1, keepdims=True))
        return e / np.sum(e, axis=1, keepdims=True)

    def predict_proba(self, X):
        a = X
        for theta in self.theta[:-1]:
            a = np.tanh(self.__add_ones(a) @ theta)
        return self.__softmax(self.__add_ones(a) @ self.theta[-1])

    def log_loss(self, X, y):
        p = self.predict_proba(X)
        penalty = sum(np.sum(theta[1:] ** 2) for theta in self.theta)
        return -np.sum(y * np.log(p)) / len(y) + 0.5 * self.alpha * penalty

    def train(self, X, y, epochs=100, eta=0.1, batch_size=20):
        L = len(self.theta)
        history = []
        for epoch in range(epochs):
            for start in range(0, len(X), batch_size):
                xb = X[start:start + batch_size]
                yb = y[start:start + batch_size]
                n = len(xb)

                # forward
                A = [self.__add_ones(xb)]
                for l in range(L - 1):
                    z = A[l] @ self.theta[l]
                    A.append(self.__add_ones(np.tanh(z)))
                out = self.__softmax(A[-1] @ self.theta[-1])

                # backward
                delta = (out - yb) / n
                grads = [None] * L
                for l in range(L - 1, -1, -1):
                    grads[l] = A[l].T @ delta
                    grads[l][1:] += self.alpha * self.theta[l][1:]
                    if l > 0:
                        error = (delta @ self.theta[l].T)[:, 1:]
                        delta = error * (1 - A[l][:, 1:] ** 2)

                # update
                for l in range(L):
                    self.theta[l] -= eta * grads[l]

            history.append(self.log_loss(X, y))
            if epoch % 25 == 24:
                print('epoch {:4d}  loss {:.4f}'.format(epoch + 1, history[-1]))
        return history


def plots(n, rng):
    """elevation, slope, aspect, distance to water, distance to a road, shade, soil"""
    X = rng.normal(size=(n, 7))
    score = np.stack([X[:, 0] + X[:, 5], X[:, 1] * X[:, 3], 1.2 * X[:, 6] - X[:, 0]], axis=1)
    return X, np.eye(3)[score.argmax(axis=1)]


if __name__ == '__main__':
    np.random.seed(17)
    X_train, y_train = plots(240, np.random.default_rng(0))
    X_test, y_test = plots(80, np.random.default_rng(1))

    net = NeuralNetwork([7, 6, 5, 3], alpha=0.002)
    net.train(X_train, y_train, epochs=200)

    guess = net.predict_proba(X_test).argmax(axis=1)
    truth = y_test.argmax(axis=1)
    confusion = np.zeros((3, 3), dtype=int)
    np.add.at(confusion, (truth, guess), 1)
    for name, row in zip(CLASSES, confusion):
        print(name.ljust(8), row)
    print('accuracy:', np.mean(guess == truth))
