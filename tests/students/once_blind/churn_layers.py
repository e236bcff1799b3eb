"""
Will the customer leave? A small network out of layers, each of which learns in its own backward().

    net = Net([Dense(6, 8), LeakyReLU(), Dense(8, 5), Tanh(), Dense(5, 1), Sigmoid()])
    net.fit(X, y, epochs=200, lr=0.1)
"""
import numpy as np


class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * np.sqrt(2.0 / n_in)
        self.b = np.zeros((1, n_out))

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad, lr):
        grad_x = grad @ self.W.T
        grad_W = self.x.T @ grad
        grad_b = grad.sum(axis=0, keepdims=True)
        self.W -= lr * grad_W
        self.b -= lr * grad_b
        return grad_x


class LeakyReLU:
    def __init__(self, alpha=0.05):
        self.alpha = alpha

    def forward(self, x):
        self.x = x
        return np.maximum(x, self.alpha * x)

    def backward(self, grad, lr):
        slope = np.ones_like(self.x)
        slope[self.x < 0] = self.alpha
        return grad * slope


class Tanh:
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, grad, lr):
        return grad * (1.0 - self.y * self.y)


class Sigmoid:
    def forward(self, x):
        self.y = 1.0 / (1.0 + np.exp(-x))
        return self.y

    def backward(self, grad, lr):
        return grad * self.y * (1.0 - self.y)


def log_loss(y, p):
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def log_loss_grad(y, p):
    return -(y / p - (1 - y) / (1 - p)) / y.size


class Net:
    def __init__(self, layers):
        self.layers = layers
        self.losses = []

    def predict(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def fit(self, X, y, epochs=100, lr=0.1, batch_size=25):
        for epoch in range(epochs):
            total = 0.0
            for start in range(0, len(X), batch_size):
                xb = X[start:start + batch_size]
                yb = y[start:start + batch_size]
                p = self.predict(xb)
                total += log_loss(yb, p) * len(xb)
                grad = log_loss_grad(yb, p)
                for layer in self.layers[::-1]:
                    grad = layer.backward(grad, lr)
            self.losses.append(total / len(X))
            if (epoch + 1) % 20 == 0:
                hits = np.mean((self.predict(X) > 0.5) == y)
                print("Epoch %d: log loss %.4f, accuracy %.3f" % (epoch + 1, self.losses[-1], hits))


def customers(n=200):
    """age, months with us, calls to support, data used, bill, discount -- all standardised"""
    rng = np.random.RandomState(11)
    X = rng.normal(size=(n, 6))
    leaves = 1.2 * X[:, 2] - X[:, 1] + 0.8 * X[:, 4] * X[:, 5] + 0.3 * rng.normal(size=n)
    return X, (leaves > 0).astype(float).reshape(-1, 1)


if __name__ == "__main__":
    np.random.seed(3)
    X, y = customers()
    X_train, y_train, X_test, y_test = X[:150], y[:150], X[150:], y[150:]

    net = Net([
        Dense(6, 8),
        LeakyReLU(),
        Dense(8, 5),
        Tanh(),
        Dense(5, 1),
        Sigmoid(),
    ])
    net.fit(X_train, y_train, epochs=200, lr=0.1)

    p = net.predict(X_test)
    print("test log loss:", log_loss(y_test, p))
    print("test accuracy:", np.mean((p > 0.5) == y_test))
