import numpy as np
import matplotlib.pyplot as plt


class NeuralNetwork(object):
    def __init__(self, layers=[2, 10, 1], activations=['sigmoid', 'sigmoid']):
        assert len(layers) == len(activations) + 1
        self.layers = layers
        self.activations = activations
        self.weights = []
        self.biases = []
        for n_in, n_out in zip(layers[:-1], layers[1:]):
            self.weights.append(np.random.randn(n_out, n_in))
            self.biases.append(np.random.randn(n_out, 1))

    @staticmethod
    def get_activation(name):
        if name == 'sigmoid':
            return lambda v: np.exp(v) / (1 + np.exp(v))
        elif name == 'linear':
            return lambda v: v
        elif name == 'relu':
            def relu(v):
                out = np.copy(v)
                out[out < 0] = 0
                return out
            return relu
        print('unknown activation, taking linear')
        return lambda v: v

    @staticmethod
    def get_activation_derivative(name):
        if name == 'sigmoid':
            sig = lambda v: np.exp(v) / (1 + np.exp(v))
            return lambda v: sig(v) * (1 - sig(v))
        elif name == 'linear':
            return lambda v: 1
        elif name == 'relu':
            def relu_diff(v):
                out = np.copy(v)
                out[out >= 0] = 1
                out[out < 0] = 0
                return out
            return relu_diff
        return lambda v: 1

    def feed(self, x):
        """x: one column per sample. Returns all sums and all outputs."""
        a = np.copy(x)
        zs = []
        outs = [a]
        for i in range(len(self.weights)):
            f = self.get_activation(self.activations[i])
            zs.append(self.weights[i].dot(a) + self.biases[i])
            a = f(zs[-1])
            outs.append(a)
        return zs, outs

    def backprop(self, y, zs, outs):
        deltas = [None] * len(self.weights)
        # last layer
        deltas[-1] = (y - outs[-1]) * self.get_activation_derivative(self.activations[-1])(zs[-1])
        # all others
        for i in reversed(range(len(deltas) - 1)):
            deltas[i] = self.weights[i + 1].T.dot(deltas[i + 1]) * self.get_activation_derivative(self.activations[i])(zs[i])
        n = y.shape[1]
        db = [d.dot(np.ones((n, 1))) / float(n) for d in deltas]
        dw = [d.dot(outs[i].T) / float(n) for i, d in enumerate(deltas)]
        return dw, db

    def train(self, x, y, batch_size=10, epochs=100, lr=0.01):
        for e in range(epochs):
            i = 0
            while i < len(y):
                x_batch = x[i:i + batch_size]
                y_batch = y[i:i + batch_size]
                i = i + batch_size
                zs, outs = self.feed(x_batch)
                dw, db = self.backprop(y_batch, zs, outs)
                self.weights = [w + lr * d for w, d in zip(self.weights, dw)]
                self.biases = [b + lr * d for b, d in zip(self.biases, db)]
                print("loss = {}".format(np.linalg.norm(outs[-1] - y_batch)))


if __name__ == '__main__':
    np.random.seed(4)
    nn = NeuralNetwork([1, 12, 6, 1], activations=['sigmoid', 'relu', 'linear'])
    x = 2 * np.pi * np.random.rand(40).reshape(1, -1)
    y = np.sin(x)
    nn.train(x, y, epochs=1000, batch_size=64, lr=0.1)
    _, outs = nn.feed(x)
    plt.scatter(x.flatten(), y.flatten())
    plt.scatter(x.flatten(), outs[-1].flatten())
    plt.show()
