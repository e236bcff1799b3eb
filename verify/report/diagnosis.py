"""What was found in a student's file, as data; the terminal's text and the JSON are projections of it."""

from dataclasses import dataclass, field
from typing import Any

EXIT_CODES = {
    "correct": 0,
    "correct up to convention": 0,
    "wrong": 1,
    "forward differs": 1,
    "cannot run": 3,
    "inconclusive": 3,
}


@dataclass(frozen=True, kw_only=True)
class FirstFault:
    """The first wrong quantity on the way from the loss down to the input.

    Attributes:
        layer: counted from 1 at the input side.
        activation: of that layer.
        quantity: "z", "a", "delta", "dW", "db", "dX" or "update".
        index: of its worst entry; None where the quantity itself was never recorded.
        line: the guilty line, None where the mistake is something missing.
        text: that line's source.
        got, should_be: the worst entry, scaled as the program scales its gradients.
        autodiff, differences, error_bar: what the oracles say there, where they spoke.
        pattern: how the block is wrong, in words.
    """

    layer: int
    activation: str
    quantity: str
    index: tuple[int, ...] | None = None
    line: int | None = None
    text: str = ""
    got: float | None = None
    should_be: float | None = None
    autodiff: float | None = None
    differences: float | None = None
    error_bar: float | None = None
    pattern: str = ""


@dataclass(frozen=True, kw_only=True)
class Named:
    """One mistake with its catalogue id; ``alternative`` to the first where it fits the numbers just as well."""

    id: str
    name: str
    confidence: str
    layer: int
    line: int | None
    wrong: str
    right: str
    why: str
    fix: str
    alternative: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the file: the name it gives to what it computes, the quantity that is, and whether it is right."""

    line: int
    name: str
    holds: str
    ok: bool


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One experiment and its outcome in a sentence."""

    name: str
    result: str
    ok: bool


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """The result for one file.

    Attributes:
        file: its path as given.
        verdict: a key of ``EXIT_CODES``.
        layers: how many; 0 where no network was found.
        network: {"sizes", "activations", "loss"}.
        conventions: how the program writes things, each named.
        first_fault, bugs, lines, probes, snippet: see their classes.
        evidence: what the verdict rests on.
        missing: what stood in its way.
        notes: what was cut, stubbed or replaced in the run.
        seen: functions and classes of the file.
        seed: reproduces the run; ``seconds`` it took.
    """

    file: str
    verdict: str
    layers: int = 0
    network: dict[str, Any] = field(default_factory=dict)
    conventions: tuple[str, ...] = ()
    first_fault: FirstFault | None = None
    bugs: tuple[Named, ...] = ()
    lines: tuple[Line, ...] = ()
    probes: tuple[Probe, ...] = ()
    snippet: str = ""
    evidence: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    seed: int = 0
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """0 correct, also up to convention; 1 wrong; 3 could not be judged."""
        return EXIT_CODES[self.verdict]

    def __str__(self) -> str:
        from .diagnosis_text import told

        return told(self)
