import numpy as np
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split


class NeuralNetClassifier:
    """
    Feed-forward classifier with fit / predict / predict_proba / score.

    hidden : tuple, neurons in each hidden layer
    eta : learning rate
    l2 : strength of the weight decay
    decay : eta is divided by (1 + decay * epoch)
    """

    def __init__(self, hidden=(8, 5), eta=0.5, l2=0.0, decay=0.0, epochs=100, minibatch_size=30, random_state=None):
        self.hidden = hidden
        self.eta = eta
        self.l2 = l2
        self.decay = decay
        self.epochs = epochs
        self.minibatch_size = minibatch_size
        self.random = np.random.RandomState(random_state)

    def _init_weights(self, n_features, n_classes):
        sizes = [n_features, *self.hidden, n_classes]
        self.coefs_ = []
        self.intercepts_ = []
        for a, b in zip(sizes, sizes[1:]):
            self.coefs_.append(self.random.normal(loc=0.0, scale=1 / np.sqrt(a), size=(a, b)))
            self.intercepts_.append(np.zeros(b))

    def _onehot(self, y):
        onehot = np.zeros((y.shape[0], len(self.classes_)))
        for idx, val in enumerate(y):
            onehot[idx, np.searchsorted(self.classes_, val)] = 1.0
        return onehot

    def _sigmoid(self, z):
        return 1.0 / (1.0 + np.exp(-np.clip(z, -250, 250)))

    def _softmax(self, z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def _forward(self, X):
        acts = [X]
        for W, b in zip(self.coefs_[:-1], self.intercepts_[:-1]):
            acts.append(self._sigmoid(acts[-1] @ W + b))
        acts.append(self._softmax(acts[-1] @ self.coefs_[-1] + self.intercepts_[-1]))
        return acts

    def _compute_cost(self, y_enc, output):
        data = -np.sum(y_enc * np.log(output)) / len(y_enc)
        return data + 0.5 * self.l2 * sum(np.sum(W ** 2) for W in self.coefs_)

    def _backward(self, acts, y_enc):
        n = len(y_enc)
        sigma = (acts[-1] - y_enc) / n
        grads_w, grads_b = [], []
        for i in reversed(range(len(self.coefs_))):
            grads_w.insert(0, acts[i].T @ sigma + self.l2 * self.coefs_[i])
            grads_b.insert(0, sigma.sum(axis=0))
            if i > 0:
                sigma = (sigma @ self.coefs_[i].T) * acts[i] * (1.0 - acts[i])
        return grads_w, grads_b

    def _step(self, X, y_enc, eta):
        grads_w, grads_b = self._backward(self._forward(X), y_enc)
        self.coefs_ = [W - eta * g for W, g in zip(self.coefs_, grads_w)]
        self.intercepts_ = [b - eta * g for b, g in zip(self.intercepts_, grads_b)]

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self._init_weights(X.shape[1], len(self.classes_))
        y_enc = self._onehot(y)
        self.cost_ = []
        for epoch in range(self.epochs):
            eta = self.eta / (1 + self.decay * epoch)
            indices = self.random.permutation(len(X))
            for start in range(0, len(X), self.minibatch_size):
                batch = indices[start:start + self.minibatch_size]
                self._step(X[batch], y_enc[batch], eta)
            self.cost_.append(self._compute_cost(y_enc, self.predict_proba(X)))
        return self

    def predict_proba(self, X):
        return self._forward(X)[-1]

    def predict(self, X):
        return self.classes_[np.argmax(self.predict_proba(X), axis=1)]

    def score(self, X, y):
        return np.mean(self.predict(X) == y)


if __name__ == "__main__":
    X, y = load_iris(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, stratify=y, random_state=1)
    mean, std = X_train.mean(axis=0), X_train.std(axis=0)

    clf = NeuralNetClassifier(l2=1e-3, decay=1e-3, epochs=300, random_state=1)
    clf.fit((X_train - mean) / std, y_train)
    print("cost %.4f" % np.array(clf.cost_[-1:]).sum())
    print("train accuracy %.3f" % clf.score((X_train - mean) / std, y_train))
    print("test accuracy %.3f" % clf.score((X_test - mean) / std, y_test))
