"""The first disagreement of one network, told: what, where, what it should be, and how it is wrong."""

from dataclasses import dataclass

from .numerals import apart, place, with_bar


@dataclass(frozen=True, kw_only=True)
class Fault:
    """The first disagreement of one network, in the order of computing.

    Attributes:
        layer: of the guilty quantity, counted from 1; 0 for the loss and dX.
        activation: of that layer, or the loss's name.
        quantity: the guilty quantity; ``index`` its worst entry.
        got: the implementation's value there.
        autodiff, differences, error_bar: what the oracles say there, None where one did not speak.
        witness: the oracle that found it, a key of ``ORACLES``; ``should_be`` its value.
        pattern: how the block is wrong, in words; ``advice`` where to look.
    """

    layer: int
    activation: str
    quantity: str
    index: tuple[int, ...]
    got: float
    should_be: float
    autodiff: float | None
    differences: float | None
    error_bar: float | None
    witness: str
    pattern: str
    advice: str

    def __str__(self) -> str:
        got, should_be = apart(self.got, self.should_be)
        where = f"layer {self.layer} ({self.activation}) " if self.layer else f"{self.activation} "
        where = "" if self.quantity == "dX" else where
        index = () if self.quantity == "loss" else self.index
        headline = f"{where}{place(self.quantity, index)}: got {got}, should be {should_be} ({self._witnesses()})"
        return "\n".join([headline, f"  {self.pattern}", *([f"  try: {self.advice}"] if self.advice else [])])

    def _witnesses(self) -> str:
        spoken = [] if self.autodiff is None else [f"autodiff {apart(self.autodiff, self.got, 5)[0]}"]
        if self.differences is not None and self.error_bar is not None:
            spoken.append(f"differences {with_bar(self.differences, self.error_bar)}")
        if self.witness == "local":
            spoken.append("from its neighbours' own values")
        if self.witness == "alone":
            spoken.append("the layer by itself under a random cotangent")
        return ", ".join(spoken)
