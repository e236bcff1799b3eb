"""Which loss a program believes in: the recorded numbers that are a known loss of its output and targets."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..runs.found_once import found_once
from ..runs.recording import Place
from ..runs.tape import Tape, upstream
from .align import Reading
from .point import FUSED, Point
from .rates import JUDGED_BY

BELIEVED = ("half_sse", "bce", "cross_entropy", "huber", "log_cosh", "hinge", "kl_divergence", "poisson", "class_hinge")
METRICS = ("mae",)  # often printed as "the error" beside a squared loss that is trained
OF_LOGARITHMS = ("bce", "cross_entropy", "kl_divergence", "poisson")
EXACT, LOGARITHMIC = 1e-9, 3e-6  # the logarithms are often guarded by a small constant
GUARDS = tuple(10.0**-k for k in range(5, 17))  # what is added to an output, or what it is cut at
MOST_GUARDED = 20_000  # outputs
NEAR = 2 * LOGARITHMIC  # beyond which a number is none of the losses


class LossSeen(NamedTuple):
    """One recorded number that is a loss.

    Attributes:
        name: of the loss's table entry.
        place: of the expression that computed it; ``at`` its position, ``value`` what it was.
        factor: value = factor * the summed loss; of the norm of the error, its slopes = factor * those of the loss.
    """

    name: str
    place: Place
    at: int
    value: float
    factor: float


def losses_seen(tape: Tape, reading: Reading) -> list[LossSeen]:
    """Return every recorded number of the step that is a simple multiple of a known loss, in the order of computing."""
    found: list[LossSeen] = []
    known = [(name, totals, factors) for name, totals, factors in _totals(reading.point) if totals]
    norms = [sign * float(np.sqrt(2 * totals[0])) for _, totals, _ in known if totals[0] > 0 for sign in (1, -1)]
    possible = sorted([*norms, *(f * total for _, totals, factors in known for total in totals for f in factors)])
    numbers = _computed(tape, reading.start, reading.end)
    for at, value in numbers:
        if not _is_near(value, possible):
            continue
        for name, totals, factors in known:
            within = (LOGARITHMIC if name in OF_LOGARITHMS else EXACT) * abs(value)
            factor = next((f for total in totals for f in factors if abs(value - f * total) <= within), None)
            if factor is not None:
                found.append(LossSeen(name, tape.place(at), at, value, factor))
            elif name == "half_sse" and reading.point.Y.size > 1 and _is_norm(value, totals[0]):
                found.append(LossSeen(name, tape.place(at), at, value, 1 / value))
    return _not_of_the_way(tape, reading, _not_halves(reading.point, numbers, found))


def _not_halves(point: Point, numbers: list[tuple[int, float]], found: list[LossSeen]) -> list[LossSeen]:
    """Return the losses without y log(a) where (1 - y) log(1 - a) stands beside it: both are terms of one loss."""
    halves = [seen for seen in found if seen.name == "cross_entropy"]
    if not halves or point.curves[-1].family == "softmax":
        return found
    with np.errstate(all="ignore"):
        other = float(np.sum(JUDGED_BY["cross_entropy"].forward(1 - point.a[-1], 1 - point.Y)))
    sizes = {abs(seen.factor * other) for seen in halves}
    beside = any(abs(abs(value) - size) <= LOGARITHMIC * size for _, value in numbers for size in sizes)
    return [seen for seen in found if seen not in halves] if beside else found


def _is_norm(value: float, total: float) -> bool:
    """Return whether a number is the root of twice a loss."""
    return abs(value**2 - 2 * total) <= 4 * EXACT * total


def _not_of_the_way(tape: Tape, reading: Reading, found: list[LossSeen]) -> list[LossSeen]:
    """Return what no output is made of: the log(1 + e^-z) inside a sigmoid is the loss of no target of 1."""
    if not found:
        return found
    before = frozenset[int]().union(*(upstream(tape, one.output.at) for one in reading.passes))
    return [seen for seen in found if seen.at not in before]


@found_once
def _computed(tape: Tape, start: int, end: int) -> list[tuple[int, float]]:
    """Return the single numbers, other than whole ones, with where they are first computed in a part of a run."""
    first: dict[int, int] = {}
    for at in range(start, end):
        if tape.events[at].result in tape.numbers and tape.node(at).kind != "literal":
            first.setdefault(tape.events[at].result, at)
    numbers = ((at, tape.numbers[key]) for key, at in first.items())
    return [(at, value) for at, value in numbers if np.isfinite(value) and value != round(value)]


def _is_near(value: float, possible: list[float]) -> bool:
    """Return whether a number is about one of some others, in order: most of a step's numbers are no loss."""
    i = bisect_left(possible, value - NEAR * abs(value))
    return i < len(possible) and possible[i] <= value + NEAR * abs(value)


def _totals(point: Point) -> list[tuple[str, tuple[float, ...], tuple[float, ...]]]:
    """Return the summed values of each loss at a point, with the factors that a program may put before them.

    A loss has several where a guard beside each output makes another sum of it; none where its sum is no loss.

    The loss that the output is made for comes first: of a softmax of two classes the binary cross-entropy is twice
    the other one, and no number tells them apart.
    """
    N, K = point.a[-1].shape
    factors = {1.0, 1 / N, 1 / (N * K), 1 / K}
    factors |= {2 * f for f in factors} | {f / 2 for f in factors}
    both = tuple(sorted(factors | {-f for f in factors}, key=lambda f: -f))
    found = []
    with np.errstate(all="ignore"):
        for name in sorted((*BELIEVED, *METRICS), key=lambda name: (point.curves[-1].name, name) not in FUSED):
            if name in ("hinge", "huber") and N * K == 1:
                continue  # 1 - a is computed for many a reason, and |a - y| - 1/2 is -a beside a y of 1/2
            if name == "poisson" and (point.curves[-1].family in ("sigmoid", "softmax") or not point.Y.any()):
                continue  # a probability is no rate; for targets of 0 it is the output itself
            if name == "class_hinge" and point.curves[-1].name != "linear":
                continue  # of two probabilities the margin is twice the error of one
            total = float(np.sum(JUDGED_BY[name].forward(point.a[-1], point.Y)))
            plain = (total,) if np.isfinite(total) and (total > 0 or name == "poisson") else ()
            found.append((name, (*plain, *_guarded(point, name, total)), both))
    return found


def _guarded(point: Point, name: str, total: float) -> Iterator[float]:
    """Yield the other sums of a loss of probabilities, of outputs that are so small that its guard is seen."""
    a, Y = point.a[-1], point.Y
    if name not in ("bce", "cross_entropy") or a.size > MOST_GUARDED:
        return
    moved = GUARDS[0] * float(np.sum(np.abs(JUDGED_BY[name].derivative(a, Y))))
    if np.isfinite(total) and moved <= LOGARITHMIC * total:
        return
    logarithm = JUDGED_BY["cross_entropy"].forward
    for guard in GUARDS:
        other = np.sum(logarithm(1 - a + guard, 1 - Y)) if name == "bce" else 0.0
        cut = JUDGED_BY[name].forward(np.clip(a, guard, 1 - guard), Y)
        sums = float(np.sum(logarithm(a + guard, Y)) + other), float(np.sum(cut))
        yield from (one for one in sums if np.isfinite(one) and one > 0)


def believed(seen: list[LossSeen]) -> list[str]:
    """Return the names of the losses that were computed, a metric only where nothing else was.

    For a target of 1 or -1 the hinge 1 - y a is the error of one output itself, and no loss for that.
    """
    errors = {s.place for s in seen if s.name == "mae"}
    names = list(dict.fromkeys(s.name for s in seen if s.name != "hinge" or s.place not in errors))
    return [n for n in names if n not in METRICS] or names


def factor_of(seen: list[LossSeen], name: str) -> float | None:
    """Return what a program's own loss is of the summed one, as computed last; None where it computes no such loss."""
    return next((s.factor for s in reversed(seen) if s.name == name and s.factor > 0), None)
