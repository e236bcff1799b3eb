"""A small torch in numpy: parameters, modules, a criterion, an optimiser. Task: three tags per photo."""
import os

import numpy as np


class Param:
    def __init__(self, data, decay):
        self.data = data
        self.grad = np.zeros_like(data)
        self.decay = decay


class Module:
    def parameters(self):
        found = []
        for value in self.__dict__.values():
            if isinstance(value, Param):
                found.append(value)
            elif isinstance(value, Module):
                found.extend(value.parameters())
        return found

    def zero_grad(self):
        for p in self.parameters():
            p.grad = np.zeros_like(p.data)


class Linear(Module):
    def __init__(self, n_in, n_out):
        self.W = Param(np.random.randn(n_in, n_out) / np.sqrt(n_in), decay=True)
        self.b = Param(np.zeros(n_out), decay=False)
        self.inp = None

    def forward(self, x):
        self.inp = x
        return x @ self.W.data + self.b.data

    def backward(self, dy):
        self.W.grad += self.inp.T @ dy
        self.b.grad += dy.sum(axis=0)
        return dy @ self.W.data.T


class Tanh(Module):
    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, dy):
        return dy * (1 - self.out ** 2)


class ReLU(Module):
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, dy):
        return dy * self.mask


class BCEWithLogits:
    def forward(self, logits, t):
        self.t = t
        self.p = 1 / (1 + np.exp(-logits))
        return np.mean(np.logaddexp(0, logits) - t * logits)

    def backward(self):
        return (self.p - self.t) / self.t.size


class Net(Module):
    def __init__(self, n_in, n_one, n_two, n_tags):
        self.fc1 = Linear(n_in, n_one)
        self.act1 = Tanh()
        self.fc2 = Linear(n_one, n_two)
        self.act2 = ReLU()
        self.fc3 = Linear(n_two, n_tags)

    def forward(self, x):
        h = self.act1.forward(self.fc1.forward(x))
        h = self.act2.forward(self.fc2.forward(h))
        return self.fc3.forward(h)

    def backward(self, dy):
        dy = self.fc3.backward(dy)
        dy = self.act2.backward(dy)
        dy = self.fc2.backward(dy)
        dy = self.act1.backward(dy)
        return self.fc1.backward(dy)

    def penalty(self):
        return 0.5 * sum(np.sum(p.data ** 2) for p in self.parameters() if p.decay)


class SGD:
    def __init__(self, params, lr, weight_decay=0.0):
        self.params = params
        self.lr = lr
        self.weight_decay = weight_decay

    def step(self):
        for p in self.params:
            g = p.grad
            if p.decay:
                g = g + self.weight_decay * p.data
            p.data -= self.lr * g


def loader(x, t, size):
    order = np.random.permutation(len(x))
    for i in range(0, len(x), size):
        chosen = order[i:i + size]
        yield x[chosen], t[chosen]


if __name__ == '__main__':
    np.random.seed(2021)
    if os.path.exists('photo_features.npz'):
        archive = np.load('photo_features.npz')
        x, t = archive['x'], archive['t']
    else:
        x = np.random.randn(96, 4)
        t = (x @ np.random.randn(4, 3) + 0.3 * np.random.randn(96, 3) > 0).astype(float)

    net = Net(4, 6, 5, 3)
    criterion = BCEWithLogits()
    optimizer = SGD(net.parameters(), lr=0.5, weight_decay=0.02)
    for epoch in range(200):
        for xb, tb in loader(x, t, 24):
            net.zero_grad()
            loss = criterion.forward(net.forward(xb), tb) + optimizer.weight_decay * net.penalty()
            net.backward(criterion.backward())
            optimizer.step()
        if epoch % 20 == 0:
            guess = net.forward(x) > 0
            print(f'epoch {epoch:3d}  loss {loss:.4f}  right tags {np.mean(guess == t):.1%}')
