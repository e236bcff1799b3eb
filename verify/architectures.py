"""Random networks: drawn from a seed, printed as one line, rebuilt from that line."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self, overload

import numpy as np

from reference import ACTIVATIONS, LOSSES, REDUCTIONS, Activation, Affine, InputError, Network
from reference.arrays import Array
from reference.errors import look_up
from reference.network import activation

GAINS = (0.5, 1.0, 2.0, 4.0)
SCALES = (0.3, 1.0, 3.0)
PENALTIES = (0.0, 0.0, 0.0, 0.01)
DTYPES = {"float64": "the dtype of the oracles", "float32": "judged against float64 oracles, by float32's roundoff"}
BIAS_DEVIATION = 0.5  # never zero biases: a dead layer would put the next pre-activation exactly on a kink
LINE = "3-5-2 tanh,linear half_sse/sum batch=4 gain=1 scale=1 l2=0 seed=0 dtype=float64"


class Problem(NamedTuple):
    """A network with a batch to judge it on: X (N, n_0) and targets Y (N, n_L)."""

    network: Network
    X: Array
    Y: Array


@dataclass(frozen=True)
class Architecture:
    """Everything that makes one random network and its batch, in a form that fits on one line.

    Attributes:
        sizes: n_0, n_1, ..., n_L.
        activations: f_1, ..., f_L.
        loss: the loss's name; ``reduction`` how it is reduced.
        batch: N.
        gain: weights are normal with deviation gain / sqrt(n_in).
        scale: inputs are normal with this deviation.
        l2: the penalty's lambda.
        seed: of the weights and the batch.
        dtype: "float64" or "float32".
    """

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    loss: str
    reduction: str
    batch: int
    gain: float = 1.0
    scale: float = 1.0
    l2: float = 0.0
    seed: int = 0
    dtype: str = "float64"

    @property
    def depth(self) -> int:
        """The number of layers after the input."""
        return len(self.activations)

    def __str__(self) -> str:
        return (
            f"{'-'.join(map(str, self.sizes))} {','.join(self.activations)} {self.loss}/{self.reduction} "
            f"batch={self.batch} gain={_exactly(self.gain)} scale={_exactly(self.scale)} l2={_exactly(self.l2)} "
            f"seed={self.seed} dtype={self.dtype}"
        )

    @classmethod
    def parse(cls, line: str) -> Self:
        """Return the architecture that ``str`` printed as ``line``; trailing settings may be left out.

        Raises:
            InputError: when a part cannot be read or names nothing in the tables.
        """
        words = line.split()
        if len(words) < 3:
            raise InputError("architecture", repr(line), f"like {LINE!r}", "give sizes, activations and loss at least")
        sizes = tuple(_read(n, int, "sizes") for n in words[0].split("-"))
        activations = tuple(words[1].split(","))
        loss, _, reduction = words[2].partition("/")
        reduction = reduction or look_up(LOSSES, loss, "loss").reduction
        architecture = cls(sizes, activations, loss, reduction, **_settings(words[3:]))
        architecture.require_buildable()
        return architecture

    def require_buildable(self) -> None:
        """Refuse what no network can be built from.

        Raises:
            InputError: on unknown names, sizes below 1, mismatched lengths or settings out of range.
        """
        look_up(LOSSES, self.loss, "loss")
        look_up(REDUCTIONS, self.reduction, "reduction")
        look_up(DTYPES, self.dtype, "dtype")
        if self.batch < 1:
            raise InputError("batch", self.batch, "1 or more", "give the number of samples")
        for name in ("gain", "scale", "l2"):
            if not (np.isfinite(getattr(self, name)) and getattr(self, name) >= 0):
                raise InputError(name, getattr(self, name), "a finite number, 0 or more", "choose another")
        if self.seed < 0:
            raise InputError("seed", self.seed, "0 or more", "choose another")
        # of one unit a layer: the refusals are the same, and no memory is taken
        Network.build([min(n, 1) for n in self.sizes], self.activations, self.loss, np.random.default_rng(0))

    def build(self) -> Problem:
        """Return the network and its batch: the same line always gives the same numbers."""
        rng = np.random.default_rng(self.seed)
        layers: list[Affine | Activation] = []
        for n_in, n_out, name in zip(self.sizes[:-1], self.sizes[1:], self.activations, strict=True):
            W = rng.normal(0, self.gain / np.sqrt(n_in), (n_in, n_out))
            b = rng.normal(0, BIAS_DEVIATION, n_out)
            layers += [Affine(W.astype(self.dtype), b.astype(self.dtype)), activation(name)]
        network = Network.stack(layers, self.loss, reduction=self.reduction, l2=self.l2)
        X = rng.normal(0, self.scale, (self.batch, self.sizes[0])).astype(self.dtype)
        Y = draw_targets(network.objective.targets, rng, self.batch, self.sizes[-1]).astype(self.dtype)
        return Problem(network, X, Y)


def draw_targets(kind: str, rng: np.random.Generator, rows: int, columns: int) -> Array:
    """Return random (rows, columns) targets of one kind of ``reference.targets.TARGETS``.

    Half of the probabilities and distributions are hard (0 or 1), half are soft.
    """
    shape = (rows, columns)
    hard = rng.random() < 0.5
    if kind == "unit":
        u = rng.random(shape)
        return np.round(u) if hard else u
    if kind == "sign":
        return rng.choice([-1.0, 1.0], shape)
    if kind == "distribution":
        return np.eye(columns)[rng.integers(columns, size=rows)] if hard else rng.dirichlet(np.ones(columns), rows)
    return rng.normal(size=shape)


class Limits(NamedTuple):
    """What random architectures may be made of."""

    activations: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    depth: int = 6
    width: int = 24
    batch: int = 12
    dtype: str = "float64"

    def checked(self) -> "Limits":
        """Return the limits with empty lists filled from the tables.

        Raises:
            InputError: on unknown names or bounds below 1.
        """
        for name in self.activations:
            look_up(ACTIVATIONS, name, "activation")
        for name in self.losses:
            look_up(LOSSES, name, "loss")
        look_up(DTYPES, self.dtype, "dtype")
        for bound in ("depth", "width", "batch"):
            if getattr(self, bound) < 1:
                raise InputError(f"max {bound}", getattr(self, bound), "1 or more", "raise the bound")
        return self._replace(activations=self.activations or tuple(ACTIVATIONS), losses=self.losses or tuple(LOSSES))


def draw(seed: int, case: int, limits: Limits) -> Architecture:
    """Return the architecture number ``case`` of the campaign with this seed.

    The case number walks through the losses and, at another pace, through the activations of one
    random layer, so that 200 cases cover both tables; everything else is drawn at random. A loss that
    needs a certain last activation gets it, whether or not the limits name it.
    """
    rng = np.random.default_rng((seed, case))
    depth = int(rng.integers(1, limits.depth + 1))
    loss = limits.losses[case % len(limits.losses)]
    activations = list(rng.choice(limits.activations, depth))
    turn = case // len(limits.losses) + case
    activations[int(rng.integers(depth))] = limits.activations[turn % len(limits.activations)]
    if LOSSES[loss].output:
        activations[-1] = LOSSES[loss].output or activations[-1]
    return Architecture(
        tuple(_size(rng, limits.width) for _ in range(depth + 1)),
        tuple(map(str, activations)),
        loss,
        str(rng.choice(list(REDUCTIONS))),
        _size(rng, limits.batch),
        float(rng.choice(GAINS[:2] if LOSSES[loss].output else GAINS)),  # saturated probabilities have infinite losses
        float(rng.choice(SCALES)),
        float(rng.choice(PENALTIES)),
        int(rng.integers(2**31)),
        limits.dtype,
    )


@dataclass(frozen=True)
class Drawn(Sequence[Architecture]):
    """The architectures of a campaign, each drawn when it is looked at: a slice of a million is a few numbers.

    Attributes:
        seed: of the campaign.
        limits: checked ones.
        cases: the case numbers.
    """

    seed: int
    limits: Limits
    cases: range

    @classmethod
    def campaign(cls, cases: int, seed: int, limits: Limits | None = None) -> Self:
        """Return the architectures number 0 to ``cases`` - 1.

        Raises:
            InputError: on no cases, a negative seed, unknown names or bounds below 1.
        """
        if cases < 1:
            raise InputError("cases", cases, "1 or more", "give the number of networks to draw")
        if seed < 0:
            raise InputError("seed", seed, "0 or more", "choose another")
        return cls(seed, (limits or Limits()).checked(), range(cases))

    def __len__(self) -> int:
        return len(self.cases)

    @overload
    def __getitem__(self, index: int) -> Architecture: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> Architecture | Self:
        if isinstance(index, slice):
            return replace(self, cases=self.cases[index])
        return draw(self.seed, self.cases[index], self.limits)


def _size(rng: np.random.Generator, most: int) -> int:
    """Return a size from 1 to ``most``, every doubling equally likely: mistakes hide in one unit and one sample."""
    return min(most, int(np.exp(rng.uniform(0, np.log(most + 1)))))


def simpler(architecture: Architecture) -> Iterator[Architecture]:
    """Yield architectures one step simpler, the boldest steps first: what shrinking tries in turn."""
    sizes, names = architecture.sizes, architecture.activations
    for i in range(len(names)):
        if len(names) > 1:
            fewer = names[:i] + names[i + 1 :]
            if LOSSES[architecture.loss].output in (None, fewer[-1]):
                yield replace(architecture, sizes=sizes[: i + 1] + sizes[i + 2 :], activations=fewer)
    if architecture.batch > 1:
        yield replace(architecture, batch=1)
        yield replace(architecture, batch=architecture.batch // 2)
    for i, n in enumerate(sizes):
        for smaller in sorted({1, n // 2} - {0, n}):
            yield replace(architecture, sizes=(*sizes[:i], smaller, *sizes[i + 1 :]))
    for i, name in enumerate(names):
        if name != "linear" and not (i == len(names) - 1 and LOSSES[architecture.loss].output):
            yield replace(architecture, activations=(*names[:i], "linear", *names[i + 1 :]))
    yield from _plainer_settings(architecture)


def _plainer_settings(architecture: Architecture) -> Iterator[Architecture]:
    if architecture.l2:
        yield replace(architecture, l2=0.0)
    if architecture.gain != 1:
        yield replace(architecture, gain=1.0)
    if architecture.scale != 1:
        yield replace(architecture, scale=1.0)
    if architecture.loss != "half_sse":
        yield replace(architecture, loss="half_sse")
    if architecture.reduction != "sum":
        yield replace(architecture, reduction="sum")


SETTINGS: dict[str, Callable[[str], Any]] = {
    "batch": int,
    "gain": float,
    "scale": float,
    "l2": float,
    "seed": int,
    "dtype": str,
}


def _settings(words: Sequence[str]) -> dict[str, Any]:
    settings: dict[str, Any] = {"batch": 4}
    for word in words:
        key, _, text = word.partition("=")
        settings[key] = _read(text, look_up(SETTINGS, key, "architecture setting"), key)
    return settings


def _exactly(number: float) -> str:
    """Return the shortest text that reads back as the same number."""
    short = f"{number:g}"
    return short if float(short) == number else repr(float(number))


def _read(text: str, kind: Callable[[str], Any], where: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise InputError(where, repr(text), "a number", f"write the line like {LINE!r}") from None
