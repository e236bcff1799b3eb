"""Which loss a program computes beside its first step: once an epoch, or in a function with a pass of its own."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..reading.align import Reading, compared, first_bias_split, point_of
from ..reading.chain import Chain, Layer, chains
from ..reading.layer_penalties import Penalties, placed, weighed
from ..reading.losses_seen import METRICS, LossSeen, believed, losses_seen
from ..reading.penalty import penalty
from ..reading.point import Observed, Penalised
from ..runs.recording import NOT_A_NUMBER
from ..runs.tape import Tape
from .look import Look, rightness
from .own_loss import Runs

EVENTS, LONG = 16_000, 128_000  # an epoch of a small data set, of a larger one
OF_LOSSES = ("**", "square", "norm", "log")
ROOM = 50_000_000  # bytes that their values may take
WINDOW = 600  # events from the first new expression on in which a forward pass and its loss are looked for
BEGUN = 0.3  # part of a run's events in which a loss of all samples may not have been finished
CUT = "too many events"  # how a run ended that had more of them
MANY = 1_000_000  # updates: the run ends with its events


class Later(NamedTuple):
    """What a program computes beside its first step.

    Attributes:
        losses: the names of its losses.
        decays: what the weight decay of the step may be that belongs to the loss's penalty, with the batch of the
            step or with all samples that the loss was taken of; empty where it has none, or is of other data.
        layered: the same where the penalties of the layers are not the same.
    """

    losses: tuple[str, ...] = ()
    decays: tuple[float, ...] = ()
    layered: tuple[Penalties, ...] = ()

    def allows(self, decay: float) -> bool:
        """Return whether a step's decay is that of the loss, as far as is known."""
        return not (self.decays or self.layered) or bool(np.isclose(decay, self.decays, rtol=1e-6, atol=0).any())


def with_decay(one: Look, decay: float) -> Look:
    """Return a look at a point whose loss has a decay; whether it is right is open."""
    return one._replace(reading=one.reading._replace(point=one.reading.point._replace(decay=decay)), right=None)


def with_penalties(one: Look, penalties: Penalties, losses: tuple[str, ...]) -> Look:
    """Return a look at a point whose loss has penalties of each layer's own, with what is right then."""
    reading = one.reading._replace(point=placed(one.reading.point, penalties))
    return one._replace(reading=reading, right=rightness(one.tape, reading, losses), explanations=[])


def losses_later(runs: Runs, first: Look) -> Later:
    """Return the losses that the program computes in another pass; none where none is, or none is needed.

    Asked only where the first step computes none.
    """
    if any(name not in METRICS for name in believed(first.seen)):
        return Later()
    for found in (_of_passes(first.tape, first, _beside(first)), _afterwards(runs, first)):
        if (known := next(found, None)) is not None:
            return known
    return Later()


def _of_passes(tape: Tape, first: Look, passes: Iterator[Reading]) -> Iterator[Later]:
    """Yield what is computed of each pass that a loss is computed of."""
    for one in passes:
        told = losses_seen(tape, one)
        seen = [s for s in told if s.name not in METRICS]
        if names := [name for name in believed(told) if name not in METRICS]:
            added = penalty(tape, one, seen)
            if added is not None:
                decays = _decays(added.decay, one, first.reading)
                layered = tuple(_on_all(one.point.depth, decay) for decay in decays) if added.biases else ()
                yield Later(tuple(names), () if layered else decays, layered)
                continue
            layered = _layered(tape, one, seen, _shares(one, first.reading))
            yield Later(tuple(names), () if layered else _of_totals(tape, one, seen, first.reading), layered)


def _of_totals(tape: Tape, one: Reading, seen: list[LossSeen], step: Reading) -> tuple[float, ...]:
    """Return what the step's decay may be for a penalty on the loss of one sample after another; empty for none."""
    for loss in (s for s in seen if s.factor > 0):
        for total, places in reversed(list(_totals(tape, loss))):
            every = _of_samples(tape, one, places)._replace(end=min(total.at + WINDOW, len(tape.events)))
            if (added := penalty(tape, every, [total])) is not None:
                return _decays(added.decay, every, step)
    return ()


def _totals(tape: Tape, loss: LossSeen) -> Iterator[tuple[LossSeen, list[int]]]:
    """Yield the sums and means of losses of single samples that something is added to, and where those are computed.

    They begin with the first that is computed at all, or with the one that was seen.
    """
    node = tape.events[loss.at].node
    places = [at for at, event in enumerate(tape.events) if event.node == node and event.result >= 0]
    so_far = np.cumsum([0.0, *(float(tape.array(tape.events[at].result).sum()) for at in places)])
    for total in (s for s in tape.sums if not tape.shape(s.result)):
        n = bisect_left(places, total.at)
        for first in (m for m in {0, bisect_left(places, loss.at)} if n - m > 1):
            whole = float(so_far[n] - so_far[first])
            for key in (total.left, total.right):
                value, made = float(tape.array(key).sum()), tape.last_made(key, NOT_A_NUMBER, total.at)
                shares = (q for q in (1.0, 1 / (n - first)) if np.isclose(value, q * whole, rtol=1e-9, atol=0))
                if made is not None and (share := next(shares, None)) is not None:
                    yield LossSeen(loss.name, tape.place(made), made, value, loss.factor * share), places[first:n]


def _of_samples(tape: Tape, one: Reading, places: list[int]) -> Reading:
    """Return a reading of one sample's pass with the inputs of all passes whose losses are computed at some places."""
    first = one.passes[0].chain.layers[0]
    event = tape.events[first.product.at]
    if first.a_key not in event.operands or first.merged is not None:
        return one
    side, group = event.operands.index(first.a_key), tape.group(first.W_key)
    alike = [at for at, e in enumerate(tape.events[: places[-1]]) if e.node == event.node]
    alike = [at for at in alike if group in {tape.group(k) for k in tape.events[at].operands}]
    inputs = [tape.array(tape.events[at].operands[side]).reshape(1, -1) for at in alike[-len(places) :]]
    return one._replace(point=one.point._replace(X=np.concatenate(inputs))) if inputs else one


def _afterwards(runs: Runs, first: Look) -> Iterator[Later]:
    """Yield what the program computes later on; with more events where that has only begun when they ran out.

    With many more where nothing new came, and what a loss is made of stands where the program has not been yet: but
    what we call ourselves does not come to anything else.
    """
    events = _affordable(first.tape, EVENTS)
    tape = Tape(runs.run(updates=MANY, events=events))
    since, cut = _first_new(tape, first), tape.recording.ended == CUT
    if since is not None and cut and len(tape.events) - since < len(tape.events) * BEGUN:
        tape = Tape(runs.run(updates=MANY, events=2 * events))
    elif since is None and cut and not tape.recording.called and _is_promised(tape):
        tape = Tape(runs.run(updates=MANY, events=_affordable(first.tape, LONG)))
    yield from _of_passes(tape, first, _passes(tape, first))


def _beside(first: Look) -> Iterator[Reading]:
    """Yield the other forward passes of the first step, each as a reading without gradients."""
    tape, own = first.tape, {p.chain.start for p in first.reading.passes}
    found = chains(tape, first.reading.end)
    for chain in {c.start: c for c in reversed(found) if len(c.layers) == first.reading.point.depth}.values():
        if chain.start not in own:
            yield from _alone(tape, chain)


def _on_all(depth: int, decay: float) -> Penalties:
    """Return a decay of weights and biases alike as penalties of each layer's own."""
    return ((Penalised(decay), Penalised(decay)),) * depth


def _layered(tape: Tape, later: Reading, seen: list[LossSeen], shares: tuple[float, ...]) -> tuple[Penalties, ...]:
    """Return the penalties of each layer's own that a later loss holds, for the batch of the step."""
    found = next((w for s in seen if s.factor > 0 and (w := weighed(tape, later, s)) is not None), None)
    if found is None:
        return ()
    return tuple(
        tuple((W.scaled(share), b.scaled(share)) for W, b in found.penalties) for share in dict.fromkeys(shares)
    )


def _decays(decay: float, later: Reading, step: Reading) -> tuple[float, ...]:
    """Return the decay of the step for one of a later loss."""
    return tuple(decay * share for share in _shares(later, step))


def _shares(later: Reading, step: Reading) -> tuple[float, ...]:
    """Return of what part a later loss's decay may be that of the step: a mean has its penalty once, of any batch."""
    drawn, of_all = step.point.X, later.point.X
    if drawn.shape[1] != of_all.shape[1] or not all((of_all == row).all(axis=1).any() for row in drawn):
        return ()
    return (len(drawn) / len(of_all), 1.0)


def _is_promised(tape: Tape) -> bool:
    """Return whether an expression that was never run is one that losses are made of."""
    ran = {event.node for event in tape.events}
    names = (node.what.rpartition(".")[2] for at, node in enumerate(tape.nodes) if at not in ran)
    return any(name in OF_LOSSES for name in names)


def _affordable(seen: Tape, most: int) -> int:
    """Return how many events may be recorded, by the bytes that the values of a few steps took."""
    each = sum(value.nbytes for value in seen.recording.values) / max(1, len(seen.events))
    return int(min(most, ROOM / max(1.0, each)))


def _first_new(tape: Tape, first: Look, names: tuple[str, ...] = ()) -> int | None:
    """Return where code begins that the first step has not run, or such operations do; None where none does."""
    known = {event.node for event in tape.events[: first.reading.end]}
    new = {i for i, n in enumerate(tape.nodes) if not names or n.what.rpartition(".")[2] in names} - known
    return next((at for at, e in enumerate(tape.events) if at >= first.reading.end and e.node in new), None)


def _passes(tape: Tape, first: Look) -> Iterator[Reading]:
    """Yield the forward passes of the code that was not run before, each as a reading without gradients.

    They are looked for where it begins, and where it begins to compute what losses are made of.
    """
    new = [_first_new(tape, first), _first_new(tape, first, OF_LOSSES)]
    for since in dict.fromkeys(at for at in new if at is not None):
        yield from _passes_from(tape, first, since)


def _passes_from(tape: Tape, first: Look, since: int) -> Iterator[Reading]:
    until = min(since + WINDOW, len(tape.events))
    depth, before = first.reading.point.depth, max(first.reading.end, since - WINDOW)
    whole = [c for c in chains(tape, until, since=since) if len(c.layers) == depth]
    earlier = [c for c in chains(tape, since, since=before) if len(c.layers) == depth]
    if earlier:  # by the function that the step goes through as well; of those that start there, the likeliest
        whole.append(max(earlier, key=lambda c: c.start))
    for chain in (*whole, *_of_all_samples(tape, whole)):
        yield from _alone(tape, chain)


def _of_all_samples(tape: Tape, passes: list[Chain]) -> Iterator[Chain]:
    """Yield the passes of one sample after another as one pass of all: their outputs are compared together."""
    if not passes:
        return

    def told(one: Chain) -> tuple[int, ...]:
        return (tape.events[one.start].node, *map(tape.group, one.weights))

    alike = {c.start: c for c in reversed(passes) if told(c) == told(passes[0])}
    in_order = [alike[start] for start in sorted(alike)]
    if len(in_order) > 1:
        yield Chain(tuple(map(_joined, zip(*(c.layers for c in in_order), strict=True))))


def _joined(layers: tuple[Layer, ...]) -> Layer:
    """Return a layer of several passes as that of one: it ends where the last one does."""
    a_in, z = (np.concatenate([getattr(layer, name) for layer in layers]) for name in ("a_in", "z"))
    return layers[-1]._replace(a_in=a_in, z=z, product=layers[0].product)


def _alone(tape: Tape, chain: Chain) -> Iterator[Reading]:
    """Yield the readings of a forward pass without gradients, one for each output and target that fit."""
    (chain,) = first_bias_split([chain])
    none, end = tuple(None for _ in chain.layers), min(chain.end + WINDOW, len(tape.events))
    for one in compared(tape, chain, end):
        yield Reading(point_of(tape, [one], none), Observed((), ()), (one,), none, none, chain.start, end)
