"""What a program keeps from one step to the next: gradients that add up, activations of an earlier pass."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np

from reference.arrays import Array

from ..mistakes.explain import is_right
from ..mistakes.explanation import KEPT, Explanation, Found
from ..mistakes.stage import RIGHT_DW
from ..reading.align import Reading, readings
from ..reading.chain import Layer
from ..reading.curves import Curve
from ..reading.dropout import Dropped
from ..reading.lineage import lineage
from ..reading.multiples import SAME, factor_between
from ..reading.outputs import as_rows
from ..reading.point import Observed, reverse_sweep, weight_penalty
from ..runs.recording import NOT_A_NUMBER
from ..runs.tape import Tape, upstream
from .decays import Right, fitted
from .lines.scales import held_scales
from .look import Look
from .rounding import Spoilt
from .truncated import activations

UPDATES = 6  # after which three steps have been seen in full

Row = tuple[Array, Array, Array]


def second_looks(one: Look) -> Iterator[Look]:
    """Yield what the run of a look may have done in its second step: since the last update of the first."""
    recording, reading = one.tape.recording, one.reading
    start = max((u.end for u in (*reading.weights, *reading.biases) if u is not None), default=reading.end - 1) + 1
    known = frozenset(event.result for event in recording.events[:start])
    tape = Tape(replace(recording, events=recording.events[start:]), known)
    for second in readings(tape):
        if second.point.sizes == one.reading.point.sizes:
            first, own = one.reading.point, 0.0 if one.right is None else one.right.decay
            point = second.point._replace(
                decay=first.decay or own, bias_decay=first.bias_decay, penalties=first.penalties
            )
            yield one._replace(tape=tape, reading=second._replace(point=point), right=None)


def accumulates(one: Look) -> int:
    """Return the layer whose second step is its own right gradient plus all of the first: nothing was reset; else 0.

    The uppermost of such layers. A momentum adds a part of the first step, and is the program's own choice; only all
    of it is a mistake.
    """
    if one.right is None:
        return 0
    steps = (one.reading.observed, _of_the_data(one))
    found = (_adds_first(first, two.reading, one.right) for two in second_looks(one) for first in steps)
    return next(filter(None, found), 0)


def _of_the_data(one: Look) -> Observed:
    """Return the first step less its decay, which may be added anew to what was summed."""
    observed, point, right = one.reading.observed, one.reading.point, one.right
    if right is None:
        return observed
    known = point if point.decay else point._replace(decay=right.decay)
    dW = tuple(None if d is None else d - right.scale * weight_penalty(known, l) for l, d in enumerate(observed.dW))
    return observed._replace(dW=dW)


def _adds_first(first: Observed, second: Reading, right: Right) -> int:
    """Return the uppermost layer whose second step is s (g + g of the first step), 0 where none is.

    That is of all parameters, of the weights, of the biases, or of those that are not s g alone as others are.
    """
    sweep, observed = reverse_sweep(second.point, right.loss), second.observed
    weights = _rows(observed.dW, sweep.dW, first.dW)
    biases = _rows(observed.db, sweep.db, first.db)
    for adding, plain in (
        (weights + biases, []),
        (weights, biases),
        (biases, weights),
        _apart(weights + biases, observed),
    ):
        fit = fitted(adding, observed, right.loss) if adding else None
        added = fit is not None and abs(fit.decay * right.scale - 1) < 1e-5
        if fit is not None and added and all(_fits(got, fit.scale * g, observed) for got, g, _ in plain):
            steps = {id(got) for got, _, _ in adding}
            return max(l + 1 for kind in (observed.dW, observed.db) for l, got in enumerate(kind) if id(got) in steps)
    return 0


def _apart(rows: list[Row], observed: Observed) -> tuple[list[Row], list[Row]]:
    """Return the parameters whose step is not that multiple of the right one which another's is, and the others."""
    scale = next((s for got, g, _ in rows if g.size > 1 and (s := _scale(got, g)) is not None), np.nan)
    parts: tuple[list[Row], list[Row]] = [], []
    for row in rows:
        parts[_fits(row[0], scale * row[1], observed)].append(row)
    return parts


def _rows(new: tuple[Array | None, ...], right: tuple[Array, ...], old: tuple[Array | None, ...]) -> list[Row]:
    """Return the steps that were seen twice: the second, what it should be, the first."""
    together = zip(new, right, old, strict=True)
    return [(got, g, was) for got, g, was in together if got is not None and was is not None]


def _fits(got: Array, should: Array, observed: Observed) -> bool:
    if got.shape != should.shape:
        return False
    allowed = observed.tolerance * max(float(np.abs(got).max()), float(np.abs(should).max())) + observed.floor
    return bool(np.abs(got - should).max() <= allowed)


def stale(one: Look) -> tuple[Look, Explanation] | None:
    """Return the second step with its mistake, where some dW there are made of the first step's activations."""
    if one.right is None:
        return None
    for second in second_looks(one):
        explanation = _stale(one, second, one.right.loss)
        if explanation is not None:
            return second._replace(explanations=[explanation]), explanation
    explanation = _repeated(one)
    return None if explanation is None else (one._replace(explanations=[explanation]), explanation)


def _repeated(one: Look) -> Explanation | None:
    """Return the mistake of a gradient that is computed again after the step and is still that of before it.

    The point has moved, and with it the right gradient: what is given to the next step belongs to the point before.
    """
    if one.right is None:
        return None
    loss, tape, update = one.right.loss, one.tape, one.reading.weights[-1]
    sweep, top = reverse_sweep(one.reading.point, loss), one.reading.point.depth
    if update is None:
        return None
    wrong, right = "dW_L of the point before the step", "dW_L of this point"
    found = Found("B34", top, "dW", wrong, right, sweep.dW[-1], KEPT)
    explanation = Explanation((found,), one.right.scale, loss, sweep.delta)
    held = {(tape.events[at].node, tape.events[at].result) for at in held_scales(one, explanation, top, "dW").places}
    moved = next((u.at for u in lineage(tape).get(tape.group(update.new), []) if u.at > update.end), 0)
    again = [at for at in range(update.end + 1, moved) if (tape.events[at].node, tape.events[at].result) in held]
    if not any(_is_computed(tape, at, update.end) for at in again):
        return None
    return explanation if any(_differs(two.reading, sweep.dW[-1], loss) for two in second_looks(one)) else None


def _differs(second: Reading, dW: Array, loss: str) -> bool:
    """Return whether the right gradient of a later point is another one."""
    now = reverse_sweep(second.point, loss).dW[-1]
    return now.shape == dW.shape and not np.allclose(now, dW, rtol=SAME, atol=SAME * float(np.abs(dW).max()))


def _is_computed(tape: Tape, at: int, since: int) -> bool:
    """Return whether a value was computed since a position: by a product, or by adding up."""
    return any(p.at > since for p in tape.products if p.at in upstream(tape, at))


def _stale(one: Look, later: Look, loss: str) -> Explanation | None:
    first, second = one.reading, later.reading
    if first.point.X.shape != second.point.X.shape:
        return None
    return _stale_inputs(first, second, loss) or _stale_pass(first, second, loss, _targets_again(one, later))


def _targets_again(one: Look, later: Look) -> Array | None:
    """Return what stands in a later step where the targets of the first stood, None where nothing like them does."""
    target, last = one.reading.passes[-1].target, one.reading.passes[-1].chain.layers[-1]
    event = one.tape.events[target.at]
    if target.labels or target.key not in event.operands or len(one.reading.passes) > 1:
        return None
    again = next((e for e in later.tape.events if e.node == event.node), None)
    key = again.operands[event.operands.index(target.key)] if again is not None else NOT_A_NUMBER
    value = as_rows(later.tape.array(key), last) if key >= 0 else target.value[:0]
    return value if value.shape == target.value.shape else None


def _stale_inputs(first: Reading, second: Reading, loss: str) -> Explanation | None:
    """Return the mistake of right deltas that meet activations of the first step."""
    sweep, observed = reverse_sweep(second.point, loss), second.observed
    scale = next((s for got, g in zip(observed.db, sweep.db, strict=True) if (s := _scale(got, g))), None)
    if scale is None:
        return None
    found: list[Found] = []
    for l in reversed(range(second.point.depth)):
        got, penalty = observed.dW[l], weight_penalty(second.point, l)
        kept = first.point.inputs[l].T @ sweep.delta[l]
        if got is None or _fits(got, scale * sweep.dW[l], observed):
            continue
        if not _fits(got, scale * (kept + penalty), observed):
            return None
        wrong = "dW_l = (a_(l-1) of an earlier pass)^T delta_l"
        found.append(Found("B34", l + 1, "dW", wrong, RIGHT_DW, kept, "dW"))
    return Explanation(tuple(found), scale, loss, sweep.delta) if found else None


def _stale_pass(first: Reading, second: Reading, loss: str, again: Array | None) -> Explanation | None:
    """Return the mistake of gradients that are those of the first step's pass, with its data and weights or the new.

    ``again`` are further targets that the second step may have: its own output met none.
    """
    old, new, top = first.point, second.point, second.point.depth
    if is_right(new, second.observed, loss) is not None:
        return None  # of one output of one sample everything is right at some scale
    targets = (new.Y, old.Y) if again is None else (again, new.Y, old.Y)
    for X, Y, W in product((new.X, old.X), targets, (new.W, old.W)):
        kept = old._replace(X=X, Y=Y, W=W)
        scale = is_right(kept, second.observed, loss)
        if scale is not None and not np.array_equal(kept.a[-1], new.a[-1]):
            deltas = reverse_sweep(kept, loss).delta
            wrong, right = "delta_L of an earlier pass's output", "delta_L of this pass's output"
            return Explanation((Found("B34", top, "delta", wrong, right, deltas[-1], KEPT),), scale, loss, deltas)
    return None


def masked_before(one: Look) -> Spoilt | None:
    """Return the first activation of a later pass that is cut where an earlier pass was cut, None where none is.

    Only units that are cut at 0 have a mask, and each pass must have its own.
    """
    for number, layer, curve, at in activations(one):
        if curve.family in ("relu", "leaky_relu") and not isinstance(curve, Dropped):
            found = _masked_before(one.tape, layer, curve, at)
            if found is not None:
                return Spoilt(number, "a", found, "B29")
    return None


def _masked_before(tape: Tape, layer: Layer, curve: Curve, at: int) -> int | None:
    """Return the first event of an activation's expression whose value is z times f' of an earlier z.

    Where no unit was cut at first, a = z was made where z was: which expression cuts is not known.
    """
    if np.array_equal(tape.array(tape.events[at].result).ravel(), tape.array(layer.z_key).ravel()):
        return None
    nodes = tape.events[layer.z_at].node, tape.events[at].node
    earlier: list[Array] = []
    z: Array | None = None
    for i, event in enumerate(tape.events):
        if event.node not in nodes or event.result < 0 or tape.shape(event.result) != tape.shape(layer.z_key):
            continue
        value = tape.array(event.result)
        if event.node == nodes[0]:
            z = value
        elif z is not None:
            own = np.array_equal(value, z * curve.derivative(z))
            if not own and any(np.array_equal(value, z * curve.derivative(before)) for before in earlier):
                return i
            earlier, z = [*earlier, z], None
    return None


def _scale(got: Array | None, right: Array) -> float | None:
    """Return the factor of a step that is a multiple of the right one, None where it is none."""
    return None if got is None or got.shape != right.shape else factor_between(got, right)
