"""What an exception says about the sizes that made-up data should have had: ``(100,4) and (784,30) not aligned``.

So does the child where targets do not suit the output of the network: ``targets of 1 column met an output of 2``.
"""

import math
import re
from collections.abc import Iterator, Mapping
from itertools import permutations

NUMBER = re.compile(r"\d+")
COUNTED = re.compile(r"(axis|dim|dimension|operand|argument)\s+\d+")  # places, not sizes
UNLIKE = re.compile(r"(\d+) \(dim \d+\) != (\d+) \(dim \d+\)")
RESHAPED = re.compile(r"cannot reshape array of size (\d+) into shape \(([\d, ]+)\)")
OUTSIDE = re.compile(r"index (\d+) is out of bounds for axis \d+ with size (\d+)")
SPREAD = re.compile(r"targets of (\d+) columns? met an output of (\d+)")
BELOW_ZERO = "numbers below 0"
NO_CLASS = re.compile(r"targets that do not sum to 1 over (\d+) classes")
BESIDE = (0, 1, -1)  # columns that a program adds to its data, or takes away: of ones, of labels
LEAST = {"features": 1, "classes": 2, "rows": 10}
FREE = tuple(LEAST)

Sizes = Mapping[str, int]


def wishes(message: str, made: Sizes) -> list[dict[str, int]]:
    """Return the sizes that the data may have to have, one change each, the likeliest first.

    Arguments:
        message: of the exception.
        made: features, classes and rows that were made up, those that are free to be others.
    """
    told = [*_positive(message), *_spread(message, made), *_of_no_class(message, made)]
    sizes = [*_reshaped(message, made), *_outside(message, made), *_mismatched(message, made)]
    found = told or [*sizes, *_shifted(message, made)]
    return [wish for at, wish in enumerate(found) if wish not in found[:at]]


def _positive(message: str) -> Iterator[dict[str, int]]:
    """Yield numbers of which there are logarithms."""
    if BELOW_ZERO in message:
        yield {"positive": 1}


def _mismatched(message: str, made: Sizes) -> Iterator[dict[str, int]]:
    """Yield each size as another number of the message, where the message holds the size that was made."""
    numbers = _numbers(message)
    if "targets" in made:
        yield from ({"targets": n} for n in numbers if 1 < n < made["rows"])
    for beside in BESIDE:
        for size in FREE:
            if size in made and made[size] + beside in numbers:
                others = (n - beside for n in numbers if n - beside != made[size])
                yield from ({size: n} for n in others if n >= LEAST[size])


def _numbers(message: str) -> list[int]:
    """Return the different sizes in a message: of two that are told to be unlike, these alone."""
    pair = UNLIKE.search(message)
    if pair is not None:
        return [int(pair[1]), int(pair[2])]
    return list(dict.fromkeys(map(int, NUMBER.findall(COUNTED.sub("", message)))))


def _shifted(message: str, made: Sizes) -> Iterator[dict[str, int]]:
    """Yield the features that are as many more or fewer as two widths differ: ``data[:, :-3]`` is a part of them."""
    widths = [n for n in _numbers(message) if n < made.get("rows", 0)]
    for have, want in permutations(widths, 2):
        if "features" in made and made["features"] + want - have >= LEAST["features"]:
            yield {"features": made["features"] + want - have}


def _spread(message: str, made: Sizes) -> Iterator[dict[str, int]]:
    """Yield one more column for each that the targets lack: of their own table, or of the one they are cut from."""
    match = SPREAD.search(message)
    if match is not None:
        have, want = map(int, match.groups())
        yield from ({"targets": want} for _ in range("targets" in made))
        yield from ({"features": made["features"] + want - have} for _ in range("features" in made))


def _of_no_class(message: str, made: Sizes) -> Iterator[dict[str, int]]:
    """Yield labels that are among those that the program knows: no more classes, or counted from 1."""
    match = NO_CLASS.search(message)
    if match is not None and "classes" in made:
        if made["classes"] > int(match[1]):
            yield {"classes": int(match[1])}
        yield {"first": 1}


def _reshaped(message: str, made: Sizes) -> Iterator[dict[str, int]]:
    """Yield the sizes that would fill a shape that was asked for."""
    match = RESHAPED.search(message)
    if match is None or not {"features", "rows"} <= set(made):
        return
    shape = list(map(int, re.findall(r"\d+", match[2])))
    inner = math.prod(shape[1:])
    if len(shape) > 1 and inner in (made["features"], made["features"] + 1):
        yield {"rows": shape[0]}
    if len(shape) > 1 and shape[0] != made["rows"]:
        yield {"rows": shape[0], "features": inner}
    yield from ({"features": n} for n in (inner, math.prod(shape)) if n > 1)


def _outside(message: str, made: Sizes) -> Iterator[dict[str, int]]:
    """Yield the size that an index would have been inside of."""
    match = OUTSIDE.search(message)
    for beside in BESIDE:
        for size in FREE:
            if match is not None and size in made and made[size] + beside == int(match[2]):
                yield {size: int(match[1]) + 1 - beside}
