# hours of sleep and hours of study against the scores of two tests
# network and trainer are two classes; the trainer calls scipy
import numpy as np
from scipy import optimize


class Neural_Network(object):
    def __init__(self, Lambda=0.0001):
        # Define hyperparameters
        self.inputLayerSize = 2
        self.outputLayerSize = 2
        self.hiddenLayerSize = 4
        # Weights (parameters)
        self.W1 = np.random.randn(self.inputLayerSize, self.hiddenLayerSize)
        self.b1 = np.random.randn(1, self.hiddenLayerSize)
        self.W2 = np.random.randn(self.hiddenLayerSize, self.outputLayerSize)
        self.b2 = np.random.randn(1, self.outputLayerSize)
        # Regularization parameter
        self.Lambda = Lambda

    def forward(self, X):
        # Propagate inputs through network
        self.z2 = np.dot(X, self.W1) + self.b1
        self.a2 = self.sigmoid(self.z2)
        self.z3 = np.dot(self.a2, self.W2) + self.b2
        yHat = self.sigmoid(self.z3)
        return yHat

    def sigmoid(self, z):
        # Apply sigmoid activation function to scalar, vector, or matrix
        return 1 / (1 + np.exp(-z))

    def sigmoidPrime(self, z):
        # Gradient of sigmoid
        return np.exp(-z) / ((1 + np.exp(-z)) ** 2)

    def costFunction(self, X, y):
        # Compute cost for given X, y, use weights already stored in class
        self.yHat = self.forward(X)
        J = 0.5 * np.sum((y - self.yHat) ** 2) / X.shape[0] + \
            (self.Lambda / 2) * (np.sum(self.W1 ** 2) + np.sum(self.W2 ** 2))
        return J

    def costFunctionPrime(self, X, y):
        # Compute derivative with respect to all parameters for a given X and y
        self.yHat = self.forward(X)
        n = X.shape[0]

        delta3 = np.multiply(-(y - self.yHat), self.sigmoidPrime(self.z3))
        dJdW2 = np.dot(self.a2.T, delta3) / n + self.Lambda * self.W2
        dJdb2 = np.sum(delta3, axis=0, keepdims=True) / n

        delta2 = np.dot(delta3, self.W2.T) * self.sigmoidPrime(self.z2)
        dJdW1 = np.dot(X.T, delta2) / n + self.Lambda * self.W1
        dJdb1 = np.sum(delta2, axis=0, keepdims=True) / n
        return dJdW1, dJdb1, dJdW2, dJdb2

    # Helper functions for interacting with other classes
    def getParams(self):
        # all parameters unrolled into a vector
        return np.concatenate((self.W1.ravel(), self.b1.ravel(), self.W2.ravel(), self.b2.ravel()))

    def setParams(self, params):
        I, H, O = self.inputLayerSize, self.hiddenLayerSize, self.outputLayerSize
        W1_end = I * H
        b1_end = W1_end + H
        W2_end = b1_end + H * O
        self.W1 = np.reshape(params[0:W1_end], (I, H))
        self.b1 = np.reshape(params[W1_end:b1_end], (1, H))
        self.W2 = np.reshape(params[b1_end:W2_end], (H, O))
        self.b2 = np.reshape(params[W2_end:], (1, O))

    def computeGradients(self, X, y):
        dJdW1, dJdb1, dJdW2, dJdb2 = self.costFunctionPrime(X, y)
        return np.concatenate((dJdW1.ravel(), dJdb1.ravel(), dJdW2.ravel(), dJdb2.ravel()))


class trainer(object):
    def __init__(self, N):
        # Make local reference to network
        self.N = N

    def callbackF(self, params):
        self.N.setParams(params)
        self.J.append(self.N.costFunction(self.X, self.y))

    def costFunctionWrapper(self, params, X, y):
        self.N.setParams(params)
        cost = self.N.costFunction(X, y)
        grad = self.N.computeGradients(X, y)
        return cost, grad

    def train(self, X, y, maxiter=200):
        self.X = X
        self.y = y
        self.J = []
        params0 = self.N.getParams()
        options = {'maxiter': maxiter, 'disp': True}
        _res = optimize.minimize(self.costFunctionWrapper, params0, jac=True, method='BFGS',
                                 args=(X, y), options=options, callback=self.callbackF)
        self.N.setParams(_res.x)
        self.optimizationResults = _res


# X = (hours sleeping, hours studying), y = scores of two tests
X = np.array(([3, 5], [5, 1], [10, 2], [6, 1.5], [8, 8], [4, 9]), dtype=float)
y = np.array(([75, 60], [82, 55], [93, 71], [70, 64], [89, 97], [66, 90]), dtype=float)

# Normalize
X = X / np.amax(X, axis=0)
y = y / 100  # Max test score is 100

np.random.seed(22)
NN = Neural_Network()
T = trainer(NN)
T.train(X, y, maxiter=200)
print(T.J[-1:])
print(NN.forward(X))
