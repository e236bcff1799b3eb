import numpy as np

np.random.seed(0)


def inplace_tanh_derivative(A, delta):
    """A: output of the layer. delta is multiplied by the derivative, in place."""
    delta *= 1 - A ** 2


def inplace_logistic_derivative(A, delta):
    delta *= A
    delta *= 1 - A


def inplace_relu_derivative(A, delta):
    delta[A == 0] = 0


def expit(Z):
    return 1 / (1 + np.exp(-Z))


ACTIVATIONS = {'tanh': np.tanh, 'logistic': expit, 'relu': lambda Z: np.maximum(Z, 0)}
DERIVATIVES = {'tanh': inplace_tanh_derivative, 'logistic': inplace_logistic_derivative,
               'relu': inplace_relu_derivative}


class TagClassifier:
    """Multi-label classifier (several tags may be true at once), with the interface of scikit-learn.

    Parameters
    ----------
    hidden : tuple, units of the hidden layers
    activation : 'tanh', 'logistic' or 'relu'
    alpha : float, L2 penalty
    eta0 : float, initial step size; it shrinks as eta0 / (1 + t) ** power_t
    """

    def __init__(self, hidden=(10,), activation='tanh', alpha=0.0, eta0=0.5, power_t=0.1, batch_size=20,
                 max_iter=100, tol=1e-6):
        self.hidden = hidden
        self.activation = activation
        self.alpha = alpha
        self.eta0 = eta0
        self.power_t = power_t
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.tol = tol

    def _init_coef(self, fan_in, fan_out):
        limit = np.sqrt(6. / (fan_in + fan_out))
        return np.random.uniform(-limit, limit, (fan_in, fan_out)), np.random.uniform(-limit, limit, fan_out)

    def _start(self, X, Y):
        units = [X.shape[1], *self.hidden, Y.shape[1]]
        pairs = [self._init_coef(a, b) for a, b in zip(units[:-1], units[1:])]
        self.coefs_ = [c for c, _ in pairs]
        self.intercepts_ = [i for _, i in pairs]
        self.t_ = 0
        self.loss_curve_ = []

    def _forward(self, X):
        activations = [X]
        for coef, intercept in zip(self.coefs_[:-1], self.intercepts_[:-1]):
            activations.append(ACTIVATIONS[self.activation](activations[-1] @ coef + intercept))
        activations.append(expit(activations[-1] @ self.coefs_[-1] + self.intercepts_[-1]))
        return activations

    def _loss(self, Y, P):
        P = np.clip(P, 1e-12, 1 - 1e-12)
        log_loss = -np.sum(Y * np.log(P) + (1 - Y) * np.log(1 - P)) / len(Y)
        return log_loss + 0.5 * self.alpha * sum(np.sum(c ** 2) for c in self.coefs_) / len(Y)

    def _backprop(self, activations, Y):
        n_samples, n_layers = len(Y), len(self.coefs_)
        deltas = [None] * n_layers
        deltas[-1] = activations[-1] - Y
        for i in range(n_layers - 1, 0, -1):
            deltas[i - 1] = deltas[i] @ self.coefs_[i].T
            DERIVATIVES[self.activation](activations[i], deltas[i - 1])
        coef_grads, intercept_grads = [], []
        for i in range(n_layers):
            coef_grads.append((activations[i].T @ deltas[i] + self.alpha * self.coefs_[i]) / n_samples)
            intercept_grads.append(deltas[i].sum(axis=0) / n_samples)
        return coef_grads, intercept_grads

    def partial_fit(self, X, Y):
        if not hasattr(self, 'coefs_'):
            self._start(X, Y)
        activations = self._forward(X)
        coef_grads, intercept_grads = self._backprop(activations, Y)
        eta = self.eta0 / (1 + self.t_) ** self.power_t
        for i in range(len(self.coefs_)):
            self.coefs_[i] -= eta * coef_grads[i]
            self.intercepts_[i] -= eta * intercept_grads[i]
        return self._loss(Y, activations[-1])

    def fit(self, X, Y):
        self._start(X, Y)
        for self.t_ in range(self.max_iter):
            order = np.random.permutation(len(X))
            losses = []
            for s in range(0, len(X), self.batch_size):
                rows = order[s:s + self.batch_size]
                losses.append(self.partial_fit(X[rows], Y[rows]))
            self.loss_curve_.append(np.mean(losses))
            if self.t_ > 5 and abs(self.loss_curve_[-2] - self.loss_curve_[-1]) < self.tol:
                print('converged after', self.t_, 'epochs')
                break
        return self

    def predict_proba(self, X):
        return self._forward(X)[-1]

    def predict(self, X):
        return (self.predict_proba(X) > 0.5).astype(int)

    def score(self, X, Y):
        """share of samples with all tags right"""
        return np.mean(np.all(self.predict(X) == Y, axis=1))


X = np.random.randn(160, 5)
Y = np.column_stack([X[:, 0] + X[:, 1] > 0, X[:, 2] ** 2 > 0.5, X[:, 3] > X[:, 4]]).astype(int)
clf = TagClassifier(hidden=(9, 6), alpha=0.01, max_iter=150)
clf.fit(X[:120], Y[:120])
print('loss %.4f -> %.4f' % (clf.loss_curve_[0], clf.loss_curve_[-1]))
print('train', clf.score(X[:120], Y[:120]), 'test', clf.score(X[120:], Y[120:]))
