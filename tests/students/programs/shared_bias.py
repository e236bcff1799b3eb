# logistic "or / and" gates with one hidden layer, one threshold number per layer
import numpy as np

np.random.seed(21)
inputs = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 0], [1, 1, 0], [1, 1, 1]])
expected_output = np.array([[0], [1], [1], [0], [1]])

hidden_weights = np.random.uniform(-1, 1, size=(3, 4))
hidden_bias = np.random.uniform(-1, 1)
output_weights = np.random.uniform(-1, 1, size=(4, 1))
output_bias = np.random.uniform(-1, 1)
lr = 0.3


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


for _ in range(20000):
    # forward propagation
    hidden_sum = np.dot(inputs, hidden_weights) + hidden_bias
    hidden_out = sigmoid(hidden_sum)
    output_sum = np.dot(hidden_out, output_weights) + output_bias
    predicted = sigmoid(output_sum)
    loss = -np.mean(expected_output * np.log(predicted) + (1 - expected_output) * np.log(1 - predicted))

    # backpropagation
    d_output = predicted - expected_output
    d_output_weights = np.dot(hidden_out.T, d_output) / len(inputs)
    d_output_bias = np.sum(d_output) / len(inputs)
    d_hidden = np.dot(d_output, output_weights.T) * hidden_out * (1 - hidden_out)
    d_hidden_weights = np.dot(inputs.T, d_hidden) / len(inputs)
    d_hidden_bias = np.sum(d_hidden) / len(inputs)

    output_weights -= lr * d_output_weights
    output_bias -= lr * d_output_bias
    hidden_weights -= lr * d_hidden_weights
    hidden_bias -= lr * d_hidden_bias

print("Final loss:", loss)
print("Output from neural network:", *predicted)
