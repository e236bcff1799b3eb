"""What stopped or spoilt a run: an exception, a limit, numbers that are none, a gradient of the wrong shape."""

import re

import numpy as np

from reference.arrays import Array

from ...report.diagnosis import FirstFault
from ..reading.lineage import lineage
from ..reading.multiples import factor_between
from ..reading.point import reverse_sweep
from ..runs.recording import NOT_A_NUMBER, Node, Recording
from ..runs.tape import Tape, upstream
from .look import Look, candidates
from .missing import missing_of_step

LIMITS = {
    "time": "within the time limit: it was stopped",
    "memory": "within the memory limit: it was stopped",
    "too few data": "with made-up data: what the program multiplies has no rows left",
    "too many events": "in the first {events} recorded operations: it was stopped",
}
MADE_UP = re.compile(r"\bmade[ -]up\b")  # of a note: the numbers are not the program's own
OWN_MAIN = "the file's own main ended in "  # the beginning of a note: what the file runs by itself failed
MISFITTING = re.compile(r"shape|broadcast|aligned|core dimension|Cannot cast|NoneType")  # of an exception's words
LINE = re.compile(r"\(line (\d+)\)")
# No exception of a missing file or module, or of input.
OWN_MISTAKE = re.compile(r"(Index|Value|Type|Attribute|Name|UnboundLocal|ZeroDivision)Error ")
STOOD_IN = "'Anything'"  # of an exception: what stands for a library's own object came among the numbers
EXPONENTIALS = ("exp", "exp2", "expm1", "cosh", "sinh")


def exception(recording: Recording) -> str:
    """Return the exception that ended a run, with its line; "" where none did."""
    raised = recording.raised
    if raised is None or recording.ended != "raised":
        return ""
    line = f" in line {raised.line}" if raised.line else ""
    return f"{raised.type}{line}: {raised.message}".rstrip(": ")


def nothing_found(recording: Recording) -> tuple[str, str]:
    """Return the verdict on a run in which no network was seen, and what was missing."""
    if why := exception(recording):
        known = not any(map(MADE_UP.search, recording.notes)) or bool(Tape(recording).products)
        own = known and STOOD_IN not in why
        return ("cannot run", why) if own else ("inconclusive", f"data that suit the program: with made-up ones, {why}")
    if recording.ended in LIMITS:
        limit = LIMITS[recording.ended].format(events=len(recording.events))
        where = f", in line {recording.stopped[-1]}" if recording.stopped else ""
        return "inconclusive", f"a training step {limit}{where}"
    if spoilt := not_numbers(recording):
        return "inconclusive", spoilt[0]
    if why := _own_end(recording):
        return "cannot run", why
    if not recording.events:
        return "inconclusive", "any computation with arrays: nothing in the file calls what it defines"
    return "inconclusive", missing_of_step(recording)


def _own_end(recording: Recording) -> str:
    """Return the note on the exception that ended the file's own main, "" where it may not be its own fault.

    It is where nothing was noted before: no data were made up, nothing was stood in for or left out.
    """
    first = next(iter(recording.notes), "")
    return first if first.startswith(OWN_MAIN) and OWN_MISTAKE.match(first.removeprefix(OWN_MAIN)) else ""


def out_of_time(runs: int, seconds: float) -> str:
    """Return what is to be said where runs were stopped: what they would have shown is missing, not wrong."""
    times = "one run was" if runs == 1 else f"{runs} runs were"
    return f"time: {times} stopped after {seconds:g} s of processor time, or much longer on the clock of a busy machine"


def stopped_short(one: Look) -> str:
    """Return the exception that ended the first training step before every parameter was updated, "" if none did."""
    layers = one.reading.passes[0].chain.layers
    owned = [layer.bias is None or b is not None for layer, b in zip(layers, one.reading.biases, strict=True)]
    if all(owned) and all(update is not None for update in one.reading.weights):
        return ""
    return exception(one.tape.recording)


def broken_off(one: Look, recording: Recording) -> tuple[str, str] | None:
    """Return the verdict on a run that an exception ended though its step is right, and the exception; else None.

    That is one of arrays that do not fit in the file's own main, one in a line that the step has gone through, or one
    that came before anything was updated. Made-up data may be why, but not once the output has met its targets.
    """
    own = next((note for note in recording.notes if note.startswith(OWN_MAIN) and MISFITTING.search(note)), "")
    forward, back = _lines(one)
    line = _line(own) if own else 0 if recording.raised is None else recording.raised.line
    unapplied = all(u is None or u.new == NOT_A_NUMBER for u in (*one.reading.weights, *one.reading.biases))
    why = own or (exception(recording) if line in forward | back or unapplied else "")
    if not why or STOOD_IN in why:
        return None
    before = recording.notes[: recording.notes.index(own)] if own else recording.notes
    if any(map(MADE_UP.search, before)) and line not in back - forward:
        return "inconclusive", f"data that suit the program: with made-up ones, {why}"
    return "cannot run", why


def _lines(one: Look) -> tuple[set[int], set[int]]:
    """Return the lines that the first forward pass of a step goes through, and those of all that follows it."""
    tape, reading = one.tape, one.reading
    output = reading.passes[0].output.at
    places = range(reading.start, min(reading.end, len(tape.events)))
    return {tape.node(at).line for at in places if at <= output}, {tape.node(at).line for at in places if at > output}


def _line(note: str) -> int:
    """Return the line that a note names, 0 where it names none."""
    found = LINE.search(note)
    return int(found[1]) if found else 0


def first_nan(tape: Tape) -> Node | None:
    """Return the expression in which NaN first comes of numbers that are not NaN, None where it never does."""
    at = _nan_born(tape)
    return None if at is None else tape.node(at)


def overflow(recording: Recording) -> FirstFault | None:
    """Return the fault of an activation in which an exponential overflows and NaN comes of it, None where none does.

    Arguments:
        recording: the program's own run, in which no network was read.
    """
    tape = Tape(recording)
    at = _nan_born(tape)
    if at is None or not any(np.isinf(tape.array(k)).any() for k in tape.events[at].operands if k >= 0):
        return None
    if not any(_overflows(tape, before) for before in upstream(tape, at)):
        return None
    layer = len({p.at for p in tape.products if p.at < at})
    node = tape.node(at)
    stepped = any(update.at < at for updates in lineage(tape).values() for update in updates)
    if not layer or stepped:  # before the first forward pass, or after steps that may have been too long
        return None
    words = f"NaN first comes out of {node.text}: the exponential overflows"
    return FirstFault(layer=layer, activation="", quantity="a", line=node.line, text=node.text, pattern=words)


def _overflows(tape: Tape, at: int) -> bool:
    """Return whether an exponential of finite numbers gives an infinite one."""
    event, node = tape.events[at], tape.node(at)
    if node.kind != "call" or node.what.rpartition(".")[2] not in EXPONENTIALS or event.result < 0:
        return False
    given = [tape.array(k) for k in event.operands if k >= 0]
    return bool(np.isinf(tape.array(event.result)).any()) and all(np.isfinite(v).all() for v in given)


def _nan_born(tape: Tape) -> int | None:
    spoilt = [value.dtype.kind == "f" and bool(np.isnan(value).any()) for value in tape.recording.values]
    for at, event in enumerate(tape.events):
        if event.result >= 0 and spoilt[event.result] and not any(spoilt[k] for k in event.operands if k >= 0):
            return at
    return None


def not_numbers(recording: Recording) -> tuple[str, ...]:
    """Return the sentence on where NaN first comes out of numbers in a run, none where it never does."""
    born = first_nan(Tape(recording))
    return () if born is None else (f"numbers: NaN first comes out of line {born.line}: {born.text}",)


def nan_gradient(one: Look) -> Node | None:
    """Return the expression that NaN among the gradients first came from, None where all of them are numbers."""
    observed = one.reading.observed
    steps = [step for step in (*observed.dW, *observed.db) if step is not None]
    return None if all(np.isfinite(step).all() for step in steps) else first_nan(one.tape)


def wrong_shape(one: Look) -> str:
    """Return which gradient did not fit its parameter, and why, where the run shows it; else "".

    Looked at is the last value before the exception: a right gradient transposed, or not summed over the batch.
    """
    point, tape = one.reading.point, one.tape
    for total in tape.sums:
        for l, layer in enumerate(one.reading.passes[0].chain.layers):
            was, became = tape.shape(layer.W_key), tape.shape(total.result)
            if total.at > one.reading.start and total.left == layer.W_key and was != became:
                return f"W of layer {l + 1} had the shape {was} and got {became} in line {tape.node(total.at).line}"
    got = tape.array(next(e.result for e in reversed(tape.events) if e.result >= 0))
    for loss in candidates(point, one.seen):
        right = reverse_sweep(point, loss)
        for l in reversed(range(point.depth)):
            if one.reading.weights[l] is None and _is_multiple(got, right.dW[l].T):
                return f"dW of layer {l + 1} is transposed: its shape is {got.shape}, W has {got.shape[::-1]}"
            if one.reading.biases[l] is None and any(_is_multiple(got, d) for d in (right.delta[l], right.delta[l].T)):
                return f"db of layer {l + 1} is not summed over the batch: its shape is {got.shape}"
    return ""


def _is_multiple(got: Array, of: Array) -> bool:
    """Return whether one array has the shape of another and is that times a number."""
    return got.shape == of.shape and factor_between(got, of) is not None
