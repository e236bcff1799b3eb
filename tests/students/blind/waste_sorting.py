import numpy as np

# Sort waste by (weight, conductivity, brightness) into glass / metal / paper / rest.
# Layers with dweights, dbiases and dinputs like in the book I am reading, but softmax and loss kept apart.

np.random.seed(0)


class LayerDense:
    def __init__(self, n_inputs, n_neurons):
        self.weights = 0.5 * np.random.randn(n_inputs, n_neurons)
        self.biases = np.zeros((1, n_neurons))

    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.dot(inputs, self.weights) + self.biases

    def backward(self, dvalues):
        self.dweights = np.dot(self.inputs.T, dvalues)
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)
        self.dinputs = np.dot(dvalues, self.weights.T)


class ActivationLeakyReLU:
    def __init__(self, slope=0.1):
        self.slope = slope

    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.where(inputs > 0, inputs, self.slope * inputs)

    def backward(self, dvalues):
        self.dinputs = dvalues.copy()
        self.dinputs[self.inputs <= 0] *= self.slope


class ActivationSigmoid:
    def forward(self, inputs):
        self.output = 1 / (1 + np.exp(-inputs))

    def backward(self, dvalues):
        self.dinputs = dvalues * (1 - self.output) * self.output


class ActivationSoftmax:
    def forward(self, inputs):
        exp_values = np.exp(inputs - np.max(inputs, axis=1, keepdims=True))
        self.output = exp_values / np.sum(exp_values, axis=1, keepdims=True)

    def backward(self, dvalues):
        self.dinputs = np.empty_like(dvalues)
        for index, (single_output, single_dvalues) in enumerate(zip(self.output, dvalues)):
            single_output = single_output.reshape(-1, 1)
            jacobian = np.diagflat(single_output) - np.dot(single_output, single_output.T)
            self.dinputs[index] = np.dot(jacobian, single_dvalues)


class LossCategoricalCrossentropy:
    def calculate(self, y_pred, y_true):
        return np.mean(-np.log(y_pred[range(len(y_pred)), y_true]))

    def backward(self, dvalues, y_true):
        samples = len(dvalues)
        labels = len(dvalues[0])
        y_true = np.eye(labels)[y_true]
        self.dinputs = -y_true / dvalues
        self.dinputs = self.dinputs / samples


class OptimizerSGD:
    def __init__(self, learning_rate=1.0, decay=0.0):
        self.learning_rate = learning_rate
        self.current_learning_rate = learning_rate
        self.decay = decay
        self.iterations = 0

    def pre_update_params(self):
        self.current_learning_rate = self.learning_rate * (1. / (1. + self.decay * self.iterations))

    def update_params(self, layer):
        layer.weights -= self.current_learning_rate * layer.dweights
        layer.biases -= self.current_learning_rate * layer.dbiases

    def post_update_params(self):
        self.iterations += 1


def waste(n):
    kinds = np.random.randint(0, 4, n)
    centres = np.array([[1.5, 0.0, 0.9], [0.8, 2.0, 0.7], [0.2, 0.0, 0.8], [0.6, 0.3, 0.1]])
    return centres[kinds] + 0.2 * np.random.randn(n, 3), kinds


X, y = waste(240)

dense1 = LayerDense(3, 10)
activation1 = ActivationLeakyReLU()
dense2 = LayerDense(10, 6)
activation2 = ActivationSigmoid()
dense3 = LayerDense(6, 4)
activation3 = ActivationSoftmax()
loss_function = LossCategoricalCrossentropy()
optimizer = OptimizerSGD(decay=1e-3)


def forward(inputs):
    dense1.forward(inputs)
    activation1.forward(dense1.output)
    dense2.forward(activation1.output)
    activation2.forward(dense2.output)
    dense3.forward(activation2.output)
    activation3.forward(dense3.output)
    return activation3.output


def backward(targets):
    loss_function.backward(activation3.output, targets)
    activation3.backward(loss_function.dinputs)
    dense3.backward(activation3.dinputs)
    activation2.backward(dense3.dinputs)
    dense2.backward(activation2.dinputs)
    activation1.backward(dense2.dinputs)
    dense1.backward(activation1.dinputs)


for epoch in range(2001):
    output = forward(X)
    loss = loss_function.calculate(output, y)
    accuracy = np.mean(np.argmax(output, axis=1) == y)

    if not epoch % 200:
        print(f'epoch: {epoch}, acc: {accuracy:.3f}, loss: {loss:.3f}, lr: {optimizer.current_learning_rate:.4f}')

    backward(y)
    optimizer.pre_update_params()
    optimizer.update_params(dense1)
    optimizer.update_params(dense2)
    optimizer.update_params(dense3)
    optimizer.post_update_params()
