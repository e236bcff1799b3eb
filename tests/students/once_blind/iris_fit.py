"""
Multilayer perceptron trained with stochastic gradient descent (one flower at a time)
Iris data set, 4 inputs, 3 classes
"""
import csv
import random

import numpy as np


class MLP(object):

    def __init__(self, n_inputs, n_hidden, n_outputs):
        self.w_hidden = np.random.uniform(-0.5, 0.5, (n_hidden, n_inputs))
        self.b_hidden = np.random.uniform(-0.5, 0.5, (n_hidden, 1))
        self.w_out = np.random.uniform(-0.5, 0.5, (n_outputs, n_hidden))
        self.b_out = np.random.uniform(-0.5, 0.5, (n_outputs, 1))

    def _sigmoid(self, x):
        return 1.0 / (1.0 + np.exp(-x))

    def _sigmoid_prime(self, x):
        return self._sigmoid(x) * (1 - self._sigmoid(x))

    def predict(self, x):
        h = np.tanh(np.dot(self.w_hidden, x) + self.b_hidden)
        return self._sigmoid(np.dot(self.w_out, h) + self.b_out)

    def fit(self, data, epochs=200, eta=0.1):
        """data is a list of (x, target) pairs, both column vectors"""
        for epoch in range(epochs):
            random.shuffle(data)
            sse = 0
            for x, target in data:
                # forward
                net_h = np.dot(self.w_hidden, x) + self.b_hidden
                out_h = np.tanh(net_h)
                net_o = np.dot(self.w_out, out_h) + self.b_out
                out_o = self._sigmoid(net_o)

                error = target - out_o
                sse += 0.5 * np.sum(error ** 2)

                # backward
                delta_o = error * self._sigmoid_prime(net_o)
                delta_h = np.dot(self.w_out.T, delta_o) * (1 - out_h ** 2)

                # weights
                self.w_out += eta * np.dot(delta_o, out_h.T)
                self.b_out += eta * delta_o
                self.w_hidden += eta * np.dot(delta_h, x.T)
                self.b_hidden += eta * delta_h
            if epoch % 20 == 0:
                print('epoch', epoch, 'error', sse)

    def score(self, data):
        hits = sum(np.argmax(self.predict(x)) == np.argmax(t) for x, t in data)
        return hits / len(data)


def load(filename):
    species = ['Iris-setosa', 'Iris-versicolor', 'Iris-virginica']
    data = []
    with open(filename) as f:
        for row in csv.reader(f):
            if not row:
                continue
            x = np.array([float(v) for v in row[:4]]).reshape(4, 1)
            target = np.zeros((3, 1))
            target[species.index(row[4])] = 1
            data.append((x, target))
    return data


if __name__ == '__main__':
    data = load('iris.data')
    random.shuffle(data)
    train, test = data[:120], data[120:]
    mlp = MLP(4, 6, 3)
    mlp.fit(train, epochs=200)
    print('train accuracy', mlp.score(train))
    print('test accuracy', mlp.score(test))
