"""What is told of a program with a graph of its own: how it was read, and what is wrong in it."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ...report.diagnosis import Diagnosis, FirstFault, Line, Probe
from ..judging.conventions import LOSS_WORDS
from ..judging.graph.blame import Sent, sent_down
from ..judging.graph.loss import loss_of
from ..judging.graph.verdict import GraphVerdict
from ..source.ingest import Source
from .findings import as_named

SENT = {"+": "dL/d(sum)", "-": "dL/d(difference), with its sign", "*": "dL/d(product) * the other factor"}


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
    loss = loss_of(found.step, found.layers)
    words = (
        "loss unknown" if loss == "unknown" else "squared error" if loss == "half_sse" else LOSS_WORDS.get(loss, loss)
    )
    told = replace(
        base,
        verdict="correct" if found.wrong is None else "wrong",
        layers=found.layers.depth,
        network={"sizes": sizes, "activations": activations, "loss": loss} if sizes else {},
        read_as=f"{shape if sizes else ''}a graph of single numbers that keep their derivatives in .{held}, "
        f"{len(found.step.trained)} of them trained, {words}",
        evidence=(found.evidence,),
    )
    sent = [one for one in sent_down(found.step, found.layers) if one.is_right or found.wrong is not None]
    told = replace(told, lines=tuple(_lines(sent, found)), probes=tuple(_probes(sent)))
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


def _lines(sent: list[Sent], found: GraphVerdict) -> Iterator[Line]:
    """Yield the lines of the way back with what they add to the derivatives."""
    guilty = None if found.wrong is None else found.wrong.line
    for one in sorted(sent, key=lambda one: found.step.tape.nodes[one.node].line):
        node = found.step.tape.nodes[one.node]
        holds = SENT.get(one.what, f"dL/d({one.what}) * its derivative")
        ok = one.is_right and node.line != guilty
        yield Line(line=node.line, name=node.what.rpartition(" ")[0] or node.what, holds=holds, ok=ok)


def _probes(sent: list[Sent]) -> Iterator[Probe]:
    """Yield the derivative of each function that the way back uses, beside the right one."""
    for one in sent:
        if one.what in SENT:
            continue
        x, y, used, right = one.slopes
        worst = int(np.argmax(np.abs(used - right)))
        numbers = f"{used[worst]:.4g} where x = {x[worst]:.4g} gives {y[worst]:.4g}"
        result = f"as used {numbers}: right in {len(x)} of {len(x)}"
        if not one.is_right:
            off = int((~np.isclose(used, right, rtol=1e-6, atol=1e-10)).sum())
            result = f"as used {numbers}, should be {right[worst]:.4g}: wrong in {off} of {len(x)}"
        yield Probe(name=f"derivative of {one.what}", result=result, ok=one.is_right)
