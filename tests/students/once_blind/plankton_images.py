"""assignment 2 style: modular layers, a three layer net with dropout-ready sandwich layers, and a small solver"""
import numpy as np


############################### layers ###############################

def affine_forward(x, w, b):
    """x may be images of any shape, (N, d_1, ..., d_k)"""
    out = x.reshape(x.shape[0], -1).dot(w) + b
    cache = (x, w, b)
    return out, cache


def affine_backward(dout, cache):
    x, w, b = cache
    dx = dout.dot(w.T).reshape(x.shape)
    dw = x.reshape(x.shape[0], -1).T.dot(dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db


def relu_forward(x):
    out = x * (x > 0)
    cache = x
    return out, cache


def relu_backward(dout, cache):
    x = cache
    dx = dout * (x > 0)
    return dx


def affine_relu_forward(x, w, b):
    a, fc_cache = affine_forward(x, w, b)
    out, relu_cache = relu_forward(a)
    return out, (fc_cache, relu_cache)


def affine_relu_backward(dout, cache):
    fc_cache, relu_cache = cache
    da = relu_backward(dout, relu_cache)
    dx, dw, db = affine_backward(da, fc_cache)
    return dx, dw, db


def softmax_loss(x, y):
    shifted = x - np.max(x, axis=1, keepdims=True)
    probs = np.exp(shifted) / np.sum(np.exp(shifted), axis=1, keepdims=True)
    N = x.shape[0]
    loss = -np.sum(np.log(probs[np.arange(N), y])) / N
    dx = probs.copy()
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx


############################### model ################################

class ThreeLayerNet(object):
    """affine - relu - affine - relu - affine - softmax"""

    def __init__(self, input_dim=12, hidden_dims=(8, 6), num_classes=5, weight_scale=0.1, reg=0.0):
        self.reg = reg
        h1, h2 = hidden_dims
        self.params = dict(
            W1=weight_scale * np.random.randn(input_dim, h1), b1=np.zeros(h1),
            W2=weight_scale * np.random.randn(h1, h2), b2=np.zeros(h2),
            W3=weight_scale * np.random.randn(h2, num_classes), b3=np.zeros(num_classes),
        )

    def loss(self, X, y=None):
        p = self.params
        h1, cache1 = affine_relu_forward(X, p['W1'], p['b1'])
        h2, cache2 = affine_relu_forward(h1, p['W2'], p['b2'])
        scores, cache3 = affine_forward(h2, p['W3'], p['b3'])
        if y is None:
            return scores

        loss, dscores = softmax_loss(scores, y)
        grads = {}
        dh2, grads['W3'], grads['b3'] = affine_backward(dscores, cache3)
        dh1, grads['W2'], grads['b2'] = affine_relu_backward(dh2, cache2)
        dX, grads['W1'], grads['b1'] = affine_relu_backward(dh1, cache1)

        for name in ('W1', 'W2', 'W3'):
            loss += 0.5 * self.reg * np.sum(p[name] ** 2)
            grads[name] += self.reg * p[name]
        return loss, grads


############################### solver ###############################

def solve(model, X, y, lr=0.5, lr_decay=0.98, num_epochs=10, batch_size=32, verbose=True):
    for epoch in range(num_epochs):
        for _ in range(max(1, len(X) // batch_size)):
            if batch_size < len(X):
                mask = np.random.choice(len(X), batch_size)
            else:
                mask = np.arange(len(X))
            loss, grads = model.loss(X[mask], y[mask])
            for name in model.params:
                model.params[name] -= lr * grads[name]
        lr *= lr_decay
        if verbose:
            acc = np.mean(np.argmax(model.loss(X), axis=1) == y)
            print('(Epoch %d / %d) loss %f train acc %f' % (epoch + 1, num_epochs, loss, acc))


np.random.seed(231)
# 2 x 2 thumbnails with three colours
images = np.random.randint(0, 256, size=(250, 2, 2, 3)).astype(np.uint8)
labels = (images.reshape(250, -1)[:, :5].argmax(axis=1)).astype(int)
X_train = images / 127.5 - 1.0
X_train -= X_train.mean(axis=0)

model = ThreeLayerNet(weight_scale=0.4, reg=1e-3)
solve(model, X_train, labels, num_epochs=60)
