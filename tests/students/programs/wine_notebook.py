# %% [markdown]
# # Wine quality with a network from scratch
# Assignment 3

# %%
%matplotlib inline
import numpy as np
import matplotlib.pyplot as plt
!pip install pandas -q
np.random.seed(0)

# %%
# stand-in for the wine table: 6 chemical measurements, 2 scores
N = 50
X = np.random.randn(N, 6)
Y = np.stack([1 / (1 + np.exp(-X[:, 0] + X[:, 1])), 1 / (1 + np.exp(X[:, 2] * X[:, 3]))], axis=1)
X.shape, Y.shape

# %%
def relu(z):
    return np.maximum(0, z)

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def init(n_x, n_h, n_y):
    params = {'W1': np.random.randn(n_x, n_h) * 0.5,
              'b1': np.zeros(n_h),
              'W2': np.random.randn(n_h, n_y) * 0.5,
              'b2': np.zeros(n_y)}
    return params

# %%
def forward(X, params):
    Z1 = X @ params['W1'] + params['b1']
    A1 = relu(Z1)
    Z2 = A1 @ params['W2'] + params['b2']
    A2 = sigmoid(Z2)
    return A2, {'Z1': Z1, 'A1': A1, 'Z2': Z2, 'A2': A2}

def cost(A2, Y):
    return np.sum((A2 - Y) ** 2) / (2 * len(Y))

# %%
def backward(X, Y, params, cache):
    n = len(X)
    A1, A2 = cache['A1'], cache['A2']
    dA2 = (A2 - Y) / n
    dZ2 = dA2 * A2 * (1 - A2)
    dW2 = A1.T @ dZ2
    db2 = dZ2.sum(axis=0)
    dA1 = dZ2 @ params['W2'].T
    dZ1 = dA1 * (cache['Z1'] > 0)
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0)
    return {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2}

# %%
params = init(6, 9, 2)
costs = []
for epoch in range(1500):
    A2, cache = forward(X, params)
    costs.append(cost(A2, Y))
    grads = backward(X, Y, params, cache)
    for name in params:
        params[name] = params[name] - 0.5 * grads[name]
costs[-1]

# %%
plt.plot(costs)
plt.title('training')
plt.show()
