"""
Will the swarm leave the hive?  (temperature, humidity, hum) -> (leaves, stays quiet)

Neurons that know their synapses, nothing else. Every neuron gets its error from the neurons
above it and passes it on to the ones below - that is all backpropagation is.
"""
import math
import random


class Synapse:
    def __init__(self, source):
        self.source = source
        self.weight = random.gauss(0, 1)


class Neuron:
    eta = 0.3

    def __init__(self, below=None):
        self.synapses = [Synapse(source) for source in below or []]
        self.threshold = random.gauss(0, 1)
        self.potential = 0.0
        self.output = 0.0
        self.error = 0.0

    def fire(self):
        self.potential = -self.threshold
        for syn in self.synapses:
            self.potential += syn.weight * syn.source.output
        self.output = 1.0 / (1.0 + math.exp(-self.potential))

    def learn(self):
        gradient = self.error * self.output * (1.0 - self.output)
        for syn in self.synapses:
            syn.source.error += syn.weight * gradient
            syn.weight -= Neuron.eta * gradient * syn.source.output
        self.threshold += Neuron.eta * gradient
        self.error = 0.0


class Brain:
    def __init__(self, topology):
        self.layers = [[Neuron() for _ in range(topology[0])]]
        for n in topology[1:]:
            below = self.layers[-1]
            self.layers.append([Neuron(below) for _ in range(n)])

    def sense(self, values):
        for neuron, value in zip(self.layers[0], values):
            neuron.output = value
        for layer in self.layers[1:]:
            for neuron in layer:
                neuron.fire()
        return [neuron.output for neuron in self.layers[-1]]

    def react(self, targets):
        for neuron, target in zip(self.layers[-1], targets):
            neuron.error = neuron.output - target
        for layer in reversed(self.layers[1:]):
            for neuron in layer:
                neuron.learn()
        for neuron in self.layers[0]:
            neuron.error = 0.0

    def mistake(self, values, targets):
        return sum(0.5 * (o - t) ** 2 for o, t in zip(self.sense(values), targets))


hive = [
    ([0.9, 0.2, 0.8], [0.9, 0.1]),
    ([0.3, 0.7, 0.1], [0.1, 0.9]),
    ([0.6, 0.6, 0.9], [0.8, 0.3]),
    ([0.1, 0.1, 0.3], [0.2, 0.8]),
    ([0.8, 0.9, 0.4], [0.4, 0.5]),
]

if __name__ == "__main__":
    random.seed(1)
    brain = Brain([3, 4, 3, 2])
    rounds = 4000
    for n in range(rounds):
        for values, targets in hive:
            brain.sense(values)
            brain.react(targets)
        if n % 500 == 0:
            print(n, "mistake so far:", round(sum(brain.mistake(v, t) for v, t in hive), 5))
    for values, targets in hive:
        print(values, [round(o, 2) for o in brain.sense(values)], "should be", targets)
