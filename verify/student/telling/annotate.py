"""A program's own lines with the quantities that their arrays hold, right and wrong."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from reference.losses import LOSSES

from ...report.diagnosis_parts import FirstFault, Line
from ..judging.judgement import Judgement
from ..judging.lines.blame import guilty
from ..judging.lines.repeated import repeating
from ..judging.look import Look
from ..mistakes.explanation import KEPT, Found
from ..reading.lineage import Update
from ..runs.recording import Node
from ..runs.tape import GATHERED_STEP, Tape, operands_made, upstream
from .labels import MOST_PASSES, Labels

MOST_NAMES = 5  # quantities listed for one name, as in a loop over the layers
NAMING = ("bind", "store", "augment", "argument", "return")
ABSENT = ("B10", "B26", "B29", "B54")  # mistakes of what is not there: no expression holds them


class Annotation(NamedTuple):
    """The annotated step.

    Attributes:
        lines: one for each name and what it holds, line by line.
        names: the program's name for each quantity: {"delta_1": "dZ1"}.
        guilty: the first wrong line, None where no line is wrong.
    """

    lines: tuple[Line, ...]
    names: Mapping[str, str]
    guilty: int | None


class Blamed(NamedTuple):
    """One guilty event, and what should have been there."""

    at: int
    role: str


def annotate(judgement: Judgement, fault: FirstFault | None = None) -> Annotation:
    """Return the lines of the judged step, each name with the quantity that it holds.

    Every array is compared with the reference's quantities at the same point, their transposes and multiples; what
    is none of them and leads to an update is written as the expression of those it was computed from. Wrong are the
    guilty events, and what was computed from them.

    Arguments:
        judgement: of the program.
        fault: its first wrong quantity, None where nothing is wrong.
    """
    look = judgement.best
    explanation = next(iter(judgement.explanations), None)
    labels = Labels(look, judgement.loss if judgement.loss in LOSSES else "", explanation)
    trail = _trail(look, labels)
    blamed = list(_blamed(judgement, labels, fault)) if fault is not None else []
    wrong = _spoilt(labels, blamed)
    told = [*_right_lines(labels, trail, wrong), *_wrong_lines(labels, blamed, wrong, trail)]
    first = look.tape.node(blamed[0].at).line if blamed else None
    return Annotation(tuple(sorted(told, key=lambda line: line.line)), _names(labels, wrong), first)


def _trail(look: Look, labels: Labels) -> frozenset[int]:
    """Return the events that the step's updates were computed from."""
    updates = [u for u in (*look.reading.weights, *look.reading.biases) if u is not None]
    found = (at for u in updates for at in upstream(look.tape, u.end))
    return frozenset(at for at in found if at < labels.end)


def _blamed(judgement: Judgement, labels: Labels, fault: FirstFault) -> Iterator[Blamed]:
    """Yield the guilty events, the first first."""
    look = judgement.best
    if not judgement.explanations:
        yield from _unexplained(labels, fault.layer, fault.quantity)
        return
    explanation = judgement.explanations[0]
    for found in explanation.found:
        at = guilty(look, explanation, found)
        if at is not None:
            yield Blamed(at, _role(labels, found, at))
        elif found.bug not in ABSENT and found.step != KEPT:
            yield from _unexplained(labels, found.layer, found.quantity)
    if explanation.found:
        return
    if judgement.repeats:
        yield from (Blamed(at, "the gradient of this step alone") for at in repeating(look, judgement.repeats))
        return
    for l, update in reversed(list(enumerate(look.reading.weights))):
        if update is not None:
            yield Blamed(update.end, f"W_{l + 1} after a step downhill")


def _role(labels: Labels, found: Found, at: int) -> str:
    """Return what should have been computed where a mistake was made."""
    if found.step == "down":
        return f"dL/da_{found.layer}"
    role = labels.role(at)
    if found.step in ("slope", "factor of delta"):
        return role if role.startswith(("dL/da", "delta")) else f"f'(z_{found.layer})"
    return f"{found.quantity}_{found.layer}"


def _unexplained(labels: Labels, layer: int, quantity: str) -> Iterator[Blamed]:
    """Yield the first event on the way to a layer's update that is no quantity, nor a step towards one."""
    tape, reading = labels.tape, labels.look.reading
    if any(node.what == GATHERED_STEP for node in tape.nodes):
        return  # numbers that were put side by side need not be a quantity
    update = (reading.biases[layer - 1] if quantity == "db" else None) or reading.weights[layer - 1]
    trail = sorted(upstream(tape, update.at)) if update is not None else []
    told = _not_of_later_passes(labels, trail)
    after = [at for at in told if labels.forward_end < at < trail[-1] and _is_array(tape, at)]
    known = {at for at in after if labels.label(at)}
    helping = {before for at in known for before in upstream(tape, at)}
    for at in after:
        computed = at not in helping and tape.node(at).kind not in ("attribute", "literal")
        if computed and not _ends(tape, at, update) and _of_known(labels, at):
            yield Blamed(at, f"{quantity}_{layer}")
            return


def _not_of_later_passes(labels: Labels, trail: list[int]) -> list[int]:
    """Return the events that hold nothing of the passes whose quantities are not known one by one."""
    unknown = {layer.product.at for one in labels.look.reading.passes[MOST_PASSES:] for layer in one.chain.layers}
    kept = []
    for at in trail:
        if at in unknown or unknown.intersection(operands_made(labels.tape, at)):
            unknown.add(at)
        else:
            kept.append(at)
    return kept


def _of_known(labels: Labels, at: int) -> bool:
    """Return whether an event computes with a quantity that is known: what starts anew is none of the sweep."""
    event, tape = labels.tape.events[at], labels.tape
    makers = (tape.last_made(k, held, at) for k, held in zip(event.operands, event.held_by, strict=False))
    return any(made is not None and labels.label(made) for made in makers)


def _ends(tape: Tape, at: int, update: Update | None) -> bool:
    """Return whether an event is on the line that updates: its numbers are steps and new parameters."""
    return update is not None and tape.node(at).line == tape.node(update.at).line


def _is_array(tape: Tape, at: int) -> bool:
    key = tape.events[at].result
    return key >= 0 and tape.recording.values[key].size > 1


def _spoilt(labels: Labels, blamed: list[Blamed]) -> dict[int, int]:
    """Return the events that are wrong, each with the guilty one that it was computed from."""
    tape = labels.tape
    wrong = {one.at: one.at for one in blamed}
    for at in range(min(wrong, default=labels.end), labels.end):
        if at in wrong:
            continue
        event = tape.events[at]
        makers = [tape.last_made(k, held, at) for k, held in zip(event.operands, event.held_by, strict=False)]
        if tape.node(at).kind == "call":
            makers.append(_returned(tape, at))
        source = next((wrong[made] for made in makers if made in wrong), None)
        if source is not None and not labels.is_right(at):
            wrong[at] = source
    return wrong


def _returned(tape: Tape, at: int) -> int | None:
    """Return the event that returned what a call yields, None where the function is none of the file."""
    made = tape.last_made(tape.events[at].result, tape.events[at].identity, at)
    return made if made is not None and tape.node(made).kind == "return" else None


def _right_lines(labels: Labels, trail: frozenset[int], wrong: Mapping[int, int]) -> Iterator[Line]:
    """Yield what each name holds where it is right."""
    held: dict[tuple[int, str], list[str]] = {}
    last = max(trail, default=labels.end)
    for at in range(labels.end):
        node = labels.tape.node(at)
        if node.kind not in NAMING or not node.line or at in wrong or (node.kind == "argument" and at > last):
            continue
        text = labels.label(at) or (labels.composed(at) if at in trail and _is_step(labels, at) else "")
        if text:
            held.setdefault((node.line, name_in(node)), []).append(text)
    for (line, name), texts in held.items():
        yield Line(line=line, name=name, holds=_listed(texts), ok=True)


def _is_step(labels: Labels, at: int) -> bool:
    """Return whether a value that is no quantity is worth an expression: an array of the reverse sweep."""
    return at > labels.forward_end and _is_array(labels.tape, at)


def _wrong_lines(
    labels: Labels, blamed: list[Blamed], wrong: Mapping[int, int], trail: frozenset[int]
) -> Iterator[Line]:
    """Yield what each name holds where it is wrong: at the guilty event, and after it."""
    tape, last = labels.tape, max(trail, default=labels.end)
    named = {one.at: _named_at(tape, one.at, wrong) for one in blamed}
    roles = {one.at: (labels.role(named[one.at]) if named[one.at] != one.at else "") or one.role for one in blamed}
    told: dict[tuple[int, str, str], list[str]] = {}
    for source, at in named.items():
        name, held = name_in(tape.node(at)), labels.words(at)
        held = labels.words(source) if held == name else held
        scaled = roles[source] in held.split()
        should = ", not at the scale of the other gradients" if scaled else f", should be {roles[source]}"
        told.setdefault((tape.node(at).line, name, should), []).append(held)
    for at, source in sorted(wrong.items()):
        node = tape.node(at)
        if node.kind not in NAMING or not node.line or at <= named[source] or tape.events[at].result < 0:
            continue
        if _is_array(tape, at) and not (node.kind == "argument" and at > last):
            what = labels.role(at) or labels.words(at)
            again = what == roles[source]
            why = ", wrong above" if again else f" from the wrong {roles[source]}"
            told.setdefault((node.line, name_in(node), why), []).append(what)
    for (line, name, why), held_in_turn in told.items():
        yield Line(line=line, name=name, holds=_listed(held_in_turn) + why, ok=False)


def _listed(texts: list[str]) -> str:
    """Return the distinct texts in their order, the first few of them."""
    distinct = list(dict.fromkeys(texts))
    return ", ".join(distinct[:MOST_NAMES]) + (", ..." if len(distinct) > MOST_NAMES else "")


def _named_at(tape: Tape, source: int, wrong: Mapping[int, int]) -> int:
    """Return where the line of a guilty event gives a name to what it computes, the event itself where it does not."""
    line = tape.node(source).line
    later = (at for at in sorted(wrong) if at > source and wrong[at] == source and tape.node(at).line == line)
    naming = tuple(kind for kind in NAMING if kind != "augment")  # it names what is changed, not what is computed
    return next((at for at in later if tape.node(at).kind in naming and tape.events[at].result >= 0), source)


def name_in(node: Node) -> str:
    """Return what the program calls the value of an event: a variable, what a function returns, an expression."""
    if node.kind == "return":
        return f"{node.what.rpartition('.')[2]}()"
    if node.kind == "augment":
        return node.what.rpartition(" ")[0]
    return node.what if node.kind in NAMING else node.text.partition("\n")[0][:40]


def _names(labels: Labels, wrong: Mapping[int, int]) -> dict[str, str]:
    """Return the program's first name for each quantity, but for names that hold several, as in a loop."""
    found: dict[str, str] = {}
    held: dict[str, set[str]] = defaultdict(set)
    for at in range(labels.end):
        node = labels.tape.node(at)
        if node.kind in ("bind", "store", "argument") and node.line and "after its update" not in labels.label(at):
            what = labels.role(at) if at in wrong else labels.quantity(at)
            if what:
                held[node.what].add(what)
                if node.kind != "argument" and (what not in found or what.startswith("delta")):
                    found[what] = node.what  # the last name of delta: its first may be that of the error it equals
    return {what: name for what, name in found.items() if len(held[name]) == 1}
