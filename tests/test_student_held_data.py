"""Classes that are given their data when an object is made, and that nothing in the file calls."""

import pytest

from tests.student_runs import diagnosed

PIECES = """
import numpy as np

def f(z):
    return 1 / (1 + np.exp(-z))

class NeuralNetwork:
    def __init__(self, x, y{more}):
        self.input, self.y = x, y
        self.weights1 = np.random.rand(self.input.shape[1], {width})
        self.weights2 = np.random.rand({width}, 1)
        self.output = np.zeros(self.y.shape)

    def feedforward(self):
        self.layer1 = f(np.dot(self.input, self.weights1))
        self.output = f(np.dot(self.layer1, self.weights2))

    def backprop(self{rate}):
        top = 2 * (self.y - self.output) * self.output * (1 - self.output)
        low = np.dot({sent}, self.weights2.T) * self.layer1 * (1 - self.layer1)
        self.weights1 += {step}np.dot(self.input.T, low)
        self.weights2 += {step}np.dot(self.layer1.T, top)
"""

WHOLE = """
import numpy as np

class Net:
    def __init__(self, training_inputs, training_outputs, hidden_neurons=3, l_rate=0.1):
        self.x, self.y, self.rate = training_inputs, training_outputs, l_rate
        self.U = np.random.randn(self.x.shape[1], hidden_neurons)
        self.V = np.random.randn(hidden_neurons, self.y.shape[1])

    def {name}(self{epochs}):
        for _ in range(1000):
            h = np.tanh(self.x @ self.U)
            error = h @ self.V - self.y
            back = error @ self.V.T * (1 - h**2)
            self.V -= self.rate * h.T @ error
            self.U -= self.rate * self.x.T @ back
"""


@pytest.mark.parametrize(
    ("more", "width", "rate", "step"), [("", "4", "", ""), (", hidden", "hidden", ", l_rate", "l_rate * ")]
)
def test_an_object_that_holds_its_data_goes_forward_and_back_without_any(
    more: str, width: str, rate: str, step: str
) -> None:
    text = PIECES.format(more=more, width=width, rate=rate, step=step, sent="top")
    said = diagnosed(text)
    assert (said.verdict, said.layers) == ("correct up to convention", 2), said


def test_a_mistake_in_such_a_class_is_named_beside_what_is_as_short() -> None:
    text = PIECES.format(more="", width="4", rate="", step="", sent="2 * (self.y - self.output)")
    said = diagnosed(text)
    assert said.verdict == "wrong"
    assert [bug.id for bug in said.bugs] == ["B5", "B25"]  # of the squared error, or of the binary cross-entropy


@pytest.mark.parametrize(("name", "epochs"), [("run", ""), ("train", ", epochs")])
def test_an_object_that_holds_its_data_trains_without_any(name: str, epochs: str) -> None:
    said = diagnosed(WHOLE.format(name=name, epochs=epochs))
    assert (said.verdict, said.layers) == ("correct", 2), said


MODULE = """
import numpy as np

class Layer:
    def forward(self, x):
        raise NotImplementedError
    def backward(self, output_gradient, learning_rate):
        raise NotImplementedError

class Dense(Layer):
    def __init__(self, input_size, output_size):
        self.weights, self.bias = np.random.randn({sizes}), np.random.randn({bias})
    def forward(self, x):
        self.x = x
        return np.dot({product}) + self.bias
    def backward(self, output_gradient, learning_rate):
        gradient = np.dot({down})
        self.weights -= learning_rate * np.dot({dW})
        self.bias -= learning_rate * output_gradient
        return gradient

class Tanh(Layer):
    def forward(self, x):
        self.x = x
        return np.tanh(x)
    def backward(self, output_gradient, learning_rate):
        return output_gradient * (1 - np.tanh(self.x) ** 2)

def mse(y_true, y_pred):
    return np.mean(np.power(y_true - y_pred, 2))

def mse_prime(y_true, y_pred):
    return 2 * (y_pred - y_true) / np.size(y_true)

def train(network, loss, loss_prime, x_train, y_train, epochs=1000, learning_rate=0.01):
    for e in range(epochs):
        for x, y in zip(x_train, y_train):
            for layer in network:
                x = layer.forward(x)
            print(loss(y, x))
            grad = loss_prime(y, x)
            for layer in reversed(network):
                grad = layer.backward(grad, learning_rate)
"""
ROWS = {
    "sizes": "input_size, output_size",
    "bias": "1, output_size",
    "product": "self.x, self.weights",
    "down": "output_gradient, self.weights.T",
    "dW": "self.x.T, output_gradient",
}
COLUMNS = {
    "sizes": "output_size, input_size",
    "bias": "output_size, 1",
    "product": "self.weights, self.x",
    "down": "self.weights.T, output_gradient",
    "dW": "output_gradient, self.x.T",
}


@pytest.mark.parametrize("layout", [ROWS, COLUMNS])
def test_layers_that_a_function_of_the_file_trains_are_stacked_and_handed_to_it(layout: dict[str, str]) -> None:
    said = diagnosed(MODULE.format(**layout))
    assert (said.verdict.partition(" ")[0], said.network["loss"]) == ("correct", "half_sse"), said
    assert said.network["activations"] == ["tanh", "linear"]
