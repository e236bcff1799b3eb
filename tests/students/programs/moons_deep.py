import numpy as np
from sklearn import datasets
import seaborn as sns


def leaky_relu(x, alpha=0.05):
    return np.where(x >= 0, x, alpha * x)


def leaky_relu_grad(x, alpha=0.05):
    g = np.ones_like(x)
    g[x < 0] = alpha
    return g


def softmax_rows(x):
    x = x - x.max(axis=1, keepdims=True)
    e = np.exp(x)
    return e / e.sum(axis=1, keepdims=True)


class MoonNet:

    def __init__(self, dims, step_size=0.1):
        self.step_size = step_size
        self.w0 = np.random.normal(0, 0.4, (dims[0], dims[1]))
        self.c0 = np.zeros(dims[1])
        self.w1 = np.random.normal(0, 0.4, (dims[1], dims[2]))
        self.c1 = np.zeros(dims[2])
        self.w2 = np.random.normal(0, 0.4, (dims[2], dims[3]))
        self.c2 = np.zeros(dims[3])

    def run(self, batch):
        self.batch = batch
        self.s0 = batch @ self.w0 + self.c0
        self.h0 = leaky_relu(self.s0)
        self.s1 = self.h0 @ self.w1 + self.c1
        self.h1 = leaky_relu(self.s1)
        self.s2 = self.h1 @ self.w2 + self.c2
        self.probabilities = softmax_rows(self.s2)
        return self.probabilities

    def cross_entropy(self, onehot):
        return -(onehot * np.log(self.probabilities)).sum() / len(onehot)

    def learn(self, onehot):
        count = len(onehot)
        e2 = (self.probabilities - onehot) / count
        e1 = (e2 @ self.w2.T) * leaky_relu_grad(self.s1)
        e0 = (e1 @ self.w1.T) * leaky_relu_grad(self.s0)

        self.w2 -= self.step_size * self.h1.T @ e2
        self.c2 -= self.step_size * e2.sum(axis=0)
        self.w1 -= self.step_size * self.h0.T @ e1
        self.c1 -= self.step_size * e1.sum(axis=0)
        self.w0 -= self.step_size * self.batch.T @ e0
        self.c0 -= self.step_size * e0.sum(axis=0)


def main():
    np.random.seed(31)
    points, classes = datasets.make_circles(n_samples=120, noise=0.1, factor=0.4)
    onehot = np.zeros((len(classes), 2))
    onehot[range(len(classes)), classes] = 1
    net = MoonNet([2, 7, 5, 2])
    curve = []
    for i in range(4000):
        net.run(points)
        curve.append(net.cross_entropy(onehot))
        net.learn(onehot)
        if i % 400 == 0:
            print("step", i, "cross entropy", curve[-1])
    sns.lineplot(x=range(len(curve)), y=curve)


main()
