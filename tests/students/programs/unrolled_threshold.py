import numpy as np
from numpy import vstack, hstack, ones, zeros, exp, dot


def pack(*matrices):
    return np.concatenate([M.flatten() for M in matrices])


class FlatNet:
    """All parameters in one vector p; bias units are -1 (thresholds) and come first."""

    def __init__(self, n_in, n_mid, n_out):
        self.shape_a = (n_mid, n_in + 1)
        self.shape_b = (n_out, n_mid + 1)
        self.cut = n_mid * (n_in + 1)

    def unpack(self, p):
        return p[:self.cut].reshape(self.shape_a), p[self.cut:].reshape(self.shape_b)

    def outputs(self, p, D):
        A, B = self.unpack(p)
        D1 = vstack([-ones((1, D.shape[1])), D])
        M = np.tanh(dot(A, D1))
        M1 = vstack([-ones((1, D.shape[1])), M])
        F = dot(B, M1)
        F = exp(F - F.max(axis=0))
        return D1, M, M1, F / F.sum(axis=0)

    def value(self, p, D, T):
        Q = self.outputs(p, D)[-1]
        return -np.sum(T * np.log(Q))

    def slope(self, p, D, T):
        A, B = self.unpack(p)
        D1, M, M1, Q = self.outputs(p, D)
        dF = Q - T
        dB = dot(dF, M1.T)
        dM = dot(B[:, 1:].T, dF)
        dA = dot(dM * (1 - M ** 2), D1.T)
        return pack(dA, dB)


def steepest_descent(net, p, D, T, rate, steps):
    values = zeros(steps)
    for s in range(steps):
        values[s] = net.value(p, D, T)
        p = p - rate * net.slope(p, D, T)
    return p, values


np.random.seed(14)
D = np.random.randn(4, 36)
T = np.eye(3)[:, np.argmax(D[:3] + 0.1 * np.random.randn(3, 36), axis=0)]
net = FlatNet(4, 6, 3)
start = 0.7 * np.random.randn(6 * 5 + 3 * 7)
best, values = steepest_descent(net, start, D, T, 0.02, 800)
print("cross entropy went from", values[:1], "to", values[-1:])
