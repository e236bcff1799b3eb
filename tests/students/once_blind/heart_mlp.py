# -*- coding: utf-8 -*-
# Three yes/no diagnoses from four measurements.  Only train() and predict() are meant to be called.
import numpy as np
import csv


def read_patients(path):
    X, T = [], []
    with open(path) as f:
        for row in csv.reader(f, delimiter=';'):
            X.append([float(v) for v in row[:4]])
            T.append([int(v) for v in row[4:]])
    return np.array(X), np.array(T)


class HeartMLP:
    def __init__(self, n_in, n_hid, n_out):
        self.w_hid = np.random.uniform(-0.7, 0.7, (n_hid, n_in))
        self.b_hid = np.zeros((n_hid, 1))
        self.w_out = np.random.uniform(-0.7, 0.7, (n_out, n_hid))
        self.b_out = np.zeros((n_out, 1))
        self.__zero_grads()

    def __zero_grads(self):
        self.g_w_hid = np.zeros(self.w_hid.shape)
        self.g_b_hid = np.zeros(self.b_hid.shape)
        self.g_w_out = np.zeros(self.w_out.shape)
        self.g_b_out = np.zeros(self.b_out.shape)

    def __sig(self, v):
        return 1.0 / (1.0 + np.exp(-v))

    def __dsig(self, out):
        return out * (1.0 - out)

    def __forward(self, x):
        v_hid = self.w_hid @ x + self.b_hid
        y_hid = self.__sig(v_hid)
        v_out = self.w_out @ y_hid + self.b_out
        y_out = self.__sig(v_out)
        return v_hid, y_hid, v_out, y_out

    def predict(self, X):
        return np.array([self.__forward(x.reshape(-1, 1))[3].ravel() for x in X])

    def train(self, X, T, epochs=100, eta=0.3, batch=10):
        for epoch in range(epochs):
            order = np.random.permutation(len(X))
            loss = 0.0
            for start in range(0, len(X), batch):
                chosen = order[start:start + batch]
                self.__zero_grads()
                for i in chosen:
                    x = X[i].reshape(-1, 1)
                    t = T[i].reshape(-1, 1)
                    v_hid, y_hid, v_out, y_out = self.__forward(x)
                    loss -= np.sum(t * np.log(y_out) + (1 - t) * np.log(1 - y_out))
                    # cross entropy and sigmoid: the delta is simply the difference
                    d_out = y_out - t
                    back = self.w_out.T @ d_out
                    d_hid = back * self.__dsig(y_hid)
                    self.g_w_out += d_out @ y_hid.T
                    self.g_b_out += d_out
                    self.g_w_hid += d_hid @ x.T
                    self.g_b_hid += d_hid
                k = len(chosen)
                self.w_out -= eta * self.g_w_out / k
                self.b_out -= eta * self.g_b_out / k
                self.w_hid -= eta * self.g_w_hid / k
                self.b_hid -= eta * self.g_b_hid / k
            if epoch % 10 == 0:
                print('epoch {:4d}   loss {:.5f}'.format(epoch, loss / len(X)))


if __name__ == '__main__':
    np.random.seed(7)
    X, T = read_patients('patients.csv')
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    net = HeartMLP(4, 7, 3)
    net.train(X, T, epochs=400)
    right = (net.predict(X) > 0.5) == T
    print('right answers per diagnosis:', right.mean(axis=0))
