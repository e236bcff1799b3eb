# -*- coding: utf-8 -*-
# Which way does the wind turn (left / steady / right)?  theta is one long vector for fmin_cg.
import numpy as np
from scipy.optimize import fmin_cg

N_IN, N_HID, N_OUT = 5, 6, 3
LAMBDA = 0.1


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def add_ones(A):
    """The bias is the LAST column of what goes into a layer"""
    return np.c_[A, np.ones(A.shape[0])]


def unpack(theta):
    cut = (N_IN + 1) * N_HID
    V = theta[:cut].reshape(N_IN + 1, N_HID)
    W = theta[cut:].reshape(N_HID + 1, N_OUT)
    return V, W


def pack(V, W):
    return np.r_[V.ravel(), W.ravel()]


def predict(theta, X):
    V, W = unpack(theta)
    H = sigmoid(add_ones(X) @ V)
    S = add_ones(H) @ W
    S = S - S.max(axis=1, keepdims=True)
    return np.exp(S) / np.exp(S).sum(axis=1, keepdims=True)


def cost(theta, X, T):
    V, W = unpack(theta)
    P = predict(theta, X)
    J = -np.sum(T * np.log(P))
    # without the last row: biases are not punished
    J += LAMBDA / 2 * (np.sum(V[:-1] ** 2) + np.sum(W[:-1] ** 2))
    return J / len(X)


def grad(theta, X, T):
    m = len(X)
    V, W = unpack(theta)
    X1 = add_ones(X)
    H = sigmoid(X1 @ V)
    H1 = add_ones(H)
    S = H1 @ W
    P = np.exp(S) / np.exp(S).sum(axis=1, keepdims=True)

    E_out = P - T
    dW = H1.T @ E_out
    dW[:-1] += LAMBDA * W[:-1]

    E_hid = E_out @ W[:-1].T
    D_hid = E_hid * H * (1 - H)
    dV = X1.T @ D_hid
    dV[:-1] += LAMBDA * V[:-1]

    return pack(dV / m, dW / m)


def show(theta):
    global calls
    calls += 1
    if calls % 10 == 0:
        print("iteration %3d   cost %.5f" % (calls, cost(theta, X, T)))


if __name__ == "__main__":
    rng = np.random.default_rng(12)
    table = np.loadtxt("anemometer_2019.txt", comments="#")
    X = table[:, :N_IN]
    X = (X - X.mean(0)) / X.std(0)
    turn = table[:, N_IN].astype(int)
    T = np.eye(N_OUT)[turn]

    theta0 = 0.3 * rng.standard_normal((N_IN + 1) * N_HID + (N_HID + 1) * N_OUT)
    calls = 0
    theta = fmin_cg(cost, theta0, fprime=grad, args=(X, T), maxiter=150, callback=show, disp=False)

    guess = predict(theta, X).argmax(axis=1)
    print("correct: %.1f %%" % (100 * np.mean(guess == turn)))
    np.save("theta_wind.npy", theta)
