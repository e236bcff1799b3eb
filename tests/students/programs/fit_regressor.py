#!/usr/bin/env python3
# predict two targets from three noisy measurements, trained sample by sample
import numpy as np
from tqdm import tqdm


class MLP:
    """Small multi layer perceptron: tanh in the hidden layer, linear output."""

    def __init__(self, n_inputs=3, n_hidden=6, n_outputs=2, seed=10):
        rng = np.random.RandomState(seed)
        self.n_inputs = n_inputs
        self.n_hidden = n_hidden
        self.n_outputs = n_outputs
        self.w_ih = rng.uniform(-0.5, 0.5, (n_hidden, n_inputs))
        self.b_h = np.zeros(n_hidden)
        self.w_ho = rng.uniform(-0.5, 0.5, (n_outputs, n_hidden))
        self.b_o = np.zeros(n_outputs)

    def __activate(self, s):
        return np.tanh(s)

    def __derivative(self, out):
        return 1.0 - out ** 2

    def __propagate(self, x):
        self.hidden_in = self.w_ih @ x + self.b_h
        self.hidden_out = self.__activate(self.hidden_in)
        return self.w_ho @ self.hidden_out + self.b_o

    def predict(self, X):
        return np.array([self.__propagate(x) for x in X])

    def fit(self, X, y, epochs=200, eta=0.05):
        for epoch in tqdm(range(epochs)):
            sum_error = 0.0
            for x, target in zip(X, y):
                # forward
                out = self.__propagate(x)
                err = out - target
                sum_error += 0.5 * np.sum(err ** 2)
                # backward
                delta_o = err
                delta_h = self.w_ho.T.dot(delta_o) * self.__derivative(self.hidden_out)
                # update
                self.w_ho -= eta * np.outer(delta_o, self.hidden_out)
                self.b_o -= eta * delta_o
                self.w_ih -= eta * np.outer(delta_h, x)
                self.b_h -= eta * delta_h
            if epoch % 20 == 0:
                print(f'>epoch={epoch}, lrate={eta:.3f}, error={sum_error:.3f}')
        return self


def make_data(n=40):
    rng = np.random.RandomState(3)
    X = rng.uniform(-1, 1, size=(n, 3))
    y = np.column_stack([np.sin(X[:, 0]) + X[:, 1], X[:, 1] * X[:, 2]])
    return X, y


if __name__ == '__main__':
    X, y = make_data()
    model = MLP(3, 6, 2)
    model.fit(X, y)
    print('MSE:', np.mean((model.predict(X) - y) ** 2))
