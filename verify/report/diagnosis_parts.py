"""The parts of a diagnosis, as data."""

from dataclasses import dataclass


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
        cell: in a notebook, where the line stands: "cell 3, line 2"; in a program of several files the other file.
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
    cell: str = ""
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
