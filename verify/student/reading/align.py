"""From a recording to a reading of it: the network, its data, its targets and its own gradients, row-major."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import NamedTuple

import numpy as np

from ..runs.found_once import found_once
from ..runs.recording import NOT_A_NUMBER
from ..runs.tape import Tape, upstream
from .chain import MOST_PRODUCTS, Chain, chains, split
from .changed import changed_inputs
from .curves import CURVES, Curve
from .dropout import Dropped, together
from .lineage import Lineage, Update, lineage
from .outputs import Output, outputs
from .point import Observed, Point
from .returned import returned
from .steps import observed_of, spread_out, updated
from .targets import Target, looked_for_until, no_targets, targets_of

MOST_READINGS = 12
MOST_BEFORE = 200  # products before the first update that are looked at where there are very many


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


@found_once
def readings(tape: Tape) -> tuple[Reading, ...]:
    """Return what the run's first training step may have been, the likeliest first; empty where none was seen."""
    with np.errstate(all="ignore"):
        for changed in (lineage, returned):
            trained = changed(tape)
            if trained and (found := tuple(islice(_readings(tape, trained), MOST_READINGS))):
                return found
    return ()


def _readings(tape: Tape, trained: Lineage) -> Iterator[Reading]:
    until = first_step_end(tape, trained)
    longest = chains(tape, until, trained, _since(tape, trained, until))
    found = [c for c in longest if not _is_renewed(tape, trained, c)]
    if not found:
        return
    told = tape.bound("adapter_x", found[0].start)
    found = [c for c in found if told is not None and tape.group(c.layers[0].a_key) == tape.group(told)] or found
    weights = tuple(tape.group(k) for k in found[0].weights)
    same = [c for c in found if tuple(tape.group(k) for k in c.weights) == weights]
    start = min(c.start for c in same)
    first = min((u.at for g in weights for u in trained.get(g, []) if u.at > start), default=len(tape.events))
    before = list({c.start: c for c in reversed(same) if c.end < first}.values())
    before.sort(key=lambda c: c.start)
    before = [c for c in before if _sides(c) == _sides(before[0]) and not _is_sent_down(tape, before[0], c)]
    for group in _batches(_followed(tape, trained, before)):
        yield from _of_passes(tape, trained, first_bias_split(group))


def _since(tape: Tape, trained: Lineage, until: int) -> int:
    """Return where to begin: a network that is tried on all samples before it is trained has many passes before.

    Sums of gradients may look trained, and change as soon as the second sample of the first batch.
    """
    first = min(u.at for updates in trained.values() for u in updates)
    own = (p for p in tape.products if not trained.keys().isdisjoint((tape.group(p.left), tape.group(p.right))))
    places = [p.at for p in own if p.at < until]  # no Jacobian of a single sample, of which there are hundreds
    before = [at for at in places if at < first]
    return before[-MOST_BEFORE] if len(places) > MOST_PRODUCTS and len(before) > MOST_BEFORE else 0


def _is_renewed(tape: Tape, trained: Lineage, chain: Chain) -> bool:
    """Return whether a weight of a pass is what another of its weights became: the error was taken for an output.

    Where the target is 0 they are the same number.
    """
    groups = {tape.group(key) for key in chain.weights}
    return any(u.new != u.old and tape.group(u.new) in groups - {g} for g in groups for u in trained.get(g, ()))


def _sides(chain: Chain) -> list[tuple[str, int]]:
    """Return how each layer uses its weights: on the way back they stand on the other side, or transposed."""
    return [(layer.side, layer.W_key) for layer in chain.layers]


def _is_sent_down(tape: Tape, first: Chain, other: Chain) -> bool:
    """Return whether a product with a single weight, which its transpose equals, is made of an earlier pass."""
    if other is first or any(tape.array(key).size > 1 for key in other.weights):
        return False
    layer = other.layers[0]
    made = tape.makers[layer.product.at][tape.events[layer.product.at].operands.index(layer.a_key)]
    return made is not None and first.start in upstream(tape, made)


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


def _followed(tape: Tape, trained: Lineage, passes: list[Chain]) -> list[Chain]:
    """Return the passes without those of a loss alone: no sweep back follows those.

    Where none but the last is followed by one, the batch is those at the end that the first update is made of. The
    last may be a prediction after the way back, of which no update is made.
    """
    between = [range(c.end + 1, after.start) for c, after in pairwise(passes)]
    swept = [c for c, span in zip(passes, between, strict=False) if any(p.at in span for p in tape.products)]
    if len({c.layers[0].a_key for c in passes}) < 2:
        return [*swept, passes[-1]] if swept else passes
    updates = (_update(tape, trained, key, passes[-1].start) for key in passes[-1].weights)
    used = set[int]().union(*(upstream(tape, u.end) for u in updates if u is not None))
    made = [c for c in passes if not used.isdisjoint(layer.product.at for layer in c.layers)]
    if swept:
        return swept if made and made[-1] is swept[-1] else [*swept, passes[-1]]
    return made if made and made == passes[-len(made) :] else passes


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
    ends = [c.start for c in group[1:]] + [looked_for_until(group[-1])]
    options = [list(islice(compared(tape, c, end), 4)) for c, end in zip(group, ends, strict=True)]
    if not all(options):
        return
    for rank in range(min(map(len, options))):
        chosen = [option[rank] for option in options]
        alike = chosen if len(set(map(_kind, chosen))) == 1 else _alike(options, chosen)
        if alike:
            yield _reading(tape, trained, alike)


def _kind(one: Pass) -> tuple[str, int]:
    """Return what the passes of one batch have in common: the output's activation and how many there are."""
    return one.output.curve.name, one.target.value.shape[1]


def _alike(options: list[list[Pass]], chosen: list[Pass]) -> list[Pass]:
    """Return for each pass the one of the commonest kind: the few numbers of a sample may fit others too."""
    (kind, _), *_ = Counter(map(_kind, chosen)).most_common(1)
    found = [next((one for one in option if _kind(one) == kind), None) for option in options]
    return [one for one in found if one is not None] if all(found) else []


def compared(tape: Tape, chain: Chain, end: int) -> Iterator[Pass]:
    """Yield a pass with each output and target that its last pre-activation may lead to."""
    last = chain.layers[-1]
    for output in outputs(tape, last, end):
        for target in (*targets_of(tape, chain, output, end), *no_targets(tape, output, last, end)):
            yield Pass(chain, output, target)


def _reading(tape: Tape, trained: Lineage, passes: list[Pass]) -> Reading:
    """Return the reading of one batch of passes."""
    first = passes[0].chain.layers
    weights = tuple(_update(tape, trained, layer.W_key, passes[-1].chain.start) for layer in first)
    biases = tuple(
        None if layer.bias is None else _update(tape, trained, layer.bias.key, passes[-1].chain.start)
        for layer in first
    )
    start, end = passes[0].chain.start, max(_end(tape, passes), *(_given_at(u) + 1 for u in (*weights, *biases)))
    observed = observed_of(tape, first, weights, biases)
    b = tuple(spread_out(tape, layer, step) for layer, step in zip(first, observed.db, strict=True))
    changed = changed_inputs(tape, [p.chain for p in passes], end)
    point = point_of(tape, passes, weights)._replace(b=b, changed=changed)
    return Reading(point, observed, tuple(passes), weights, biases, start, end)


def _end(tape: Tape, passes: list[Pass]) -> int:
    """Return where the next pass through the first layer starts."""
    last = passes[-1]
    names = tape.events[last.chain.start].node
    later = (at for at in range(last.chain.end + 1, len(tape.events)) if tape.events[at].node == names)
    return next(later, len(tape.events))


def _given_at(update: Update | None) -> int:
    """Return where a gradient is made that is not applied: perhaps of a pass after that of the loss."""
    return -1 if update is None or update.new != NOT_A_NUMBER else update.end


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
    new = tuple(updated(tape, layer, u) for layer, u in zip(layers, weights, strict=True))
    shared = frozenset(
        l for l, layer in enumerate(layers) if layer.bias is not None and tape.array(layer.bias.key).size == 1
    )
    merged = {l: (layer.merged, layer.constant) for l, layer in enumerate(layers) if layer.merged is not None}
    b = tuple(layer.b for layer in layers)
    return Point(X, W, b, tuple(stacked), a, curves, Y, new, shared, merged=merged)


def _agreed(passes: list[Pass], l: int) -> Curve:
    """Return the activation of layer l: of the pass that tells most, where some fit the identity by accident."""
    found = [p.chain.layers[l].curve or CURVES["linear"] for p in passes]
    if any(isinstance(c, Dropped) for c in found):
        return together(found, [len(p.chain.layers[l].z) for p in passes])
    return next((c for c in found if c.name != "linear"), found[0])
