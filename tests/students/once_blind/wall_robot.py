# A robot follows a wall: six distances in, one of four moves out.
# Plain lists of samples, vectors are 1-d, one sample after the other.
import numpy as np

np.set_printoptions(precision=3, suppress=True)
MOVES = ["forward", "left", "right", "stop"]


def read_log(fname):
    xs, ts = [], []
    for line in open(fname):
        parts = line.strip().split(",")
        xs.append(np.array([float(p) for p in parts[:6]]))
        t = np.zeros(4)
        t[MOVES.index(parts[6])] = 1
        ts.append(t)
    return xs, ts


def softmax(z):
    e = np.exp(z - max(z))
    return e / e.sum()


def forward(x, U, c, V, d):
    s = U @ x + c
    h = np.maximum(s, 0)
    q = V @ h + d
    p = softmax(q)
    return s, h, q, p


def brier(p, t):
    return np.sum((p - t) ** 2)


def backward(x, t, s, h, q, p, U, V):
    # squared error through a softmax: J = diag(p) - p p^T
    gp = 2 * (p - t)
    J = np.diag(p) - np.outer(p, p)
    dq = J @ gp
    dV = np.outer(dq, h)
    dd = dq
    dh = V.T @ dq
    ds = dh * (s > 0)
    dU = np.outer(ds, x)
    dc = ds
    return dU, dc, dV, dd


def train(xs, ts, U, c, V, d, passes=20, eta=0.05):
    for n in range(passes):
        loss, hits = 0, 0
        for x, t in zip(xs, ts):
            s, h, q, p = forward(x, U, c, V, d)
            loss += brier(p, t)
            hits += p.argmax() == t.argmax()
            dU, dc, dV, dd = backward(x, t, s, h, q, p, U, V)
            U -= eta * dU
            c -= eta * dc
            V -= eta * dV
            d -= eta * dd
        print("pass", n, "loss", loss / len(xs), "correct", hits, "of", len(xs))
    return U, c, V, d


xs, ts = read_log("sensor_readings.csv")
rnd = np.random.RandomState(99)
U = rnd.uniform(-0.5, 0.5, (4, 6))
c = np.zeros(4)
V = rnd.uniform(-0.5, 0.5, (4, 4))
d = np.zeros(4)
U, c, V, d = train(xs, ts, U, c, V, d)
print("V =", V)
