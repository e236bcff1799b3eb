"""
spam or ham
-----------
five word counts -> eight hidden units -> probability of spam

Everything is a function; run with: python spam_functions.py
"""
import numpy as np
import pandas as pd


def init(n_features, n_hidden, seed=42):
    np.random.seed(seed)
    w1 = np.random.randn(n_features, n_hidden) * np.sqrt(2 / n_features)
    b1 = np.zeros((1, n_hidden))
    w2 = np.random.randn(n_hidden, 1) * np.sqrt(2 / n_hidden)
    b2 = 0.0
    return w1, b1, w2, b2


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def tanh_prime(z):
    return 1 - np.tanh(z) ** 2


def forward_pass(X, w1, b1, w2, b2):
    z1 = np.dot(X, w1) + b1
    a1 = np.tanh(z1)
    z2 = np.dot(a1, w2) + b2
    a2 = sigmoid(z2)
    return z1, a1, z2, a2


def log_loss(a2, y, w1, w2, lam):
    m = y.shape[0]
    data_loss = -np.mean(y * np.log(a2) + (1 - y) * np.log(1 - a2))
    reg_loss = lam / (2 * m) * (np.sum(w1 ** 2) + np.sum(w2 ** 2))
    return data_loss + reg_loss


def backward_pass(X, y, z1, a1, z2, a2, w1, w2, lam):
    m = y.shape[0]

    # output layer, step by step with the chain rule
    dL_da2 = -(y / a2 - (1 - y) / (1 - a2)) / m
    da2_dz2 = a2 * (1 - a2)
    dz2 = dL_da2 * da2_dz2
    dw2 = np.dot(a1.T, dz2) + lam / m * w2
    # only one output unit, so the sum over everything is fine
    db2 = np.sum(dz2)

    # hidden layer
    da1 = np.dot(dz2, w2.T)
    dz1 = da1 * tanh_prime(z1)
    dw1 = np.dot(X.T, dz1) + lam / m * w1
    db1 = np.sum(dz1, axis=0, keepdims=True)
    return dw1, db1, dw2, db2


def fit(X, y, n_hidden=8, lam=0.5, alpha=0.5, n_steps=1000):
    w1, b1, w2, b2 = init(X.shape[1], n_hidden)
    for k in range(n_steps):
        z1, a1, z2, a2 = forward_pass(X, w1, b1, w2, b2)
        dw1, db1, dw2, db2 = backward_pass(X, y, z1, a1, z2, a2, w1, w2, lam)
        w1 = w1 - alpha * dw1
        b1 = b1 - alpha * db1
        w2 = w2 - alpha * dw2
        b2 = b2 - alpha * db2
        if k % 100 == 0:
            print(f"step {k}: loss = {log_loss(a2, y, w1, w2, lam)}")
    return w1, b1, w2, b2


def accuracy(params, X, y):
    _, _, _, a2 = forward_pass(X, *params)
    return ((a2 > 0.5) == y).mean()


def main():
    df = pd.read_csv("spambase.csv")
    X = df.iloc[:, :5].to_numpy()
    X = (X - X.mean(0)) / X.std(0)
    y = df["spam"].to_numpy().reshape(-1, 1)
    split = int(0.8 * len(X))
    params = fit(X[:split], y[:split])
    print("train accuracy", accuracy(params, X[:split], y[:split]))
    print("test accuracy", accuracy(params, X[split:], y[split:]))


if __name__ == "__main__":
    main()
