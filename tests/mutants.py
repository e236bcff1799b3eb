"""The table of planted mistakes: a right reverse sweep with one step written wrong, as programs do get it wrong.

One record per mistake: the step it replaces, the wrong step, and words that the finding must contain. Where it
must be found follows from the step: the first quantity that step computes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from reference import REDUCTIONS, Gradients, Network, Trace
from reference.arrays import Array
from verify.blocks import Block
from verify.crosscheck import Backward


class Place(NamedTuple):
    """What the reverse sweep knows at layer k, counted from 0; ``da`` and ``dz`` are those of this layer."""

    network: Network
    trace: Trace
    Y: Array
    k: int
    da: Any = None
    dz: Any = None

    @property
    def W(self) -> Array:
        """The layer's weights."""
        return self.network.layers[self.k].affine.W

    @property
    def b(self) -> Array:
        """The layer's biases."""
        return self.network.layers[self.k].affine.b

    @property
    def z(self) -> Array:
        """Its pre-activations."""
        return self.trace.z[self.k]

    @property
    def a_in(self) -> Array:
        """Its input."""
        return self.trace.inputs[self.k]

    @property
    def entry(self) -> Any:
        """Its activation's table entry."""
        return self.network.layers[self.k].activation.entry

    @property
    def divisor(self) -> int:
        """What the loss is divided by."""
        return REDUCTIONS[self.network.reduction](self.trace.output.shape)


Step: TypeAlias = Callable[[Place], Array]

RIGHT: dict[str, Step] = {
    "loss": lambda p: p.network.objective.derivative(p.trace.output, p.Y) / p.divisor,
    "dz": lambda p: p.entry.backward(p.z, p.da),
    "dW": lambda p: p.a_in.T @ p.dz + p.network.l2 * p.W,
    "db": lambda p: p.dz.sum(axis=0),
    "da": lambda p: p.dz @ p.W.T,
}


def backward_with(**steps: Step) -> Backward:
    """Return the reverse sweep with some of its steps replaced."""
    step = {**RIGHT, **steps}

    def backward(network: Network, trace: Trace, Y: Any) -> Gradients:
        found: list[tuple[Array, ...]] = []
        da = step["loss"](Place(network, trace, Y, len(trace.z) - 1))
        for k in reversed(range(len(trace.z))):
            place = Place(network, trace, Y, k, da)
            place = place._replace(dz=step["dz"](place))
            found.append((place.dz, da, step["dW"](place), step["db"](place)))
            da = step["da"](place)
        dz, das, dW, db = zip(*reversed(found), strict=True)
        return Gradients(dz, das, dW, db, da)

    return backward


@dataclass(frozen=True)
class Mutant:
    """One mistake.

    Attributes:
        name: the mistake in words.
        step: the key of ``RIGHT`` it replaces; ``mistake`` what it does there.
        words: what the pattern must say, a regular expression.
        layer: where it is made, counted from 1; every layer when None.
    """

    name: str
    step: str
    mistake: Step
    words: str
    layer: int | None = None

    @property
    def backward(self) -> Backward:
        """The reverse sweep with the mistake in it."""
        right = RIGHT[self.step]
        here = (lambda p: self.mistake(p) if p.k + 1 == self.layer else right(p)) if self.layer else self.mistake
        return backward_with(**{self.step: here})

    def found_at(self, depth: int) -> Block:
        """Return the first block that the mistake spoils, in the order of computing."""
        layer = self.layer or depth
        if self.step == "loss":
            return "da", depth
        if self.step == "da":
            return ("da", layer - 1) if layer > 1 else ("dX", 0)
        return self.step, layer


def _other_layer(p: Place) -> Array:
    return p.network.layers[p.k - 1].affine.W


EVERYWHERE = r"in 16 of 16 entries|in all \d+ entries that are not 0"

# Judged on a network whose layers, outputs and batch all have 4: a wrong order of factors has the right shape.
MUTANTS: tuple[Mutant, ...] = (
    Mutant("the sign of the residual", "loss", lambda p: -RIGHT["loss"](p), "sign flipped"),
    Mutant("the 2 of the square forgotten", "loss", lambda p: RIGHT["loss"](p) / 2, "half of what it should be"),
    Mutant(
        "no division by N K",
        "loss",
        lambda p: RIGHT["loss"](p) * p.divisor,
        "factor of 16 .*the batch size times the number of outputs",
    ),
    Mutant(
        "the division by N made twice",
        "loss",
        lambda p: RIGHT["loss"](p) / len(p.Y),
        r"0\.25 \(1/4: 4 is the batch size\)",
    ),
    Mutant("targets of the previous batch", "loss", lambda p: RIGHT["loss"](p._replace(Y=p.Y[::-1])), "differ|off by"),
    Mutant("no derivative of f", "dz", lambda p: p.da.copy(), "off by|differ"),
    Mutant("f' twice", "dz", lambda p: p.entry.backward(p.z, RIGHT["dz"](p)), "off by|differ"),
    Mutant("f' taken at a", "dz", lambda p: p.entry.backward(p.trace.a[p.k], p.da), "off by|differ"),
    Mutant("f in place of f'", "dz", lambda p: p.da * p.trace.a[p.k], "off by|differ|sign"),
    Mutant(
        "f' at the pre-activation of the layer before",
        "dz",
        lambda p: p.entry.backward(p.trace.z[p.k - 1], p.da),
        "off by|differ",
    ),
    Mutant("the sign of dz", "dz", lambda p: -RIGHT["dz"](p), "sign flipped"),
    Mutant("dz always positive", "dz", lambda p: np.abs(RIGHT["dz"](p)), "the absolute value of what it should be"),
    Mutant("dW transposed", "dW", lambda p: RIGHT["dW"](p).T, "the transpose of what it should be"),
    Mutant(
        "the factors of dW in the wrong order", "dW", lambda p: p.dz @ p.a_in.T + p.network.l2 * p.W, "off by|differ"
    ),
    Mutant("no transposition in dW", "dW", lambda p: p.a_in @ p.dz + p.network.l2 * p.W, "off by|differ"),
    Mutant(
        "dW from the input of the layer before",
        "dW",
        lambda p: p.trace.inputs[p.k - 1].T @ p.dz + p.network.l2 * p.W,
        "off by|differ",
    ),
    Mutant(
        "dW from the layer's own output",
        "dW",
        lambda p: p.trace.a[p.k].T @ p.dz + p.network.l2 * p.W,
        "off by|differ",
    ),
    Mutant("no penalty in dW", "dW", lambda p: p.a_in.T @ p.dz, "off by|differ"),
    Mutant("the penalty twice", "dW", lambda p: RIGHT["dW"](p) + p.network.l2 * p.W, "off by|differ"),
    Mutant(
        "dW averaged over a batch already averaged",
        "dW",
        lambda p: RIGHT["dW"](p) / len(p.Y),
        r"0\.25 \(1/4: 4 is the batch size\)",
    ),
    Mutant("dW of the first sample only", "dW", lambda p: p.a_in[:1].T @ p.dz[:1] + p.network.l2 * p.W, "off by"),
    Mutant("dW zero", "dW", lambda p: np.zeros_like(p.W), f"zero ({EVERYWHERE})"),
    Mutant("dW_1 zero", "dW", lambda p: np.zeros_like(p.W), f"zero ({EVERYWHERE})", layer=1),
    Mutant("db of the first row only", "db", lambda p: p.dz[0].copy(), "in 4 of 4 entries|of 4 entries"),
    Mutant("db a mean", "db", lambda p: p.dz.mean(axis=0), r"0\.25 \(1/4: 4 is the batch size\) in 4 of 4 entries"),
    Mutant("db summed over the units", "db", lambda p: p.dz.sum(axis=1), "of 4 entries"),
    Mutant("a penalty on b", "db", lambda p: RIGHT["db"](p) + p.network.l2 * p.b, "of 4 entries"),
    Mutant("no transposition in da", "da", lambda p: p.dz @ p.W, "off by|differ"),
    Mutant("weights after the update", "da", lambda p: p.dz @ (p.W - 0.1 * RIGHT["dW"](p)).T, "off by|differ"),
    Mutant("the weights of the layer before", "da", lambda p: p.dz @ _other_layer(p).T, "off by|differ"),
    Mutant("the gradient stops", "da", lambda p: np.zeros_like(p.a_in), "zero in 16 of 16 entries", layer=3),
    Mutant("the sign of da", "da", lambda p: -RIGHT["da"](p), "sign flipped in 16 of 16 entries", layer=2),
    Mutant("dX twice", "da", lambda p: 2 * RIGHT["da"](p), "twice what it should be in 16 of 16 entries", layer=1),
    Mutant(
        "dX in single precision",
        "da",
        lambda p: RIGHT["da"](p).astype(np.float32).astype(np.float64),
        "rounded to single precision",
        layer=1,
    ),
    Mutant("dX not a number", "da", lambda p: RIGHT["da"](p) * np.nan, "not finite in 16 of 16 entries", layer=1),
)
