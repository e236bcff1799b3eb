import numpy as np


class ForestOfOne:
    """baseline: always the mean"""

    def fit(self, X, y):
        self.mean_ = np.mean(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.mean_)


class NeuralRegressor:
    """Regression with hidden softplus layers. One number per sample comes out.

    loss: 'squared' or 'logcosh' (less afraid of outliers)
    """

    def __init__(self, hidden_layer_sizes=(8,), loss='squared', learning_rate=0.05, momentum=0.0, l2=0.0,
                 n_epochs=100, batch_size=16, random_state=0):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.loss = loss
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.l2 = l2
        self.n_epochs = n_epochs
        self.batch_size = batch_size
        self.random_state = random_state

    # ---- parts -------------------------------------------------------
    def _act(self, z):
        return np.log1p(np.exp(z))

    def _act_deriv(self, z):
        return 1 / (1 + np.exp(-z))

    def _init_weights(self, n_features):
        self.rng_ = np.random.RandomState(self.random_state)
        sizes = (n_features,) + tuple(self.hidden_layer_sizes) + (1,)
        self.coefs_ = [self.rng_.normal(0, np.sqrt(2 / (m + n)), (m, n)) for m, n in zip(sizes, sizes[1:])]
        self.intercepts_ = [np.zeros((1, n)) for n in sizes[1:]]
        self.v_ = [np.zeros_like(p) for p in self.coefs_ + self.intercepts_]

    def _forward(self, X):
        self.a_ = [X]
        self.z_ = []
        for W, b in zip(self.coefs_, self.intercepts_):
            self.z_.append(self.a_[-1] @ W + b)
            self.a_.append(self._act(self.z_[-1]))
        self.a_[-1] = self.z_[-1]          # identity at the end
        return self.a_[-1]

    def _loss_value(self, X, y):
        e = self._forward(X) - y.reshape(-1, 1)
        value = np.mean(np.log(np.cosh(e)) if self.loss == 'logcosh' else e ** 2)
        return value + self.l2 * sum((W ** 2).sum() for W in self.coefs_)

    def _gradients(self, X, y):
        out = self._forward(X)
        err = out - y.reshape(-1, 1)
        if self.loss == 'logcosh':
            delta = np.tanh(err) / len(X)
        else:
            delta = 2 * err / len(X)
        gW, gb = [], []
        for i in range(len(self.coefs_) - 1, -1, -1):
            gW = [self.a_[i].T @ delta + 2 * self.l2 * self.coefs_[i]] + gW
            gb = [delta.sum(axis=0, keepdims=True)] + gb
            if i > 0:
                delta = delta @ self.coefs_[i].T * self._act_deriv(self.z_[i - 1])
        return gW, gb

    def _update(self, gW, gb):
        params = self.coefs_ + self.intercepts_
        for k, g in enumerate(gW + gb):
            self.v_[k] = self.momentum * self.v_[k] - self.learning_rate * g
            params[k] += self.v_[k]

    # ---- public ------------------------------------------------------
    def partial_fit(self, X, y):
        if not hasattr(self, 'coefs_'):
            self._init_weights(X.shape[1])
        self._update(*self._gradients(X, y))
        return self

    def fit(self, X, y):
        self._init_weights(X.shape[1])
        for epoch in range(self.n_epochs):
            idx = self.rng_.permutation(len(X))
            for batch in np.array_split(idx, max(1, len(X) // self.batch_size)):
                self.partial_fit(X[batch], y[batch])
            if epoch % 50 == 0:
                print('epoch', epoch, 'loss', self._loss_value(X, y))
        return self

    def predict(self, X):
        return self._forward(X).ravel()

    def score(self, X, y):
        return 1 - ((y - self.predict(X)) ** 2).sum() / ((y - y.mean()) ** 2).sum()


def make_flats(n, rng):
    area = rng.uniform(20, 140, n)
    rooms = np.maximum(1, np.round(area / 27 + rng.normal(0, 0.5, n)))
    floor = rng.randint(0, 9, n)
    distance = rng.exponential(4, n)
    rent = 11 * area - 3 * area * np.tanh(distance / 6) + 15 * floor + rng.normal(0, 40, n)
    return np.column_stack([area, rooms, floor, distance]), rent


rng = np.random.RandomState(12)
X, y = make_flats(200, rng)
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = (y - y.mean()) / y.std()
X_train, X_test, y_train, y_test = X[:150], X[150:], y[:150], y[150:]
model = NeuralRegressor(hidden_layer_sizes=(10, 6), learning_rate=0.03, n_epochs=250)
model.fit(X_train, y_train)
print('R^2 train %.3f, test %.3f' % (model.score(X_train, y_train), model.score(X_test, y_test)))
print('mean absolute error', np.abs(model.predict(X_test) - y_test).mean())
print('of the baseline    ', np.abs(ForestOfOne().fit(X_train, y_train).predict(X_test) - y_test).mean())
