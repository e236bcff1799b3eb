"""Variables remember the function that made them, functions know their own derivative.

Follows the idea of define-by-run frameworks; here two tanh layers and a linear one fit a vector field.
"""
import numpy as np


class Variable:
    def __init__(self, data, name=None):
        self.data = np.asarray(data, dtype=np.float64)
        self.name = name
        self.grad = None
        self.creator = None
        self.rank = 0

    @property
    def shape(self):
        return self.data.shape

    def cleargrad(self):
        self.grad = None

    def backward(self):
        self.grad = np.ones_like(self.data)
        waiting, known = [self.creator], {self.creator}
        while waiting:
            waiting.sort(key=lambda f: f.rank)
            f = waiting.pop()
            gxs = f.backward(f.output.grad)
            if not isinstance(gxs, tuple):
                gxs = (gxs,)
            for x, gx in zip(f.inputs, gxs):
                if x.grad is None:
                    x.grad = gx
                else:
                    x.grad = x.grad + gx
                if x.creator is not None and x.creator not in known:
                    known.add(x.creator)
                    waiting.append(x.creator)


class Function:
    def __call__(self, *inputs):
        self.inputs = inputs
        self.rank = max(x.rank for x in inputs)
        self.output = Variable(self.forward(*[x.data for x in inputs]))
        self.output.creator = self
        self.output.rank = self.rank + 1
        return self.output


class Affine(Function):
    def forward(self, x, W, b):
        return x.dot(W) + b

    def backward(self, gy):
        x, W, b = [v.data for v in self.inputs]
        gx = gy.dot(W.T)
        gW = x.T.dot(gy)
        gb = gy.sum(axis=0)
        return gx, gW, gb


class Tanh(Function):
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, gy):
        return gy * (1 - self.y ** 2)


class MeanSquaredError(Function):
    def forward(self, a, b):
        return np.sum((a - b) ** 2) / len(a)

    def backward(self, gy):
        a, b = [v.data for v in self.inputs]
        diff = a - b
        ga = 2.0 * gy * diff / len(diff)
        return ga, -ga


class Ridge(Function):
    def __init__(self, strength):
        self.strength = strength

    def forward(self, W):
        return self.strength * np.sum(W ** 2)

    def backward(self, gy):
        return 2 * self.strength * self.inputs[0].data * gy


class Add(Function):
    def forward(self, a, b):
        return a + b

    def backward(self, gy):
        return gy, gy


class Flow:
    def __init__(self, *widths):
        self.W, self.b = [], []
        for i, o in zip(widths, widths[1:]):
            self.W.append(Variable(np.random.randn(i, o) / np.sqrt(i), 'W'))
            self.b.append(Variable(np.zeros(o), 'b'))

    def predict(self, x):
        for W, b in zip(self.W[:-1], self.b[:-1]):
            x = Tanh()(Affine()(x, W, b))
        return Affine()(x, self.W[-1], self.b[-1])

    def loss(self, x, t):
        total = MeanSquaredError()(self.predict(x), t)
        for W in self.W:
            total = Add()(total, Ridge(1e-2)(W))
        return total

    def params(self):
        return self.W + self.b

    def cleargrads(self):
        for p in self.params():
            p.cleargrad()


def main(iters=1000, lr=0.1):
    np.random.seed(0)
    place = np.random.uniform(-1.5, 1.5, (40, 3))
    field = np.c_[np.sin(place[:, 0]) - place[:, 1], place[:, 1] * place[:, 2]]
    x, t = Variable(place), Variable(field)
    model = Flow(3, 7, 4, 2)
    for i in range(iters):
        loss = model.loss(x, t)
        model.cleargrads()
        loss.backward()
        for p in model.params():
            p.data = p.data - lr * p.grad
        if i % 100 == 0:
            print(i, float(loss.data))
    return model, x, t


if __name__ == '__main__':
    model, x, t = main()
