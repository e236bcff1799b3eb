# Predictive maintenance: which of three parts of a milling machine will fail?
# More than one can fail -> sigmoid outputs and binary cross-entropy.
# Layers written while following the "from scratch" book, chapters 9 to 16.
import numpy as np

np.random.seed(0)


class Layer_Dense:

    def __init__(self, n_inputs, n_neurons, weight_regularizer_l1=0, weight_regularizer_l2=0):
        self.weights = 0.5 * np.random.randn(n_inputs, n_neurons)
        self.biases = np.zeros((1, n_neurons))
        self.weight_regularizer_l1 = weight_regularizer_l1
        self.weight_regularizer_l2 = weight_regularizer_l2

    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.dot(inputs, self.weights) + self.biases

    def backward(self, dvalues):
        self.dweights = np.dot(self.inputs.T, dvalues)
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)
        # regularization
        self.dweights += self.weight_regularizer_l1 * np.sign(self.weights)
        self.dweights += 2 * self.weight_regularizer_l2 * self.weights
        self.dinputs = np.dot(dvalues, self.weights.T)

    def penalty(self):
        return (self.weight_regularizer_l1 * np.sum(np.abs(self.weights))
                + self.weight_regularizer_l2 * np.sum(self.weights ** 2))


class Activation_ELU:

    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.where(inputs > 0, inputs, np.exp(np.minimum(inputs, 0)) - 1)

    def backward(self, dvalues):
        self.dinputs = dvalues.copy()
        negative = self.inputs <= 0
        self.dinputs[negative] *= self.output[negative] + 1


class Activation_Sigmoid:

    def forward(self, inputs):
        self.inputs = inputs
        self.output = 1 / (1 + np.exp(-inputs))

    def backward(self, dvalues):
        self.dinputs = dvalues * (1 - self.output) * self.output

    def predictions(self, outputs):
        return (outputs > 0.5) * 1


class Loss_BinaryCrossentropy:

    def calculate(self, y_pred, y_true):
        sample_losses = -(y_true * np.log(y_pred) + (1 - y_true) * np.log(1 - y_pred))
        sample_losses = np.mean(sample_losses, axis=-1)
        return np.mean(sample_losses)

    def backward(self, dvalues, y_true):
        samples = len(dvalues)
        outputs = len(dvalues[0])
        self.dinputs = -(y_true / dvalues - (1 - y_true) / (1 - dvalues)) / outputs
        self.dinputs = self.dinputs / samples


class Optimizer_SGD:

    def __init__(self, learning_rate=1., decay=0.):
        self.learning_rate = learning_rate
        self.current_learning_rate = learning_rate
        self.decay = decay
        self.iterations = 0

    def pre_update_params(self):
        self.current_learning_rate = self.learning_rate / (1. + self.decay * self.iterations)

    def update_params(self, layer):
        layer.weights += -self.current_learning_rate * layer.dweights
        layer.biases += -self.current_learning_rate * layer.dbiases

    def post_update_params(self):
        self.iterations += 1


def make_machines(n):
    X = np.random.randn(n, 6)   # air and process temperature, speed, torque, wear, hours
    wear = X[:, 4] + 0.5 * X[:, 5] > 0.8
    heat = X[:, 1] - X[:, 0] > 1.0
    power = X[:, 2] * X[:, 3] > 0.7
    return X, np.stack([wear, heat, power], axis=1).astype(float)


def forward_pass(X):
    dense1.forward(X)
    activation1.forward(dense1.output)
    dense2.forward(activation1.output)
    activation2.forward(dense2.output)
    dense3.forward(activation2.output)
    activation3.forward(dense3.output)
    return activation3.output


def total_loss(X, y):
    data_loss = loss_function.calculate(forward_pass(X), y)
    return data_loss + dense1.penalty() + dense2.penalty() + dense3.penalty()


def train(X, y, epochs):
    for epoch in range(epochs):
        output = forward_pass(X)

        # backward
        loss_function.backward(output, y)
        activation3.backward(loss_function.dinputs)
        dense3.backward(activation3.dinputs)
        activation2.backward(dense3.dinputs)
        dense2.backward(activation2.dinputs)
        activation1.backward(dense2.dinputs)
        dense1.backward(activation1.dinputs)

        optimizer.pre_update_params()
        optimizer.update_params(dense1)
        optimizer.update_params(dense2)
        optimizer.update_params(dense3)
        optimizer.post_update_params()

        if not epoch % 100:
            accuracy = np.mean(activation3.predictions(output) == y)
            print(f'epoch: {epoch}, acc: {accuracy:.3f}, loss: {total_loss(X, y):.3f}, '
                  f'lr: {optimizer.current_learning_rate:.4f}')


X, y = make_machines(150)
X_val, y_val = make_machines(150)

dense1 = Layer_Dense(6, 8, weight_regularizer_l2=5e-4)
activation1 = Activation_ELU()
dense2 = Layer_Dense(8, 7, weight_regularizer_l1=1e-4)
activation2 = Activation_ELU()
dense3 = Layer_Dense(7, 3)
activation3 = Activation_Sigmoid()
loss_function = Loss_BinaryCrossentropy()
optimizer = Optimizer_SGD(learning_rate=0.1, decay=1e-3)

train(X, y, epochs=1001)

print('validation, loss:', total_loss(X_val, y_val))
print('validation, acc:', np.mean(activation3.predictions(activation3.output) == y_val, axis=0))
