"""
Used car prices with a small MLP (numpy).

features: age, mileage, engine size, horse power
targets:  price, price per year of age
"""
import numpy as np


class MLPRegressor:
    def __init__(self, layers=(4, 10, 6, 2), lr=0.01, batch_size=16, seed=42):
        self.lr = lr
        self.batch_size = batch_size
        self.rng = np.random.RandomState(seed)
        self.W, self.B = [], []
        for fan_in, fan_out in zip(layers[:-1], layers[1:]):
            # He initialisation
            self.W.append(self.rng.randn(fan_in, fan_out) * np.sqrt(2.0 / fan_in))
            self.B.append(np.zeros(fan_out))

    def predict(self, X):
        h1 = np.maximum(0, X @ self.W[0] + self.B[0])
        h2 = np.maximum(0, h1 @ self.W[1] + self.B[1])
        return h2 @ self.W[2] + self.B[2]

    def mse(self, X, y):
        return np.mean((self.predict(X) - y) ** 2)

    def fit(self, X, y, epochs=100, verbose=True):
        n = len(X)
        for epoch in range(epochs):
            idx = self.rng.permutation(n)
            for start in range(0, n, self.batch_size):
                batch = idx[start:start + self.batch_size]
                xb, yb = X[batch], y[batch]

                # --- forward ---
                z1 = xb @ self.W[0] + self.B[0]
                h1 = np.maximum(0, z1)
                z2 = h1 @ self.W[1] + self.B[1]
                h2 = np.maximum(0, z2)
                out = h2 @ self.W[2] + self.B[2]

                # --- backward ---
                g3 = 2 * (out - yb) / yb.size
                gW3 = h2.T @ g3
                gb3 = g3.sum(axis=0)

                g2 = g3 @ self.W[2].T
                g2[z2 <= 0] = 0
                gW2 = h1.T @ g2
                gb2 = g2.sum(axis=0)

                g1 = g2 @ self.W[1].T
                g1[z1 <= 0] = 0
                gW1 = xb.T @ g1
                gb1 = g1.sum(axis=0)

                # --- update ---
                self.W[2] -= self.lr * gW3
                self.B[2] -= self.lr * gb3
                self.W[1] -= self.lr * gW2
                self.B[1] -= self.lr * gb2
                self.W[0] -= self.lr * gW1
                self.B[0] -= self.lr * gb1

            if verbose and epoch % 10 == 0:
                print(f"epoch {epoch:4d}   train mse {self.mse(X, y):.5f}")
        return self


def make_cars(n=400, seed=0):
    rng = np.random.RandomState(seed)
    age = rng.uniform(1, 15, n)
    mileage = age * rng.uniform(5, 25, n)
    engine = rng.uniform(1.0, 3.5, n)
    power = engine * 55 + rng.randn(n) * 10
    price = 8 + 0.12 * power - 0.9 * age - 0.02 * mileage + rng.randn(n)
    X = np.c_[age, mileage, engine, power]
    y = np.c_[price, price / age]
    return X, y


if __name__ == "__main__":
    X, y = make_cars()
    X = (X - X.mean(0)) / X.std(0)
    y = (y - y.mean(0)) / y.std(0)
    X_train, X_test = X[:320], X[320:]
    y_train, y_test = y[:320], y[320:]

    model = MLPRegressor()
    model.fit(X_train, y_train, epochs=100)
    print("test mse:", model.mse(X_test, y_test))
    ss_res = np.sum((y_test - model.predict(X_test)) ** 2)
    ss_tot = np.sum((y_test - y_test.mean(0)) ** 2)
    print("R2:", 1 - ss_res / ss_tot)
