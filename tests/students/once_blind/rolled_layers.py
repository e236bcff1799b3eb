# Neural network course, programming exercise: cost and gradient for any number of layers.
# All Theta matrices are unrolled into one vector; column 0 of every Theta belongs to the bias unit.
import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def unroll(matrices):
    return np.concatenate([M.reshape(-1) for M in matrices])


def roll(theta, layer_sizes):
    """vector -> list of matrices of size s_(l+1) x (s_l + 1)"""
    matrices = []
    start = 0
    for rows, cols in zip(layer_sizes[1:], layer_sizes[:-1]):
        stop = start + rows * (cols + 1)
        matrices.append(theta[start:stop].reshape(rows, cols + 1))
        start = stop
    return matrices


def hypothesis(theta, layer_sizes, x):
    a = x
    for Theta in roll(theta, layer_sizes):
        a = sigmoid(Theta @ np.r_[1.0, a])
    return a


def cost_function(theta, layer_sizes, X, y, lam):
    """returns J and dJ/dtheta (again as a vector). y holds class numbers 0..K-1"""
    Thetas = roll(theta, layer_sizes)
    L = len(Thetas)
    m = X.shape[0]
    Deltas = [np.zeros(T.shape) for T in Thetas]
    J = 0.0

    for i in range(m):
        # forward, the activations get their bias unit at once
        a = [np.r_[1.0, X[i]]]
        for l in range(L):
            h = sigmoid(Thetas[l] @ a[l])
            a.append(np.r_[1.0, h])
        t = np.zeros(layer_sizes[-1])
        t[y[i]] = 1.0
        J += -np.sum(t * np.log(h) + (1 - t) * np.log(1 - h))

        # backward
        d = h - t
        for l in range(L - 1, -1, -1):
            Deltas[l] += np.outer(d, a[l])
            if l > 0:
                d = Thetas[l].T @ d * a[l] * (1 - a[l])
                d = d[1:]

    J /= m
    grads = []
    for Theta, Delta in zip(Thetas, Deltas):
        G = Delta / m
        G[:, 1:] += lam / m * Theta[:, 1:]
        J += lam / (2 * m) * np.sum(Theta[:, 1:] ** 2)
        grads.append(G)
    return J, unroll(grads)


def descend(theta, layer_sizes, X, y, lam, alpha, iterations):
    history = np.zeros(iterations)
    for it in range(iterations):
        history[it], grad = cost_function(theta, layer_sizes, X, y, lam)
        theta = theta - alpha * grad
        if (it + 1) % 40 == 0:
            print('iteration', it + 1, 'J =', round(history[it], 5))
    return theta, history


def rand_theta(layer_sizes):
    parts = []
    for rows, cols in zip(layer_sizes[1:], layer_sizes[:-1]):
        eps = np.sqrt(6) / np.sqrt(rows + cols)
        parts.append(np.random.uniform(-eps, eps, (rows, cols + 1)))
    return unroll(parts)


if __name__ == '__main__':
    np.random.seed(1)
    layer_sizes = [4, 7, 5, 3]
    y = np.random.randint(0, 3, 60)
    X = 0.6 * np.random.randn(60, 4)
    X[np.arange(60), y] += 1.2
    X[:, 3] += 0.5 * X[:, 0] * X[:, 1]

    theta = rand_theta(layer_sizes)
    print('unrolled vector of length', theta.size)
    theta, history = descend(theta, layer_sizes, X, y, lam=0.1, alpha=1.5, iterations=200)
    pred = np.array([np.argmax(hypothesis(theta, layer_sizes, x)) for x in X])
    print('training set accuracy: {:.1f} %'.format(100 * np.mean(pred == y)))
