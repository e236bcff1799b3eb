"""What a diagnosis says beyond its verdict."""

from dataclasses import replace

from ...report.diagnosis import Diagnosis, FirstFault, Named
from ..judging.judgement import Judgement
from ..judging.own_loss import Runs
from ..mistakes.own_names import at_layer, in_own_names, turned
from ..source.ingest import Source
from .annotate import Annotation, annotate
from .defects import defects
from .probes import derivatives
from .snippet import snippet


def with_details(diagnosis: Diagnosis, judgement: Judgement, runs: Runs, source: Source) -> Diagnosis:
    """Return the diagnosis with its lines, its probes and its small example.

    Arguments:
        diagnosis: the verdict, the first fault and the bugs.
        judgement: what it is a projection of.
        runs: runs the program again.
        source: the file.
    """
    annotation = annotate(judgement, diagnosis.first_fault)
    fault = _placed(diagnosis.first_fault, annotation.guilty, source)
    bugs = tuple(_in_own_names(bug, annotation, judgement) for bug in diagnosis.bugs)
    probes = (*diagnosis.probes, *derivatives(judgement), *defects(judgement, runs))
    told = replace(diagnosis, first_fault=fault, bugs=bugs, lines=annotation.lines, probes=probes)
    if diagnosis.verdict != "wrong" or not judgement.explanations:
        return told
    curves = judgement.best.reading.point.curves
    return replace(told, snippet=snippet(judgement.explanations[0], curves, fault.text if fault else ""))


def _placed(fault: FirstFault | None, guilty: int | None, source: Source) -> FirstFault | None:
    """Return the fault with the annotation's line where it has none of its own."""
    if fault is None or fault.line is not None or guilty is None:
        return fault
    return replace(fault, line=guilty, text=source.text.split("\n")[guilty - 1].strip())


def _in_own_names(bug: Named, annotation: Annotation, judgement: Judgement) -> Named:
    """Return the bug with its formulas in the program's own names and layout."""
    point, layers = judgement.best.reading.point, judgement.best.reading.passes[0].chain.layers
    columns = all(layer.side == "left" for layer in layers)

    def own(formula: str) -> str:
        numbered = at_layer(formula, bug.right, bug.layer, point.depth)
        return in_own_names(turned(numbered) if columns else numbered, annotation.names)

    return replace(bug, wrong=own(bug.wrong), right=own(bug.right))
