"""Short programs that only define a network, in the shapes that students write."""

FORWARD_BACKWARD = """
import numpy as np
class Net:
    def __init__(self, n_in, n_hidden, n_out):
        self.W1 = np.random.randn(n_in, n_hidden)
        self.b1 = np.zeros((1, n_hidden))
        self.W2 = np.random.randn(n_hidden, n_out)
    def __squash(self, z):
        return 1 / (1 + np.exp(-z))
    def forward(self, X):
        self.a1 = self.__squash(X.dot(self.W1) + self.b1)
        self.a2 = self.__squash(self.a1 @ self.W2)
        return self.a2
    def backward(self, X, y, lr=0.5):
        d2 = (self.a2 - y) * self.a2 * (1 - self.a2)
        d1 = (d2 @ self.W2.T) * self.a1 * (1 - self.a1)
        self.W2 -= lr * self.a1.T @ d2
        self.W1 -= lr * X.T @ d1
        self.b1 -= lr * d1.sum(axis=0, keepdims=True)
"""
FIT = """
import numpy as np
class MLP:
    def __init__(self, layer_sizes, learning_rate=0.1):
        self.lr = learning_rate
        self.weights = [np.random.randn(a, b) for a, b in zip(layer_sizes[:-1], layer_sizes[1:])]
    def fit(self, X, y, epochs=1000):
        for _ in range(epochs):
            acts = [X]
            for w in self.weights:
                acts.append(np.tanh(acts[-1] @ w))
            delta = (acts[-1] - y) * (1 - acts[-1] ** 2)
            for i in reversed(range(len(self.weights))):
                gradient = acts[i].T @ delta
                delta = (delta @ self.weights[i].T) * (1 - acts[i] ** 2)
                self.weights[i] = self.weights[i] - self.lr * gradient
"""
POSITIONAL = """
import numpy as np
def init_params():
    W1, b1 = np.random.rand(5, 4) - 0.5, np.random.rand(5, 1)
    W2, b2 = np.random.rand(3, 5) - 0.5, np.random.rand(3, 1)
    return W1, b1, W2, b2
def softmax(Z):
    return np.exp(Z) / sum(np.exp(Z))
def forward_prop(W1, b1, W2, b2, X):
    Z1 = W1.dot(X) + b1
    A1 = np.maximum(Z1, 0)
    Z2 = W2.dot(A1) + b2
    A2 = softmax(Z2)
    return Z1, A1, Z2, A2
def backward_prop(Z1, A1, Z2, A2, W1, W2, X, Y):
    m = Y.size
    dZ2 = A2 - np.eye(3)[Y].T
    dZ1 = W2.T.dot(dZ2) * (Z1 > 0)
    dW2, db2 = dZ2.dot(A1.T) / m, dZ2.sum(1, keepdims=True) / m
    dW1, db1 = dZ1.dot(X.T) / m, dZ1.sum(1, keepdims=True) / m
    return dW1, db1, dW2, db2
def update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha):
    return W1 - alpha * dW1, b1 - alpha * db1, W2 - alpha * dW2, b2 - alpha * db2
"""
DICTIONARIES = """
import numpy as np
def initialize_parameters(n_x, n_h, n_y):
    return {"W1": np.random.randn(n_h, n_x), "b1": np.zeros((n_h, 1)), "W2": np.random.randn(n_y, n_h)}
def forward_propagation(X, parameters):
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    A2 = 1 / (1 + np.exp(-parameters["W2"] @ A1))
    assert A2.shape == (1, X.shape[1])
    cache = {"A1": A1, "A2": A2}
    return A2, cache
def compute_cost(A2, Y):
    return -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / Y.shape[1]
def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    dZ2 = cache["A2"] - Y
    dZ1 = parameters["W2"].T @ dZ2 * (1 - cache["A1"] ** 2)
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    grads = {"dW1": dZ1 @ X.T / m, "db1": db1, "dW2": dZ2 @ cache["A1"].T / m}
    return grads
def update_parameters(parameters, grads, learning_rate=1.2):
    for name in ("W1", "b1", "W2"):
        parameters[name] = parameters[name] - learning_rate * grads["d" + name]
    return parameters
"""
LOSS_AND_GRADS = """
import numpy as np
class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size):
        self.params = {"W1": np.random.randn(input_size, hidden_size), "W2": np.random.randn(hidden_size, output_size)}
    def loss(self, X, y=None, reg=0.0):
        N = X.shape[0]
        h = np.maximum(0, X.dot(self.params["W1"]))
        e = np.exp(h.dot(self.params["W2"]))
        p = e / e.sum(axis=1, keepdims=True)
        loss = -np.log(p[np.arange(N), y]).mean()
        p[np.arange(N), y] -= 1
        dh = (p / N).dot(self.params["W2"].T)
        dh[h <= 0] = 0
        return loss, {"W2": h.T.dot(p / N), "W1": X.T.dot(dh)}
"""
LAYER_OBJECTS = """
import numpy as np
class Affine:
    def __init__(self, W, b):
        self.W, self.b = W, b
    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b
    def backward(self, dout):
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return np.dot(dout, self.W.T)
class ReLU:
    def forward(self, x):
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out
    def backward(self, dout):
        dout[self.mask] = 0
        return dout
"""
NABLAS_NETWORK = """
import random
import numpy as np
import mnist_loader
def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))
class Network:
    def __init__(self, sizes):
        self.biases = [np.random.randn(y, 1) for y in sizes[1:]]
        self.weights = [np.random.randn(y, x) for x, y in zip(sizes[:-1], sizes[1:])]
    def SGD(self, training_data, epochs, mini_batch_size, eta):
        for j in range(epochs):
            random.shuffle(training_data)
            for k in range(0, len(training_data), mini_batch_size):
                self.update_mini_batch(training_data[k:k + mini_batch_size], eta)
    def update_mini_batch(self, mini_batch, eta):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        for x, y in mini_batch:
            delta_nabla_b, delta_nabla_w = self.backprop(x, y)
            nabla_b = [nb + dnb for nb, dnb in zip(nabla_b, delta_nabla_b)]
            nabla_w = [nw + dnw for nw, dnw in zip(nabla_w, delta_nabla_w)]
        self.weights = [w - (eta / len(mini_batch)) * nw for w, nw in zip(self.weights, nabla_w)]
        self.biases = [b - (eta / len(mini_batch)) * nb for b, nb in zip(self.biases, nabla_b)]
    def backprop(self, x, y):
        activations, zs = [x], []
        for b, w in zip(self.biases, self.weights):
            zs.append(np.dot(w, activations[-1]) + b)
            activations.append(sigmoid(zs[-1]))
        delta = (activations[-1] - y) * sigmoid(zs[-1]) * (1 - sigmoid(zs[-1]))
        hidden = np.dot(self.weights[-1].transpose(), delta) * sigmoid(zs[-2]) * (1 - sigmoid(zs[-2]))
        nabla_w = [np.dot(hidden, activations[0].transpose()), np.dot(delta, activations[1].transpose())]
        return [hidden, delta], nabla_w
"""

DEFINED_ONLY = {
    "S1": FORWARD_BACKWARD,
    "S2": FIT,
    "S3": POSITIONAL,
    "S4": DICTIONARIES,
    "S5": LOSS_AND_GRADS,
    "S6": LAYER_OBJECTS,
    "S9": NABLAS_NETWORK,
}
"""Programs that only define a network, by the shape of their code."""
