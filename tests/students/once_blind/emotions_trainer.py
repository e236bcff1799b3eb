# coding: utf-8
"""Which emotions does a song carry? Several labels may hold at once, so: one sigmoid for each label.

Layers keep their parameters in `params` and their gradients in `grads`; the model collects both lists and
the trainer hands them to the optimizer.
"""
import numpy as np
import matplotlib.pyplot as plt


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class Affine:
    def __init__(self, W, b):
        self.params = [W, b]
        self.grads = [np.zeros_like(W), np.zeros_like(b)]
        self.x = None

    def forward(self, x):
        W, b = self.params
        out = np.dot(x, W) + b
        self.x = x
        return out

    def backward(self, dout):
        W, b = self.params
        dx = np.dot(dout, W.T)
        dW = np.dot(self.x.T, dout)
        db = np.sum(dout, axis=0)

        self.grads[0][...] = dW
        self.grads[1][...] = db
        return dx


class ELU:
    def __init__(self, alpha=1.0):
        self.params, self.grads = [], []
        self.alpha = alpha
        self.out = None

    def forward(self, x):
        out = np.where(x > 0, x, self.alpha * (np.exp(np.minimum(x, 0)) - 1))
        self.out = out
        return out

    def backward(self, dout):
        dx = dout * np.where(self.out > 0, 1, self.out + self.alpha)
        return dx


class Sigmoid:
    def __init__(self):
        self.params, self.grads = [], []
        self.out = None

    def forward(self, x):
        out = sigmoid(x)
        self.out = out
        return out

    def backward(self, dout):
        dx = dout * (1.0 - self.out) * self.out
        return dx


class SigmoidWithLoss:
    def __init__(self):
        self.params, self.grads = [], []
        self.y = None  # probabilities
        self.t = None  # labels, 0 or 1

    def forward(self, x, t):
        self.t = t
        self.y = sigmoid(x)
        errors = t * np.log(self.y) + (1 - t) * np.log(1 - self.y)
        return -np.sum(errors) / x.shape[0]

    def backward(self, dout=1):
        batch_size = self.t.shape[0]
        dx = (self.y - self.t) * dout / batch_size
        return dx


class MultiLabelNet:
    def __init__(self, input_size, hidden1, hidden2, output_size):
        I, H1, H2, O = input_size, hidden1, hidden2, output_size
        rn = np.random.randn
        self.layers = [
            Affine(rn(I, H1) / np.sqrt(I), np.zeros(H1)),
            ELU(),
            Affine(rn(H1, H2) / np.sqrt(H1), np.zeros(H2)),
            Sigmoid(),
            Affine(rn(H2, O) / np.sqrt(H2), np.zeros(O)),
        ]
        self.loss_layer = SigmoidWithLoss()

        self.params, self.grads = [], []
        for layer in self.layers:
            self.params += layer.params
            self.grads += layer.grads

    def predict(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def forward(self, x, t):
        score = self.predict(x)
        loss = self.loss_layer.forward(score, t)
        return loss

    def backward(self, dout=1):
        dout = self.loss_layer.backward(dout)
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
        return dout


class SGD:
    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, params, grads):
        for i in range(len(params)):
            params[i] -= self.lr * grads[i]


class Trainer:
    def __init__(self, model, optimizer):
        self.model = model
        self.optimizer = optimizer
        self.loss_list = []

    def fit(self, x, t, max_epoch=10, batch_size=32):
        max_iters = max(len(x) // batch_size, 1)
        for epoch in range(max_epoch):
            idx = np.random.permutation(len(x))
            x, t = x[idx], t[idx]
            total = 0
            for i in range(max_iters):
                batch_x = x[i * batch_size:(i + 1) * batch_size]
                batch_t = t[i * batch_size:(i + 1) * batch_size]
                loss = self.model.forward(batch_x, batch_t)
                self.model.backward()
                self.optimizer.update(self.model.params, self.model.grads)
                total += loss
            self.loss_list.append(total / max_iters)
            print('| epoch %d | loss %.3f' % (epoch + 1, total / max_iters))

    def plot(self):
        plt.plot(np.arange(len(self.loss_list)), self.loss_list, label='train')
        plt.xlabel('epochs')
        plt.ylabel('loss')
        plt.show()


if __name__ == '__main__':
    np.random.seed(1984)
    # 8 audio features a song; three emotions
    x = np.random.randn(320, 8)
    t = np.stack([x[:, 0] + x[:, 1] > 0, x[:, 2] * x[:, 3] > 0, x[:, 4] > 0.5], axis=1).astype(float)

    model = MultiLabelNet(input_size=8, hidden1=10, hidden2=7, output_size=3)
    trainer = Trainer(model, SGD(lr=0.5))
    trainer.fit(x, t, max_epoch=100, batch_size=32)
    trainer.plot()

    hits = (model.predict(x) > 0) == (t > 0.5)
    print('labels right: %.1f %%' % (100 * hits.mean()))
