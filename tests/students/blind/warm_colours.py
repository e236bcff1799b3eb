# Is a colour warm, cold or neutral? One sample at a time, vectors are columns.
# Every layer knows how to go forward, how to go backward and how to learn.
import numpy as np


class Layer:
    def __init__(self):
        self.input = None
        self.output = None

    def forward(self, input):
        raise NotImplementedError

    def backward(self, output_gradient, learning_rate):
        raise NotImplementedError


class Dense(Layer):
    def __init__(self, input_size, output_size):
        super().__init__()
        self.weights = np.random.randn(output_size, input_size)
        self.bias = np.random.randn(output_size, 1)

    def forward(self, input):
        self.input = input
        return np.dot(self.weights, self.input) + self.bias

    def backward(self, output_gradient, learning_rate):
        weights_gradient = np.dot(output_gradient, self.input.T)
        input_gradient = np.dot(self.weights.T, output_gradient)
        self.weights -= learning_rate * weights_gradient
        self.bias -= learning_rate * output_gradient
        return input_gradient


class Activation(Layer):
    def __init__(self, activation, activation_prime):
        super().__init__()
        self.activation = activation
        self.activation_prime = activation_prime

    def forward(self, input):
        self.input = input
        return self.activation(self.input)

    def backward(self, output_gradient, learning_rate):
        return np.multiply(output_gradient, self.activation_prime(self.input))


class Tanh(Activation):
    def __init__(self):
        super().__init__(lambda x: np.tanh(x), lambda x: 1 - np.tanh(x) ** 2)


class Sigmoid(Activation):
    def __init__(self):
        def sigmoid(x):
            return 1 / (1 + np.exp(-x))

        def sigmoid_prime(x):
            s = sigmoid(x)
            return s * (1 - s)

        super().__init__(sigmoid, sigmoid_prime)


def mse(y_true, y_pred):
    return np.mean(np.power(y_true - y_pred, 2))


def mse_prime(y_true, y_pred):
    return 2 * (y_pred - y_true) / np.size(y_true)


def predict(network, input):
    output = input
    for layer in network:
        output = layer.forward(output)
    return output


def train(network, x_train, y_train, epochs=1000, learning_rate=0.1, verbose=True):
    for e in range(epochs):
        error = 0
        for x, y in zip(x_train, y_train):
            output = predict(network, x)
            error += mse(y, output)

            grad = mse_prime(y, output)
            for layer in reversed(network):
                grad = layer.backward(grad, learning_rate)
        error /= len(x_train)
        if verbose and e % 100 == 0:
            print(f"{e + 1}/{epochs}, error={error:.5f}")


#             R    G    B
colours = [[255, 80, 20], [200, 30, 60], [250, 200, 40], [20, 60, 220], [10, 160, 200],
           [90, 110, 240], [128, 120, 125], [60, 60, 55], [220, 215, 225], [180, 90, 10]]
classes = [0, 0, 0, 1, 1, 1, 2, 2, 2, 0]

X = np.reshape(colours, (10, 3, 1)) / 255
Y = np.reshape(np.eye(3)[classes], (10, 3, 1))

np.random.seed(7)
network = [
    Dense(3, 6),
    Tanh(),
    Dense(6, 4),
    Tanh(),
    Dense(4, 3),
    Sigmoid()
]

train(network, X, Y, epochs=2000, learning_rate=0.2)

for x, c in zip(X, classes):
    print(predict(network, x).ravel().round(2), "class", c)
