"""The guilty line of a wrong or missing derivative: its formula, the call that gave it the wrong value, or a rename."""

from collections.abc import Iterator

import numpy as np

from reference.arrays import Array

from ...mistakes.explanation import IMPLIED, Explanation, Found
from ...mistakes.sent_down import OF_THE_LOSS
from ...reading.align import Reading
from ...reading.dropout import Dropped
from ...reading.multiples import SAME, factor_between
from ...reading.point import loss_gradient
from ...runs.handed import call_of, missing_factor
from ...runs.recording import Node
from ...runs.tape import GATHERED_STEP, Tape
from ..look import Look
from .number_blame import bare_input, inside_entries
from .trail import Trail, computed_last, holding, ratios

OWN_FORMULA = ("B40", "B41", "B42", "B6")  # the helper itself is wrong: blame its formula, not its call
MISSING = ("B4", "B11", "B44")
TWICE = ("B7", "B25")
KEEPING = (".append", ".insert", ".extend")


def wrong_slope(trail: Trail, look: Look, explanation: Explanation, found: Found, places: list[int]) -> int | None:
    """Return where a wrong derivative comes from: its formula, the call that gave it the wrong value, or a rename."""
    if found.bug in MISSING:
        own = _in_own_closure(look, found, places) or _in_own_class(look, found, places) if places else None
        own = own or _beside_slope(trail, look, found, places) or bare_input(look, found)
        return missing_factor(trail.tape, places, trail.places[-1] + 1) if own is None else own
    da = incoming(look, explanation, found)
    if found.bug == "B56":
        return _unmasked(trail, look, found, da) or next(iter(places), None)
    if found.bug == "B29" and found.step == IMPLIED and (own := _drawn_again(trail, look, found, da)) is not None:
        return own
    if found.bug == "B6" and (own := _diagonal(trail, look, found)) is not None:
        return own
    if found.bug in TWICE and places:
        return _twice(trail, look, found, da, places)
    with np.errstate(all="ignore"):
        factor = found.value / da
    if np.allclose(factor, 1):
        return missing_factor(trail.tape, places, trail.places[-1] + 1)
    number = factor.size == 1  # which is told from others by its size
    if not np.isfinite(factor).all():
        return next(iter(places), None)
    if not number and np.allclose(factor, factor.flat[0]):
        return _multiplied(trail, found, float(factor.flat[0])) or next(iter(places), None)
    after = look.reading.passes[0].output.at  # the output's own activation is none of the sweep
    held = [at for at, ratio in ratios(trail, factor) if not number or np.isclose(ratio, 1, rtol=SAME)]
    inside = [at for at in held if at > after and at not in places]
    inside = [at for at in inside if trail.tape.node(at).kind != "compare"] or inside
    if inside and (found.bug in OWN_FORMULA or _formula_at_fault(trail, look, inside, found, explanation)):
        return _of_output_again(trail, look, _formula(look, inside[0], found), found)
    if inside and places and trail.tape.node(inside[0]).function == trail.tape.node(places[0]).function:
        return inside[0]  # written out on the spot: there is no call to blame
    helper = trail.tape.node(inside[0]).function if inside else ""
    given = _given(trail.tape, [at for at in inside if trail.tape.node(at).function != helper], places)
    if given is None and places:
        return _of_output_again(trail, look, places[0], found)
    return next(iter(inside), None) if given is None else given


def _multiplied(trail: Trail, found: Found, factor: float) -> int | None:
    """Return where a value becomes its multiple by one factor, None where it is held at one scale only."""
    held = list(ratios(trail, found.value))
    return next((at for at, ratio in held if np.isclose(ratio, factor * held[0][1], rtol=SAME)), None)


def _given(tape: Tape, outside: list[int], places: list[int]) -> int | None:
    """Return where a factor is given to the delta: of several calls that give it, the last before the delta is made.

    An earlier one is that of the layer whose factor it rightly is.
    """
    calls = [at for at in outside if tape.node(at).kind == "call" and at < places[0]] if places else []
    return calls[-1] if calls else next(iter(outside), None)


def _diagonal(trail: Trail, look: Look, found: Found) -> int | None:
    """Return where a softmax's derivative is left with its diagonal alone: as a matrix, or entry by entry."""
    p = look.reading.point.a[found.layer - 1]
    slope, K = p * (1 - p), p.shape[1]
    for at in trail.places:
        key = trail.tape.events[at].result
        if key >= 0 and trail.tape.shape(key) == (K, K):
            held = trail.tape.array(key)
            own = np.diagonal(held)
            if not (held - np.diag(own)).any() and np.isclose(slope, own).all(axis=1).any():
                return at
    return next((at for at, ratio in ratios(trail, found.value) if _is_of_a_loss(look, ratio)), None)


def at_another_scale(trail: Trail, look: Look, value: Array) -> bool:
    """Return whether the delta of an output is last held at a scale that no loss has.

    Of one sample of one class all derivatives give multiples of each other: the scale alone tells them apart.
    """
    own = [ratio for _, ratio in ratios(trail, value)]
    return bool(own) and not _is_of_a_loss(look, own[-1])


def _is_of_a_loss(look: Look, ratio: float) -> bool:
    """Return whether a factor is one that a loss may have before its sum."""
    N, K = look.reading.point.Y.shape
    return any(np.isclose(abs(ratio), of(N, K), rtol=SAME) for of in OF_THE_LOSS.values())


def _formula(look: Look, at: int, found: Found) -> int:
    """Return where a formula for f' is wrong: inside of what is called entry by entry, if that is no other layer's."""
    curves, l = look.reading.point.curves, found.layer - 1
    z, held = look.reading.point.z[l], look.tape.array(look.tape.events[at].result)
    slopes = (curve.derivative(z).ravel() for curve in curves if curve.name != curves[l].name)
    anothers = any(held.size == slope.size and np.allclose(held.ravel(), slope) for slope in slopes)
    return at if anothers else inside_entries(look.tape, at, curves[l].derivative(z))


def _of_output_again(trail: Trail, look: Look, at: int, found: Found) -> int:
    """Return where f was applied to a in the function of an event: of f' at a that is where it departs from f' at z."""
    curve, z, tape = look.reading.point.curves[found.layer - 1], look.reading.point.z[found.layer - 1], look.tape
    twice = curve.forward(curve.forward(z))
    if found.bug != "B8" or twice.size == 1 or not np.ptp(twice):
        return at
    before = [i for i, _ in ratios(trail, twice) if i < at and tape.node(i).function == tape.node(at).function]
    calls = [i for i in before if tape.node(i).kind == "call"]  # of itself, where one function gives f and f'
    return next(iter([*calls, *before]), at)


def renamed(trail: Trail, places: list[int]) -> int:
    """Return where a value that serves for something else too is taken under another name; else its first place.

    A helper that is called elsewhere too serves there: the call that takes its value for another one is the place.
    """
    tape = trail.tape
    if (call := _of_called_twice(tape, places)) is not None:
        return call
    own = (at for at in places if tape.node(at).function == tape.node(places[0]).function)
    pairs = (at for at in own if tape.node(at).kind == "name" and at + 1 in places and _serves_before(trail, at))
    return next((at for at in pairs if tape.node(at + 1).kind == "bind"), computed_last(tape, places) or places[0])


def _of_called_twice(tape: Tape, places: list[int]) -> int | None:
    """Return the call of the helper that makes a value first, None where no other line calls that helper."""
    helper = tape.node(places[0]).function
    if not helper:
        return None
    returned = (at for at in range(1, len(tape.events)) if tape.node(at - 1).function == helper)
    calls = [at for at in returned if tape.node(at).kind == "call" and tape.node(at).function != helper]
    given = next((at for at in calls if at in places), None)
    others = {tape.node(at).line for at in calls}
    return given if given is not None and len(others) > 1 else None


def _serves_before(trail: Trail, at: int) -> bool:
    """Return whether something beside the way to the update takes an array before it is handed on; a number may be."""
    tape, event = trail.tape, trail.tape.events[at]
    users = (i for i in tape.used.get(event.result, ()) if i < at and i not in trail.places)
    same = (i for i in users if event.identity in tape.events[i].held_by)
    return not tape.shape(event.result) or any(tape.node(i).kind in ("binary", "call") for i in same)


def _in_own_closure(look: Look, found: Found, places: list[int]) -> int | None:
    """Return where a value is first held inside a function that is defined in the activation's, None where none is."""
    tape, layers = look.tape, look.reading.passes[0].chain.layers
    key = layers[found.layer].a_key if found.layer < len(layers) else look.reading.passes[0].output.key
    made = tape.made.get(key, [])
    outer = tape.node(made[0]).function if made else ""
    return next((at for at in places if outer and tape.node(at).function.startswith(f"{outer}.")), None)


def _in_own_class(look: Look, found: Found, places: list[int]) -> int | None:
    """Return where a class of the output alone makes its error, None where another class or function does."""
    tape, first, one = look.tape, look.tape.node(places[0]), look.reading.passes[0]
    hidden = {home for layer in one.chain.layers for key in (layer.z_key, layer.a_key) for home in _homes(tape, key)}
    own = found.layer == look.reading.point.depth and first.function.rpartition(".")[0]
    if not own or own not in _homes(tape, one.output.key) - hidden or first.kind == "argument":
        return None
    inside = (at for at in places if tape.node(at).function == first.function and tape.node(at).kind == "name")
    return next((at for at in inside if at + 1 in places and tape.node(at + 1).kind == "bind"), places[0])


def _homes(tape: Tape, key: int) -> set[str]:
    """Return the classes whose methods compute a value."""
    made = (tape.node(at) for at in tape.made.get(key, ()))
    return {node.function.rpartition(".")[0] for node in made if node.kind in ("call", "binary", "unary")}


def _beside_slope(trail: Trail, look: Look, found: Found, places: list[int]) -> int | None:
    """Return what takes a value without f'(z) after f'(z) was computed for it, None where it never was.

    That is the product, or where the value is given the name that f'(z) had, or another name as it is.
    """
    tape, point, l = look.tape, look.reading.point, found.layer - 1
    slope = point.curves[l].derivative(point.z[l])
    if not places or slope.size == 1 or not np.ptp(slope):
        return None
    keys = {tape.events[at].result for at in places}
    between = tuple(at for at in range(places[0] + 1, trail.places[-1]) if at not in trail.places)
    computed = next((at for at, _ in ratios(Trail(tape, (trail.places[0], *between)), slope)), None)
    if computed is None:
        return None
    made = [tape.node(at) for at in tape.made[tape.events[computed].result]]
    names = {node.what for node in made if node.kind == "bind"}
    bound = [at for at in places if at > computed and tape.node(at).kind == "bind"]
    again = (at for at in bound if tape.node(at).what in names or tape.node(at - 1).kind == "name")
    takers = (p.at for p in tape.products if p.at > computed and keys & {p.left, p.right})
    return next(again, None) or _or_its_call(tape, next(takers, None), keys, computed)


def _or_its_call(tape: Tape, taker: int | None, keys: set[int], computed: int) -> int | None:
    """Return what takes a value, or the call that gives it to another function than the one that computed f'(z)."""
    call = None if taker is None else call_of(tape, taker)
    if taker is None or call is None or tape.node(taker).function == tape.node(computed).function:
        return taker
    return call if keys & {*tape.events[call].operands} else taker


def _unmasked(trail: Trail, look: Look, found: Found, da: Array) -> int | None:
    """Return where dL/da should have received the mask of the dropout: where it is masked otherwise, or handed on."""
    f, z = look.reading.point.curves[found.layer - 1], look.reading.point.z[found.layer - 1]
    if not isinstance(f, Dropped):
        return None
    slope = f.whole.derivative(z)
    open_ = slope != 0  # of units that are shut no mask is seen
    masked = found.value / np.where(open_, slope, 1.0)
    if not factor_between(masked[open_], da[open_]):
        return next(_agreeing(trail, masked, open_), None)
    handed = list(holding(trail, da, {1.0}))
    return missing_factor(trail.tape, handed, trail.places[-1] + 1, times=True)


def _drawn_again(trail: Trail, look: Look, found: Found, da: Array) -> int | None:
    """Return where a mask of the way back is made that is not that of the dropout, None where it is not held."""
    f, z = look.reading.point.curves[found.layer - 1], look.reading.point.z[found.layer - 1]
    whole = da * f.whole.derivative(z) if isinstance(f, Dropped) else np.zeros_like(da)
    mask = 1.0 * (found.value / whole != 0) if whole.all() else np.zeros_like(da)
    return next((at for at, _ in ratios(trail, mask)), None) if mask.any() else None


def _agreeing(trail: Trail, value: Array, where: Array) -> Iterator[int]:
    """Yield the positions of the events that hold a multiple of a value in some of its entries."""
    for at in trail.places:
        key = trail.tape.events[at].result
        if key < 0 or trail.tape.recording.values[key].size != value.size:
            continue
        held, forms = trail.tape.array(key), ((value, where), (value.T, where.T))
        if any(held.shape == form.shape and factor_between(held[some], form[some]) for form, some in forms):
            yield at


def _twice(trail: Trail, look: Look, found: Found, da: Array, places: list[int]) -> int | None:
    """Return where a factor comes in a second time: a formula, the second call of a helper, or what was given to it."""
    tape, at = trail.tape, places[0]
    with np.errstate(all="ignore"):
        factor = found.value / da
    inside = [i for i, _ in ratios(trail, factor)] if np.isfinite(factor).all() else []
    if inside and np.ptp(factor) and found.bug != "B7":
        return inside[0]  # of B7 the factor is right, wherever it is computed
    point, l = look.reading.point, found.layer - 1
    once = point.curves[l].derivative(point.z[l]) * da
    if any(tape.events[i].node == tape.events[at].node for i, _ in ratios(trail, once) if i < at):
        return call_of(tape, at) or at
    held = [i for i, _ in ratios(trail, da) if i < at]
    function = tape.node(at).function
    given = any(tape.node(i).kind == "argument" and tape.node(i).function == function for i in held)
    return held[0] if found.bug == "B7" and given else at


def _formula_at_fault(trail: Trail, look: Look, inside: list[int], found: Found, explanation: Explanation) -> bool:
    """Return whether the helper rather than its argument is to be blamed for f' at the wrong value.

    A helper called in several places, and wrong in all, is at fault; wrong in one of them, that call is. One that is
    also called where the run did not come may be right there.
    Where there is one call, a derivative of z that was written in a is the helper's, one given a the call's, unless
    there is no z that the call could give.
    """
    if found.bug not in ("B8", "B9"):
        return False
    tape, reading = trail.tape, look.reading
    helper = tape.node(inside[0]).function
    back = range(reading.passes[-1].output.at, reading.end)
    calls = [at for at in back if helper and _is_call(tape.node(at), helper)]
    if _right_elsewhere(trail, look, helper, explanation):
        return False
    run = {event.node for event in tape.events}
    if any(_is_call(node, helper) and i not in run for i, node in enumerate(tape.nodes) if helper):
        return False
    lines = len({tape.node(at).line for at in calls})
    if found.bug == "B8" and lines == 1 and not _is_within_reach(tape, reading, found.layer - 1, calls[0]):
        return True
    if lines <= 1:
        return found.bug == "B9" and bool(helper) and helper.count(".") != 1
    each = any(node.what == GATHERED_STEP for node in tape.nodes)  # neuron calls it
    span = range(0 if each else trail.places[0], 0 if each else trail.places[-1] + 1)
    curves = [curve.name for curve in reading.point.curves]
    ways = min(max(lines, sum(at in span for at in calls)), curves.count(curves[found.layer - 1]))
    return len({f.layer for f in explanation.found if f.bug == found.bug}) >= ways


def _is_within_reach(tape: Tape, reading: Reading, l: int, call: int) -> bool:
    """Return whether the function of a call has z of a layer, or it was kept or returned where that may find it."""
    here = {"", tape.node(call).function}
    keys = {p.chain.layers[l].z_key for p in reading.passes}
    holders = {at for key in keys for at in (*tape.made.get(key, ()), *tape.used.get(key, ()))}
    nodes = [tape.node(at) for at in holders]
    kept = (n.kind in ("return", "store") or n.what.endswith(KEEPING) for n in nodes)
    named = (n.kind == "bind" and not n.what.isidentifier() for n in nodes)
    return any(kept) or any(named) or any(n.function in here for n in nodes)


def _is_call(node: Node, helper: str) -> bool:
    """Return whether an expression calls a function from outside it."""
    return node.kind == "call" and node.what.endswith(helper.rpartition(".")[2]) and node.function != helper


def _right_elsewhere(trail: Trail, look: Look, helper: str, explanation: Explanation) -> bool:
    """Return whether a helper gave the right f'(z) in a layer above where nothing is wrong."""
    wrong, point = {f.layer for f in explanation.found}, look.reading.point
    for l, (curve, z) in enumerate(zip(point.curves, point.z, strict=True)):
        slope = curve.derivative(z)
        if l + 1 in wrong or slope.size == 1 or not np.ptp(slope):
            continue
        if any(trail.tape.node(at).function == helper for at, _ in ratios(trail, slope)):
            return True
    return False


def incoming(look: Look, explanation: Explanation, found: Found) -> Array:
    """Return dL/da of the layer as the mistaken sweep has it."""
    point, l = look.reading.point, found.layer - 1
    if l == point.depth - 1:
        return np.asarray(point.a[-1] - point.Y) if found.bug == "B7" else loss_gradient(point, explanation.loss)
    return np.asarray(explanation.deltas[l + 1] @ point.W[l + 1].T)
