"""Three layer net with modular backprop (affine, relu, softmax) on the spiral toy data.

Interface follows the vision course assignments: loss(X, y) returns loss and a dictionary of gradients,
loss(X) returns the scores.
"""
import numpy as np


def affine_forward(x, w, b):
    out = x.dot(w) + b
    return out, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    dx = dout.dot(w.T)
    dw = x.T.dot(dout)
    db = dout.sum(axis=0)
    return dx, dw, db


def relu_forward(x):
    return np.maximum(0, x), x


def relu_backward(dout, cache):
    x = cache
    return dout * (x > 0)


def softmax_loss(x, y):
    shifted = x - x.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    probs = np.exp(log_probs)
    N = x.shape[0]
    loss = -log_probs[np.arange(N), y].sum() / N
    dx = probs.copy()
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx


class FullyConnectedNet(object):
    def __init__(self, hidden_dims, input_dim=2, num_classes=3, reg=1e-3, weight_scale=0.1):
        self.reg = reg
        self.params = {}
        dims = [input_dim] + hidden_dims + [num_classes]
        self.num_layers = len(dims) - 1
        for i in range(self.num_layers):
            self.params['W%d' % (i + 1)] = weight_scale * np.random.randn(dims[i], dims[i + 1])
            self.params['b%d' % (i + 1)] = np.zeros(dims[i + 1])

    def loss(self, X, y=None):
        caches = []
        out = X
        for i in range(1, self.num_layers):
            out, fc_cache = affine_forward(out, self.params['W%d' % i], self.params['b%d' % i])
            out, relu_cache = relu_forward(out)
            caches.append((fc_cache, relu_cache))
        last = self.num_layers
        scores, last_cache = affine_forward(out, self.params['W%d' % last], self.params['b%d' % last])

        if y is None:
            return scores

        grads = {}
        loss, dout = softmax_loss(scores, y)
        for i in range(1, self.num_layers + 1):
            loss += 0.5 * self.reg * np.sum(self.params['W%d' % i] ** 2)

        dout, dw, db = affine_backward(dout, last_cache)
        grads['W%d' % last] = dw + self.reg * self.params['W%d' % last]
        grads['b%d' % last] = db
        for i in range(self.num_layers - 1, 0, -1):
            fc_cache, relu_cache = caches[i - 1]
            dout = relu_backward(dout, relu_cache)
            dout, dw, db = affine_backward(dout, fc_cache)
            grads['W%d' % i] = dw + self.reg * self.params['W%d' % i]
            grads['b%d' % i] = db
        return loss, grads


def spiral(N=100, D=2, K=3):
    X = np.zeros((N * K, D))
    y = np.zeros(N * K, dtype='uint8')
    for j in range(K):
        ix = range(N * j, N * (j + 1))
        r = np.linspace(0.0, 1, N)
        t = np.linspace(j * 4, (j + 1) * 4, N) + np.random.randn(N) * 0.2
        X[ix] = np.c_[r * np.sin(t), r * np.cos(t)]
        y[ix] = j
    return X, y


np.random.seed(231)
X, y = spiral()
model = FullyConnectedNet([10, 8], reg=1e-3, weight_scale=0.3)
learning_rate = 0.5

for it in range(5000):
    loss, grads = model.loss(X, y)
    if it % 500 == 0:
        print('iteration %d: loss %f' % (it, loss))
    for p in model.params:
        model.params[p] -= learning_rate * grads[p]

scores = model.loss(X)
print('training accuracy: %.2f' % np.mean(scores.argmax(axis=1) == y))
