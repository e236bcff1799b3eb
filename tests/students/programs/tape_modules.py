import numpy as np


class Parameter:
    def __init__(self, value):
        self.value = value
        self.grad = None


class Linear:
    def __init__(self, fan_in, fan_out, rng):
        self.weight = Parameter(rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out)))
        self.bias = Parameter(np.zeros((1, fan_out)))

    def __call__(self, x):
        self.saved = x
        return x.dot(self.weight.value) + self.bias.value

    def backward(self, upstream):
        self.weight.grad = self.saved.T.dot(upstream)
        self.bias.grad = upstream.sum(axis=0, keepdims=True)
        return upstream.dot(self.weight.value.T)

    def parameters(self):
        yield self.weight
        yield self.bias


class ELU:
    def __call__(self, x):
        self.saved = x
        self.result = np.where(x > 0, x, np.expm1(np.minimum(x, 0)))
        return self.result

    def backward(self, upstream):
        return upstream * np.where(self.saved > 0, 1, self.result + 1)

    def parameters(self):
        return []


class CrossEntropy:
    def __call__(self, scores, labels):
        self.labels = labels
        shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
        self.p = shifted / shifted.sum(axis=1, keepdims=True)
        return -np.log(self.p[range(len(labels)), labels]).mean()

    def backward(self):
        d = self.p.copy()
        d[range(len(self.labels)), self.labels] -= 1
        return d / len(self.labels)


class Momentum:
    def __init__(self, parameters, lr, mu):
        self.parameters = list(parameters)
        self.lr, self.mu = lr, mu
        self.velocity = [np.zeros_like(p.value) for p in self.parameters]

    def step(self):
        for i, p in enumerate(self.parameters):
            self.velocity[i] = self.mu * self.velocity[i] - self.lr * p.grad
            p.value = p.value + self.velocity[i]


def batches(x, labels, size, rng):
    order = rng.permutation(len(x))
    for start in range(0, len(x), size):
        yield x[order[start:start + size]], labels[order[start:start + size]]


def main(epochs=60, lr=0.1, mu=0.5):
    rng = np.random.default_rng(42)
    x = rng.normal(size=(80, 3))
    labels = (x[:, 0] > 0).astype(int) + 2 * (x[:, 1] * x[:, 2] > 0)
    model = [Linear(3, 8, rng), ELU(), Linear(8, 4, rng)]
    criterion = CrossEntropy()
    optimizer = Momentum([p for layer in model for p in layer.parameters()], lr, mu)
    for epoch in range(epochs):
        for bx, bl in batches(x, labels, 20, rng):
            out = bx
            for layer in model:
                out = layer(out)
            loss = criterion(out, bl)
            upstream = criterion.backward()
            for layer in reversed(model):
                upstream = layer.backward(upstream)
            optimizer.step()
        if epoch % 10 == 0:
            print(f'{epoch:4d} {loss:.4f}')
    return model, criterion, optimizer, x, labels


if __name__ == '__main__':
    main()
