# backpropagation by hand for f(x, W) = |sigmoid(W x)|^2
import numpy as np
from math import *

# forward pass
W = np.array([[0.2, 0.4, 0.1], [-0.5, 0.7, 0.6], [0.3, 0.1, 0.9]])
x = np.array([[0.3], [0.5], [0.2]])
q = np.dot(W, x)
sig = 1 / (1 + np.exp(-q))
loss = np.sum(sig ** 2)

print('shape W:', W.shape)
print('shape x:', x.shape)
print('shape q:', q.shape)
print('loss:', loss)

# backward pass, from the end to the beginning
df_df = 1
df_dsig = 2 * sig * df_df
dsig_dq = (1 - sig) * sig
df_dq = dsig_dq * df_dsig
df_dW = np.dot(df_dq, x.T)
df_dx = np.dot(W.T, df_dq)

print('df/dW:\n', df_dW)
print('df/dx:\n', df_dx)
