"""The families of right networks that false alarms are counted on: the common ones, and the hard corners."""

from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, islice
from typing import NamedTuple, TypeAlias

import numpy as np

from reference import ACTIVATIONS, LOSSES, Activation, Affine, Dense, Network

from ..architectures import Architecture, Limits, Problem, draw
from ..oracles.perturbations import breaks

Change: TypeAlias = Callable[[Architecture], Architecture]
Placing: TypeAlias = Callable[[Problem, np.random.Generator], Problem]

SATURATED = 8.0
SIGMOID_LAYERS = 10
NEAREST, FARTHEST = -14.0, -2.0  # powers of ten: the distance of a pre-activation from a kink


def _saturated(architecture: Architecture) -> Architecture:
    """Return it with large weights; probabilities stay short of 0 and 1, where their losses are infinite."""
    return replace(architecture, gain=2.0 if LOSSES[architecture.loss].output else SATURATED)


def _sigmoids(architecture: Architecture) -> Architecture:
    """Return ten layers of sigmoids with the same widths in turn: the first gradients all but vanish.

    A softmax gets two classes or more: over one class it is 1, and there is no gradient that could vanish.
    """
    *sizes, outputs = islice(cycle(architecture.sizes), SIGMOID_LAYERS + 1)
    outputs = max(outputs, 2 if LOSSES[architecture.loss].mixes_row else 1)
    return replace(
        architecture,
        sizes=(*sizes, outputs),
        activations=("sigmoid",) * SIGMOID_LAYERS,
        gain=min(architecture.gain, 1),
    )


def near_kinks(problem: Problem, rng: np.random.Generator) -> Problem:
    """Return the network with biases that put one sample of every unit 1e-14 to 1e-2 away from a kink or seam."""
    layers: list[Dense] = []
    a = problem.X
    for layer in problem.network.layers:
        W, b, entry = layer.affine.W, layer.affine.b.copy(), layer.activation.entry
        z, at = a @ W + b, breaks(entry)
        if at:
            distance = rng.choice([-1, 1], len(b)) * 10 ** rng.uniform(NEAREST, FARTHEST, len(b))
            b += rng.choice(at, len(b)) + distance - z[rng.integers(len(z), size=len(b)), np.arange(len(b))]
        moved = Affine(W, b)
        layers.append(Dense(moved, Activation(entry)))
        a = entry.forward(moved.forward(a))
    network = problem.network
    return problem._replace(network=Network(tuple(layers), network.objective, network.reduction, network.l2))


class Family(NamedTuple):
    """One kind of right network.

    Attributes:
        text: what its networks are like.
        share: of all networks drawn.
        limits: what they are made of.
        change: what is changed in each architecture drawn.
        place: what is changed in the network built from it.
    """

    text: str
    share: float
    limits: Limits
    change: Change = lambda architecture: architecture
    place: Placing | None = None


_BROKEN = tuple(name for name, entry in ACTIVATIONS.items() if breaks(entry))
_ON_SIGMOIDS = tuple(name for name, loss in LOSSES.items() if loss.output in (None, "sigmoid"))
_FREE = tuple(name for name, loss in LOSSES.items() if loss.output is None)

FAMILIES: dict[str, Family] = {
    "all": Family("1 to 6 layers, 1 to 24 units, 1 to 12 samples, every activation and loss", 0.55, Limits()),
    "float32": Family("the same in float32", 0.1, Limits(dtype="float32")),
    "saturated": Family(f"the same with weights of gain {SATURATED:g}", 0.1, Limits(), _saturated),
    "deep narrow": Family("up to 12 layers of up to 4 units", 0.06, Limits(depth=12, width=4)),
    "shallow wide": Family("1 or 2 layers of up to 48 units", 0.04, Limits(depth=2, width=48, batch=24)),
    "vanishing": Family("10 layers of sigmoids, 1 to 8 units", 0.05, Limits(losses=_ON_SIGMOIDS, width=8), _sigmoids),
    "small": Family("1 to 4 layers, 1 to 8 units, 1 to 6 samples", 0.05, Limits(depth=4, width=8, batch=6)),
    "near kink": Family(
        "one sample of every unit 1e-14 to 1e-2 from a kink or seam",
        0.05,
        Limits(activations=_BROKEN, losses=_FREE),
        place=near_kinks,
    ),
}


class Case(NamedTuple):
    """One right network: where it comes from, in words that reproduce it, and the problem."""

    line: str
    problem: Problem


def right(family: str, seed: int, case: int) -> Case:
    """Return network number ``case`` of a family and a seed."""
    drawn = FAMILIES[family]
    architecture = drawn.change(draw(seed, case, drawn.limits.checked()))
    if drawn.place is None:
        return Case(f'gradproof verify --architecture "{architecture}"', architecture.build())
    problem = drawn.place(architecture.build(), np.random.default_rng((seed, case)))
    return Case(f"verify.rates.families.right({family!r}, {seed}, {case}).problem", problem)
