# How full is the bottle, how much foam?  From the three measured sound levels
# (tapped at the bottom, in the middle, at the neck).
#
# no classes, no functions - just run it.  python bottle_script.py
import numpy as np

X = np.array([[0.12, 0.55, 0.91],
              [0.34, 0.41, 0.85],
              [0.90, 0.13, 0.27],
              [0.71, 0.64, 0.15],
              [0.25, 0.88, 0.36],
              [0.57, 0.30, 0.62],
              [0.05, 0.97, 0.48]])
target = np.array([[0.90, 0.15],
                   [0.75, 0.20],
                   [0.20, 0.65],
                   [0.35, 0.80],
                   [0.60, 0.40],
                   [0.55, 0.10],
                   [0.85, 0.30]])

# stretch to -1 ... 1
X = 2 * X - 1

N = X.shape[0]
n_in, n_h1, n_h2, n_out = 3, 6, 4, 2

np.random.seed(10)
w1 = np.random.normal(0, 0.7, size=(n_h1, n_in))
t1 = np.random.normal(0, 0.7, size=n_h1)
w2 = np.random.normal(0, 0.7, size=(n_h2, n_h1))
t2 = np.random.normal(0, 0.7, size=n_h2)
w3 = np.random.normal(0, 0.7, size=(n_out, n_h2))
t3 = np.random.normal(0, 0.7, size=n_out)

speed = 0.8
max_rounds = 6000

for rounds in range(max_rounds):

    # ---------- there ----------
    net1 = np.dot(X, w1.T) + t1
    out1 = np.log(1 + np.exp(net1))
    net2 = np.dot(out1, w2.T) + t2
    out2 = np.log(1 + np.exp(net2))
    net3 = np.dot(out2, w3.T) + t3
    out3 = 1 / (1 + np.exp(-net3))

    err = target - out3
    mse = np.mean(err ** 2)

    # ---------- and back again ----------
    sig3 = err * out3 * (1 - out3)
    fall2 = 1 / (1 + np.exp(-net2))
    sig2 = np.dot(sig3, w3) * fall2
    fall1 = 1 / (1 + np.exp(-net1))
    sig1 = np.dot(sig2, w2) * fall1

    # ---------- learn ----------
    w3 += speed * np.dot(sig3.T, out2) / N
    t3 += speed * np.sum(sig3, axis=0) / N
    w2 += speed * np.dot(sig2.T, out1) / N
    t2 += speed * np.sum(sig2, axis=0) / N
    w1 += speed * np.dot(sig1.T, X) / N
    t1 += speed * np.sum(sig1, axis=0) / N

    if rounds % 1000 == 0:
        print("round", rounds, "error", mse)

print()
print("wanted / got")
for wanted, got in zip(target, out3 if max_rounds else target):
    print(wanted, np.round(got, 2))
