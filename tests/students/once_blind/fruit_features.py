"""
Fully connected net on hand crafted features of fruit photos.
affine - relu - [dropout] - affine - relu - [dropout] - affine - softmax
"""
import numpy as np


def affine_forward(x, w, b):
    out = x.dot(w) + b
    return out, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    dx = dout.dot(w.T)
    dw = x.T.dot(dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db


def relu_forward(x):
    return np.maximum(0, x), x


def relu_backward(dout, cache):
    x = cache
    dx = dout * (x > 0)
    return dx


def dropout_forward(x, dropout_param):
    if 'seed' in dropout_param:
        np.random.seed(dropout_param['seed'])
    mask = None
    if dropout_param['mode'] == 'train':
        keep = dropout_param['p']
        mask = (np.random.rand(*x.shape) < keep) / keep
        x = x * mask
    return x, mask


def dropout_backward(dout, mask):
    return dout if mask is None else dout * mask


def softmax_loss(x, y):
    shifted = x - x.max(axis=1, keepdims=True)
    logsum = np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    log_probs = shifted - logsum
    N = x.shape[0]
    loss = -np.sum(log_probs[np.arange(N), y]) / N
    dx = np.exp(log_probs)
    dx[np.arange(N), y] -= 1
    return loss, dx / N


class FullyConnectedNet(object):
    def __init__(self, dims, dropout=1.0, reg=0.0, weight_scale=1e-1, seed=None):
        self.reg = reg
        self.use_dropout = dropout != 1
        self.num_layers = len(dims) - 1
        self.params = {}
        for i in range(self.num_layers):
            self.params['W%d' % (i + 1)] = weight_scale * np.random.randn(dims[i], dims[i + 1])
            self.params['b%d' % (i + 1)] = np.zeros(dims[i + 1])
        self.dropout_param = {'mode': 'train', 'p': dropout}
        if seed is not None:
            self.dropout_param['seed'] = seed

    def loss(self, X, y=None):
        self.dropout_param['mode'] = 'test' if y is None else 'train'
        h = X
        caches = []
        for i in range(1, self.num_layers):
            h, fc = affine_forward(h, self.params['W%d' % i], self.params['b%d' % i])
            h, rl = relu_forward(h)
            dp = None
            if self.use_dropout:
                h, dp = dropout_forward(h, self.dropout_param)
            caches.append((fc, rl, dp))
        L = self.num_layers
        scores, fc = affine_forward(h, self.params['W%d' % L], self.params['b%d' % L])
        if y is None:
            return scores

        grads = {}
        loss, dscores = softmax_loss(scores, y)
        for i in range(1, L + 1):
            W = self.params['W%d' % i]
            loss += 0.5 * self.reg * np.sum(W * W)

        dh, grads['W%d' % L], grads['b%d' % L] = affine_backward(dscores, fc)
        for i in range(L - 1, 0, -1):
            fc, rl, dp = caches[i - 1]
            if self.use_dropout:
                dh = dropout_backward(dh, dp)
            dh = relu_backward(dh, rl)
            dh, grads['W%d' % i], grads['b%d' % i] = affine_backward(dh, fc)
        for i in range(1, L + 1):
            grads['W%d' % i] += self.reg * self.params['W%d' % i]
        return loss, grads


def sgd(model, X, y, learning_rate, num_iters, batch_size=20):
    history = []
    for it in range(num_iters):
        idx = np.random.choice(X.shape[0], batch_size, replace=False)
        loss, grads = model.loss(X[idx], y[idx])
        history.append(loss)
        for p in model.params:
            model.params[p] -= learning_rate * grads[p]
        if it % 100 == 0:
            print('iteration %d / %d: loss %f' % (it, num_iters, loss))
    return history


np.random.seed(231)
y_train = np.random.randint(0, 4, 120)
X_train = np.random.randn(120, 6) + np.random.randn(4, 6)[y_train]

model = FullyConnectedNet([6, 9, 7, 4], reg=0.1)
sgd(model, X_train, y_train, learning_rate=1e-1, num_iters=1000)
print('training accuracy:', (model.loss(X_train).argmax(axis=1) == y_train).mean())
