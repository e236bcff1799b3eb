"""A penalty of each layer's own: how the loss that a program computes grows with the norms of each parameter."""

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import numpy as np

from ..runs.tape import Tape
from .align import Reading
from .losses_seen import LossSeen
from .point import Penalised, Point

NORM, TOTAL = 1e-9, 1e-5  # how close a number comes to a norm; the whole loss, with guarded logarithms, to its parts
NEAR = 400  # events before a pass in which its penalties may have been computed
ADDING = ("sum", "fsum", "add")

Slopes: TypeAlias = dict[str, float]


class Norm(NamedTuple):
    """The sum of a parameter's squares, or of its entries' sizes: of which layer, "W" or "b", and the power."""

    layer: int
    kind: str
    power: int
    value: float

    @property
    def name(self) -> str:
        """What stands for it among the slopes."""
        return f"{self.kind}{self.layer} {self.power}"


Penalties: TypeAlias = tuple[tuple[Penalised, Penalised], ...]


class Weighed(NamedTuple):
    """A loss with its penalties: where it was computed, d(it)/d(summed loss), and what it holds of each layer."""

    at: int
    factor: float
    penalties: Penalties


def weighed(tape: Tape, reading: Reading, loss: LossSeen) -> Weighed | None:
    """Return the last number of a step that is a loss and penalties of single parameters, None where none is.

    Its slopes are carried from the loss and the norms through the sums and products of numbers; the number must be
    what they add up to, so that nothing else is in it.
    """
    norms = list(_norms(reading.point))
    since = max(0, reading.start - NEAR)
    met = _met(tape, since, reading.end, [*([norm] for norm in norms), *_together(norms)])
    if not met:
        return None
    known = {norm.name: norm.value for norm in norms} | {"loss": loss.value / loss.factor}
    slopes: dict[int, Slopes] = {tape.events[loss.at].result: {"loss": loss.factor}}
    found: tuple[int, Slopes] | None = None
    for at in range(since, reading.end):
        key = tape.events[at].result
        if key in met:
            slopes[key] = {norm.name: 1.0 for norm in met[key]}
        elif at != loss.at and (made := _carried(tape, at, slopes)) is not None:
            slopes[key] = made
            whole = sum(slope * known[name] for name, slope in made.items())
            value = float(tape.array(key).reshape(()))
            if at >= reading.start and len(made) > 1 and made.get("loss", 0) > 0 and _is(value, whole):
                found = at, made
    return None if found is None else _of_layers(reading.point, *found)


def _together(norms: list[Norm]) -> Iterator[list[Norm]]:
    """Yield the norms of all weights, and of all parameters: what adds them up in a loop of its own is not seen to."""
    for power in (1, 2):
        for kinds in ("W", "Wb"):
            yield [norm for norm in norms if norm.power == power and norm.kind in kinds]


def _met(tape: Tape, since: int, end: int, parts: list[list[Norm]]) -> dict[int, list[Norm]]:
    """Return by its key each recorded number that is the sum of some norms, the first that fit."""
    values = tape.recording.values
    keys = list({e.result for e in tape.events[since:end] if e.result >= 0 and values[e.result].size == 1})
    numbers = np.array([float(np.real(values[key]).reshape(())) for key in keys])
    found: dict[int, list[Norm]] = {}
    for norms in (some for some in parts if some):
        total = sum(norm.value for norm in norms)
        for i in np.flatnonzero(np.abs(numbers - total) <= NORM * total):
            found.setdefault(keys[i], norms)
    return found


def _is(value: float, whole: float) -> bool:
    return abs(value - whole) <= TOTAL * abs(value)


def _norms(point: Point) -> Iterator[Norm]:
    """Yield the norms that are not zero; of a merged bias's matrix those of the weights."""
    for l, (W, b) in enumerate(zip(point.W, point.b, strict=True)):
        for kind, value in (("W", W), ("b", b)):
            if value is not None and value.any():
                yield Norm(l, kind, 2, float(np.sum(value**2)))
                yield Norm(l, kind, 1, float(np.abs(value).sum()))


def _carried(tape: Tape, at: int, slopes: dict[int, Slopes]) -> Slopes | None:
    """Return the slopes of a number by those of what it is made of, None where it is made of nothing that has any."""
    event, node = tape.events[at], tape.node(at)
    if event.result < 0 or not any(k in slopes for k in event.operands) or tape.shape(event.result):
        return None
    given = [k for k in event.operands if k >= 0 and tape.recording.values[k].size == 1]
    if len(given) < len(event.operands):
        return None
    values = [float(tape.array(k).reshape(())) for k in given]
    result, sign = float(tape.array(event.result).reshape(())), node.what.split()[-1].rstrip("=") if node.what else ""
    if node.kind in ("binary", "augment") and len(given) == 2:
        left, right = values
        factors = {"+": (1.0, 1.0), "-": (1.0, -1.0), "*": (right, left), "/": (1 / right if right else 0.0, 0.0)}
        if sign not in factors or (sign == "/" and given[1] in slopes):
            return None
        return _sum([(slopes.get(k, {}), f) for k, f in zip(given, factors[sign], strict=True)])
    if node.kind == "call" and node.what.rpartition(".")[2] in ADDING and _is(result, sum(values)):
        return _sum([(slopes.get(k, {}), 1.0) for k in given])
    if (node.kind, sign) == ("unary", "-"):
        return _sum([(slopes[given[0]], -1.0)])
    return None  # what is handed on has the key of what it was


def _sum(parts: list[tuple[Slopes, float]]) -> Slopes:
    total: Slopes = {}
    for slopes, factor in parts:
        for name, slope in slopes.items():
            total[name] = total.get(name, 0.0) + factor * slope
    return total


def _of_layers(point: Point, at: int, slopes: Slopes) -> Weighed | None:
    """Return what each layer's penalties are per unit of the summed loss, None where there are none."""
    factor = slopes["loss"]

    def of(l: int, kind: str) -> Penalised:
        return Penalised(2 * slopes.get(f"{kind}{l} 2", 0.0) / factor, slopes.get(f"{kind}{l} 1", 0.0) / factor)

    penalties = tuple((of(l, "W"), of(l, "b")) for l in range(point.depth))
    return Weighed(at, factor, penalties) if any(any(p) for pair in penalties for p in pair) else None


def placed(point: Point, penalties: Penalties) -> Point:
    """Return a point whose loss has these penalties: one decay where all layers have the same and no other."""
    weights, biases = (set(column) for column in zip(*penalties, strict=True))
    square, of_bias = (max(p.square for p in column) for column in (weights, biases))
    if weights == {Penalised(square)} and biases in ({Penalised()}, {Penalised(square)}):
        return point._replace(decay=square, bias_decay=of_bias, penalties=())
    largest, of_biases = (max(max(p) for p in column) for column in (weights, biases))
    return point._replace(decay=largest or of_biases, bias_decay=of_biases, penalties=penalties)
