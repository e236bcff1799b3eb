"""The guilty line: walking the dataflow back from an update, the first expression that holds the wrong value."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from reference.arrays import Array

from ...mistakes.constants import FACTOR
from ...mistakes.explanation import IMPLIED, KEPT, LAID_OUT, Explanation, Found
from ...mistakes.partly import PART_OF
from ...mistakes.replay import of_one
from ...mistakes.sent_down import OF_THE_LOSS
from ...mistakes.stage import NOTHING_DOWN, RIGHT_DOWN, UNSUMMED, UNSUMMED_ABOVE
from ...reading.lineage import Update
from ...reading.multiples import SAME, closest_factor, factor_between
from ...reading.point import weight_penalty
from ...reading.returned import NAMING
from ...runs.handed import mentions
from ...runs.recording import NOT_A_NUMBER
from ...runs.tape import GATHERED_STEP, Tape, upstream
from ..look import Look
from ..replaced import assigned, overwritten
from .autograd import goes_back_through_a_graph
from .kept_z import kept_for_activations
from .made_input import maker
from .never_kept import never_kept
from .number_blame import last_kept, own_update, uses_new_numbers, wrong_weight
from .penalties import penalised
from .scales import departure, summed_apart
from .slope_blame import at_another_scale, incoming, renamed, wrong_slope
from .trail import Trail, computed_last, first_pass, holding, ratios, trail_of, whole_gradient

NOTHING = 1e-13  # the rows of p - y sum to 0 up to rounding
NEW_WEIGHTS = ("B3", "B30")


def guilty(look: Look, explanation: Explanation, found: Found) -> int | None:
    """Return the position of the guilty event of one mistake, None where no expression holds its value.

    Arguments:
        look: the injected run.
        explanation: the mistakes that reproduce it.
        found: the one to be blamed.
    """
    if found.bug in NEW_WEIGHTS:
        return _uses_new_weights(look, found)
    if found.step == KEPT:
        return None
    if found.step == LAID_OUT:
        return _made_one(look, found)
    if found.step.startswith(PART_OF):
        return own_update(look, found)
    if (at := _by_its_step(look, explanation, found)) is not None:
        return at
    if found.bug in ("B9", "B19") and (at := kept_for_activations(look, explanation)) is not None:
        return at
    if len(look.reading.passes) > 1:
        if found.quantity != "delta":
            return _of_samples(look, explanation, found)
        look, explanation, found = first_pass(look, explanation, found)
    trail = trail_of(look, found)
    at = _on_the_trail(trail, look, explanation, found) if trail.places else None
    return at if at is None or found.bug != "B29" else never_kept(look.tape, at) or at


def _made_one(look: Look, found: Found) -> int | None:
    """Return where the gradients are first put into one vector on the way to an update."""
    update, tape = look.reading.weights[found.layer - 1], look.tape
    if update is None:
        return None
    shape, after = tape.shape(update.old), look.reading.passes[-1].output.at
    whole = sorted(at for at in upstream(tape, update.end) if at > after)
    return next((at for at in whole if tape.events[at].result >= 0 and _is_new(tape, at, shape)), None)


def _is_new(tape: Tape, at: int, shape: tuple[int, ...]) -> bool:
    """Return whether an event makes a value of a shape of such that have others."""
    keys = [k for k in tape.events[at].operands if k >= 0]
    return tape.shape(tape.events[at].result) == shape and all(tape.shape(k) != shape for k in keys)


def _by_its_step(look: Look, explanation: Explanation, found: Found) -> int | None:
    """Return the event of a stray constant, a penalty or a kept gradient, None where it is not seen or it is none."""
    if found.step in ("factor of dW", "factor of db"):
        return departure(look, explanation, found)
    if found.step == "penalty":
        return penalised(look, explanation, found)
    if found.bug == "B36" and goes_back_through_a_graph(look.tape.recording):
        return last_kept(look, found)
    if found.bug == "B36" and found.quantity != "delta" and len(look.reading.passes) > 1:
        return assigned(look, found)
    if found.bug == "B28":
        return overwritten(look, found)
    return None


def _on_the_trail(trail: Trail, look: Look, explanation: Explanation, found: Found) -> int | None:
    """Return the first event on the way to an update that holds the wrong value, or what it is told by."""
    if np.abs(found.value).max(initial=0) <= NOTHING:
        return _nothing(trail, look, found)
    if found.bug == "B38" and (at := _other_output(trail, look, found)) is not None:
        return at
    if found.quantity == "db" and found.wrong.endswith((UNSUMMED, UNSUMMED_ABOVE)):
        return _handed_over(trail, look, explanation.deltas[found.layer - found.wrong.endswith(UNSUMMED)])
    forms = _forms(look, explanation, found)
    scales = _scales(trail, explanation)
    places = sorted({at for form in forms for at in holding(trail, form, scales)})
    if found.step in ("slope", IMPLIED):
        return wrong_slope(trail, look, explanation, found, places)
    places = [at for at in places if at > look.reading.passes[0].output.at]
    at = _at_a_product(trail, look, explanation, found, _at_scale(trail, explanation, found, places, forms))
    return maker(trail, look, explanation.deltas, at) if found.bug == "B19" else at


def _other_output(trail: Trail, look: Look, found: Found) -> int | None:
    """Return where an output is computed that is not that of the forward pass, None where the delta is made of that."""
    other = ratios(trail, found.value + look.reading.point.Y) if found.step == "error" else iter(())
    return next((at for at, ratio in other if np.isclose(ratio, 1, rtol=SAME)), None)


def _nothing(trail: Trail, look: Look, found: Found) -> int | None:
    """Return where a gradient of zeros comes from, None where no line at all is of it."""
    if found.quantity == "db" and _without_update(look, found.layer - 1):
        return None
    whole = whole_gradient(look, found)
    merged = np.abs(whole).max(initial=0) > NOTHING
    return next(holding(trail, whole, set()) if merged else _zeros(trail, found.value), None)


def _forms(look: Look, explanation: Explanation, found: Found) -> list[Array]:
    """Return what a wrong gradient may be held as: alone or beside a merged bias, with its penalty or without."""
    whole = whole_gradient(look, found)
    if found.value.size == 1 and found.step.startswith(FACTOR):
        return [found.value / explanation.scale]  # as the loss has it: a number is told by its scale
    beside = whole.shape != found.value.shape and whole.size > found.value.size
    forms = [found.value, whole / explanation.scale if beside else whole]
    penalty = _penalty(look, explanation, found)
    if found.step != "dW" or penalty is None:
        return forms
    row = np.zeros((len(whole) - len(penalty), whole.shape[-1]))
    last = look.reading.passes[0].chain.layers[found.layer - 1].merged == -1
    wide = np.concatenate([penalty, row] if last else [row, penalty])
    return [form - p for form in forms for p in (penalty, wide) if form.shape == p.shape] + forms


def _penalty(look: Look, explanation: Explanation, found: Found) -> Array | None:
    """Return what the loss's penalty, or one that is none of the loss's, adds to a gradient of weights."""
    l, decay = found.layer - 1, look.reading.point.decay
    W, got = look.reading.point.W[l], look.reading.observed.dW[l]
    if decay or got is None or got.shape != found.value.shape:
        return weight_penalty(look.reading.point, l) if decay else None
    rest = got / explanation.scale - found.value
    added = np.abs(rest).max(initial=0) > SAME * np.abs(found.value).max(initial=0) and factor_between(rest, W)
    return rest if added else None


def _at_a_product(trail: Trail, look: Look, explanation: Explanation, found: Found, places: list[int]) -> int | None:
    """Return the event of a mistake in the error, in a product or in a constant."""
    if found.bug == "B41":
        slope = look.reading.point.curves[found.layer - 1].derivative(look.reading.point.z[found.layer - 1])
        return next((at for at, _ in ratios(trail, slope)), None) or next(iter(places), None)
    if found.step == "factor of delta":
        return _factor(trail, look, explanation, found) or next(iter(places), None)
    if found.bug == "B20" and (at := wrong_weight(trail, look, found)) is not None:
        return at
    if found.bug == "B24" and places:
        return renamed(trail, places)
    if not places and found.step == "down" and (at := _factor_of_delta(trail, look, explanation, found)) is not None:
        return at
    if not places and found.quantity == "delta":
        places = list(holding(trail, explanation.deltas[found.layer - 1], _scales(trail, explanation)))
    return computed_last(trail.tape, places)


def _without_update(look: Look, l: int) -> bool:
    """Return whether nothing is ever added to the bias of a layer."""
    return look.reading.biases[l] is None and look.reading.passes[0].chain.layers[l].merged is None


def held(look: Look, explanation: Explanation, found: Found) -> bool:
    """Return whether the run held what a mistake on the way to a delta computes, not only the delta it leads to.

    A delta of zeros must have been computed: what an update takes where nothing was is no delta.
    """
    nothing = found.quantity == "delta" and np.abs(found.value).max(initial=0) <= NOTHING
    if found.step not in ("error", "down") and not nothing:
        return True
    if len(look.reading.passes) > 1:
        look, explanation, found = first_pass(look, explanation, found)
    trail = trail_of(look, found)
    if nothing:
        sizes = (
            np.size(trail.tape.recording.values[trail.tape.events[at].result]) for at in _zeros(trail, found.value)
        )
        return found.value.size in sizes
    return bool(trail.places) and any(holding(trail, found.value, _scales(trail, explanation)))


def departs(look: Look, explanation: Explanation, found: Found) -> bool:
    """Return whether the run held an output's delta with a wrong derivative at a scale that no loss has.

    Asked of one sample of one class alone: of more, the entries tell derivatives apart.
    """
    if found.step != "slope" or found.layer < look.reading.point.depth:
        return False
    if len(look.reading.passes) > 1:
        look, explanation, found = first_pass(look, explanation, found)
    if np.count_nonzero(incoming(look, explanation, found)) != 1 or found.value.size == 1:
        return False
    trail = trail_of(look, found)
    return bool(trail.places) and at_another_scale(trail, look, found.value)


def with_zero_weights(look: Look, explanation: Explanation) -> Explanation:
    """Return an explanation in which a delta of zeros is the product of the delta above with zeros, where it is one.

    A gradient that is still empty stands in place of the weights: nothing is missing, and no mask closed.
    """
    told = tuple(_with_zero_weights(look, explanation, f) for f in explanation.found)
    return replace(explanation, found=told)


def _with_zero_weights(look: Look, explanation: Explanation, found: Found) -> Found:
    below = found.layer < look.reading.point.depth
    if found.bug not in ("B26", "B29") or not below or np.abs(found.value).max(initial=0) > NOTHING:
        return found
    at, tape, W = guilty(look, explanation, found), look.tape, look.reading.point.W[found.layer]
    if at is None or at not in tape.product_places:
        return found
    empty = [k for k in tape.events[at].operands if k >= 0 and not tape.array(k).any()]
    if not any(tape.shape(k) in (W.shape, W.T.shape) for k in empty):
        return found
    return Found("B20", found.layer, "delta", NOTHING_DOWN, RIGHT_DOWN, found.value, "down")


def _of_samples(look: Look, explanation: Explanation, found: Found) -> int | None:
    """Return the guilty event of a gradient that is summed over samples: where the first one's is made, or the sum."""
    one, part, _ = first_pass(look, explanation, found)
    shown = of_one(explanation, found, one.reading.point)
    trail = trail_of(one, found)
    if shown is not None and trail.places and (at := _on_the_trail(trail, one, part, shown)) is not None:
        return at
    if found.quantity == "db":
        return None
    return _of_one_sample(look, explanation, found) or _of_all_samples(look, explanation, found)


def _of_one_sample(look: Look, explanation: Explanation, found: Found) -> int | None:
    """Return the product that makes the first sample's dW of its delta and not of its input, None where it is right."""
    one, part, _ = first_pass(look, explanation, found)
    l, tape, trail = found.layer - 1, look.tape, trail_of(one, found)
    delta = part.deltas[l]
    right = one.reading.point.inputs[l].T @ delta
    if delta.size == 1 or next(ratios(trail, right), None) is not None:
        return None
    held = {tape.events[at].result for at, _ in ratios(trail, delta)}
    made = (at for at in trail.places if held & {*tape.events[at].operands})
    sizes = (right.size, right.size + right.shape[1])  # with a merged bias's row
    return next((at for at in made if np.size(tape.recording.values[tape.events[at].result]) in sizes), None)


def _of_all_samples(look: Look, explanation: Explanation, found: Found) -> int | None:
    """Return where the samples' gradients are summed wrongly, or where what is none of any sample's is first held."""
    x, delta = look.reading.point.inputs[found.layer - 1], explanation.deltas[found.layer - 1]
    rows = (np.outer(a, d) for a, d in zip(x, delta, strict=True))
    if found.bug != "B33" or any(row.shape == found.value.shape and factor_between(found.value, row) for row in rows):
        return summed_apart(look, found)
    held = (at for form in _forms(look, explanation, found) for at, _ in ratios(trail_of(look, found), form))
    return min(held, default=None)


def _factor_of_delta(trail: Trail, look: Look, explanation: Explanation, found: Found) -> int | None:
    """Return what holds all that a delta has beside the right dL/da: a helper gives the wrong factor with f' in it."""
    with np.errstate(all="ignore"):
        factor = explanation.deltas[found.layer - 1] / incoming(look, explanation, found)
    telling = np.isfinite(factor).all() and not np.allclose(factor, factor.flat[0])
    return next((at for at, _ in ratios(trail, factor)), None) if telling else None


def _at_scale(trail: Trail, explanation: Explanation, found: Found, places: list[int], forms: list[Array]) -> list[int]:
    """Return the places that hold the value at the scale of a delta, where some do: of one sample, all are alike."""
    if found.step not in ("dW", "db", "down"):
        return places
    scales = {abs(ratio) for delta in explanation.deltas if delta.size > 1 for _, ratio in ratios(trail, delta)}
    held = {at: ratio for form in forms[::-1] for at, ratio in ratios(trail, form)}
    exact = [at for at in places if at in held and any(np.isclose(abs(held[at]), s, rtol=SAME) for s in scales)]
    return exact or places


def _uses_new_weights(look: Look, found: Found) -> int | None:
    """Return the product, matrix or entry by entry, that took the weights of the layer above after their update."""
    update = look.reading.weights[found.layer] if found.layer < len(look.reading.weights) else None
    if update is None:
        return None
    group, tape = look.tape.group(update.new), look.tape
    used = [p.at for p in tape.products if p.at > update.at and group in (tape.group(p.left), tape.group(p.right))]
    within = [at for at in used if at < look.reading.end] or _times(look, update, group) or used
    if not within:
        return uses_new_numbers(tape, update)
    view = _kept_view(look, update, within[0])
    return within[0] if view is None else view


def _kept_view(look: Look, update: Update, product: int) -> int | None:
    """Return where what a product takes got its name before the update, as a view of weights that change in place."""
    tape = look.tape
    taken = {*tape.events[product].held_by}
    turned = [at for at in range(update.at, product) if tape.events[at].identity in taken]
    taken |= {i for at in turned for i in tape.events[at].held_by}
    taken -= {NOT_A_NUMBER, tape.events[update.at].identity}
    before = (at for at in range(look.reading.passes[-1].output.at, update.at) if tape.node(at).kind == "bind")
    old = tape.group(update.old)
    return next(
        (at for at in before if tape.events[at].identity in taken and tape.group(tape.events[at].result) == old), None
    )


def _times(look: Look, update: Update, group: int) -> list[int]:
    """Return where in the rest of a step something is multiplied, entry by entry, by the weights after their update."""
    tape = look.tape
    places = range(update.end + 1, min(look.reading.end, len(tape.events)))
    return [at for at in places if tape.node(at).what == "*" and group in map(tape.group, tape.events[at].operands)]


def _handed_over(trail: Trail, look: Look, delta: Array) -> int | None:
    """Return where a delta was last given a name on its way to an update, or last held: what should have summed it.

    A line through which the gradients of weights go as well sums none of them.
    """
    tape, held = trail.tape, list(holding(trail, delta, {1.0}))
    shapes = {W.shape for W in look.reading.point.W} - {delta.shape}
    shared = {e.node for e in tape.events if e.result >= 0 and tape.shape(e.result) in shapes}
    held = [at for at in held if tape.events[at].node not in shared] or held
    keys = {tape.events[at].result for at in held}
    takers = (at for at in reversed(trail.places) if at not in held and keys & {*tape.events[at].operands})
    text = next((tape.node(at).text for at in takers), "")
    named = [at for at in held if tape.node(at).kind in ("bind", "store")]
    own = [at for at in named if mentions(text, tape.node(at).what)]
    products = " ".join(tape.node(p.at).text for p in tape.products if keys & {p.left, p.right})
    if own and all(mentions(products, tape.node(at).what) for at in own):
        return next(at for at in reversed(trail.places) if tape.node(at).text == text)  # no name is the bias's alone
    return next(iter([*own[::-1], *named[::-1], *held[::-1]]), None)


def _zeros(trail: Trail, value: Array) -> Iterator[int]:
    """Yield the events that hold nothing but zeros, of the right size or, where numbers are rare, as one number."""
    numbers = any(node.what == GATHERED_STEP for node in trail.tape.nodes)
    sizes = (value.size,) if numbers else (1, value.size)
    for at in trail.places:
        key = trail.tape.events[at].result
        if key < 0 or trail.tape.recording.values[key].size not in sizes:
            continue
        written = trail.tape.node(trail.tape.made[key][0]).kind == "literal"
        if written and (trail.tape.array(key).any() or not _assigned(trail.tape, at)):
            continue  # a small number that is written is none
        if np.abs(trail.tape.array(key)).max(initial=0) <= NOTHING:
            yield at


def _assigned(tape: Tape, at: int) -> bool:
    """Return whether an event gives a name to a number that is written there."""
    before = tape.events[at - 1].result == tape.events[at].result and tape.node(at - 1).kind == "literal"
    return before and tape.node(at).kind in NAMING


def _scales(trail: Trail, explanation: Explanation) -> set[float]:
    """Return the factors at which the deltas are held, or may be: a single number is told from others by them."""
    found = {1.0, abs(explanation.scale), *(of(*explanation.deltas[-1].shape) for of in OF_THE_LOSS.values())}
    step = trail._replace(places=tuple(range(trail.places[0], trail.places[-1] + 1)))  # below, deltas have more entries
    for delta in explanation.deltas:
        if delta.size > 1:
            found |= {abs(ratio) for _, ratio in ratios(step, delta)}
    return found


def _factor(trail: Trail, look: Look, explanation: Explanation, found: Found) -> int | None:
    """Return where the way down departs from delta W^T by the constant, None at the output."""
    if found.layer == len(explanation.deltas):
        return None
    above = explanation.deltas[found.layer]
    base = {ratio for _, ratio in ratios(trail, above)} if above.size > 1 else {1.0}
    da = above @ look.reading.point.W[found.layer].T
    l = found.layer - 1
    right = look.reading.point.curves[l].backward(look.reading.point.z[l], da)
    c = closest_factor(found.value, right)
    for value in (da, right):
        for at, ratio in ratios(trail, value):
            if any(np.isclose(ratio, c * b, rtol=SAME) for b in base) and not any(np.isclose(ratio, b) for b in base):
                return at
    return None
