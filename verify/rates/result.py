"""The result of one measurement of rates, and the bars it is held against."""

from dataclasses import dataclass, field
from typing import NamedTuple

from .alarms import Alarms, Seen
from .power import ZEROED, Detection, Key, Power

AUTODIFF, DIFFERENCES = "autodiff and local identities", "differences"
# the oracles whose alarms each task counts; autodiff is asked beside differences for the truth alone
WITNESSES = {AUTODIFF: ("autodiff", "local"), DIFFERENCES: ("differences",)}


@dataclass
class Rates:
    """Every count of one measurement.

    Attributes:
        seed: reproduces it.
        networks: right networks asked for, by autodiff and the local identities.
        planted: networks that mistakes are planted into.
        compared: networks that the other checkers see too.
        alarms: of right networks, by task (AUTODIFF or DIFFERENCES) and family.
        power: of our witnesses, networks of the family "all".
        zeroed: the same of a zeroed first layer, family "vanishing".
        together: of our witnesses and the other checkers, family "small", dW and db only.
        zeroed_together: likewise, family "vanishing".
        refused: right networks that the other checkers refuse, family "small".
        seconds: of the whole measurement.
        interrupted: whether it was cut short by the user.
    """

    seed: int
    networks: int
    planted: int = 1
    compared: int = 1
    alarms: dict[str, dict[str, Alarms]] = field(default_factory=lambda: {AUTODIFF: {}, DIFFERENCES: {}})
    power: Power = field(default_factory=Power)
    zeroed: Power = field(default_factory=Power)
    together: Power = field(default_factory=Power)
    zeroed_together: Power = field(default_factory=Power)
    refused: Power = field(default_factory=Power)
    seconds: float = 0.0
    interrupted: bool = False

    def total(self, task: str) -> Alarms:
        """Return the counts of one task over all families."""
        whole = Alarms()
        for part in self.alarms[task].values():
            whole.merge(part)
        return whole

    def false_alarms(self, task: str) -> int:
        """Return how many right networks the witnesses of a task found wrong, each witness by itself."""
        seen = self.total(task).oracles
        return sum(seen.get(witness, Seen()).alarms for witness in WITNESSES[task])

    @property
    def lines(self) -> list[str]:
        """What reproduces the false alarms."""
        return sorted({line for task in self.alarms for line in self.total(task).lines})

    @property
    def exit_code(self) -> int:
        """0, 1 where there was a false alarm, 130 interrupted by the user."""
        return 130 if self.interrupted else int(any(self.false_alarms(task) for task in self.alarms))


class Bar(NamedTuple):
    """One promise beside what was seen.

    Attributes:
        promise: in words.
        wanted: the number to reach, as text.
        seen: what was measured.
        reached: whether it is; None where too little was measured to say.
    """

    promise: str
    wanted: str
    seen: str
    reached: bool | None

    @property
    def verdict(self) -> str:
        """The outcome in words."""
        return {True: "reached", False: "NOT reached", None: "too few to say"}[self.reached]


ENOUGH = 1000  # mistakes planted, below which a share of 99.9 % says nothing


def bars(rates: Rates) -> list[Bar]:
    """Return every promise with what was seen."""
    return [
        _no_alarm(rates, AUTODIFF, 1_000_000),
        _no_alarm(rates, DIFFERENCES, 100_000),
        _seen("one wrong entry of dW, db or dz, relative 1e-9, by the local identities", rates, 1e-9, "local", 0.999),
        _seen("the same by autodiff, end to end", rates, 1e-9, "autodiff", 0.95),
        _seen("one wrong entry, relative 1e-5, by differences", rates, 1e-5, "differences", 0.97),
        _zeroed(rates.zeroed.detections.get(Key(ZEROED, 1.0, "autodiff"), Detection())),
        _inconclusive(rates, AUTODIFF),
        _inconclusive(rates, DIFFERENCES),
    ]


def _no_alarm(rates: Rates, task: str, wanted: int) -> Bar:
    alarms, networks = rates.false_alarms(task), rates.total(task).networks
    reached = False if alarms else True if networks >= wanted else None
    return Bar(f"false alarms of {task}", f"0 in {wanted:,} networks", f"{alarms:,} in {networks:,}", reached)


def _seen(promise: str, rates: Rates, size: float, witness: str, wanted: float) -> Bar:
    found = rates.power.detections.get(Key("one entry", size, witness), Detection())
    reached = found.share >= wanted if found.planted >= ENOUGH else None
    return Bar(promise, f"at least {wanted:.1%} seen", f"{found.share:.2%} of {found.planted:,}", reached)


def _zeroed(found: Detection) -> Bar:
    reached = False if found.seen < found.planted else True if found.planted >= ENOUGH else None
    promise = "a zeroed first-layer gradient in a 10-layer sigmoid network, by autodiff"
    return Bar(promise, "always flagged", f"{found.seen:,} of {found.planted:,}", reached)


def _inconclusive(rates: Rates, task: str) -> Bar:
    seen = [rates.alarms[task].get("all", Alarms()).oracles.get(witness, Seen()) for witness in WITNESSES[task]]
    entries, lost = sum(s.entries for s in seen), sum(s.inconclusive for s in seen)
    share = lost / max(entries, 1)
    promise = f"inconclusive entries by {task}, family all"
    return Bar(promise, "at most 0.05 %", f"{share:.4%} of {entries:,}", share <= 5e-4 if entries else None)
