"""Which crop grows here?  A multi-layer perceptron that can be used like the ones of scikit-learn."""
import numpy as np

try:
    from crops import load_crops
except ImportError:
    def load_crops():
        """stand-in for the survey: soil pH, rain, three nutrients -> crop"""
        r = np.random.RandomState(7)
        which = r.randint(0, 3, 120)
        means = r.randn(3, 5) * 1.5
        names = np.array(["barley", "maize", "rice"])
        return means[which] + r.randn(120, 5), names[which]


class CropMLP:
    def __init__(self, hidden_layer_sizes=(6, 4), alpha=0.01, learning_rate_init=0.2, max_iter=200,
                 batch_size=20, random_state=None, verbose=False):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.alpha = alpha
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.batch_size = batch_size
        self.random_state = random_state
        self.verbose = verbose

    def get_params(self, deep=True):
        return {k: v for k, v in vars(self).items() if not k.endswith("_")}

    # ---- activations: the function, and its slope written with the OUTPUT of the function
    @staticmethod
    def _act(Z):
        return np.arctan(Z)

    @staticmethod
    def _act_slope(A):
        return np.cos(A) ** 2

    @staticmethod
    def _softmax(Z):
        E = np.exp(Z - Z.max(axis=1)[:, np.newaxis])
        E /= E.sum(axis=1)[:, np.newaxis]
        return E

    def _initialise(self, n_features, y):
        rng = np.random.RandomState(self.random_state)
        self.classes_ = np.unique(y)
        units = [n_features, *self.hidden_layer_sizes, len(self.classes_)]
        self.n_layers_ = len(units)
        self.coefs_ = [rng.normal(0, np.sqrt(1.0 / a), (a, b)) for a, b in zip(units[:-1], units[1:])]
        self.intercepts_ = [np.zeros(b) for b in units[1:]]
        self.loss_curve_ = []

    def _forward_pass(self, X):
        activations = [X]
        for i, (coef, intercept) in enumerate(zip(self.coefs_, self.intercepts_)):
            Z = activations[i] @ coef + intercept
            last = i == self.n_layers_ - 2
            activations.append(self._softmax(Z) if last else self._act(Z))
        return activations

    def _loss(self, T, P):
        data = -np.sum(T * np.log(P + 1e-300)) / len(T)
        penalty = sum(np.sum(coef ** 2) for coef in self.coefs_)
        return data + 0.5 * self.alpha * penalty / len(T)

    def _backprop(self, activations, T):
        n_samples = len(T)
        coef_grads = [0] * (self.n_layers_ - 1)
        intercept_grads = [0] * (self.n_layers_ - 1)
        delta = (activations[-1] - T) / n_samples
        for i in reversed(range(self.n_layers_ - 1)):
            coef_grads[i] = activations[i].T @ delta
            coef_grads[i] += self.alpha / n_samples * self.coefs_[i]
            intercept_grads[i] = delta.sum(axis=0)
            if i > 0:
                delta = delta @ self.coefs_[i].T
                delta *= self._act_slope(activations[i])
        return coef_grads, intercept_grads

    def partial_fit(self, X, y):
        if not hasattr(self, "coefs_"):
            self._initialise(X.shape[1], y)
        T = (y[:, np.newaxis] == self.classes_).astype(float)
        total = 0.0
        for start in range(0, len(X), self.batch_size):
            batch = slice(start, start + self.batch_size)
            activations = self._forward_pass(X[batch])
            total += self._loss(T[batch], activations[-1]) * len(T[batch])
            coef_grads, intercept_grads = self._backprop(activations, T[batch])
            for i in range(self.n_layers_ - 1):
                self.coefs_[i] -= self.learning_rate_init * coef_grads[i]
                self.intercepts_[i] -= self.learning_rate_init * intercept_grads[i]
        self.loss_curve_.append(total / len(X))
        return self

    def fit(self, X, y):
        self._initialise(X.shape[1], y)
        for it in range(self.max_iter):
            self.partial_fit(X, y)
            if self.verbose and it % 20 == 0:
                print(f"Iteration {it}, loss = {self.loss_curve_[-1]:.8f}")
        return self

    def predict_proba(self, X):
        return self._forward_pass(X)[-1]

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def score(self, X, y):
        return np.mean(self.predict(X) == y)


if __name__ == "__main__":
    X, y = load_crops()
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    clf = CropMLP(max_iter=200, random_state=1, verbose=True)
    clf.fit(X[:90], y[:90])
    print("train accuracy:", clf.score(X[:90], y[:90]))
    print("test accuracy:", clf.score(X[90:], y[90:]))
