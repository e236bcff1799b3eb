# -*- coding: utf-8 -*-
"""
Stars for reviews (1 to 4) from nine hand-made features, two hidden layers and the SVM loss.
First all the errors from the top down, then all the gradients.
"""
import numpy as np

try:
    import matplotlib.pyplot as plt
except ImportError:
    plt = None


def affine_forward(x, w, b):
    out = np.dot(x, w) + b
    return out


def relu_forward(x):
    x[x < 0] = 0        # saves memory
    return x


def relu_backward(dout, h):
    """h is what came out of the relu"""
    return dout * (h > 0)


def svm_loss(scores, y):
    n = scores.shape[0]
    rows = np.arange(n)
    right = scores[rows, y].reshape(-1, 1)
    margins = np.maximum(0, scores - right + 1.0)
    margins[rows, y] = 0
    loss = np.sum(margins) / n
    dscores = (margins > 0).astype(float)
    dscores[rows, y] = -np.sum(dscores, axis=1)
    dscores /= n
    return loss, dscores


def init_params(dims, std):
    params = {}
    for i in range(1, len(dims)):
        params['W' + str(i)] = std * np.random.randn(dims[i - 1], dims[i])
        params['b' + str(i)] = np.zeros(dims[i])
    return params


def loss_and_gradients(params, X, y=None, reg=0.0):
    h1 = relu_forward(affine_forward(X, params['W1'], params['b1']))
    h2 = relu_forward(affine_forward(h1, params['W2'], params['b2']))
    scores = affine_forward(h2, params['W3'], params['b3'])
    if y is None:
        return scores

    loss, dscores = svm_loss(scores, y)
    for i in (1, 2, 3):
        W = params['W%d' % i]
        loss += reg * np.sum(W * W)

    # errors
    d3 = dscores
    d2 = relu_backward(np.dot(d3, params['W3'].T), h2)
    d1 = relu_backward(np.dot(d2, params['W2'].T), h1)

    # gradients
    grads = {}
    grads['W3'] = np.dot(h2.T, d3)
    grads['W2'] = np.dot(h1.T, d2)
    grads['W1'] = np.dot(X.T, d1)
    grads['b3'] = np.sum(d3, axis=0)
    grads['b2'] = np.sum(d2, axis=0)
    grads['b1'] = np.sum(d1, axis=0)
    for i in (1, 2, 3):
        grads['W%d' % i] += 2 * reg * params['W%d' % i]
    return loss, grads


def sgd(params, grads, config):
    lr = config['learning_rate']
    for p in params:
        params[p] -= lr * grads[p]
    config['learning_rate'] *= config['decay']


def fit(params, X, y, config, epochs=20, batch_size=40, reg=1e-3):
    history = []
    for epoch in range(epochs):
        order = np.random.permutation(len(X))
        for k in range(0, len(X), batch_size):
            rows = order[k:k + batch_size]
            loss, grads = loss_and_gradients(params, X[rows], y[rows], reg)
            sgd(params, grads, config)
            history.append(loss)
        stars = loss_and_gradients(params, X).argmax(axis=1)
        print('epoch', epoch, 'loss', round(float(history[-1]), 4), 'accuracy', np.mean(stars == y))
    return history


np.random.seed(231)
X = np.random.randn(280, 9)
y = np.digitize(X[:, 0] + X[:, 1] * X[:, 2] - 0.5 * X[:, 6], [-1, 0, 1])
params = init_params([9, 7, 7, 4], std=0.5)
history = fit(params, X, y, {'learning_rate': 0.1, 'decay': 0.999}, epochs=60)
if plt is not None:
    plt.plot(history)
    plt.show()
