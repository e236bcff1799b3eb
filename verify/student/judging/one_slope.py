"""What a program is judged by where its loss has one slope only: one learning rate, the same at every point.

With one output of one sample, or with equal samples, any delta of the output is the right one times a number.
"""

import numpy as np

from ..mistakes.explain import scales_of
from ..reading.point import top_delta
from .look import Look, candidates, explained, rightness


def is_telling(one: Look, loss: str) -> bool:
    """Return whether one point tells the slopes of a loss from those of others: they are not all of one size."""
    slopes = np.abs(top_delta(one.reading.point, loss))
    return np.unique(slopes[slopes > 0].round(12)).size > 1


def with_one_step(looks: list[Look], tell: tuple[str, ...]) -> list[Look]:
    """Return looks that are right for one loss and one learning rate, where a point by itself cannot tell the loss."""
    rights = [one.right for one in looks]
    if not all(rights) or all(is_telling(one, right.loss) for one, right in zip(looks, rights, strict=True) if right):
        return looks
    for loss in _losses(looks[0], tell):
        found = [rightness(one.tape, one.reading, (loss,)) for one in looks]
        if all(found) and _alike([right.scale for right in found if right]):
            return [one._replace(right=right) for one, right in zip(looks, found, strict=True)]
    return [one._replace(right=None) for one in looks]


def with_mistakes(looks: list[Look], tell: tuple[str, ...]) -> list[Look]:
    """Return the looks with the mistakes that reproduce their gradients: at one learning rate, where that must tell."""
    if all(is_telling(one, loss) for one in looks for loss in _losses(one, tell)[:1]):
        return explained(looks, tell)
    tried = [[_of_scale(one, scale) for one in explained(looks, tell, scale)] for scale in _scales(looks, tell)]
    if found := [some for some in tried if all(one.explanations for one in some)]:
        return min(found, key=lambda some: some[0].explanations[0].cost)
    free = explained(looks, tell)  # right at no scale, whatever the slope of the loss is
    return free if all(one.explanations for one in free) and not any(_of_top(one) for one in free) else looks


def _of_top(one: Look) -> bool:
    """Return whether what explains a look is a mistake in the slope of the loss, or none: one number cannot tell."""
    top, found = one.reading.point.depth, one.explanations[0].found
    return not found or any(f.layer == top and f.quantity == "delta" for f in found)


def _of_scale(one: Look, scale: float) -> Look:
    """Return a look with the explanations of one scale that need the fewest mistakes."""
    kept = [e for e in one.explanations if _alike([scale, e.scale])]
    return one._replace(explanations=[e for e in kept if e.cost[0] == kept[0].cost[0]])


def _scales(looks: list[Look], tell: tuple[str, ...]) -> list[float]:
    """Return the scales that one gradient, right or of a mistaken delta of the output, has at every point."""
    found: list[float] = []
    for loss in _losses(looks[0], tell):
        known = [scales_of(one.reading.point, one.reading.observed, loss) for one in looks]
        shared = [[scales[what] for scales in known] for what in known[0] if all(what in scales for scales in known)]
        found += [scales[0] for scales in shared if _alike(scales)]
    return [s for i, s in enumerate(found) if not any(np.isclose(s, other, rtol=1e-9) for other in found[:i])]


def _losses(one: Look, tell: tuple[str, ...]) -> tuple[str, ...]:
    return tell or candidates(one.reading.point, one.seen)


def _alike(scales: list[float]) -> bool:
    return bool(np.allclose(scales, scales[0], rtol=1e-6, atol=0))
