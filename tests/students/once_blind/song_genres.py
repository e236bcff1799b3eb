# Deep L-layer network, exercise: which of three genres fit a song? (several may, so 3 sigmoids)
# columns are examples; parameters, grads are dictionaries as in the lectures
import math
import numpy as np
import matplotlib.pyplot as plt


def initialize_parameters(layers_dims, seed=3):
    rng = np.random.RandomState(seed)
    parameters = {}
    for l in range(1, len(layers_dims)):
        parameters["W" + str(l)] = rng.randn(layers_dims[l], layers_dims[l-1]) / np.sqrt(layers_dims[l-1])
        parameters["b" + str(l)] = np.zeros((layers_dims[l], 1))
    return parameters


def sigmoid(Z):
    A = 1. / (1. + np.exp(-Z))
    return A, Z


def tanh(Z):
    A = np.tanh(Z)
    return A, Z


def sigmoid_backward(dA, Z):
    s = 1. / (1. + np.exp(-Z))
    dZ = dA * s * (1. - s)
    return dZ


def tanh_backward(dA, Z):
    dZ = dA * (1. - np.power(np.tanh(Z), 2))
    return dZ


def linear_forward(A, W, b):
    return np.dot(W, A) + b, (A, W, b)


def model_forward(X, parameters):
    caches = []
    A = X
    L = len(parameters) // 2
    for l in range(1, L):
        Z, linear_cache = linear_forward(A, parameters["W" + str(l)], parameters["b" + str(l)])
        A, activation_cache = tanh(Z)
        caches.append((linear_cache, activation_cache))
    Z, linear_cache = linear_forward(A, parameters["W" + str(L)], parameters["b" + str(L)])
    AL, activation_cache = sigmoid(Z)
    caches.append((linear_cache, activation_cache))
    return AL, caches


def compute_cost(AL, Y):
    m = Y.shape[1]
    cost = -1. / m * np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL))
    return np.squeeze(cost)


def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    dW = 1. / m * np.dot(dZ, A_prev.T)
    db = 1. / m * np.sum(dZ, axis=1, keepdims=True)
    dA_prev = np.dot(W.T, dZ)
    return dA_prev, dW, db


def model_backward(AL, Y, caches):
    grads = {}
    L = len(caches)
    dAL = -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))

    linear_cache, activation_cache = caches[L-1]
    dZ = sigmoid_backward(dAL, activation_cache)
    grads["dA" + str(L-1)], grads["dW" + str(L)], grads["db" + str(L)] = linear_backward(dZ, linear_cache)

    for l in reversed(range(1, L)):
        linear_cache, activation_cache = caches[l-1]
        dZ = tanh_backward(grads["dA" + str(l)], activation_cache)
        grads["dA" + str(l-1)], grads["dW" + str(l)], grads["db" + str(l)] = linear_backward(dZ, linear_cache)
    return grads


def update_parameters(parameters, grads, learning_rate):
    L = len(parameters) // 2
    for l in range(1, L + 1):
        parameters["W" + str(l)] = parameters["W" + str(l)] - learning_rate * grads["dW" + str(l)]
        parameters["b" + str(l)] = parameters["b" + str(l)] - learning_rate * grads["db" + str(l)]
    return parameters


def model(X, Y, parameters, learning_rate=0.5, num_epochs=100, mini_batch_size=64, print_cost=True):
    costs = []
    m = X.shape[1]
    for i in range(num_epochs):
        for k in range(math.ceil(m / mini_batch_size)):
            mini_X = X[:, k * mini_batch_size:(k + 1) * mini_batch_size]
            mini_Y = Y[:, k * mini_batch_size:(k + 1) * mini_batch_size]
            AL, caches = model_forward(mini_X, parameters)
            cost = compute_cost(AL, mini_Y)
            grads = model_backward(AL, mini_Y, caches)
            parameters = update_parameters(parameters, grads, learning_rate)
        costs.append(cost)
        if print_cost and i % 20 == 0:
            print("Cost after epoch %i: %f" % (i, cost))
    return parameters, costs


def make_songs(m, seed=0):
    rng = np.random.RandomState(seed)
    X = rng.randn(8, m)     # tempo, loudness, ...
    Y = np.vstack([X[0] * X[1] > 0.2, X[2] + X[3] > 0.5, np.abs(X[4]) > 1 - X[5]])
    return X, Y.astype(float)


train_X, train_Y = make_songs(300)
test_X, test_Y = make_songs(100, seed=1)
parameters = initialize_parameters([8, 7, 5, 3])
parameters, costs = model(train_X, train_Y, parameters, num_epochs=200)

predictions = (model_forward(test_X, parameters)[0] > 0.5)
print("Accuracy for each genre:", np.mean(predictions == test_Y, axis=1))
plt.plot(costs)
plt.ylabel("cost")
plt.xlabel("epochs")
plt.show()
