"""From a judgement to what is shown: the first wrong number, the mistakes with their lines, the oracles' words."""

from dataclasses import replace
from functools import partial

import numpy as np

from reference import Activation, Gradients, InputError, Network
from reference.arrays import Array
from reference.layers import Affine
from reference.losses import LOSSES
from reference.network import ACTIVATIONS, activation
from reference.targets import as_targets

from ...architectures import Problem
from ...blocks import backward_values
from ...patterns import find_pattern
from ...report.diagnosis import FirstFault, Named
from ..judging.judgement import Judgement
from ..judging.lines.blame import guilty
from ..judging.lines.climbing import turned
from ..judging.lines.loops import left_out, over_written_names
from ..judging.lines.number_blame import unnamed
from ..judging.lines.repeated import repeating
from ..judging.lines.trail import trail_of
from ..judging.look import Look
from ..judging.rounding import Spoilt
from ..mistakes.catalogue import CATALOGUE
from ..mistakes.explanation import Explanation, Found
from ..reading.losses_seen import factor_of
from ..reading.multiples import closest_factor
from ..reading.point import Point, bias_penalty, reverse_sweep, weight_penalty
from ..runs.recording import NOT_A_NUMBER

ALTERNATIVES = 3


def first_fault(judgement: Judgement, *, autodiff: bool) -> FirstFault | None:
    """Return the first wrong quantity with its worst entry, None where nothing is wrong.

    Arguments:
        judgement: of the program.
        autodiff: whether JAX is asked as well, which takes a second or two.
    """
    if judgement.verdict != "wrong":
        return None
    if judgement.spoilt is not None:
        return _spoilt(judgement, judgement.spoilt)
    if not judgement.explanations:
        return _unnamed(judgement)
    explanation = judgement.explanations[0]
    found = explanation.found[0] if explanation.found else None
    if found is None:
        return _repeated(judgement) if judgement.repeats else _turned(judgement)
    got, should, scale = _values(judgement, explanation, found)
    line, text = line_of(judgement, explanation, found)
    return _fault(judgement, found.layer, found.quantity, got, should, scale, (line, text), autodiff)


def _fault(
    judgement: Judgement,
    layer: int,
    quantity: str,
    got: Array,
    should: Array,
    scale: float,
    line: tuple[int | None, str],
    autodiff: bool,
) -> FirstFault:
    """Return one block's fault at its worst entry."""
    point = judgement.best.reading.point
    if got.shape != should.shape:
        told, name = f"not summed over the batch: its shape is {got.shape}", point.curves[layer - 1].name
        return FirstFault(layer=layer, activation=name, quantity=quantity, line=line[0], text=line[1], pattern=told)
    index = tuple(int(i) for i in np.unravel_index(int(np.abs(got - should).argmax()), should.shape))
    sizes = {"the batch size": len(point.X), "the number of outputs": point.sizes[-1]}
    pattern = find_pattern(got, should, 1e-9 * np.abs(should).max(), sizes)
    jax, differences, bar = _oracles(point, judgement.loss, layer, quantity, index, autodiff)
    return FirstFault(
        layer=layer,
        activation=point.curves[layer - 1].name,
        quantity=quantity,
        index=index,
        line=line[0],
        text=line[1],
        got=float(got[index]),
        should_be=float(should[index]),
        autodiff=None if jax is None else jax * scale,
        differences=None if differences is None else differences * scale,
        error_bar=None if bar is None else bar * abs(scale),
        pattern=pattern.words if pattern else "",
    )


def _values(judgement: Judgement, explanation: Explanation, found: Found) -> tuple[Array, Array, float]:
    """Return what the wrong quantity is, what it should be, and the scale: the gradient of the program's own loss."""
    point = judgement.best.reading.point
    right = reverse_sweep(point, explanation.loss)
    l = found.layer - 1
    factor = _loss_factor(judgement, explanation.loss)
    if found.quantity == "delta":
        return explanation.deltas[l] * factor, right.delta[l] * factor, factor
    observed = judgement.best.reading.observed
    got = observed.dW[l] if found.quantity == "dW" else observed.db[l]
    should = right.dW[l] if found.quantity == "dW" else right.db[l]
    assert got is not None
    return got / explanation.scale * factor, should * factor, factor


def _loss_factor(judgement: Judgement, loss: str) -> float:
    """Return what the program's own loss is of the summed one; 1 where it computes none."""
    return factor_of(judgement.best.seen, loss) or 1.0


def _turned(judgement: Judgement) -> FirstFault:
    """Return the fault of a program whose gradients are right but whose steps climb."""
    look = judgement.best
    point = look.reading.point
    right = reverse_sweep(point, judgement.loss)
    factor = _loss_factor(judgement, judgement.loss)
    at = turned(look, judgement.loss)
    line = (None, "") if at is None else _source_line(judgement, at)
    should = right.delta[-1] * factor
    return _fault(judgement, point.depth, "delta", -should, should, factor, line, False)


def _unnamed(judgement: Judgement) -> FirstFault | None:
    """Return the first quantity from the top that no common scale makes right."""
    look = judgement.best
    point, observed = look.reading.point, look.reading.observed
    right = reverse_sweep(point, judgement.loss)
    scale = None
    for l in reversed(range(point.depth)):
        wrong = []
        for quantity, got, should in (("dW", observed.dW[l], right.dW[l]), ("db", observed.db[l], right.db[l])):
            if got is None or got.shape != should.shape:
                wrong += [] if got is None else [(quantity, got, should)]
                continue
            own = closest_factor(got, should)
            off = np.abs(got - (own if scale is None else scale) * should).max()
            fits = off <= 1e-6 * np.abs(got).max() + observed.floor
            if fits and scale is None:
                scale = own
            if not fits:
                wrong.append((quantity, got, should))
        if wrong:
            used = scale or 1.0
            quantity, got, should = wrong[0]
            both = len(wrong) == 2 or observed.db[l] is None
            told = _fault(judgement, l + 1, quantity, got / used, should, 1.0, (None, ""), False)
            at = unnamed(look, l + 1, "delta" if both else quantity, told.index or (0,) * got.ndim)
            told = told if at is None else replace(told, line=look.tape.node(at).line)
            return replace(told, quantity="delta", index=None, got=None) if both else told
    return None


def named(judgement: Judgement) -> tuple[Named, ...]:
    """Return the mistakes of the best explanation, then those of others that fit as well."""
    if judgement.verdict != "wrong":
        return ()
    if judgement.spoilt is not None:
        return (_whole(judgement, judgement.spoilt.bug),)
    if not judgement.explanations:
        return ()
    best = judgement.explanations[0]
    if not best.found:
        return (_whole(judgement, "B35" if judgement.repeats else "B14"),)
    distinct: dict[tuple[str, str], Found] = {}
    for found in best.found:
        distinct.setdefault((found.bug, found.wrong), found)
    told = [_named(judgement, best, found, alternative=False) for found in distinct.values()]
    if best.scale < 0 and (turned := _turned(judgement)) is not None:
        told.append(as_named("B14", turned))
    ids = {n.id for n in told}
    for other in judgement.explanations[1:]:
        for found in other.found:
            if found.bug not in ids and len(ids) < len(best.found) + ALTERNATIVES:
                ids.add(found.bug)
                told.append(_named(judgement, other, found, alternative=True))
    return tuple(told)


def _named(judgement: Judgement, explanation: Explanation, found: Found, *, alternative: bool) -> Named:
    bug = CATALOGUE[found.bug]
    only = len({e.bugs for e in judgement.explanations}) == 1
    line, _ = line_of(judgement, explanation, found)
    return Named(
        id=bug.id,
        name=bug.name,
        confidence="reproduces every number" if only else "fits, and so do others",
        layer=found.layer,
        line=line,
        wrong=found.wrong,
        right=found.right,
        why=bug.why,
        fix=bug.fix,
        alternative=alternative,
    )


def as_named(id: str, fault: FirstFault) -> Named:
    """Return the catalogue's mistake that one fault is."""
    bug = CATALOGUE[id]
    return Named(
        id=id, name=bug.name, confidence="reproduces every number", layer=fault.layer, line=fault.line,
        wrong=bug.wrong, right=bug.right, why=bug.why, fix=bug.fix,
    )  # fmt: skip


def _whole(judgement: Judgement, id: str) -> Named:
    """Return a mistake that no single gradient shows: steps that climb, or that repeat earlier ones."""
    fault = first_fault(judgement, autodiff=False)
    assert fault is not None
    return as_named(id, fault)


def _spoilt(judgement: Judgement, what: Spoilt) -> FirstFault:
    """Return the fault of a program that rounds inside its computation, or that keeps what it should not."""
    line, text = (None, "") if what.at == NOT_A_NUMBER else _source_line(judgement, what.at)
    name = judgement.best.reading.point.curves[what.layer - 1].name
    return FirstFault(layer=what.layer, activation=name, quantity=what.quantity, line=line, text=text)


def _repeated(judgement: Judgement) -> FirstFault:
    """Return the fault of a program that adds the gradients of earlier steps again: the line that adds."""
    layer, curves = judgement.repeats, judgement.best.reading.point.curves
    line = next((_source_line(judgement, at)[0] for at in repeating(judgement.best, layer)), None)
    return FirstFault(layer=layer, activation=curves[layer - 1].name, quantity="dW", line=line)


def line_of(judgement: Judgement, explanation: Explanation, found: Found) -> tuple[int | None, str]:
    """Return the guilty line and its text; (None, "") where the mistake is something missing."""
    loop = {"B54": partial(left_out, judgement.best, found), "B10": partial(over_written_names, judgement.best)}
    if found.bug in loop and (own := loop[found.bug]()) is not None:
        return own.line, own.text.partition("\n")[0]
    at = guilty(judgement.best, explanation, _clearest(explanation, found))
    if at is not None and not _is_of(judgement.best, found, at):
        here = guilty(judgement.best, explanation, found)
        at = at if here is None else here
    return (None, "") if at is None else _source_line(judgement, at)


def _is_of(look: Look, found: Found, at: int) -> bool:
    """Return whether a line that was told of the layer where a mistake shows best is one of the mistake's own layer."""
    node = look.tape.events[at].node
    return any(look.tape.events[i].node == node for i in trail_of(look, found).places)


def _clearest(explanation: Explanation, found: Found) -> Found:
    """Return the same mistake in the layer where it shows best: of a single number many expressions are a multiple."""
    same = [f for f in explanation.found if (f.bug, f.wrong, f.step) == (found.bug, found.wrong, found.step)]
    return found if found.value.size > 1 else max(same, key=lambda f: f.value.size, default=found)


def _source_line(judgement: Judgement, at: int) -> tuple[int | None, str]:
    node = judgement.best.tape.node(at)
    return node.line, node.text


def _oracles(
    point: Point, loss: str, layer: int, quantity: str, index: tuple[int, ...], autodiff: bool
) -> tuple[float | None, float | None, float | None]:
    """Return what autodiff and differences say at one entry, penalty included; None where they cannot speak."""
    network = as_network(point, loss)
    if network is None:
        return None, None, None
    from ...oracles.differences import difference_at

    block = {"delta": "dz"}.get(quantity, quantity), layer
    try:
        with np.errstate(all="ignore"):
            trace = network.forward(point.X)
            y = as_targets(network.objective.targets, point.Y, trace.output)
            sizes = network.backward(trace, y)
        problem = Problem(network, trace.X, point.Y)
        jax = float(backward_values(_autodiff(problem), np.asarray)[block][index]) if autodiff else None
        value, bar = difference_at(network, trace, y, sizes, *block, index)
    except (InputError, ValueError, FloatingPointError):
        return None, None, None
    added = _penalty(point, layer, quantity, index)
    jax = None if jax is None else jax + added
    return (jax, value + added, bar) if np.isfinite(bar) else (jax, None, None)


def _penalty(point: Point, layer: int, quantity: str, index: tuple[int, ...]) -> float:
    """Return what the penalty of the loss adds to one entry of a gradient."""
    of = {"dW": weight_penalty, "db": bias_penalty}.get(quantity)
    added = 0.0 if of is None else of(point, layer - 1)
    return added if isinstance(added, float) else float(added[index])


def _autodiff(problem: Problem) -> Gradients:
    """Return JAX's gradients of one network: compiled for it alone, the program for all networks takes far longer."""
    from ...oracles.autodiff import plain

    return plain(problem).gradients


def as_network(point: Point, loss: str) -> Network | None:
    """Return the point's network as one of the reference's, None where it has an activation that the tables lack."""
    if (
        loss not in LOSSES
        or any(f.name not in ACTIVATIONS for f in point.curves)
        or any(b is not None and b.ndim > 1 for b in point.b)
    ):
        return None
    layers: list[Affine | Activation] = []
    for W, b, f in zip(point.W, point.b, point.curves, strict=True):
        layers += [Affine(W.copy(), np.zeros(W.shape[1]) if b is None else b.copy()), activation(f.name)]
    return Network.stack(layers, loss, reduction="sum")
