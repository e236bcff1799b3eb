"""The table of relations between what wrong entries are and what they should be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

import numpy as np

from reference.arrays import Array

from ..numerals import apart
from .places import Flags

SIMPLE = 12  # the largest numerator and denominator of a ratio worth naming
LARGEST_SIZE = 10_000  # the largest N of a factor N or 1 / N worth naming
EXPLAINED = 1e-6  # what a relation may leave over of the discrepancy it explains


class Wrong(NamedTuple):
    """The wrong entries of a block, flat, and the sizes that a factor may come from."""

    got: Array
    should_be: Array
    bound: Array
    sizes: Mapping[str, int]


class Match(NamedTuple):
    """Which of the wrong entries a relation explains, and the relation in words."""

    explained: Flags
    words: str


@dataclass(frozen=True)
class Relation:
    """One way in which entries can be wrong.

    Attributes:
        name: its key.
        match: the wrong entries -> which of them it explains, and its words; a place follows the words.
        advice: where such a mistake is usually made.
    """

    name: str
    match: Callable[[Wrong], Match]
    advice: str


def explained(entries: Wrong, predicted: Array, slack: float = 1) -> Flags:
    """Return which entries are what a relation predicts, up to ``slack`` bounds.

    A relation must also leave less than an eighth of the discrepancy: an entry just beyond its
    bound is close to many predictions.
    """
    off = np.abs(entries.got - entries.should_be)
    allowed = np.minimum(slack * entries.bound + EXPLAINED * off, off / 8)
    return np.asarray(np.abs(entries.got - predicted) <= allowed)


def _zero(entries: Wrong) -> Match:
    return Match(explained(entries, np.zeros_like(entries.got)), "zero")


def _unwanted(entries: Wrong) -> Match:
    off = np.abs(entries.got - entries.should_be)
    return Match(np.abs(entries.should_be) <= np.minimum(entries.bound, off / 8), "not 0, as it should be,")


def _flipped(entries: Wrong) -> Match:
    return Match(explained(entries, -entries.should_be, 2), "sign flipped")


def _scaled(entries: Wrong) -> Match:
    """Match a factor common to the entries; a single entry has one, so there it must be a simple one."""
    found = Match(np.zeros(entries.got.shape, bool), "")
    best = np.argsort(entries.bound / np.abs(entries.should_be))[:3]
    for factor in (entries.got[best] / entries.should_be[best]).tolist():
        if not np.isfinite(factor) or (entries.got.size == 1 and not _simple(factor)):
            continue
        held = explained(entries, factor * entries.should_be, 2 + abs(factor))
        if held.sum() > found.explained.sum():
            found = Match(held, name_factor(factor, entries.sizes))
    return found


def _shifted(entries: Wrong) -> Match:
    """Match a constant that is added; any single entry has one, so two are needed."""
    constant = float(np.median(entries.got - entries.should_be))
    match = explained(entries, entries.should_be + constant, 2)
    return Match(match & (match.sum() > 1), f"{constant:.6g} is added")


def _single_precision(entries: Wrong) -> Match:
    close = np.abs(entries.got - entries.should_be) <= 1e-4 * np.abs(entries.should_be)
    single = (entries.got.astype(np.float32) == entries.got) & (
        entries.should_be.astype(np.float32) != entries.should_be
    )
    return Match(close & single & (entries.got != 0), "rounded to single precision")


def _unexplained(entries: Wrong) -> Match:
    off = np.abs(entries.got - entries.should_be).max() / np.abs(entries.should_be).max()
    return Match(np.ones(entries.got.shape, bool), f"off by up to {off:.2g} relative")


def _simple(factor: float) -> Fraction | None:
    """Return the ratio p / q, N or 1 / N that ``factor`` is, None where it is no simple number."""
    if not 0.5 / LARGEST_SIZE < abs(factor) < 2 * LARGEST_SIZE:
        return None
    ratio = Fraction(factor).limit_denominator(SIMPLE)
    candidates = [Fraction(round(factor)), Fraction(1, round(1 / factor) or 1)]
    if abs(ratio.numerator) <= SIMPLE:
        candidates.append(ratio)
    slack = EXPLAINED * min(abs(factor), abs(factor - 1))  # 1.00000001 is not 1
    return next((ratio for ratio in candidates if abs(factor - ratio) <= slack), None)


def name_factor(factor: float, sizes: Mapping[str, int]) -> str:
    """Return a factor in words, with the size or product of two sizes it may come from.

    >>> name_factor(2.0, {})
    'twice what it should be'
    >>> name_factor(0.125, {"the batch size": 8})
    'a constant factor of 0.125 (1/8: 8 is the batch size)'
    """
    ratio = _simple(factor)
    if ratio is None:
        return f"a constant factor of {apart(factor, 1, 6)[0]}"
    hint = _hint(ratio, sizes)
    plain = {Fraction(2): "twice what it should be", Fraction(1, 2): "half of what it should be"}.get(ratio)
    if plain:
        return f"{plain} ({hint})" if hint else plain
    inside = [str(ratio)] * (ratio.denominator > 1) + [hint] * bool(hint)
    return f"a constant factor of {factor:.6g}" + (f" ({': '.join(inside)})" if inside else "")


def _hint(ratio: Fraction, sizes: Mapping[str, int]) -> str:
    """Return what N of the factor N or 1 / N may be: one of the sizes, or the product of two."""
    small, number = sorted((abs(ratio.numerator), ratio.denominator))
    products = {f"{a} times {b}": sizes[a] * sizes[b] for a, b in combinations(sizes, 2)}
    for words, size in {**sizes, **products}.items():
        if small == 1 < number == size:
            return f"{number} is {words}"
    return f"is {number} the batch size?" if small == 1 and number > 2 and not sizes else ""


RELATIONS: tuple[Relation, ...] = (
    Relation("zero", _zero, "look for a term that never reaches the result, or a derivative taken as 0"),
    Relation("unwanted", _unwanted, "look for a mask or a derivative of 0 that is left out"),
    Relation("sign", _flipped, "look for a difference taken the wrong way round, or a minus sign left out"),
    Relation("factor", _scaled, "look for a missing or doubled constant: the 2 of a square, the 1/N of a mean"),
    Relation("shift", _shifted, "look for a term that does not belong, such as a penalty or a bias"),
    Relation("single precision", _single_precision, "look for a float32 array or a cast on the way"),
)
UNEXPLAINED = Relation("unexplained", _unexplained, "compare the formula of this gradient term by term")
