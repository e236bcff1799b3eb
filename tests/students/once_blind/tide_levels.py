# Water level and current one hour ahead, from four readings of a buoy.
# Any number of layers; rows are samples. Third version - now with lists instead of W1, W2, W3 ...
import numpy as np
import matplotlib.pyplot as plt


class TideNet:
    def __init__(self, layer_sizes, slope=0.2):
        self.n_layers = len(layer_sizes) - 1
        self.slope = slope
        self.Ws = []
        self.Bs = []
        for n_in, n_out in zip(layer_sizes[:-1], layer_sizes[1:]):
            limit = np.sqrt(6 / (n_in + n_out))
            self.Ws.append(np.random.uniform(-limit, limit, (n_in, n_out)))
            self.Bs.append(np.zeros((1, n_out)))

    def activation(self, z):
        return np.where(z > 0, z, self.slope * z)

    def activation_derivative(self, z):
        return np.where(z > 0, 1.0, self.slope)

    def feedforward(self, x):
        zs = []
        acts = [x]
        for i in range(self.n_layers):
            z = np.matmul(acts[-1], self.Ws[i]) + self.Bs[i]
            zs.append(z)
            if i + 1 < self.n_layers:
                acts.append(self.activation(z))
            else:
                acts.append(z)  # regression: nothing on top
        return zs, acts

    def loss(self, prediction, y):
        return np.mean((prediction - y) ** 2)

    def backpropagation(self, y, zs, acts):
        n = y.size
        # deltas[0] belongs to the LAST layer, we walk down from there
        deltas = [2 * (acts[-1] - y) / n]
        for i in range(self.n_layers - 1, 0, -1):
            back = np.matmul(deltas[-1], self.Ws[i].T)
            deltas.append(back * self.activation_derivative(zs[i - 1]))
        deltas.reverse()

        dWs = []
        dBs = []
        for i in range(self.n_layers):
            dWs.append(np.matmul(acts[i].T, deltas[i]))
            dBs.append(np.sum(deltas[i], axis=0, keepdims=True))
        self.deltas = deltas
        return dWs, dBs

    def update(self, dWs, dBs, lr):
        for i in range(self.n_layers):
            self.Ws[i] = self.Ws[i] - lr * dWs[i]
            self.Bs[i] = self.Bs[i] - lr * dBs[i]

    def train(self, x, y, epochs, lr, batch=16):
        history = []
        for epoch in range(epochs):
            total = 0
            for start in range(0, len(x), batch):
                xb, yb = x[start:start + batch], y[start:start + batch]
                zs, acts = self.feedforward(xb)
                dWs, dBs = self.backpropagation(yb, zs, acts)
                self.update(dWs, dBs, lr)
                total += self.loss(acts[-1], yb) * len(xb)
            history.append(total / len(x))
            if epoch % 50 == 0:
                print(f"epoch {epoch:4d}   mse {history[-1]:.5f}")
        return history


np.random.seed(2023)
buoy = np.genfromtxt("buoy_46042.csv", delimiter=";", skip_header=2)
X = buoy[:-1, 1:5]
Y = buoy[1:, 5:7]
mean, std = X.mean(axis=0), X.std(axis=0)
X = (X - mean) / std
Y = (Y - Y.mean(axis=0)) / Y.std(axis=0)

net = TideNet([4, 7, 5, 2])
history = net.train(X, Y, epochs=300, lr=0.1)

plt.semilogy(history)
plt.xlabel("epoch")
plt.ylabel("mean squared error")
plt.savefig("tide.png")
