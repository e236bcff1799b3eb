"""What an exception says about the sizes that made-up data should have had: ``(100,4) and (784,30) not aligned``."""

import math
import re
from collections.abc import Iterator, Mapping

NUMBER = re.compile(r"\d+")
COUNTED = re.compile(r"(axis|dim|dimension|operand|argument)\s+\d+")  # places, not sizes
RESHAPED = re.compile(r"cannot reshape array of size (\d+) into shape \(([\d, ]+)\)")
OUTSIDE = re.compile(r"index (\d+) is out of bounds for axis \d+ with size (\d+)")
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
    found = [*_reshaped(message, made), *_outside(message, made), *_mismatched(message, made)]
    return [wish for at, wish in enumerate(found) if wish not in found[:at]]


def _mismatched(message: str, made: Sizes) -> Iterator[dict[str, int]]:
    """Yield each size as another number of the message, where the message holds the size that was made."""
    numbers = list(dict.fromkeys(map(int, NUMBER.findall(COUNTED.sub("", message)))))
    for beside in BESIDE:
        for size in FREE:
            if size in made and made[size] + beside in numbers:
                others = (n - beside for n in numbers if n - beside != made[size])
                yield from ({size: n} for n in others if n >= LEAST[size])


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
    for size in FREE:
        if match is not None and made.get(size) == int(match[2]):
            yield {size: int(match[1]) + 1}
