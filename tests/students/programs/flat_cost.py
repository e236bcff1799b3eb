# Hand-written digits, one hidden layer, theta as ONE long vector (course exercise)
import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_gradient(z):
    g = sigmoid(z)
    return g * (1 - g)


def rand_initialize_weights(L_in, L_out):
    epsilon_init = 0.12
    return np.random.rand(L_out, L_in + 1) * 2 * epsilon_init - epsilon_init


def nn_cost_function(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, lmbda):
    Theta1 = nn_params[:hidden_layer_size * (input_layer_size + 1)].reshape(hidden_layer_size, input_layer_size + 1)
    Theta2 = nn_params[hidden_layer_size * (input_layer_size + 1):].reshape(num_labels, hidden_layer_size + 1)
    m = X.shape[0]

    # forward
    a1 = np.hstack((np.ones((m, 1)), X))
    z2 = a1.dot(Theta1.T)
    a2 = np.hstack((np.ones((m, 1)), sigmoid(z2)))
    z3 = a2.dot(Theta2.T)
    h = sigmoid(z3)

    Y = np.eye(num_labels)[y]
    J = np.sum(-Y * np.log(h) - (1 - Y) * np.log(1 - h)) / m
    reg = lmbda / (2 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))
    J = J + reg

    # backward
    d3 = h - Y
    d2 = d3.dot(Theta2[:, 1:]) * sigmoid_gradient(z2)
    Delta1 = d2.T.dot(a1)
    Delta2 = d3.T.dot(a2)

    Theta1_grad = Delta1 / m
    Theta2_grad = Delta2 / m
    Theta1_grad[:, 1:] += lmbda / m * Theta1[:, 1:]
    Theta2_grad[:, 1:] += lmbda / m * Theta2[:, 1:]

    grad = np.concatenate((Theta1_grad.ravel(), Theta2_grad.ravel()))
    return J, grad


def gradient_descent(nn_params, alpha, num_iters, *args):
    J_history = []
    for i in range(num_iters):
        J, grad = nn_cost_function(nn_params, *args)
        nn_params = nn_params - alpha * grad
        J_history.append(J)
        if i % 50 == 0:
            print('Iteration', i, 'Cost', J)
    return nn_params, J_history


def predict(Theta1, Theta2, X):
    m = X.shape[0]
    h1 = sigmoid(np.hstack((np.ones((m, 1)), X)).dot(Theta1.T))
    h2 = sigmoid(np.hstack((np.ones((m, 1)), h1)).dot(Theta2.T))
    return np.argmax(h2, axis=1)


input_layer_size = 5
hidden_layer_size = 7
num_labels = 4
lmbda = 1

try:
    data = np.loadtxt('digits.txt')
    X, y = data[:, :-1], data[:, -1].astype(int)
except IOError:
    np.random.seed(2)
    X = np.random.randn(50, input_layer_size)
    y = np.argmax(X[:, :num_labels], axis=1)

initial_nn_params = np.concatenate((rand_initialize_weights(input_layer_size, hidden_layer_size).ravel(),
                                    rand_initialize_weights(hidden_layer_size, num_labels).ravel()))
nn_params, J_history = gradient_descent(initial_nn_params, 0.8, 400,
                                        input_layer_size, hidden_layer_size, num_labels, X, y, lmbda)

Theta1 = nn_params[:hidden_layer_size * (input_layer_size + 1)].reshape(hidden_layer_size, input_layer_size + 1)
Theta2 = nn_params[hidden_layer_size * (input_layer_size + 1):].reshape(num_labels, hidden_layer_size + 1)
print('Training Set Accuracy:', np.mean(predict(Theta1, Theta2, X) == y) * 100)
