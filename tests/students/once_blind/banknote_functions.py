# Banknote authentication with a 2 hidden layer neural network, only numpy
# data: https://archive.ics.uci.edu/ml/datasets/banknote+authentication
import numpy as np

data = np.loadtxt('data_banknote_authentication.txt', delimiter=',')
np.random.seed(0)
np.random.shuffle(data)
X_all, Y_all = data[:, :4], data[:, 4:]
n_train = int(0.8 * len(data))
mu, sd = X_all[:n_train].mean(0), X_all[:n_train].std(0)
X_all = (X_all - mu) / sd
X_train, Y_train = X_all[:n_train], Y_all[:n_train]
X_test, Y_test = X_all[n_train:], Y_all[n_train:]


def init_params(n_in, n_hidden, n_out):
    W1 = np.random.randn(n_in, n_hidden) * 0.5
    b1 = np.zeros(n_hidden)
    W2 = np.random.randn(n_hidden, n_hidden) * 0.5
    b2 = np.zeros(n_hidden)
    W3 = np.random.randn(n_hidden, n_out) * 0.5
    b3 = np.zeros(n_out)
    return W1, b1, W2, b2, W3, b3


def relu(Z):
    return np.maximum(Z, 0)


def relu_deriv(Z):
    return (Z > 0).astype(float)


def sigmoid(Z):
    return 1.0 / (1.0 + np.exp(-Z))


def forward_prop(X, W1, b1, W2, b2, W3, b3):
    Z1 = X.dot(W1) + b1
    A1 = relu(Z1)
    Z2 = A1.dot(W2) + b2
    A2 = relu(Z2)
    Z3 = A2.dot(W3) + b3
    A3 = sigmoid(Z3)
    return Z1, A1, Z2, A2, Z3, A3


def compute_loss(A3, Y):
    m = Y.shape[0]
    return -np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / m


def back_prop(X, Y, Z1, A1, Z2, A2, A3, W2, W3):
    m = Y.shape[0]
    dZ3 = (A3 - Y) / m
    dW3 = A2.T.dot(dZ3)
    db3 = dZ3.sum(axis=0)
    dA2 = dZ3.dot(W3.T)
    dZ2 = dA2 * relu_deriv(Z2)
    dW2 = A1.T.dot(dZ2)
    db2 = dZ2.sum(axis=0)
    dA1 = dZ2.dot(W2.T)
    dZ1 = dA1 * relu_deriv(Z1)
    dW1 = X.T.dot(dZ1)
    db1 = dZ1.sum(axis=0)
    return dW1, db1, dW2, db2, dW3, db3


def accuracy(X, Y, params):
    A3 = forward_prop(X, *params)[-1]
    return np.mean((A3 > 0.5) == Y)


def train(X, Y, params, alpha, epochs, batch_size=32):
    W1, b1, W2, b2, W3, b3 = params
    for epoch in range(epochs):
        for i in range(0, X.shape[0], batch_size):
            xb = X[i:i + batch_size]
            yb = Y[i:i + batch_size]
            Z1, A1, Z2, A2, Z3, A3 = forward_prop(xb, W1, b1, W2, b2, W3, b3)
            dW1, db1, dW2, db2, dW3, db3 = back_prop(xb, yb, Z1, A1, Z2, A2, A3, W2, W3)
            W1 = W1 - alpha * dW1
            b1 = b1 - alpha * db1
            W2 = W2 - alpha * dW2
            b2 = b2 - alpha * db2
            W3 = W3 - alpha * dW3
            b3 = b3 - alpha * db3
        if epoch % 10 == 0:
            params = W1, b1, W2, b2, W3, b3
            loss = compute_loss(forward_prop(X, *params)[-1], Y)
            print(f"epoch {epoch:3d} | loss {loss:.4f} | train acc {accuracy(X, Y, params):.3f}")
    return W1, b1, W2, b2, W3, b3


params = init_params(4, 5, 1)
params = train(X_train, Y_train, params, alpha=0.1, epochs=100)
print("test accuracy:", accuracy(X_test, Y_test, params))
