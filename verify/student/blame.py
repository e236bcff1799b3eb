"""The guilty line: the first expression of the step that holds what the wrong step computes."""

from collections.abc import Iterator

import numpy as np

from reference.arrays import Array

from .catalogue import CATALOGUE
from .explain import Explanation, Found
from .look import Look
from .tape import Tape

SAME = 1e-6
OWN_FORMULA = ("B40", "B41", "B42", "B6", "B8")  # the helper itself is wrong: blame its formula, not its call
ABSENT = ("B10", "B54")  # nothing stands where the mistake is
RENAMES = ("bind", "name", "return", "argument")


def guilty(look: Look, explanation: Explanation, found: Found) -> int | None:
    """Return the position of the guilty event of one mistake, None where no expression holds its value.

    Arguments:
        look: the injected run.
        explanation: the mistakes that reproduce it.
        found: the one to be blamed.
    """
    if found.bug in ABSENT:
        return None
    tape, start, end = look.tape, look.reading.passes[-1].chain.end, look.reading.end
    if found.bug in ("B3", "B30"):
        return _uses_new_weights(look, found)
    places = list(_holding(tape, found.value, start, end))
    if found.step == "slope":
        return _slope(look, explanation, found, places, start, end)
    return places[0] if places else None


def _uses_new_weights(look: Look, found: Found) -> int | None:
    """Return the product that took the weights of the layer above after their update."""
    update = look.reading.weights[found.layer] if found.layer < len(look.reading.weights) else None
    if update is None:
        return None
    group = look.tape.group(update.new)
    products = look.tape.products
    return next(
        (p.at for p in products if p.at > update.end and group in map(look.tape.group, (p.left, p.right))), None
    )


def _slope(look: Look, explanation: Explanation, found: Found, places: list[int], start: int, end: int) -> int | None:
    """Return where a wrong derivative comes from: the formula that computes the factor, or where it is applied."""
    tape = look.tape
    da = _incoming(look, explanation, found)
    with np.errstate(all="ignore"):
        factor = found.value / da
    if found.bug in OWN_FORMULA and np.isfinite(factor).all() and not np.allclose(factor, factor.flat[0]):
        inside = list(_holding(tape, factor, start, end))
        if inside:
            return inside[0]
    if found.bug in ("B11", "B4"):
        renames = [at for at in places if tape.node(at).kind in ("bind", "name") and _another_name(tape, at, places)]
        return (renames or places or [None])[0]
    return places[0] if places else None


def _another_name(tape: Tape, at: int, places: list[int]) -> bool:
    """Return whether a value that already has a name is given another one here."""
    return tape.node(at).kind == "bind" and any(
        tape.node(p).kind == "bind" and p < at and tape.node(p).what != tape.node(at).what for p in places
    )


def _incoming(look: Look, explanation: Explanation, found: Found) -> Array:
    """Return dL/da of the layer as the mistaken sweep has it."""
    point, l = look.reading.point, found.layer - 1
    if l == point.depth - 1:
        return np.asarray(point.a[-1] - point.Y)
    return np.asarray(explanation.deltas[l + 1] @ point.W[l + 1].T)


def _holding(tape: Tape, value: Array, start: int, end: int) -> Iterator[int]:
    """Yield the positions of the events whose result is a multiple of a value, or of its transpose."""
    checked: dict[int, bool] = {}
    for at in range(start, min(end + 1, len(tape.events))):
        key = tape.events[at].result
        if key < 0:
            continue
        if key not in checked:
            checked[key] = _multiple(tape, key, value)
        if checked[key]:
            yield at


def _multiple(tape: Tape, key: int, value: Array) -> bool:
    got = tape.recording.values[key]
    if got.size != value.size:
        return got.size == 1 and value.size > 1 and bool((value == value.flat[0]).all()) and _as_number(got, value)
    held = tape.array(key)
    forms = [value, value.T] if value.ndim == 2 and 1 not in value.shape else [value]
    return any(_proportional(held, form) for form in forms)


def _as_number(got: Array, value: Array) -> bool:
    """Return whether a single number stands for a block that holds it throughout, up to its usual factors."""
    ratio = float(np.asarray(got, np.float64).reshape(())) / float(value.flat[0])
    return bool(np.isclose(abs(ratio), 1, rtol=SAME))


def _proportional(held: Array, form: Array) -> bool:
    if held.shape != form.shape and not (1 in held.shape or held.ndim == 1 or 1 in form.shape):
        return False
    a, b = held.ravel(), form.ravel()
    norm = float(b @ b)
    if not norm or not np.isfinite(a).all():
        return False
    scale = float(b @ a) / norm
    return bool(scale) and bool(np.abs(a - scale * b).max() <= SAME * np.abs(a).max())


def name_of(bug: str) -> str:
    """Return a catalogue name."""
    return CATALOGUE[bug].name
