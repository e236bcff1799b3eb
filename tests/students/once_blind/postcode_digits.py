"""
postcode_digits.py

Which digit is it (0, 1 or 7)?  Six stroke features per image, softmax on top.
I wrote this to understand the four equations BP1 ... BP4 of the online book, so the
code goes through ONE image at a time and adds the gradients of a mini-batch up.
"""
import gzip
import pickle
import random
import numpy as np


def load(path="postcodes.pkl.gz"):
    with gzip.open(path, "rb") as f:
        feats, digits = pickle.load(f)
    pairs = []
    for v, digit in zip(feats, digits):
        d = np.zeros((3, 1))
        d[[0, 1, 7].index(digit)] = 1.0
        pairs.append((np.reshape(v, (6, 1)), d))
    return pairs


def phi(v):
    """softsign"""
    return v / (1.0 + np.abs(v))


def dphi(v):
    return 1.0 / (1.0 + np.abs(v)) ** 2


def softmax(v):
    e = np.exp(v - np.max(v))
    return e / np.sum(e)


class Net:
    def __init__(self, layers, lmbda=0.001, seed=42):
        rng = np.random.RandomState(seed)
        self.L = len(layers)
        self.lmbda = lmbda
        self.b = [0.1 * rng.randn(n, 1) for n in layers[1:]]
        self.w = [rng.randn(n, m) / np.sqrt(m) for m, n in zip(layers, layers[1:])]

    def forward(self, x):
        vs, ys = [], [x]
        for k in range(self.L - 1):
            v = self.w[k] @ ys[-1] + self.b[k]
            vs.append(v)
            ys.append(softmax(v) if k == self.L - 2 else phi(v))
        return vs, ys

    def backprop(self, x, d):
        vs, ys = self.forward(x)
        nabla_b = [None] * (self.L - 1)
        nabla_w = [None] * (self.L - 1)
        # BP1 for softmax and log-likelihood
        delta = ys[-1] - d
        # BP3 and BP4
        nabla_b[-1] = delta
        nabla_w[-1] = delta @ ys[-2].T
        for k in range(self.L - 3, -1, -1):
            # BP2
            delta = (self.w[k + 1].T @ delta) * dphi(vs[k])
            nabla_b[k] = delta
            nabla_w[k] = delta @ ys[k].T
        return nabla_b, nabla_w

    def learn(self, batch, eta):
        m = len(batch)
        total_b = [np.zeros_like(b) for b in self.b]
        total_w = [np.zeros_like(w) for w in self.w]
        for x, d in batch:
            gb, gw = self.backprop(x, d)
            for k in range(self.L - 1):
                total_b[k] += gb[k]
                total_w[k] += gw[k]
        for k in range(self.L - 1):
            self.w[k] -= eta * (total_w[k] / m + self.lmbda * self.w[k])
            self.b[k] -= eta * total_b[k] / m

    def cost(self, data):
        loss = 0.0
        for x, d in data:
            y = self.forward(x)[1][-1]
            loss += -np.sum(d * np.log(y))
        return loss / len(data) + 0.5 * self.lmbda * sum(np.sum(w ** 2) for w in self.w)

    def hits(self, data):
        return sum(np.argmax(self.forward(x)[1][-1]) == np.argmax(d) for x, d in data)


if __name__ == "__main__":
    images = load()
    random.seed(3)
    random.shuffle(images)
    test, train = images[:len(images) // 4], images[len(images) // 4:]
    net = Net([6, 5, 4, 3])
    for epoch in range(40):
        random.shuffle(train)
        for start in range(0, len(train), 8):
            net.learn(train[start:start + 8], eta=0.5)
        print("epoch %d: cost %.4f, test %d of %d" % (epoch, net.cost(train), net.hits(test), len(test)))
