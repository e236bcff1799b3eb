"""Yacht resistance: two numbers predicted from six.  Columns are the samples."""
import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler


class YachtNet:

    def __init__(self, n_x, n_a, n_b, n_y):
        rng = np.random.RandomState(1)
        # He would be nicer, but this works as well
        self.W1 = rng.randn(n_a, n_x) * 0.3
        self.b1 = np.zeros((n_a, 1))
        self.W2 = rng.randn(n_b, n_a) * 0.3
        self.b2 = np.zeros((n_b, 1))
        self.W3 = rng.randn(n_y, n_b) * 0.3
        self.b3 = np.zeros((n_y, 1))

    def f(self, z):
        # a stretched sigmoid, from -1 to 1
        return 2.0 / (1.0 + np.exp(-z)) - 1.0

    def f_prime(self, a):
        return 0.5 * (1.0 - a * a)

    def feedforward(self, X):
        self.A0 = X
        self.Z1 = np.dot(self.W1, X) + self.b1
        self.A1 = self.f(self.Z1)
        self.Z2 = np.dot(self.W2, self.A1) + self.b2
        self.A2 = self.f(self.Z2)
        self.Y = np.dot(self.W3, self.A2) + self.b3
        return self.Y

    def mse(self, T):
        return np.mean((T - self.Y) ** 2)

    def backprop(self, T, alpha):
        N = T.shape[1]

        E3 = 2.0 * (T - self.Y) / T.size
        D3 = E3
        E2 = np.dot(self.W3.T, D3)
        D2 = E2 * self.f_prime(self.A2)
        E1 = np.dot(self.W2.T, D2)
        D1 = E1 * self.f_prime(self.A1)

        self.W3 += alpha * np.dot(D3, self.A2.T)
        self.b3 += alpha * D3.sum(axis=1, keepdims=True)
        self.W2 += alpha * np.dot(D2, self.A1.T)
        self.b2 += alpha * D2.sum(axis=1, keepdims=True)
        self.W1 += alpha * np.dot(D1, self.A0.T)
        self.b1 += alpha * D1.sum(axis=1, keepdims=True)


def load():
    with open("yacht_hydrodynamics.data") as f:
        rows = [[float(v) for v in line.split()] for line in f if line.strip()]
    data = np.array(rows)
    return data[:, :5], data[:, 5:]


if __name__ == "__main__":
    X, T = load()
    X = StandardScaler().fit_transform(X)
    X_train, X_test, T_train, T_test = train_test_split(X, T, test_size=0.2, random_state=0)
    X_train, X_test = X_train.T, X_test.T
    T_train, T_test = T_train.T, T_test.T

    model = YachtNet(X_train.shape[0], 6, 6, T_train.shape[0])
    for epoch in range(3000):
        model.feedforward(X_train)
        if epoch % 300 == 0:
            print("epoch", epoch, "mse", model.mse(T_train))
        model.backprop(T_train, 0.1)
    model.feedforward(X_test)
    print("test mse", model.mse(T_test))
