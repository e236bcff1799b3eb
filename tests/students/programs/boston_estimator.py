import numpy as np
from numpy.random import default_rng


class BaseNet:
    def get_params(self):
        return dict(layers=self.layers, eta=self.eta, n_epochs=self.n_epochs)

    def score(self, X, Y):
        return 1 - np.sum((self.predict(X) - Y) ** 2) / np.sum((Y - Y.mean(axis=0)) ** 2)


class NetRegressor(BaseNet):
    """fit / predict, hidden layers tanh, identity on top, per-sample updates when batch_size is 1"""

    def __init__(self, layers=(6,), eta=0.05, n_epochs=50, batch_size=10, beta=0.0, seed=0):
        self.layers = layers
        self.eta = eta
        self.n_epochs = n_epochs
        self.batch_size = batch_size
        self.beta = beta
        self.seed = seed

    def _setup(self, n_in, n_out):
        rng = default_rng(self.seed)
        widths = (n_in, *self.layers, n_out)
        self.coefs_ = [rng.normal(scale=a ** -0.5, size=(b, a)) for a, b in zip(widths, widths[1:])]
        self.intercepts_ = [np.zeros((b, 1)) for b in widths[1:]]
        self._memory = [np.zeros_like(c) for c in self.coefs_]

    def _feed(self, A):
        self._A = [A]
        for i, (W, b) in enumerate(zip(self.coefs_, self.intercepts_)):
            Z = W @ A + b
            A = Z if i == len(self.coefs_) - 1 else np.tanh(Z)
            self._A.append(A)
        return A

    def _learn(self, x, y):
        n = x.shape[1]
        out = self._feed(x)
        self.loss_ = np.mean((y - out) ** 2)
        d = 2 * (out - y) / y.size
        steps = []
        for i in range(len(self.coefs_) - 1, -1, -1):
            A = self._A[i]
            steps.append((i, d @ A.T, d @ np.ones((n, 1))))
            if i:
                d = self.coefs_[i].T @ d * (1 - A ** 2)
        for i, dW, db in steps:
            self._memory[i] = self.beta * self._memory[i] + dW
            self.coefs_[i] = self.coefs_[i] - self.eta * self._memory[i]
            self.intercepts_[i] = self.intercepts_[i] - self.eta * db

    def fit(self, X, Y):
        self._setup(X.shape[1], Y.shape[1])
        for epoch in range(self.n_epochs):
            for s in range(0, len(X), self.batch_size):
                self._learn(X[s:s + self.batch_size].T, Y[s:s + self.batch_size].T)
            if epoch % 10 == 0:
                print(epoch, self.loss_)
        return self

    def predict(self, X):
        return self._feed(X.T).T


rng = default_rng(8)
X = rng.normal(size=(60, 4))
Y = np.column_stack([np.sin(X[:, 0]) + X[:, 1], X[:, 2] * X[:, 3], X.sum(axis=1)])
reg = NetRegressor(layers=(9, 6), n_epochs=200)
reg.fit(X, Y)
print(reg.score(X, Y))
