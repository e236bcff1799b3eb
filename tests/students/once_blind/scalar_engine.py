"""
scalar_engine.py - reverse mode differentiation of single numbers, about a hundred lines

Trains a small classifier on three arms of a spiral. My notes after a lecture on autograd.
"""
import math
import random


class Scalar:
    def __init__(self, val, deps=()):
        self.val = val
        self.adj = 0.0          # d(loss) / d(self)
        self.deps = deps
        self._push = lambda: None

    def __repr__(self):
        return f"Scalar({self.val:.4f}, adj={self.adj:.4f})"

    def __add__(self, other):
        other = lift(other)
        out = Scalar(self.val + other.val, (self, other))

        def push():
            self.adj += out.adj
            other.adj += out.adj
        out._push = push
        return out

    def __mul__(self, other):
        other = lift(other)
        out = Scalar(self.val * other.val, (self, other))

        def push():
            self.adj += out.adj * other.val
            other.adj += out.adj * self.val
        out._push = push
        return out

    def __truediv__(self, other):
        other = lift(other)
        out = Scalar(self.val / other.val, (self, other))

        def push():
            self.adj += out.adj / other.val
            other.adj -= out.adj * self.val / other.val ** 2
        out._push = push
        return out

    def exp(self):
        out = Scalar(math.exp(self.val), (self,))

        def push():
            self.adj += out.adj * out.val
        out._push = push
        return out

    def log(self):
        out = Scalar(math.log(self.val), (self,))

        def push():
            self.adj += out.adj / self.val
        out._push = push
        return out

    def relu(self):
        out = Scalar(self.val if self.val > 0 else 0.0, (self,))

        def push():
            self.adj += out.adj * (1.0 if self.val > 0 else 0.0)
        out._push = push
        return out

    def backward(self):
        tape, done = [], set()

        def walk(node):
            if node in done:
                return
            done.add(node)
            for dep in node.deps:
                walk(dep)
            tape.append(node)
        walk(self)
        self.adj = 1.0
        for node in reversed(tape):
            node._push()


def lift(x):
    return x if isinstance(x, Scalar) else Scalar(float(x))


class Unit:
    def __init__(self, fan_in, last):
        self.w = [Scalar(random.gauss(0, 1 / math.sqrt(fan_in))) for _ in range(fan_in)]
        self.b = Scalar(0.1)
        self.last = last

    def __call__(self, xs):
        s = self.b
        for w, x in zip(self.w, xs):
            s = s + w * x
        return s if self.last else s.relu()

    def params(self):
        return self.w + [self.b]


class Classifier:
    def __init__(self, *sizes):
        self.layers = []
        for k in range(len(sizes) - 1):
            last = k == len(sizes) - 2
            self.layers.append([Unit(sizes[k], last) for _ in range(sizes[k + 1])])

    def scores(self, xs):
        for layer in self.layers:
            xs = [unit(xs) for unit in layer]
        return xs

    def params(self):
        return [p for layer in self.layers for unit in layer for p in unit.params()]


def cross_entropy(scores, label):
    exps = [s.exp() for s in scores]
    total = lift(0.0)
    for e in exps:
        total = total + e
    return (exps[label] / total).log() * -1.0


def cost(model, points, labels):
    total = lift(0.0)
    for xs, label in zip(points, labels):
        total = total + cross_entropy(model.scores(xs), label)
    return total / len(points)


random.seed(11)
points, labels = [], []
for arm in range(3):
    for i in range(8):
        r, t = 0.3 + 0.25 * i, 2.1 * arm + 0.35 * i + random.gauss(0, 0.1)
        points.append([r * math.sin(t), r * math.cos(t)])
        labels.append(arm)

model = Classifier(2, 5, 3)
for it in range(120):
    loss = cost(model, points, labels)
    for p in model.params():
        p.adj = 0.0
    loss.backward()
    for p in model.params():
        p.val -= 0.3 * p.adj
    if it % 20 == 0:
        hits = 0
        for xs, label in zip(points, labels):
            out = [s.val for s in model.scores(xs)]
            hits += out.index(max(out)) == label
        print(it, round(loss.val, 4), f"{hits}/{len(points)}")
