# Concrete mixtures: (cement, water, age) -> (strength, slump).  Neural net fitted by BFGS.
# The network only has to give a cost and its gradient as one vector, scipy does the rest.
import numpy as np
from scipy import optimize


class Network(object):
    def __init__(self, reg=0.01):
        self.n_in = 3
        self.n_hidden = 6
        self.n_out = 2
        self.reg = reg
        self.W1 = np.random.randn(self.n_in, self.n_hidden)
        self.b1 = np.zeros(self.n_hidden)
        self.W2 = np.random.randn(self.n_hidden, self.n_out)
        self.b2 = np.zeros(self.n_out)

    def f(self, z):
        return 1.0 / (1.0 + np.exp(-z))

    def f_prime(self, z):
        # gradient of the sigmoid
        return np.exp(-z) / (1.0 + np.exp(-z)) ** 2

    def forward(self, X):
        self.z2 = np.dot(X, self.W1) + self.b1
        self.a2 = self.f(self.z2)
        self.z3 = np.dot(self.a2, self.W2) + self.b2
        return self.z3

    def cost(self, X, y):
        y_hat = self.forward(X)
        penalty = np.sum(self.W1 ** 2) + np.sum(self.W2 ** 2)
        return 0.5 * np.sum((y - y_hat) ** 2) / len(X) + 0.5 * self.reg * penalty

    def cost_prime(self, X, y):
        y_hat = self.forward(X)
        n = len(X)
        delta3 = -(y - y_hat) / n
        dW2 = np.dot(self.a2.T, delta3) + self.reg * self.W2
        db2 = delta3.sum(axis=0)
        delta2 = np.dot(delta3, self.W2.T) * self.f_prime(self.z2)
        dW1 = np.dot(X.T, delta2) + self.reg * self.W1
        db1 = delta2.sum(axis=0)
        return dW1, db1, dW2, db2

    # helpers for the optimizer
    def get_params(self):
        return np.concatenate((self.W1.ravel(), self.b1, self.W2.ravel(), self.b2))

    def set_params(self, params):
        end1 = self.n_in * self.n_hidden
        end2 = end1 + self.n_hidden
        end3 = end2 + self.n_hidden * self.n_out
        self.W1 = params[:end1].reshape(self.n_in, self.n_hidden)
        self.b1 = params[end1:end2]
        self.W2 = params[end2:end3].reshape(self.n_hidden, self.n_out)
        self.b2 = params[end3:]

    def compute_gradients(self, X, y):
        dW1, db1, dW2, db2 = self.cost_prime(X, y)
        return np.concatenate((dW1.ravel(), db1, dW2.ravel(), db2))


class Trainer(object):
    def __init__(self, net):
        self.net = net
        self.J = []

    def callback(self, params):
        self.net.set_params(params)
        self.J.append(self.net.cost(self.X, self.y))

    def wrapper(self, params, X, y):
        self.net.set_params(params)
        return self.net.cost(X, y), self.net.compute_gradients(X, y)

    def train(self, X, y, maxiter=200):
        self.X, self.y = X, y
        options = {'maxiter': maxiter, 'disp': True}
        res = optimize.minimize(self.wrapper, self.net.get_params(), jac=True, method='BFGS',
                                args=(X, y), options=options, callback=self.callback)
        self.net.set_params(res.x)
        return res


np.random.seed(4)
cement = np.random.uniform(0.2, 1.0, 50)
water = np.random.uniform(0.3, 0.7, 50)
age = np.random.uniform(0.0, 1.0, 50)
strength = cement / (water + 0.2) * np.sqrt(age)
slump = 1.5 * water - 0.6 * cement + 0.1 * np.random.randn(50)
X = np.column_stack((cement, water, age))
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = np.column_stack((strength, slump))

net = Network(reg=0.01)
T = Trainer(net)
T.train(X, y, maxiter=120)
for i in range(0, len(T.J), 20):
    print(i, T.J[i])
print('rmse:', np.sqrt(np.mean((net.forward(X) - y) ** 2, axis=0)))
