# Time series forecasting: the next two values of a (made-up) share from the last five.
# Network with an arbitrary number of layers; weights, deltas and gradients are kept in lists.
import numpy as np
import matplotlib.pyplot as plt


def tanh_prime(a):
    # a is already tanh(z)
    return 1 - a ** 2


class BackpropNetwork(object):

    def __init__(self, layer_sizes, learning_rate=0.05):
        self.layer_sizes = layer_sizes
        self.learning_rate = learning_rate
        self.weights = []
        self.biases = []
        for i in range(1, len(layer_sizes)):
            scale = 1.0 / np.sqrt(layer_sizes[i - 1])
            self.weights.append(np.random.uniform(-scale, scale, (layer_sizes[i - 1], layer_sizes[i])))
            self.biases.append(np.random.uniform(-scale, scale, (1, layer_sizes[i])))

    def feed_forward(self, inputs):
        self.zs = []
        self.outputs = [inputs]
        last = len(self.weights) - 1
        for i in range(len(self.weights)):
            z = self.outputs[-1].dot(self.weights[i]) + self.biases[i]
            self.zs.append(z)
            self.outputs.append(z if i == last else np.tanh(z))
        return self.outputs[-1]

    def back_propagate(self, targets):
        n = targets.shape[0]
        # the output layer is linear
        self.deltas = [self.outputs[-1] - targets]
        # walk back through the hidden layers
        for i in range(len(self.weights) - 1, 0, -1):
            delta = self.deltas[0].dot(self.weights[i].T) * tanh_prime(self.outputs[i])
            self.deltas.insert(0, delta)

        self.weight_grads = []
        self.bias_grads = []
        for i in range(len(self.weights)):
            self.weight_grads.append(self.outputs[i].T.dot(self.deltas[i]) / n)
            self.bias_grads.append(np.sum(self.deltas[i], axis=0, keepdims=True) / n)

    def update(self):
        for i in range(len(self.weights)):
            self.weights[i] -= self.learning_rate * self.weight_grads[i]
            self.biases[i] -= self.learning_rate * self.bias_grads[i]

    def loss(self, inputs, targets):
        diff = self.feed_forward(inputs) - targets
        return 0.5 * np.sum(diff ** 2) / len(targets)

    def train(self, inputs, targets, epochs=500, batch_size=20):
        history = []
        for epoch in range(epochs):
            order = np.random.permutation(len(inputs))
            for s in range(0, len(inputs), batch_size):
                rows = order[s:s + batch_size]
                self.feed_forward(inputs[rows])
                self.back_propagate(targets[rows])
                self.update()
            history.append(self.loss(inputs, targets))
            if epoch % 50 == 0:
                print('epoch %3d  loss %.6f' % (epoch, history[-1]))
        return history


def make_windows(series, width=5, ahead=2):
    X = np.array([series[i:i + width] for i in range(len(series) - width - ahead + 1)])
    Y = np.array([series[i + width:i + width + ahead] for i in range(len(series) - width - ahead + 1)])
    return X, Y


if __name__ == '__main__':
    np.random.seed(10)
    t = np.arange(300)
    prices = np.sin(t / 8.0) + 0.4 * np.sin(t / 3.0) + 0.1 * np.random.randn(300)
    prices = (prices - prices.min()) / (prices.max() - prices.min())

    X, Y = make_windows(prices)
    net = BackpropNetwork([5, 9, 4, 2])
    history = net.train(X[:240], Y[:240], epochs=400)
    print('test loss:', net.loss(X[240:], Y[240:]))

    plt.plot(Y[240:, 0], label='true')
    plt.plot(net.feed_forward(X[240:])[:, 0], label='predicted')
    plt.legend()
    plt.show()
