import numpy as np

# ------------------------------------------------------------------
# Layers, activations, loss, optimizer and a Model that links them.
# ------------------------------------------------------------------


class Layer_Input:

    def forward(self, inputs, training):
        self.output = inputs


class Layer_Dense:

    def __init__(self, n_inputs, n_neurons):
        self.weights = 0.2 * np.random.randn(n_inputs, n_neurons)
        self.biases = np.zeros((1, n_neurons))

    def forward(self, inputs, training):
        self.inputs = inputs
        self.output = np.dot(inputs, self.weights) + self.biases

    def backward(self, dvalues):
        self.dweights = np.dot(self.inputs.T, dvalues)
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)
        self.dinputs = np.dot(dvalues, self.weights.T)


class Layer_Dropout:

    def __init__(self, rate, seed=None):
        self.rate = 1 - rate
        self.rng = np.random.RandomState(seed)

    def forward(self, inputs, training):
        self.inputs = inputs
        if not training:
            self.output = inputs.copy()
            return
        self.binary_mask = self.rng.binomial(1, self.rate, size=inputs.shape) / self.rate
        self.output = inputs * self.binary_mask

    def backward(self, dvalues):
        self.dinputs = dvalues * self.binary_mask


class Activation_Sigmoid:

    def forward(self, inputs, training):
        self.inputs = inputs
        self.output = 1 / (1 + np.exp(-inputs))

    def backward(self, dvalues):
        self.dinputs = dvalues * (1 - self.output) * self.output


class Activation_GELU:

    def forward(self, inputs, training):
        self.inputs = inputs
        self.inner = np.tanh(0.7978845608 * (inputs + 0.044715 * inputs ** 3))
        self.output = 0.5 * inputs * (1 + self.inner)

    def backward(self, dvalues):
        dinner = (1 - self.inner ** 2) * 0.7978845608 * (1 + 3 * 0.044715 * self.inputs ** 2)
        self.dinputs = dvalues * (0.5 * (1 + self.inner) + 0.5 * self.inputs * dinner)


class Activation_Softmax:

    def forward(self, inputs, training):
        self.inputs = inputs
        exp_values = np.exp(inputs - np.max(inputs, axis=1, keepdims=True))
        self.output = exp_values / np.sum(exp_values, axis=1, keepdims=True)

    def backward(self, dvalues):
        self.dinputs = np.empty_like(dvalues)
        for index, (single_output, single_dvalues) in enumerate(zip(self.output, dvalues)):
            single_output = single_output.reshape(-1, 1)
            jacobian_matrix = np.diagflat(single_output) - np.dot(single_output, single_output.T)
            self.dinputs[index] = np.dot(jacobian_matrix, single_dvalues)


class Loss_CategoricalCrossentropy:

    def calculate(self, output, y):
        return np.mean(-np.log(np.sum(output * y, axis=1)))

    def backward(self, dvalues, y_true):
        samples = len(dvalues)
        self.dinputs = -y_true / dvalues
        self.dinputs = self.dinputs / samples


class Optimizer_SGD:

    def __init__(self, learning_rate=0.5):
        self.learning_rate = learning_rate

    def update_params(self, layer):
        layer.weights -= self.learning_rate * layer.dweights
        layer.biases -= self.learning_rate * layer.dbiases


class Model:

    def __init__(self):
        self.layers = []

    def add(self, layer):
        self.layers.append(layer)

    def set(self, *, loss, optimizer):
        self.loss = loss
        self.optimizer = optimizer

    def finalize(self):
        self.input_layer = Layer_Input()
        self.trainable_layers = []
        for i, layer in enumerate(self.layers):
            layer.prev = self.input_layer if i == 0 else self.layers[i - 1]
            layer.next = self.loss if i == len(self.layers) - 1 else self.layers[i + 1]
            if hasattr(layer, 'weights'):
                self.trainable_layers.append(layer)

    def forward(self, X, training):
        self.input_layer.forward(X, training)
        for layer in self.layers:
            layer.forward(layer.prev.output, training)
        return self.layers[-1].output

    def backward(self, output, y):
        self.loss.backward(output, y)
        for layer in reversed(self.layers):
            layer.backward(layer.next.dinputs)

    def train(self, X, y, *, epochs=1, print_every=100):
        for epoch in range(1, epochs + 1):
            output = self.forward(X, training=True)
            loss = self.loss.calculate(output, y)
            accuracy = np.mean(np.argmax(output, axis=1) == np.argmax(y, axis=1))
            self.backward(output, y)
            for layer in self.trainable_layers:
                self.optimizer.update_params(layer)
            if not epoch % print_every:
                print(f'epoch: {epoch}, acc: {accuracy:.3f}, loss: {loss:.3f}')


if __name__ == '__main__':
    np.random.seed(0)
    # bill length, bill depth, flipper length, body mass of three species
    centres = np.array([[38.8, 18.3, 190, 3700], [48.8, 18.4, 196, 3730], [47.5, 15.0, 217, 5080]])
    species = np.repeat(np.arange(3), 40)
    X = centres[species] + np.array([2.5, 1.0, 6.5, 400]) * np.random.randn(120, 4)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    y = np.eye(3, dtype=int)[species]

    model = Model()
    model.add(Layer_Dense(4, 9))
    model.add(Activation_GELU())
    model.add(Layer_Dense(9, 6))
    model.add(Activation_Sigmoid())
    model.add(Layer_Dense(6, 3))
    model.add(Activation_Softmax())
    model.set(loss=Loss_CategoricalCrossentropy(), optimizer=Optimizer_SGD(learning_rate=0.5))
    model.finalize()
    model.train(X, y, epochs=1000, print_every=100)
