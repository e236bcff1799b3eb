# Programming exercise: neural network learning, handwritten digits 20x20
import numpy as np
from scipy.io import loadmat
from scipy.optimize import minimize


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoidGradient(z):
    g = sigmoid(z)
    return g * (1 - g)


def randInitializeWeights(L_in, L_out, epsilon_init=0.12):
    return np.random.rand(L_out, 1 + L_in) * 2 * epsilon_init - epsilon_init


def nnCostFunction(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, lambda_):
    # roll the parameters back into matrices
    Theta1 = nn_params[:hidden_layer_size * (input_layer_size + 1)].reshape(hidden_layer_size, input_layer_size + 1)
    Theta2 = nn_params[hidden_layer_size * (input_layer_size + 1):].reshape(num_labels, hidden_layer_size + 1)
    m = X.shape[0]

    # Part 1: feedforward
    a1 = np.hstack([np.ones((m, 1)), X])
    z2 = a1.dot(Theta1.T)
    a2 = np.hstack([np.ones((m, 1)), sigmoid(z2)])
    z3 = a2.dot(Theta2.T)
    h = sigmoid(z3)

    Y = np.eye(num_labels)[y]
    J = np.sum(-Y * np.log(h) - (1 - Y) * np.log(1 - h)) / m
    J += lambda_ / (2 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))

    # Part 2: backpropagation
    d3 = h - Y
    d2 = d3.dot(Theta2[:, 1:]) * sigmoidGradient(z2)
    Theta1_grad = d2.T.dot(a1) / m
    Theta2_grad = d3.T.dot(a2) / m

    # Part 3: regularization, not for the bias column
    Theta1_grad[:, 1:] += lambda_ / m * Theta1[:, 1:]
    Theta2_grad[:, 1:] += lambda_ / m * Theta2[:, 1:]

    grad = np.concatenate([Theta1_grad.ravel(), Theta2_grad.ravel()])
    return J, grad


def predict(Theta1, Theta2, X):
    m = X.shape[0]
    h1 = sigmoid(np.hstack([np.ones((m, 1)), X]).dot(Theta1.T))
    h2 = sigmoid(np.hstack([np.ones((m, 1)), h1]).dot(Theta2.T))
    return h2.argmax(axis=1)


data = loadmat('ex4data1.mat')
X = data['X']
y = data['y'].ravel() % 10      # 10 means zero

input_layer_size = X.shape[1]
hidden_layer_size = 8
num_labels = 10
lambda_ = 1

np.random.seed(0)
initial = np.concatenate([randInitializeWeights(input_layer_size, hidden_layer_size).ravel(),
                          randInitializeWeights(hidden_layer_size, num_labels).ravel()])

print('Training Neural Network...')
args = (input_layer_size, hidden_layer_size, num_labels, X, y, lambda_)
res = minimize(nnCostFunction, initial, args=args, jac=True, method='CG', options={'maxiter': 50})
nn_params = res.x

Theta1 = nn_params[:hidden_layer_size * (input_layer_size + 1)].reshape(hidden_layer_size, -1)
Theta2 = nn_params[hidden_layer_size * (input_layer_size + 1):].reshape(num_labels, -1)
print('Cost %.4f' % res.fun)
print('Training Set Accuracy: %.2f' % (np.mean(predict(Theta1, Theta2, X) == y) * 100))
