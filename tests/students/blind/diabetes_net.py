# Pima Indians Diabetes - neural network with numpy only
# X is (n_features, n_examples), y is (1, n_examples)
import numpy as np
import matplotlib.pyplot as plt


def load_dataset(path="diabetes.csv"):
    raw = np.genfromtxt(path, delimiter=",", skip_header=1)
    features = raw[:, :-1]
    features = (features - features.mean(axis=0)) / features.std(axis=0)
    labels = raw[:, -1:]
    return features.T, labels.T


class DiabetesNet:
    def __init__(self, n_x=8, n_h=6, n_y=1, seed=4):
        np.random.seed(seed)
        self.W1 = np.random.randn(n_h, n_x) * 0.1
        self.b1 = np.zeros((n_h, 1))
        self.W2 = np.random.randn(n_y, n_h) * 0.1
        self.b2 = np.zeros((n_y, 1))

    def sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def forward(self, X):
        self.Z1 = np.dot(self.W1, X) + self.b1
        self.A1 = np.tanh(self.Z1)
        self.Z2 = np.dot(self.W2, self.A1) + self.b2
        self.A2 = self.sigmoid(self.Z2)
        return self.A2

    def cost(self, Y):
        m = Y.shape[1]
        logprobs = Y * np.log(self.A2) + (1 - Y) * np.log(1 - self.A2)
        return -np.sum(logprobs) / m

    def backward(self, X, Y, learning_rate):
        m = X.shape[1]

        # output layer
        dZ2 = self.A2 - Y
        dW2 = np.dot(dZ2, self.A1.T) / m
        db2 = np.sum(dZ2, axis=1, keepdims=True) / m

        # hidden layer
        dA1 = np.dot(self.W2.T, dZ2)
        dZ1 = dA1 * (1 - np.power(self.A1, 2))
        dW1 = np.dot(dZ1, X.T) / m
        db1 = np.sum(dZ1, axis=1, keepdims=True) / m

        # gradient descent
        self.W1 = self.W1 - learning_rate * dW1
        self.b1 = self.b1 - learning_rate * db1
        self.W2 = self.W2 - learning_rate * dW2
        self.b2 = self.b2 - learning_rate * db2

    def predict(self, X):
        return (self.forward(X) > 0.5).astype(int)


if __name__ == "__main__":
    X, Y = load_dataset()
    split = int(0.8 * X.shape[1])
    X_train, Y_train = X[:, :split], Y[:, :split]
    X_test, Y_test = X[:, split:], Y[:, split:]

    net = DiabetesNet()
    costs = []
    for i in range(3000):
        net.forward(X_train)
        c = net.cost(Y_train)
        net.backward(X_train, Y_train, learning_rate=0.1)
        costs.append(c)
        if i % 500 == 0:
            print("Cost after iteration %i: %f" % (i, c))

    print("train accuracy:", np.mean(net.predict(X_train) == Y_train) * 100, "%")
    print("test accuracy:", np.mean(net.predict(X_test) == Y_test) * 100, "%")
    plt.plot(costs)
    plt.xlabel("iterations")
    plt.show()
