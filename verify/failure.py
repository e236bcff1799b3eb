"""One disagreement of a random network: the smallest network that still shows it, and how to see it again."""

from dataclasses import asdict, dataclass
from typing import Any

from .architectures import Architecture, simpler
from .crosscheck import Backward, Evidence, crosscheck, reference_backward
from .evidence import pattern_of, told
from .fault import Fault

SHRINKING_TRIES = 400


@dataclass(frozen=True, kw_only=True)
class Failure(Fault):
    """The fault of the smallest network that still fails.

    Attributes:
        architecture: the network it was found in.
        shrunk: the smallest one.
        command: what shows it again.
    """

    architecture: str
    shrunk: str
    command: str

    def __str__(self) -> str:
        return "\n".join(
            [
                super().__str__(),
                f"  found in: {self.architecture}",
                f"  smallest: {self.shrunk}",
                f"  again:    {self.command}",
            ]
        )

    def as_json(self) -> dict[str, Any]:
        """Return the fields as plain data."""
        return {**asdict(self), "index": list(self.index)}


def explain(architecture: Architecture, backward: Backward = reference_backward) -> Failure | None:
    """Return the failure of this architecture, shrunk, None where it does not fail.

    How the numbers are wrong is read off the network it was found in: the smallest has few entries.

    Arguments:
        architecture: a network that was seen to fail.
        backward: the backward pass under test.
    """
    evidence = _evidence(architecture, backward)
    if evidence.unjudgeable or not evidence.fault:
        return None
    smallest = shrink(architecture, backward)
    fault = told(_evidence(smallest, backward), pattern_of(evidence))
    assert fault is not None
    command = f'gradproof verify --architecture "{smallest}"'
    return Failure(**asdict(fault), architecture=str(architecture), shrunk=str(smallest), command=command)


def shrink(architecture: Architecture, backward: Backward = reference_backward) -> Architecture:
    """Return the smallest architecture, by greedy single steps, that still has a disagreement."""
    tries = 0
    smallest = architecture
    while tries < SHRINKING_TRIES:
        for candidate in simpler(smallest):
            tries += 1
            if fails(candidate, backward):
                smallest = candidate
                break
        else:
            break
    return smallest


def fails(architecture: Architecture, backward: Backward) -> bool:
    """Return whether an oracle finds this network wrong; one that the backward pass cannot run on shows nothing."""
    try:
        evidence = _evidence(architecture, backward)
    except Exception:
        return False
    return evidence.fault is not None and not evidence.unjudgeable


def _evidence(architecture: Architecture, backward: Backward) -> Evidence:
    return crosscheck([architecture.build()], backward=backward)[0]
