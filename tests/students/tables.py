"""The rates as tables: all together, by shape, by mistake, and every miss with its file."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from tests.students.scoring import Answer, Score
from tests.students.zoo import Case

Marked: TypeAlias = tuple[Case, Answer, Score]
RATES: tuple[tuple[str, Callable[[Score], bool | None]], ...] = (
    ("detected", lambda s: s.detected),
    ("first fault right", lambda s: s.fault),
    ("named first", lambda s: s.first),
    ("named in three", lambda s: s.three),
    ("line right", lambda s: s.line),
)
BARS = {"detected": 100, "first fault right": 98, "named first": 92, "named in three": 98, "line right": 90}


def page(marked: Sequence[Marked], part: str) -> str:
    """Return the whole section of one part, in Markdown."""
    if not marked:
        return "no file of that name"
    sections = [
        summary(marked, part),
        "By shape:\n\n" + grouped(marked, lambda case: [case.shape], "shape"),
        "By mistake:\n\n" + grouped([m for m in marked if m[0].harmful], lambda case: [case.bugs[0]], "mistake"),
        misses(marked),
    ]
    return "\n\n".join(sections)


def summary(marked: Sequence[Marked], part: str) -> str:
    """Return the figures over all files."""
    right = sum(not case.harmful for case, _, _ in marked)
    alarms = sum(bool(marks.false_alarm) for _, _, marks in marked)
    seconds = [given.seconds for _, given, _ in marked]
    rows = [f"| {name} | {rate(marked, mark)} | {BARS[name]} % |" for name, mark in RATES]
    rows += [
        f"| false alarms | {alarms} of {right} | 0 |",
        f"| inconclusive | {sum(m.inconclusive for _, _, m in marked)} of {len(marked)} | |",
        f"| crashed or out of time | {sum(m.failed for _, _, m in marked)} of {len(marked)} | 0 |",
        f"| seconds, median / worst | {statistics.median(seconds):.1f} / {max(seconds):.1f} | 5 |",
    ]
    head = f"{len(marked)} files ({part}): {len(marked) - right} with a mistake that matters, {right} without.\n\n"
    return head + "| | measured | bar |\n| --- | --- | --- |\n" + "\n".join(rows)


def rate(marked: Iterable[Marked], mark: Callable[[Score], bool | None]) -> str:
    """Return "97.1 % (34 of 35)" over the files where the question arises."""
    marks = [got for _, _, s in marked if (got := mark(s)) is not None]
    return f"{100 * sum(marks) / len(marks):.1f} % ({sum(marks)} of {len(marks)})" if marks else "-"


def grouped(marked: Sequence[Marked], key: Callable[[Case], list[str]], title: str) -> str:
    """Return one row for each group: counts of hits."""
    groups = sorted({k for case, _, _ in marked for k in key(case)}, key=lambda k: int(k[1:]))
    head = f"| {title} | files | " + " | ".join(name for name, _ in RATES) + " | false alarms | inconclusive |"
    lines = [head, "| --- " * (len(RATES) + 4) + "|"]
    for group in groups:
        members = [m for m in marked if group in key(m[0])]
        counts = " | ".join(hits([mark(s) for _, _, s in members]) for _, mark in RATES)
        alarms = hits([s.false_alarm for _, _, s in members])
        lines.append(
            f"| {group} | {len(members)} | {counts} | {alarms} | {sum(s.inconclusive for _, _, s in members)} |"
        )
    return "\n".join(lines)


def hits(marks: Iterable[bool | None]) -> str:
    """Return "3/4" of the marks that there are."""
    given = [mark for mark in marks if mark is not None]
    return f"{sum(given)}/{len(given)}" if given else "-"


def misses(marked: Sequence[Marked]) -> str:
    """Return every file with a mark missed: what was said, and what is so."""
    lines = [miss(*row) for row in marked if bad(row[2])]
    return f"Misses ({len(lines)}):\n\n" + ("\n".join(lines) or "none")


def bad(marks: Score) -> bool:
    """Return whether anything in the marks is not as it should be."""
    missed = any(mark(marks) is False for _, mark in RATES)
    return missed or bool(marks.false_alarm) or marks.inconclusive or marks.failed


def miss(case: Case, given: Answer, marks: Score) -> str:
    """Return one line on a missed file."""
    what = [name for name, mark in RATES if mark(marks) is False]
    what += ["false alarm"] * bool(marks.false_alarm) + ["inconclusive"] * marks.inconclusive
    said = (
        f"{given.failure or given.verdict}, {place(given.fault)}, {'/'.join(given.names[:3]) or '-'}, line {given.line}"
    )
    so = f"{case.verdicts[0]}, {' or '.join(map(place, case.faults)) or '-'}, {'/'.join(case.bugs) or '-'}"
    return f"- `{case.name}`: missed {', '.join(what) or 'all'}; said {said}; is {so}, line {list(case.lines)}"


def place(fault: tuple[int, str] | None) -> str:
    """Return "2 dW"."""
    return f"{fault[0]} {fault[1]}" if fault else "-"
