# Bike sharing: how many casual and how many registered riders will there be in an hour?
# The targets are counts, so the network predicts the logarithm of a rate and the loss is Poisson's.
import numpy as np
import matplotlib.pyplot as plt

np.random.seed(42)


def softplus(z):
    return np.log(1 + np.exp(z))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class PoissonNet(object):
    def __init__(self, input_dim, hidden1, hidden2, output_dim, learning_rate=0.01):
        self.W1 = np.random.randn(input_dim, hidden1) * np.sqrt(1. / input_dim)
        self.b1 = np.zeros(hidden1)
        self.W2 = np.random.randn(hidden1, hidden2) * np.sqrt(1. / hidden1)
        self.b2 = np.zeros(hidden2)
        self.W3 = np.random.randn(hidden2, output_dim) * np.sqrt(1. / hidden2)
        self.b3 = np.zeros(output_dim)
        self.learning_rate = learning_rate

    def forward(self, X):
        self.X = X
        self.z1 = np.dot(X, self.W1) + self.b1
        self.a1 = np.tanh(self.z1)
        self.z2 = np.dot(self.a1, self.W2) + self.b2
        self.a2 = softplus(self.z2)
        self.z3 = np.dot(self.a2, self.W3) + self.b3
        self.rate = np.exp(self.z3)
        return self.rate

    def loss(self, counts):
        # negative log likelihood, log(counts!) left out
        return np.mean(np.sum(self.rate - counts * np.log(self.rate), axis=1))

    def backward(self, counts):
        m = counts.shape[0]

        drate = (1 - counts / self.rate) / m
        dz3 = drate * self.rate
        dW3 = np.dot(self.a2.T, dz3)
        db3 = np.sum(dz3, axis=0)

        da2 = np.dot(dz3, self.W3.T)
        dz2 = da2 * sigmoid(self.z2)
        dW2 = np.dot(self.a1.T, dz2)
        db2 = np.sum(dz2, axis=0)

        da1 = np.dot(dz2, self.W2.T)
        dz1 = da1 * (1 - self.a1 ** 2)
        dW1 = np.dot(self.X.T, dz1)
        db1 = np.sum(dz1, axis=0)

        self.W3 -= self.learning_rate * dW3
        self.b3 -= self.learning_rate * db3
        self.W2 -= self.learning_rate * dW2
        self.b2 -= self.learning_rate * db2
        self.W1 -= self.learning_rate * dW1
        self.b1 -= self.learning_rate * db1


# hour, temperature, humidity, wind, workday, casual, registered
hours = np.genfromtxt('bike_hours.csv', delimiter=',', skip_header=1)
X = (hours[:, :5] - hours[:, :5].mean(axis=0)) / hours[:, :5].std(axis=0)
riders = hours[:, 5:].astype(int)

net = PoissonNet(5, 6, 6, 2, learning_rate=0.02)
losses = []
batch = 50
for epoch in range(120):
    order = np.random.permutation(len(X))
    for i in range(0, len(X), batch):
        rows = order[i:i + batch]
        net.forward(X[rows])
        losses.append(net.loss(riders[rows]))
        net.backward(riders[rows])
    if epoch % 10 == 0:
        off = np.abs(net.forward(X) - riders).mean()
        print('epoch %d  loss %.4f  off by %.2f riders' % (epoch, losses[-1], off))

plt.plot(losses)
plt.ylabel('Poisson loss')
plt.show()
