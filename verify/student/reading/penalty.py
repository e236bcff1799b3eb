"""Weight decay: what a program's own loss asks for, and what its gradients hold instead."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from reference.arrays import Array

from ..runs.found_once import found_once
from ..runs.recording import Place
from ..runs.tape import Tape
from .align import Reading
from .losses_seen import LossSeen
from .multiples import SAME, closest_factor, factor_between
from .point import Point


class Penalty(NamedTuple):
    """A penalty on the squared weights that a program adds to its loss.

    Attributes:
        loss: the name of the loss it is added to.
        decay: the summed loss grows by decay/2 times the sum of squared weights.
        place: of the expression that computes the sum of both.
        factor: that sum = factor * (the summed loss + the penalty).
        biases: whether the squared biases belong to it.
    """

    loss: str
    decay: float
    place: Place
    factor: float
    biases: bool = False


def penalty(tape: Tape, reading: Reading, seen: list[LossSeen]) -> Penalty | None:
    """Return the penalty that is added to a loss, None where no such sum was recorded.

    The squared norm of every layer's weights must have been computed: one number alone is a multiple of any other.
    A loss that is computed after the step holds the new weights.
    """
    known = ((n, biases) for n, biases in _norms(reading.point) if n and all(n) and _were_computed(tape, reading, n))
    told = (_of_squares(tape, reading, seen, squares, biases=biases) for squares, biases in known)
    return next((found for found in told if found is not None), None)


def _norms(point: Point) -> Iterator[tuple[list[float], bool]]:
    """Yield what a penalty may be made of: squared norms of all weights, or of weights with biases; whether so."""
    for weights in (point.W, point.new_W or ()):
        yield [float(np.sum(W**2)) for W in weights], False
    squares = [
        (float(np.sum(W**2)), 0.0 if b is None else float(np.sum(b**2))) for W, b in zip(point.W, point.b, strict=True)
    ]
    if len(point.merged) == point.depth and all(constant == 1 for _, constant in point.merged.values()):
        yield [W + b for W, b in squares], True
    elif not point.merged:
        yield [norm for pair in squares for norm in pair], True


def _of_squares(
    tape: Tape, reading: Reading, seen: list[LossSeen], squares: list[float], *, biases: bool
) -> Penalty | None:
    """Return the penalty on weights of these squared norms."""
    for one in seen:
        key = tape.events[one.at].result
        added, at = _added(tape, reading, key, one.value)
        c = _coefficient(added, squares)
        if c and one.factor > 0:
            return Penalty(one.name, 2 * c / one.factor, tape.place(at), one.factor, biases)
    return None


def _were_computed(tape: Tape, reading: Reading, squares: list[float]) -> bool:
    """Return whether every squared norm was recorded, in this step or for it: a penalty may come before the pass."""
    numbers = _numbers(tape, reading.end)
    return all(bool((np.abs(numbers - s) <= 1e-9 * s).any()) for s in squares)


@found_once
def _numbers(tape: Tape, end: int) -> Array:
    """Return the single numbers that were there before a position."""
    keys = dict.fromkeys(event.result for event in tape.events[:end])
    return np.array([tape.numbers[key] for key in keys if key in tape.numbers])


def _added(tape: Tape, reading: Reading, key: int, value: float) -> tuple[list[float], int]:
    """Return the numbers that were added to a loss one after another, and where the last was."""
    added: list[float] = []
    last = -1
    for total in tape.sums:
        if not reading.start <= total.at < reading.end or key not in (total.left, total.right) or total.at <= last:
            continue
        if tape.recording.values[total.result].size != 1:
            continue
        now = float(tape.array(total.result).reshape(()))
        if now != value:
            added.append(now - value)
            key, value, last = total.result, now, total.at
    return added, last


def _coefficient(added: list[float], squares: list[float]) -> float | None:
    """Return the one factor of all squared norms in what was added at once or layer by layer, None where none is."""
    if len(added) == 1:
        return added[0] / sum(squares)
    if len(added) != len(squares):
        return None
    for order in (squares, squares[::-1]):
        ratios = [p / s for p, s in zip(added, order, strict=True)]
        if np.allclose(ratios, ratios[0], rtol=SAME, atol=0):
            return ratios[0]
    return None


def misapplied(rest: Array, W: Array, gradient: Array, wanted: Array) -> Iterator[tuple[str, str]]:
    """Yield (id, formula) of the mistake that put ``rest`` where ``wanted`` belongs, lambda W or lambda sign(W).

    Arguments:
        rest: what was added to the gradient of the data's loss.
        W: the weights.
        gradient: the gradient of the data's loss.
        wanted: what the penalty asks for.
    """
    size = max(float(np.abs(rest).max()), SAME * float(np.abs(gradient).max()))
    if np.abs(rest).max() <= SAME * np.abs(gradient).max():
        yield "B13", "dW_l without lambda W_l"
        return
    own = closest_factor(rest, wanted)
    if wanted.any() and np.abs(rest - own * wanted).max() <= SAME * size:
        yield ("B60" if own < 0 else "B13"), f"dW_l + {own:.6g} * lambda W_l"
    elif wanted.any() and (left := _left_out(rest, wanted, size)) is not None:
        yield "B13", f"dW_l + lambda W_l, but not in {left}"
    elif factor_between(rest, W):
        yield "B13", "dW_l + lambda W_l, which is the slope of another penalty than the loss holds"
    elif np.ptp(rest) <= SAME * size:
        yield "B13", "dW_l + one number for all entries"
    elif factor_between(rest, gradient):
        yield "B13", "dW_l + lambda dW_l"
    elif factor_between(rest, np.sign(W)):
        yield "B13", "dW_l + lambda sign(W_l)"
    elif factor_between(rest, np.abs(W)):
        yield "B13", "dW_l + lambda |W_l|"


def _left_out(rest: Array, wanted: Array, size: float) -> str | None:
    """Return the one input or unit whose weights a penalty leaves out, None where it is another."""
    off = np.abs(rest - wanted) > SAME * size
    for axis, name in ((1, "row"), (0, "column")) if wanted.ndim == 2 else ():
        wrong = np.flatnonzero(off.any(axis=axis))
        alone = len(wrong) == 1 < off.shape[1 - axis]
        if alone and np.abs(np.take(rest, wrong[0], 1 - axis)).max() <= SAME * size:
            return f"{name} {wrong[0]}"
    return None


def misapplied_to_bias(
    rest: Array, b: Array | None, db: Array, decay: float, wanted: Array | float
) -> Iterator[tuple[str, str]]:
    """Yield (id, formula) where ``rest``, what a bias's gradient has beside db, is a penalty that the loss has not.

    Arguments:
        rest: what was added to the gradient of the data's loss; of one number, a multiple of any other.
        b: the bias.
        db: the gradient of the data's loss.
        decay: what the penalty asks for of the weights.
        wanted: what it adds to the gradient of the biases.
    """
    if b is None or not b.any():
        return
    if isinstance(wanted, np.ndarray) and wanted.any():
        for bug, how in misapplied(rest, b, db, wanted):
            yield bug, how.replace("dW_l", "db_l").replace("W_l", "b_l")
        return
    if np.abs(rest).max() <= SAME * np.abs(db).max():
        return
    if factor_between(rest, b) if b.size > 1 else np.allclose(rest, decay * b, rtol=SAME, atol=0):
        yield "B13", "db_l + lambda b_l, though the loss does not hold it"
