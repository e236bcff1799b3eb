"""nn.py - a minimal torch.nn look-alike and an example (will the parcel be early, on time, late or lost?)"""
import numpy as np


class Module:
    def __init__(self):
        self.training = True
        self._params = {}
        self._grads = {}

    def __call__(self, x):
        return self.forward(x)

    def children(self):
        return []

    def train(self, mode=True):
        self.training = mode
        for child in self.children():
            child.train(mode)

    def eval(self):
        self.train(False)


class Linear(Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        k = 1 / np.sqrt(in_features)
        self._params["weight"] = np.random.uniform(-k, k, (out_features, in_features))
        self._params["bias"] = np.random.uniform(-k, k, out_features)
        self.zero_grad()

    def zero_grad(self):
        for name, value in self._params.items():
            self._grads[name] = np.zeros_like(value)

    def forward(self, x):
        self.x = x
        return x @ self._params["weight"].T + self._params["bias"]

    def backward(self, grad):
        self._grads["weight"] += grad.T @ self.x
        self._grads["bias"] += grad.sum(axis=0)
        return grad @ self._params["weight"]


class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.alpha * (np.exp(np.minimum(x, 0)) - 1))

    def backward(self, grad):
        return grad * np.where(self.x > 0, 1, self.alpha * np.exp(np.minimum(self.x, 0)))


class Tanh(Module):
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, grad):
        return grad * (1 - self.y ** 2)


class Sequential(Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = list(layers)

    def children(self):
        return self.layers

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def backward(self, grad):
        for layer in self.layers[::-1]:
            grad = layer.backward(grad)
        return grad


class CrossEntropyLoss:
    """softmax + negative log likelihood, targets are class indices"""

    def __call__(self, logits, target):
        shifted = logits - logits.max(axis=1, keepdims=True)
        self.logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self.target = target
        return -self.logp[np.arange(len(target)), target].mean()

    def backward(self):
        grad = np.exp(self.logp)
        grad[np.arange(len(self.target)), self.target] -= 1
        return grad / len(self.target)


class SGD:
    def __init__(self, model, lr, momentum=0.0, weight_decay=0.0):
        self.modules = [m for m in model.children() if m._params]
        self.lr = lr
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.velocity = {}

    def zero_grad(self):
        for m in self.modules:
            m.zero_grad()

    def step(self):
        for i, m in enumerate(self.modules):
            for name, value in m._params.items():
                g = m._grads[name]
                if self.weight_decay and name == "weight":
                    g = g + self.weight_decay * value
                v = self.momentum * self.velocity.get((i, name), 0) + g
                self.velocity[i, name] = v
                value -= self.lr * v


def fit(model, criterion, optimizer, x, y, epochs, batch_size=32):
    model.train()
    for epoch in range(epochs):
        order = np.random.permutation(len(x))
        running = 0.0
        for part in np.array_split(order, max(1, len(x) // batch_size)):
            optimizer.zero_grad()
            loss = criterion(model(x[part]), y[part])
            model.backward(criterion.backward())
            optimizer.step()
            running += loss * len(part)
        if epoch % 20 == 0:
            print(f"epoch {epoch:3d} | loss {running / len(x):.4f}")
    model.eval()


np.random.seed(42)
x = np.random.randn(400, 5)     # distance, weight, weekday, stops, weather
y = np.digitize(x[:, 0] + 0.5 * x[:, 3] - x[:, 4] * x[:, 1], [-1, 0, 1.2])

model = Sequential(Linear(5, 9), ELU(), Linear(9, 6), Tanh(), Linear(6, 4))
criterion = CrossEntropyLoss()
optimizer = SGD(model, lr=0.1, weight_decay=1e-4)
fit(model, criterion, optimizer, x, y, epochs=200)
print("accuracy:", np.mean(model(x).argmax(axis=1) == y))
