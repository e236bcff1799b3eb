"""A program's text without a file: read, run once and diagnosed."""

from functools import cache
from pathlib import Path
from typing import Any

from verify.report.diagnosis import Diagnosis
from verify.student.debug import Options, diagnose
from verify.student.runs.recording import Injection, Recording
from verify.student.runs.session import watch
from verify.student.source.ingest import Source


def source(text: str, path: str = "program.py") -> Source:
    """Return a text as a file that was read."""
    return Source(Path(path), text)


def watched(text: str, inject: Injection | None = None, **options: Any) -> Recording:
    """Return one run of a program."""
    with watch(source(text), **options) as session:
        return session.run(inject)


@cache
def diagnosed(text: str, **told: Any) -> Diagnosis:
    """Return what is said of a program, without JAX; the same for the same text and the same that is told of it."""
    return diagnose(source(text), Options(autodiff=False, **told))


def line_of(text: str, part: str) -> int:
    """Return the line, from 1, on which a part first begins."""
    return text[: text.index(part)].count("\n") + 1
