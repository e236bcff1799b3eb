# spirals: three arms, softmax on top, hidden layers with ELU
import numpy as np
import matplotlib.pyplot as plt

ARMS = 3


def spirals(per_arm=40, noise=0.15):
    x = np.zeros((2, per_arm * ARMS))
    t = np.zeros((ARMS, per_arm * ARMS))
    for arm in range(ARMS):
        r = np.linspace(0.1, 1, per_arm)
        phi = np.linspace(arm * 4, (arm + 1) * 4, per_arm) + noise * np.random.randn(per_arm)
        x[:, arm * per_arm:(arm + 1) * per_arm] = np.array([r * np.sin(phi), r * np.cos(phi)])
        t[arm, arm * per_arm:(arm + 1) * per_arm] = 1
    return x, t


def elu(z, alpha=1.0):
    return np.where(z > 0, z, alpha * (np.exp(np.minimum(z, 0)) - 1))


def d_elu(z, alpha=1.0):
    return np.where(z > 0, 1.0, alpha * np.exp(np.minimum(z, 0)))


def softmax(z):
    z = z - z.max(axis=0)
    return np.exp(z) / np.exp(z).sum(axis=0)


class DeepNet:
    """columns are samples; weights are (units, inputs)"""

    def __init__(self, structure):
        self.structure = structure
        self.W = []
        self.B = []
        for k in range(1, len(structure)):
            self.W.append(np.random.normal(0, 1 / np.sqrt(structure[k - 1]), (structure[k], structure[k - 1])))
            self.B.append(np.zeros((structure[k], 1)))

    def feedforward(self, x):
        zs, outs = [], [x]
        for k in range(len(self.W)):
            z = self.W[k] @ outs[-1] + self.B[k]
            zs.append(z)
            if k == len(self.W) - 1:
                outs.append(softmax(z))
            else:
                outs.append(elu(z))
        return zs, outs

    def backpropagation(self, t, zs, outs):
        """deltas and gradients, from the top layer down"""
        self.deltas = [outs[-1] - t]
        self.dW = [self.deltas[0] @ outs[-2].T]
        self.dB = [self.deltas[0].sum(axis=1, keepdims=True)]
        for k in reversed(range(len(self.W) - 1)):
            delta = (self.W[k + 1].T @ self.deltas[-1]) * d_elu(zs[k])
            self.deltas.append(delta)
            self.dW.append(delta @ outs[k].T)
            self.dB.append(delta.sum(axis=1, keepdims=True))
        return self.dW, self.dB

    def update(self, dW, dB, lr, m):
        for k in range(len(self.W)):
            self.W[k] -= lr * dW[-1 - k] / m
            self.B[k] -= lr * dB[-1 - k] / m

    def train(self, x, t, lr):
        zs, outs = self.feedforward(x)
        dW, dB = self.backpropagation(t, zs, outs)
        self.update(dW, dB, lr, x.shape[1])
        return entropy(outs[-1], t)


def entropy(p, t):
    return -np.sum(t * np.log(p)) / t.shape[1]


np.random.seed(33)
x, t = spirals()
net = DeepNet([2, 12, 8, ARMS])
costs = []
for i in range(2500):
    costs.append(net.train(x, t, 0.25))
    if i % 500 == 0:
        right = np.mean(net.feedforward(x)[1][-1].argmax(axis=0) == t.argmax(axis=0))
        print(i, costs[-1], 'accuracy', right)

plt.plot(costs)
plt.xlabel('iteration')
plt.ylabel('cross entropy')
plt.savefig('spirals.png')
