import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

# Hyperparameters
HIDDEN = 16
LR = 0.1
EPOCHS = 40
BATCH = 32


class NeuralNetwork:
    def __init__(self, input_size, hidden_size, output_size):
        # He initialisation
        self.W1 = np.random.randn(input_size, hidden_size) * np.sqrt(2.0 / input_size)
        self.b1 = np.zeros((1, hidden_size))
        self.W2 = np.random.randn(hidden_size, output_size) * np.sqrt(2.0 / hidden_size)
        self.b2 = np.zeros((1, output_size))

    def relu(self, z):
        return np.maximum(0, z)

    def relu_derivative(self, z):
        return (z > 0).astype(float)

    def softmax(self, z):
        exp_z = np.exp(z - np.max(z, axis=1, keepdims=True))
        return exp_z / np.sum(exp_z, axis=1, keepdims=True)

    def forward(self, X):
        self.z1 = np.dot(X, self.W1) + self.b1
        self.a1 = self.relu(self.z1)
        self.z2 = np.dot(self.a1, self.W2) + self.b2
        self.a2 = self.softmax(self.z2)
        return self.a2

    def compute_loss(self, y_true):
        return -np.sum(y_true * np.log(self.a2)) / y_true.shape[0]

    def backward(self, X, y_true):
        m = X.shape[0]

        dz2 = self.a2 - y_true
        dW2 = np.dot(self.a1.T, dz2) / m
        db2 = np.sum(dz2, axis=0, keepdims=True) / m

        da1 = np.dot(dz2, self.W2.T)
        dz1 = da1 * self.relu_derivative(self.z1)
        dW1 = np.dot(X.T, dz1) / m
        db1 = np.sum(dz1, axis=0, keepdims=True) / m

        self.W1 -= LR * dW1
        self.b1 -= LR * db1
        self.W2 -= LR * dW2
        self.b2 -= LR * db2

    def predict(self, X):
        return np.argmax(self.forward(X), axis=1)


def one_hot(labels, num_classes=10):
    out = np.zeros((len(labels), num_classes))
    out[np.arange(len(labels)), labels] = 1
    return out


if __name__ == "__main__":
    np.random.seed(42)
    digits = load_digits()
    X = digits.data / 16.0
    y = digits.target
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)
    Y_train = one_hot(y_train)

    model = NeuralNetwork(X_train.shape[1], HIDDEN, 10)

    for epoch in range(EPOCHS):
        order = np.random.permutation(len(X_train))
        for start in range(0, len(X_train), BATCH):
            idx = order[start:start + BATCH]
            model.forward(X_train[idx])
            model.backward(X_train[idx], Y_train[idx])

        model.forward(X_train)
        loss = model.compute_loss(Y_train)
        acc = np.mean(model.predict(X_test) == y_test)
        print(f"Epoch {epoch + 1}/{EPOCHS} - loss: {loss:.4f} - test accuracy: {acc:.4f}")
