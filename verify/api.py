"""The Python doors: one network, or many random ones."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import ArrayLike

from reference import InputError, Network
from reference.targets import as_targets

from .architectures import Drawn, Limits, Problem
from .campaign import run
from .crosscheck import ORACLES, Backward, Evidence, crosscheck, reference_backward
from .report.model import Report


def verify_network(
    network: Network,
    X: ArrayLike,
    Y: ArrayLike | None = None,
    *,
    backward: Backward = reference_backward,
    oracles: Sequence[str] = tuple(ORACLES),
    seed: int = 0,
) -> Evidence:
    """Return what every oracle says of one network's forward and backward pass on one batch.

    Arguments:
        network: any ``reference.Network``.
        X: the batch (N, n_0).
        Y: its targets, as the loss takes them.
        backward: the backward pass under test, (network, trace, Y) -> ``Gradients``; the network's own
            when left out. It must leave its arguments as they are. The oracle "alone" also calls it
            with each layer as a network of its own: leave that oracle out where it cannot do this.
        oracles: names in ``verify.crosscheck.ORACLES``.
        seed: of the random cotangents of the layers by themselves.

    Returns:
        The evidence: ``evidence.verdict`` in words, ``evidence.fault`` the first disagreement.

    Raises:
        InputError: on bad input, or gradients of the wrong shape.
    """
    trace = network.forward(X)
    targets = as_targets(network.objective.targets, Y, trace.output)
    if not len(trace.X):
        raise InputError("X", "no rows", "at least one sample", "give a batch to judge the network on")
    return crosscheck([Problem(network, trace.X, targets)], oracles=oracles, backward=backward, seed=seed)[0]


def verify_random(*, cases: int = 1000, seed: int = 0, limits: Limits | None = None, **settings: Any) -> Report:
    """Return the report on random networks.

    Arguments:
        cases: networks to draw, 1 or more.
        seed: reproduces the run, whatever the number of workers.
        limits: what the networks may be made of.
        settings: ``oracles``, ``workers``, ``executor``, ``time_budget``, ``progress`` of ``verify.campaign.run``.

    Raises:
        InputError: on bounds below 1 or unknown names.
    """
    return run(Drawn.campaign(cases, seed, limits), seed=seed, **settings)
