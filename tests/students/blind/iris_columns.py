import csv
import random

import numpy as np

# ---------------------------------------------------------------
#  Iris, three layers, written as functions
#  every column is one flower
# ---------------------------------------------------------------
species = {'setosa': 0, 'versicolor': 1, 'virginica': 2}


def readIris(fileName):
    flowers = []
    with open(fileName) as f:
        for line in csv.reader(f):
            if len(line) == 5:
                flowers.append([float(v) for v in line[:4]] + [species[line[4].replace('Iris-', '')]])
    random.shuffle(flowers)
    flowers = np.array(flowers)
    X = flowers[:, :4].T
    T = np.eye(3)[:, flowers[:, 4].astype(int)]
    return X, T


def initWeights():
    W1 = np.random.normal(0, 0.5, (8, 4))
    b1 = np.zeros((8, 1))
    W2 = np.random.normal(0, 0.5, (5, 8))
    b2 = np.zeros((5, 1))
    W3 = np.random.normal(0, 0.5, (3, 5))
    b3 = np.zeros((3, 1))
    return W1, b1, W2, b2, W3, b3


def leakyRelu(x):
    return np.where(x > 0, x, 0.05 * x)


def leakyReluDerivative(x):
    return np.where(x > 0, 1, 0.05)


def softmax(x):
    e = np.exp(x - np.max(x, axis=0, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True)


def forwardPropagation(X, W1, b1, W2, b2, W3, b3):
    s1 = W1 @ X + b1
    o1 = leakyRelu(s1)
    s2 = W2 @ o1 + b2
    o2 = np.tanh(s2)
    s3 = W3 @ o2 + b3
    o3 = softmax(s3)
    return s1, o1, s2, o2, o3


def backPropagation(X, T, s1, o1, s2, o2, o3, W2, W3):
    n = X.shape[1]
    delta3 = (o3 - T) / n
    dW3 = delta3 @ o2.T
    db3 = np.sum(delta3, axis=1, keepdims=True)

    delta2 = (W3.T @ delta3) * (1 - o2 * o2)
    dW2 = delta2 @ o1.T
    db2 = np.sum(delta2, axis=1, keepdims=True)

    delta1 = (W2.T @ delta2) * leakyReluDerivative(s1)
    dW1 = delta1 @ X.T
    db1 = np.sum(delta1, axis=1, keepdims=True)
    return dW1, db1, dW2, db2, dW3, db3


def crossEntropy(o3, T):
    return -np.sum(T * np.log(o3)) / T.shape[1]


def accuracy(o3, T):
    return np.mean(np.argmax(o3, axis=0) == np.argmax(T, axis=0))


def train(X, T, epochs, eta):
    W1, b1, W2, b2, W3, b3 = initWeights()
    for epoch in range(1, epochs + 1):
        s1, o1, s2, o2, o3 = forwardPropagation(X, W1, b1, W2, b2, W3, b3)
        dW1, db1, dW2, db2, dW3, db3 = backPropagation(X, T, s1, o1, s2, o2, o3, W2, W3)

        W1 = W1 - eta * dW1
        b1 = b1 - eta * db1
        W2 = W2 - eta * dW2
        b2 = b2 - eta * db2
        W3 = W3 - eta * dW3
        b3 = b3 - eta * db3

        if epoch % 200 == 0:
            print('epoch', epoch, 'loss', round(crossEntropy(o3, T), 4), 'accuracy', accuracy(o3, T))
    return W1, b1, W2, b2, W3, b3


X, T = readIris('iris.data')
X = (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)
parameters = train(X[:, :120], T[:, :120], 2000, 0.1)
print('test accuracy:', accuracy(forwardPropagation(X[:, 120:], *parameters)[-1], T[:, 120:]))
