"""A diagnosis in words: the verdict, the first wrong number, the mistake, the line, what to do."""

from collections.abc import Iterator

from ..numerals import apart, place, with_bar
from .diagnosis import Diagnosis, FirstFault, Named

HEADLINES = {
    "correct": "correct: every gradient is right",
    "correct up to convention": "correct up to convention: every gradient is right",
    "wrong": "wrong",
    "forward differs": "the forward pass differs from the network it seems to be",
    "cannot run": "cannot run",
    "inconclusive": "cannot judge",
}


def told(diagnosis: Diagnosis) -> str:
    """Return the whole report as text."""
    return "\n".join(_lines(diagnosis))


def _lines(d: Diagnosis) -> Iterator[str]:
    yield f"{d.file}: {HEADLINES[d.verdict]}"
    if d.network:
        yield f"  network: {described(d)}"
    if d.conventions:
        yield f"  written as: {'; '.join(d.conventions)}"
    if d.first_fault is not None:
        yield from _fault(d.first_fault)
    for number, bug in enumerate(d.bugs):
        yield from _bug(bug, number)
    if d.lines:
        yield "  the lines of one step:"
        width = max(len(f"{line.name} = {line.holds}") for line in d.lines)
        for line in d.lines:
            yield f"    {line.line:4d}  {f'{line.name} = {line.holds}':{width}}  {'right' if line.ok else 'WRONG'}"
    for probe in d.probes:
        yield f"  {probe.name}: {probe.result}"
    yield from (f"  evidence: {sentence}" for sentence in d.evidence)
    yield from (f"  missing: {sentence}" for sentence in d.missing)
    if d.missing and d.seen:
        yield f"  seen in the file: {', '.join(d.seen)}"
    yield from (f"  note: {note}" for note in d.notes)
    if d.snippet:
        yield "  a small example that shows it:"
        yield from (f"    {line}" for line in d.snippet.rstrip().split("\n"))
    yield f"seed {d.seed}, {d.seconds:.1f} s"


def described(d: Diagnosis) -> str:
    """Return the network in one line."""
    sizes, activations = d.network["sizes"], d.network["activations"]
    layers = ", ".join(f"{n} {name}" for n, name in zip(sizes[1:], activations, strict=True))
    return f"{sizes[0]} inputs, {layers}; loss {d.network['loss']}"


def _fault(fault: FirstFault) -> Iterator[str]:
    where = f"layer {fault.layer} ({fault.activation}) "
    if fault.got is None or fault.should_be is None or fault.index is None:
        yield f"{where}{fault.quantity} is wrong"
    else:
        got, should_be = apart(fault.got, fault.should_be)
        oracles = _oracles(fault)
        yield f"{where}{place(fault.quantity, fault.index)}: got {got}, should be {should_be}{oracles}"
    if fault.pattern:
        yield f"  {fault.pattern}"
    if fault.line is not None:
        yield f"  line {fault.line}: {fault.text}"


def _oracles(fault: FirstFault) -> str:
    spoken = []
    if fault.autodiff is not None:
        spoken.append(f"autodiff {apart(fault.autodiff, fault.got or 0.0, 5)[0]}")
    if fault.differences is not None and fault.error_bar is not None:
        spoken.append(f"differences {with_bar(fault.differences, fault.error_bar)}")
    return f" ({', '.join(spoken)})" if spoken else ""


def _bug(bug: Named, number: int) -> Iterator[str]:
    if bug.alternative:
        yield f"  or {bug.id}, {bug.name}: {bug.wrong}"
        return
    yield f"  {bug.id}, {bug.name}{f' (layer {bug.layer})' if number else ''}"
    yield f"    yours: {bug.wrong}"
    yield f"    right: {bug.right}"
    yield f"    why it matters: {bug.why}"
    yield f"    try: {bug.fix}"
