# Neural network that learns three logic gates at the same time: AND, OR, XOR
from numpy import exp, array, random, dot, mean


class LogicNetwork():

    def __init__(self):
        # seed the random number generator, so we get the same numbers every time
        random.seed(1)
        # 2 inputs -> 5 hidden neurons -> 3 outputs, values in the range -1 to 1
        self.weights_hidden = 2 * random.random((2, 5)) - 1
        self.bias_hidden = 2 * random.random((1, 5)) - 1
        self.weights_output = 2 * random.random((5, 3)) - 1
        self.bias_output = 2 * random.random((1, 3)) - 1

    # the S shaped curve
    def __sigmoid(self, x):
        return 1 / (1 + exp(-x))

    # gradient of the sigmoid curve (x is already a sigmoid)
    def __sigmoid_derivative(self, x):
        return x * (1 - x)

    def think(self, inputs):
        self.net_hidden = dot(inputs, self.weights_hidden) + self.bias_hidden
        self.hidden = self.__sigmoid(self.net_hidden)
        self.net_output = dot(self.hidden, self.weights_output) + self.bias_output
        self.output = self.__sigmoid(self.net_output)
        return self.output

    def train(self, inputs, targets, iterations, rate=0.5):
        for iteration in range(iterations):
            # pass the training set through the network
            self.think(inputs)

            # how far are we off?
            output_error = targets - self.output
            output_delta = output_error * self.__sigmoid_derivative(self.output)

            # how much did the hidden neurons contribute to that?
            hidden_error = dot(output_delta, self.weights_output.T)
            hidden_delta = hidden_error * self.__sigmoid_derivative(self.hidden)

            # adjust
            self.weights_output += rate * dot(self.hidden.T, output_delta)
            self.bias_output += rate * output_delta.sum(axis=0, keepdims=True)
            self.weights_hidden += rate * dot(inputs.T, hidden_delta)
            self.bias_hidden += rate * hidden_delta.sum(axis=0, keepdims=True)

            if iteration % 2000 == 0:
                print("Error after", iteration, "iterations:", mean(abs(output_error)))


if __name__ == "__main__":
    network = LogicNetwork()

    training_inputs = array([[0, 0], [0, 1], [1, 0], [1, 1]])
    #                          AND OR XOR
    training_outputs = array([[0, 0, 0], [0, 1, 1], [0, 1, 1], [1, 1, 0]])

    network.train(training_inputs, training_outputs, 20000)

    print("New weights of the hidden layer:")
    print(network.weights_hidden)
    print("Considering [1, 0] -> ?")
    print(network.think(array([[1, 0]])).round(3))
