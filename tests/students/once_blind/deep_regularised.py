"""Deep network in the style of the course notebooks, with L2 penalty and (inverted) dropout."""
import numpy as np
import h5py


def initialize_parameters_he(layers_dims):
    np.random.seed(3)
    parameters = {}
    for l in range(1, len(layers_dims)):
        parameters[f"W{l}"] = np.random.randn(layers_dims[l], layers_dims[l - 1]) * np.sqrt(2.0 / layers_dims[l - 1])
        parameters[f"b{l}"] = np.zeros((layers_dims[l], 1))
    return parameters


def lrelu(Z):
    return np.where(Z > 0, Z, 0.1 * Z)


def lrelu_grad(Z):
    return np.where(Z > 0, 1.0, 0.1)


def softmax(Z):
    E = np.exp(Z - np.max(Z, axis=0, keepdims=True))
    return E / np.sum(E, axis=0, keepdims=True)


def L_model_forward(X, parameters, keep_prob=1.0):
    # the same masks in every call, so that the cost can be compared
    np.random.seed(1)
    L = len(parameters) // 2
    caches = []
    A = X
    for l in range(1, L + 1):
        A_prev = A
        W, b = parameters[f"W{l}"], parameters[f"b{l}"]
        Z = W @ A_prev + b
        if l < L:
            D = np.random.rand(*Z.shape) < keep_prob
            A = lrelu(Z) * D / keep_prob
        else:
            D = None
            A = softmax(Z)
        caches.append((A_prev, W, Z, D))
    return A, caches


def compute_cost(AL, Y, parameters, lambd):
    m = Y.shape[1]
    cross_entropy_cost = -np.sum(Y * np.log(AL)) / m
    L = len(parameters) // 2
    L2_cost = lambd / (2 * m) * sum(np.sum(np.square(parameters[f"W{l}"])) for l in range(1, L + 1))
    return cross_entropy_cost + L2_cost


def L_model_backward(AL, Y, caches, lambd, keep_prob=1.0):
    grads = {}
    L = len(caches)
    m = Y.shape[1]
    for l in range(L, 0, -1):
        A_prev, W, Z, D = caches[l - 1]
        if l == L:
            dZ = AL - Y
        else:
            dA = grads[f"dA{l}"] * D / keep_prob
            dZ = dA * lrelu_grad(Z)
        grads[f"dW{l}"] = dZ @ A_prev.T / m + lambd / m * W
        grads[f"db{l}"] = np.sum(dZ, axis=1, keepdims=True) / m
        grads[f"dA{l - 1}"] = W.T @ dZ
    return grads


def update_parameters(parameters, grads, learning_rate):
    L = len(parameters) // 2
    for l in range(1, L + 1):
        parameters[f"W{l}"] -= learning_rate * grads[f"dW{l}"]
        parameters[f"b{l}"] -= learning_rate * grads[f"db{l}"]
    return parameters


def model(X, Y, layers_dims, learning_rate=0.1, num_iterations=2000, lambd=0.7, keep_prob=1.0, verbose=True):
    parameters = initialize_parameters_he(layers_dims)
    for i in range(num_iterations):
        AL, caches = L_model_forward(X, parameters, keep_prob)
        grads = L_model_backward(AL, Y, caches, lambd, keep_prob)
        if verbose and i % 100 == 0:
            print("Cost after iteration {}: {}".format(i, compute_cost(AL, Y, parameters, lambd)))
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters


def predict(X, parameters):
    AL, _ = L_model_forward(X, parameters)
    return np.argmax(AL, axis=0)


if __name__ == "__main__":
    with h5py.File("signs_features.h5", "r") as f:
        train_X = np.array(f["train_x"]).T
        labels = np.array(f["train_y"])
    train_Y = np.eye(3)[labels].T
    parameters = model(train_X, train_Y, [5, 8, 6, 3], keep_prob=1.0)
    print("train accuracy:", np.mean(predict(train_X, parameters) == labels))
