# Inverse kinematics of a planar two-link arm: hand position in, joint angles out.
# Backpropagation sample by sample, mini-batches of column vectors, numpy only.
import random
import numpy as np

UPPER, LOWER = 1.0, 0.7
SLOPE = 0.1


def make_sample():
    shoulder, elbow = np.random.uniform(0.2, 1.4, 2)
    px = UPPER * np.cos(shoulder) + LOWER * np.cos(shoulder + elbow)
    py = UPPER * np.sin(shoulder) + LOWER * np.sin(shoulder + elbow)
    return np.array([[px], [py], [np.hypot(px, py)]]), np.array([[shoulder], [elbow]])


def act(z):
    return np.where(z > 0, z, SLOPE * z)


def act_prime(z):
    d = np.ones(z.shape)
    d[z < 0] = SLOPE
    return d


def new_net(layers):
    b = [0.1 * np.random.randn(n, 1) for n in layers[1:]]
    w = [np.random.randn(n, m) * np.sqrt(2.0 / m) for m, n in zip(layers, layers[1:])]
    return b, w


def run(net, x):
    for b, w in zip(*net):
        z = w.dot(x) + b
        x = act(z)
    return z                      # no activation on the last layer


def backprop(net, x, y):
    """returns (grad_b, grad_w) of the squared distance, same order as the layers"""
    bs, ws = net
    acts, zs = [x], []
    for b, w in zip(bs, ws):
        zs.append(w.dot(acts[-1]) + b)
        acts.append(act(zs[-1]))
    delta = 2 * (zs[-1] - y)
    grad_b = [delta]
    grad_w = [delta.dot(acts[-2].T)]
    for l in range(len(ws) - 2, -1, -1):
        delta = ws[l + 1].T.dot(delta) * act_prime(zs[l])
        grad_b.insert(0, delta)
        grad_w.insert(0, delta.dot(acts[l].T))
    return grad_b, grad_w


def train_batch(net, batch, rate):
    bs, ws = net
    sum_b = [np.zeros_like(b) for b in bs]
    sum_w = [np.zeros_like(w) for w in ws]
    for x, y in batch:
        gb, gw = backprop(net, x, y)
        for l in range(len(ws)):
            sum_b[l] += gb[l]
            sum_w[l] += gw[l]
    for l in range(len(ws)):
        bs[l] -= rate / len(batch) * sum_b[l]
        ws[l] -= rate / len(batch) * sum_w[l]


def distance(net, samples):
    return sum(np.sum((run(net, x) - y) ** 2) for x, y in samples) / len(samples)


if __name__ == '__main__':
    np.random.seed(21)
    random.seed(21)
    samples = [make_sample() for _ in range(120)]
    net = new_net([3, 7, 5, 2])
    print('before:', distance(net, samples))
    for epoch in range(150):
        random.shuffle(samples)
        for k in range(0, len(samples), 12):
            train_batch(net, samples[k:k + 12], 0.02)
        if epoch % 30 == 29:
            print('epoch', epoch + 1, 'mean squared distance', distance(net, samples))
    hand, angles = samples[0]
    print('true angles', angles.ravel(), 'guess', run(net, hand).ravel())
