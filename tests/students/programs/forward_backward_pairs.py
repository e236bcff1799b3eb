import numpy as np

# ----------------------------------------------------------------------
# pairs of functions: every forward returns (out, cache)
# ----------------------------------------------------------------------


def affine_forward(x, w, b):
    out = x.reshape(x.shape[0], -1) @ w + b
    cache = (x, w, b)
    return out, cache


def affine_backward(dout, cache):
    x, w, b = cache
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(x.shape[0], -1).T @ dout
    db = dout.sum(axis=0)
    return dx, dw, db


def tanh_forward(x):
    out = np.tanh(x)
    return out, out


def tanh_backward(dout, cache):
    return dout * (1 - cache * cache)


def softmax_loss(x, y):
    logits = x - x.max(axis=1, keepdims=True)
    log_probs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    N = x.shape[0]
    loss = -log_probs[np.arange(N), y].mean()
    dx = np.exp(log_probs)
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx


class FullyConnectedNet:

    def __init__(self, dims, weight_scale=0.3, reg=0.02):
        self.reg = reg
        self.num_layers = len(dims) - 1
        self.params = {}
        for i in range(self.num_layers):
            self.params[f'W{i + 1}'] = weight_scale * np.random.randn(dims[i], dims[i + 1])
            self.params[f'b{i + 1}'] = np.zeros(dims[i + 1])

    def loss(self, X, y=None):
        h = X
        caches = []
        for i in range(1, self.num_layers + 1):
            h, fc_cache = affine_forward(h, self.params[f'W{i}'], self.params[f'b{i}'])
            act_cache = None
            if i < self.num_layers:
                h, act_cache = tanh_forward(h)
            caches.append((fc_cache, act_cache))
        if y is None:
            return h

        loss, dh = softmax_loss(h, y)
        grads = {}
        for i in range(self.num_layers, 0, -1):
            W = self.params[f'W{i}']
            loss += self.reg * np.sum(W ** 2)
            fc_cache, act_cache = caches[i - 1]
            if act_cache is not None:
                dh = tanh_backward(dh, act_cache)
            dh, dW, db = affine_backward(dh, fc_cache)
            grads[f'W{i}'] = dW + 2 * self.reg * W
            grads[f'b{i}'] = db
        return loss, grads


class Solver:

    def __init__(self, model, X, y, lr=0.5, epochs=20, batch=25):
        self.model, self.X, self.y = model, X, y
        self.lr, self.epochs, self.batch = lr, epochs, batch
        self.history = []

    def train(self):
        per_epoch = len(self.X) // self.batch
        for t in range(self.epochs * per_epoch):
            mask = np.random.choice(len(self.X), self.batch)
            loss, grads = self.model.loss(self.X[mask], self.y[mask])
            for name, value in self.model.params.items():
                self.model.params[name] = value - self.lr * grads[name]
            self.history.append(loss)
            if t % per_epoch == 0:
                guess = self.model.loss(self.X).argmax(axis=1)
                print('epoch', t // per_epoch, 'loss', loss, 'acc', (guess == self.y).mean())


if __name__ == '__main__':
    np.random.seed(231)
    X = np.random.randn(100, 5)
    y = (X[:, :3] + 0.2).argmax(axis=1)
    model = FullyConnectedNet([5, 8, 6, 3])
    Solver(model, X, y).train()
