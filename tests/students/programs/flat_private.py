# colour regression: (r, g, b) -> three targets, optimizer separated from the network
import numpy
from matplotlib import pyplot as plt

numpy.random.seed(2)


def get_data(n=100):
    r = numpy.random.uniform(-1, 1, (n, 1))
    g = numpy.random.uniform(-1, 1, (n, 1))
    b = numpy.random.uniform(-1, 1, (n, 1))
    first = r + 2 * g - b
    second = r ** 2 + g ** 2
    third = -r - 0.5 * b
    return numpy.hstack((r, g, b)), numpy.hstack((first, second, third))


class BackProp(object):

    def __init__(self, X, T):
        self.__X = X
        self.__T = T
        self.__W0 = numpy.zeros((4, 5))
        self.__W1 = numpy.zeros((6, 3))
        self.__cache = list()

    def calc_loss(self, W):
        """W: column vector with all weights"""
        self.__cache.clear()
        self.__W0 = W[:20, 0].reshape((4, 5))
        self.__W1 = W[20:, 0].reshape((6, 3))
        total = 0
        for x, t in zip(self.__X, self.__T):
            out = self.__forward(x.reshape((1, 3)))
            total += numpy.sum((out - t.reshape((1, 3))) ** 2) / 2
            self.__cache.append((self.__O0, self.__tanh, self.__O1, out - t.reshape((1, 3))))
        return total

    def calc_grad(self, W):
        """the argument is there for the optimizer only"""
        grad_W0 = numpy.zeros(self.__W0.shape)
        grad_W1 = numpy.zeros(self.__W1.shape)
        for O0, tanh, O1, diff in self.__cache:
            grad_W1 += numpy.matmul(O1.T, diff)
            back = numpy.matmul(diff, self.__W1[:-1].T)
            grad_W0 += numpy.matmul(O0.T, back * (1 - tanh ** 2))
        return numpy.vstack((grad_W0.reshape((-1, 1)), grad_W1.reshape((-1, 1))))

    def init_seed(self):
        return numpy.random.uniform(-1, 1, (38, 1))

    def __forward(self, x):
        self.__O0 = numpy.hstack((x, [[1]]))
        self.__tanh = numpy.tanh(numpy.matmul(self.__O0, self.__W0))
        self.__O1 = numpy.hstack((self.__tanh, [[1]]))
        return numpy.matmul(self.__O1, self.__W1)


class Adam(object):

    def __init__(self, func, grad, seed):
        self.__func = func
        self.__grad = grad
        self.__seed = seed
        self.__path = list()

    def solve(self, alpha=0.001, beta1=0.9, beta2=0.999, epsilon=1.e-8, max_iter=50000):
        x = self.__seed
        J = self.__func(x)
        grad = self.__grad(x)
        m, v = numpy.zeros(x.shape), numpy.zeros(x.shape)
        for k in range(1, max_iter + 1):
            print("iter {:5d}, J {}".format(k, J))
            self.__path.append(J)
            m = beta1 * m + (1 - beta1) * grad
            v = beta2 * v + (1 - beta2) * grad * grad
            step = alpha / (numpy.sqrt(v / (1 - beta2 ** k)) + epsilon)
            x = x - step * m / (1 - beta1 ** k)
            J = self.__func(x)
            grad = self.__grad(x)
        return x, J

    def get_path(self):
        return self.__path


if __name__ == "__main__":
    X, T = get_data(50)
    bp = BackProp(X, T)
    adam = Adam(bp.calc_loss, bp.calc_grad, bp.init_seed())
    solution, J = adam.solve(alpha=0.01, max_iter=3000)
    plt.plot(adam.get_path())
    plt.savefig("path.png")
