"""What a diagnosis says beyond its verdict."""

from dataclasses import replace

from ..report.diagnosis import Diagnosis, FirstFault
from .annotate import annotate
from .ingest import Source
from .judge import Judgement
from .snippet import snippet


def with_details(diagnosis: Diagnosis, judgement: Judgement, source: Source) -> Diagnosis:
    """Return the diagnosis with its lines and its small example.

    Arguments:
        diagnosis: the verdict, the first fault and the bugs.
        judgement: what it is a projection of.
        source: the file.
    """
    annotation = annotate(judgement, diagnosis.first_fault)
    fault = _placed(diagnosis.first_fault, annotation.guilty, source)
    told = replace(diagnosis, first_fault=fault, lines=annotation.lines)
    if diagnosis.verdict != "wrong" or not judgement.explanations:
        return told
    curves = judgement.best.reading.point.curves
    return replace(told, snippet=snippet(judgement.explanations[0], curves, fault.text if fault else ""))


def _placed(fault: FirstFault | None, guilty: int | None, source: Source) -> FirstFault | None:
    """Return the fault with the annotation's line where it has none of its own."""
    if fault is None or fault.line is not None or guilty is None:
        return fault
    return replace(fault, line=guilty, text=source.text.split("\n")[guilty - 1].strip())
