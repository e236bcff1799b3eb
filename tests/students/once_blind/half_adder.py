# Simple neural network that learns a half adder, translated from my C program.
# No numpy, only loops. Output 0 is the sum, output 1 is the carry.
import math
import random

NUM_INPUTS = 2
NUM_HIDDEN = 4
NUM_OUTPUTS = 2
LR = 0.1

training_inputs = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
training_outputs = [[0.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]


def init_weight():
    return random.random() * 2 - 1


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def d_sigmoid(x):
    return x * (1 - x)


random.seed(3)
hidden_layer = [0.0] * NUM_HIDDEN
output_layer = [0.0] * NUM_OUTPUTS

hidden_layer_bias = [init_weight() for j in range(NUM_HIDDEN)]
output_layer_bias = [init_weight() for j in range(NUM_OUTPUTS)]
hidden_weights = [[init_weight() for j in range(NUM_HIDDEN)] for k in range(NUM_INPUTS)]
output_weights = [[init_weight() for j in range(NUM_OUTPUTS)] for k in range(NUM_HIDDEN)]


def forward(inputs):
    for j in range(NUM_HIDDEN):
        activation = hidden_layer_bias[j]
        for k in range(NUM_INPUTS):
            activation += inputs[k] * hidden_weights[k][j]
        hidden_layer[j] = sigmoid(activation)

    for j in range(NUM_OUTPUTS):
        activation = output_layer_bias[j]
        for k in range(NUM_HIDDEN):
            activation += hidden_layer[k] * output_weights[k][j]
        output_layer[j] = sigmoid(activation)


def backward(inputs, outputs, lr):
    # compute change in output weights
    delta_output = [0.0] * NUM_OUTPUTS
    for j in range(NUM_OUTPUTS):
        error = outputs[j] - output_layer[j]
        delta_output[j] = error * d_sigmoid(output_layer[j])

    # compute change in hidden weights
    delta_hidden = [0.0] * NUM_HIDDEN
    for j in range(NUM_HIDDEN):
        error = 0.0
        for k in range(NUM_OUTPUTS):
            error += delta_output[k] * output_weights[j][k]
        delta_hidden[j] = error * d_sigmoid(hidden_layer[j])

    # apply change in output weights
    for j in range(NUM_OUTPUTS):
        output_layer_bias[j] += delta_output[j] * lr
        for k in range(NUM_HIDDEN):
            output_weights[k][j] += hidden_layer[k] * delta_output[j] * lr

    # apply change in hidden weights
    for j in range(NUM_HIDDEN):
        hidden_layer_bias[j] += delta_hidden[j] * lr
        for k in range(NUM_INPUTS):
            hidden_weights[k][j] += inputs[k] * delta_hidden[j] * lr


def squared_error(inputs, outputs):
    forward(inputs)
    return sum((outputs[j] - output_layer[j]) ** 2 for j in range(NUM_OUTPUTS)) / 2


def train(epochs):
    order = [0, 1, 2, 3]
    for n in range(epochs):
        random.shuffle(order)
        for i in order:
            forward(training_inputs[i])
            backward(training_inputs[i], training_outputs[i], LR)
        if n % 1000 == 0:
            total = sum(squared_error(x, t) for x, t in zip(training_inputs, training_outputs))
            print("epoch", n, "error", round(total, 5))


train(10000)

for x, t in zip(training_inputs, training_outputs):
    forward(x)
    print(x, "->", [round(o, 3) for o in output_layer], "expected", t)
