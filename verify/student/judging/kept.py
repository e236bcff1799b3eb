"""A later step that is not the gradient of its own point, though the first was: something of an earlier one is left."""

from collections.abc import Iterator

import numpy as np

from reference.arrays import Array

from ..mistakes.explain import is_right
from ..reading.align import Reading
from ..reading.multiples import factor_between
from ..reading.point import Observed, Sweep, reverse_sweep
from ..reading.unbent import CLIP
from ..runs.recording import NOT_A_NUMBER
from .decays import TELLING, Right, fitted
from .look import Look, rightness
from .rounding import Spoilt
from .second_step import second_looks

STEPS = 2  # later steps that are looked at


def kept(one: Look, right: Right) -> Spoilt | None:
    """Return the first wrong quantity of the first later step that is wrong; None where none is, or none was seen.

    A part of the step before is a momentum, and no mistake; so is what an optimiser bends.

    Arguments:
        one: a look at a run of several steps, of which the first is right.
        right: how it is.
    """
    before, earlier = one, [one.reading]
    for _ in range(STEPS):
        again = [two for two in second_looks(before) if _is_alike(two, one)]
        good = [two for two in again if (found := _rightness(two, right)) is not None and not found.optimiser]
        good = good or [other for two in again for other in _with_other_labels(two, right.loss)]
        if not again or (not good and any(_is_chosen(two, before.reading, right) for two in again)):
            return None
        if not good:
            masked = (_masked(two.reading, was, right) for two in again for was in earlier)
            return next(filter(None, masked), None) or _first_wrong(again[0].reading, right)
        before = good[0]
        earlier.append(before.reading)
    return None


def _is_alike(two: Look, one: Look) -> bool:
    """Return whether a later step was read as the first was: the same code, targets, activations, shapes and updates.

    A label that was seen once, before the first pass, is not known of a later one: another number may be taken for it.
    """
    first, second = one.reading, two.reading
    starts = [
        [tape.node(at)[:3] for at in (r.passes[0].chain.start, r.passes[0].target.at)]
        for tape, r in ((one.tape, first), (two.tape, second))
    ]
    names = [[c.name for c in r.point.curves] for r in (first, second)]
    seen = [[u is not None for u in (*r.weights, *r.biases)] for r in (first, second)]
    same = starts[0] == starts[1] and names[0] == names[1] and seen[0] == seen[1]
    return same and all(seen[0][: first.point.depth]) and first.point.X.shape == second.point.X.shape


def _with_other_labels(two: Look, loss: str) -> Iterator[Look]:
    """Yield a later step of one sample with the class that makes it right: its label may be a number not seen."""
    point = two.reading.point
    if len(point.Y) == 1 and two.reading.passes[0].target.labels:
        for label in np.eye(point.Y.shape[1]):
            reading = two.reading._replace(point=point._replace(Y=label[None]))
            if is_right(reading.point, reading.observed, loss):
                yield two._replace(reading=reading)


def _rightness(two: Look, right: Right) -> Right | None:
    return rightness(two.tape, two.reading, (right.loss,))


def _is_chosen(two: Look, first: Reading, right: Right) -> bool:
    """Return whether a step is bent as programs choose: cut off, or with a part of the step before, however large.

    Each parameter may have a momentum of its own, some none.
    """
    second = two.reading
    sweep = reverse_sweep(second.point, right.loss)
    triples = (
        *zip(second.observed.dW, sweep.dW, first.observed.dW, strict=True),
        *zip(second.observed.db, sweep.db, first.observed.db, strict=True),
    )
    rows = [(got, g, was) for got, g, was in triples if got is not None and was is not None and got.size >= TELLING]
    momentum = all(fitted([row], second.observed, right.loss) or factor_between(*row[:2]) for row in rows)
    cut = any(node.kind == "call" and node.what.rpartition(".")[2] == CLIP for node in two.tape.nodes)
    return momentum or (cut and _rightness(two, right) is not None)


def _masked(second: Reading, first: Reading, right: Right) -> Spoilt | None:
    """Return the layer whose slope is that of an earlier pass, where this makes a step right; None where none does."""
    point = second.point
    for l in reversed(range(point.depth - 1)):
        slopes = tuple(first.point.z[k] if k == l else z for k, z in enumerate(point.z))
        if first.point.z[l].shape == point.z[l].shape and _fits(
            reverse_sweep(point._replace(z=slopes), right.loss), second.observed
        ):
            return Spoilt(l + 1, "delta", NOT_A_NUMBER, "B29")
    return None


def _fits(sweep: Sweep, observed: Observed) -> bool:
    """Return whether all steps are those of a sweep at one scale."""
    factors = [factor_between(got, g) for got, g in _pairs(observed, sweep) if got.shape == g.shape and g.any()]
    known = [f for f in factors if f is not None]
    return bool(known) and len(known) == len(factors) and bool(np.allclose(known, known[0], rtol=1e-5, atol=0))


def _pairs(observed: Observed, sweep: Sweep) -> Iterator[tuple[Array, Array]]:
    """Yield each observed step with its right gradient."""
    for got, g in (*zip(observed.dW, sweep.dW, strict=True), *zip(observed.db, sweep.db, strict=True)):
        if got is not None:
            yield got, g


def _first_wrong(second: Reading, right: Right) -> Spoilt | None:
    """Return the first quantity from the top that is wrong in a step, at the rate of the first step or its own."""
    sweep, observed, point = reverse_sweep(second.point, right.loss), second.observed, second.point
    for l in reversed(range(point.depth)):
        pairs = (("dW", observed.dW[l], sweep.dW[l]), ("db", observed.db[l], sweep.db[l]))
        wrong = [name for name, got, g in pairs if got is not None and not factor_between(got, g)]
        if wrong:
            both = len(wrong) == 2 and l < point.depth - 1
            return Spoilt(l + 1, "delta" if both else wrong[0], NOT_A_NUMBER, "B35")
    scaled = is_right(point, observed, right.loss) is None
    return Spoilt(point.depth, "dW", NOT_A_NUMBER, "B35") if scaled else None
