"""SciPy's minimisers, ended after a few evaluations: what a run shows of a network is seen in the first."""

import inspect
from collections.abc import Callable
from typing import Any

MOST_EVALUATIONS = 20  # of the function and its gradient together
LIMITS = {
    "minimize": "options",
    "fmin_cg": "maxiter",
    "fmin_bfgs": "maxiter",
    "fmin_ncg": "maxiter",
    "fmin_l_bfgs_b": "maxiter",
    "fmin_tnc": "maxfun",
}
"""The parameter that limits the steps of each, or holds the limit."""
FUNCTIONS = ("fun", "func", "f", "jac", "fprime")  # what they call their function and its gradient


class Enough(BaseException):
    """Leaves a minimiser, at the point that it came to; no ``except Exception`` catches it."""


def patch_scipy_optimize(module: Any) -> None:
    """Let every minimiser that may be given a gradient come to a few points only."""
    for name, limit in LIMITS.items():
        setattr(module, name, _short(getattr(module, name), limit))


def _short(minimise: Callable[..., Any], limit: str) -> Callable[..., Any]:
    """Return a minimiser that returns after a few evaluations what it returns when it may take no step."""
    parameters = inspect.signature(minimise)

    def started(*given: Any, **named: Any) -> Any:
        try:
            taken = parameters.bind(*given, **named)
        except TypeError:
            return minimise(*given, **named)  # it says itself what is wrong
        own = {name: taken.arguments[name] for name in FUNCTIONS if callable(taken.arguments.get(name))}
        left = [MOST_EVALUATIONS]
        taken.arguments.update({name: _counted(function, left) for name, function in own.items()})
        try:
            return minimise(*taken.args, **taken.kwargs)
        except Enough as reached:
            none = {"maxiter": 0} if limit == "options" else 0
            taken.arguments.update({**own, "x0": reached.args[0], limit: none})
            return minimise(*taken.args, **taken.kwargs)

    return started


def _counted(function: Callable[..., Any], left: list[int]) -> Callable[..., Any]:
    """Return a function that leaves the minimiser once all evaluations are used up."""

    def counted(x: Any, *given: Any) -> Any:
        if not left[0]:
            raise Enough(x)
        left[0] -= 1
        return function(x, *given)

    return counted
