"""Functions whose gradients are known, for the tests of checking gradients."""

from functools import wraps

import numpy as np

W = np.array([[0.1, 0.5, 0.2], [-0.3, 0.8, 0.5], [0.5, 0.2, 0.3]])
X = np.array([[0.2], [0.4], [0.1]])
POINT = np.array([1.0, -2.0, 0.5])


def sigmoid(z):
    """Return the logistic function."""
    return 1 / (1 + np.exp(-z))


def norm(W, x):
    """Return ||sigmoid(W x)||^2."""
    return np.sum(sigmoid(W @ x) ** 2)


def norm_gradient(W, x):
    """Return its gradients."""
    a = sigmoid(W @ x)
    dz = 2 * a * a * (1 - a)
    return dz @ x.T, W.T @ dz


def squares(x):
    """Return the sum of squares."""
    return (x**2).sum()


def tanh_layer(X, W):
    """Return tanh(X W), an array."""
    return np.tanh(X @ W)


def tanh_layer_products(X, W, cotangent):
    """Return its vector-Jacobian products."""
    dz = cotangent * (1 - np.tanh(X @ W) ** 2)
    return dz @ W.T, X.T @ dz


def only_real(f):
    """Return f without complex arguments: as functions that call float or special functions are."""

    @wraps(f)
    def f_of_reals(*arrays):
        if any(np.iscomplexobj(a) for a in arrays):
            raise TypeError("real numbers only")
        return f(*arrays)

    return f_of_reals
