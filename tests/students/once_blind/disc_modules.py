# Mini deep-learning framework (project 2): points inside / outside of a disc
import math

import numpy as np
import matplotlib.pyplot as plt


class Module(object):
    def forward(self, *input):
        raise NotImplementedError

    def backward(self, *gradwrtoutput):
        raise NotImplementedError

    def param(self):
        return []


class Linear(Module):
    def __init__(self, in_features, out_features):
        std = 1.0 / math.sqrt(in_features)
        self.w = np.random.normal(0, std, (out_features, in_features))
        self.b = np.random.normal(0, std, out_features)
        self.dl_dw = np.zeros_like(self.w)
        self.dl_db = np.zeros_like(self.b)

    def forward(self, x):
        self.x = x
        return x @ self.w.T + self.b

    def backward(self, dl_ds):
        self.dl_dw += dl_ds.T @ self.x
        self.dl_db += dl_ds.sum(0)
        return dl_ds @ self.w

    def param(self):
        return [(self.w, self.dl_dw), (self.b, self.dl_db)]


class Tanh(Module):
    def forward(self, s):
        self.s = s
        return np.tanh(s)

    def backward(self, dl_dx):
        return 4 * (np.exp(self.s) + np.exp(-self.s)) ** -2 * dl_dx


class LossMSE(Module):
    def forward(self, v, t):
        self.v = v
        self.t = t
        return ((v - t) ** 2).sum() / len(t)

    def backward(self):
        return 2 * (self.v - self.t) / len(self.t)


class Sequential(Module):
    def __init__(self, *modules):
        self.modules = list(modules)

    def forward(self, x):
        for m in self.modules:
            x = m.forward(x)
        return x

    def backward(self, grad):
        for m in reversed(self.modules):
            grad = m.backward(grad)
        return grad

    def param(self):
        params = []
        for m in self.modules:
            params += m.param()
        return params


class SGD:
    def __init__(self, params, lr):
        self.params = params
        self.lr = lr

    def zero_grad(self):
        for p, g in self.params:
            g.fill(0)

    def step(self):
        for p, g in self.params:
            p -= self.lr * g


def generate_disc_set(nb):
    points = np.random.uniform(0, 1, (nb, 2))
    inside = ((points - 0.5) ** 2).sum(1) < 1 / (2 * math.pi)
    # targets are -0.9 and 0.9 for tanh
    target = np.where(np.stack([~inside, inside], axis=1), 0.9, -0.9)
    return (points - 0.5) / points.std(), target


def train_model(model, criterion, train_input, train_target, nb_epochs=100, mini_batch_size=50, lr=0.05):
    optimizer = SGD(model.param(), lr)
    history = []
    for e in range(nb_epochs):
        sum_loss = 0
        for b in range(0, len(train_input), mini_batch_size):
            output = model.forward(train_input[b:b + mini_batch_size])
            sum_loss += criterion.forward(output, train_target[b:b + mini_batch_size])
            optimizer.zero_grad()
            model.backward(criterion.backward())
            optimizer.step()
        history.append(sum_loss)
        if e % 10 == 0:
            print('epoch', e, 'loss', sum_loss)
    return history


def compute_nb_errors(model, data_input, data_target):
    return int((model.forward(data_input).argmax(1) != data_target.argmax(1)).sum())


if __name__ == '__main__':
    np.random.seed(10)
    train_input, train_target = generate_disc_set(1000)
    test_input, test_target = generate_disc_set(1000)

    model = Sequential(
        Linear(2, 9), Tanh(),
        Linear(9, 7), Tanh(),
        Linear(7, 2), Tanh()
    )
    criterion = LossMSE()
    history = train_model(model, criterion, train_input, train_target)

    print('train error {:.1f}%'.format(compute_nb_errors(model, train_input, train_target) / 10))
    print('test error {:.1f}%'.format(compute_nb_errors(model, test_input, test_target) / 10))
    plt.plot(history)
    plt.savefig('history.png')
