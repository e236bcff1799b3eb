"""From a recording to a reading of it: the network, its data, its targets and its own gradients, row-major."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

import numpy as np

from reference.arrays import Array

from ..runs.recording import NOT_A_NUMBER
from ..runs.tape import Tape, unsigned, upstream
from ..runs.written_operands import written
from .chain import Chain, Layer, chains, of_samples, split
from .curves import CURVES, Curve
from .dropout import Dropped, together
from .lineage import Lineage, Update, lineage
from .once import is_shown_once
from .outputs import Output, as_rows, outputs
from .parts import Positions
from .point import Observed, Point
from .returned import returned

MOST_READINGS = 12
ROUNDED = 1e-2  # how far rounding may move a sum of squares
LOOK_AHEAD = 400  # events after the last pre-activation in which the output and the targets are looked for


class Target(NamedTuple):
    """What the output was compared with in one pass.

    Attributes:
        key: of the targets; ``at`` where they met the output.
        value: row-major, labels as one-hot rows.
        labels: whether they were integer labels.
    """

    key: int
    at: int
    value: Array
    labels: bool


class Pass(NamedTuple):
    """One forward pass with its output and its targets."""

    chain: Chain
    output: Output
    target: Target


class Reading(NamedTuple):
    """What a run is taken to have done in its first training step.

    Attributes:
        point: the forward pass in our notation.
        observed: the program's own gradients.
        passes: the forward passes whose samples make up the batch.
        weights, biases: the update of each layer's parameters, None where there was none.
        start, end: the positions of the first product and of the last event of the step.
    """

    point: Point
    observed: Observed
    passes: tuple[Pass, ...]
    weights: tuple[Update | None, ...]
    biases: tuple[Update | None, ...]
    start: int
    end: int


def readings(tape: Tape) -> list[Reading]:
    """Return what the run's first training step may have been, the likeliest first; empty where none was seen."""
    with np.errstate(all="ignore"):
        for changed in (lineage, returned):
            trained = changed(tape)
            if trained and (found := list(islice(_readings(tape, trained), MOST_READINGS))):
                return found
    return []


def _readings(tape: Tape, trained: Lineage) -> Iterator[Reading]:
    until = first_step_end(tape, trained)
    found = chains(tape, until, trained)
    if not found:
        return
    told = tape.bound("adapter_x", found[0].start)
    found = [c for c in found if told is not None and tape.group(c.layers[0].a_key) == tape.group(told)] or found
    weights = tuple(tape.group(k) for k in found[0].weights)
    same = [c for c in found if tuple(tape.group(k) for k in c.weights) == weights]
    same = list({c.start: c for c in reversed(same)}.values())[::-1]
    same.sort(key=lambda c: c.start)
    same = [c for c in same if _sides(c) == _sides(same[0])]
    first = min((u.at for g in weights for u in trained.get(g, []) if u.at > same[0].start), default=len(tape.events))
    before = [c for c in same if c.end < first]
    for group in _batches(before):
        yield from _of_passes(tape, trained, first_bias_split(group))


def _sides(chain: Chain) -> list[tuple[str, int]]:
    """Return how each layer uses its weights: on the way back they stand on the other side, or transposed."""
    return [(layer.side, layer.W_key) for layer in chain.layers]


def first_step_end(tape: Tape, trained: Lineage) -> int:
    """Return where the last parameter is first updated: later values are updates of updates."""
    new = {tape.group(u.new) for updates in trained.values() for u in updates if u.new != u.old}
    roots = [updates[0].at for group, updates in trained.items() if not {group, tape.group(updates[0].old)} & new]
    return max(roots) if roots else max(updates[0].at for updates in trained.values())


def _batches(passes: list[Chain]) -> Iterator[list[Chain]]:
    """Yield the passes that may make up the batch of the first step: the last one, or all of them."""
    if not passes:
        return
    distinct = list({c.layers[0].a_key: c for c in passes}.values())
    if len(distinct) > 1:
        yield distinct
    yield passes[-1:]
    if len(passes) > 1 and len(distinct) == 1:
        yield passes[:1]


def first_bias_split(group: list[Chain]) -> list[Chain]:
    """Return the passes with the first layer's bias split off where the layers above have theirs merged alike."""
    merged = next((layer for layer in group[0].layers[1:] if layer.merged is not None), None)
    if merged is None or merged.merged is None:
        return group
    end, constant = merged.merged, merged.constant
    firsts = [c.layers[0] for c in group]
    if any(f.bias is not None or f.merged is not None or (f.a_in[:, end] != constant).any() for f in firsts):
        return group
    return [Chain((split(c.layers[0], end, constant), *c.layers[1:])) for c in group]


def _of_passes(tape: Tape, trained: Lineage, group: list[Chain]) -> Iterator[Reading]:
    """Yield the readings of one batch: every output and target that fit."""
    ends = [c.start for c in group[1:]] + [group[-1].end + LOOK_AHEAD]
    options = [list(islice(compared(tape, c, end), 4)) for c, end in zip(group, ends, strict=True)]
    if not all(options):
        return
    for rank in range(min(map(len, options))):
        chosen = [option[rank] for option in options]
        if len({(p.output.curve.name, p.target.value.shape[1]) for p in chosen}) == 1:
            yield _reading(tape, trained, chosen)


def compared(tape: Tape, chain: Chain, end: int) -> Iterator[Pass]:
    """Yield a pass with each output and target that its last pre-activation may lead to."""
    last = chain.layers[-1]
    for output in outputs(tape, last, end):
        for target in (*_targets(tape, chain, output, end), *_no_targets(tape, output, last, end)):
            yield Pass(chain, output, target)


def _no_targets(tape: Tape, output: Output, last: Layer, end: int) -> Iterator[Target]:
    """Yield targets of 0 where the sum of the output's squares was computed: a loss without targets."""
    total = float(np.sum(tape.array(output.key) ** 2))
    within = ROUNDED if tape.rounds else 1e-12
    for at in range(output.at, min(end, len(tape.events))):
        key = tape.events[at].result
        if key >= 0 and not tape.shape(key) and total and np.isclose(tape.array(key), total, rtol=within, atol=0):
            yield Target(NOT_A_NUMBER, output.at, np.zeros_like(last.z), labels=False)
            return


def _targets(tape: Tape, chain: Chain, output: Output, end: int) -> Iterator[Target]:
    """Yield what the output met, in a subtraction first, then in any other expression, then as integer labels.

    Targets that an adapter names are the only ones.
    """
    last = chain.layers[-1]
    told = tape.bound("adapter_y", last.z_at)
    if told is not None and (value := _as_targets(tape.recording.values[told], last)) is not None:
        yield Target(told, last.z_at, value, labels=value.size != tape.recording.values[told].size)
        return
    group, seen = tape.group(output.key), set()
    for kinds in (("-",), ("*", "/", "call")):
        for at in range(output.at, min(end, len(tape.events))):
            node = tape.node(at)
            if (node.what if node.kind == "binary" else node.kind) not in kinds:
                continue
            operands = tape.events[at].operands
            if not any(tape.group(k) == group for k in operands):
                continue
            for key in (unsigned(tape, operand) for operand in operands if not _is_written(tape, at, operand)):
                if (
                    key in seen
                    or key < 0
                    or tape.group(key) == group
                    or not (_given(tape, key, chain) or written(tape, at, key))
                ):
                    continue
                seen.add(key)
                value = as_rows(tape.array(key), last)
                if value.shape == last.z.shape:
                    yield Target(key, at, value, labels=False)
    yield from _labels(tape, last, end)


def _as_targets(told: Array, last: Layer) -> Array | None:
    """Return what an adapter named as row-major targets, integer labels as one-hot rows; None where it does not fit."""
    N, K = last.z.shape
    if K > 1 and told.size == N and told.dtype.kind in "iu" and told.min() >= 0 and told.max() < K:
        return np.asarray(np.eye(K)[told.ravel()])
    value = as_rows(np.asarray(told, dtype=np.float64), last)
    return value if value.shape == last.z.shape else None


def _is_written(tape: Tape, at: int, key: int) -> bool:
    """Return whether an operand is a number written in the expression itself: the 1 of 1 - a."""
    return key >= 0 and not tape.shape(key) and float(tape.array(key)) in literals(tape.node(at).text)


@lru_cache(maxsize=1024)
def literals(text: str) -> frozenset[float]:
    """Return the numbers that an expression has as its own operands or arguments, as written."""
    try:
        node = ast.parse(f"({text})", mode="eval").body
    except SyntaxError:
        return frozenset()
    parts = [node.left, node.right] if isinstance(node, ast.BinOp) else node.args if isinstance(node, ast.Call) else []
    values = (part.value for part in parts if isinstance(part, ast.Constant))
    return frozenset(float(value) for value in values if isinstance(value, int | float))


def _given(tape: Tape, key: int, chain: Chain) -> bool:
    """Return whether a value is data: an event made it, and it was not computed from the pass."""
    places = tape.made.get(key, [])
    if not places:
        return key in tape.known
    if not tape.shape(key) and tape.node(places[0]).kind == "literal":  # a target may be a number that was written out
        taken = [at for at in places if tape.node(at).kind in ("bind", "argument", "subscript")]
        return any(
            at < chain.start or (tape.node(at).kind == "subscript" and at < chain.end + LOOK_AHEAD) for at in taken
        )
    if places[0] < chain.start:
        return True
    return upstream(tape, places[0]).isdisjoint(layer.product.at for layer in chain.layers)


def _labels(tape: Tape, last: Layer, end: int) -> Iterator[Target]:
    """Yield integer labels as one-hot rows: those used after the pass first, then the latest before it."""
    N, K = last.z.shape
    if K < 2:
        return
    seen: set[int] = set()
    # an index is no operand: labels used as nothing else were last seen before the pass
    for at in (*range(last.z_at, min(end, len(tape.events))), *reversed(range(last.z_at))):
        for key in (*tape.events[at].operands, tape.events[at].result):
            if key < 0 or key in seen:
                continue
            seen.add(key)
            value = tape.recording.values[key]
            if value.size != N or value.dtype.kind not in "iu" or (value.ndim == 0 and not _is_sample(tape, key, N)):
                continue
            flat = value.ravel()
            if flat.min() >= 0 and flat.max() < K and not (N > 1 and np.array_equal(flat, np.arange(N))):
                yield Target(key, at, np.eye(K)[flat], labels=True)


def _is_sample(tape: Tape, key: int, N: int) -> bool:
    """Return whether one whole number may be the label of one sample: it was taken out of others, or handed over."""
    kinds = {tape.node(at).kind for at in tape.made.get(key, ())}
    return N == 1 and bool(kinds & {"subscript", "argument"} or ("bind" in kinds and "literal" not in kinds))


def _reading(tape: Tape, trained: Lineage, passes: list[Pass]) -> Reading:
    """Return the reading of one batch of passes."""
    first = passes[0].chain.layers
    start, end = passes[0].chain.start, _end(tape, passes)
    weights = tuple(_update(tape, trained, layer.W_key, passes[-1].chain.start) for layer in first)
    biases = tuple(
        None if layer.bias is None else _update(tape, trained, layer.bias.key, passes[-1].chain.start)
        for layer in first
    )
    observed = _observed(tape, first, weights, biases)
    b = tuple(_spread_out(tape, layer, step) for layer, step in zip(first, observed.db, strict=True))
    point = point_of(tape, passes, weights)._replace(b=b)
    return Reading(point, observed, tuple(passes), weights, biases, start, end)


def _end(tape: Tape, passes: list[Pass]) -> int:
    """Return where the next pass through the first layer starts."""
    last = passes[-1]
    names = tape.events[last.chain.start].node
    later = (at for at in range(last.chain.end + 1, len(tape.events)) if tape.events[at].node == names)
    return next(later, len(tape.events))


def _update(tape: Tape, trained: Lineage, key: int, after: int) -> Update | None:
    """Return the first update of a parameter after a position."""
    return next((u for u in trained.get(tape.group(key), []) if u.at > after), None)


def point_of(tape: Tape, passes: list[Pass], weights: tuple[Update | None, ...]) -> Point:
    """Return the point of a batch of passes; ``weights`` are the updates of each layer's, None where there was none."""
    layers = passes[0].chain.layers
    depth = len(layers)
    stacked = [np.concatenate([p.chain.layers[l].z for p in passes]) for l in range(depth)]
    X = np.concatenate([p.chain.layers[0].a_in for p in passes])
    curves = tuple(_agreed(passes, l) for l in range(depth - 1)) + (passes[0].output.curve,)
    a = tuple(np.asarray(f.forward(z)) for f, z in zip(curves, stacked, strict=True))
    Y = np.concatenate([p.target.value for p in passes])
    W = tuple(layer.W for layer in layers)
    new = tuple(_new(tape, layer, u) for layer, u in zip(layers, weights, strict=True))
    shared = frozenset(
        l for l, layer in enumerate(layers) if layer.bias is not None and tape.array(layer.bias.key).size == 1
    )
    return Point(X, W, tuple(layer.b for layer in layers), tuple(stacked), a, curves, Y, new, shared)


def _agreed(passes: list[Pass], l: int) -> Curve:
    """Return the activation of layer l: of the pass that tells most, where some fit the identity by accident."""
    found = [p.chain.layers[l].curve or CURVES["linear"] for p in passes]
    if any(isinstance(c, Dropped) for c in found):
        return together(found, [len(p.chain.layers[l].z) for p in passes])
    return next((c for c in found if c.name != "linear"), found[0])


def _new(tape: Tape, layer: Layer, update: Update | None) -> Array:
    """Return a layer's weights after its update."""
    if update is None or update.new == NOT_A_NUMBER:
        return layer.W
    return weight_part(tape, layer, update, tape.array(update.new))


def weight_part(tape: Tape, layer: Layer, update: Update, value: Array) -> Array:
    """Return of what is laid out as the updated parameter the part of the weights, as (n_in, n_out)."""
    return weights_part(_turned(tape, layer, update, value), layer)


def _turned(tape: Tape, layer: Layer, update: Update, value: Array) -> Array:
    """Return a value of the stored weights as (n_in, n_out): they may be transposed between update and product."""
    used = tape.array(layer.W_key)
    value, old = held(tape, update, value, used), held(tape, update, tape.array(update.old), used)
    if value.ndim != 2 or used.ndim != 2:
        return value.reshape(-1, 1)
    transposed = (layer.side == "left") != (old.shape != used.shape or not np.array_equal(old, used))
    return value.T if transposed else value


def held(tape: Tape, update: Update, value: Array, used: Array) -> Array:
    """Return of what is laid out as the updated vector the entries of one parameter, in the shape it is used in."""
    if update.where is None:
        return value
    part: Array = value.ravel()[positions(tape, update, used)]
    return part


def positions(tape: Tape, update: Update, used: Array) -> Positions:
    """Return which entries of the vector a parameter is, in the shape it is used in."""
    assert update.where is not None
    where = update.where
    if where.size != used.size:
        return where
    forms = (where.reshape(used.shape), where.reshape(used.T.shape).T, where.T.reshape(used.shape))
    old = tape.array(update.old).ravel()
    return next((form for form in forms if np.array_equal(old[form], used)), forms[0])


def weights_part(value: Array, layer: Layer) -> Array:
    """Return what belongs to the weights of (n_in, n_out), without a merged bias's row."""
    if layer.merged is None:
        return value
    return value[:-1] if layer.merged == -1 else value[1:]


def _observed(
    tape: Tape, layers: tuple[Layer, ...], weights: tuple[Update | None, ...], biases: tuple[Update | None, ...]
) -> Observed:
    """Return old minus new of every parameter; 0 where one was not updated."""
    dW = tuple(_weight_step(tape, layer, u) for layer, u in zip(layers, weights, strict=True))
    db = tuple(_bias_step(tape, layer, w, b) for layer, w, b in zip(layers, weights, biases, strict=True))
    if are_numbers(tape, layers, biases):
        db = tuple(None for _ in db)  # part of the network, not of what is trained
    values = [tape.recording.values[layer.W_key] for layer in layers]
    single = any(v.dtype == np.float32 for v in values)
    largest = max(float(np.abs(v).max(initial=0)) for v in values)
    eps = float(np.finfo(np.float32 if single else np.float64).eps)
    idle = frozenset(l for l, d in enumerate(db) if d is not None and not d.any() and _adds_nothing(tape, biases[l]))
    return Observed(dW, db, floor=8 * eps * max(largest, 1e-3), tolerance=2e-3 if single else 1e-6, idle=idle)


def are_numbers(tape: Tape, layers: tuple[Layer, ...], biases: tuple[Update | None, ...]) -> bool:
    """Return whether all biases are numbers written into the program that no step changes."""
    keys = [layer.bias.key for layer in layers if layer.bias is not None]
    made = [next(iter(tape.made.get(key, ())), None) for key in keys]
    return (
        bool(keys)
        and all(update is None for update in biases)
        and all(
            at is not None and tape.node(at).kind == "literal" and not tape.shape(tape.events[at].result) for at in made
        )
    )


def _adds_nothing(tape: Tape, update: Update | None) -> bool:
    """Return whether a parameter was not updated, or by zeros: a sum that cancels leaves some rounding or one zero."""
    return update is None or not (tape.array(update.step).any() or _is_summed(tape, update))


def _is_summed(tape: Tape, update: Update) -> bool:
    """Return whether the step is one number that was made of arrays, for a parameter of several."""
    if tape.shape(update.step) or not tape.shape(update.old):
        return False
    made = tape.last_made(update.step, NOT_A_NUMBER, update.at)
    before = set() if made is None else upstream(tape, made)
    return any(tape.shape(k) for at in before for k in tape.events[at].operands if k >= 0)


def _weight_step(tape: Tape, layer: Layer, update: Update | None) -> Array:
    return np.zeros_like(layer.W) if update is None else weight_part(tape, layer, update, _step(tape, update))


def _step(tape: Tape, update: Update) -> Array:
    """Return old minus new, or the gradient itself where it was not applied, as the parameter is laid out."""
    old = tape.array(update.old)
    if update.new != NOT_A_NUMBER:
        return old - tape.array(update.new)
    step = tape.array(update.step)
    if step.shape != old.shape and step.shape == old.shape[::-1]:
        step = step.T
    return step if step.shape == old.shape else np.broadcast_to(step, old.shape)


def _bias_step(tape: Tape, layer: Layer, weight: Update | None, bias: Update | None) -> Array | None:
    """Return the step of a bias of its own, or of one merged with the weights; None where there is no bias."""
    update = bias if layer.merged is None else weight
    if layer.b is None or (update is None and is_shown_once(tape, weight)):
        return None
    return np.zeros_like(layer.b) if update is None else bias_part(tape, layer, update, _step(tape, update))


def bias_part(tape: Tape, layer: Layer, update: Update, value: Array) -> Array | None:
    """Return of what is laid out as the updated parameter the part of the bias, one entry for each unit."""
    if layer.merged is not None:
        row: Array = _turned(tape, layer, update, value)[layer.merged] / layer.constant
        return row
    if layer.bias is None or layer.b is None:
        return None
    step = layer.bias.sign * held(tape, update, value, tape.array(layer.bias.key))
    if step.size == 1:
        return np.full(layer.b.shape, float(step.reshape(())))
    if layer.b.ndim == 1 and step.size == layer.b.size:
        return step.reshape(-1)
    return _by_sample(step, layer)


def _by_sample(step: Array, layer: Layer) -> Array:
    """Return the step of a bias with a row for each sample; one row alone where they are all the same."""
    rows = of_samples(step, layer.z.shape, layer.side)
    if rows is None:
        return np.atleast_2d(step)
    if layer.b is not None and layer.b.ndim == 2:
        return rows
    row: Array = rows[0].copy()
    return row if rows.shape == layer.z.shape and bool((rows == rows[0]).all()) else rows


def is_by_sample(tape: Tape, layer: Layer) -> bool:
    """Return whether a layer's bias is stored with an entry for each of the pre-activation's."""
    return layer.bias is not None and tape.array(layer.bias.key).size == layer.z.size > layer.z.shape[1]


def _spread_out(tape: Tape, layer: Layer, step: Array | None) -> Array | None:
    """Return a layer's bias; with its entries for each sample where it is stored so and its step differs by them."""
    if layer.b is None or step is None or step.ndim == 1 or not is_by_sample(tape, layer):
        return layer.b
    return np.array(np.broadcast_to(layer.b, layer.z.shape))
