"""
ENERGY EFFICIENCY OF BUILDINGS
8 properties of a building -> heating load, cooling load and lighting load

2 hidden layers (relu, then sigmoid), linear output, log-cosh loss because of the outliers.
Weights are stored as (out, in) like in PyTorch, data as (samples, features).
"""
import csv
import numpy as np


def relu(x):
    return np.maximum(x, 0)


def relu_deriv(x):
    return (x > 0).astype(float)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def sigmoid_deriv(x):
    s = sigmoid(x)
    return s * (1 - s)


def read_csv(path):
    with open(path) as f:
        rows = list(csv.reader(f))[1:]
    table = np.array(rows, dtype=float)
    return table[:, :8], table[:, 8:]


def init_weights(n_in, n_h1, n_h2, n_out):
    w1 = np.random.normal(0, np.sqrt(2 / n_in), (n_h1, n_in))
    b1 = np.zeros(n_h1)
    w2 = np.random.normal(0, np.sqrt(1 / n_h1), (n_h2, n_h1))
    b2 = np.zeros(n_h2)
    w3 = np.random.normal(0, np.sqrt(1 / n_h2), (n_out, n_h2))
    b3 = np.zeros(n_out)
    return w1, b1, w2, b2, w3, b3


def forward(x, w1, b1, w2, b2, w3, b3):
    z1 = x @ w1.T + b1
    a1 = relu(z1)
    z2 = a1 @ w2.T + b2
    a2 = sigmoid(z2)
    out = a2 @ w3.T + b3
    return z1, a1, z2, a2, out


def logcosh(out, y):
    return np.sum(np.log(np.cosh(out - y))) / len(y)


def backward(x, y, z1, a1, z2, a2, out, w2, w3):
    n = len(x)
    d3 = np.tanh(out - y) / n
    gw3 = d3.T @ a2
    gb3 = d3.sum(axis=0)

    d2 = (d3 @ w3) * sigmoid_deriv(z2)
    gw2 = d2.T @ a1
    gb2 = d2.sum(axis=0)

    d1 = (d2 @ w2) * relu_deriv(z1)
    gw1 = d1.T @ x
    gb1 = d1.sum(axis=0)
    return gw1, gb1, gw2, gb2, gw3, gb3


def train(x, y, weights, epochs=10, lr=0.05):
    w1, b1, w2, b2, w3, b3 = weights
    for e in range(epochs):
        z1, a1, z2, a2, out = forward(x, w1, b1, w2, b2, w3, b3)
        gw1, gb1, gw2, gb2, gw3, gb3 = backward(x, y, z1, a1, z2, a2, out, w2, w3)
        w1 = w1 - lr * gw1
        b1 = b1 - lr * gb1
        w2 = w2 - lr * gw2
        b2 = b2 - lr * gb2
        w3 = w3 - lr * gw3
        b3 = b3 - lr * gb3
        if e % 200 == 0:
            print(f"[{e}] loss = {logcosh(out, y):.5f}")
    return w1, b1, w2, b2, w3, b3


if __name__ == "__main__":
    np.random.seed(2023)
    x, y = read_csv("data/energy.csv")
    x = (x - x.mean(0)) / x.std(0)
    y = (y - y.mean(0)) / y.std(0)
    cut = int(0.8 * len(x))

    weights = init_weights(8, 6, 6, 3)
    weights = train(x[:cut], y[:cut], weights, epochs=4000)

    pred = forward(x[cut:], *weights)[-1]
    print("test loss:", logcosh(pred, y[cut:]))
    ss_res = ((y[cut:] - pred) ** 2).sum(axis=0)
    ss_tot = ((y[cut:] - y[cut:].mean(axis=0)) ** 2).sum(axis=0)
    print("R2:", 1 - ss_res / ss_tot)
