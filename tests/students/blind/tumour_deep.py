# Breast tumours, benign or malignant. Deep neural network built from the helper functions of the course:
# initialize -> L_model_forward -> compute_cost -> L_model_backward -> update_parameters
import math

import numpy as np


def relu(Z):
    return np.maximum(0, Z), Z


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z)), Z


def relu_backward(dA, activation_cache):
    Z = activation_cache
    dZ = np.array(dA, copy=True)
    dZ[Z <= 0] = 0
    return dZ


def sigmoid_backward(dA, activation_cache):
    Z = activation_cache
    s = 1 / (1 + np.exp(-Z))
    return dA * s * (1 - s)


def initialize_parameters_he(layers_dims):
    parameters = {}
    L = len(layers_dims)
    for l in range(1, L):
        parameters['W' + str(l)] = np.random.randn(layers_dims[l], layers_dims[l - 1]) * np.sqrt(2. / layers_dims[l - 1])
        parameters['b' + str(l)] = np.zeros((layers_dims[l], 1))
    return parameters


def linear_activation_forward(A_prev, W, b, activation):
    Z = W @ A_prev + b
    linear_cache = (A_prev, W, b)
    A, activation_cache = relu(Z) if activation == "relu" else sigmoid(Z)
    return A, (linear_cache, activation_cache)


def L_model_forward(X, parameters):
    caches = []
    A = X
    L = len(parameters) // 2
    for l in range(1, L):
        A, cache = linear_activation_forward(A, parameters['W' + str(l)], parameters['b' + str(l)], "relu")
        caches.append(cache)
    AL, cache = linear_activation_forward(A, parameters['W' + str(L)], parameters['b' + str(L)], "sigmoid")
    caches.append(cache)
    return AL, caches


def compute_cost(AL, Y):
    m = Y.shape[1]
    return -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m


def linear_activation_backward(dA, cache, activation):
    linear_cache, activation_cache = cache
    dZ = relu_backward(dA, activation_cache) if activation == "relu" else sigmoid_backward(dA, activation_cache)
    A_prev, W, b = linear_cache
    m = A_prev.shape[1]
    dW = dZ @ A_prev.T / m
    db = np.sum(dZ, axis=1, keepdims=True) / m
    dA_prev = W.T @ dZ
    return dA_prev, dW, db


def L_model_backward(AL, Y, caches):
    grads = {}
    L = len(caches)
    dAL = (1 - Y) / (1 - AL) - Y / AL
    grads['dA' + str(L - 1)], grads['dW' + str(L)], grads['db' + str(L)] = \
        linear_activation_backward(dAL, caches[L - 1], "sigmoid")
    for l in reversed(range(L - 1)):
        grads['dA' + str(l)], grads['dW' + str(l + 1)], grads['db' + str(l + 1)] = \
            linear_activation_backward(grads['dA' + str(l + 1)], caches[l], "relu")
    return grads


def update_parameters(parameters, grads, learning_rate):
    L = len(parameters) // 2
    for l in range(L):
        parameters['W' + str(l + 1)] = parameters['W' + str(l + 1)] - learning_rate * grads['dW' + str(l + 1)]
        parameters['b' + str(l + 1)] = parameters['b' + str(l + 1)] - learning_rate * grads['db' + str(l + 1)]
    return parameters


def random_mini_batches(X, Y, mini_batch_size):
    m = X.shape[1]
    permutation = np.random.permutation(m)
    shuffled_X, shuffled_Y = X[:, permutation], Y[:, permutation]
    batches = []
    for k in range(math.ceil(m / mini_batch_size)):
        columns = slice(k * mini_batch_size, (k + 1) * mini_batch_size)
        batches.append((shuffled_X[:, columns], shuffled_Y[:, columns]))
    return batches


def model(X, Y, layers_dims, learning_rate=0.05, mini_batch_size=64, num_epochs=500, print_cost=True):
    np.random.seed(3)
    parameters = initialize_parameters_he(layers_dims)
    for i in range(num_epochs):
        total = 0
        for minibatch_X, minibatch_Y in random_mini_batches(X, Y, mini_batch_size):
            AL, caches = L_model_forward(minibatch_X, parameters)
            total += compute_cost(AL, minibatch_Y) * minibatch_Y.shape[1]
            grads = L_model_backward(AL, minibatch_Y, caches)
            parameters = update_parameters(parameters, grads, learning_rate)
        if print_cost and i % 100 == 0:
            print("Cost after epoch %i: %f" % (i, total / Y.shape[1]))
    return parameters


if __name__ == "__main__":
    table = np.loadtxt("breast_cancer.csv", delimiter=",", skiprows=1)
    X = table[:, 1:10].T / 10.0
    Y = (table[:, 10:11].T == 4).astype(float)
    parameters = model(X, Y, [9, 7, 5, 1])
    AL, _ = L_model_forward(X, parameters)
    print("Accuracy: ", np.mean((AL > 0.5) == Y))
