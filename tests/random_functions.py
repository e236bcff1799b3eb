"""Random differentiable functions with gradients written by hand: what a gradient checker must not doubt.

Every array is an n by n matrix, so that any operation fits any operand. A function is a list of
operations on a growing pool of matrices; its gradient runs the list backwards.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Operation(NamedTuple):
    """One differentiable operation: its arity, its value, and its vector-Jacobian products."""

    arity: int
    value: Callable[..., Any]
    products: Callable[..., tuple[Any, ...]]  # (cotangent, result, constant, *operands) -> one for each operand


class Step(NamedTuple):
    """An operation applied to earlier matrices, with a constant of its own."""

    name: str
    operands: tuple[int, ...]
    constant: float


def softmax(c, x):
    """Return the softmax of each row."""
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def rows(x):
    """Return the row sums as a column."""
    return x.sum(axis=1, keepdims=True)


OPERATIONS = {
    "add": Operation(2, lambda c, x, y: x + y, lambda g, r, c, x, y: (g, g)),
    "subtract": Operation(2, lambda c, x, y: x - y, lambda g, r, c, x, y: (g, -g)),
    "multiply": Operation(2, lambda c, x, y: x * y, lambda g, r, c, x, y: (g * y, g * x)),
    "matmul": Operation(2, lambda c, x, y: x @ y, lambda g, r, c, x, y: (g @ y.T, x.T @ g)),
    "divide": Operation(
        2, lambda c, x, y: x / (1 + y * y), lambda g, r, c, x, y: (g / (1 + y * y), -2 * g * r * y / (1 + y * y))
    ),
    "scale": Operation(1, lambda c, x: c * x, lambda g, r, c, x: (c * g,)),
    "shift": Operation(1, lambda c, x: x + c, lambda g, r, c, x: (g,)),
    "there and back": Operation(1, lambda c, x: (x + c) - c, lambda g, r, c, x: (g,)),
    "tanh": Operation(1, lambda c, x: np.tanh(x), lambda g, r, c, x: (g * (1 - r * r),)),
    "sigmoid": Operation(1, lambda c, x: 1 / (1 + np.exp(-x)), lambda g, r, c, x: (g * r * (1 - r),)),
    "exp": Operation(1, lambda c, x: np.exp(x), lambda g, r, c, x: (g * r,)),
    "log": Operation(1, lambda c, x: np.log(1 + x * x), lambda g, r, c, x: (2 * g * x / (1 + x * x),)),
    "sqrt": Operation(1, lambda c, x: np.sqrt(1 + x * x), lambda g, r, c, x: (g * x / r,)),
    "sin": Operation(1, lambda c, x: np.sin(x), lambda g, r, c, x: (g * np.cos(x),)),
    "cube": Operation(1, lambda c, x: x**3, lambda g, r, c, x: (3 * g * x**2,)),
    "relu": Operation(1, lambda c, x: np.maximum(x, 0), lambda g, r, c, x: (g * (x > 0),)),
    "abs": Operation(1, lambda c, x: np.abs(x), lambda g, r, c, x: (g * np.sign(x),)),
    "softmax": Operation(1, softmax, lambda g, r, c, x: (r * (g - rows(g * r)),)),
    "transpose": Operation(1, lambda c, x: x.T, lambda g, r, c, x: (g.T,)),
    "row sums": Operation(1, lambda c, x: rows(x) + 0 * x, lambda g, r, c, x: (rows(g) + 0 * x,)),
}


class Random(NamedTuple):
    """A random function of some n by n matrices.

    Attributes:
        steps: its operations, in order.
        point: the matrices it is evaluated at.
        scalar: whether the last matrix is summed to one number.
    """

    steps: tuple[Step, ...]
    point: tuple[Any, ...]
    scalar: bool

    def pool(self, *arrays):
        """Return the arguments and the result of every step."""
        values = list(arrays)
        for name, operands, constant in self.steps:
            values.append(OPERATIONS[name].value(constant, *(values[i] for i in operands)))
        return values

    def f(self, *arrays):
        """Return the last matrix, or its sum."""
        last = self.pool(*arrays)[-1]
        return last.sum() if self.scalar else last

    def gradient(self, *arrays):
        """Return the vector-Jacobian products; the cotangent comes last where the function is no scalar."""
        arrays, cotangent = (arrays, 1.0) if self.scalar else (arrays[:-1], arrays[-1])
        values = self.pool(*arrays)
        adjoints = [np.zeros_like(v) for v in values]
        adjoints[-1] = adjoints[-1] + cotangent
        for i, (name, operands, constant) in reversed(list(enumerate(self.steps, len(arrays)))):
            ins = [values[k] for k in operands]
            for k, product in zip(
                operands, OPERATIONS[name].products(adjoints[i], values[i], constant, *ins), strict=True
            ):
                adjoints[k] = adjoints[k] + product
        return tuple(adjoints[: len(arrays)])


def draw(rng: np.random.Generator, wild: float = 0.15) -> Random:
    """Return a random function and point whose value and gradient are finite.

    With the probability ``wild`` each, the point and the constants are of any size from 1e-8 to 1e8.
    """
    while True:
        n, count, length = rng.integers(1, 5), rng.integers(1, 4), rng.integers(1, 9)
        magnitude = 10.0 ** rng.integers(-8, 9) if rng.random() < wild else 1.0
        point = tuple(magnitude * rng.normal(size=(n, n)) for _ in range(count))
        steps = []
        for i in range(count, count + length):
            name = str(rng.choice(list(OPERATIONS)))
            size = rng.integers(-8, 9) if rng.random() < wild else 0
            constant = float(rng.normal() * 10.0**size)
            operands = rng.integers(max(0, i - 3), i, OPERATIONS[name].arity)
            steps.append(Step(name, tuple(operands.tolist()), constant))
        drawn = Random(tuple(steps), point, bool(n == 1 or rng.random() < 0.5))
        with np.errstate(all="ignore"):
            values = [drawn.f(*point), *drawn.gradient(*point, *([] if drawn.scalar else [np.ones((n, n))]))]
        if all(np.isfinite(v).all() for v in values) and np.abs(values[0]).max() < 1e100:
            return drawn
