"""
A small tensor library with reverse mode autodiff: every operation is a Function with a context,
`apply` runs it and remembers it. Trained on two interleaved half circles.
"""
import numpy as np


class Context:
    def __init__(self, func, *parents):
        self.func = func
        self.parents = parents
        self.saved = []

    def save_for_backward(self, *x):
        self.saved.extend(x)


class Tensor:
    def __init__(self, data):
        self.data = np.asarray(data, dtype=np.float64)
        self.grad = None
        self._ctx = None

    def __repr__(self):
        return "Tensor %r with grad %r" % (self.data, self.grad)

    def backward(self, allow_fill=True):
        if self._ctx is None:
            return
        if self.grad is None and allow_fill:
            # fill in the first grad with one
            assert self.data.size == 1
            self.grad = np.ones_like(self.data)
        grads = self._ctx.func.backward(self._ctx, self.grad)
        if len(self._ctx.parents) == 1:
            grads = [grads]
        for t, g in zip(self._ctx.parents, grads):
            t.grad = g
            t.backward(False)

    def dot(self, other): return apply(Dot, self, other)
    def add(self, other): return apply(AddBias, self, other)
    def relu(self): return apply(ReLU, self)
    def logsoftmax(self): return apply(LogSoftmax, self)
    def nll(self, target): return apply(NLL, self, Tensor(target))


def apply(func, *x):
    ctx = Context(func, *x)
    ret = Tensor(func.forward(ctx, *[t.data for t in x]))
    ret._ctx = ctx
    return ret


class Dot:
    @staticmethod
    def forward(ctx, input, weight):
        ctx.save_for_backward(input, weight)
        return input.dot(weight)

    @staticmethod
    def backward(ctx, grad_output):
        input, weight = ctx.saved
        grad_input = grad_output.dot(weight.T)
        grad_weight = input.T.dot(grad_output)
        return grad_input, grad_weight


class AddBias:
    @staticmethod
    def forward(ctx, x, bias):
        return x + bias

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output, grad_output.sum(axis=0)


class ReLU:
    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return np.maximum(input, 0)

    @staticmethod
    def backward(ctx, grad_output):
        input, = ctx.saved
        grad_input = grad_output.copy()
        grad_input[input < 0] = 0
        return grad_input


class LogSoftmax:
    @staticmethod
    def forward(ctx, input):
        c = input.max(axis=1)
        logsumexp = c + np.log(np.exp(input - c.reshape((-1, 1))).sum(axis=1))
        output = input - logsumexp.reshape((-1, 1))
        ctx.save_for_backward(output)
        return output

    @staticmethod
    def backward(ctx, grad_output):
        output, = ctx.saved
        return grad_output - np.exp(output) * grad_output.sum(axis=1).reshape((-1, 1))


class NLL:
    """mean negative log likelihood, target is one-hot"""
    @staticmethod
    def forward(ctx, logprobs, target):
        ctx.save_for_backward(target)
        return -(logprobs * target).sum() / len(target)

    @staticmethod
    def backward(ctx, grad_output):
        target, = ctx.saved
        return -target / len(target) * grad_output, None


class Net:
    def __init__(self, n_in=2, n_hidden=10, n_out=2):
        self.l1 = Tensor(np.random.uniform(-1., 1., size=(n_in, n_hidden)) / np.sqrt(n_in * n_hidden))
        self.b1 = Tensor(np.zeros(n_hidden))
        self.l2 = Tensor(np.random.uniform(-1., 1., size=(n_hidden, n_out)) / np.sqrt(n_out * n_hidden))
        self.b2 = Tensor(np.zeros(n_out))

    def forward(self, x):
        return x.dot(self.l1).add(self.b1).relu().dot(self.l2).add(self.b2).logsoftmax()

    def parameters(self):
        return [self.l1, self.b1, self.l2, self.b2]


class SGD:
    def __init__(self, tensors, lr):
        self.tensors = tensors
        self.lr = lr

    def step(self):
        for t in self.tensors:
            t.data -= self.lr * t.grad


np.random.seed(1337)
angle = np.random.rand(200) * np.pi
side = np.arange(200) % 2
X_train = np.c_[np.cos(angle) + side, np.sin(angle) * (1 - 2 * side) + 0.3 * side] + 0.1 * np.random.randn(200, 2)
Y_train = np.eye(2)[side]

model = Net()
optim = SGD(model.parameters(), lr=0.5)
for i in range(1000):
    samp = np.random.randint(0, 200, size=(64,))
    loss = model.forward(Tensor(X_train[samp])).nll(Y_train[samp])
    loss.backward()
    optim.step()
    if i % 100 == 0:
        pred = model.forward(Tensor(X_train)).data.argmax(axis=1)
        print("loss %.3f accuracy %.2f" % (loss.data, (pred == side).mean()))
