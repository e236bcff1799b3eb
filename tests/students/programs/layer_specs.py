# network described by a list of dictionaries; columns are samples
import numpy as np

nn_architecture = [
    {"input_dim": 3, "output_dim": 6, "activation": "tanh"},
    {"input_dim": 6, "output_dim": 4, "activation": "relu"},
    {"input_dim": 4, "output_dim": 2, "activation": "sigmoid"},
]


def init_layers(nn_architecture, seed=99):
    np.random.seed(seed)
    params_values = {}
    for idx, layer in enumerate(nn_architecture):
        layer_idx = idx + 1
        params_values['W' + str(layer_idx)] = np.random.randn(layer["output_dim"], layer["input_dim"]) * 0.6
        params_values['b' + str(layer_idx)] = np.random.randn(layer["output_dim"], 1) * 0.1
    return params_values


def activate(Z, kind):
    if kind == "relu":
        return np.maximum(0, Z)
    if kind == "sigmoid":
        return 1 / (1 + np.exp(-Z))
    if kind == "tanh":
        return np.tanh(Z)
    raise Exception('Non-supported activation function')


def activate_backward(dA, Z, kind):
    if kind == "relu":
        dZ = np.array(dA, copy=True)
        dZ[Z <= 0] = 0
        return dZ
    if kind == "sigmoid":
        sig = 1 / (1 + np.exp(-Z))
        return dA * sig * (1 - sig)
    if kind == "tanh":
        return dA * (1 - np.tanh(Z) ** 2)


def full_forward_propagation(X, params_values, nn_architecture):
    memory = {}
    A_curr = X
    for idx, layer in enumerate(nn_architecture):
        layer_idx = idx + 1
        A_prev = A_curr
        Z_curr = np.dot(params_values["W" + str(layer_idx)], A_prev) + params_values["b" + str(layer_idx)]
        A_curr = activate(Z_curr, layer["activation"])
        memory["A" + str(idx)] = A_prev
        memory["Z" + str(layer_idx)] = Z_curr
    return A_curr, memory


def get_cost_value(Y_hat, Y):
    m = Y_hat.shape[1]
    return -np.sum(Y * np.log(Y_hat) + (1 - Y) * np.log(1 - Y_hat)) / m


def full_backward_propagation(Y_hat, Y, memory, params_values, nn_architecture):
    grads_values = {}
    m = Y.shape[1]
    dA_prev = -(Y / Y_hat - (1 - Y) / (1 - Y_hat))
    for layer_idx_prev, layer in reversed(list(enumerate(nn_architecture))):
        layer_idx_curr = layer_idx_prev + 1
        dA_curr = dA_prev
        A_prev = memory["A" + str(layer_idx_prev)]
        Z_curr = memory["Z" + str(layer_idx_curr)]
        W_curr = params_values["W" + str(layer_idx_curr)]
        dZ_curr = activate_backward(dA_curr, Z_curr, layer["activation"])
        dA_prev = np.dot(W_curr.T, dZ_curr)
        grads_values["dW" + str(layer_idx_curr)] = np.dot(dZ_curr, A_prev.T) / m
        grads_values["db" + str(layer_idx_curr)] = np.sum(dZ_curr, axis=1, keepdims=True) / m
    return grads_values


def update(params_values, grads_values, nn_architecture, learning_rate):
    for layer_idx, layer in enumerate(nn_architecture, 1):
        params_values["W" + str(layer_idx)] -= learning_rate * grads_values["dW" + str(layer_idx)]
        params_values["b" + str(layer_idx)] -= learning_rate * grads_values["db" + str(layer_idx)]
    return params_values


def train(X, Y, nn_architecture, epochs, learning_rate):
    params_values = init_layers(nn_architecture, 2)
    cost_history = []
    for i in range(epochs):
        Y_hat, cache = full_forward_propagation(X, params_values, nn_architecture)
        cost_history.append(get_cost_value(Y_hat, Y))
        grads_values = full_backward_propagation(Y_hat, Y, cache, params_values, nn_architecture)
        params_values = update(params_values, grads_values, nn_architecture, learning_rate)
    return params_values, cost_history


if __name__ == "__main__":
    rng = np.random.default_rng(5)
    X = rng.normal(size=(3, 25))
    Y = np.vstack([X[0] + X[1] > 0, X[1] * X[2] > 0]).astype(float)
    params, costs = train(X, Y, nn_architecture, 1000, 0.3)
    print("first cost", costs[:1], "last cost", costs[-1:])
