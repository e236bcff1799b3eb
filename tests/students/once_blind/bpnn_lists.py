# Back-Propagation Neural Network in plain Python, no libraries.
# Placement of a chess king: which of the two corners are attacked?
import math
import random

random.seed(0)


def rand(a, b):
    return (b - a) * random.random() + a


def make_matrix(rows, cols, fill=0.0):
    return [[fill] * cols for _ in range(rows)]


def squash(x):
    return math.tanh(x)


# derivative of our squash function, in terms of the output (i.e. y)
def dsquash(y):
    return 1.0 - y ** 2


class NN:
    def __init__(self, ni, nh, no):
        # number of input, hidden, and output nodes; +1 for the bias node
        self.ni = ni + 1
        self.nh = nh + 1
        self.no = no

        # activations for nodes
        self.ai = [1.0] * self.ni
        self.ah = [1.0] * self.nh
        self.ao = [1.0] * self.no

        # weights; the bias node of the hidden layer has no inputs
        self.wi = make_matrix(self.ni, self.nh - 1)
        self.wo = make_matrix(self.nh, self.no)
        for i in range(self.ni):
            for j in range(self.nh - 1):
                self.wi[i][j] = rand(-0.5, 0.5)
        for j in range(self.nh):
            for k in range(self.no):
                self.wo[j][k] = rand(-2.0, 2.0)

    def update(self, inputs):
        if len(inputs) != self.ni - 1:
            raise ValueError('wrong number of inputs')

        for i in range(self.ni - 1):
            self.ai[i] = inputs[i]

        for j in range(self.nh - 1):
            total = 0.0
            for i in range(self.ni):
                total = total + self.ai[i] * self.wi[i][j]
            self.ah[j] = squash(total)

        for k in range(self.no):
            total = 0.0
            for j in range(self.nh):
                total = total + self.ah[j] * self.wo[j][k]
            self.ao[k] = squash(total)
        return self.ao[:]

    def back_propagate(self, targets, N):
        # error terms of the output
        output_deltas = [0.0] * self.no
        for k in range(self.no):
            error = targets[k] - self.ao[k]
            output_deltas[k] = dsquash(self.ao[k]) * error

        # error terms of the hidden nodes
        hidden_deltas = [0.0] * (self.nh - 1)
        for j in range(self.nh - 1):
            error = 0.0
            for k in range(self.no):
                error = error + output_deltas[k] * self.wo[j][k]
            hidden_deltas[j] = dsquash(self.ah[j]) * error

        # update output weights
        for j in range(self.nh):
            for k in range(self.no):
                change = output_deltas[k] * self.ah[j]
                self.wo[j][k] = self.wo[j][k] + N * change

        # update input weights
        for i in range(self.ni):
            for j in range(self.nh - 1):
                change = hidden_deltas[j] * self.ai[i]
                self.wi[i][j] = self.wi[i][j] + N * change

        # how wrong were we?
        error = 0.0
        for k in range(len(targets)):
            error = error + 0.5 * (targets[k] - self.ao[k]) ** 2
        return error

    def test(self, patterns):
        for p in patterns:
            print(p[0], '->', self.update(p[0]))

    def train(self, patterns, iterations=1000, N=0.5):
        # N: learning rate
        for i in range(iterations):
            error = 0.0
            for p in patterns:
                self.update(p[0])
                error = error + self.back_propagate(p[1], N)
            if i % 100 == 0:
                print('error %-.5f' % error)


def demo():
    pat = [
        [[0.1, 0.2, 0.9], [1, 0]],
        [[0.8, 0.9, 0.1], [0, 1]],
        [[0.5, 0.4, 0.5], [0, 0]],
        [[0.9, 0.1, 0.7], [1, 1]],
    ]
    n = NN(3, 4, 2)
    n.train(pat, 1000)
    n.test(pat)
    return n, pat


if __name__ == '__main__':
    net, patterns = demo()
