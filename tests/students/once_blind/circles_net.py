import numpy as np
import matplotlib.pyplot as plt


def make_circles(n=150, noise=0.08):
    t = np.random.uniform(0, 2 * np.pi, n)
    r = np.where(np.arange(n) % 2 == 0, 1.0, 0.45) + noise * np.random.randn(n)
    X = np.array([r * np.cos(t), r * np.sin(t)])
    Y = (np.arange(n) % 2).reshape(1, -1)
    return X, Y


class NN:
    """one hidden layer, relu -> sigmoid.  Examples are the columns of X"""

    def __init__(self, n_x, n_h, n_y):
        self.W1 = np.random.randn(n_h, n_x) * np.sqrt(2 / n_x)
        self.b1 = np.zeros((n_h, 1))
        self.W2 = np.random.randn(n_y, n_h) * np.sqrt(2 / n_h)
        self.b2 = np.zeros((n_y, 1))

    def sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def forward(self, X):
        self.Z1 = self.W1 @ X + self.b1
        self.A1 = np.maximum(0, self.Z1)
        self.Z2 = self.W2 @ self.A1 + self.b2
        self.A2 = self.sigmoid(self.Z2)
        return self.A2

    def cost(self, Y):
        return -np.mean(Y * np.log(self.A2) + (1 - Y) * np.log(1 - self.A2))

    def backward(self, X, Y, lr):
        m = X.shape[1]
        # output layer
        dZ2 = self.A2 - Y
        dW2 = dZ2 @ self.A1.T / m
        db2 = np.sum(dZ2, axis=1, keepdims=True) / m
        # hidden layer
        dA1 = self.W2.T @ dZ2
        dZ1 = dA1 * (self.Z1 > 0)
        dW1 = dZ1 @ X.T / m
        db1 = np.sum(dZ1, axis=1, keepdims=True) / m
        # gradient descent
        self.W2 = self.W2 - lr * dW2
        self.b2 = self.b2 - lr * db2
        self.W1 = self.W1 - lr * dW1
        self.b1 = self.b1 - lr * db1

    def predict(self, X):
        return (self.forward(X) > 0.5).astype(int)


np.random.seed(3)
X, Y = make_circles()
nn = NN(2, 6, 1)
costs = []
for i in range(3000):
    nn.forward(X)
    costs.append(nn.cost(Y))
    nn.backward(X, Y, 0.5)
    if i % 300 == 0:
        print("Cost after iteration %d: %f" % (i, costs[-1]))

print("Accuracy: %.1f%%" % (100 * np.mean(nn.predict(X) == Y)))
plt.plot(costs)
plt.show()
