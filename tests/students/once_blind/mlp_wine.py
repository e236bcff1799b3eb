import sys

import numpy as np


class NeuralNetMLP(object):
    """ Feedforward neural network / Multi-layer perceptron classifier.

    Parameters
    ------------
    n_hidden : int (default: 10)
        Number of hidden units.
    l2 : float (default: 0.)
        Lambda value for L2-regularization, no regularization if l2=0.
    epochs : int (default: 100)
    eta : float (default: 0.01)
    shuffle : bool (default: True)
    minibatch_size : int (default: 1)
    seed : int (default: None)
    """

    def __init__(self, n_hidden=10, l2=0., epochs=100, eta=0.01, shuffle=True, minibatch_size=1, seed=None):
        self.random = np.random.RandomState(seed)
        self.n_hidden = n_hidden
        self.l2 = l2
        self.epochs = epochs
        self.eta = eta
        self.shuffle = shuffle
        self.minibatch_size = minibatch_size

    def _onehot(self, y, n_classes):
        onehot = np.zeros((n_classes, y.shape[0]))
        for idx, val in enumerate(y.astype(int)):
            onehot[val, idx] = 1.
        return onehot.T

    def _sigmoid(self, z):
        return 1. / (1. + np.exp(-np.clip(z, -250, 250)))

    def _forward(self, X):
        z_h = np.dot(X, self.w_h) + self.b_h
        a_h = self._sigmoid(z_h)
        z_out = np.dot(a_h, self.w_out) + self.b_out
        a_out = self._sigmoid(z_out)
        return z_h, a_h, z_out, a_out

    def _compute_cost(self, y_enc, output):
        L2_term = 0.5 * self.l2 * (np.sum(self.w_h ** 2.) + np.sum(self.w_out ** 2.))
        term1 = -y_enc * np.log(output)
        term2 = (1. - y_enc) * np.log(1. - output)
        return np.sum(term1 - term2) + L2_term

    def predict(self, X):
        z_h, a_h, z_out, a_out = self._forward(X)
        return np.argmax(z_out, axis=1)

    def fit(self, X_train, y_train, X_valid=None, y_valid=None):
        n_output = np.unique(y_train).shape[0]
        n_features = X_train.shape[1]
        y_train_enc = self._onehot(y_train, n_output)

        self.b_h = np.zeros(self.n_hidden)
        self.w_h = self.random.normal(loc=0.0, scale=0.1, size=(n_features, self.n_hidden))
        self.b_out = np.zeros(n_output)
        self.w_out = self.random.normal(loc=0.0, scale=0.1, size=(self.n_hidden, n_output))

        self.eval_ = {'cost': [], 'train_acc': []}
        for i in range(self.epochs):
            indices = np.arange(X_train.shape[0])
            if self.shuffle:
                self.random.shuffle(indices)
            for start_idx in range(0, indices.shape[0], self.minibatch_size):
                batch_idx = indices[start_idx:start_idx + self.minibatch_size]
                self._train_batch(X_train[batch_idx], y_train_enc[batch_idx])

            a_out = self._forward(X_train)[-1]
            cost = self._compute_cost(y_train_enc, a_out)
            train_acc = np.mean(y_train == self.predict(X_train))
            sys.stderr.write('\r%0*d/%d | Cost: %.2f | Train Acc.: %.2f%% ' %
                             (len(str(self.epochs)), i + 1, self.epochs, cost, train_acc * 100))
            sys.stderr.flush()
            self.eval_['cost'].append(cost)
            self.eval_['train_acc'].append(train_acc)
        return self

    def _train_batch(self, X, y_enc):
        z_h, a_h, z_out, a_out = self._forward(X)

        # [n_examples, n_classlabels]
        delta_out = a_out - y_enc
        # [n_examples, n_hidden]
        sigmoid_derivative_h = a_h * (1. - a_h)
        delta_h = np.dot(delta_out, self.w_out.T) * sigmoid_derivative_h

        grad_w_h = np.dot(X.T, delta_h)
        grad_b_h = np.sum(delta_h, axis=0)
        grad_w_out = np.dot(a_h.T, delta_out)
        grad_b_out = np.sum(delta_out, axis=0)

        # bias is not regularized
        delta_w_h = grad_w_h + self.l2 * self.w_h
        delta_b_h = grad_b_h
        self.w_h -= self.eta * delta_w_h
        self.b_h -= self.eta * delta_b_h

        delta_w_out = grad_w_out + self.l2 * self.w_out
        delta_b_out = grad_b_out
        self.w_out -= self.eta * delta_w_out
        self.b_out -= self.eta * delta_b_out


if __name__ == '__main__':
    wine = np.genfromtxt('wine.data', delimiter=',')
    X, y = wine[:, 1:], wine[:, 0] - 1
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    nn = NeuralNetMLP(n_hidden=8, l2=0.01, epochs=60, eta=0.005, minibatch_size=30, shuffle=True, seed=1)
    nn.fit(X, y)
    print('Accuracy: %.2f%%' % (100 * nn.eval_['train_acc'][-1]))
