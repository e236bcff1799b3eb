# Homework 1, my own "mytorch": linear layers, activations, a criterion and SGD, all of them with
# forward() and backward(). Shapes: A is (N, C_in), Z is (N, C_out), W is (C_out, C_in) like in torch.
import numpy as np


class Linear:
    def __init__(self, in_features, out_features, rng):
        bound = 1 / np.sqrt(in_features)
        self.W = rng.uniform(-bound, bound, (out_features, in_features))
        self.b = rng.uniform(-bound, bound, (out_features, 1))
        self.dLdW = np.zeros_like(self.W)
        self.dLdb = np.zeros_like(self.b)

    def forward(self, A):
        self.A = A
        self.N = A.shape[0]
        self.Ones = np.ones((self.N, 1))
        return self.A @ self.W.T + self.Ones @ self.b.T

    def backward(self, dLdZ):
        dLdA = dLdZ @ self.W
        self.dLdW = dLdZ.T @ self.A
        self.dLdb = dLdZ.T @ self.Ones
        return dLdA


class GELU:
    # the version with tanh
    def forward(self, Z):
        self.Z = Z
        self.t = np.tanh(np.sqrt(2 / np.pi) * (Z + 0.044715 * Z ** 3))
        return 0.5 * Z * (1 + self.t)

    def backward(self, dLdA):
        inner = np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * self.Z ** 2)
        dAdZ = 0.5 * (1 + self.t) + 0.5 * self.Z * (1 - self.t ** 2) * inner
        return dLdA * dAdZ


class Tanh:
    def forward(self, Z):
        self.A = np.tanh(Z)
        return self.A

    def backward(self, dLdA):
        dAdZ = 1 - self.A * self.A
        return dLdA * dAdZ


class CrossEntropyLoss:
    def forward(self, A, Y):
        self.Y = Y
        self.N = A.shape[0]
        ex = np.exp(A - np.max(A, axis=1, keepdims=True))
        self.softmax = ex / np.sum(ex, axis=1, keepdims=True)
        crossentropy = -np.sum(Y * np.log(self.softmax), axis=1)
        return np.sum(crossentropy) / self.N

    def backward(self):
        return (self.softmax - self.Y) / self.N


class MLP:
    def __init__(self, rng):
        self.layers = [Linear(6, 8, rng), GELU(), Linear(8, 5, rng), Tanh(), Linear(5, 4, rng)]

    def forward(self, A):
        for layer in self.layers:
            A = layer.forward(A)
        return A

    def backward(self, dLdA):
        for layer in reversed(self.layers):
            dLdA = layer.backward(dLdA)
        return dLdA


class SGD:
    def __init__(self, model, lr=0.1, weight_decay=0.0):
        self.linears = [layer for layer in model.layers if isinstance(layer, Linear)]
        self.lr = lr
        self.weight_decay = weight_decay

    def step(self):
        for layer in self.linears:
            layer.W = layer.W - self.lr * (layer.dLdW + self.weight_decay * layer.W)
            layer.b = layer.b - self.lr * layer.dLdb


def train_step(model, criterion, optimizer, x, y):
    loss = criterion.forward(model.forward(x), y)
    model.backward(criterion.backward())
    optimizer.step()
    return loss


def main():
    rng = np.random.default_rng(11785)
    with np.load("hw1_letters.npz") as archive:
        x, labels = archive["strokes"], archive["letters"]
    y = np.eye(4)[labels]
    model = MLP(rng)
    criterion = CrossEntropyLoss()
    optimizer = SGD(model, lr=0.2, weight_decay=1e-3)
    n_epochs, n_batch = 60, 16
    for epoch in range(n_epochs):
        order = rng.permutation(len(x))
        losses = []
        for i in range(0, len(x), n_batch):
            rows = order[i:i + n_batch]
            losses.append(train_step(model, criterion, optimizer, x[rows], y[rows]))
        if epoch % 10 == 0:
            right = np.argmax(model.forward(x), axis=1) == labels
            print(f"[{epoch:3d}] loss {np.mean(losses):.4f}  accuracy {right.mean():.2%}")
    return model, criterion, optimizer, x, y


if __name__ == "__main__":
    model, criterion, optimizer, x, y = main()
