"""Which mistakes in our own reverse sweep reproduce a program's gradients: from the top layer down, fewest first."""

import numpy as np

from ..reading.implied import Recorded
from ..reading.multiples import SAME
from ..reading.point import Observed, Point, bias_gradient, loss_gradient, reverse_sweep, top_delta
from .deltas import lower_deltas, top_deltas
from .explanation import IMPLIED, Explanation, State, few_enough
from .matching import common_scale, matches, settled_at

MOST_BUGS = 3
TRIES = 1200  # deltas tried after which no further mistake is added to an explanation
WIDEST = 23  # inputs of the network that are looked at: each row of dW_1 belongs to one input alone


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
    layers above allow: any number of mistakes is found one after another. A slope that is told by its values alone
    yields to known mistakes that make it, one more than it counts for, unless the run computed it by itself.

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
        named = frozenset(b for e in some for b in e.bugs)
        return explain(point, observed, loss, recorded, named, scale) if some else []
    found: list[State] = []
    with np.errstate(all="ignore"):
        tried = 0
        for most in range(MOST_BUGS + 1):
            if tried > TRIES:
                break
            tops = top_deltas(point, loss, most, observed, recorded, only)
            options = few_enough((top._replace(scale=scale) for top in tops), most)
            states = settled_at(point, observed, point.depth - 1, options, most)
            for l in reversed(range(point.depth - 1)):
                tried += len(options)
                options = few_enough(lower_deltas(point, l, states, most, observed, recorded), most)
                states = settled_at(point, observed, l, options, most)
            tried += len(options)
            done = [s for s in states if s.scale is not None]
            fewest, before = min(map(_unknown, done), default=0), found
            if done and (not before or fewest < _unknown(before[0])):
                found = [s for s in done if _unknown(s) == fewest]
            if before or any(_is_held(point, s, recorded) for s in found):
                break
    return _distinct(found, loss)


def _unknown(state: State) -> int:
    """Return in how many layers the slope is told by its values alone."""
    return sum(f.step == IMPLIED for f in state.found)


def _is_held(point: Point, state: State, recorded: Recorded) -> bool:
    """Return whether each unknown slope is one that the run computed by itself: it is then made in one place."""
    for found in state.found:
        l, above = found.layer - 1, state.deltas[: point.depth - found.layer]
        if found.step != IMPLIED:
            continue
        allowed = SAME * float(np.abs(found.value).max())
        da = above[-1] @ point.W[l + 1].T if above else None
        if da is None or not any(np.abs(found.value - slope * da).max() <= allowed for slope in recorded(l)):
            return False
    return True


def _distinct(states: list[State], loss: str) -> list[Explanation]:
    """Return the explanations that are told in different words."""
    kept = list({tuple((f.bug, f.layer, f.wrong) for f in s.found): s for s in reversed(states)}.values())
    return [Explanation(s.found, float(s.scale or 0), loss, s.deltas[::-1]) for s in reversed(kept)]


def _narrowed(point: Point, observed: Observed) -> tuple[Point, Observed]:
    """Return the point and the gradients with the few inputs that are largest."""
    keep = np.sort(np.argsort(-np.abs(point.X).sum(axis=0))[:WIDEST])
    first, new_W = observed.dW[0], point.new_W
    dW = (None if first is None else first[keep], *observed.dW[1:])
    new = None if new_W is None else (new_W[0][keep], *new_W[1:])
    W, changed = (point.W[0][keep], *point.W[1:]), {l: v if l else v[:, keep] for l, v in point.changed.items()}
    return point._replace(X=point.X[:, keep], W=W, new_W=new, changed=changed), observed._replace(dW=dW)


def is_right(point: Point, observed: Observed, loss: str) -> float | None:
    """Return the one scale at which every observed gradient is the right one, None where there is none."""
    with np.errstate(all="ignore"):
        state = State(loss_gradient(point, loss), top_delta(point, loss), None, (), ())
        for l in reversed(range(point.depth)):
            kept = matches(point, observed, l, state, -1)
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
        for state in few_enough(top_deltas(point, loss, 1, observed, lambda _: (), None), 2):
            said = ", ".join(f"{f.bug} {f.wrong}" for f in state.found)
            rows.append((f"W{top}", said, observed.dW[top], point.inputs[top].T @ state.delta))
            rows.append((f"b{top}", said, observed.db[top], bias_gradient(point, top, state.delta)))
        for name, said, got, right in rows:
            scale = None if got is None or not got.any() else common_scale(observed, got, right, None)
            if scale is not None:
                found.setdefault((name, said), scale)
    return found
