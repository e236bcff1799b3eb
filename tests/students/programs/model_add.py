# School project: a network with any number of layers, only numpy (and math)
import math
import numpy as np


def _sigmoid(v):
    return 1 / (1 + math.exp(-v))


def _d_sigmoid(v):
    return _sigmoid(v) * (1 - _sigmoid(v))


def _relu(v):
    return max(0.0, v)


def _d_relu(v):
    if v < 0 or v == 0:
        return 0.0
    else:
        return 1.0


def _tanh(v):
    up = math.exp(v) - math.exp(-v)
    down = math.exp(v) + math.exp(-v)
    return up / down


def _d_tanh(v):
    up = math.pow(math.cosh(v), 2) - math.pow(math.sinh(v), 2)
    down = math.pow(math.cosh(v), 2)
    return up / down


def _linear(v):
    return v * 1.0


def _d_linear(v):
    return 1.0


functions = {
    "sigmoid": (np.vectorize(_sigmoid), np.vectorize(_d_sigmoid)),
    "relu": (np.vectorize(_relu), np.vectorize(_d_relu)),
    "tanh": (np.vectorize(_tanh), np.vectorize(_d_tanh)),
    "linear": (np.vectorize(_linear), np.vectorize(_d_linear)),
}


class Model:
    def __init__(self, batch, lr):
        self.batch = batch
        self.lr = lr
        self.W = []
        self.B = []
        self.A = []   # names of the activations
        self.Z = []
        self.X = []
        self.error = []

    def add(self, inputs, units, activation):
        self.W.append(np.random.uniform(-1, 1, (inputs, units)))
        self.B.append(np.zeros((1, units)))
        self.A.append(activation)
        print("Layer:", len(self.W) - 1, "weights", self.W[-1].shape)

    def forward(self, data, index):
        Z = np.matmul(data, self.W[index]) + self.B[index]
        self.X.append(data)
        self.Z.append(Z)
        return functions[self.A[index]][0](Z)

    def predict(self, data):
        self.X = []
        self.Z = []
        for index in range(len(self.W)):
            data = self.forward(data, index)
        return data

    def loss(self, output, truth):
        return np.sum((truth - output) ** 2) / 2

    def backprop(self, output, truth):
        self.error = output - truth
        delta = self.error * functions[self.A[-1]][1](self.Z[-1])
        for index in reversed(range(len(self.W))):
            dW = self.X[index].T.dot(delta)
            dB = delta.sum(axis=0, keepdims=True)
            if index > 0:
                delta = delta.dot(self.W[index].T) * functions[self.A[index - 1]][1](self.Z[index - 1])
            self.W[index] = self.W[index] - self.lr * dW
            self.B[index] = self.B[index] - self.lr * dB
        return self.error


np.random.seed(6)
model = Model(128, 0.05)
X = np.array([[1, 1], [0, 0], [1.2, 0.5], [-0.4, 0.9]])
Y = np.array([[1, 0.5], [0, 0.1], [-1, 0.3], [0.2, -0.6]])

model.add(2, 3, "tanh")
model.add(3, 4, "sigmoid")
model.add(4, 2, "tanh")

for step in range(2000):
    z = model.predict(X)
    model.backprop(z, Y)
    if step % 100 == 0:
        print(step, model.loss(z, Y))
