# %% [markdown]
# # Assignment 2 - heart disease
# Predict whether a patient is ill. **Do not use any ML library** (numpy is fine).
#
# Columns of `X` are patients.

# %%
import numpy as np
import pandas as pd
%matplotlib inline
import matplotlib.pyplot as plt

# %%
df = pd.read_csv('/kaggle/input/heart-disease/heart.csv')
df.head()

# %%
features = ['age', 'trestbps', 'chol', 'thalach', 'oldpeak']
X_all = df[features].to_numpy(dtype=float).T
Y_all = df['target'].to_numpy(dtype=float).reshape(1, -1)

# %%
mu = X_all.mean(axis=1, keepdims=True)
sd = X_all.std(axis=1, keepdims=True)
X_all = (X_all - mu) / sd
split = int(0.8 * X_all.shape[1])
X_train, X_test = X_all[:, :split], X_all[:, split:]
Y_train, Y_test = Y_all[:, :split], Y_all[:, split:]
print(X_train.shape, Y_train.shape)

# %%
class HeartNet:
    """5 -> 8 -> 4 -> 1, ReLU inside, sigmoid at the end"""

    def __init__(self, seed=1):
        np.random.seed(seed)
        self.par = {}
        self.widths = [5, 8, 4, 1]
        for l in range(1, len(self.widths)):
            self.par['W' + str(l)] = np.random.randn(self.widths[l], self.widths[l - 1]) * np.sqrt(2 / self.widths[l - 1])
            self.par['b' + str(l)] = np.zeros((self.widths[l], 1))
        self.hidden_act = 'relu'

    def act(self, Z):
        return np.maximum(0, Z)

    def act_prime(self, A):
        # works on the activation: it is positive where Z is
        return (A > 0).astype(float)

    def forward(self, X):
        store = {'A0': X}
        L = len(self.widths) - 1
        for l in range(1, L + 1):
            store['Z' + str(l)] = self.par['W' + str(l)] @ store['A' + str(l - 1)] + self.par['b' + str(l)]
            if l < L:
                store['A' + str(l)] = self.act(store['Z' + str(l)])
            else:
                store['A' + str(l)] = 1 / (1 + np.exp(-store['Z' + str(l)]))
        return store['A' + str(L)], store

    def cost(self, A, Y):
        m = Y.shape[1]
        return float(-np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m)

    def backward(self, Y, store):
        m = Y.shape[1]
        L = len(self.widths) - 1
        dZ = {L: store['A' + str(L)] - Y}
        for l in range(L - 1, 0, -1):
            dA = self.par['W' + str(l + 1)].T @ dZ[l + 1]
            dZ[l] = dA * self.act_prime(store['A' + str(l)])
        grads = {}
        for l in range(1, L + 1):
            grads['W' + str(l)] = dZ[l] @ store['A' + str(l - 1)].T / m
            grads['b' + str(l)] = np.sum(dZ[l], axis=1, keepdims=True) / m
        return grads

    def step(self, X, Y, rate):
        A, store = self.forward(X)
        grads = self.backward(Y, store)
        for key in self.par:
            self.par[key] = self.par[key] - rate * grads[key]
        return self.cost(A, Y)

# %%
net = HeartNet()
costs = []
for i in range(1500):
    costs.append(net.step(X_train, Y_train, 0.1))
    if i % 300 == 0:
        print('iteration', i, 'cost', round(costs[-1], 4))

# %%
def accuracy(X, Y):
    A, _ = net.forward(X)
    return np.mean((A > 0.5) == (Y > 0.5))

print('train', accuracy(X_train, Y_train))
print('test', accuracy(X_test, Y_test))

# %%
plt.plot(costs)
plt.ylabel('cost')
plt.xlabel('iteration');
