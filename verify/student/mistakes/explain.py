"""Which mistakes in our own reverse sweep reproduce a program's gradients: from the top layer down, fewest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from reference.arrays import Array

from ..reading.implied import Recorded, implied, multiple, of_ramp
from ..reading.penalty import misapplied, misapplied_to_bias
from ..reading.point import FUSED, Observed, Point, bias_gradient, loss_gradient, reverse_sweep, top_delta
from .products import DB, DOWN, DW
from .stage import RIGHT_DERIVATIVE, Stage, Variant
from .variants import DERIVATIVE, error_variants

IMPLIED = "implied slope"  # the step of a mistake that is told by its values alone
KEPT = "kept pass"  # that of a sweep right in every line, through the numbers of an earlier pass
MOST_BUGS = 3
BEAM = 48
TRIES = 1200  # deltas tried after which no further mistake is added to an explanation
WIDEST = 23  # inputs of the network that are looked at: each row of dW_1 belongs to one input alone
# Where several fit, the likelier first: in the order of how often they were seen in the wild.
LIKELY = (
    *("B10", "B54", "B56", "B4", "B7", "B11", "B3", "B8", "B9"),
    *("B5", "B6", "B24", "B1", "B16", "B15", "B25", "B42", "B40"),
)
OTHER_LOSSES = ("half_sse", "bce", "cross_entropy", "mae", "log_cosh", "huber", "hinge", "kl_divergence")


class Found(NamedTuple):
    """One wrong step of an explanation.

    Attributes:
        bug: the catalogue's id.
        layer: counted from 1.
        quantity: the first quantity it makes wrong: "delta", "dW" or "db".
        wrong, right: formulas.
        value: what the wrong step computes, up to a constant.
        step: the step: "error" (at the output), "slope" (the factor f'), "down", "dW" or "db".
    """

    bug: str
    layer: int
    quantity: str
    wrong: str
    right: str
    value: Array
    step: str


@dataclass(frozen=True)
class Explanation:
    """Mistakes that together reproduce every observed gradient.

    Attributes:
        found: the wrong steps from the top layer down; empty where the gradients are right.
        scale: observed = scale * gradient of the summed loss, for every parameter.
        loss: the loss it is measured against.
        deltas: delta of every layer as the mistaken sweep computes it.
    """

    found: tuple[Found, ...]
    scale: float
    loss: str
    deltas: tuple[Array, ...]

    @property
    def bugs(self) -> tuple[str, ...]:
        """The distinct ids, in the order found."""
        return tuple(dict.fromkeys(f.bug for f in self.found))

    @property
    def words(self) -> tuple[tuple[str, int, str], ...]:
        """What is said of the mistakes: two explanations with the same words are one."""
        return tuple((f.bug, f.layer, f.wrong) for f in self.found)

    @property
    def cost(self) -> tuple[int, int, int]:
        """Distinct mistakes, then places, to sort by: one mistake made in every layer is one mistake.

        Steps that climb are another. Among equals what is common, or said of the loss, goes before what is rare.
        """
        rare = sum(len(LIKELY) * (1 + (f.step == IMPLIED)) if f.bug not in LIKELY or f.step == IMPLIED
                   else LIKELY.index(f.bug) for f in self.found)  # fmt: skip
        return (len({(f.bug, f.wrong) for f in self.found}) + (self.scale < 0), len(self.found), rare)


class _State(NamedTuple):
    """The sweep down to a layer, with the mistakes so far; ``scale`` None until a gradient has fixed it.

    ``only`` holds the ids of the mistakes that are looked for, None for all.
    """

    da: Array
    delta: Array
    scale: float | None
    found: tuple[Found, ...]
    deltas: tuple[Array, ...]
    only: frozenset[str] | None = None

    def may(self, bug: str) -> bool:
        """Return whether a mistake is one of those that are looked for."""
        return self.only is None or bug in self.only

    @property
    def cost(self) -> tuple[int, int]:
        return (len({(f.bug, f.wrong) for f in self.found}), len(self.found))


def explain(
    point: Point,
    observed: Observed,
    loss: str,
    recorded: Recorded = lambda _: (),
    only: frozenset[str] | None = None,
    scale: float | None = None,
) -> list[Explanation]:
    """Return the sets of at most three mistakes that reproduce the observed gradients, fewest first.

    Each layer's dW and db fix its delta, so the search goes from the top down and keeps only what the
    layers above allow: any number of mistakes is found one after another.

    Arguments:
        point: the forward pass.
        observed: the program's gradients.
        loss: the name of the loss that they should belong to.
        recorded: the values recorded on the way back, among which a delta is that no known mistake makes.
        only: the ids of the mistakes to look for, None for all.
        scale: observed = scale * gradient, None where any scale will do.
    """
    if only is None and point.sizes[0] > WIDEST:
        some = explain(*_narrowed(point, observed), loss, recorded, scale=scale)
        found = frozenset(b for e in some for b in e.bugs)
        return explain(point, observed, loss, recorded, found, scale) if some else []
    with np.errstate(all="ignore"):
        tried = 0
        for most in range(MOST_BUGS + 1):
            if tried > TRIES:
                break
            tops = _tops(point, loss, most, observed, recorded, only)
            options = _within((top._replace(scale=scale) for top in tops), most)
            states = _settled(point, observed, point.depth - 1, options, most)
            for l in reversed(range(point.depth - 1)):
                tried += len(options)
                options = _within(_lowered(point, l, states, most, observed, recorded), most)
                states = _settled(point, observed, l, options, most)
            tried += len(options)
            done = [s for s in states if s.scale is not None]
            if done:
                done = [s for s in done if not any(f.step == IMPLIED for f in s.found)] or done
                distinct = list({tuple((f.bug, f.layer, f.wrong) for f in s.found): s for s in reversed(done)}.values())
                return [Explanation(s.found, float(s.scale or 0), loss, s.deltas[::-1]) for s in reversed(distinct)]
    return []


def _narrowed(point: Point, observed: Observed) -> tuple[Point, Observed]:
    """Return the point and the gradients with the few inputs that are largest."""
    keep = np.sort(np.argsort(-np.abs(point.X).sum(axis=0))[:WIDEST])
    first, new_W = observed.dW[0], point.new_W
    dW = (None if first is None else first[keep], *observed.dW[1:])
    new = None if new_W is None else (new_W[0][keep], *new_W[1:])
    return point._replace(X=point.X[:, keep], W=(point.W[0][keep], *point.W[1:]), new_W=new), observed._replace(dW=dW)


def _within(states: Iterator["_State"], most: int) -> list["_State"]:
    """Return the states with no more than that many mistakes."""
    return [state for state in states if state.cost[0] <= most]


def is_right(point: Point, observed: Observed, loss: str) -> float | None:
    """Return the one scale at which every observed gradient is the right one, None where there is none."""
    with np.errstate(all="ignore"):
        state = _State(loss_gradient(point, loss), top_delta(point, loss), None, (), ())
        for l in reversed(range(point.depth)):
            kept = _match(point, observed, l, state, -1)
            if not kept:
                return None
            state = kept[0]
            if l:
                da = state.delta @ point.W[l].T
                state = state._replace(da=da, delta=point.curves[l - 1].backward(point.z[l - 1], da))
    return state.scale


def scales_of(point: Point, observed: Observed, loss: str) -> dict[tuple[str, ...], float]:
    """Return the scale of every gradient that is its right one times a number, and of the output's also a mistaken one.

    Arguments:
        point: the forward pass.
        observed: the program's gradients.
        loss: the name of the loss that they should belong to.

    Returns:
        observed / gradient by the gradient's name, the layer, and the formula of the mistake.
    """
    found: dict[tuple[str, ...], float] = {}
    with np.errstate(all="ignore"):
        sweep = reverse_sweep(point, loss)
        pairs = [(f"W{l}", observed.dW[l], sweep.dW[l]) for l in range(point.depth)]
        pairs += [(f"b{l}", observed.db[l], sweep.db[l]) for l in range(point.depth)]
        rows = [(name, "", got, right) for name, got, right in pairs]
        top = point.depth - 1
        for state in _within(_tops(point, loss, 1, observed, lambda _: (), None), 2):
            said = ", ".join(f"{f.bug} {f.wrong}" for f in state.found)
            rows.append((f"W{top}", said, observed.dW[top], point.inputs[top].T @ state.delta))
            rows.append((f"b{top}", said, observed.db[top], bias_gradient(point, top, state.delta)))
        for name, said, got, right in rows:
            scale = None if got is None or not got.any() else _fit(observed, got, right, None)
            if scale is not None:
                found.setdefault((name, said), scale)
    return found


def _tops(
    point: Point, loss: str, most: int, observed: Observed, recorded: Recorded, only: frozenset[str] | None
) -> Iterator[_State]:
    """Yield what the top delta may be: the right one, and every mistake at the output."""
    L = point.depth - 1
    curve, z = point.curves[L], point.z[L]
    right = top_delta(point, loss)
    first = _State(loss_gradient(point, loss), right, None, (), (), only)
    yield first
    for variant, da in error_variants(point, loss):
        found = () if variant is None else (_found(variant, L, "delta", da, "error"),)
        if len(found) > most or (variant is not None and not first.may(variant.bug)):
            continue
        below = first._replace(da=da, found=found)
        if variant is not None:
            yield below._replace(delta=curve.backward(z, da))
        if len(found) < most:
            yield from _derived(point, L, below, missing="B4")
    error = point.a[L] - point.Y
    if (curve.name, loss) in FUSED and first.may("B7"):
        twice = Found(
            "B7", L + 1, "delta", "(a_L - y) * f'(z_L)", "delta_L = a_L - y", error * curve.derivative(z), "slope"
        )
        below = first._replace(da=error, delta=twice.value, found=(twice,))
        yield below
        if most > 1:
            yield from _derived(point, L, below, missing="B4")
    for other in OTHER_LOSSES if first.may("B44") else ():
        if other != loss and not (other == "cross_entropy" and curve.family not in ("softmax", "sigmoid")):
            delta = top_delta(point, other)
            wrong, right_one = f"the delta of the loss {other}", f"the delta of the loss {loss}"
            name = Found("B44", L + 1, "delta", wrong, right_one, delta, "error")
            yield first._replace(da=loss_gradient(point, other), delta=delta, found=(name,))
    if most:
        yield from _implied(point, L, first._replace(da=error, delta=error), observed, recorded)


def _derived(
    point: Point, l: int, state: _State, missing: str = "B11", made: set[tuple[str, str]] | None = None
) -> Iterator[_State]:
    """Yield the state with each delta that a wrong derivative makes of its dL/da."""
    stage = Stage(point, l, state.da, state.da)
    right = point.curves[l].backward(point.z[l], state.da)
    for variant in DERIVATIVE:
        bug = missing if variant.bug == "B11" else variant.bug
        if not state.may(bug) or (made is not None and (variant.bug, variant.wrong) not in made):
            continue
        delta = variant.change(stage)
        if delta is not None and _another(delta, right):
            wrong = variant.wrong if bug == "B11" else variant.wrong.replace("delta_l = dL/da_l", "delta_L = dL/da_L")
            named = Found(bug, l + 1, "delta", wrong, variant.right, delta, "slope")
            yield state._replace(delta=delta, found=(*state.found, named))


def _another(value: Array, right: Array) -> bool:
    """Return whether a step's result can be used and is not the right one: a variant may change nothing here."""
    if value.shape != right.shape:
        return False
    off = np.abs(value - right).max(initial=0)  # not a number where the value holds one
    return bool(1e-9 * np.abs(right).max(initial=0) < off < np.inf)


def _found(variant: Variant, l: int, quantity: str, value: Array, step: str) -> Found:
    return Found(variant.bug, l + 1, quantity, variant.wrong, variant.right, value, step)


def _settled(point: Point, observed: Observed, l: int, states: list[_State], most: int) -> list[_State]:
    """Return the states whose delta, with at most one mistake in dW and in db, gives the layer's gradients."""
    kept: list[_State] = []
    for state in sorted(states, key=lambda s: s.cost):
        if len(kept) >= BEAM:
            break
        kept += _within(iter(_match(point, observed, l, state, most - state.cost[0])), most)
    kept.sort(key=lambda s: s.cost)
    return kept[:BEAM]


def _match(point: Point, observed: Observed, l: int, state: _State, room: int) -> list[_State]:
    """Return the state once for every way in which its delta gives the layer's observed dW and db.

    ``room`` is how many further mistakes may be made: with 0 only those made already, with -1 none.
    """
    stage = Stage(point, l, state.da, state.delta, next(iter(state.deltas[-1:]), None))
    state = state._replace(deltas=(*state.deltas, state.delta))
    dW, db = observed.dW[l], observed.db[l]
    if room > 0 and state.found and state.found[-1].layer == l + 1 and not _half_right(observed, stage, state, dW, db):
        return []
    found = _after_dW(observed, stage, state, dW, room)
    if db is None:
        return found
    kept = [s for one in found for s in _after_db(observed, stage, one, db, room)]
    open_scale = state.scale is None and room > 0 and all(s.found != state.found for s in kept)
    if (not kept or open_scale) and room >= 0 and dW is not None:
        found = _after_db(observed, stage, state, db, room)
        kept += [s for one in found for s in _after_dW(observed, stage, one, dW, room)]
    return kept


def _half_right(observed: Observed, s: Stage, state: _State, dW: Array | None, db: Array | None) -> bool:
    """Return whether a mistaken delta gives one of the layer's gradients: three mistakes in one layer are a guess."""
    if dW is not None and _fit(observed, dW, s.a_in.T @ s.delta, state.scale) is not None:
        return True
    return db is not None and _fit(observed, db, s.delta.sum(axis=0), state.scale) is not None


def _after_dW(observed: Observed, s: Stage, state: _State, got: Array | None, room: int) -> list[_State]:
    if got is None:
        return [state]
    return _after(observed, s, state, got, s.a_in.T @ s.delta + s.penalty, "dW", room)


def _after_db(observed: Observed, s: Stage, state: _State, got: Array, room: int) -> list[_State]:
    return _after(observed, s, state, got, bias_gradient(s.point, s.l, s.delta), "db", room)


def _after(observed: Observed, s: Stage, state: _State, got: Array, right: Array, kind: str, room: int) -> list[_State]:
    """Return the state if the right gradient fits, else once for every mistake that does."""
    scale = _fit(observed, got, right, state.scale)
    if scale is not None:
        return [state if state.scale is not None or not got.any() else state._replace(scale=scale)]
    if room < 0:
        return []
    return list(_mistaken(observed, s, state, got, right, kind, room))


def _mistaken(
    observed: Observed, s: Stage, state: _State, got: Array, right: Array, kind: str, room: int
) -> Iterator[_State]:
    made = {(f.bug, f.wrong) for f in state.found}
    untrained = ("B54", s.l + 1) in {(f.bug, f.layer) for f in state.found}
    for variant in DW if kind == "dW" else DB:
        implied = untrained and variant.bug == "B10"  # a layer that is never updated is one mistake
        if not implied and (not state.may(variant.bug) or (not room and (variant.bug, variant.wrong) not in made)):
            continue
        wrong = variant.change(s)
        if wrong is not None and kind == "dW" and variant.bug != "B54":
            wrong = wrong + s.penalty
        scale = None if wrong is None else _fit(observed, got, wrong, state.scale)
        if wrong is None or scale is None or not (wrong.shape != right.shape or _another(wrong, right)):
            continue
        if (kind == "db" and s.l in observed.idle) != (variant.bug == "B10"):
            continue
        if implied:
            yield state
            continue
        named = _found(variant, s.l, kind, wrong, kind)
        fixed = scale if wrong.any() else state.scale
        yield state._replace(scale=fixed, found=(*state.found, named))
    if room and state.scale is not None and (free := _fit(observed, got, right, None)) is not None:
        named = _constant(s, free / state.scale, kind, got)
        if state.may(named.bug):
            yield state._replace(found=(*state.found, named))
    for named in _penalties(s, state, got, right, kind):
        if state.may(named.bug) and (room or (named.bug, named.wrong) in made):
            yield state._replace(found=(*state.found, named))


def _penalties(s: Stage, state: _State, got: Array, right: Array, kind: str) -> Iterator[Found]:
    """Yield the mistake of a penalty in a gradient that is not the one in the loss."""
    if not state.scale or not s.point.decay or got.shape != right.shape:
        return
    rest = got / state.scale - right
    if kind == "dW":
        wrong, formula = misapplied(rest + s.penalty, s.W, right - s.penalty, s.point.decay), "dW_l + lambda W_l"
    else:
        wrong, formula = misapplied_to_bias(rest, s.point.b[s.l], right), "db_l"
    for bug, how in wrong:
        yield Found(bug, s.l + 1, kind, how, formula, got, "penalty")


def _constant(s: Stage, factor: float, kind: str, got: Array) -> Found:
    """Return the mistake of one gradient with a factor of its own."""
    N = len(s.delta)
    formula = "dW_l = a_(l-1)^T delta_l" if kind == "dW" else "db_l = sum of delta_l over the batch"
    averaged = N > 1 and any(np.isclose(factor, c, rtol=1e-6) for c in (N, 1 / N))
    bug = "B16" if averaged else "B14" if np.isclose(factor, -1, rtol=1e-6) else "B43"
    return Found(
        bug, s.l + 1, kind, f"{factor:.6g} * ({formula.partition(' = ')[2]})", formula, got, f"factor of {kind}"
    )


def _fit(observed: Observed, got: Array, right: Array, scale: float | None) -> float | None:
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


def _lowered(
    point: Point, l: int, states: list[_State], most: int, observed: Observed, recorded: Recorded
) -> Iterator[_State]:
    """Yield what delta_l may be, given delta_(l+1): right, or with a mistake on the way down or in f'."""
    for state in states:
        yield from _one_lower(point, l, state, most - state.cost[0])
        if state.cost[0] < most or any(f.step == IMPLIED for f in state.found):
            below = state._replace(da=state.delta @ point.W[l + 1].T)
            yield from _implied(point, l, below, observed, recorded)


def _implied(point: Point, l: int, state: _State, observed: Observed, recorded: Recorded) -> Iterator[_State]:
    """Yield the deltas that were recorded and are dL/da times a function of z that no table holds."""
    right = point.curves[l].backward(point.z[l], state.da)
    got = observed.dW[l]
    if got is not None and point.decay:
        got = got - (state.scale or 0.0) * point.decay * point.W[l]
    for value in implied(point, l, state.da, got, recorded(l)):
        delta = value / (state.scale or 1.0)
        if multiple(delta, right):
            continue
        bug = "B42" if of_ramp(point, l, delta, state.da) else "B40"
        if not state.may(bug):
            continue
        wrong = "the slope where z_l < 0 is another" if bug == "B42" else "dL/da_l * g(z_l), g another function than f'"
        named = Found(bug, l + 1, "delta", wrong, RIGHT_DERIVATIVE, delta, IMPLIED)
        yield state._replace(delta=delta, found=(*state.found, named))


def _one_lower(point: Point, l: int, state: _State, room: int) -> Iterator[_State]:
    stage = Stage(point, l + 1, state.da, state.delta)
    curve, z = point.curves[l], point.z[l]
    da = state.delta @ point.W[l + 1].T
    ways: list[tuple[tuple[Found, ...], Array]] = [((), da)]
    made = {(f.bug, f.wrong) for f in state.found}
    for variant in DOWN:
        if not state.may(variant.bug) or (not room and (variant.bug, variant.wrong) not in made):
            continue
        other = variant.change(stage)
        if other is not None and _another(other, da):
            ways.append(((_found(variant, l, "delta", other, "down"),), other))
    for found, down in ways:
        below = state._replace(da=down, found=state.found + found)
        yield from _with_factors(point, l, below._replace(delta=curve.backward(z, down)))
        left = room - (len({(f.bug, f.wrong) for f in found} - made))
        yield from _derived(point, l, below, made=None if left else made)


def _with_factors(point: Point, l: int, state: _State) -> Iterator[_State]:
    """Yield the state, and the state with each constant that is known to slip into the way down."""
    yield state
    N, K = len(point.X), point.sizes[-1]
    factors = {
        "B15": {1 / N, 1.0 * N, 1 / (N * K), 1 / point.sizes[l + 1]},
        "B14": {-1.0},
        "B41": {2.0, 0.5, 4.0, 0.25},
    }
    for bug, values in factors.items():
        for c in values - {1.0} if state.may(bug) else ():
            named = Found(
                bug,
                l + 1,
                "delta",
                f"{c:.6g} * (delta_(l+1) W_(l+1)^T) * f'(z_l)",
                RIGHT_DERIVATIVE,
                c * state.delta,
                "factor of delta",
            )
            yield state._replace(delta=c * state.delta, found=(*state.found, named))
