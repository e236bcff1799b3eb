"""A named mistake made again, at another point: what the gradients would then be."""

from typing import NamedTuple

import numpy as np

from reference.arrays import Array

from ..reading.point import Observed, Point, bias_gradient, loss_gradient, top_delta
from .bias_gradients import DB
from .explanation import Explanation, Found, is_another
from .sent_down import DOWN
from .stage import Stage
from .variants import DERIVATIVE
from .weight_gradients import DW
from .wrong_errors import error_variants, fused_variants

KNOWN = ("error", "slope", "down", "dW", "db", "factor of delta", "factor of dW", "factor of db")
TABLES = {"slope": DERIVATIVE, "down": DOWN, "dW": DW, "db": DB}


class CannotReplay(Exception):  # noqa: N818 - not an error: the mistake is told by its values alone
    """A mistake has no formula that could be used at another point."""


class Replayed(NamedTuple):
    """The mistaken sweep: dL/da as each layer receives it, delta, dW and db, layer by layer."""

    da: tuple[Array, ...]
    delta: tuple[Array, ...]
    dW: tuple[Array, ...]
    db: tuple[Array, ...]


def replay(explanation: Explanation, point: Point) -> Replayed:
    """Return the reverse sweep with an explanation's mistakes at any point.

    Raises:
        CannotReplay: when one of them has no formula.
    """
    if any(f.step not in KNOWN for f in explanation.found):
        raise CannotReplay(", ".join(f.step for f in explanation.found))
    steps = {(f.step, f.layer - 1): f for f in explanation.found}
    with np.errstate(all="ignore"):
        return _swept(explanation.loss, steps, point)


def _swept(loss: str, steps: dict[tuple[str, int], Found], point: Point) -> Replayed:
    rows: list[tuple[Array, Array, Array, Array]] = []
    da = loss_gradient(point, loss)
    for l in reversed(range(point.depth)):
        if l == point.depth - 1:
            da, delta = _top(loss, steps, point)
        else:
            upper = Stage(point, l + 1, rows[-1][0], rows[-1][1])
            down = steps.get(("down", l))
            da = upper.delta @ upper.W.T if down is None else _changed(down, upper)
            delta = _slope(steps.get(("slope", l)), point, l, da)
        if ("factor of delta", l) in steps:
            delta = constant(steps["factor of delta", l]) * delta
        stage = Stage(point, l, da, delta, rows[-1][1] if rows else None)
        rows.append((da, delta, _gradient(steps, stage, "dW"), _gradient(steps, stage, "db")))
    return Replayed(*zip(*reversed(rows), strict=True))


def _top(loss: str, steps: dict[tuple[str, int], Found], point: Point) -> tuple[Array, Array]:
    """Return dL/da and delta of the output layer."""
    L = point.depth - 1
    error, slope = steps.get(("error", L)), steps.get(("slope", L))
    if error is not None and error.bug == "B44":
        return loss_gradient(point, _other(error)), top_delta(point, _other(error))
    fused = {variant.wrong: delta for variant, delta in fused_variants(point, loss)}
    if error is not None and error.wrong in fused:
        delta = fused[error.wrong]
        return delta / point.curves[L].derivative(point.z[L]), delta  # f'(z_L) is not what is wrong
    da = loss_gradient(point, loss) if error is None else _wrong_error(error, point, loss)
    if slope is not None and slope.bug == "B7":
        da = point.a[L] - point.Y
        return da, da * point.curves[L].derivative(point.z[L])
    if slope is None and error is None:
        return da, top_delta(point, loss)
    return da, _slope(slope, point, L, da)


def _other(found: Found) -> str:
    return found.wrong.rpartition(" ")[2]


def _wrong_error(found: Found, point: Point, loss: str) -> Array:
    for variant, da in error_variants(point, loss):
        if variant is not None and variant.wrong == found.wrong:
            return da
    raise CannotReplay(found.wrong)


def _slope(found: Found | None, point: Point, l: int, da: Array) -> Array:
    if found is None:
        return point.curves[l].backward(point.z[l], da)
    return _changed(found, Stage(point, l, da, da))


def _gradient(steps: dict[tuple[str, int], Found], stage: Stage, kind: str) -> Array:
    """Return dW or db of a stage."""
    right = stage.a_in.T @ stage.delta if kind == "dW" else bias_gradient(stage.point, stage.l, stage.delta)
    weights = steps.get(("dW", stage.l))
    if weights is not None and weights.bug == "B54":  # the whole layer is not trained
        return np.zeros_like(right)
    found = steps.get((kind, stage.l))
    made = right if found is None else _changed(found, stage)
    stray = steps.get((f"factor of {kind}", stage.l))
    return made if stray is None else np.asarray(constant(stray) * made)


def of_one(explanation: Explanation, found: Found, point: Point) -> Found | None:
    """Return a mistake in dW or db as some of the samples alone show it, None where they do not."""
    try:
        made = replay(explanation, point)
    except CannotReplay:
        return None
    l = found.layer - 1
    delta = made.delta[l]
    right = point.inputs[l].T @ delta if found.quantity == "dW" else bias_gradient(point, l, delta)
    value = (made.dW if found.quantity == "dW" else made.db)[l]
    return found._replace(value=value) if is_another(value, right) else None


def constant(found: Found) -> float:
    """Return the constant of a mistake that is a factor alone.

    Raises:
        CannotReplay: when its formula begins with none.
    """
    try:
        return float(found.wrong.partition(" ")[0])
    except ValueError:
        raise CannotReplay(found.wrong) from None


def _changed(found: Found, stage: Stage) -> Array:
    """Return what the mistaken step computes."""
    for variant in TABLES.get(found.step, ()):
        named = (variant.wrong, variant.wrong.replace("delta_l = dL/da_l", "delta_L = dL/da_L"))
        if found.wrong in named and (value := variant.change(stage)) is not None:
            return value
    raise CannotReplay(found.wrong)


def reproduces(explanation: Explanation, point: Point, observed: Observed) -> bool | None:
    """Return whether an explanation gives the gradients observed at a point, None where it cannot be made there."""
    try:
        made = replay(explanation, point)
    except CannotReplay:
        return None
    both = (*zip(observed.dW, made.dW, strict=True), *zip(observed.db, made.db, strict=True))
    pairs = [(got, should) for got, should in both if got is not None]
    if any(got.shape != should.shape for got, should in pairs) or not pairs:
        return None
    got, should = (np.concatenate([np.ravel(pair[i]) for pair in pairs]) for i in (0, 1))
    norm = float(should @ should)
    if not norm or not np.isfinite(got).all():
        return None
    if not np.isfinite(norm):
        return False  # what it makes overflows where the program's gradients are numbers
    scale = float(should @ got) / norm
    return bool(np.abs(got - scale * should).max() <= observed.tolerance * np.abs(got).max() + observed.floor)
