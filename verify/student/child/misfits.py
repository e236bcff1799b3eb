"""Whether made-up data suit what the program does with them; told as an exception would tell it."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .frames import Described
from .recorder import Recorder
from .stand_ins.samples import MADE, TARGETS

Shape = tuple[int, ...]


def misfit(recorder: Recorder) -> str:
    """Return how the made-up data do not suit what is done with them, "" where they do.

    No logarithm is taken of numbers below 0. The targets are what does not come from a product and is subtracted from,
    or subtracts, what does: they must not be spread over more entries than they have, and they sum to 1 over the
    classes where it does.
    """
    if _has_no_logarithm(recorder):
        return "numbers below 0 where a logarithm is taken"
    seen: set[tuple[int, int]] = set()
    labels = {recorder.kept.key(y) for made_up in TARGETS if made_up.ndim == 1 for y in made_up}
    for given, computed, result, subtracted in _compared(recorder):
        if (given, computed) in seen:
            continue
        seen.add((given, computed))
        targets, output = _array(recorder, given), _array(recorder, computed)
        if subtracted and given in labels and output.ndim == 1 < output.size:  # 1 - a has a 1 that is none
            return f"targets of 1 column met an output of {output.size}"
        if found := _spread(targets.shape, output.shape, recorder.kept.values[result][0]) or _of_no_class(
            targets, output
        ):
            return found
    return ""


def suited(recorder: Recorder) -> bool:
    """Return whether something given met an output of its very shape, and nothing met one that it does not suit."""
    if misfit(recorder):
        return False
    shapes = [described[0] for described in recorder.kept.values]
    return any(shapes[given] == shapes[computed] for given, computed, *_ in _compared(recorder))


def _has_no_logarithm(recorder: Recorder) -> bool:
    """Return whether a function of one argument makes NaN of numbers before the first product: a logarithm, a root."""
    for node, _, operands, result, *_ in recorder.reports:
        if recorder.is_product[node]:
            return False
        if len(operands) == 1 and min(*operands, result) >= 0 and _has_nan(recorder, result):
            return not _has_nan(recorder, operands[0])
    return False


def _has_nan(recorder: Recorder, key: int) -> bool:
    values = _array(recorder, key)
    return values.dtype.kind == "f" and bool(np.isnan(values).any())


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


def _compared(recorder: Recorder) -> Iterator[tuple[int, int, int, bool]]:
    """Yield what came from no product and what did, in each of their differences, the difference, the first's side.

    The rows of an array, of which a loop takes one after the other, came from where it did: the first tells.
    What was added to something that came from a product is a bias, what was multiplied is a weight: their gradients
    are subtracted from them.
    """
    computed, added, rows = set[int](), set[int](), set[Described]()
    thresholds = _thresholds(recorder)
    for node, _, operands, result, *_ in recorder.reports:
        came = [k in computed or (k >= 0 and recorder.kept.values[k] in rows) for k in operands]
        if recorder.is_product[node] or any(came):
            computed.add(result)
            rows.update(_first_row(recorder, result))
        sign = recorder.is_change[node]
        if sign and len(operands) == 2 and sum(came) == 1 and min(*operands, result) >= 0:
            given = operands[came.index(False)]
            if sign == "+":
                added.add(given)
            elif sign == "-" and given not in added | thresholds and not recorder.updates.multiplies(given):
                yield given, operands[came.index(True)], result, came[0]


def _first_row(recorder: Recorder, key: int) -> Iterator[Described]:
    """Yield the first row of a matrix of several columns, as the store holds it."""
    if key >= 0:
        shape, kind, content = recorder.kept.values[key]
        if len(shape) == 2 and min(shape) > 1:
            yield shape[1:], kind, content[: len(content) // shape[0]]


def _thresholds(recorder: Recorder) -> set[int]:
    """Return the biases that are subtracted: one number for each column, changed later by a sum of their own shape."""
    shapes = [described[0] for described in recorder.kept.values]
    columns, changed = set[int](), set[int]()
    for node, _, operands, result, *_ in recorder.reports:
        if recorder.is_change[node] and len(operands) == 2 and min(*operands, result) >= 0:
            left, right = (shapes[k] for k in operands)
            if len(left) == 2 and left[0] > 1 and right == left[1:]:
                columns.add(operands[1])
            elif left == right and len(left) == 1:
                changed.add(operands[0])
    return columns & changed


def _spread(given: Shape, computed: Shape, result: Shape) -> str:
    """Return how targets are spread over more columns than they have, "" where they are not."""
    if not given or math.prod(result) <= max(1, math.prod(given)):
        return ""
    padded = (1,) * (len(computed) - len(given)) + given
    wider = [(have, want) for have, want in zip(padded, computed, strict=False) if have == 1 < want]
    if len(wider) != 1 or wider[0][1] == MADE.get("rows"):
        return ""
    return f"targets of 1 column met an output of {wider[0][1]}"


def _of_no_class(targets: NDArray[np.generic], output: NDArray[np.generic]) -> str:
    """Return that targets do not sum to 1 over the classes though an output does; "" where they do, or it does not.

    There are fewer classes than samples: an output may wrongly sum to 1 over these.
    """
    lengths = [n for n in output.shape if n > 1]
    if targets.shape != output.shape or not lengths or not any(_sums_to_one(output, n) for n in lengths):
        return ""
    classes = min(lengths)
    return "" if _sums_to_one(targets, classes) else f"targets that do not sum to 1 over {classes} classes"


def _sums_to_one(values: NDArray[np.generic], count: int) -> bool:
    """Return whether there are so many numbers along an axis along which all sum to 1."""
    sums = [values.sum(axis=axis, dtype=float) for axis, length in enumerate(values.shape) if length == count]
    return any(np.allclose(some, 1.0, rtol=0, atol=1e-4) for some in sums)


def _flat(shape: Shape) -> list[int]:
    return [n for n in shape if n > 1]


def _array(recorder: Recorder, key: int) -> NDArray[np.generic]:
    shape, kind, content = recorder.kept.values[key]
    return np.frombuffer(content, kind).reshape(shape)
