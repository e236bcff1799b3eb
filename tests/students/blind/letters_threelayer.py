"""
Three layer network on the (tiny, 4 x 2 pixel) letters data, same API as in the assignments:

    loss(X)     -> scores
    loss(X, y)  -> loss, grads
"""
import numpy as np


class ThreeLayerNet:
    """affine - relu - affine - sigmoid - affine - softmax"""

    def __init__(self, input_size, hidden1, hidden2, num_classes, std=0.3):
        self.params = {}
        self.params['W1'] = std * np.random.randn(input_size, hidden1)
        self.params['b1'] = np.zeros(hidden1)
        self.params['W2'] = std * np.random.randn(hidden1, hidden2)
        self.params['b2'] = np.zeros(hidden2)
        self.params['W3'] = std * np.random.randn(hidden2, num_classes)
        self.params['b3'] = np.zeros(num_classes)

    def loss(self, X, y=None, reg=0.0):
        W1, b1 = self.params['W1'], self.params['b1']
        W2, b2 = self.params['W2'], self.params['b2']
        W3, b3 = self.params['W3'], self.params['b3']
        N, D = X.shape

        # forward pass
        u1 = X.dot(W1) + b1
        h1 = np.maximum(u1, 0)
        u2 = h1.dot(W2) + b2
        h2 = 1.0 / (1.0 + np.exp(-u2))
        scores = h2.dot(W3) + b3

        # If the targets are not given then jump out, we're done
        if y is None:
            return scores

        # loss
        scores = scores - np.max(scores, axis=1, keepdims=True)
        probs = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        data_loss = -np.sum(np.log(probs[np.arange(N), y])) / N
        reg_loss = reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
        loss = data_loss + reg_loss

        # backward pass
        grads = {}
        dscores = probs.copy()
        dscores[np.arange(N), y] -= 1
        dscores /= N

        grads['W3'] = h2.T.dot(dscores) + 2 * reg * W3
        grads['b3'] = np.sum(dscores, axis=0)

        dh2 = dscores.dot(W3.T)
        du2 = dh2 * h2 * (1 - h2)
        grads['W2'] = h1.T.dot(du2) + 2 * reg * W2
        grads['b2'] = np.sum(du2, axis=0)

        dh1 = du2.dot(W2.T)
        du1 = dh1 * (u1 > 0)
        grads['W1'] = X.T.dot(du1) + 2 * reg * W1
        grads['b1'] = np.sum(du1, axis=0)

        return loss, grads

    def train(self, X, y, X_val, y_val, learning_rate=0.5, learning_rate_decay=0.98, reg=1e-4,
              num_iters=1000, batch_size=50, verbose=False):
        num_train = X.shape[0]
        iterations_per_epoch = max(num_train // batch_size, 1)
        loss_history = []

        for it in range(num_iters):
            batch = np.random.choice(num_train, batch_size)
            loss, grads = self.loss(X[batch], y=y[batch], reg=reg)
            loss_history.append(loss)

            for name in self.params:
                self.params[name] -= learning_rate * grads[name]

            if verbose and it % 100 == 0:
                print('iteration %d / %d: loss %f' % (it, num_iters, loss))
            if it % iterations_per_epoch == 0:
                learning_rate *= learning_rate_decay

        return {'loss_history': loss_history, 'val_acc': np.mean(self.predict(X_val) == y_val)}

    def predict(self, X):
        return np.argmax(self.loss(X), axis=1)


def get_letters(n, rng):
    shapes = rng.uniform(0, 1, size=(6, 8)).round()
    y = rng.integers(0, 6, size=n)
    X = shapes[y] + 0.3 * rng.standard_normal((n, 8))
    return X - X.mean(axis=0), y


np.random.seed(231)
X, y = get_letters(700, np.random.default_rng(231))
net = ThreeLayerNet(8, 10, 7, 6)
stats = net.train(X[:500], y[:500], X[500:], y[500:], num_iters=2000, verbose=True)
print('Final training loss: ', stats['loss_history'][-1:])
print('Validation accuracy: ', stats['val_acc'])
