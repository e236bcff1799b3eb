import numpy as np


class Module:
    def forward(self, x):
        raise NotImplementedError

    def backward(self, grad):
        raise NotImplementedError

    def params(self):
        return []

    def param_grads(self):
        return []

    def __call__(self, *args):
        return self.forward(*args)


class Linear(Module):
    def __init__(self, in_features, out_features, bias=True):
        k = 1.0 / np.sqrt(in_features)
        self.weight = np.random.uniform(-k, k, size=(out_features, in_features))
        self.bias = np.random.uniform(-k, k, size=out_features)
        self.grad_weight = np.zeros_like(self.weight)
        self.grad_bias = np.zeros_like(self.bias)

    def forward(self, x):
        self.x = x
        return x @ self.weight.T + self.bias

    def backward(self, grad):
        self.grad_weight = grad.T @ self.x
        self.grad_bias = grad.sum(0)
        return grad @ self.weight

    def params(self):
        return [self.weight, self.bias]

    def param_grads(self):
        return [self.grad_weight, self.grad_bias]


class LeakyReLU(Module):
    def __init__(self, slope=0.2):
        self.slope = slope

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.slope * x)

    def backward(self, grad):
        return grad * np.where(self.x > 0, 1.0, self.slope)


class Dropout(Module):
    def __init__(self, p=0.0):
        self.p = p

    def forward(self, x):
        self.mask = (np.random.rand(*x.shape) >= self.p) / (1 - self.p)
        return x * self.mask

    def backward(self, grad):
        return grad * self.mask


class Sequential(Module):
    def __init__(self, *modules):
        self.modules = modules

    def forward(self, x):
        for module in self.modules:
            x = module(x)
        return x

    def backward(self, grad):
        for module in reversed(self.modules):
            grad = module.backward(grad)
        return grad

    def params(self):
        return [p for module in self.modules for p in module.params()]

    def param_grads(self):
        return [g for module in self.modules for g in module.param_grads()]


class MSELoss(Module):
    def forward(self, pred, target):
        self.diff = pred - target
        return np.mean(self.diff ** 2)

    def backward(self):
        return 2.0 * self.diff / self.diff.size


class SGD:
    def __init__(self, model, lr=0.01):
        self.model = model
        self.lr = lr

    def step(self):
        for p, g in zip(self.model.params(), self.model.param_grads()):
            p -= self.lr * g


def main(epochs=500):
    np.random.seed(99)
    x = np.random.randn(64, 3)
    target = np.stack([np.abs(x[:, 0]), x[:, 1] * x[:, 2]], axis=1)
    model = Sequential(Linear(3, 10), LeakyReLU(), Linear(10, 5), LeakyReLU(), Linear(5, 2))
    criterion = MSELoss()
    optimizer = SGD(model, lr=0.05)
    for epoch in range(epochs):
        for start in range(0, 64, 16):
            xb, tb = x[start:start + 16], target[start:start + 16]
            pred = model(xb)
            loss = criterion(pred, tb)
            model.backward(criterion.backward())
            optimizer.step()
        if epoch % 50 == 0:
            print('epoch', epoch, 'loss', loss)
    return model, criterion, optimizer, x, target


if __name__ == '__main__':
    main()
