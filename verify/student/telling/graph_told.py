"""What is told of a program with a graph of its own: how it was read, and what is wrong in it."""

from dataclasses import replace

from ...report.diagnosis import Diagnosis, FirstFault
from ..judging.graph_verdict import GraphVerdict
from ..source.ingest import Source
from .findings import as_named


def told_of_graph(base: Diagnosis, found: GraphVerdict, source: Source) -> Diagnosis:
    """Return the diagnosis of a program by its own graph.

    Arguments:
        base: what is told of every program.
        found: the verdict.
        source: the file.
    """
    sizes, activations = found.layers.network()
    shape = f"{'-'.join(map(str, sizes))} {' then '.join(name or 'an activation' for name in activations)}, "
    held = found.step.objects.names[found.step.held]
    told = replace(
        base,
        verdict="correct" if found.wrong is None else "wrong",
        layers=found.layers.depth,
        network={"sizes": sizes, "activations": activations, "loss": "unknown"} if sizes else {},
        read_as=f"{shape if sizes else ''}a graph of single numbers that keep their derivatives in .{held}, "
        f"{len(found.step.trained)} of them trained",
        evidence=(found.evidence,),
    )
    if found.wrong is None:
        return told
    fault = _fault(found, activations, source)
    return replace(told, first_fault=fault, bugs=(as_named(found.wrong.bug, fault),) if found.wrong.bug else ())


def _fault(found: GraphVerdict, activations: list[str], source: Source) -> FirstFault:
    wrong, layers = found.wrong, found.layers
    assert wrong is not None
    layer = layers.layer_of(wrong.row)
    return FirstFault(
        layer=layer,
        activation=activations[layer - 1] if activations else "",
        quantity="db" if wrong.bug == "B10" else layers.quantity_of(wrong.row),
        index=(),
        line=wrong.line,
        text="" if wrong.line is None else source.lines[wrong.line - 1].strip(),
        got=wrong.got,
        should_be=wrong.should,
        pattern=wrong.pattern,
    )
