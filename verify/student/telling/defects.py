"""What else is wrong with a program, whatever its gradients: overflow, truncation, changed inputs, kept state, loops.

Each is reported only where it was observed in a run.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np

from ...report.diagnosis_parts import Probe
from ..judging.judgement import Judgement
from ..judging.look import Look
from ..judging.own_loss import Runs
from ..judging.truncated import NEAR, activated, activations
from ..reading.align import Reading
from ..reading.chain import Layer
from ..reading.curves import Curve
from ..reading.outputs import as_rows
from ..reading.point import Point, Sweep, reverse_sweep
from ..runs.recording import Injection
from ..runs.tape import Tape

HUGE = 1000.0
WORD = re.compile(r"\w+")
ENTRIES = 8  # scalar evaluations of one expression in a step from which it is a loop over entries
SLOWER = 1.5  # measured, from which a loop is worth a word


def defects(judgement: Judgement, runs: Runs) -> Iterator[Probe]:
    """Yield what was observed beside the gradients, none of which makes them wrong.

    Arguments:
        judgement: of the program.
        runs: runs it again.
    """
    look = judgement.best
    inject = judgement.points[0].inject if judgement.points else {}
    yield from _activations(look, inject, runs)
    yield from _changed_inputs(judgement.natural)
    yield from _kept(judgement.natural)
    yield from _truncated(judgement.natural)
    yield from _sample_loop(look.reading, judgement.loss)
    yield from _entry_loop(judgement.natural)


def _activations(look: Look, inject: Injection, runs: Runs) -> Iterator[Probe]:
    """Yield the activations that overflow."""
    for number, layer, curve, at in activations(look):
        if (said := _at_extremes(look.tape, layer, curve, at, inject, runs)) is not None:
            name = f"large z in layer {number} ({curve.name})"
            yield Probe(name=name, result=f"{said} (line {look.tape.node(at).line})", ok=False)


def _at_extremes(tape: Tape, layer: Layer, curve: Curve, at: int, inject: Injection, runs: Runs) -> str | None:
    """Return what becomes of f(z) at z = +-1000, None where it is right."""
    shape = tape.shape(layer.z_key)
    z = np.where(np.arange(int(np.prod(shape))) % 2, -HUGE, HUGE).reshape(shape)
    ran = runs.raw({**inject, tape.place(layer.z_at): z}, updates=1, events=at + NEAR)
    if ran.raised is not None and ran.raised.type == "OverflowError":
        return f"raises OverflowError at z = +-{HUGE:.0f}"
    got, should = activated(ran, tape.place(at), z, layer, curve)
    if got is None or not np.isfinite(should).all() or np.isfinite(got).all():
        return None
    i = int(np.flatnonzero(~np.isfinite(got))[0])
    rows = as_rows(z, layer).ravel()
    return f"gives {got.ravel()[i]} at z = {rows[i]:.0f}, should be {should.ravel()[i]:.4g}: the exponential overflows"


def _changed_inputs(look: Look) -> Iterator[Probe]:
    """Yield the inputs and targets that hold other numbers at the end of a step than at its beginning."""
    tape, reading = look.tape, look.reading
    last = max((u.end for u in (*reading.weights, *reading.biases) if u is not None), default=reading.start)
    first, target = reading.passes[0].chain.layers[0], reading.passes[0].target
    for name, key, at in (("the inputs", first.a_key, first.product.at), ("the targets", target.key, target.at)):
        held = dict(zip(tape.events[at].operands, tape.events[at].held_by, strict=False)).get(key, -1)
        if held < 0:
            continue
        for later in range(at + 1, last + 1):
            event = tape.events[later]
            in_place = tape.node(later).kind in ("augment", "store") and event.identity == held
            if in_place and event.result != key and not _reordered(tape, key, event.result):
                node = tape.node(later)
                yield Probe(name="in place", result=f"{name} are changed by line {node.line}: {node.text}", ok=False)
                break


def _reordered(tape: Tape, old: int, new: int) -> bool:
    return bool(np.array_equal(np.sort(tape.array(old).ravel()), np.sort(tape.array(new).ravel())))


def _kept(look: Look) -> Iterator[Probe]:
    """Yield the functions that are given a trained parameter and never read it: they answer for an earlier call's.

    One that is given what the forward pass made of it needs no more.
    """
    tape, seen = look.tape, set()
    layers = [layer for p in look.reading.passes for layer in p.chain.layers]
    passed = {k for layer in layers for k in (layer.z_key, layer.a_key)} - {layers[0].a_key}
    arguments = [at for at in range(min(look.reading.end, len(tape.events))) if tape.node(at).kind == "argument"]
    seen_pass = {tape.node(at).function for at in arguments if tape.events[at].result in passed}
    trained = {u.old for u in (*look.reading.weights, *look.reading.biases) if u is not None}
    reading = (node for node in tape.nodes if node.kind not in ("argument", "loop", "comprehension"))
    read = {(node.function, word) for node in reading for word in WORD.findall(node.text)}
    for at in arguments:
        node = tape.node(at)
        ignored = node.function not in seen_pass and (node.function, node.what) not in read
        if ignored and tape.events[at].result in trained and node not in seen:
            seen.add(node)
            said = f"{node.function} (line {node.line}) never reads its {node.what}: it answers for an earlier call's"
            yield Probe(name="state kept between calls", result=said, ok=False)


def _truncated(look: Look) -> Iterator[Probe]:
    """Yield the fractions that a step stores into arrays of whole numbers."""
    tape, seen = look.tape, set()
    for at in range(look.reading.start, min(look.reading.end, len(tape.events))):
        event, node = tape.events[at], tape.node(at)
        if node.kind != "store" or len(event.operands) != 2 or event.result < 0 or event.operands[1] < 0:
            continue
        container, value = tape.recording.values[event.result], tape.recording.values[event.operands[1]]
        whole = container.dtype.kind in "iu" and value.dtype.kind == "f"
        if whole and event.operands[0] >= 0 and bool((value != np.trunc(value)).any()) and node.line not in seen:
            seen.add(node.line)
            fraction = float(value.ravel()[np.flatnonzero(value.ravel() != np.trunc(value.ravel()))[0]])
            said = f"line {node.line} stores {fraction:.4g} into an array of whole numbers: {int(fraction)} is kept"
            yield Probe(name="whole numbers", result=said, ok=False)


def _sample_loop(reading: Reading, loss: str) -> Iterator[Probe]:
    """Yield the loop over the samples of one step, with what it costs the reference."""
    N, point = len(reading.point.X), reading.point
    if len(reading.passes) < 2 or not loss:
        return
    parts = [_row(point, i) for i in range(N)]
    slow = _seconds(lambda: [_step(part, loss) for part in parts])
    ratio = slow / _seconds(lambda: _step(point, loss))
    if ratio > SLOWER:
        said = (
            f"{N} samples go through the network one at a time: the reference takes {ratio:.1f} times as long that way"
        )
        yield Probe(name="a loop over the samples", result=said, ok=False)


def _row(point: Point, i: int) -> Point:
    rows = slice(i, i + 1)
    z, a = tuple(v[rows] for v in point.z), tuple(v[rows] for v in point.a)
    return point._replace(X=point.X[rows], z=z, a=a, Y=point.Y[rows])


def _step(point: Point, loss: str) -> Sweep:
    """Compute one training step: forward, then backward."""
    a = point.X
    for W, f in zip(point.W, point.curves, strict=True):
        a = np.asarray(f.forward(a @ W))
    return reverse_sweep(point, loss)


def _entry_loop(look: Look) -> Iterator[Probe]:
    """Yield the expression that is evaluated entry by entry, with what that costs for as many numbers."""
    tape, reading = look.tape, look.reading
    window = range(reading.start, min(reading.end, len(tape.events)))
    single = Counter(tape.events[at].node for at in window if _is_number(tape, at))
    node, count = max(single.items(), key=lambda item: item[1], default=(0, 0))
    if count < ENTRIES * len(reading.passes):
        return
    numbers = np.linspace(0.1, 1.0, count)
    as_list = numbers.tolist()
    ratio = _seconds(lambda: [x * x for x in as_list]) / _seconds(lambda: numbers * numbers)
    line = tape.nodes[node].line
    if ratio > SLOWER:
        said = (
            f"line {line} is evaluated {count} times in a step, a number each: {ratio:.1f} times as slow as a product"
        )
        yield Probe(name="a loop over the entries", result=said, ok=False)


def _is_number(tape: Tape, at: int) -> bool:
    """Return whether an event computes a single number from single numbers."""
    event, node = tape.events[at], tape.node(at)
    arithmetic = node.kind == "binary" and node.what in "+-*/" and node.line > 0
    keys = (*event.operands, event.result)
    return arithmetic and min(keys) >= 0 and not any(tape.shape(k) for k in keys)


def _seconds(work: Callable[[], object]) -> float:
    """Return the shortest of some runs."""
    spent = []
    with np.errstate(all="ignore"):
        for _ in range(7):
            start = time.perf_counter()
            work()
            spent.append(time.perf_counter() - start)
    return min(spent)
