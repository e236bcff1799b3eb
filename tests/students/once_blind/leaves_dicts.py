# Course exercise: classify leaves with three layers, without a framework.
# Everything is kept in dictionaries, one column per leaf.
import copy
import numpy as np
import matplotlib.pyplot as plt


def layer_sizes(X, Y, n_h1=6, n_h2=5):
    return X.shape[0], n_h1, n_h2, Y.shape[0]


def initialize(n_x, n_h1, n_h2, n_y):
    np.random.seed(2)
    return {
        "W1": np.random.randn(n_h1, n_x) * 0.5, "b1": np.zeros((n_h1, 1)),
        "W2": np.random.randn(n_h2, n_h1) * 0.5, "b2": np.zeros((n_h2, 1)),
        "W3": np.random.randn(n_y, n_h2) * 0.5, "b3": np.zeros((n_y, 1)),
    }


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward_propagation(X, parameters):
    W1, b1 = parameters["W1"], parameters["b1"]
    W2, b2 = parameters["W2"], parameters["b2"]
    W3, b3 = parameters["W3"], parameters["b3"]

    Z1 = np.dot(W1, X) + b1
    A1 = np.log1p(np.exp(Z1))          # softplus
    Z2 = np.dot(W2, A1) + b2
    A2 = np.tanh(Z2)
    Z3 = np.dot(W3, A2) + b3
    T = np.exp(Z3)
    A3 = T / np.sum(T, axis=0, keepdims=True)

    cache = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2, "Z3": Z3, "A3": A3}
    return A3, cache


def compute_cost(A3, Y):
    m = Y.shape[1]
    return float(-np.sum(np.multiply(Y, np.log(A3))) / m)


def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    W2 = parameters["W2"]
    W3 = parameters["W3"]
    Z1, A1 = cache["Z1"], cache["A1"]
    Z2, A2 = cache["Z2"], cache["A2"]
    A3 = cache["A3"]

    dZ3 = A3 - Y
    dW3 = np.dot(dZ3, A2.T) / m
    db3 = np.sum(dZ3, axis=1, keepdims=True) / m

    dA2 = np.dot(W3.T, dZ3)
    dZ2 = np.multiply(dA2, 1 - np.power(A2, 2))
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m

    dA1 = np.dot(W2.T, dZ2)
    dZ1 = np.multiply(dA1, sigmoid(Z1))
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m

    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2, "dW3": dW3, "db3": db3}


def update_parameters(parameters, grads, learning_rate=0.5):
    updated = copy.deepcopy(parameters)
    for l in range(1, 4):
        updated["W" + str(l)] -= learning_rate * grads["dW" + str(l)]
        updated["b" + str(l)] -= learning_rate * grads["db" + str(l)]
    return updated


def nn_model(X, Y, num_iterations=5000, print_cost=False):
    parameters = initialize(*layer_sizes(X, Y))
    costs = []
    for i in range(num_iterations):
        A3, cache = forward_propagation(X, parameters)
        cost = compute_cost(A3, Y)
        grads = backward_propagation(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads)
        if print_cost and i % 500 == 0:
            costs.append(cost)
            print("Cost after iteration %i: %f" % (i, cost))
    return parameters, costs


def load_leaves():
    leaves = np.load("leaves.npz")
    labels = leaves["species"]
    Y = (np.arange(3)[:, None] == labels).astype(float)
    return leaves["measures"].T, Y


X, Y = load_leaves()
parameters, costs = nn_model(X, Y, print_cost=True)

A3, _ = forward_propagation(X, parameters)
print("Accuracy: %.1f %%" % (100 * np.mean(np.argmax(A3, axis=0) == np.argmax(Y, axis=0))))
plt.plot(costs)
plt.ylabel("cost")
plt.xlabel("iterations (per 500)")
plt.show()
