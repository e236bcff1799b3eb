"""What a program adds to its loss beside the error, and whether its steps follow the slopes of the sum."""

from collections.abc import Iterable

import numpy as np

from reference.arrays import Array

from ..runs.tape import Tape, upstream
from .look import Look
from .own_loss import SQUARED_BIASES, SQUARED_WEIGHTS, Moved
from .rounding import Spoilt

FOLLOWS = 1e-6  # of the largest slope: the differences' own error is far below
TELLING = 4  # slopes from which on two numbers do not explain any steps
EXPLAINED = 0.02  # of what sets the steps apart from the sum's slopes


def misfollowed(rows: list[Moved], one: Look, losses: Iterable[int]) -> Spoilt | None:
    """Return where a penalty is added to a loss that the steps do not hold as it is, None where none is seen.

    The steps differ from the slopes of the whole loss by that penalty at another size, or by a decay of weights or of
    biases: both are told by numbers alone.

    Arguments:
        rows: one direction of each parameter.
        one: the look at the point they belong to.
        losses: the positions of the losses without the penalty.
    """
    for loss in losses if len(rows) >= TELLING else ():
        whole = whole_loss(one, loss)
        if whole is not None and (row := _departing(rows, one.tape, loss, whole)) is not None:
            kind, _, layer = row.name.partition("_")
            return Spoilt(int(layer), "dW" if kind == "W" else "db", whole, "B13")
    return None


def whole_loss(one: Look, loss: int) -> int | None:
    """Return the position of the sum of a loss with numbers that are made of no sample, None where none is added."""
    tape, reading = one.tape, one.reading
    ends = {u.end for u in (*reading.weights, *reading.biases) if u is not None}
    samples = {p.chain.start for p in reading.passes}
    own = {tape.events[at].node for at in upstream(tape, loss) if at >= reading.start}
    key, last = tape.events[loss].result, loss
    for total in tape.sums:
        if not last < total.at < reading.end or key not in (total.left, total.right) or tape.shape(total.result):
            continue
        made = tape.last_made(total.right if key == total.left else total.left, -1, total.at)
        before = set() if made is None else upstream(tape, made)
        again = any(tape.events[at].node in own for at in before)  # the loss of another sample
        if before and not again and before.isdisjoint(ends | samples):
            key, last = total.result, total.at
    return None if last == loss else last


def _departing(rows: list[Moved], tape: Tape, loss: int, whole: int) -> Moved | None:
    """Return the first row, from the top layer down, whose step is not the slope of the whole loss; None for none."""
    alone, both = (_slopes(rows, tape, at) for at in (loss, whole))
    own = np.array([row.observed for row in rows])
    if alone is None or both is None or np.allclose(both, alone, rtol=0, atol=FOLLOWS * np.abs(alone).max()):
        return None
    weights, biases = (np.array([row.reference[name] for row in rows]) for name in (SQUARED_WEIGHTS, SQUARED_BIASES))
    off = float(np.abs(_fit(own, both)[1]).max())
    if off <= FOLLOWS * np.abs(own).max():
        return None
    for told in ((alone, both - alone), (alone, weights), (both, weights), (both, biases)):
        scale, rest = _fit(own, *told)
        if np.abs(rest).max() <= EXPLAINED * off:
            wrong = np.abs(own - scale * both) > FOLLOWS * np.abs(own).max()
            return next((row for row, is_wrong in reversed(list(zip(rows, wrong, strict=True))) if is_wrong), None)
    return None


def _slopes(rows: list[Moved], tape: Tape, at: int) -> Array | None:
    place = tape.place(at)
    found = np.array([row.slopes.get(place, np.nan) for row in rows])
    return found if np.isfinite(found).all() else None


def _fit(own: Array, *columns: Array) -> tuple[float, Array]:
    """Return the factor of the first of some slopes in the steps, and what their best combination leaves over."""
    basis = np.stack(columns, axis=1)
    factors = np.linalg.lstsq(basis, own, rcond=None)[0]
    return float(factors[0]), np.asarray(own - basis @ factors)
