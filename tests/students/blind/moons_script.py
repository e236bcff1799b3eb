import numpy as np
import matplotlib.pyplot as plt

np.random.seed(2024)

# ---- data: two half moons, columns are points ----
n = 200
half = n // 2
angles = np.linspace(0, np.pi, half)
upper = np.array([np.cos(angles), np.sin(angles)])
lower = np.array([1 - np.cos(angles), 0.5 - np.sin(angles)])
points = np.concatenate((upper, lower), axis=1) + 0.15 * np.random.randn(2, n)
labels = np.zeros((2, n))
labels[0, :half] = 1
labels[1, half:] = 1

# ---- hyper parameters ----
hidden1 = 8
hidden2 = 5
alpha = 0.8
steps = 3000

# ---- weights ----
Wa = np.random.randn(hidden1, 2) * 0.7
ba = np.random.randn(hidden1, 1) * 0.1
Wb = np.random.randn(hidden2, hidden1) * 0.5
bb = np.random.randn(hidden2, 1) * 0.1
Wc = np.random.randn(2, hidden2) * 0.6
bc = np.random.randn(2, 1) * 0.1

errors = []
for step in range(steps):
    # forward
    Za = Wa.dot(points) + ba
    Ha = np.tanh(Za)
    Zb = Wb.dot(Ha) + bb
    Hb = np.tanh(Zb)
    Zc = Wc.dot(Hb) + bc
    out = 1 / (1 + np.exp(-Zc))

    # error
    diff = out - labels
    E = np.sum(diff ** 2) / (2 * n)
    errors.append(E)

    # backward
    dZc = diff * out * (1 - out) / n
    dWc = dZc.dot(Hb.T)
    dbc = dZc.sum(axis=1, keepdims=True)

    dHb = Wc.T.dot(dZc)
    dZb = dHb * (1 - Hb ** 2)
    dWb = dZb.dot(Ha.T)
    dbb = dZb.sum(axis=1, keepdims=True)

    dHa = Wb.T.dot(dZb)
    dZa = dHa * (1 - Ha ** 2)
    dWa = dZa.dot(points.T)
    dba = dZa.sum(axis=1, keepdims=True)

    # update
    Wc -= alpha * dWc
    bc -= alpha * dbc
    Wb -= alpha * dWb
    bb -= alpha * dbb
    Wa -= alpha * dWa
    ba -= alpha * dba

    if step % 300 == 0:
        hits = np.mean(out.argmax(axis=0) == labels.argmax(axis=0))
        print("step", step, "error", E, "accuracy", hits)

plt.plot(errors)
plt.xlabel("step")
plt.ylabel("error")
plt.savefig("moons.png")
