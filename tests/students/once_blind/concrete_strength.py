# Compressive strength of concrete from its recipe, with the layer objects from the
# "neural networks from scratch" videos (forward / backward, dinputs, dweights, dbiases).
import numpy as np

np.random.seed(0)


class DenseLayer:
    def __init__(self, n_inputs, n_neurons, weight_regularizer_l1=0, weight_regularizer_l2=0,
                 bias_regularizer_l2=0):
        self.weights = 0.3 * np.random.randn(n_inputs, n_neurons)
        self.biases = 0.1 * np.random.randn(1, n_neurons)
        self.weight_regularizer_l1 = weight_regularizer_l1
        self.weight_regularizer_l2 = weight_regularizer_l2
        self.bias_regularizer_l2 = bias_regularizer_l2

    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.dot(inputs, self.weights) + self.biases

    def backward(self, dvalues):
        # gradients on parameters
        self.dweights = np.dot(self.inputs.T, dvalues)
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)
        # gradients on regularization
        if self.weight_regularizer_l1 > 0:
            dL1 = np.ones_like(self.weights)
            dL1[self.weights < 0] = -1
            self.dweights += self.weight_regularizer_l1 * dL1
        if self.weight_regularizer_l2 > 0:
            self.dweights += 2 * self.weight_regularizer_l2 * self.weights
        if self.bias_regularizer_l2 > 0:
            self.dbiases += 2 * self.bias_regularizer_l2 * self.biases
        # gradient on values
        self.dinputs = np.dot(dvalues, self.weights.T)


class Tanh:
    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.tanh(inputs)

    def backward(self, dvalues):
        self.dinputs = dvalues * (1 - self.output ** 2)


class Softplus:
    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.log(1 + np.exp(inputs))

    def backward(self, dvalues):
        self.dinputs = dvalues / (1 + np.exp(-self.inputs))


class MeanSquaredError:
    def regularization_loss(self, layer):
        total = 0
        if layer.weight_regularizer_l1 > 0:
            total += layer.weight_regularizer_l1 * np.sum(np.abs(layer.weights))
        if layer.weight_regularizer_l2 > 0:
            total += layer.weight_regularizer_l2 * np.sum(layer.weights ** 2)
        if layer.bias_regularizer_l2 > 0:
            total += layer.bias_regularizer_l2 * np.sum(layer.biases ** 2)
        return total

    def calculate(self, output, y):
        return np.mean(np.mean((y - output) ** 2, axis=-1))

    def backward(self, dvalues, y_true):
        samples = len(dvalues)
        outputs = len(dvalues[0])
        self.dinputs = -2 * (y_true - dvalues) / outputs
        self.dinputs = self.dinputs / samples


class SGD:
    def __init__(self, learning_rate=0.1, decay=0.):
        self.learning_rate = learning_rate
        self.current_learning_rate = learning_rate
        self.decay = decay
        self.iterations = 0

    def update_params(self, layer):
        layer.weights += -self.current_learning_rate * layer.dweights
        layer.biases += -self.current_learning_rate * layer.dbiases

    def post_update_params(self):
        self.iterations += 1
        self.current_learning_rate = self.learning_rate / (1 + self.decay * self.iterations)


# cement, slag, ash, water, age  ->  strength after 7 days, strength after 28 days
data = np.genfromtxt('concrete.csv', delimiter=',', skip_header=1)
X, y = data[:, :5], data[:, 5:]
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = (y - y.mean(axis=0)) / y.std(axis=0)

dense1 = DenseLayer(5, 9, weight_regularizer_l2=2e-2, bias_regularizer_l2=2e-2)
activation1 = Tanh()
dense2 = DenseLayer(9, 6, weight_regularizer_l1=1e-2)
activation2 = Softplus()
dense3 = DenseLayer(6, 2)
loss_function = MeanSquaredError()
optimizer = SGD(learning_rate=0.2, decay=1e-3)

# within how much counts as hit
precision = np.std(y) / 10

for epoch in range(3001):
    dense1.forward(X)
    activation1.forward(dense1.output)
    dense2.forward(activation1.output)
    activation2.forward(dense2.output)
    dense3.forward(activation2.output)

    data_loss = loss_function.calculate(dense3.output, y)
    reg_loss = loss_function.regularization_loss(dense1) + loss_function.regularization_loss(dense2) \
        + loss_function.regularization_loss(dense3)
    loss = data_loss + reg_loss
    accuracy = np.mean(np.absolute(dense3.output - y) < precision)

    if not epoch % 300:
        print(f'epoch: {epoch}, acc: {accuracy:.3f}, loss: {loss:.4f} (data {data_loss:.4f}, reg {reg_loss:.4f})')

    loss_function.backward(dense3.output, y)
    dense3.backward(loss_function.dinputs)
    activation2.backward(dense3.dinputs)
    dense2.backward(activation2.dinputs)
    activation1.backward(dense2.dinputs)
    dense1.backward(activation1.dinputs)

    optimizer.update_params(dense1)
    optimizer.update_params(dense2)
    optimizer.update_params(dense3)
    optimizer.post_update_params()
