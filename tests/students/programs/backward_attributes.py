import numpy as np


class LinearLayer:
    def __init__(self, rows_in, rows_out):
        self.W = np.random.uniform(-0.8, 0.8, (rows_in, rows_out))
        self.b = np.full((1, rows_out), 0.1)

    def forward(self, A_prev):
        self.A_prev = A_prev
        self.Z = self.A_prev @ self.W + self.b

    def backward(self, upstream_grad):
        self.dW = self.A_prev.T @ upstream_grad
        self.db = upstream_grad.sum(axis=0, keepdims=True)
        self.dA_prev = upstream_grad @ self.W.T

    def update_params(self, learning_rate=0.1):
        self.W = self.W - learning_rate * self.dW
        self.b = self.b - learning_rate * self.db


class SoftplusLayer:
    def forward(self, Z):
        self.Z = Z
        self.A = np.logaddexp(0.0, Z)

    def backward(self, upstream_grad):
        self.dZ = upstream_grad / (1.0 + np.exp(-self.Z))


class SoftmaxCost:
    def forward(self, Z, labels):
        e = np.exp(Z - np.max(Z, axis=1, keepdims=True))
        self.P = e / np.sum(e, axis=1, keepdims=True)
        self.hot = np.eye(Z.shape[1])[labels]
        return -np.mean(np.log(self.P[np.arange(len(labels)), labels]))

    def backward(self):
        self.dZ = (self.P - self.hot) / len(self.hot)


np.random.seed(48)
X = np.random.randn(45, 3)
labels = np.digitize(X[:, 0] + X[:, 1] * X[:, 2], [-0.7, 0.0, 0.7])

Z1, A1 = LinearLayer(3, 7), SoftplusLayer()
Z2, A2 = LinearLayer(7, 6), SoftplusLayer()
Z3, cost = LinearLayer(6, 4), SoftmaxCost()

costs = []
for epoch in range(1200):
    Z1.forward(X)
    A1.forward(Z1.Z)
    Z2.forward(A1.A)
    A2.forward(Z2.Z)
    Z3.forward(A2.A)
    costs.append(cost.forward(Z3.Z, labels))

    cost.backward()
    Z3.backward(cost.dZ)
    A2.backward(Z3.dA_prev)
    Z2.backward(A2.dZ)
    A1.backward(Z2.dA_prev)
    Z1.backward(A1.dZ)

    Z3.update_params(0.2)
    Z2.update_params(0.2)
    Z1.update_params(0.2)

print(costs[::100])
