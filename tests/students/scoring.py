"""What an answer of the debugger is worth, file by file: detected, first fault, names, line, false alarms."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.students.zoo import Case

# Diagnoses that describe the same numbers: either name is as good as the other.
EQUIVALENT = ({"B3", "B30"}, {"B4", "B44"}, {"B7", "B44"}, {"B12", "B23"})


@dataclass(frozen=True)
class Answer:
    """What came back for one file.

    Attributes:
        report: the debugger's JSON; empty where none came.
        seconds: wall time from the start of the command.
        failure: "timeout", "crash" with its last line, or "".
    """

    report: Mapping[str, Any]
    seconds: float
    failure: str = ""

    @property
    def verdict(self) -> str:
        """One of the six verdicts, or the failure."""
        return self.failure.partition(":")[0] or str(self.report.get("verdict", "no verdict"))

    @property
    def fault(self) -> tuple[int, str] | None:
        """The first wrong quantity, as (layer from 1, quantity)."""
        first = self.report.get("first_fault")
        return (int(first["layer"]), str(first["quantity"])) if first and first.get("layer") else None

    @property
    def names(self) -> list[str]:
        """The catalogue ids, in the debugger's order."""
        return [str(bug["id"]) for bug in self.report.get("bugs", [])]

    @property
    def line(self) -> int | None:
        """The guilty line: of the first fault, else of the first bug."""
        first = self.report.get("first_fault") or {}
        bugs = self.report.get("bugs") or [{}]
        return first.get("line") or bugs[0].get("line")


@dataclass(frozen=True)
class Score:
    """One file's marks; None where the question does not arise.

    Attributes:
        detected: of a harmful mistake, whether an accepted verdict came.
        fault: whether the first wrong quantity is an accepted one.
        first: whether the first name is an accepted one.
        three: whether one of the first three is.
        line: whether the line is an accepted one.
        false_alarm: of a right program, whether anything was held against it.
        inconclusive: whether no verdict was reached where one was wanted.
        failed: whether the debugger crashed or ran out of time.
    """

    detected: bool | None
    fault: bool | None
    first: bool | None
    three: bool | None
    line: bool | None
    false_alarm: bool | None
    inconclusive: bool
    failed: bool


def accepted(bugs: tuple[str, ...]) -> set[str]:
    """Return the accepted ids with their equivalents."""
    return set(bugs).union(*(same for same in EQUIVALENT if same & set(bugs)))


def right_line(case: Case, answer: Answer) -> bool:
    """Return whether the line is an accepted one, or none where that is accepted."""
    return answer.line in case.lines or (case.lineless and answer.line is None)


def score(case: Case, answer: Answer) -> Score:
    """Return the marks of one answer."""
    judged = case.harmful and case.runs and case.verdicts[0] in ("wrong", "forward differs")
    names = [name in accepted(case.bugs) for name in answer.names]
    objected = answer.verdict in ("wrong", "forward differs", "cannot run")
    return Score(
        detected=answer.verdict in case.verdicts if case.harmful else None,
        fault=answer.fault in case.faults if judged and case.faults else None,
        first=any(names[:1]) if judged else None,
        three=any(names[:3]) if judged else None,
        line=right_line(case, answer) if judged and case.lines else None,
        false_alarm=objected and answer.verdict not in case.verdicts if not case.harmful else None,
        inconclusive=answer.verdict == "inconclusive" and case.verdicts[0] != "inconclusive",
        failed=bool(answer.failure),
    )
