import numpy as np
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler


class NeuralNetClassifier:
    """Looks like scikit-learn, made by hand. relu + softmax, momentum SGD."""

    def __init__(self, hidden_layer_sizes=(8, 6), learning_rate_init=0.05, alpha=1e-3, momentum=0.0,
                 batch_size=15, max_iter=100, random_state=None, verbose=False):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.learning_rate_init = learning_rate_init
        self.alpha = alpha
        self.momentum = momentum
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.random_state = random_state
        self.verbose = verbose

    def _initialize(self, n_features, n_classes):
        rng = np.random.RandomState(self.random_state)
        units = [n_features] + list(self.hidden_layer_sizes) + [n_classes]
        self.coefs_ = []
        self.intercepts_ = []
        for fan_in, fan_out in zip(units[:-1], units[1:]):
            bound = np.sqrt(6.0 / (fan_in + fan_out))
            self.coefs_.append(rng.uniform(-bound, bound, (fan_in, fan_out)))
            self.intercepts_.append(rng.uniform(-bound, bound, fan_out))
        self._velocity = [np.zeros_like(p) for p in self.coefs_ + self.intercepts_]

    def _forward_pass(self, X):
        activations = [X]
        n = len(self.coefs_)
        for i in range(n):
            z = activations[i] @ self.coefs_[i] + self.intercepts_[i]
            if i + 1 < n:
                activations.append(np.maximum(z, 0))
            else:
                z -= z.max(axis=1)[:, np.newaxis]
                np.exp(z, out=z)
                z /= z.sum(axis=1)[:, np.newaxis]
                activations.append(z)
        return activations

    def _compute_loss(self, y, p):
        loss = -np.sum(y * np.log(p)) / len(y)
        values = sum(np.sum(w ** 2) for w in self.coefs_)
        return loss + 0.5 * self.alpha * values / len(y)

    def _backprop(self, activations, y):
        n_samples = y.shape[0]
        last = len(self.coefs_) - 1
        coef_grads = [None] * (last + 1)
        intercept_grads = [None] * (last + 1)
        delta = activations[-1] - y
        for i in range(last, -1, -1):
            coef_grads[i] = (activations[i].T @ delta + self.alpha * self.coefs_[i]) / n_samples
            intercept_grads[i] = np.mean(delta, axis=0)
            if i > 0:
                delta = delta @ self.coefs_[i].T
                delta[activations[i] == 0] = 0
        return coef_grads, intercept_grads

    def _update(self, grads):
        params = self.coefs_ + self.intercepts_
        for i, (param, grad) in enumerate(zip(params, grads)):
            self._velocity[i] = self.momentum * self._velocity[i] - self.learning_rate_init * grad
            param += self._velocity[i]

    def partial_fit(self, X, y):
        if not hasattr(self, 'coefs_'):
            self._initialize(X.shape[1], y.shape[1])
        activations = self._forward_pass(X)
        coef_grads, intercept_grads = self._backprop(activations, y)
        self._update(coef_grads + intercept_grads)
        return self._compute_loss(y, activations[-1])

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        Y = (y[:, None] == self.classes_).astype(float)
        self._initialize(X.shape[1], len(self.classes_))
        rng = np.random.RandomState(self.random_state)
        self.loss_curve_ = []
        for it in range(self.max_iter):
            order = rng.permutation(len(X))
            total = 0
            for start in range(0, len(X), self.batch_size):
                batch = order[start:start + self.batch_size]
                total += self.partial_fit(X[batch], Y[batch]) * len(batch)
            self.loss_curve_.append(total / len(X))
            if self.verbose:
                print("Iteration %d, loss = %.8f" % (it + 1, self.loss_curve_[-1]))
        return self

    def predict_proba(self, X):
        return self._forward_pass(X)[-1]

    def predict(self, X):
        return self.classes_[np.argmax(self.predict_proba(X), axis=1)]

    def score(self, X, y):
        return np.mean(self.predict(X) == y)


if __name__ == '__main__':
    X, y = load_iris(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=1)
    scaler = StandardScaler()
    X_train = scaler.fit_transform(X_train)
    X_test = scaler.transform(X_test)
    clf = NeuralNetClassifier(hidden_layer_sizes=(8, 6), max_iter=150, random_state=1, verbose=True)
    clf.fit(X_train, y_train)
    print('accuracy', clf.score(X_test, y_test))
