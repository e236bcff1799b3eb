# Multi layer perceptron without any library: litres per 100 km in town and on the road
# from weight, power and drag of a car. Everything is scaled to about -1 ... 1.
import math
import random


class Neuron:
    def __init__(self, n_inputs):
        self.w = [random.uniform(-0.7, 0.7) for _ in range(n_inputs)]
        self.b = random.uniform(-0.7, 0.7)
        self.y = 0.0       # output
        self.delta = 0.0   # derivative of the error by the weighted sum

    def net(self, inputs):
        s = self.b
        for w, x in zip(self.w, inputs):
            s += w * x
        return s


class Perceptron:
    def __init__(self, shape):
        self.layers = []
        for n_in, n_out in zip(shape[:-1], shape[1:]):
            self.layers.append([Neuron(n_in) for _ in range(n_out)])

    def forward(self, x):
        self.x = x
        signal = x
        for layer in self.layers[:-1]:
            for neuron in layer:
                neuron.y = math.tanh(neuron.net(signal))
            signal = [neuron.y for neuron in layer]
        for neuron in self.layers[-1]:
            neuron.y = neuron.net(signal)
        return [neuron.y for neuron in self.layers[-1]]

    def backward(self, target):
        for neuron, t in zip(self.layers[-1], target):
            neuron.delta = neuron.y - t
        for l in range(len(self.layers) - 2, -1, -1):
            for j, neuron in enumerate(self.layers[l]):
                back = 0.0
                for upper in self.layers[l + 1]:
                    back += upper.w[j] * upper.delta
                neuron.delta = back * (1 - neuron.y ** 2)

    def learn(self, rate):
        signal = self.x
        for layer in self.layers:
            for neuron in layer:
                for i in range(len(signal)):
                    neuron.w[i] -= rate * neuron.delta * signal[i]
                neuron.b -= rate * neuron.delta
            signal = [neuron.y for neuron in layer]

    def error(self, x, target):
        out = self.forward(x)
        return 0.5 * sum((o - t) ** 2 for o, t in zip(out, target))


#         weight  power  drag     town   road
cars = [([-0.80, -0.70, -0.10], [-0.70, -0.75]),
        ([-0.30, -0.45, 0.30], [-0.30, -0.20]),
        ([0.10, -0.10, -0.60], [0.00, -0.35]),
        ([0.25, 0.50, -0.20], [0.35, 0.05]),
        ([0.60, 0.30, 0.70], [0.55, 0.60]),
        ([0.90, 0.85, 0.40], [0.90, 0.75]),
        ([-0.55, 0.20, -0.80], [-0.15, -0.50]),
        ([0.40, -0.60, 0.90], [0.10, 0.45])]

if __name__ == '__main__':
    random.seed(5)
    mlp = Perceptron([3, 5, 4, 2])
    for epoch in range(1, 3001):
        random.shuffle(cars)
        for x, target in cars:
            mlp.forward(x)
            mlp.backward(target)
            mlp.learn(0.05)
        if epoch % 500 == 0:
            print(epoch, sum(mlp.error(x, target) for x, target in cars))
    for x, target in cars:
        print(x, [round(y, 2) for y in mlp.forward(x)], target)
