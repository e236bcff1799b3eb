"""Predict tomorrow's temperature and humidity from today's measurements with an MLP of any depth."""
import numpy as np


class MLP(object):

    def __init__(self, num_inputs=5, hidden_layers=[6, 4], num_outputs=2):
        self.num_inputs = num_inputs
        self.hidden_layers = hidden_layers
        self.num_outputs = num_outputs

        # create a generic representation of the layers
        layers = [num_inputs] + hidden_layers + [num_outputs]

        # create random connection weights and biases for the layers
        self.weights = []
        self.biases = []
        for i in range(len(layers) - 1):
            self.weights.append(np.random.rand(layers[i], layers[i + 1]) * 2 - 1)
            self.biases.append(np.zeros(layers[i + 1]))

        self.derivatives = [np.zeros(w.shape) for w in self.weights]
        self.bias_derivatives = [np.zeros(b.shape) for b in self.biases]
        self.activations = [np.zeros(n) for n in layers]

    def forward_propagate(self, inputs):
        # the input layer activation is just the input itself
        activations = inputs
        self.activations[0] = inputs
        for i, w in enumerate(self.weights):
            net_inputs = np.dot(activations, w) + self.biases[i]
            activations = self._sigmoid(net_inputs)
            # save the activations for back propagation
            self.activations[i + 1] = activations
        return activations

    def back_propagate(self, error):
        # iterate backwards through the network layers
        for i in reversed(range(len(self.derivatives))):
            # get activation for this layer
            activations = self.activations[i + 1]
            delta = error * self._sigmoid_derivative(activations)
            # previous layer, as a column
            current = self.activations[i].reshape(-1, 1)
            self.derivatives[i] = np.dot(current, delta.reshape(1, -1))
            self.bias_derivatives[i] = delta
            # backpropagate the error
            error = np.dot(delta, self.weights[i].T)
        return error

    def gradient_descent(self, learning_rate=1):
        for i in range(len(self.weights)):
            self.weights[i] += self.derivatives[i] * learning_rate
            self.biases[i] += self.bias_derivatives[i] * learning_rate

    def train(self, inputs, targets, epochs, learning_rate):
        for i in range(epochs):
            sum_errors = 0
            for j, input in enumerate(inputs):
                target = targets[j]
                output = self.forward_propagate(input)
                error = target - output
                self.back_propagate(error)
                self.gradient_descent(learning_rate)
                sum_errors += self._mse(target, output)
            if i % 10 == 0:
                print("Error: {} at epoch {}".format(sum_errors / len(inputs), i + 1))
        print("Training complete!")

    def _sigmoid(self, x):
        return 1.0 / (1 + np.exp(-x))

    def _sigmoid_derivative(self, x):
        return x * (1.0 - x)

    def _mse(self, target, output):
        return np.average((target - output) ** 2)


if __name__ == "__main__":
    # a made-up year: season, temperature, humidity, pressure, wind - everything between 0 and 1
    np.random.seed(4)
    day = np.arange(365)
    season = 0.5 - 0.5 * np.cos(2 * np.pi * day / 365)
    temperature = np.clip(0.2 + 0.6 * season + 0.05 * np.random.randn(365), 0, 1)
    humidity = np.clip(0.8 - 0.4 * season + 0.1 * np.random.randn(365), 0, 1)
    pressure, wind = np.random.rand(2, 365)
    table = np.column_stack([season, temperature, humidity, pressure, wind])

    items, targets = table[:-1], table[1:, 1:3]

    mlp = MLP(5, [6, 4], 2)
    mlp.train(items, targets, 50, 0.1)

    print("Tomorrow: {}, network says {}".format(targets[100], mlp.forward_propagate(items[100])))
