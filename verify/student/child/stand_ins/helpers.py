"""Functions that well-known courses and books hand out beside their exercises, by the name they are imported under."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from ..activations import Saturating, logistic
from ..notes import note
from .samples import Values, generator, pictures

PLANAR = 60  # points of the flower that a course's first network tells apart


def sigmoid(z: Any) -> Any:
    """Return 1 / (1 + exp(-z))."""
    return 1 / (1 + np.exp(-z))


def sigmoid_grad(z: Any) -> Any:
    """Return sigmoid'(z)."""
    return sigmoid(z) * (1 - sigmoid(z))


def relu(z: Any) -> Any:
    """Return max(0, z)."""
    return np.maximum(0, z)


def relu_grad(z: Any) -> Any:
    """Return relu'(z)."""
    return (np.asarray(z) > 0).astype(float)


def softmax(z: Any) -> Any:
    """Return the softmax of each row."""
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def cross_entropy_error(y: Any, t: Any) -> Any:
    """Return the mean of -log y at the labels, given as numbers or one-hot rows."""
    y, t = np.atleast_2d(y), np.asarray(t)
    labels = t.argmax(axis=1) if t.size == y.size else t.ravel()
    return -np.sum(np.log(y[np.arange(len(y)), labels] + 1e-7)) / len(y)


def mean_squared_error(y: Any, t: Any) -> Any:
    """Return half the sum of the squared differences."""
    return 0.5 * np.sum((y - t) ** 2)


def numerical_gradient(f: Callable[[Any], Any], x: Values) -> Values:
    """Return the central differences of f at x, entry by entry."""
    slopes = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        kept = x[place]
        x[place] = kept + 1e-4
        above = f(x)
        x[place] = kept - 1e-4
        slopes[place] = (above - f(x)) / 2e-4
        x[place] = kept
    return slopes


def sigmoid_with_cache(z: Any) -> tuple[Any, Any]:
    """Return the sigmoid, and z for the way back."""
    return sigmoid(z), z


def relu_with_cache(z: Any) -> tuple[Any, Any]:
    """Return the ReLU, and z for the way back."""
    return relu(z), z


def sigmoid_backward(dA: Any, cache: Any) -> Any:
    """Return dZ = dA * sigmoid'(Z)."""
    return dA * sigmoid_grad(cache)


def relu_backward(dA: Any, cache: Any) -> Any:
    """Return dZ = dA * relu'(Z)."""
    return np.where(cache <= 0, 0, dA)


def load_planar_dataset(*_: Any) -> tuple[Values, Values]:
    """Return points (2, N) and their classes (1, N)."""
    rng, y = generator(), np.arange(PLANAR) % 2
    angle = rng.uniform(0, 3.14, PLANAR) + 3.14 * y
    radius = 4 * np.sin(4 * angle)
    return np.vstack([radius * np.sin(angle), radius * np.cos(angle)]), y[None, :]


def load_dataset(*_: Any) -> tuple[Values, Values, Values, Values, Values]:
    """Return pictures of cats and others (N, 64, 64, 3) with their classes (1, N), for training and for a test."""
    X, y = pictures(20, (64, 64, 3), 2)
    return X, y[None, :].astype(int), X[:8], y[None, :8].astype(int), np.array([b"non-cat", b"cat"])


KNOWN: dict[str, Any] = {
    "sigmoid_grad": sigmoid_grad,
    "relu_grad": relu_grad,
    "softmax": softmax,
    "cross_entropy_error": cross_entropy_error,
    "mean_squared_error": mean_squared_error,
    "sum_squared_error": mean_squared_error,
    "identity_function": lambda x: x,
    "numerical_gradient": numerical_gradient,
    "sigmoid_backward": sigmoid_backward,
    "relu_backward": relu_backward,
    "load_planar_dataset": load_planar_dataset,
    "load_dataset": load_dataset,
    "load_data": load_dataset,
}
SATURATING = {"sigmoid": logistic(), "tanh": Saturating(np.tanh, lambda a: 1 - a**2)}
SLOPE = re.compile(r"^(?:d(?:er)?_?)?(sigmoid|tanh|relu)(?:_?(?:prime|der|deriv|derivative|derivada|d|diff))?$")
WITH_CACHE = {"sigmoid": sigmoid_with_cache, "relu": relu_with_cache}


def helper(module: str, name: str) -> Any:
    """Return what a missing module most likely holds under a name, None where nothing is known."""
    if module.startswith("dnn") and name in WITH_CACHE:
        return WITH_CACHE[name]
    match = SLOPE.match(name)
    if match is None:
        return KNOWN.get(name)
    own = name == match[1]
    if not own:
        note(f"{module}.{name} was taken for the derivative of {match[1]}, in the form that suits what it is given")
    if match[1] == "relu":
        return relu if own else relu_grad
    return SATURATING[match[1]].value if own else SATURATING[match[1]].slope
