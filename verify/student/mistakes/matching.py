"""Whether a layer's observed dW and db follow from a delta, as they should or by a known mistake."""

from collections.abc import Iterator

import numpy as np

from reference.arrays import Array

from ..reading.multiples import SAME, factor_between
from ..reading.penalty import misapplied, misapplied_to_bias
from ..reading.point import Observed, Point, bias_gradient, bias_penalty
from .bias_gradients import DB
from .constants import factor_of_delta, factor_of_gradient
from .explanation import BEAM, Found, State, few_enough, found_of, is_another
from .stage import Stage
from .weight_gradients import DW

TELLING = 4  # entries of a gradient that tell a constant from chance


def settled_at(point: Point, observed: Observed, l: int, states: list[State], most: int) -> list[State]:
    """Return the states whose delta, with at most one mistake in dW and in db, gives the layer's gradients."""
    kept: list[State] = []
    for state in sorted(states, key=lambda s: s.cost):
        if len(kept) >= BEAM:
            break
        kept += few_enough(iter(matches(point, observed, l, state, most - state.cost[0])), most)
    kept.sort(key=lambda s: s.cost)
    return kept[:BEAM]


def matches(point: Point, observed: Observed, l: int, state: State, room: int) -> list[State]:
    """Return the state once for every way in which its delta gives the layer's observed dW and db.

    ``room`` is how many further mistakes may be made: with 0 only those made already, with -1 none.
    """
    stage = Stage(point, l, state.da, state.delta, next(iter(state.deltas[-1:]), None))
    dW, db = observed.dW[l], observed.db[l]
    own = stage.a_in.T @ stage.delta  # of many samples it is most of the work
    mistaken = bool(state.found) and state.found[-1].layer == l + 1
    scaled: list[State] = []
    if room >= 0 and (mistaken or state.scale) and not _half_right(observed, stage, state, own):
        given = _scaled(observed, stage, state, room, own)
        scaled = [s for one in given for s in matches(point, observed, l, one, -1)]
        if mistaken and (scaled or room):
            return scaled
    state = state._replace(deltas=(*state.deltas, state.delta))
    found = _after_dW(observed, stage, state, own, room)
    if db is None:
        return scaled + found
    kept = [s for one in found for s in _after_db(observed, stage, one, db, room)]
    open_scale = state.scale is None and room > 0 and all(s.found != state.found for s in kept)
    if (not kept or open_scale) and room >= 0 and dW is not None:
        found = _after_db(observed, stage, state, db, room)
        kept += [s for one in found for s in _after_dW(observed, stage, one, own, room)]
    return scaled + kept


def _half_right(observed: Observed, s: Stage, state: State, own: Array) -> bool:
    """Return whether a mistaken delta gives one of the layer's gradients: three mistakes in one layer are a guess."""
    dW, db = observed.dW[s.l], observed.db[s.l]
    if dW is not None and common_scale(observed, dW, own + s.penalty, state.scale) is not None:
        return True
    right = s.delta.sum(axis=0) + bias_penalty(s.point, s.l)
    return db is not None and common_scale(observed, db, right, state.scale) is not None


def _scaled(observed: Observed, s: Stage, state: State, room: int, own: Array) -> Iterator[State]:
    """Yield the state with a delta below the output times the constant that dW shows in it, if it shows one."""
    got, made = observed.dW[s.l], {(f.bug, f.wrong) for f in state.found}
    last = state.found[-1].step if state.found and state.found[-1].layer == s.l + 1 else "slope"
    if got is None or not state.scale or got.shape != s.W.shape or got.size < TELLING or last not in ("slope", "down"):
        return
    factor = factor_between(got / state.scale - s.penalty, own)
    if factor is None or np.isclose(factor, 1, rtol=SAME):
        return
    named = factor_of_delta(s.point, s.l, factor, factor * s.delta)
    alone = all(f.layer != s.l + 1 or f.bug != named.bug for f in state.found)
    if state.may(named.bug) and (room or (named.bug, named.wrong) in made) and alone:
        yield state._replace(delta=factor * s.delta, found=(*state.found, named))


def _after_dW(observed: Observed, s: Stage, state: State, own: Array, room: int) -> list[State]:
    got = observed.dW[s.l]
    return [state] if got is None else _after(observed, s, state, got, own + s.penalty, "dW", room)


def _after_db(observed: Observed, s: Stage, state: State, got: Array, room: int) -> list[State]:
    right = bias_gradient(s.point, s.l, s.delta) + bias_penalty(s.point, s.l)
    return _after(observed, s, state, got, right, "db", room)


def _after(observed: Observed, s: Stage, state: State, got: Array, right: Array, kind: str, room: int) -> list[State]:
    """Return the state if the right gradient fits, else once for every mistake that does."""
    scale = common_scale(observed, got, right, state.scale)
    if scale is not None:
        return [state if state.scale is not None or not got.any() else state._replace(scale=scale)]
    if room < 0:
        return []
    return list(_mistaken(observed, s, state, got, right, kind, room))


def _mistaken(
    observed: Observed, s: Stage, state: State, got: Array, right: Array, kind: str, room: int
) -> Iterator[State]:
    made = {(f.bug, f.wrong) for f in state.found}
    untrained = ("B54", s.l + 1) in {(f.bug, f.layer) for f in state.found}
    for variant in DW if kind == "dW" else DB:
        implied = untrained and variant.bug == "B10"  # a layer that is never updated is one mistake
        if not implied and (not state.may(variant.bug) or (not room and (variant.bug, variant.wrong) not in made)):
            continue
        wrong = variant.change(s)
        if wrong is not None and kind == "dW" and variant.bug != "B54":
            wrong = wrong + s.penalty
        of_loss = variant.bug != "B10"  # what a bias gets in place of its gradient has a scale of its own
        scale = None if wrong is None else common_scale(observed, got, wrong, state.scale if of_loss else None)
        if wrong is None or scale is None or not (wrong.shape != right.shape or is_another(wrong, right)):
            continue
        if (kind == "db" and s.l in observed.idle) != (variant.bug == "B10" and not wrong.any()):
            continue
        if implied:
            yield state
            continue
        named = found_of(variant, s.l, kind, wrong, kind)
        fixed = scale if wrong.any() and of_loss else state.scale
        yield state._replace(scale=fixed, found=(*state.found, named))
    if state.scale and (factor := _factor(observed, s, got, right, state.scale, kind)) is not None:
        named = _constant(s, factor, kind, got)
        if state.may(named.bug) and (room or (named.bug, named.wrong) in made):
            yield state._replace(found=(*state.found, named))
    scale = state.scale or (_beside_a_penalty(observed, s, got, right) if kind == "dW" else None)
    for named in _penalties(s, scale, got, right, kind):
        if state.may(named.bug) and (room or (named.bug, named.wrong) in made):
            yield state._replace(scale=scale, found=(*state.found, named))


def _factor(observed: Observed, s: Stage, got: Array, right: Array, scale: float, kind: str) -> float | None:
    """Return the constant of one gradient, or of what it holds beside its penalty, None where it has none."""
    if (free := common_scale(observed, got, right, None)) is not None:
        return free / scale
    if kind == "db" or got.shape != right.shape or got.size < TELLING or not s.penalty.any():
        return None
    return factor_between(got / scale - s.penalty, right - s.penalty)


def _beside_a_penalty(observed: Observed, s: Stage, got: Array, right: Array) -> float | None:
    """Return the scale of a gradient with some of the weights in it, other than its penalty asks, by least squares."""
    if not s.point.decay or got.shape != right.shape or got.size < TELLING:
        return None
    basis = np.stack([(right - s.penalty).ravel(), s.W.ravel()], axis=1)
    if not np.isfinite(basis).all() or not np.isfinite(got).all():
        return None
    fit, _, rank, _ = np.linalg.lstsq(basis, got.ravel(), rcond=None)
    off = float(np.abs(got.ravel() - basis @ fit).max())
    told = rank == 2 and off <= observed.tolerance * float(np.abs(got).max()) + observed.floor
    return float(fit[0]) or None if told else None


def _penalties(s: Stage, scale: float | None, got: Array, right: Array, kind: str) -> Iterator[Found]:
    """Yield the mistake of a penalty in a gradient that is not the one in the loss."""
    if not scale or not s.point.decay or got.shape != right.shape:
        return
    rest = got / scale - right
    if kind == "dW":
        wrong, formula = misapplied(rest + s.penalty, s.W, right - s.penalty, s.penalty), "dW_l + lambda W_l"
    else:
        added, b = bias_penalty(s.point, s.l), s.point.b[s.l]
        wrong = misapplied_to_bias(rest + added, b, right - added, s.point.decay, added)
        formula = "db_l + lambda b_l" if np.any(added) else "db_l"
    for bug, how in wrong:
        yield Found(bug, s.l + 1, kind, how, formula, got, "penalty")


def _constant(s: Stage, factor: float, kind: str, got: Array) -> Found:
    """Return the mistake of one gradient with a factor of its own."""
    N = len(s.delta)
    averaged = N > 1 and any(np.isclose(factor, c, rtol=1e-6) for c in (N, 1 / N))
    bug = "B16" if averaged else "B14" if np.isclose(factor, -1, rtol=1e-6) else "B43"
    return factor_of_gradient(bug, s.l + 1, kind, factor, got)


def common_scale(observed: Observed, got: Array, right: Array, scale: float | None) -> float | None:
    """Return the scale at which ``right`` is what was got, None where there is none; a given scale is kept."""
    if got.shape != right.shape:
        return None
    if scale is None:
        norm = float(np.vdot(right, right))
        if norm == 0 or not np.isfinite(norm):
            return 1.0 if not norm and np.abs(got).max(initial=0) <= observed.floor else None
        if not _parallel(observed, got, right):
            return None
        scale = float(np.vdot(right, got)) / norm
        if abs(scale) * np.sqrt(norm) <= observed.floor:
            return None
    predicted = scale * right
    size = max(float(np.abs(got).max(initial=0)), float(np.abs(predicted).max(initial=0)))
    allowed = observed.tolerance * size + observed.floor
    return scale if float(np.abs(got - predicted).max(initial=0)) <= allowed else None


def _parallel(observed: Observed, got: Array, right: Array) -> bool:
    """Return whether two entries are in the same ratio in both: where they are not, no scale fits."""
    at, size = int(np.abs(got).argmax()), got.size
    other = (at + size // 2 + 1) % size
    a, b, c, d = got.item(at), got.item(other), right.item(at), right.item(other)
    allowed = 1.01 * (observed.tolerance * abs(a) + observed.floor)
    return not abs(a * d - b * c) > allowed * (abs(c) + abs(d))
