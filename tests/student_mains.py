"""Short programs that train by themselves, in the shapes that students write."""

from tests.student_definitions import FIT, FORWARD_BACKWARD, NABLAS_NETWORK

XOR_MAIN = """
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y = np.array([[0], [1], [1], [0]])
net = Net(2, 3, 1)
for epoch in range(100000):
    net.forward(X)
    net.backward(X, y)
    print("epoch", epoch)
"""
KEPT_IN_LAYERS = """
import numpy as np
import nnfs
from nnfs.datasets import spiral_data
nnfs.init()
class Layer_Dense:
    def __init__(self, n_inputs, n_neurons):
        self.weights = np.random.randn(n_inputs, n_neurons)
        self.biases = np.zeros((1, n_neurons))
    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.dot(inputs, self.weights) + self.biases
    def backward(self, dvalues):
        self.dweights = np.dot(self.inputs.T, dvalues)
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)
        self.dinputs = np.dot(dvalues, self.weights.T)
X, y = spiral_data(samples=10, classes=3)
one, two = Layer_Dense(2, 8), Layer_Dense(8, 3)
for epoch in range(10001):
    one.forward(X)
    two.forward(np.tanh(one.output))
    two.backward((two.output - np.eye(3)[y]) / len(X))
    one.backward(two.dinputs * (1 - np.tanh(one.output) ** 2))
    for layer in (one, two):
        layer.weights += -1.0 * layer.dweights
        layer.biases += -1.0 * layer.dbiases
"""
LAYER_LIST = """
import numpy as np
class Dense:
    def __init__(self, before, after):
        self.W = np.random.randn(after, before)
    def forward(self, x):
        self.x = x
        return self.W @ x
    def backward(self, output_gradient, learning_rate):
        input_gradient = self.W.T @ output_gradient
        self.W = self.W - learning_rate * output_gradient @ self.x.T
        return input_gradient
class Tanh:
    def forward(self, x):
        self.x = x
        return np.tanh(x)
    def backward(self, output_gradient, learning_rate):
        return output_gradient * (1 - np.tanh(self.x) ** 2)
network = [Dense(2, 3), Tanh(), Dense(3, 1), Tanh()]
X = np.reshape([[0, 0], [0, 1], [1, 0], [1, 1]], (4, 2, 1))
Y = np.reshape([[0], [1], [1], [0]], (4, 1, 1))
for e in range(10000):
    for x, y in zip(X, Y):
        output = x
        for layer in network:
            output = layer.forward(output)
        grad = 2 * (output - y)
        for layer in reversed(network):
            grad = layer.backward(grad, 0.1)
"""
NABLAS = f"""{NABLAS_NETWORK}training_data, validation_data, test_data = mnist_loader.load_data_wrapper()
net = Network([784, 6, 10])
net.SGD(training_data, 30, 4, 3.0)
"""
DELTAS_IN_LISTS = """
import numpy as np
class NeuralNetwork:
    def __init__(self, layers, alpha=0.1):
        self.W = [np.random.randn(a + 1, b + 1) for a, b in zip(layers[:-2], layers[1:-1])]
        self.W.append(np.random.randn(layers[-2] + 1, layers[-1]))
        self.alpha = alpha
    def fit_partial(self, x, y):
        A = [np.atleast_2d(x)]
        for w in self.W:
            A.append(1 / (1 + np.exp(-A[-1].dot(w))))
        D = [(A[-1] - y) * A[-1] * (1 - A[-1])]
        for layer in range(len(A) - 2, 0, -1):
            D.append(D[-1].dot(self.W[layer].T) * A[layer] * (1 - A[layer]))
        D = D[::-1]
        for layer in range(len(self.W)):
            self.W[layer] += -self.alpha * A[layer].T.dot(D[layer])
X = np.c_[np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.ones(4)]
nn = NeuralNetwork([2, 2, 1])
for epoch in range(20000):
    for x, target in zip(X, [0, 1, 1, 0]):
        nn.fit_partial(x, target)
"""
FLAT = """
import numpy as np
def cost(theta, X, y):
    W1, W2 = theta[:20].reshape(4, 5), theta[20:].reshape(5, 1)
    a = np.tanh(X @ W1)
    d = 2 * (a @ W2 - y) / len(X)
    J = np.sum((a @ W2 - y) ** 2) / len(X)
    return J, np.concatenate([(X.T @ (d @ W2.T * (1 - a ** 2))).ravel(), (a.T @ d).ravel()])
X, y = np.random.randn(9, 4), np.random.randn(9, 1)
theta = np.random.randn(25)
for i in range(1000):
    J, grad = cost(theta, X, y)
    theta = theta - 0.1 * grad
"""
ESTIMATOR = """
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
class Classifier(BaseEstimator, ClassifierMixin):
    def __init__(self, hidden=5, eta=0.1):
        self.hidden, self.eta = hidden, eta
    def partial_fit(self, X, Y):
        if not hasattr(self, "coefs_"):
            self.coefs_ = [np.random.randn(X.shape[1], self.hidden), np.random.randn(self.hidden, Y.shape[1])]
        h = np.tanh(X @ self.coefs_[0])
        d = (h @ self.coefs_[1] - Y) / len(X)
        grads = [X.T @ (d @ self.coefs_[1].T * (1 - h ** 2)), h.T @ d]
        self.coefs_ = [c - self.eta * g for c, g in zip(self.coefs_, grads)]
X, y = load_iris(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y)
model = Classifier()
for _ in range(1000):
    model.partial_fit(X_train, np.eye(3)[y_train])
"""
NAMED_NUMBERS = """
import math
def sigmoid(x):
    return 1 / (1 + math.exp(-x))
w1, w2, b1, b2, lr = 0.15, 0.4, 0.35, 0.6, 0.5
for epoch in range(10000):
    for x, t in [(0.05, 0.01), (0.1, 0.99), (0.7, 0.3)]:
        h = sigmoid(w1 * x + b1)
        o = sigmoid(w2 * h + b2)
        d_o = (o - t) * o * (1 - o)
        d_h = d_o * w2 * h * (1 - h)
        w2 = w2 - lr * d_o * h
        b2 = b2 - lr * d_o
        w1 -= lr * d_h * x
        b1 -= lr * d_h
"""
AUTOGRAD = """
import numpy as np
class Tensor:
    def __init__(self, data, parents=(), backward=None):
        self.data, self.grad = np.asarray(data, float), 0
        self.parents, self._backward = parents, backward
    def __matmul__(self, other):
        def backward(g):
            self.grad = self.grad + g @ other.data.T
            other.grad = other.grad + self.data.T @ g
        return Tensor(self.data @ other.data, (self, other), backward)
    def tanh(self):
        t = np.tanh(self.data)
        def backward(g):
            self.grad = self.grad + g * (1 - t ** 2)
        return Tensor(t, (self,), backward)
    def backward(self, g):
        self.grad = g
        for node in self.topo():
            if node._backward:
                node._backward(node.grad)
    def topo(self):
        order = []
        def visit(v):
            for p in v.parents:
                visit(p)
            order.append(v)
        visit(self)
        return reversed(order)
X, Y = np.random.randn(6, 3), np.random.randn(6, 2)
W1, W2 = Tensor(np.random.randn(3, 4)), Tensor(np.random.randn(4, 2))
for step in range(500):
    W1.grad = W2.grad = 0
    out = (Tensor(X) @ W1).tanh() @ W2
    out.backward(2 * (out.data - Y))
    for p in (W1, W2):
        p.data -= 0.01 * p.grad
"""
MODULES = """
import numpy as np
class Parameter:
    def __init__(self, value):
        self.value, self.grad = value, np.zeros_like(value)
class Linear:
    def __init__(self, a, b):
        self.weight = Parameter(np.random.randn(a, b))
    def __call__(self, x):
        self.x = x
        return x @ self.weight.value
    def backward(self, grad):
        self.weight.grad += self.x.T @ grad
        return grad @ self.weight.value.T
class SGD:
    def __init__(self, params, lr):
        self.params, self.lr = params, lr
    def step(self):
        for p in self.params:
            p.value -= self.lr * p.grad
    def zero_grad(self):
        for p in self.params:
            p.grad = np.zeros_like(p.grad)
l1, l2 = Linear(3, 4), Linear(4, 2)
opt = SGD([l1.weight, l2.weight], 0.01)
X, Y = np.random.randn(8, 3), np.random.randn(8, 2)
for _ in range(1000):
    opt.zero_grad()
    h = np.maximum(l1(X), 0)
    out = l2(h)
    l1.backward(l2.backward(out - Y) * (h > 0))
    opt.step()
"""
SCRIPT = """
import numpy as np
X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
y = np.array([[0, 1, 1, 0]]).T
syn0 = 2 * np.random.random((3, 4)) - 1
syn1 = 2 * np.random.random((4, 1)) - 1
for j in range(60000):
    l1 = 1 / (1 + np.exp(-(np.dot(X, syn0))))
    l2 = 1 / (1 + np.exp(-(np.dot(l1, syn1))))
    l2_delta = (y - l2) * (l2 * (1 - l2))
    l1_delta = l2_delta.dot(syn1.T) * (l1 * (1 - l1))
    syn1 += l1.T.dot(l2_delta)
    syn0 += X.T.dot(l1_delta)
"""

OWN_MAIN = {
    "S1": FORWARD_BACKWARD + XOR_MAIN,
    "S2": FIT + "MLP([4, 5, 2]).fit(np.random.randn(9, 4), np.zeros((9, 2)))\n",
    "S7": KEPT_IN_LAYERS,
    "S8": LAYER_LIST,
    "S9": NABLAS,
    "S10": DELTAS_IN_LISTS,
    "S11": FLAT,
    "S12": ESTIMATOR,
    "S13": NAMED_NUMBERS,
    "S14": AUTOGRAD,
    "S15": MODULES,
    "S16": SCRIPT,
}
"""Programs that train by themselves, by the shape of their code."""
