"""What an output is compared with: the targets, met after it, as they are, as labels or with their sign turned."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from reference.arrays import Array

from ..runs.literals import literals
from ..runs.recording import NOT_A_NUMBER
from ..runs.tape import Tape, unsigned, upstream
from ..runs.written_operands import written
from .chain import Chain, Layer
from .outputs import Output, as_rows

ROUNDED = 1e-2  # how far rounding may move a sum of squares
LOGARITHMS = ("log", "log2", "log10", "log1p")
LOOK_AHEAD = 400  # events after the last pre-activation in which the output and the targets are looked for
EACH = 20  # events for each sample, where every one is taken by itself


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


def looked_for_until(chain: Chain) -> int:
    """Return the position up to which the output and the targets of a pass are looked for."""
    return chain.end + max(LOOK_AHEAD, EACH * len(chain.layers[-1].z))


def no_targets(tape: Tape, output: Output, last: Layer, end: int) -> Iterator[Target]:
    """Yield targets of 0 where the sum of the output's squares was computed: a loss without targets."""
    total = float(np.sum(tape.array(output.key) ** 2))
    within = ROUNDED if tape.rounds else 1e-12
    for at in range(output.at, min(end, len(tape.events))):
        key = tape.events[at].result
        if key >= 0 and not tape.shape(key) and total and abs(tape.numbers[key] - total) <= within * total:
            yield Target(NOT_A_NUMBER, output.at, np.zeros_like(last.z), labels=False)
            return


def targets_of(tape: Tape, chain: Chain, output: Output, end: int) -> Iterator[Target]:
    """Yield what the output met, in a subtraction first, in any other expression, or its logarithm; then labels.

    Targets that an adapter names are the only ones.
    """
    last = chain.layers[-1]
    told = tape.bound("adapter_y", last.z_at)
    if told is not None and (value := _as_targets(tape.recording.values[told], last)) is not None:
        yield Target(told, last.z_at, value, labels=value.size != tape.recording.values[told].size)
        return
    own, seen = {tape.group(output.key)}, set[int]()
    for kinds, groups in ((("-",), own), (("*", "/", "call"), own), (("*", "call"), _logarithms(tape, output, end))):
        start = output.at if groups is own else last.z_at  # logarithms may come before what they are of
        for at in range(start, min(end, len(tape.events))) if groups else ():
            node = tape.node(at)
            if (node.what if node.kind == "binary" else node.kind) not in kinds:
                continue
            operands = tape.events[at].operands
            if not any(tape.group(k) in groups for k in operands):
                continue
            for key in (unsigned(tape, operand) for operand in operands if not is_written(tape, at, operand)):
                if (
                    key in seen
                    or key < 0
                    or tape.group(key) in groups
                    or not (_given(tape, key, chain) or written(tape, at, key))
                ):
                    continue
                seen.add(key)
                value = as_rows(tape.array(key), last)
                if value.shape == last.z.shape:
                    yield Target(key, at, value, labels=False)
    yield from _labels(tape, last, end)
    yield from _one_for_all(tape, chain, output, end)


def _one_for_all(tape: Tape, chain: Chain, output: Output, end: int) -> Iterator[Target]:
    """Yield the one number that the outputs of all samples are compared with: it has a name, unlike that of 1 - a."""
    last, own = chain.layers[-1], tape.group(output.key)
    for at in range(output.at, min(end, len(tape.events))) if last.z.size > 1 else ():
        node, operands = tape.node(at), tape.events[at].operands
        if (node.kind, node.what) != ("binary", "-") or own not in map(tape.group, operands):
            continue
        for key in operands:
            if key >= 0 and not tape.shape(key) and not is_written(tape, at, key) and _given(tape, key, chain):
                yield Target(key, at, np.full(last.z.shape, float(tape.array(key))), labels=False)


def _logarithms(tape: Tape, output: Output, end: int) -> set[int]:
    """Return the groups of the logarithms of an output, perhaps guarded: a loss may meet its targets there.

    That of 1 - a meets 1 - y. Where e^v is the output, v is its logarithm.
    """
    made, near = tape.node(output.at), {tape.group(output.key)}
    power = made.kind == "call" and made.what.rpartition(".")[2] == "exp"
    found = {tape.group(k) for k in tape.events[output.at].operands} if power else set[int]()
    for at in range(output.at, min(end, len(tape.events))):
        event, node = tape.events[at], tape.node(at)
        if event.result < 0 or not any(tape.group(k) in near for k in event.operands):
            continue
        if node.kind == "call" and node.what.rpartition(".")[2] in LOGARITHMS:
            found.add(tape.group(event.result))
        elif node.kind == "binary" and node.what == "+" and any(is_written(tape, at, k) for k in event.operands):
            near.add(tape.group(event.result))
    return found


def _as_targets(told: Array, last: Layer) -> Array | None:
    """Return what an adapter named as row-major targets, integer labels as one-hot rows; None where it does not fit."""
    N, K = last.z.shape
    if K > 1 and told.size == N and told.dtype.kind in "iu" and told.min() >= 0 and told.max() < K:
        return np.asarray(np.eye(K)[told.ravel()])
    value = as_rows(np.asarray(told, dtype=np.float64), last)
    return value if value.shape == last.z.shape else None


def is_written(tape: Tape, at: int, key: int) -> bool:
    """Return whether an operand is a number written in the expression itself: the 1 of 1 - a."""
    return key >= 0 and not tape.shape(key) and float(tape.array(key)) in literals(tape.node(at).text)


def _given(tape: Tape, key: int, chain: Chain) -> bool:
    """Return whether a value is data: an event made it, and it was not computed from the pass."""
    places = tape.made.get(key, [])
    if not places:
        return key in tape.known or _is_listed(tape, key, chain)
    if not tape.shape(key) and tape.node(places[0]).kind == "literal":  # a target may be a number that was written out
        taken = [at for at in places if tape.node(at).kind in ("bind", "argument", "subscript")]
        return any(
            at < chain.start or (tape.node(at).kind == "subscript" and at < looked_for_until(chain)) for at in taken
        )
    if places[0] < chain.start:
        return True
    return upstream(tape, places[0]).isdisjoint(layer.product.at for layer in chain.layers)


def _is_listed(tape: Tape, key: int, chain: Chain) -> bool:
    """Return whether an array that no event made is a list of numbers none of which the pass computed."""
    own = set(tape.array(key).ravel().tolist())
    alike = (tape.made.get(k, ()) for k, value in tape.numbers.items() if value in own) if tape.shape(key) else ()
    return bool(own) and bool(tape.shape(key)) and not any(places and places[0] >= chain.start for places in alike)


def _labels(tape: Tape, last: Layer, end: int) -> Iterator[Target]:
    """Yield integer labels as one-hot rows: those used after the pass first, then the latest before it."""
    N, K = last.z.shape
    if K < 2:
        return
    seen: set[int] = set()
    # an index is no operand: labels used as nothing else were last seen before the pass
    begin, stop = (bisect_left(tape.whole, (at,)) for at in (last.z_at, end))
    for at, keys in (*tape.whole[begin:stop], *reversed(tape.whole[:begin])):
        for key in keys:
            if key in seen:
                continue
            seen.add(key)
            value = tape.recording.values[key]
            if value.size != N or (value.ndim == 0 and not _is_sample(tape, key, N)):
                continue
            flat = value.ravel()
            # 1 taken off labels that start at 0 makes -1 of the first, and NumPy counts that from the end
            if flat.min() >= -1 and flat.max() < K and not (N > 1 and np.array_equal(flat, np.arange(N))):
                yield Target(key, at, np.eye(K)[flat], labels=True)


def _is_sample(tape: Tape, key: int, N: int) -> bool:
    """Return whether one whole number may be the label of one sample: it was taken out of others, or handed over."""
    kinds = {tape.node(at).kind for at in tape.made.get(key, ())}
    return N == 1 and bool(kinds & {"subscript", "argument"} or ("bind" in kinds and "literal" not in kinds))
