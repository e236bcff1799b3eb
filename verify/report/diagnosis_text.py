"""A diagnosis in words: the verdict, the first wrong number, the mistake, the line, what to do."""

from collections.abc import Iterator, Sequence

from ..numerals import apart, place, with_bar
from .diagnosis_parts import FirstFault, Line, Named, Probe

BEFORE, AFTER = 4, 6  # annotated lines shown around the first wrong one; the JSON has them all

HEADLINES = {
    "correct": "correct: every gradient is right",
    "correct up to convention": "correct up to convention: every gradient is right",
    "wrong": "wrong",
    "forward differs": "the forward pass differs from the network it seems to be",
    "cannot run": "cannot run",
    "inconclusive": "cannot judge",
}


def fault_words(fault: FirstFault) -> Iterator[str]:
    """Yield the first wrong number, how it is wrong, and its line."""
    where = f"layer {fault.layer} {f'({fault.activation}) ' if fault.activation else ''}"
    if fault.got is None or fault.should_be is None or fault.index is None:
        yield f"{where}{fault.quantity} is wrong"
    else:
        got, should_be = apart(fault.got, fault.should_be)
        oracles = _oracles(fault)
        yield f"{where}{place(fault.quantity, fault.index)}: got {got}, should be {should_be}{oracles}"
    if fault.pattern:
        yield f"  {fault.pattern}"
    if fault.line is not None:
        yield f"  line {fault.line}{f' ({fault.cell})' if fault.cell else ''}: {fault.text}"


def _oracles(fault: FirstFault) -> str:
    spoken = []
    if fault.autodiff is not None:
        spoken.append(f"autodiff {apart(fault.autodiff, fault.got or 0.0, 5)[0]}")
    if fault.differences is not None and fault.error_bar is not None:
        spoken.append(f"differences {with_bar(fault.differences, fault.error_bar)}")
    return f" ({', '.join(spoken)})" if spoken else ""


def bug_words(bug: Named, number: int) -> Iterator[str]:
    """Yield one mistake: what is written, what is right, why it matters, what to do."""
    if bug.alternative:
        yield f"  or {bug.id}, {bug.name}: {bug.wrong}"
        return
    yield f"  {bug.id}, {bug.name}{f' (layer {bug.layer})' if number else ''}"
    yield f"    yours: {bug.wrong}"
    yield f"    right: {bug.right}"
    yield f"    why it matters: {bug.why}"
    yield f"    try: {bug.fix}"


def line_words(lines: Sequence[Line], fault: FirstFault | None) -> Iterator[str]:
    """Yield the annotated lines around the first wrong one; nothing where no line is wrong."""
    wrong = [i for i, line in enumerate(lines) if not line.ok]
    if not wrong:
        return
    number = fault.line if fault is not None else None
    first = next((i for i in wrong if lines[i].line == number), wrong[0])
    shown = lines[max(0, first - BEFORE) : first + AFTER + 1]
    yield "  what your arrays hold:"
    width = max(len(line.name) for line in shown)
    for line in shown:
        mark = "right" if line.ok else "WRONG, first wrong line" if line is lines[first] else "WRONG"
        yield f"    {line.line:4d}  {line.name:{width}} = {line.holds}: {mark}"


def probe_words(probes: Sequence[Probe]) -> Iterator[str]:
    """Yield the experiments that showed something."""
    yield from (f"  {probe.name}: {probe.result}" for probe in probes if not probe.ok)
