"""Of several explanations those that hold at every point, the likeliest first."""

import numpy as np

from reference.arrays import Array

from ..mistakes.explanation import IMPLIED, Explanation
from ..reading.implied import recorded
from ..reading.multiples import factor_between
from .lines.autograd import as_assigned
from .lines.blame import NOTHING, departs, guilty, held, with_zero_weights
from .lines.helper import is_by_a_helper
from .lines.named_delta import as_named
from .lines.scales import placed
from .look import Look
from .replaced import as_replaced

SLOPED = ("leaky_relu", "elu", "selu", "celu")
MOST_PLACED = 6  # explanations of equal length of which the lines are compared
LAST = (np.inf,) * 6  # the rank of an explanation that no line was looked for


def plainest(explanations: list[Explanation]) -> list[Explanation]:
    """Return the explanations without those of more mistakes, or of another derivative where none at all fits as well.

    A derivative that is 1 at the points, such as the sign of positive numbers, is none.
    """
    short = [e for e in explanations if e.cost[0] == explanations[0].cost[0]]
    none = {(e.loss, f.layer) for e in short for f in e.found if f.bug in ("B4", "B11") and f.quantity == "delta"}
    return [e for e in short if not any(f.bug == "B40" and (e.loss, f.layer) in none for f in e.found)]


def each_once(explanations: list[Explanation]) -> list[Explanation]:
    """Return the first of all explanations that are told in the same words."""
    kept: dict[tuple[tuple[str, int, str], ...], Explanation] = {}
    for explanation in explanations:
        kept.setdefault(explanation.words, explanation)
    return list(kept.values())


def refined(at: Look, explanation: Explanation) -> Explanation:
    """Return the explanation as the run's own values tell it, where the numbers of the steps leave it open."""
    told = as_assigned(at.tape.recording, with_zero_weights(at, placed(at, explanation)))
    return as_named(at, as_replaced(at, told))


def seen_first(at: Look, explanations: list[Explanation]) -> list[Explanation]:
    """Return the explanations, among those of equal length first the one whose wrong values the run has shown."""
    shortest = [e for e in explanations if e.cost[:2] == explanations[0].cost[:2]][:MOST_PLACED]
    if len(shortest) < 2:
        return explanations
    unseen = {id(e): (_invented(at, e), _denied(at, e), *_unheld(at, e), _given_as_one(at, e)) for e in shortest}
    return sorted(
        explanations, key=lambda e: (e.cost[:2], unseen.get(id(e), LAST), [f.quantity != "delta" for f in e.found])
    )


def _unheld(at: Look, explanation: Explanation) -> tuple[int, int, int]:
    """Return how many mistakes have no line, of how many the run held only what came of them, or at another scale."""
    placeless = sum(guilty(at, explanation, f) is None for f in explanation.found)
    unheld = sum(not held(at, explanation, f) for f in explanation.found)
    return placeless, unheld, sum(departs(at, explanation, f) for f in explanation.found)


def _invented(at: Look, explanation: Explanation) -> int:
    """Return how many zero deltas an explanation needs for layers that no update was seen of: they need none."""
    untrained = [update is None for update in at.reading.weights]
    zeros = [f for f in explanation.found if f.quantity == "delta" and np.abs(f.value).max(initial=0) <= NOTHING]
    return sum(untrained[f.layer - 1] for f in zeros)


def _denied(at: Look, explanation: Explanation) -> int:
    """Return how many layers have a wrong delta that the run never held, where it held the right one."""
    point, back, deltas = at.reading.point, recorded(at.tape, at.reading), explanation.deltas
    wrong = {f.layer - 1 for f in explanation.found if f.quantity == "delta" and f.layer < point.depth}
    rights = {l: point.curves[l].backward(point.z[l], deltas[l + 1] @ point.W[l + 1].T) for l in wrong}
    return sum(_is_among(right, back(l)) and not _is_among(deltas[l], back(l)) for l, right in rights.items())


def _given_as_one(at: Look, explanation: Explanation) -> int:
    """Return how many derivatives are said to be missing that the run multiplied by, though they were 1 everywhere.

    Only of units with a slope of their own where z < 0: of others nothing else is 1.
    """
    curves, z = at.reading.point.curves, at.reading.point.z
    missing = {f.layer - 1 for f in explanation.found if f.bug == "B11" and f.quantity == "delta"}
    return sum(curves[l].family in SLOPED and _multiplies_by_ones(at, z[l].size) for l in missing)


def _multiplies_by_ones(at: Look, size: int) -> bool:
    """Return whether a product entry by entry on the way back takes as many numbers, each of them 1."""
    tape = at.tape
    back = range(at.reading.passes[0].output.at, at.reading.end)
    taken = (k for i in back if tape.node(i).what in ("*", "*=") for k in tape.events[i].operands if k >= 0)
    return any(np.size(tape.recording.values[k]) == size > 1 and bool((tape.array(k) == 1).all()) for k in taken)


def _is_among(value: Array, held: tuple[Array, ...]) -> bool:
    """Return whether some numbers, not all alike, are a multiple of values that were held."""
    return bool(np.ptp(value)) and any(factor_between(one, value) for one in held)


def has_unknown_top(at: Look, explanation: Explanation) -> bool:
    """Return whether an explanation needs a derivative of its own at the output: perhaps of a loss not seen."""
    unknown = next((f for f in explanation.found if f.step == IMPLIED and f.layer == len(explanation.deltas)), None)
    return unknown is not None and not is_by_a_helper(at, unknown)


def told_of(one: Look) -> int:
    """Return how many places of the mistake a point shows: where all units are positive, a slope is right."""
    return max((len(e.found) for e in one.explanations[:1]), default=0)


def common(lists: list[list[Explanation]]) -> list[Explanation]:
    """Return the explanations of the first point that hold at every other point too."""
    return [e for e in lists[0] if all(any(_agree(e, other) for other in one) for one in lists[1:])]


def _agree(one: Explanation, other: Explanation) -> bool:
    """Return whether two explanations are of the same mistakes, in the same places where both points show them."""
    mine, theirs = ({(f.bug, f.layer, f.quantity) for f in e.found} for e in (one, other))
    same = {(bug, quantity) for bug, _, quantity in mine} == {(bug, quantity) for bug, _, quantity in theirs}
    return one.loss == other.loss and same and (mine >= theirs or mine <= theirs)
