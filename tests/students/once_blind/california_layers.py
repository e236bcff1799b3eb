"""House prices with layers that update themselves on the way back."""
import csv

import numpy as np


class Layer:
    def forward(self, x):
        raise NotImplementedError

    def backward(self, grad, lr):
        raise NotImplementedError


class Linear(Layer):
    def __init__(self, in_features, out_features):
        limit = np.sqrt(6 / (in_features + out_features))
        self.W = np.random.uniform(-limit, limit, (in_features, out_features))
        self.b = np.zeros((1, out_features))

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad, lr):
        grad_input = grad @ self.W.T
        grad_W = self.x.T @ grad
        grad_b = grad.sum(axis=0, keepdims=True)
        self.W -= lr * grad_W
        self.b = self.b - lr * grad_b
        return grad_input


class LeakyReLU(Layer):
    def __init__(self, alpha=0.05):
        self.alpha = alpha

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.alpha * x)

    def backward(self, grad, lr):
        return grad * np.where(self.x > 0, 1.0, self.alpha)


class MSELoss:
    def forward(self, pred, target):
        self.diff = pred - target
        return np.mean(self.diff ** 2)

    def backward(self):
        return 2 * self.diff / self.diff.size


class Network:
    def __init__(self, layers, loss):
        self.layers = layers
        self.loss = loss

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def train_step(self, x, target, lr):
        pred = self.forward(x)
        loss = self.loss.forward(pred, target)
        grad = self.loss.backward()
        for layer in reversed(self.layers):
            grad = layer.backward(grad, lr)
        return loss

    def fit(self, x, target, epochs, batch_size, lr):
        for epoch in range(epochs):
            idx = np.random.permutation(len(x))
            losses = []
            for i in range(0, len(x), batch_size):
                sel = idx[i:i + batch_size]
                losses.append(self.train_step(x[sel], target[sel], lr))
            print(f"Epoch {epoch + 1}/{epochs} - loss: {np.mean(losses):.4f}")


def load_housing(path):
    rows = []
    with open(path, newline="") as f:
        for row in csv.DictReader(f):
            rows.append([float(row[c]) for c in ("median_income", "housing_median_age", "total_rooms",
                                                 "population", "households", "median_house_value")])
    data = np.array(rows)
    data = (data - data.mean(axis=0)) / data.std(axis=0)
    return data[:, :-1], data[:, -1:]


if __name__ == "__main__":
    np.random.seed(42)
    X, y = load_housing("california_housing_train.csv")
    net = Network([
        Linear(5, 8),
        LeakyReLU(),
        Linear(8, 6),
        LeakyReLU(),
        Linear(6, 1),
    ], MSELoss())
    net.fit(X, y, epochs=20, batch_size=64, lr=0.05)
    print("mean absolute error:", np.abs(net.forward(X) - y).mean())
