"""The one result model of a run; every output is a projection of it."""

from dataclasses import dataclass

from ..evidence import TOLERATED
from ..failure import Failure
from ..tally import Tally


@dataclass(frozen=True)
class Report:
    """What a run found.

    Attributes:
        tally: every count.
        failures: the first disagreements, explained; ``tally.faulty`` lists all of them.
        seed: reproduces the run.
        cases: networks asked for; ``tally.networks`` those done.
        seconds: of the whole run, start-up of the workers included.
        interrupted: whether the run was cut short by the user.
    """

    tally: Tally
    failures: list[Failure]
    seed: int
    cases: int
    seconds: float
    interrupted: bool = False

    @property
    def inconclusive_share(self) -> float:
        """The share of comparisons that could not be judged."""
        return self.tally.inconclusive / max(self.tally.compared, 1)

    @property
    def verdict(self) -> str:
        """Whether all "agree", some "disagree", or the run is "inconclusive".

        It is inconclusive only where a network could not be judged at all, where more than 1 % of
        the comparisons could not, or where nothing was done.
        """
        if self.tally.faulty:
            return "disagree"
        if self.tally.unjudged or not self.tally.networks or self.inconclusive_share > TOLERATED:
            return "inconclusive"
        return "agree"

    @property
    def exit_code(self) -> int:
        """0 agree, 1 disagree, 3 could not judge, 130 interrupted by the user."""
        return 130 if self.interrupted else {"agree": 0, "disagree": 1, "inconclusive": 3}[self.verdict]

    @property
    def networks_per_second(self) -> float:
        """Networks done over the seconds of the whole run."""
        return self.tally.networks / self.seconds if self.seconds else 0.0
