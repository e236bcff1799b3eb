# A neural network out of neurons. No matrices!
import math
import random


class Neuron:
    def __init__(self, n_inputs):
        self.weights = [random.uniform(-1, 1) for _ in range(n_inputs)]
        self.bias = random.uniform(-1, 1)
        self.inputs = []
        self.output = 0.0
        self.delta = 0.0

    def activate(self, inputs):
        self.inputs = inputs
        self.total = self.bias
        for w, x in zip(self.weights, inputs):
            self.total += w * x
        self.output = 1.0 / (1.0 + math.exp(-self.total))
        return self.output

    def slope(self):
        return self.output * (1.0 - self.output)


class NeuronLayer:
    def __init__(self, n_neurons, n_inputs):
        self.neurons = [Neuron(n_inputs) for _ in range(n_neurons)]

    def feed_forward(self, inputs):
        return [neuron.activate(inputs) for neuron in self.neurons]


class NeuralNetwork:
    LEARNING_RATE = 0.5

    def __init__(self, n_inputs, n_hidden, n_outputs):
        self.hidden_layer = NeuronLayer(n_hidden, n_inputs)
        self.output_layer = NeuronLayer(n_outputs, n_hidden)

    def feed_forward(self, inputs):
        hidden = self.hidden_layer.feed_forward(inputs)
        return self.output_layer.feed_forward(hidden)

    def train(self, inputs, targets):
        self.feed_forward(inputs)

        # deltas of the output neurons
        for o, neuron in enumerate(self.output_layer.neurons):
            error = neuron.output - targets[o]
            neuron.delta = error * neuron.slope()

        # deltas of the hidden neurons
        for h, neuron in enumerate(self.hidden_layer.neurons):
            error = 0.0
            for out in self.output_layer.neurons:
                error += out.weights[h] * out.delta
            neuron.delta = error * neuron.slope()

        # update everything
        for layer in [self.output_layer, self.hidden_layer]:
            for neuron in layer.neurons:
                for i in range(len(neuron.weights)):
                    neuron.weights[i] -= self.LEARNING_RATE * neuron.delta * neuron.inputs[i]
                neuron.bias -= self.LEARNING_RATE * neuron.delta

    def total_error(self, training_sets):
        total = 0
        for inputs, targets in training_sets:
            outputs = self.feed_forward(inputs)
            for o in range(len(targets)):
                total += 0.5 * (targets[o] - outputs[o]) ** 2
        return total


random.seed(8)
nn = NeuralNetwork(2, 3, 2)
training_sets = [([0.05, 0.1], [0.01, 0.99]), ([0.9, 0.2], [0.99, 0.01]), ([0.4, 0.8], [0.3, 0.6])]
for i in range(10000):
    inputs, targets = training_sets[i % 3]
    nn.train(inputs, targets)
    if i % 1000 == 0:
        print(i, round(nn.total_error(training_sets), 9))
