import numpy as np

# Learn to turn a pattern of four lamps by one place. Column vectors, one pattern at a time,
# softmax as a layer of its own.


class BaseLayer:
    def __init__(self):
        self.inp = None
        self.out = None

    def forward_propagation(self, inp):
        raise NotImplementedError

    def backward_propagation(self, out_error, lr):
        raise NotImplementedError


class FCLayer(BaseLayer):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.weights = np.random.rand(n_out, n_in) - 0.5
        self.bias = np.random.rand(n_out, 1) - 0.5

    def forward_propagation(self, inp):
        self.inp = inp
        self.out = np.dot(self.weights, self.inp) + self.bias
        return self.out

    def backward_propagation(self, out_error, lr):
        inp_error = np.dot(self.weights.T, out_error)
        weights_error = np.dot(out_error, self.inp.T)
        # the bias error is the output error
        self.weights -= lr * weights_error
        self.bias -= lr * out_error
        return inp_error


class ActivationLayer(BaseLayer):
    def __init__(self, function, derivative):
        super().__init__()
        self.function = function
        self.derivative = derivative

    def forward_propagation(self, inp):
        self.inp = inp
        self.out = self.function(self.inp)
        return self.out

    def backward_propagation(self, out_error, lr):
        return self.derivative(self.inp) * out_error


class SoftmaxLayer(BaseLayer):
    def forward_propagation(self, inp):
        e = np.exp(inp - np.max(inp))
        self.out = e / np.sum(e)
        return self.out

    def backward_propagation(self, out_error, lr):
        jacobian = np.diagflat(self.out) - np.dot(self.out, self.out.T)
        return np.dot(jacobian, out_error)


def softsign(x):
    return x / (1 + np.abs(x))


def softsign_derivative(x):
    return 1 / (1 + np.abs(x)) ** 2


def cross_entropy(y_true, y_pred):
    return -np.sum(y_true * np.log(y_pred))


def cross_entropy_derivative(y_true, y_pred):
    return -y_true / y_pred


class Network:
    def __init__(self, loss, loss_derivative):
        self.layers = []
        self.loss = loss
        self.loss_derivative = loss_derivative

    def add(self, layer):
        self.layers.append(layer)

    def predict(self, sample):
        out = sample
        for layer in self.layers:
            out = layer.forward_propagation(out)
        return out

    def fit(self, x_train, y_train, epochs, lr):
        for i in range(epochs):
            err = 0
            for j in range(len(x_train)):
                out = self.predict(x_train[j])
                err += self.loss(y_train[j], out)

                error = self.loss_derivative(y_train[j], out)
                for layer in reversed(self.layers):
                    error = layer.backward_propagation(error, lr)
            if i % 100 == 0:
                print('epoch %d/%d   error=%f' % (i + 1, epochs, err / len(x_train)))


lamps = np.eye(4)
x_train = np.array([lamps[:, [i]] + 0.3 * np.random.randn(4, 1) for i in range(4)])
y_train = np.array([lamps[:, [(i + 1) % 4]] for i in range(4)])

net = Network(cross_entropy, cross_entropy_derivative)
net.add(FCLayer(4, 4))
net.add(ActivationLayer(softsign, softsign_derivative))
net.add(FCLayer(4, 4))
net.add(ActivationLayer(softsign, softsign_derivative))
net.add(FCLayer(4, 4))
net.add(SoftmaxLayer())

net.fit(x_train, y_train, epochs=1500, lr=0.1)

for sample, target in zip(x_train, y_train):
    out = net.predict(sample)
    print(np.argmax(sample), '->', np.argmax(out), 'should be', np.argmax(target))
