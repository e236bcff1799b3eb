"""Mistakes in some entries of a gradient, as programs make them that write every number out: the others are right."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.arrays import Array

from ..reading.point import Observed, Point, loss_gradient, reverse_sweep
from .bias_gradients import DB
from .explanation import Explanation, Found
from .stage import RIGHT_DB, RIGHT_DERIVATIVE, RIGHT_DW, Stage
from .variants import DERIVATIVE
from .weight_gradients import DW

MOST = 120  # entries of all gradients together: networks that are written out are small
INDEX = re.compile(r"\[([\d, ]+)\]")
PART_OF = "part of "
FEWEST = 3  # entries that must be right, and at least half of all


class Gradient(NamedTuple):
    """One observed gradient beside the right one: of which layer, from 0, and whether it is "dW" or "db"."""

    l: int
    kind: str
    got: Array
    right: Array


def partly(point: Point, observed: Observed, loss: str, scale: float | None = None) -> list[Explanation]:
    """Return the explanation of gradients that are right but for some entries, each made by a known mistake.

    Arguments:
        point: the forward pass.
        observed: the program's gradients.
        loss: the loss that they should belong to.
        scale: at which most entries are right; None to find it.

    Returns:
        One explanation, none where fewer than half of the entries are right or the others cannot be told.
    """
    sweep = reverse_sweep(point, loss)
    pairs = list(_gradients(observed, sweep.dW, sweep.db))
    if sum(g.got.size for g in pairs) > MOST or len(pairs) < 2 or any(g.got.shape != g.right.shape for g in pairs):
        return []
    scale = _commonest(pairs, observed) if scale is None else scale
    off = (
        [] if scale is None else [(g, mask) for g in pairs if (mask := _differ(observed, g.got, scale * g.right)).any()]
    )
    wrong = sum(int(mask.sum()) for _, mask in off)
    total = sum(g.got.size for g in pairs)
    if scale is None or not off or total - wrong < max(FEWEST, total / 2):
        return []
    found: list[Found] = []
    deltas = [*sweep.delta]
    for l in sorted({g.l for g, _ in off}, reverse=True):
        above = sweep.delta[l + 1] if l + 1 < point.depth else None
        da = sweep.da[l] if l + 1 < point.depth else loss_gradient(point, loss)
        stage, here = Stage(point, l, da, sweep.delta[l], above), [(g, mask) for g, mask in off if g.l == l]
        whole = _of_units(stage, here, scale, observed)
        if whole is not None:
            found.append(whole)
            deltas[l] = whole.value
            continue
        for g, mask in reversed(here):
            told = _told(stage, g, mask, scale, observed)
            if told is None:
                return []
            found.append(told)
    return [Explanation(tuple(found), scale, loss, tuple(deltas))]


def of_one_unit(explanation: Explanation) -> bool:
    """Return whether a mistake was made in some units of a layer, or in some weights of one: no matrix holds it."""
    if any(f.step == PART_OF + "delta" for f in explanation.found):
        return True
    masks = ((_mask(f), f.value != 0) for f in explanation.found if f.quantity == "dW")
    return any(bool((mask.any(axis=0) & (told & ~mask).any(axis=0)).any()) for mask, told in masks)


def entries(found: Found) -> list[tuple[int, ...]]:
    """Return which entries a mistake makes wrong."""
    told = INDEX.findall(found.wrong.rpartition(", in entry ")[2])
    return [tuple(int(i) for i in index.split(", ")) for index in told]


def _mask(found: Found) -> NDArray[np.bool_]:
    mask = np.zeros(found.value.shape, bool)
    for index in entries(found):
        mask[index] = True
    return mask


def _gradients(observed: Observed, dW: tuple[Array, ...], db: tuple[Array, ...]) -> Iterator[Gradient]:
    for l in range(len(dW)):
        got, bias = observed.dW[l], observed.db[l]
        if got is not None:
            yield Gradient(l, "dW", got, dW[l])
        if bias is not None:
            yield Gradient(l, "db", bias, db[l])


def _differ(observed: Observed, got: Array, should: Array) -> NDArray[np.bool_]:
    allowed = observed.tolerance * np.maximum(np.abs(got), np.abs(should)) + observed.floor
    return np.asarray(np.abs(got - should) > allowed)


def _commonest(pairs: list[Gradient], observed: Observed) -> float | None:
    """Return the factor between what was got and what is right that most entries have, None where they have none."""
    got = np.concatenate([g.got.ravel() for g in pairs])
    right = np.concatenate([g.right.ravel() for g in pairs])
    told = (np.abs(right) > 1e-9 * np.abs(right).max(initial=0)) & (np.abs(got) > observed.floor)
    ratios = got[told] / right[told]
    counts = [int(np.isclose(ratios, r, rtol=2e-6, atol=0).sum()) for r in ratios]
    return float(ratios[int(np.argmax(counts))]) if counts else None


def _told(s: Stage, g: Gradient, mask: NDArray[np.bool_], scale: float, observed: Observed) -> Found | None:
    """Return the known mistake that makes the wrong entries, None where none does."""
    where = ", ".join(str([int(i) for i in index]) for index in np.argwhere(mask))
    for bug, wrong, value in _values(s, g.kind):
        if value.shape == g.got.shape and not _differ(observed, g.got[mask], scale * value[mask]).any():
            right = RIGHT_DW if g.kind == "dW" else RIGHT_DB
            if not _differ(observed, g.got, scale * value).any():  # of all entries: the others are what they should be
                return Found(bug, g.l + 1, g.kind, wrong, right, value, g.kind)
            made = np.where(mask, value, g.right)
            return Found(bug, g.l + 1, g.kind, f"{wrong}, in entry {where}", right, made, PART_OF + g.kind)
    return None


def _of_units(
    s: Stage, wrong: list[tuple[Gradient, NDArray[np.bool_]]], scale: float, observed: Observed
) -> Found | None:
    """Return the known mistake in the deltas of some units that makes all wrong entries of a layer, None where none."""
    units = [{int(index[-1]) for index in np.argwhere(mask)} for _, mask in wrong]
    if len(wrong) < 2 or units[0] != units[1] or len(units[0]) == s.delta.shape[1]:
        return None
    if not any(g.got.any() for g, _ in wrong):
        return None  # the layer is never changed
    here = np.isin(np.arange(s.delta.shape[1]), list(units[0]))
    with np.errstate(all="ignore"):
        known = [one for one in _deltas(s) if np.isfinite(one[-1]).all()]

    def reproduces(delta: Array) -> bool:
        made = {"dW": s.a_in.T @ delta, "db": delta.sum(axis=0)}
        return not any(_differ(observed, g.got, scale * made[g.kind]).any() for g, _ in wrong)

    if any(reproduces(value) for _, _, value in known):
        return None  # it is made in all units, and does no harm in the others
    for bug, formula, value in known:
        delta = np.where(here, value, s.delta)
        if reproduces(delta):
            told = f"{formula}, in entry {', '.join(f'[{u}]' for u in sorted(units[0]))}"
            return Found(bug, s.l + 1, "delta", told, RIGHT_DERIVATIVE, delta, PART_OF + "delta")
    return None


def _values(s: Stage, kind: str) -> Iterator[tuple[str, str, Array]]:
    """Yield what known mistakes make of the gradient: id, formula, value."""
    right = s.a_in.T @ s.delta if kind == "dW" else s.delta.sum(axis=0)
    yield "B14", "the sign turned", -right
    with np.errstate(all="ignore"):
        for variant in DW if kind == "dW" else DB:
            if (value := variant.change(s)) is not None:
                yield variant.bug, variant.wrong, value
        for bug, wrong, delta in _deltas(s):
            yield bug, wrong, s.a_in.T @ delta if kind == "dW" else delta.sum(axis=0)
        if kind == "dW":
            for i in range(s.a_in.shape[1]):
                yield "B19", f"a_(l-1) of unit {i + 1}", np.repeat(s.a_in[:, [i]].T @ s.delta, s.a_in.shape[1], 0)
        yield "B43", "twice the gradient", 2 * right
        yield "B43", "half the gradient", right / 2


def _deltas(s: Stage) -> Iterator[tuple[str, str, Array]]:
    """Yield what known mistakes make of delta: of the derivative, of the unit that it is taken of."""
    for variant in DERIVATIVE:
        delta = variant.change(Stage(s.point, s.l, s.da, s.da, s.above))
        if delta is not None and delta.shape == s.delta.shape:
            yield variant.bug, variant.wrong, delta
    if s.above is not None and s.above.shape[1] == 1:
        for i, row in enumerate(s.W):
            yield "B20", f"delta_(l+1) times the weight of input {i + 1}, * f'(z_l)", s.above * row * s.slope
    for k in range(s.delta.shape[1] if s.delta.shape[1] > 1 else 0):
        yield "B20", f"dL/da_l of unit {k + 1}", s.da[:, [k]] * s.slope
        yield "B19", f"f'(z_l) of unit {k + 1}", s.da * s.slope[:, [k]]
        yield "B20", f"delta_l of unit {k + 1}", np.repeat(s.delta[:, [k]], s.delta.shape[1], 1)
