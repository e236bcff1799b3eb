"""The functions that a class calls as its activation and the derivative of it: the file's own, or a logistic one."""

import ast
import inspect
import re
import types
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .names import PRIME, snake
from .notes import note

ROLE = re.compile(r"^(hidden_|output_)?(act(ivation|iv)?|transfer|non_?lin(earity)?|ativacao|activacion)(_|$)|^d_?act")
OWN = re.compile(r"sigmoid|logistic|tanh|relu|softplus|swish|gauss|expit")
KEPT = 50  # activations among which the argument of a derivative is looked for


def called(tree: ast.Module) -> frozenset[str]:
    """Return the names, of attributes too, that a program calls."""
    functions = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return frozenset(f.attr if isinstance(f, ast.Attribute) else getattr(f, "id", "") for f in functions)


class Activations:
    """Chooses what a parameter takes that is called as an activation, or as the derivative of one.

    Arguments:
        space: the names of the file.
        called: the names that it calls.
    """

    def __init__(self, space: Mapping[str, Any], called: frozenset[str]) -> None:
        self._called = called
        self._own = {n: f for n, f in space.items() if isinstance(f, types.FunctionType) and _is_activation(n, f)}
        self._logistic = logistic()

    def taken(self, name: str) -> Callable[..., Any] | None:
        """Return what a parameter of that name takes, None where it is no activation, or one that is not called."""
        if name not in self._called or not ROLE.search(snake(name)):
            return None
        is_slope = bool(PRIME.search(snake(name)))
        whole = [n for n in self._own if not PRIME.search(snake(n))]
        slopes = [n for n in self._own if PRIME.search(snake(n))]
        pair = next(((n, s) for n in whole for s in slopes if n in s), None)
        if pair is not None:
            return self._own[pair[is_slope]]
        note(f"{name} was given {'the derivative of ' * is_slope}a logistic sigmoid")
        return self._logistic.slope if is_slope else self._logistic.value


class Saturating:
    """A function, and its derivative in the form that it is first asked for: of z, or of a = f(z).

    Arguments:
        function: z -> f(z).
        slope: f(z) -> f'(z).
    """

    def __init__(self, function: Callable[[Any], Any], slope: Callable[[Any], Any]) -> None:
        self._function, self._slope = function, slope
        self._activated: list[NDArray[Any]] = []
        self._of_a: bool | None = None

    def value(self, z: Any) -> Any:
        """Return f(z)."""
        a = self._function(np.asarray(z, np.float64))
        self._activated = [*self._activated[-KEPT:], a]
        return a

    def slope(self, value: Any) -> Any:
        """Return f' at the value, which is z, or a wherever the first was an activation."""
        if self._of_a is None:
            self._of_a = any(np.array_equal(value, a) for a in self._activated)
        given = np.asarray(value, np.float64)
        return self._slope(given if self._of_a else self._function(given))


def logistic() -> Saturating:
    """Return the logistic sigmoid."""
    return Saturating(lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a))


def _is_activation(name: str, function: Any) -> bool:
    """Return whether a function of one argument is named for an activation."""
    required = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    return bool(OWN.search(snake(name))) and len(required) == 1
