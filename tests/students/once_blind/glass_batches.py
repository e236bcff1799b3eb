# Types of glass, everything at the top level. Columns are samples, as in the lecture.
import numpy as np
import matplotlib.pyplot as plt

np.random.seed(4)

# refractive index, Na, Mg, Al, Si, and in the last column the type 0, 1 or 2
data = np.loadtxt('glass.csv', delimiter=',', skiprows=1)
np.random.shuffle(data)

X = data[:, :5].T
X = (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)
kind = data[:, 5].astype(int)
m = X.shape[1]
Y = np.zeros((3, m))
Y[kind, np.arange(m)] = 1
print('samples:', m)

alpha = 0.2
lam = 0.5
batch = 20

theta1 = np.random.randn(7, 5) * np.sqrt(1 / 5)
theta2 = np.random.randn(4, 7) * np.sqrt(2 / 7)
theta3 = np.random.randn(3, 4) * np.sqrt(2 / 4)
beta1 = np.random.randn(7, 1) * 0.1
beta2 = np.random.randn(4, 1) * 0.1
beta3 = np.zeros((3, 1))

curve = []
for epoch in range(400):
    for s in range(0, m, batch):
        A0 = X[:, s:s + batch]
        T = Y[:, s:s + batch]
        n = A0.shape[1]

        # forward
        Z1 = theta1 @ A0 + beta1
        A1 = np.tanh(Z1)
        Z2 = theta2 @ A1 + beta2
        A2 = np.maximum(Z2, 0)
        Z3 = theta3 @ A2 + beta3
        E = np.exp(Z3 - Z3.max(axis=0))
        P = E / E.sum(axis=0)

        # cost with weight decay
        J = -np.sum(T * np.log(P)) / n
        J += lam / (2 * n) * (np.sum(theta1 ** 2) + np.sum(theta2 ** 2) + np.sum(theta3 ** 2))

        # backward
        D3 = P - T
        g3 = D3 @ A2.T / n + lam / n * theta3
        h3 = D3.sum(axis=1, keepdims=True) / n

        D2 = (theta3.T @ D3) * (Z2 > 0)
        g2 = D2 @ A1.T / n + lam / n * theta2
        h2 = D2.sum(axis=1, keepdims=True) / n

        D1 = (theta2.T @ D2) * (1 - A1 ** 2)
        g1 = D1 @ A0.T / n + lam / n * theta1
        h1 = D1.sum(axis=1, keepdims=True) / n

        # descend
        theta1 = theta1 - alpha * g1
        theta2 = theta2 - alpha * g2
        theta3 = theta3 - alpha * g3
        beta1 = beta1 - alpha * h1
        beta2 = beta2 - alpha * h2
        beta3 = beta3 - alpha * h3

    curve.append(J)
    if epoch % 40 == 0:
        hit = np.mean(P.argmax(axis=0) == T.argmax(axis=0))
        print(f'{epoch:4d}  cost {J:.4f}  hits in the last batch {hit:.2f}')

plt.plot(curve)
plt.xlabel('epoch')
plt.ylabel('J')
plt.savefig('curve.png')
