"""A student's file in, a diagnosis out."""

import re
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..report.diagnosis import Diagnosis, FirstFault, Line
from .judging.breakdown import (
    MADE_UP,
    broken_off,
    nan_gradient,
    not_numbers,
    nothing_found,
    out_of_time,
    overflow,
    stopped_short,
    wrong_shape,
)
from .judging.conventions import conventions, departs, read_as
from .judging.elsewhere import other_training
from .judging.graph.verdict import judged_by_graph
from .judging.judge import judge
from .judging.judgement import Judgement, of_numbers
from .judging.meant import cut, forward_fault, losses, over_the_batch, require_known, require_sizes
from .judging.numbers.neurons import Neurons, gathered, own_losses
from .judging.own_loss import Runs
from .judging.slopes.verdict import BySlopes, judged_by_slopes, unread_arrays
from .judging.truncated import truncated
from .runs.adapter import Adapter
from .runs.recording import Recording
from .runs.session import watch
from .source.ingest import Source, read
from .telling.details import with_details
from .telling.findings import as_named, first_fault, named
from .telling.graph_told import told_of_graph
from .telling.probes import told_apart
from .telling.slopes_told import told_by_slopes

SECONDS = 8.0  # that one run of the file may take
LINE = re.compile(r"\bline (\d+)")
SHOWN = 3  # lines of a traceback


@dataclass(frozen=True, kw_only=True)
class Options:
    """What may be told instead of inferred.

    Attributes:
        layers: n_0, ..., n_L; empty to infer.
        activations: f_1, ..., f_L; empty to infer.
        loss: a name in ``LOSSES``; "" to infer.
        function: the only function, class or method to call; "" for any.
        lr: the learning rate; None to infer.
        adapter: how a training step is made; None to find out.
        seed: of the injected values.
        autodiff: whether a wrong number is also shown beside JAX's.
    """

    layers: tuple[int, ...] = ()
    activations: tuple[str, ...] = ()
    loss: str = ""
    function: str = ""
    lr: float | None = None
    adapter: Adapter | None = None
    seed: int = 0
    autodiff: bool = True

    def with_adapters(self) -> "Options":
        """Return the options with what the adapter says where they say nothing, each name known to exist.

        Raises:
            InputError: when there is no activation or loss of a name.
        """
        told = self.adapter or Adapter()
        loss, activations = self.loss or told.loss, self.activations or told.activations
        losses(loss)
        require_known(activations, self.layers)
        lr = told.lr if self.lr is None else self.lr
        adapter = None if self.adapter is None else replace(told, lr=lr)
        return replace(self, activations=activations, loss=loss, lr=lr, adapter=adapter)


def diagnose(path: str | Path | Source, options: Options | None = None) -> Diagnosis:
    """Return what is wrong, where and why, in the backward pass of a file.

    Arguments:
        path: a Python file or a notebook, or one that was read already.
        options: what need not be inferred.

    Raises:
        InputError: when the file cannot be read as a program, or an option names what does not exist.
    """
    options = (options or Options()).with_adapters()
    start = time.monotonic()
    source = path if isinstance(path, Source) else read(path)
    with watch(source, seconds=SECONDS, function=options.function, adapter=options.adapter) as session:
        natural = session.run()
        of_graph = None if options.loss else judged_by_graph(session, natural, options.seed)
        if of_graph is not None:
            return replace(
                _located(told_of_graph(_base(source, natural, options), of_graph, source), source),
                seconds=time.monotonic() - start,
            )
        whole, single = natural, gathered(natural)
        runs: Runs = session if single is None else Neurons(session, single)
        tell = losses(options.loss)
        later = () if single is None or tell else own_losses(session, single, natural)
        natural = natural if single is None else single.recording
        judged = judge(runs, natural, options.seed, tell, later)
        judged = judged if judged is None or single is None else of_numbers(judged, single.unread)
        judgement, probes = (None, ()) if judged is None else told_apart(judged, runs, tell or later)
        told = _told(source, natural, judgement, options)
        if judgement is not None and told.exit_code == 0 and (slip := _truncated(judgement, runs)) is not None:
            fault = _with_line(slip, source, judgement)
            told = replace(told, verdict="forward differs", first_fault=fault, bugs=(as_named("B45", slip),))
        if judgement is not None and told.verdict not in ("cannot run", "forward differs"):
            told = with_details(replace(told, probes=probes), judgement, runs, source)
        if not options.loss and (found := _by_slopes(told, judgement, session, whole, options)) is not None:
            told = told_by_slopes(_base(source, whole, options), found, session, source, options.seed)
        if told.verdict == "inconclusive" and session.late:
            told = replace(told, missing=(*told.missing, out_of_time(session.late, SECONDS)))
    return replace(_located(told, source), seconds=time.monotonic() - start)


def _by_slopes(
    told: Diagnosis, judgement: Judgement | None, runs: Runs, natural: Recording, options: Options
) -> BySlopes | None:
    """Return the verdict by the slopes of the program's own loss, where a network was not read, or not all of one."""
    partly = told.verdict == "wrong" and judgement is not None and bool(unread_arrays(judgement))
    if natural.misfit or not (partly or told.verdict == "inconclusive"):
        return None
    found = judged_by_slopes(runs, natural, options.seed)
    if found is None or judgement is None or told.verdict == "inconclusive":
        return found
    return found if found.moves(unread_arrays(judgement)) else None


def _truncated(judgement: Judgement, runs: Runs) -> FirstFault | None:
    """Return the first activation that is cut to whole numbers at the judged point, None where none is."""
    inject = judgement.points[0].inject if judgement.points else {}
    return truncated(judgement.best, inject, runs)


def _located(diagnosis: Diagnosis, source: Source) -> Diagnosis:
    """Return the diagnosis with the cells, or the files, that its lines stand in."""
    if source.places:
        return _in_cells(diagnosis, source)
    return _in_files(diagnosis, source) if source.beside else diagnosis


def _in_cells(diagnosis: Diagnosis, source: Source) -> Diagnosis:
    """Return the diagnosis of a notebook, whose lines are counted through all code cells, with the cells added."""

    def located(sentences: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(LINE.sub(lambda m: f"{m[0]} ({source.where(int(m[1]))})", sentence) for sentence in sentences)

    fault = diagnosis.first_fault
    if fault is not None and fault.line is not None:
        fault = replace(fault, cell=source.where(fault.line))
    missing, traceback, notes = map(located, (diagnosis.missing, diagnosis.traceback, diagnosis.notes))
    return replace(diagnosis, first_fault=fault, missing=missing, traceback=traceback, notes=notes)


def _in_files(diagnosis: Diagnosis, source: Source) -> Diagnosis:
    """Return the diagnosis of a program of several files, each line numbered as in its own file."""

    def located(sentences: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(LINE.sub(lambda m: source.where(int(m[1])), sentence) for sentence in sentences)

    def own(line: int | None) -> int | None:
        return None if line is None else source.place(line)[1]

    fault, missing = diagnosis.first_fault, located(diagnosis.missing)
    if fault is not None and fault.line is not None:
        name, line = source.place(fault.line)
        fault = replace(fault, cell=name, line=line)
    bugs = tuple(replace(bug, line=own(bug.line)) for bug in diagnosis.bugs)
    lines = tuple(_in_its_file(line, source) for line in diagnosis.lines)
    notes = (*diagnosis.notes, *(f"{source.file(one)}, which is imported, was read with it" for one in source.beside))
    return replace(diagnosis, first_fault=fault, bugs=bugs, lines=lines, missing=missing, notes=notes)


def _in_its_file(line: Line, source: Source) -> Line:
    """Return what a line holds, under the name of its file where that is another."""
    name, own = source.place(line.line)
    return replace(line, line=own, name=f"{name}: {line.name}" if name else line.name)


def _base(source: Source, natural: Recording, options: Options) -> Diagnosis:
    """Return what is told of every program."""
    notes = (*natural.notes, *other_training(natural))
    return Diagnosis(file=str(source.path), verdict="", notes=notes, seen=natural.seen, seed=options.seed)


def _told(source: Source, natural: Recording, judgement: Judgement | None, options: Options) -> Diagnosis:
    """Return the diagnosis."""
    base = _base(source, natural, options)
    if judgement is None:
        if (fault := overflow(natural)) is not None and not any(map(MADE_UP.search, natural.notes)):
            return replace(base, verdict="forward differs", first_fault=fault, bugs=(as_named("B48", fault),))
        verdict, missing = nothing_found(natural)
        return replace(base, verdict=verdict, missing=(missing,), traceback=_traceback(natural))
    require_sizes(options.layers, options.activations, judgement.best.reading.point)
    base = replace(base, **_understood(judgement))
    on_its_own = not natural.notes  # nothing made up that the exception may come from
    if (judgement.verdict != "correct" or on_its_own) and (why := stopped_short(judgement.natural)):
        reasons = tuple(filter(None, (why, wrong_shape(judgement.natural))))
        return replace(base, verdict="cannot run", missing=reasons, traceback=_traceback(natural))
    if judgement.verdict == "correct" and (broken := broken_off(judgement.natural, natural)) is not None:
        verdict, why = broken
        return replace(base, verdict=verdict, missing=(why,), traceback=_traceback(natural))
    if (other := forward_fault(judgement.best, options.activations)) is not None:
        return replace(base, verdict="forward differs", first_fault=_with_line(other, source, judgement))
    if (slip := over_the_batch(judgement.best)) is not None:
        told = _with_line(slip, source, judgement)
        return replace(base, verdict="forward differs", first_fault=told, bugs=(as_named("B38", slip),))
    if (slip := cut(judgement.best) or cut(judgement.natural)) is not None:
        told = _with_line(slip, source, judgement)
        return replace(base, verdict="forward differs", first_fault=told, bugs=(as_named("B45", slip),))
    verdict = judgement.verdict
    if verdict == "correct" and departs(judgement):
        verdict = "correct up to convention"
    return replace(
        base,
        verdict=verdict,
        first_fault=_with_line(first_fault(judgement, autodiff=options.autodiff), source, judgement),
        bugs=named(judgement),
        evidence=judgement.evidence,
        missing=(*judgement.missing, *(not_numbers(natural) if judgement.verdict == "inconclusive" else ())),
    )


def _with_line(fault: FirstFault | None, source: Source, judgement: Judgement) -> FirstFault | None:
    """Return the fault with the whole line of the file as its text; of NaN, the line that it first comes out of."""
    if fault is not None and fault.line is None and (node := nan_gradient(judgement.best)) is not None:
        fault = replace(fault, line=node.line, pattern=f"NaN first comes out of {node.text}")
    if fault is None or not fault.line:
        return fault
    return replace(fault, text=source.lines[fault.line - 1].strip())


def _understood(judgement: Judgement) -> dict[str, Any]:
    """Return the fields of a diagnosis that say how the program was understood."""
    point = judgement.best.reading.point
    names = [f.name for f in point.curves]
    return {
        "layers": point.depth,
        "network": {"sizes": list(point.sizes), "activations": names, "loss": judgement.loss or "unknown"},
        "conventions": conventions(judgement),
        "read_as": read_as(judgement),
    }


def _traceback(natural: Recording) -> tuple[str, ...]:
    """Return the last lines of the file that an exception came through."""
    return () if natural.raised is None else natural.raised.traceback[-SHOWN:]
