"""
Soil types from satellite bands.
A network is a list of layers; every layer has forward(input) and backward(output_gradient, learning_rate).
Vectors are columns, one sample at a time.
"""
import numpy as np
import matplotlib.pyplot as plt


class Layer:
    def forward(self, input):
        raise NotImplementedError

    def backward(self, output_gradient, learning_rate):
        raise NotImplementedError


class Dense(Layer):
    def __init__(self, input_size, output_size):
        self.weights = np.random.randn(output_size, input_size) / np.sqrt(input_size)
        self.bias = np.zeros((output_size, 1))

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
        self.activation = activation
        self.activation_prime = activation_prime

    def forward(self, input):
        self.input = input
        return self.activation(self.input)

    def backward(self, output_gradient, learning_rate):
        return np.multiply(output_gradient, self.activation_prime(self.input))


class LeCunTanh(Activation):
    """1.7159 tanh(2/3 x), as recommended in 'Efficient BackProp'"""

    def __init__(self):
        def f(x):
            return 1.7159 * np.tanh(2 / 3 * x)

        def f_prime(x):
            return 1.7159 * 2 / 3 * (1 - np.tanh(2 / 3 * x) ** 2)

        super().__init__(f, f_prime)


class Softmax(Layer):
    def forward(self, input):
        tmp = np.exp(input - np.max(input))
        self.output = tmp / np.sum(tmp)
        return self.output

    def backward(self, output_gradient, learning_rate):
        n = np.size(self.output)
        jacobian = self.output * (np.identity(n) - self.output.T)
        return np.dot(jacobian, output_gradient)


def cross_entropy(y_true, y_pred):
    return -np.sum(y_true * np.log(y_pred))


def cross_entropy_prime(y_true, y_pred):
    return -y_true / y_pred


def predict(network, input):
    output = input
    for layer in network:
        output = layer.forward(output)
    return output


def train(network, loss, loss_prime, x_train, y_train, epochs=1000, learning_rate=0.01, verbose=True):
    errors = []
    for e in range(epochs):
        error = 0
        for x, y in zip(x_train, y_train):
            # forward
            output = predict(network, x)
            error += loss(y, output)

            # backward
            grad = loss_prime(y, output)
            for layer in reversed(network):
                grad = layer.backward(grad, learning_rate)

        errors.append(error / len(x_train))
        if verbose and (e + 1) % 10 == 0:
            print(f"{e + 1}/{epochs}, error={errors[-1]:.5f}")
    return errors


def load_soil(n=120):
    bands = np.random.normal(size=(n, 7))
    kinds = np.argmax(bands[:, :4] + 0.5 * bands[:, 3:7] ** 2, axis=1)
    one_hot = np.zeros((n, 4))
    one_hot[np.arange(n), kinds] = 1
    return bands.reshape(n, 7, 1), one_hot.reshape(n, 4, 1)


if __name__ == "__main__":
    np.random.seed(1998)
    X, Y = load_soil()

    network = [
        Dense(7, 8),
        LeCunTanh(),
        Dense(8, 5),
        LeCunTanh(),
        Dense(5, 4),
        Softmax()
    ]
    errors = train(network, cross_entropy, cross_entropy_prime, X[:90], Y[:90], epochs=150, learning_rate=0.02)

    hits = [np.argmax(predict(network, x)) == np.argmax(y) for x, y in zip(X[90:], Y[90:])]
    print("accuracy on new fields:", sum(hits) / len(hits))
    plt.plot(errors)
    plt.show()
