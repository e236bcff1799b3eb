"""Other gradient checkers, with their own settings, on the same networks and the same planted mistakes.

Each sees the loss as a function of all weights and biases, and the gradient that a backward pass gives.
A correct network it refuses is its false alarm.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import NamedTuple, TypeAlias

import numpy as np

from reference import flatten, unflatten
from reference.arrays import Array

from ..architectures import Problem
from ..under_test import Backward

Parameters: TypeAlias = Sequence[Array]
Checker: TypeAlias = Callable[["Subject"], bool]

STEP, RELATIVE = 1e-5, 1e-7
SCIPY_ENOUGH = 1e-5


class Subject(NamedTuple):
    """A loss of some arrays, where it is taken, and the gradient that is to be checked there."""

    loss: Callable[[Parameters], float]
    at: Parameters
    gradient: Parameters


def subject_of(problem: Problem, backward: Backward) -> Subject:
    """Return the loss of a network as a function of its parameters, with the gradient of a backward pass."""
    network, X, Y = problem

    def loss(parameters: Parameters) -> float:
        moved = network.with_parameters(parameters)
        return moved.loss(moved.forward(X), Y)

    return Subject(loss, network.parameters, backward(network, network.forward(X), Y).parameters)


def torch_passes(subject: Subject, *, fast: bool) -> bool:
    """Return what ``torch.autograd.gradcheck`` says with its defaults: central 1e-6, rtol 1e-3, atol 1e-5."""
    from ..oracles.pytorch import passes_gradcheck

    return passes_gradcheck(*subject, fast=fast)


def jax_passes(subject: Subject) -> bool:
    """Return what ``jax.test_util.check_grads`` says in reverse mode: central 1e-4, rtol and atol 1e-5."""
    from ..oracles.autodiff import passes_check_grads

    return passes_check_grads(*subject)


def scipy_passes(subject: Subject) -> bool:
    """Return whether ``scipy.optimize.check_grad`` is below 1e-5: forward 1.5e-8; SciPy names no threshold."""
    from scipy.optimize import check_grad

    def loss(x: Array) -> float:
        return subject.loss(unflatten(x, subject.at))

    def gradient(x: Array) -> Array:  # noqa: ARG001 - known at the one place it is asked for
        return flatten(subject.gradient)

    gap = check_grad(loss, gradient, flatten(subject.at))
    return bool(gap < SCIPY_ENOUGH)


def cs231n_passes(subject: Subject) -> bool:
    """Return whether |a - n| / max(|a|, |n|) < 1e-7 in every entry, n the central difference at 1e-5.

    Source: the notes of Stanford's CS231n, "1e-7 and less you should be happy".
    """
    start, analytic = flatten(subject.at), flatten(subject.gradient)
    numeric = np.empty_like(start)
    for i in range(len(start)):
        ends = [start.copy() for _ in range(2)]
        ends[0][i] += STEP
        ends[1][i] -= STEP
        up, down = (subject.loss(unflatten(x, subject.at)) for x in ends)
        numeric[i] = (up - down) / (2 * STEP)
    size = np.maximum(np.abs(analytic), np.abs(numeric))
    return bool((np.abs(analytic - numeric) <= RELATIVE * size).all())


@dataclass(frozen=True)
class Peer:
    """Another checker.

    Attributes:
        package: what must be installed for it.
        passes: whether it accepts the gradient.
        rule: what it demands, in words.
    """

    package: str
    passes: Checker
    rule: str

    @property
    def installed(self) -> bool:
        """Whether it can be asked here."""
        return find_spec(self.package) is not None


PEERS: dict[str, Peer] = {
    "torch.autograd.gradcheck": Peer(
        "torch", partial(torch_passes, fast=False), "every entry, central 1e-6, |a - n| <= 1e-5 + 1e-3 |n|"
    ),
    "torch gradcheck, fast": Peer(
        "torch", partial(torch_passes, fast=True), "one random direction of each array, the same tolerances"
    ),
    "jax.test_util.check_grads": Peer("jax", jax_passes, "one random direction, central 1e-4, rtol and atol 1e-5"),
    "scipy.optimize.check_grad": Peer(
        "scipy", scipy_passes, "norm of a - n, forward 1.5e-8; below 1e-5, a threshold SciPy leaves to its user"
    ),
    "CS231n's 1e-7": Peer("numpy", cs231n_passes, "every entry, central 1e-5, |a - n| <= 1e-7 max(|a|, |n|)"),
}


def flagged(problem: Problem, backward: Backward) -> Iterator[tuple[str, bool]]:
    """Yield each installed checker with whether it refuses the backward pass of this network."""
    subject = subject_of(problem, backward)
    with np.errstate(all="ignore"):
        for name, peer in PEERS.items():
            if peer.installed:
                yield name, not peer.passes(subject)
