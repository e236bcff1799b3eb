# %% [markdown]
# # Which ring is the point on?
# A network with two hidden layers by hand. First the data, then the maths, then the training.

# %%
%matplotlib inline
import numpy as np
import matplotlib.pyplot as plt
plt.rcParams['figure.figsize'] = (6, 6)

# %%
def make_rings(per_ring, radii=(0.6, 1.6, 2.6), noise=0.15, seed=0):
    rng = np.random.default_rng(seed)
    points, ring = [], []
    for k, r in enumerate(radii):
        angle = rng.uniform(0, 2 * np.pi, per_ring)
        radius = r + noise * rng.normal(size=per_ring)
        points.append(np.c_[radius * np.cos(angle), radius * np.sin(angle)])
        ring += [k] * per_ring
    return np.vstack(points), np.array(ring)

pts, ring = make_rings(30)
plt.scatter(pts[:, 0], pts[:, 1], c=ring, cmap='viridis')
plt.show()

# %%
target = np.eye(3)[ring]
pts.shape, target.shape

# %% [markdown]
# ## Building blocks
# `swish(z) = z * sigmoid(z)` would be nicer, but let us keep to ELU and the logistic function.

# %%
def elu(z):
    return np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1)

def elu_grad(z):
    return np.where(z > 0, 1.0, np.exp(np.minimum(z, 0)))

def logistic(z):
    return 1.0 / (1.0 + np.exp(-z))

def logistic_grad(a):
    # a is already logistic(z)
    return a * (1.0 - a)

def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)

# %%
np.random.seed(7)
sizes = [2, 8, 5, 3]
U, c = [], []
for fan_in, fan_out in zip(sizes[:-1], sizes[1:]):
    U.append(np.random.randn(fan_in, fan_out) * np.sqrt(1.5 / fan_in))
    c.append(np.zeros((1, fan_out)))

# %%
def network(x):
    memory = {'a0': x}
    memory['z1'] = memory['a0'] @ U[0] + c[0]
    memory['a1'] = elu(memory['z1'])
    memory['z2'] = memory['a1'] @ U[1] + c[1]
    memory['a2'] = logistic(memory['z2'])
    memory['z3'] = memory['a2'] @ U[2] + c[2]
    memory['a3'] = softmax(memory['z3'])
    return memory['a3'], memory

def loss_fn(p, t):
    return -np.mean(np.sum(t * np.log(p), axis=1))

# %% [markdown]
# ## The backward pass
# With softmax and cross-entropy the last error signal is simply $p - t$.

# %%
def gradients(memory, t):
    count = t.shape[0]
    dz3 = (memory['a3'] - t) / count
    dU3 = memory['a2'].T @ dz3
    dc3 = np.sum(dz3, axis=0, keepdims=True)

    da2 = dz3 @ U[2].T
    dz2 = da2 * logistic_grad(memory['a2'])
    dU2 = memory['a1'].T @ dz2
    dc2 = np.sum(dz2, axis=0, keepdims=True)

    da1 = dz2 @ U[1].T
    dz1 = da1 * elu_grad(memory['z1'])
    dU1 = memory['a0'].T @ dz1
    dc1 = np.sum(dz1, axis=0, keepdims=True)
    return [dU1, dU2, dU3], [dc1, dc2, dc3]

# %%
def fit(x, t, steps, rate):
    log = []
    for step in range(steps):
        p, memory = network(x)
        log.append(loss_fn(p, t))
        dU, dc = gradients(memory, t)
        for k in range(len(U)):
            U[k] = U[k] - rate * dU[k]
            c[k] = c[k] - rate * dc[k]
        if step % 250 == 0:
            print(f'step {step}: loss {log[-1]:.4f}, accuracy {np.mean(p.argmax(1) == t.argmax(1)):.2f}')
    return log

# %%
%%time
log = fit(pts, target, 2000, 0.3)

# %%
plt.semilogy(log)
plt.grid()
plt.show()
