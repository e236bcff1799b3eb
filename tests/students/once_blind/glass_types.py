# which of four kinds of glass is it? one hidden layer, numpy only
import numpy as np
import matplotlib.pyplot as plt

# columns: RI, Na, Mg, Al, Si, kind
table = np.loadtxt("glass.csv", delimiter=",", skiprows=1)
features = table[:, :5]
features = (features - features.mean(axis=0)) / features.std(axis=0)
kinds = table[:, 5].astype(int)


class GlassNet:
    """elu in the middle, softmax at the end, weight decay on both matrices"""

    def __init__(self, n_in=5, n_hid=9, n_out=4, decay=0.01):
        gen = np.random.default_rng(8)
        self.Wh = gen.standard_normal((n_in, n_hid)) / np.sqrt(n_in)
        self.bh = np.zeros((1, n_hid))
        self.Wo = gen.standard_normal((n_hid, n_out)) / np.sqrt(n_hid)
        self.bo = np.zeros((1, n_out))
        self.decay = decay

    def forward(self, x):
        self.x = x
        self.u = x @ self.Wh + self.bh
        self.h = np.where(self.u > 0, self.u, np.exp(self.u) - 1)
        self.v = self.h @ self.Wo + self.bo
        ex = np.exp(self.v - self.v.max(axis=1, keepdims=True))
        self.p = ex / ex.sum(axis=1, keepdims=True)
        return self.p

    def cost(self, labels):
        nll = -np.log(self.p[np.arange(len(labels)), labels]).mean()
        penalty = np.sum(self.Wh ** 2) + np.sum(self.Wo ** 2)
        return nll + 0.5 * self.decay * penalty

    def backward(self, labels, lr):
        n = len(labels)
        g = self.p.copy()
        g[np.arange(n), labels] -= 1
        g /= n

        grad_Wo = self.h.T @ g + self.decay * self.Wo
        grad_bo = g.sum(axis=0, keepdims=True)

        gh = g @ self.Wo.T
        gu = gh * np.where(self.u > 0, 1.0, self.h + 1)
        grad_Wh = self.x.T @ gu + self.decay * self.Wh
        grad_bh = gu.sum(axis=0, keepdims=True)

        self.Wo -= lr * grad_Wo
        self.bo -= lr * grad_bo
        self.Wh -= lr * grad_Wh
        self.bh -= lr * grad_bh


net = GlassNet()
history = []
for step in range(1500):
    rows = np.random.choice(len(features), 32)
    net.forward(features[rows])
    history.append(net.cost(kinds[rows]))
    net.backward(kinds[rows], lr=0.1)
    if step % 100 == 0:
        hits = np.mean(net.forward(features).argmax(axis=1) == kinds)
        print(f"{step:5d}  cost {history[-1]:.4f}  accuracy {hits:.2%}")

plt.plot(history)
plt.title("glass")
plt.show()
