"""MLP regressor with the interface of scikit-learn, written to understand what scikit-learn does."""
import numpy as np
import matplotlib.pyplot as plt


class MyMLPRegressor:
    """
    Parameters
    ----------
    hidden_layer_sizes : tuple
    alpha : float, L2 penalty (regularization term) parameter
    batch_size : int
    learning_rate_init : float
    max_iter : int, number of epochs
    """

    def __init__(self, hidden_layer_sizes=(8, 6), alpha=0.01, batch_size=20, learning_rate_init=0.05,
                 max_iter=200, shuffle=True, random_state=None):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state

    def _initialize(self, n_features, n_outputs):
        rng = np.random.RandomState(self.random_state)
        layer_units = [n_features] + list(self.hidden_layer_sizes) + [n_outputs]
        self.n_layers_ = len(layer_units)
        self.coefs_ = []
        self.intercepts_ = []
        for fan_in, fan_out in zip(layer_units[:-1], layer_units[1:]):
            bound = np.sqrt(6.0 / (fan_in + fan_out))
            self.coefs_.append(rng.uniform(-bound, bound, (fan_in, fan_out)))
            self.intercepts_.append(rng.uniform(-bound, bound, fan_out))
        self.loss_curve_ = []

    def _forward_pass(self, X):
        activations = [X]
        for i in range(self.n_layers_ - 1):
            z = activations[i] @ self.coefs_[i] + self.intercepts_[i]
            # the output layer is the identity
            activations.append(np.maximum(z, 0) if i < self.n_layers_ - 2 else z)
        return activations

    def _loss(self, y, y_pred):
        n_samples = y.shape[0]
        penalty = sum(np.sum(W ** 2) for W in self.coefs_)
        return 0.5 * np.sum((y - y_pred) ** 2) / n_samples + 0.5 * self.alpha * penalty / n_samples

    def _backprop(self, X, y):
        n_samples = X.shape[0]
        activations = self._forward_pass(X)
        coef_grads = [None] * (self.n_layers_ - 1)
        intercept_grads = [None] * (self.n_layers_ - 1)

        last = self.n_layers_ - 2
        delta = activations[-1] - y
        coef_grads[last] = (activations[last].T @ delta + self.alpha * self.coefs_[last]) / n_samples
        intercept_grads[last] = np.mean(delta, axis=0)

        for i in range(last, 0, -1):
            delta = delta @ self.coefs_[i].T
            delta[activations[i] == 0] = 0
            coef_grads[i - 1] = (activations[i - 1].T @ delta + self.alpha * self.coefs_[i - 1]) / n_samples
            intercept_grads[i - 1] = np.mean(delta, axis=0)
        return self._loss(y, activations[-1]), coef_grads, intercept_grads

    def _update(self, coef_grads, intercept_grads):
        for i in range(self.n_layers_ - 1):
            self.coefs_[i] -= self.learning_rate_init * coef_grads[i]
            self.intercepts_[i] -= self.learning_rate_init * intercept_grads[i]

    def partial_fit(self, X, y):
        loss, coef_grads, intercept_grads = self._backprop(X, y)
        self._update(coef_grads, intercept_grads)
        return loss

    def fit(self, X, y):
        self._initialize(X.shape[1], y.shape[1])
        n_samples = X.shape[0]
        order = np.arange(n_samples)
        for epoch in range(self.max_iter):
            if self.shuffle:
                np.random.shuffle(order)
            accumulated = 0.0
            for start in range(0, n_samples, self.batch_size):
                batch = order[start:start + self.batch_size]
                accumulated += self.partial_fit(X[batch], y[batch]) * len(batch)
            self.loss_curve_.append(accumulated / n_samples)
        return self

    def predict(self, X):
        return self._forward_pass(X)[-1]

    def score(self, X, y):
        """R^2"""
        residual = np.sum((y - self.predict(X)) ** 2)
        return 1 - residual / np.sum((y - y.mean(axis=0)) ** 2)


if __name__ == '__main__':
    np.random.seed(1)
    X = np.random.rand(250, 4)
    y = np.column_stack([np.sin(np.pi * X[:, 0] * X[:, 1]) + X[:, 2] ** 2, X[:, 3] - 2 * X[:, 0] * X[:, 2]])
    y += 0.05 * np.random.randn(*y.shape)

    reg = MyMLPRegressor(hidden_layer_sizes=(8, 6), max_iter=300, random_state=3)
    reg.fit(X[:200], y[:200])
    print('R^2 train: %.3f' % reg.score(X[:200], y[:200]))
    print('R^2 test: %.3f' % reg.score(X[200:], y[200:]))

    plt.plot(reg.loss_curve_)
    plt.xlabel('epoch')
    plt.show()
