import sys
import numpy as np
from matplotlib import pyplot as plt

SLOPE = 0.2


def leaky(z):
    return np.where(z > 0, z, SLOPE * z)


def leaky_slope(a):
    d = a.copy()
    d[d > 0] = 1
    d[d < 0] = SLOPE
    return d


class Autoencoder:
    """6 sensors are squeezed into 3 numbers and unfolded again.

    fit() is given the inputs only: they are the targets as well.
    """

    def __init__(self, visible=6, middle=5, code=3, l1=0.0, seed=0):
        r = np.random.RandomState(seed)
        self.K1 = r.normal(0, 0.5, (visible, middle))
        self.c1 = np.zeros(middle)
        self.K2 = r.normal(0, 0.5, (middle, code))
        self.c2 = np.zeros(code)
        self.K3 = r.normal(0, 0.5, (code, visible))
        self.c3 = np.zeros(visible)
        self.l1 = l1

    def encode(self, V):
        H = leaky(V.dot(self.K1) + self.c1)
        return np.tanh(H.dot(self.K2) + self.c2)

    def decode(self, C):
        return 1 / (1 + np.exp(-(C.dot(self.K3) + self.c3)))

    def score(self, V):
        R = self.decode(self.encode(V))
        penalty = np.abs(self.K1).sum() + np.abs(self.K2).sum() + np.abs(self.K3).sum()
        return 0.5 * ((R - V) ** 2).sum() / V.shape[0] + self.l1 * penalty

    def fit(self, V, n_epochs=50, batch_size=20, rate=0.5, drop=0.01):
        self.curve = []
        for epoch in range(n_epochs):
            # the rate gets smaller and smaller
            eta = rate / (1 + drop * epoch)
            for lo in range(0, V.shape[0], batch_size):
                B = V[lo:lo + batch_size]
                n = B.shape[0]

                S1 = B.dot(self.K1) + self.c1
                H = leaky(S1)
                S2 = H.dot(self.K2) + self.c2
                C = np.tanh(S2)
                S3 = C.dot(self.K3) + self.c3
                R = 1 / (1 + np.exp(-S3))

                err = (R - B) / n
                d3 = err * R * (1 - R)
                err2 = d3.dot(self.K3.T)
                d2 = err2 * (1 - C ** 2)
                err1 = d2.dot(self.K2.T)
                d1 = err1 * leaky_slope(H)

                dK3 = C.T.dot(d3) + self.l1 * np.sign(self.K3)
                dK2 = H.T.dot(d2) + self.l1 * np.sign(self.K2)
                dK1 = B.T.dot(d1) + self.l1 * np.sign(self.K1)
                self.K3 -= eta * dK3
                self.c3 -= eta * d3.sum(axis=0)
                self.K2 -= eta * dK2
                self.c2 -= eta * d2.sum(axis=0)
                self.K1 -= eta * dK1
                self.c1 -= eta * d1.sum(axis=0)
            self.curve.append(self.score(V))
            sys.stdout.write('\r%d: %.5f' % (epoch, self.curve[-1]))
        return self


np.random.seed(12)
hidden_truth = np.random.rand(120, 3)
sensors = 1 / (1 + np.exp(-3 * (hidden_truth.dot(np.random.randn(3, 6)))))

ae = Autoencoder(l1=0.01)
ae.fit(sensors, n_epochs=300)

plt.plot(ae.curve)
plt.xlabel('epoch')
plt.ylabel('reconstruction error')
plt.savefig('curve.png')
print('\ncode of the first row:', ae.encode(sensors[:1]))
