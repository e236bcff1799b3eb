#!/usr/bin/env python
# iris, one flower at a time, vectors are 1-D arrays
import csv
import random
import numpy as np

flowers, species = [], []
with open('iris.csv') as f:
    for line in csv.reader(f):
        flowers.append([float(v) for v in line[:4]])
        species.append(line[4])

names = sorted(set(species))
flowers = np.array(flowers)
flowers = (flowers - flowers.mean(axis=0)) / flowers.std(axis=0)

random.seed(31)
np.random.seed(31)

V = np.random.uniform(-0.7, 0.7, (6, 4))
W = np.random.uniform(-0.7, 0.7, (3, 6))
p = np.zeros(6)
q = np.zeros(3)
eta = 0.1

for sweep in range(60):
    order = list(range(len(flowers)))
    random.shuffle(order)
    mistakes = 0
    sse = 0.0
    for i in order:
        x = flowers[i]
        t = np.array([1.0 if species[i] == name else 0.0 for name in names])

        # up
        r = V.dot(x) + p
        h = np.tanh(r)
        s = W.dot(h) + q
        y = 1.0 / (1.0 + np.exp(-s))

        e = y - t
        sse += 0.5 * e.dot(e)
        mistakes += int(y.argmax() != t.argmax())

        # down
        ds = e * y * (1.0 - y)
        dh = W.T.dot(ds)
        dr = dh * (1.0 - h ** 2)

        W -= eta * np.outer(ds, h)
        q -= eta * ds
        V -= eta * np.outer(dr, x)
        p -= eta * dr
    if sweep % 10 == 0:
        print('sweep %2d   error %.3f   mistakes %d' % (sweep, sse, mistakes))
