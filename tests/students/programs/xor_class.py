import numpy as np
import matplotlib.pyplot as plt

np.random.seed(42)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_derivative(x):
    # x is already an output of the sigmoid
    return x * (1 - x)


class NeuralNetwork:
    def __init__(self, inputSize, hiddenSize, outputSize):
        self.W1 = np.random.randn(inputSize, hiddenSize)
        self.b1 = np.zeros((1, hiddenSize))
        self.W2 = np.random.randn(hiddenSize, outputSize)
        self.b2 = np.zeros((1, outputSize))

    def forward(self, X):
        self.z1 = np.dot(X, self.W1) + self.b1
        self.a1 = sigmoid(self.z1)
        self.z2 = np.dot(self.a1, self.W2) + self.b2
        self.output = sigmoid(self.z2)
        return self.output

    def backward(self, X, y, lr):
        error = y - self.output
        d_output = error * sigmoid_derivative(self.output)

        error_hidden = d_output.dot(self.W2.T)
        d_hidden = error_hidden * sigmoid_derivative(self.a1)

        dW2 = self.a1.T.dot(d_output)
        db2 = np.sum(d_output, axis=0, keepdims=True)
        dW1 = X.T.dot(d_hidden)
        db1 = np.sum(d_hidden, axis=0, keepdims=True)

        self.W2 += lr * dW2
        self.b2 += lr * db2
        self.W1 += lr * dW1
        self.b1 += lr * db1

    def train(self, X, y, epochs, lr=0.5):
        losses = []
        for epoch in range(epochs):
            output = self.forward(X)
            self.backward(X, y, lr)
            loss = 0.5 * np.sum((y - output) ** 2)
            losses.append(loss)
            if epoch % 1000 == 0:
                print("Epoch", epoch, "loss:", loss)
        return losses


if __name__ == "__main__":
    # two bits in, XOR and AND out
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    y = np.array([[0, 0], [1, 0], [1, 0], [0, 1]])

    nn = NeuralNetwork(2, 4, 2)
    history = nn.train(X, y, epochs=10000)

    plt.plot(history)
    plt.xlabel("epoch")
    plt.ylabel("loss")
    plt.show()

    print("Predictions after training:")
    print(nn.forward(X))
