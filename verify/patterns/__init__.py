"""How a wrong block of numbers is wrong, in words: the rearrangement, or the relation and its place."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array

from .arrangements import rearranged, reshaped
from .places import Flags, Spread, place
from .relations import RELATIONS, UNEXPLAINED, Relation, Wrong

CLEAR_MAJORITY = 0.75


class Pattern(NamedTuple):
    """How a block is wrong.

    Attributes:
        name: the key of the hypothesis that fits, e.g. "sign".
        words: the finding as one clause, e.g. "sign flipped in 12 of 12 entries".
        advice: where such a mistake is usually made.
    """

    name: str
    words: str
    advice: str


def describe(
    got: ArrayLike, should_be: ArrayLike, bound: ArrayLike, sizes: Mapping[str, int] | None = None
) -> str | None:
    """Return how ``got`` is wrong as one clause, None where nothing is; see ``find_pattern``."""
    pattern = find_pattern(got, should_be, bound, sizes)
    return pattern.words if pattern else None


def find_pattern(
    got: ArrayLike, should_be: ArrayLike, bound: ArrayLike, sizes: Mapping[str, int] | None = None
) -> Pattern | None:
    """Return the first hypothesis that explains the wrong entries of ``got``, or a clear majority of them.

    An entry is wrong when |got - should_be| > bound. A hypothesis explains an entry when what it
    predicts is off by no more than the bound and than an eighth of the discrepancy.

    Arguments:
        got: the numbers under test, of any shape; need not be finite.
        should_be: the right numbers, finite where they are to be judged.
        bound: the largest honest discrepancy of each entry, of ``should_be``'s shape or a scalar;
            an entry whose bound is not finite is left out.
        sizes: what a factor may come from, in words, e.g. ``{"the batch size": 8}``.

    Returns:
        The pattern, or None where no entry is wrong and the shapes are equal.
    """
    g, s = np.asarray(got, np.float64), np.asarray(should_be, np.float64)
    b = np.broadcast_to(np.asarray(bound, np.float64), s.shape)
    if g.shape != s.shape:
        return Pattern(*reshaped(g, s, b))
    with np.errstate(all="ignore"):
        off = np.abs(g - s)
        judged = np.isfinite(b) & np.isfinite(s)
        wrong = judged & ~(off <= b)
        telling = judged & ~(np.maximum(np.abs(g), np.abs(s)) <= b)
        if not wrong.any():
            return None
        if not np.isfinite(g[wrong]).all():
            return _not_finite(g, wrong & ~np.isfinite(g))
        whole = rearranged(g, s, b, telling)
        return Pattern(*whole) if whole else _related(g, s, b, wrong, telling, sizes or {})


def _not_finite(got: Array, where: Flags) -> Pattern:
    first = tuple(int(i) for i in np.argwhere(where)[0])
    words = f"not finite in {where.sum()} of {got.size} entries, {got[first]} at {list(first)} first"
    return Pattern("not finite", words, "look for a division by 0, the log of 0 or an exponential that overflows")


def _related(
    got: Array, should_be: Array, bound: Array, wrong: Flags, telling: Flags, sizes: Mapping[str, int]
) -> Pattern:
    """Return the first relation that holds in a clear majority of the wrong entries, and its place."""
    entries = Wrong(got[wrong], should_be[wrong], bound[wrong], sizes)
    relation, words, explained = _first_relation(entries)
    held = np.zeros(got.shape, bool)
    held[wrong] = explained
    rest = int(wrong.sum() - held.sum())
    others = f"; {rest} more differ otherwise" if rest else ""
    return Pattern(relation.name, f"{words} {place(Spread(held, telling, should_be))}{others}", relation.advice)


def _first_relation(entries: Wrong) -> tuple[Relation, str, Flags]:
    for relation in RELATIONS:
        match = relation.match(entries)
        if match.explained.mean() >= CLEAR_MAJORITY:
            return relation, match.words, match.explained
    match = UNEXPLAINED.match(entries)
    return UNEXPLAINED, match.words, match.explained
