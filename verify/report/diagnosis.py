"""What was found in a student's file, as data; the terminal's text and the JSON are projections of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .diagnosis_parts import FirstFault as FirstFault
from .diagnosis_parts import Line as Line
from .diagnosis_parts import Named as Named
from .diagnosis_parts import Probe as Probe
from .diagnosis_text import HEADLINES, bug_words, fault_words, line_words, probe_words

EXIT_CODES = {
    "correct": 0,
    "correct up to convention": 0,
    "wrong": 1,
    "forward differs": 1,
    "cannot run": 3,
    "inconclusive": 3,
}
MISUSE = 2
"""The exit code of what was asked in vain: a file that is no program, an option that cannot be meant."""


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """The result for one file.

    Attributes:
        file: its path as given.
        verdict: a key of ``EXIT_CODES``.
        layers: how many; 0 where no network was found.
        network: {"sizes", "activations", "loss"}.
        conventions: how the program writes things, each named.
        read_as: in one line, how the program was understood.
        first_fault, bugs, lines, probes, snippet: see their classes.
        evidence: what the verdict rests on.
        missing: what stood in its way.
        traceback: the lines of the file that its exception came through, the last one last.
        notes: what was cut, stubbed or replaced in the run.
        seen: functions and classes of the file.
        seed: reproduces the run; ``seconds`` it took.
    """

    file: str
    verdict: str
    layers: int = 0
    network: dict[str, Any] = field(default_factory=dict)
    conventions: tuple[str, ...] = ()
    read_as: str = ""
    first_fault: FirstFault | None = None
    bugs: tuple[Named, ...] = ()
    lines: tuple[Line, ...] = ()
    probes: tuple[Probe, ...] = ()
    snippet: str = ""
    evidence: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    traceback: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    seed: int = 0
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """0 correct, also up to convention; 1 wrong; 3 could not be judged."""
        return EXIT_CODES[self.verdict]

    def __str__(self) -> str:
        return "\n".join(self._words())

    def _words(self) -> Iterator[str]:
        """Yield the report line by line."""
        yield f"{self.file}: {HEADLINES[self.verdict]}"
        if self.read_as:
            yield f"  read as: {self.read_as}"
        if self.first_fault is not None:
            yield from fault_words(self.first_fault)
        for number, bug in enumerate(self.bugs):
            yield from bug_words(bug, number)
        yield from line_words(self.lines, self.first_fault)
        yield from probe_words(self.probes)
        yield from (f"  evidence: {sentence}" for sentence in self.evidence)
        label = "stopped by" if self.verdict == "cannot run" else "missing"
        yield from (f"  {label}: {sentence}" for sentence in self.missing)
        yield from (f"    {line}" for line in self.traceback)
        if self.missing and self.seen:
            yield f"  seen in the file: {', '.join(self.seen)}"
        if self.verdict == "inconclusive" and not self.layers:
            yield "  try: spell one training step out; --new-adapter prints what to fill in, --adapter reads it"
        yield from (f"  note: {note}" for note in self.notes)
        if self.snippet:
            yield "  a small example that shows it, to be run by itself:"
            yield from (f"    {line}" for line in self.snippet.rstrip().split("\n"))
        yield f"seed {self.seed}, {self.seconds:.1f} s"
