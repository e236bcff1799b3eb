"""Gradients that a program computes and never applies: returned, stored or printed."""

import re
from collections.abc import Iterator
from itertools import islice
from operator import attrgetter

import numpy as np

from ..runs.recording import NOT_A_NUMBER
from ..runs.tape import Tape, upstream
from .chain import Chain, Layer, chains
from .lineage import Lineage, Update, bare
from .multiples import factor_between
from .parts import parts

MOST_CHAINS = 6
CALLED = ("w", "theta", "syn", "coef", "weight")
GRADIENTS = tuple(rf"(d|grads?_?|delta_?|nabla_?|g)_?{own}_?\d*" for own in ("(w|weights?|theta)", "(b|bias(es)?)"))
NAMING = ("bind", "store", "augment")


def returned(tape: Tape) -> Lineage:
    """Return the gradients of every parameter of a forward pass as updates that were never made, {} where some lack."""
    given = [c for c in chains(tape, len(tape.events)) if all(tape.was_there(key, c.start) for key in c.weights)]
    first = {tuple(tape.group(key) for key in c.weights): c for c in reversed(given)}
    own = (
        c
        for c in sorted(first.values(), key=attrgetter("start"))
        if not any(_is_activation(tape, c, key) for key in c.weights)
    )
    likely = sorted(islice(own, MOST_CHAINS), key=lambda c: (-len(c.layers), *_unlike_weights(tape, c)))
    return next((found for chain in likely if (found := _gradients(tape, chain, _elsewhere(tape, chain, given)))), {})


def _elsewhere(tape: Tape, chain: Chain, given: list[Chain]) -> int:
    """Return where the network is next run with other weights: what comes after is of another point."""
    own, shapes = {*map(tape.group, chain.weights)}, [*map(tape.shape, chain.weights)]
    others = (c for c in given if c.start > chain.end and [*map(tape.shape, c.weights)] == shapes)
    return min((c.start for c in others if own.isdisjoint(map(tape.group, c.weights))), default=len(tape.events))


def _unlike_weights(tape: Tape, chain: Chain) -> tuple[bool, bool]:
    """Return whether the last weights are not called so, and whether they are a vector: an input may be either."""
    key = chain.weights[-1]
    return not bare(tape.name_of(key)).startswith(CALLED), 1 in tape.shape(key) or len(tape.shape(key)) < 2


def _is_activation(tape: Tape, chain: Chain, key: int) -> bool:
    """Return whether what stands for a weight was made of a product: of an input and weights before this layer."""
    made = tape.last_made(key, NOT_A_NUMBER, chain.start)
    return made is not None and not tape.product_places.isdisjoint(upstream(tape, made))


def _gradients(tape: Tape, chain: Chain, until: int) -> Lineage:
    """Return the gradient of each weight and bias of a pass as an update without a new value; {} where one lacks."""
    found: Lineage = {}
    for layer in chain.layers:
        for key in (tape.turned(layer.W_key), *(() if layer.bias is None else (layer.bias.key,))):
            at = _gradient(tape, chain, layer, key, until)
            if at is None:
                return {}
            found[tape.group(key)] = [Update(chain.end + 1, at, key, NOT_A_NUMBER, tape.events[at].result, -1)]
    return {**found, **_misplaced(tape, chain, found, until)}


def _misplaced(tape: Tape, chain: Chain, found: Lineage, until: int) -> Lineage:
    """Return the gradients as parts of the vector of all of them, where it is no multiple of them in their places.

    An optimiser is given the vector: what counts is the entries of it that are in a parameter's places.
    """
    steps = [updates[0] for updates in found.values()]
    size = sum(tape.array(u.step).size for u in steps)
    made = {u.end for u in steps}
    calls = (at for at in range(max(made) + 1, until) if tape.node(at).kind == "call" and tape.events[at].result >= 0)
    alike = (at for at in calls if tape.shape(tape.events[at].result) == (size,))
    at = next((at for at in alike if made <= upstream(tape, at)), None)
    return {} if at is None else _in_vector(tape, chain, found, at)


def _in_vector(tape: Tape, chain: Chain, found: Lineage, at: int) -> Lineage:
    """Return the gradients as entries of the vector that an event made; {} where all stand in their places."""
    vector = tape.events[at].result
    before = dict.fromkeys(e.result for e in tape.events[: chain.start][::-1] if e.result >= 0)
    cut = parts(tape, [key for key in before if tape.shape(key) == tape.shape(vector)])
    updates = {group: update for group, (update, *_) in found.items()}
    where = {group: {p.root: p.where for p in cut.get(u.old, ())} for group, u in updates.items()}
    root = next((key for key in before if all(key in some for some in where.values())), None)
    if root is None or any(where[group][root].shape != tape.shape(u.step) for group, u in updates.items()):
        return {}
    given = tape.array(vector)
    pairs = [(given[where[group][root]].ravel(), tape.array(u.step).ravel()) for group, u in updates.items()]
    if factor_between(*(np.concatenate(side) for side in zip(*pairs, strict=True))):
        return {}
    return {g: [Update(u.at, at, root, NOT_A_NUMBER, vector, -1, where[g][root])] for g, u in updates.items()}


def _gradient(tape: Tape, chain: Chain, layer: Layer, key: int, until: int) -> int | None:
    """Return where a parameter's gradient got its name: computed from the layer's input, of its shape and its name."""
    own = bare(tape.name_of(key))
    places = list(_candidates(tape, chain, layer, key, until))
    places = [at for at in places if not _is_below(tape, chain, layer, at)] or places
    alike = [at for at in places if own and own in bare(tape.node(at).what) and own != bare(tape.node(at).what)]
    if not own:
        names = [at for at in places if _is_called_gradient(bare(tape.node(at).what), layer, key)]
        places = names or places
    alone = len({bare(tape.node(at).what) for at in places}) == 1
    return max(alike, default=None) if alike or not alone else max(places)


def _is_called_gradient(name: str, layer: Layer, key: int) -> bool:
    """Return whether a name is that of a bias's gradient, or of a weight's: db2, grad_W1, nabla_b."""
    bias = layer.bias is not None and key == layer.bias.key
    return re.fullmatch(GRADIENTS[bias], name) is not None


def _is_below(tape: Tape, chain: Chain, layer: Layer, at: int) -> bool:
    """Return whether a value went back through the layer's weights: it is of a layer below, whatever it is named.

    Another forward pass, which meets the layer's input there, is no way back.
    """
    W, x, trail = tape.group(layer.W_key), tape.group(layer.a_key), upstream(tape, at)
    later = ({tape.group(p.left), tape.group(p.right)} for p in tape.products if p.at > chain.end and p.at in trail)
    return any(W in sides and x not in sides for sides in later)


def _candidates(tape: Tape, chain: Chain, layer: Layer, key: int, until: int) -> Iterator[int]:
    """Yield where values of a parameter's shape, computed after the pass from the layer's input, were named."""
    shape, data = tape.shape(key), tape.group(layer.a_key)
    for at in range(chain.end + 1, until):
        result = tape.events[at].result
        if result < 0 or tape.node(at).kind not in NAMING or tape.group(result) == tape.group(key):
            continue
        if _is_renewed(tape, at, key):
            continue
        if tape.shape(result) not in (shape, shape[::-1]) and not _spread(tape, at, result, key):
            continue
        trail = [back for back in upstream(tape, at) if back > chain.end]
        of_bias = layer.bias is not None and key == layer.bias.key
        used = {tape.group(k) for back in trail for k in tape.events[back].operands}
        if of_bias or data in used:
            yield at


def _is_renewed(tape: Tape, at: int, key: int) -> bool:
    """Return whether what was named is the parameter itself after an update, as in W_new = W - rate * dW."""
    made = tape.last_made(tape.events[at].result, tape.events[at].identity, at)
    return made is not None and tape.node(made).what in ("+", "-") and key in tape.events[made].operands


def _spread(tape: Tape, at: int, result: int, key: int) -> bool:
    """Return whether a value of another shape was meant: it has the parameter's name, and is spread over its shape."""
    own, given, shape = bare(tape.name_of(key)), bare(tape.node(at).what), tape.shape(key)
    value = tape.shape(result)
    fits = len(value) == len(shape) == 2 and all(n in (1, m) for n, m in zip(value, shape, strict=True))
    return fits and bool(own) and own != given and given.endswith(own) and value != (1, 1)
