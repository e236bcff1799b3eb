# Wine cultivars with one hidden layer. All weights live in ONE vector theta, scipy does the optimisation.
import numpy as np
from scipy.optimize import minimize

N_IN, N_HID, N_OUT = 6, 8, 3


def pack(W1, b1, W2, b2):
    return np.hstack([W1.flatten(), b1, W2.flatten(), b2])


def unpack(theta):
    i = N_IN * N_HID
    j = i + N_HID
    k = j + N_HID * N_OUT
    W1 = theta[:i].reshape(N_IN, N_HID)
    b1 = theta[i:j]
    W2 = theta[j:k].reshape(N_HID, N_OUT)
    b2 = theta[k:]
    return W1, b1, W2, b2


def feedforward(theta, X):
    W1, b1, W2, b2 = unpack(theta)
    h = np.tanh(X @ W1 + b1)
    o = h @ W2 + b2
    o = np.exp(o - o.max(axis=1)[:, None])
    p = o / o.sum(axis=1)[:, None]
    return h, p


def cost(theta, X, Y, alpha):
    """Mean cross entropy + weight penalty (biases are not penalised)"""
    W1, b1, W2, b2 = unpack(theta)
    h, p = feedforward(theta, X)
    penalty = alpha / 2 * (np.sum(W1 ** 2) + np.sum(W2 ** 2))
    return -np.sum(Y * np.log(p)) / len(X) + penalty


def gradient(theta, X, Y, alpha):
    W1, b1, W2, b2 = unpack(theta)
    h, p = feedforward(theta, X)

    d2 = (p - Y) / len(X)
    gW2 = h.T @ d2 + alpha * W2
    gb2 = d2.sum(axis=0)

    d1 = (d2 @ W2.T) * (1 - h ** 2)
    gW1 = X.T @ d1 + alpha * W1
    gb1 = d1.sum(axis=0)
    return pack(gW1, gb1, gW2, gb2)


def numerical_gradient(theta, X, Y, alpha, eps=1e-5):
    g = np.zeros_like(theta)
    for k in range(len(theta)):
        e = np.zeros_like(theta)
        e[k] = eps
        g[k] = (cost(theta + e, X, Y, alpha) - cost(theta - e, X, Y, alpha)) / (2 * eps)
    return g


def load_wine(filename):
    data = np.loadtxt(filename, delimiter=',')
    classes = data[:, 0].astype(int) - 1
    X = data[:, [1, 2, 7, 10, 11, 13]]
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    return X, np.eye(N_OUT)[classes]


def main():
    X, Y = load_wine('wine.data')
    rng = np.random.default_rng(2)
    theta = 0.3 * rng.standard_normal(N_IN * N_HID + N_HID + N_HID * N_OUT + N_OUT)

    few = rng.permutation(len(X))[:10]
    difference = gradient(theta, X[few], Y[few], 0.01) - numerical_gradient(theta, X[few], Y[few], 0.01)
    print('largest difference to the numerical gradient: %.2e' % np.abs(difference).max())

    result = minimize(cost, theta, args=(X, Y, 0.01), jac=gradient, method='L-BFGS-B', options={'maxiter': 100})
    print(result.message)
    print('cost %.4f' % result.fun)
    h, p = feedforward(result.x, X)
    print('accuracy %.3f' % np.mean(p.argmax(axis=1) == Y.argmax(axis=1)))
    return result.x, X, Y


if __name__ == '__main__':
    theta, X, Y = main()
