"""Whether made-up targets suit what the program compares them with; told as an exception would tell it."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .recorder import Recorder
from .stand_ins.samples import MADE, TARGETS

Shape = tuple[int, ...]


def misfit(recorder: Recorder) -> str:
    """Return how the made-up targets do not suit the output of the network, "" where they do.

    They are what does not come from a product and is subtracted from, or subtracts, what does: they must not be spread
    over more entries than they have, and where they are one-hot, each sample has its one.
    """
    seen: set[tuple[int, int]] = set()
    for given, computed, result in _compared(recorder):
        if (given, computed) in seen:
            continue
        seen.add((given, computed))
        shapes = tuple(recorder.kept.values[k][0] for k in (given, computed, result))
        if found := _spread(*shapes) or _of_no_class(_array(recorder, given), shapes[1]):
            return found
    return ""


def crossed(recorder: Recorder) -> bool:
    """Return whether a column met a row, or targets of a form that nobody told were spread over more entries."""
    shapes = [described[0] for described in recorder.kept.values]
    targets = {recorder.kept.key(y) for y in TARGETS}
    for node, _, operands, result, *_ in recorder.reports:
        if recorder.is_change[node] and len(operands) == 2 and min(*operands, result) >= 0:
            left, right = (shapes[k] for k in operands)
            size = math.prod(shapes[result])
            if left and right and size > max(math.prod(left), math.prod(right)) and _flat(left) == _flat(right):
                return True
            if left and right and any(k in targets and size > math.prod(shapes[k]) for k in operands):
                return True
    return False


def _compared(recorder: Recorder) -> Iterator[tuple[int, int, int]]:
    """Yield what came from no product and what did, in each of their differences, with the difference.

    What was added to something that came from a product is a bias, what was multiplied is a weight: their gradients
    are subtracted from them.
    """
    computed, added = set[int](), set[int]()
    for node, _, operands, result, *_ in recorder.reports:
        came = [k in computed for k in operands]
        if recorder.is_product[node] or any(came):
            computed.add(result)
        sign = recorder.is_change[node]
        if sign and len(operands) == 2 and sum(came) == 1 and min(*operands, result) >= 0:
            given = operands[came.index(False)]
            if sign == "+":
                added.add(given)
            elif sign == "-" and given not in added and not recorder.updates.multiplies(given):
                yield given, operands[came.index(True)], result


def _spread(given: Shape, computed: Shape, result: Shape) -> str:
    """Return how targets are spread over more columns than they have, "" where they are not."""
    if not given or math.prod(result) <= max(1, math.prod(given)):
        return ""
    padded = (1,) * (len(computed) - len(given)) + given
    wider = [(have, want) for have, want in zip(padded, computed, strict=False) if have == 1 < want]
    if len(wider) != 1 or wider[0][1] == MADE.get("rows"):
        return ""
    return f"targets of 1 column met an output of {wider[0][1]}"


def _of_no_class(targets: NDArray[np.generic], output: Shape) -> str:
    """Return that one-hot targets have samples without a one, "" where they have none or are not one-hot."""
    if targets.shape != output or targets.size < 2 or not np.isin(targets, (0, 1)).all():
        return ""
    if max(output) == targets.size:
        return "" if targets.any() else NO_CLASS.format(targets.size)
    for axis, classes in enumerate(output):
        ones = targets.astype(int).sum(axis=axis)
        if len(output) == 2 and 1 < classes < ones.size and ones.min() == 0 and ones.max() < 2:
            return NO_CLASS.format(classes)
    return ""


NO_CLASS = "targets of none of {} classes"


def _flat(shape: Shape) -> list[int]:
    return [n for n in shape if n > 1]


def _array(recorder: Recorder, key: int) -> NDArray[np.generic]:
    shape, kind, content = recorder.kept.values[key]
    return np.frombuffer(content, kind).reshape(shape)
