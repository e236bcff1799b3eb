# my_torch: just enough of PyTorch in NumPy to train a classifier
import numpy as np


class Parameter:
    def __init__(self, data):
        self.data = data
        self.grad = np.zeros_like(data)


class Module:
    def __call__(self, *args):
        return self.forward(*args)

    def parameters(self):
        return []


class Linear(Module):
    def __init__(self, in_features, out_features):
        k = 1 / np.sqrt(in_features)
        self.weight = Parameter(np.random.uniform(-k, k, (out_features, in_features)))
        self.bias = Parameter(np.random.uniform(-k, k, out_features))

    def forward(self, x):
        self.x = x
        return x @ self.weight.data.T + self.bias.data

    def backward(self, grad_output):
        self.weight.grad += grad_output.T @ self.x
        self.bias.grad += grad_output.sum(axis=0)
        return grad_output @ self.weight.data

    def parameters(self):
        return [self.weight, self.bias]


class Sigmoid(Module):
    def forward(self, x):
        self.out = 1 / (1 + np.exp(-x))
        return self.out

    def backward(self, grad_output):
        return grad_output * self.out * (1 - self.out)


class ReLU(Module):
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, grad_output):
        return grad_output * self.mask


class CrossEntropyLoss(Module):
    def forward(self, logits, labels):
        logits = logits - logits.max(axis=1, keepdims=True)
        self.probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        self.labels = labels
        return -np.log(self.probs[np.arange(len(labels)), labels]).mean()

    def backward(self):
        n = len(self.labels)
        grad = self.probs.copy()
        grad[np.arange(n), self.labels] -= 1
        return grad / n


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

    def parameters(self):
        return [p for module in self.modules for p in module.parameters()]


class SGD:
    def __init__(self, params, lr=0.01, momentum=0.0):
        self.params = list(params)
        self.lr = lr
        self.momentum = momentum
        self.velocity = [np.zeros_like(p.data) for p in self.params]

    def zero_grad(self):
        for p in self.params:
            p.grad[...] = 0

    def step(self):
        for i, p in enumerate(self.params):
            self.velocity[i] = self.momentum * self.velocity[i] + p.grad
            p.data -= self.lr * self.velocity[i]


if __name__ == '__main__':
    np.random.seed(1234)
    # formants of five vowels, F0 to F3 (standardised)
    centres = np.random.randn(5, 4) * 1.5
    labels = np.random.randint(0, 5, 200)
    features = centres[labels] + 0.6 * np.random.randn(200, 4)

    net = Sequential(
        Linear(4, 10),
        ReLU(),
        Linear(10, 8),
        Sigmoid(),
        Linear(8, 5),
    )
    criterion = CrossEntropyLoss()
    optimizer = SGD(net.parameters(), lr=0.2)

    for epoch in range(60):
        running_loss = 0.0
        for start in range(0, 200, 25):
            inputs, targets = features[start:start + 25], labels[start:start + 25]
            optimizer.zero_grad()
            outputs = net(inputs)
            loss = criterion(outputs, targets)
            net.backward(criterion.backward())
            optimizer.step()
            running_loss += loss
        if epoch % 10 == 9:
            correct = (net(features).argmax(axis=1) == labels).sum()
            print('[%2d] loss: %.3f, %d of 200 right' % (epoch + 1, running_loss / 8, correct))
