# %% [markdown]
# # Shelter dogs
# Three yes/no questions per dog: *good with children*, *good with cats*, *house-trained*.
#
# Plan: leaky ReLU -> tanh -> three sigmoids, log loss for each of them, plus a little L1 on the weights.

# %%
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
import seaborn as sns

%matplotlib inline
sns.set_style('whitegrid')

# %%
dogs = pd.read_csv('../input/shelter-dogs/dogs.csv')
dogs.info()

# %%
columns = ['age', 'weight', 'energy', 'barks_per_hour', 'days_in_shelter']
questions = ['kids', 'cats', 'trained']
X = dogs[columns].values
Y = dogs[questions].values.astype(float)
X = (X - X.mean(axis=0)) / X.std(axis=0)
X.shape, Y.shape

# %% [markdown]
# ## Building blocks

# %%
def leaky(z):
    return np.maximum(0.1 * z, z)

def d_leaky(z):
    slope = np.ones(z.shape)
    slope[z < 0] = 0.1
    return slope

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

# %%
def new_params(sizes, seed=0):
    np.random.seed(seed)
    params = []
    for n_in, n_out in zip(sizes, sizes[1:]):
        params.append({'W': np.random.randn(n_in, n_out) * 0.5, 'b': np.zeros((1, n_out))})
    return params

def forward(X, params):
    z1 = X @ params[0]['W'] + params[0]['b']
    h1 = leaky(z1)
    z2 = h1 @ params[1]['W'] + params[1]['b']
    h2 = np.tanh(z2)
    z3 = h2 @ params[2]['W'] + params[2]['b']
    p = sigmoid(z3)
    return dict(X=X, z1=z1, h1=h1, z2=z2, h2=h2, z3=z3, p=p)

# %%
def log_loss(Y, p, params, lam):
    data = -(Y * np.log(p) + (1 - Y) * np.log(1 - p)).sum(axis=1).mean()
    return data + lam * sum(np.abs(layer['W']).sum() for layer in params)

# %% [markdown]
# ## Backward pass
# $\delta_3 = p - y$, then $\delta_{l} = \delta_{l+1} W_{l+1}^T \odot f'(z_l)$

# %%
def backward(Y, c, params, lam):
    N = len(Y)
    d3 = (c['p'] - Y) / N
    d2 = d3 @ params[2]['W'].T * (1 - c['h2'] ** 2)
    d1 = d2 @ params[1]['W'].T * d_leaky(c['z1'])
    grads = []
    for below, d, layer in zip([c['X'], c['h1'], c['h2']], [d1, d2, d3], params):
        gW = below.T @ d + lam * np.sign(layer['W'])
        gb = d.sum(axis=0, keepdims=True)
        grads.append({'W': gW, 'b': gb})
    return grads

# %%
def train(params, X, Y, n_iter, rate, lam=0.001):
    curve = []
    for i in range(n_iter):
        c = forward(X, params)
        curve.append(log_loss(Y, c['p'], params, lam))
        grads = backward(Y, c, params, lam)
        for layer, grad in zip(params, grads):
            layer['W'] = layer['W'] - rate * grad['W']
            layer['b'] = layer['b'] - rate * grad['b']
    return curve

# %%
params = new_params([5, 7, 4, 3])
curve = train(params, X, Y, n_iter=1000, rate=0.3)
print('last loss:', curve[-1:])

# %%
plt.plot(curve)
plt.title('log loss');

# %%
hit = (forward(X, params)['p'] > 0.5) == (Y > 0.5)
for question, share in zip(questions, hit.mean(axis=0)):
    print(f'{question:>10}: {share:.1%}')
