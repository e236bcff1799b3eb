"""My Octave solution of the digits exercise, translated to Python.

Theta1 and Theta2 have the bias weights in their first column.
"""
import sys

import numpy as np
from scipy.io import loadmat


class TwoThetas:

    def __init__(self, n_input, n_hidden, n_labels):
        epsilon_init = np.sqrt(6) / np.sqrt(n_input + n_hidden)
        self.Theta1 = np.random.rand(n_hidden, n_input + 1) * 2 * epsilon_init - epsilon_init
        epsilon_init = np.sqrt(6) / np.sqrt(n_hidden + n_labels)
        self.Theta2 = np.random.rand(n_labels, n_hidden + 1) * 2 * epsilon_init - epsilon_init

    @staticmethod
    def sigmoid(z):
        return 1.0 / (1.0 + np.exp(-z))

    def sigmoidGradient(self, z):
        g = self.sigmoid(z)
        return g * (1 - g)

    def h(self, X):
        ones = np.ones((X.shape[0], 1))
        a2 = self.sigmoid(np.hstack([ones, X]) @ self.Theta1.T)
        return self.sigmoid(np.hstack([ones, a2]) @ self.Theta2.T)

    def J(self, X, Y, lmbda):
        m = X.shape[0]
        p = self.h(X)
        J = -(Y * np.log(p) + (1 - Y) * np.log(1 - p)).sum() / m
        # the bias weights are not punished
        J += lmbda / (2 * m) * ((self.Theta1[:, 1:] ** 2).sum() + (self.Theta2[:, 1:] ** 2).sum())
        return J

    def train(self, X, Y, max_iter=100, alpha=1.0, lmbda=1.0):
        m = X.shape[0]
        ones = np.ones((m, 1))
        for it in range(max_iter):
            # part 1: feedforward
            a1 = np.hstack([ones, X])
            z2 = a1 @ self.Theta1.T
            a2 = np.hstack([ones, self.sigmoid(z2)])
            z3 = a2 @ self.Theta2.T
            a3 = self.sigmoid(z3)

            # part 2: backpropagation
            delta3 = a3 - Y
            delta2 = (delta3 @ self.Theta2)[:, 1:] * self.sigmoidGradient(z2)
            Theta2_grad = delta3.T @ a2 / m
            Theta1_grad = delta2.T @ a1 / m

            # part 3: regularization
            Theta2_grad[:, 1:] += lmbda / m * self.Theta2[:, 1:]
            Theta1_grad[:, 1:] += lmbda / m * self.Theta1[:, 1:]

            self.Theta1 = self.Theta1 - alpha * Theta1_grad
            self.Theta2 = self.Theta2 - alpha * Theta2_grad
            if it % 10 == 0:
                sys.stdout.write("Iteration %4d | Cost: %4.6e\r" % (it, self.J(X, Y, lmbda)))
                sys.stdout.flush()


mat = loadmat("ex4small.mat")
X = mat["X"]
labels = mat["y"].ravel() % 4          # in Octave the zero is a ten
Y = np.zeros((len(labels), 4))
Y[np.arange(len(labels)), labels] = 1

np.random.seed(100)
nn = TwoThetas(X.shape[1], 7, 4)
nn.train(X, Y, max_iter=200)
pred = nn.h(X).argmax(axis=1)
print("\nTraining Set Accuracy: %f" % (100 * (pred == labels).mean()))
