"""The deltas that a layer may have: the right one, and one for each mistake that the catalogue knows there."""

from collections.abc import Iterator

from reference.arrays import Array

from ..reading.implied import Recorded, implied, masked, of_ramp
from ..reading.multiples import factor_between
from ..reading.point import FUSED, Observed, Point, loss_gradient, top_delta, weight_penalty
from .constants import factor_of_delta, factors_of_delta
from .explanation import IMPLIED, Found, State, found_of, is_another
from .sent_down import DOWN
from .stage import MASKED, RIGHT_DERIVATIVE, Stage
from .variants import DERIVATIVE
from .wrong_errors import error_variants, fused_variants

OTHER_LOSSES = ("half_sse", "bce", "cross_entropy", "mae", "log_cosh", "huber", "hinge", "kl_divergence")


def top_deltas(
    point: Point, loss: str, most: int, observed: Observed, recorded: Recorded, only: frozenset[str] | None
) -> Iterator[State]:
    """Yield what the top delta may be: the right one, and every mistake at the output."""
    L = point.depth - 1
    curve, z = point.curves[L], point.z[L]
    right = top_delta(point, loss)
    first = State(loss_gradient(point, loss), right, None, (), (), only)
    yield first
    for variant, da in error_variants(point, loss):
        found = () if variant is None else (found_of(variant, L, "delta", da, "error"),)
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
    for variant, delta in fused_variants(point, loss):
        if first.may(variant.bug):
            yield first._replace(da=delta, delta=delta, found=(found_of(variant, L, "delta", delta, "error"),))
    for other in OTHER_LOSSES if first.may("B44") else ():
        if other != loss and not (other == "cross_entropy" and curve.family not in ("softmax", "sigmoid")):
            delta = top_delta(point, other)
            wrong, right_one = f"the delta of the loss {other}", f"the delta of the loss {loss}"
            name = Found("B44", L + 1, "delta", wrong, right_one, delta, "error")
            yield first._replace(da=loss_gradient(point, other), delta=delta, found=(name,))
    if most:
        yield from _implied(point, L, first._replace(da=error, delta=error), observed, recorded)


def _derived(
    point: Point, l: int, state: State, missing: str = "B11", made: set[tuple[str, str]] | None = None
) -> Iterator[State]:
    """Yield the state with each delta that a wrong derivative makes of its dL/da."""
    stage = Stage(point, l, state.da, state.da)
    right = point.curves[l].backward(point.z[l], state.da)
    for variant in DERIVATIVE:
        bug = missing if variant.bug == "B11" else variant.bug
        if not state.may(bug) or (made is not None and (variant.bug, variant.wrong) not in made):
            continue
        delta = variant.change(stage)
        if delta is not None and is_another(delta, right):
            wrong = variant.wrong if bug == "B11" else variant.wrong.replace("delta_l = dL/da_l", "delta_L = dL/da_L")
            named = Found(bug, l + 1, "delta", wrong, variant.right, delta, "slope")
            yield state._replace(delta=delta, found=(*state.found, named))


def lower_deltas(
    point: Point, l: int, states: list[State], most: int, observed: Observed, recorded: Recorded
) -> Iterator[State]:
    """Yield what delta_l may be, given delta_(l+1): right, or with a mistake on the way down or in f'."""
    for state in states:
        yield from _one_lower(point, l, state, most - state.cost[0])
        if state.cost[0] < most or any(f.step == IMPLIED for f in state.found):
            below = state._replace(da=state.delta @ point.W[l + 1].T)
            yield from _implied(point, l, below, observed, recorded)


def _implied(point: Point, l: int, state: State, observed: Observed, recorded: Recorded) -> Iterator[State]:
    """Yield the deltas that were recorded and are dL/da times a function of z that no table holds."""
    right = point.curves[l].backward(point.z[l], state.da)
    got = observed.dW[l]
    if got is not None and point.decay:
        got = got - (state.scale or 0.0) * weight_penalty(point, l)
    for value in masked(point, l, state.da, got, recorded(l)) if state.may("B29") else ():
        delta = value / (state.scale or 1.0)
        if not factor_between(delta, right):
            named = Found("B29", l + 1, "delta", "dL/da_l * another mask * f'(z_l)", MASKED, delta, IMPLIED)
            yield state._replace(delta=delta, found=(*state.found, named))
    for value in implied(point, l, state.da, got, recorded(l)):
        delta = value / (state.scale or 1.0)
        if factor_between(delta, right):
            continue
        bug = "B42" if of_ramp(point, l, delta, state.da) else "B40"
        if not state.may(bug):
            continue
        wrong = "the slope where z_l < 0 is another" if bug == "B42" else "dL/da_l * g(z_l), g another function than f'"
        named = Found(bug, l + 1, "delta", wrong, RIGHT_DERIVATIVE, delta, IMPLIED)
        yield state._replace(delta=delta, found=(*state.found, named))


def _one_lower(point: Point, l: int, state: State, room: int) -> Iterator[State]:
    stage = Stage(point, l + 1, state.da, state.delta)
    curve, z = point.curves[l], point.z[l]
    da = state.delta @ point.W[l + 1].T
    ways: list[tuple[tuple[Found, ...], Array]] = [((), da)]
    made = {(f.bug, f.wrong) for f in state.found}
    for variant in DOWN:
        if not state.may(variant.bug) or (not room and (variant.bug, variant.wrong) not in made):
            continue
        other = variant.change(stage)
        if other is not None and is_another(other, da):
            ways.append(((found_of(variant, l, "delta", other, "down"),), other))
    for found, down in ways:
        below = state._replace(da=down, found=state.found + found)
        yield from _with_factors(point, l, below._replace(delta=curve.backward(z, down)))
        left = room - (len({(f.bug, f.wrong) for f in found} - made))
        yield from _derived(point, l, below, made=None if left else made)


def _with_factors(point: Point, l: int, state: State) -> Iterator[State]:
    """Yield the state, and the state with each constant that is known to slip into the way down."""
    yield state
    for c in dict.fromkeys(c for bug, known in factors_of_delta(point, l).items() if state.may(bug) for c in known):
        named = factor_of_delta(point, l, c, c * state.delta)
        yield state._replace(delta=c * state.delta, found=(*state.found, named))
