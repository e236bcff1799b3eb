# NN from scratch, no tensorflow :)
# star type (0 = brown dwarf ... 5 = hypergiant) from temperature, luminosity, radius and magnitude
import numpy as np
import pandas as pd

data = pd.read_csv('6_class_csv.csv')
data = data[['Temperature (K)', 'Luminosity(L/Lo)', 'Radius(R/Ro)', 'Absolute magnitude(Mv)', 'Star type']]
data = np.array(data, dtype=float)
np.random.shuffle(data)

Y_all = data[:, 4].astype(int)
X_all = data[:, :4]
X_all[:, :3] = np.log10(X_all[:, :3])
X_all = ((X_all - X_all.mean(axis=0)) / X_all.std(axis=0)).T

X_dev, Y_dev = X_all[:, :40], Y_all[:40]
X_train, Y_train = X_all[:, 40:], Y_all[40:]


def init_params():
    W1 = np.random.rand(8, 4) - 0.5
    b1 = np.zeros((8, 1))
    W2 = np.random.rand(7, 8) - 0.5
    b2 = np.zeros((7, 1))
    W3 = np.random.rand(6, 7) - 0.5
    b3 = np.zeros((6, 1))
    return W1, b1, W2, b2, W3, b3


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


def softmax(Z):
    expZ = np.exp(Z - Z.max(axis=0))
    return expZ / expZ.sum(axis=0)


def forward(W1, b1, W2, b2, W3, b3, X):
    Z1 = W1.dot(X) + b1
    A1 = sigmoid(Z1)
    Z2 = W2.dot(A1) + b2
    A2 = sigmoid(Z2)
    Z3 = W3.dot(A2) + b3
    A3 = softmax(Z3)
    return Z1, A1, Z2, A2, Z3, A3


def one_hot(Y):
    one_hot_Y = np.zeros((6, Y.size))
    one_hot_Y[Y, np.arange(Y.size)] = 1
    return one_hot_Y


def d_sigmoid(A):
    return A * (1 - A)


def backward(Z1, A1, Z2, A2, A3, W2, W3, X, Y):
    m = Y.size
    dZ3 = A3 - one_hot(Y)
    dW3 = 1 / m * dZ3.dot(A2.T)
    db3 = 1 / m * np.sum(dZ3, axis=1).reshape(-1, 1)
    dZ2 = W3.T.dot(dZ3) * d_sigmoid(A2)
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2, axis=1).reshape(-1, 1)
    dZ1 = W2.T.dot(dZ2) * d_sigmoid(A1)
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = 1 / m * np.sum(dZ1, axis=1).reshape(-1, 1)
    return dW1, db1, dW2, db2, dW3, db3


def update(W1, b1, W2, b2, W3, b3, dW1, db1, dW2, db2, dW3, db3, alpha):
    W1 = W1 - alpha * dW1
    b1 = b1 - alpha * db1
    W2 = W2 - alpha * dW2
    b2 = b2 - alpha * db2
    W3 = W3 - alpha * dW3
    b3 = b3 - alpha * db3
    return W1, b1, W2, b2, W3, b3


def get_loss(A3, Y):
    return -np.mean(np.log(A3[Y, np.arange(Y.size)]))


def get_accuracy(A3, Y):
    return np.sum(np.argmax(A3, 0) == Y) / Y.size


def gradient_descent(X, Y, alpha, iterations):
    W1, b1, W2, b2, W3, b3 = init_params()
    for i in range(iterations):
        Z1, A1, Z2, A2, Z3, A3 = forward(W1, b1, W2, b2, W3, b3, X)
        dW1, db1, dW2, db2, dW3, db3 = backward(Z1, A1, Z2, A2, A3, W2, W3, X, Y)
        W1, b1, W2, b2, W3, b3 = update(W1, b1, W2, b2, W3, b3, dW1, db1, dW2, db2, dW3, db3, alpha)
        if i % 50 == 0:
            print("Iteration: ", i)
            print("Loss: ", get_loss(A3, Y), " Accuracy: ", get_accuracy(A3, Y))
    return W1, b1, W2, b2, W3, b3


W1, b1, W2, b2, W3, b3 = gradient_descent(X_train, Y_train, 0.5, 2000)
_, _, _, _, _, A_dev = forward(W1, b1, W2, b2, W3, b3, X_dev)
print("Dev accuracy: ", get_accuracy(A_dev, Y_dev))
