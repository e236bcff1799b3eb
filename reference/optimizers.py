"""Gradient descent, momentum and Adam as pure steps over an explicit state, and a driver with stopping rules."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Array, as_floating, require_finite
from .errors import InputError

State = TypeVar("State")
ValueAndGradient: TypeAlias = Callable[[Array], tuple[float, Array]]


class Optimizer(Protocol[State]):
    """What an optimizer is: a state to start from, and a step that depends on nothing else."""

    def start(self, parameters: Array) -> State:
        """Return the state before the first step, for parameters of this shape and dtype."""
        ...

    def step(self, gradient: Array, state: State) -> tuple[Array, State]:
        """Return what to add to the parameters, and the next state; neither argument is changed."""
        ...


@dataclass(frozen=True)
class SGD:
    """Gradient descent: step = -learning_rate g; stochastic when g is a mini-batch's.

    Raises:
        InputError: when ``learning_rate`` is not a positive finite number.

    Source: Robbins and Monro 1951.
    """

    learning_rate: float

    def __post_init__(self) -> None:
        _require_positive(self.learning_rate, "learning_rate")

    def start(self, parameters: Array) -> None:
        """Return None: plain gradient descent remembers nothing."""

    def step(self, gradient: Array, state: None) -> tuple[Array, None]:
        """Return -learning_rate g, and None."""
        return -self.learning_rate * gradient, state


@dataclass(frozen=True)
class Momentum:
    """Gradient descent with a decaying memory: v' = decay v - learning_rate g, step = v'.

    Raises:
        InputError: when ``learning_rate`` is not a positive finite number or ``decay`` not in [0, 1).

    Source: Polyak 1964, the heavy ball.
    """

    learning_rate: float
    decay: float = 0.9

    def __post_init__(self) -> None:
        _require_positive(self.learning_rate, "learning_rate")
        _require_decay(self.decay, "decay")

    def start(self, parameters: Array) -> Array:
        """Return the velocity 0."""
        return np.zeros_like(parameters)

    def step(self, gradient: Array, velocity: Array) -> tuple[Array, Array]:
        """Return the new velocity, as the step and as the state."""
        velocity = self.decay * velocity - self.learning_rate * gradient
        return velocity, velocity


class AdamState(NamedTuple):
    """Adam's memory: the number of steps taken, and the decaying means of g and of g^2."""

    steps: int
    m: Array
    v: Array


@dataclass(frozen=True)
class Adam:
    """Steps of about ``learning_rate`` in every coordinate, from bias-corrected means of g and g^2.

    m' = beta1 m + (1 - beta1) g, v' = beta2 v + (1 - beta2) g^2,
    step = -learning_rate (m' / (1 - beta1^t)) / (sqrt(v' / (1 - beta2^t)) + epsilon), t = 1, 2, ...

    Raises:
        InputError: when ``learning_rate`` or ``epsilon`` is not a positive finite number, or a beta not in [0, 1).

    Source: Kingma and Ba 2015, algorithm 1.
    """

    learning_rate: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        _require_positive(self.learning_rate, "learning_rate")
        _require_positive(self.epsilon, "epsilon")
        _require_decay(self.beta1, "beta1")
        _require_decay(self.beta2, "beta2")

    def start(self, parameters: Array) -> AdamState:
        """Return no steps taken, both means 0."""
        return AdamState(0, np.zeros_like(parameters), np.zeros_like(parameters))

    def step(self, gradient: Array, state: AdamState) -> tuple[Array, AdamState]:
        """Return the bias-corrected step, and the updated means."""
        t = state.steps + 1
        m = self.beta1 * state.m
        m += (1 - self.beta1) * gradient
        v = self.beta2 * state.v
        v += (1 - self.beta2) * gradient**2
        step = np.sqrt(v)
        step /= math.sqrt(1 - self.beta2**t)
        step += self.epsilon
        np.divide(m, step, out=step)
        step *= -self.learning_rate / (1 - self.beta1**t)
        return step, AdamState(t, m, v)


class Minimum(NamedTuple):
    """Where a minimization ended.

    Attributes:
        solution: the last parameters.
        losses: the value at the start and after every step.
        converged: whether a stopping rule ended it, not the limit on steps.
        why: what ended it, in words.
    """

    solution: Array
    losses: tuple[float, ...]
    converged: bool
    why: str


def minimize(
    value_and_gradient: ValueAndGradient,
    start: ArrayLike,
    optimizer: Optimizer[State],
    *,
    zeta: float = 1e-6,
    max_steps: int = 50_000,
) -> Minimum:
    """Return the end of the path that ``optimizer`` takes from ``start``, by two stopping rules.

    It has converged where max |gradient| < zeta (a stationary point), or where
    max |step| < zeta^2 or |change of the value| < zeta^2 (no more progress).

    Arguments:
        value_and_gradient: x -> (value, gradient of x's shape), a pure function: both at the same
            point in one call, so that the gradient cannot belong to another one.
        start: the first x, of any shape; never changed.
        optimizer: e.g. ``Adam(0.001)``.
        zeta: the tolerance of both rules.
        max_steps: where to give up.

    Raises:
        InputError: when ``start`` is empty or not finite, ``zeta`` not positive, ``max_steps`` negative,
            the gradient of another shape, or when the value or the gradient stops being finite.
    """
    x = _checked_start(start, zeta, max_steps)
    state = optimizer.start(x)
    with np.errstate(over="ignore", invalid="ignore"):  # reported by _evaluate, in one message
        value, gradient = _evaluate(value_and_gradient, x, 0)
        losses, why = [value], _stopping_rule(gradient, np.inf, np.inf, zeta)
        while not why and len(losses) <= max_steps:
            step, state = optimizer.step(gradient, state)
            x = x + step
            value, gradient = _evaluate(value_and_gradient, x, len(losses))
            losses.append(value)
            why = _stopping_rule(gradient, abs(step).max(), abs(losses[-1] - losses[-2]), zeta)
    return Minimum(x, tuple(losses), bool(why), why or f"no stopping rule met in {max_steps} steps")


def _stopping_rule(gradient: Array, step: float, change: float, zeta: float) -> str:
    """Return the rule that is met, in words; nothing where none is."""
    if abs(gradient).max() < zeta:
        return f"max |gradient| < {zeta:g}"
    if step < zeta**2:
        return f"max |step| < {zeta**2:g}"
    if change < zeta**2:
        return f"|change of the value| < {zeta**2:g}"
    return ""


def _evaluate(value_and_gradient: ValueAndGradient, x: Array, steps: int) -> tuple[float, Array]:
    """Return the value and the gradient at x, or refuse what is not finite or not of x's shape."""
    value, gradient = value_and_gradient(x)
    if gradient.shape != x.shape:
        raise InputError("gradient", f"shape {gradient.shape}", f"shape {x.shape}, as start", "reshape it")
    if not (np.isfinite(value) and np.isfinite(gradient).all()):
        advice = "lower the learning rate, or start elsewhere"
        raise InputError(f"value and gradient after {steps} steps", value, "finite numbers", advice)
    return value, gradient


def _checked_start(start: ArrayLike, zeta: float, max_steps: int) -> Array:
    """Return ``start`` as a floating array, after all checks of what ``minimize`` is given."""
    _require_positive(zeta, "zeta")
    if max_steps < 0:
        raise InputError("max_steps", max_steps, "0 or more", "count the steps to take")
    x = as_floating(start, "start")
    if not x.size:
        raise InputError("start", f"shape {x.shape}", "one number or more", "pass the parameters to start from")
    require_finite(x, "start")
    return x


def _require_positive(value: float, where: str) -> None:
    if not 0 < value < np.inf:
        raise InputError(where, value, "a positive finite number", "try 0.01")


def _require_decay(value: float, where: str) -> None:
    if not 0 <= value < 1:
        raise InputError(where, value, "0 or more and below 1", "try 0.9")
