# Three layer net for the wheat kernel ("seeds") data: 7 measurements, 3 varieties.
# Same layout as in my old course assignment: loss(X, y) gives back (loss, grads).
import numpy as np
import matplotlib.pyplot as plt


def load_kernels(fname='seeds_dataset.txt'):
    raw = np.loadtxt(fname)
    feats, variety = raw[:, :7], raw[:, 7].astype(int) - 1
    feats = (feats - feats.mean(axis=0)) / feats.std(axis=0)
    order = np.random.permutation(len(feats))
    return feats[order], variety[order]


class KernelNet(object):
    """ (affine - leaky relu) - (affine - tanh) - affine - softmax, L2 on the weights """

    def __init__(self, n_in, n_hid1, n_hid2, n_out, std=0.3, slope=0.1):
        self.slope = slope
        self.params = {}
        self.params['W1'] = std * np.random.randn(n_in, n_hid1)
        self.params['b1'] = np.zeros(n_hid1)
        self.params['W2'] = std * np.random.randn(n_hid1, n_hid2)
        self.params['b2'] = np.zeros(n_hid2)
        self.params['W3'] = std * np.random.randn(n_hid2, n_out)
        self.params['b3'] = np.zeros(n_out)

    def loss(self, X, y=None, reg=0.0):
        W1, b1 = self.params['W1'], self.params['b1']
        W2, b2 = self.params['W2'], self.params['b2']
        W3, b3 = self.params['W3'], self.params['b3']
        num = X.shape[0]

        # forward
        u1 = X @ W1 + b1
        r1 = np.where(u1 > 0, u1, self.slope * u1)
        u2 = r1 @ W2 + b2
        r2 = np.tanh(u2)
        scores = r2 @ W3 + b3
        if y is None:
            return scores

        scores = scores - np.max(scores, axis=1, keepdims=True)
        probs = np.exp(scores)
        probs = probs / np.sum(probs, axis=1, keepdims=True)
        picked = probs[np.arange(num), y]
        loss = np.mean(-np.log(picked))
        loss += 0.5 * reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))

        # backward
        grads = {}
        dscores = probs.copy()
        dscores[np.arange(num), y] -= 1
        dscores = dscores / num

        grads['W3'] = r2.T @ dscores + reg * W3
        grads['b3'] = dscores.sum(axis=0)
        dr2 = dscores @ W3.T
        du2 = dr2 * (1 - r2 ** 2)

        grads['W2'] = r1.T @ du2 + reg * W2
        grads['b2'] = du2.sum(axis=0)
        dr1 = du2 @ W2.T
        du1 = dr1 * np.where(u1 > 0, 1.0, self.slope)

        grads['W1'] = X.T @ du1 + reg * W1
        grads['b1'] = du1.sum(axis=0)
        return loss, grads


def train(net, X, y, reg=5e-3, lr=0.2, batch=30, iters=2000):
    curve = []
    for it in range(iters):
        pick = np.random.permutation(len(X))[:batch]
        cost, grads = net.loss(X[pick], y[pick], reg)
        curve.append(cost)
        for name in grads:
            net.params[name] -= lr * grads[name]
        if it % 200 == 0:
            print('iteration %d / %d: cost %f' % (it, iters, cost))
    return curve


if __name__ == '__main__':
    np.random.seed(0)
    X, y = load_kernels()
    X_val, y_val = X[150:], y[150:]
    X, y = X[:150], y[:150]

    net = KernelNet(7, 10, 6, 3)
    curve = train(net, X, y, iters=2000)
    print('train accuracy', np.mean(net.loss(X).argmax(axis=1) == y))
    print('validation accuracy', np.mean(net.loss(X_val).argmax(axis=1) == y_val))

    plt.plot(curve)
    plt.xlabel('iteration')
    plt.ylabel('cost')
    plt.show()
