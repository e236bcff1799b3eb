"""Fit a noisy surface. Functions pass tuples around; the loss is averaged over the rows."""
from time import time
import numpy as np
import matplotlib.pyplot as plt

rs = np.random.RandomState(17)
N_SAMPLES = 80
HIDDEN = 11
X = rs.uniform(-1.5, 1.5, (N_SAMPLES, 3))
T = np.c_[X[:, 0] * X[:, 1], np.cos(X[:, 2])] + 0.01 * rs.randn(N_SAMPLES, 2)


def make_weights(n_in, n_hid, n_out):
    V = rs.randn(n_in, n_hid) * np.sqrt(1.0 / n_in)
    v0 = np.zeros((1, n_hid))
    U = rs.randn(n_hid, n_out) * np.sqrt(1.0 / n_hid)
    u0 = np.zeros((1, n_out))
    return V, v0, U, u0


def swish_free(S):
    return np.arctan(S)


def slope(S):
    return 1.0 / (1.0 + np.square(S))


def predict(X, V, v0, U, u0):
    S = X.dot(V) + v0
    H = np.tanh(S)
    O = H.dot(U) + u0
    return S, H, O


def objective(O, T):
    return 0.5 * np.mean(np.sum(np.square(O - T), axis=1))


def gradients(X, T, S, H, O, U):
    rows = X.shape[0]
    E = (O - T) / rows
    gU = H.T.dot(E)
    gu0 = E.sum(0, keepdims=True)
    B = E.dot(U.T) * (1 - np.tanh(S) ** 2)
    gV = X.T.dot(B)
    gv0 = B.sum(0, keepdims=True)
    return gV, gv0, gU, gu0


def fit(X, T, n_iter=2500, rate=0.2):
    V, v0, U, u0 = make_weights(X.shape[1], HIDDEN, T.shape[1])
    trace = []
    t0 = time()
    for it in range(n_iter):
        S, H, O = predict(X, V, v0, U, u0)
        trace.append(objective(O, T))
        gV, gv0, gU, gu0 = gradients(X, T, S, H, O, U)
        V = V - rate * gV
        v0 = v0 - rate * gv0
        U = U - rate * gU
        u0 = u0 - rate * gu0
    print("took", time() - t0, "loss", trace[-1:])
    return (V, v0, U, u0), trace


weights, trace = fit(X, T)
plt.semilogy(trace)
plt.show()
