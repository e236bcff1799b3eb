# Backpropagation with nothing but lists and dicts
# wheat kernels: area, compactness, length, asymmetry -> variety 0, 1 or 2
from math import exp, tanh
from random import random, seed

rows = [
    [0.41, 0.57, 0.49, 0.19, 0],
    [0.35, 0.88, 0.28, 0.12, 0],
    [0.29, 0.77, 0.24, 0.31, 0],
    [0.86, 0.73, 0.81, 0.37, 1],
    [0.74, 0.64, 0.79, 0.55, 1],
    [0.97, 0.81, 0.92, 0.22, 1],
    [0.12, 0.26, 0.15, 0.66, 2],
    [0.06, 0.15, 0.08, 0.43, 2],
    [0.18, 0.32, 0.21, 0.78, 2],
]


def make_network(n_inputs, n_hidden, n_outputs):
    network = []
    for fan_in, width in [(n_inputs, n_hidden), (n_hidden, n_outputs)]:
        # the last weight of every unit is its bias
        network.append([{'weights': [random() - 0.5 for _ in range(fan_in + 1)]} for _ in range(width)])
    return network


def weighted_sum(weights, signal):
    total = weights[-1]
    for i in range(len(weights) - 1):
        total += weights[i] * signal[i]
    return total


def squash(total):
    return 1.0 / (1.0 + exp(-total))


def squash_slope(out):
    return out * (1.0 - out)


def run_forward(network, row):
    signal = row
    for layer in network:
        outs = []
        for unit in layer:
            unit['sum'] = weighted_sum(unit['weights'], signal)
            unit['out'] = squash(unit['sum'])
            outs.append(unit['out'])
        signal = outs
    return signal


def run_backward(network, wanted):
    for i in reversed(range(len(network))):
        layer = network[i]
        errors = []
        if i == len(network) - 1:
            for j, unit in enumerate(layer):
                errors.append(unit['out'] - wanted[j])
        else:
            for j in range(len(layer)):
                blame = 0.0
                for unit in network[i + 1]:
                    blame += unit['weights'][j] * unit['delta']
                errors.append(blame)
        for j, unit in enumerate(layer):
            unit['delta'] = errors[j] * squash_slope(unit['out'])


def adjust_layer(network, i, row, rate):
    inputs = row[:-1] if i == 0 else [unit['out'] for unit in network[i - 1]]
    for unit in network[i]:
        for j in range(len(inputs)):
            unit['weights'][j] -= rate * unit['delta'] * inputs[j]
        unit['weights'][-1] -= rate * unit['delta']


def fit(network, rows, rate, n_epoch, n_outputs):
    for epoch in range(n_epoch):
        sse = 0.0
        for row in rows:
            outs = run_forward(network, row)
            wanted = [0.0] * n_outputs
            wanted[row[-1]] = 1.0
            sse += 0.5 * sum((w - o) ** 2 for w, o in zip(wanted, outs))
            run_backward(network, wanted)
            for i in range(len(network)):
                adjust_layer(network, i, row, rate)
        if epoch % 50 == 0:
            print('>epoch=%d, rate=%.2f, error=%.4f' % (epoch, rate, sse))


def predict(network, row):
    outs = run_forward(network, row)
    return outs.index(max(outs))


seed(3)
network = make_network(4, 5, 3)
fit(network, rows, 0.4, 600, 3)
for row in rows:
    print('expected %d, got %d' % (row[-1], predict(network, row)))
