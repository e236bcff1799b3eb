import numpy as np
import pandas as pd


class Dense:
    def __init__(self, units, activation=None, input_dim=None):
        self.units = units
        self.activation = activation
        self.input_dim = input_dim

    def build(self, input_dim):
        limit = np.sqrt(6 / (input_dim + self.units))
        self.kernel = np.random.uniform(-limit, limit, (input_dim, self.units))
        self.bias = np.zeros(self.units)
        self.m_kernel = np.zeros_like(self.kernel)
        self.v_kernel = np.zeros_like(self.kernel)
        self.m_bias = np.zeros_like(self.bias)
        self.v_bias = np.zeros_like(self.bias)

    def call(self, x):
        self.x = x
        self.z = x @ self.kernel + self.bias
        if self.activation == 'softplus':
            self.a = np.log(1 + np.exp(self.z))
        elif self.activation == 'sigmoid':
            self.a = 1 / (1 + np.exp(-self.z))
        else:
            self.a = self.z
        return self.a

    def backprop(self, da):
        if self.activation == 'softplus':
            dz = da / (1 + np.exp(-self.z))
        elif self.activation == 'sigmoid':
            dz = da * self.a * (1 - self.a)
        else:
            dz = da
        self.grad_kernel = self.x.T @ dz
        self.grad_bias = dz.sum(axis=0)
        return dz @ self.kernel.T


class Sequential:
    def __init__(self):
        self.layers = []

    def add(self, layer):
        previous = self.layers[-1].units if self.layers else layer.input_dim
        layer.build(previous)
        self.layers.append(layer)

    def compile(self, optimizer='sgd', lr=0.1):
        self.optimizer = optimizer
        self.lr = lr
        self.t = 0

    def predict(self, x):
        for layer in self.layers:
            x = layer.call(x)
        return x

    def train_on_batch(self, x, y):
        p = self.predict(x)
        loss = np.mean(np.sum((p - y) ** 2, axis=1))
        grad = 2 * (p - y) / len(x)
        for layer in self.layers[::-1]:
            grad = layer.backprop(grad)
        self.t += 1
        for layer in self.layers:
            self.apply(layer)
        return loss

    def apply(self, layer):
        layer.kernel -= self.lr * layer.grad_kernel
        layer.bias -= self.lr * layer.grad_bias

    def fit(self, x, y, epochs, batch_size):
        for epoch in range(epochs):
            losses = []
            for start in range(0, len(x), batch_size):
                losses.append(self.train_on_batch(x[start:start + batch_size], y[start:start + batch_size]))
            print('Epoch %d/%d - loss: %.4f' % (epoch + 1, epochs, np.mean(losses)))


np.random.seed(77)
frame = pd.DataFrame(np.random.randn(48, 4), columns=['a', 'b', 'c', 'd'])
x_train = frame.values
y_train = 1 / (1 + np.exp(-np.stack([x_train[:, 0] - x_train[:, 3], x_train[:, 1] * x_train[:, 2], x_train[:, 0]], axis=1)))

model = Sequential()
model.add(Dense(9, activation='softplus', input_dim=4))
model.add(Dense(5, activation='sigmoid'))
model.add(Dense(3, activation='sigmoid'))
model.compile(lr=0.5)
model.fit(x_train, y_train, epochs=300, batch_size=12)
