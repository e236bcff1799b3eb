"""A student's file in, a diagnosis out."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

from reference import InputError
from reference.errors import look_up
from reference.losses import LOSSES

from ..report.diagnosis import Diagnosis, FirstFault
from .adapter import Adapter, skeleton
from .conventions import conventions, departs
from .findings import first_fault, named
from .ingest import Source, read
from .judge import Judgement, judge
from .look import look
from .recording import Recording
from .session import watch

SQUARED = ("mse", "half_sse", "sum_squares")


@dataclass(frozen=True, kw_only=True)
class Options:
    """What may be told instead of inferred.

    Attributes:
        layers: n_0, ..., n_L; empty to infer.
        activations: f_1, ..., f_L; empty to infer.
        loss: a name in ``LOSSES``; "" to infer.
        function: the only function, class or method to call; "" for any.
        adapter: how a training step is made; None to find out.
        seed: of the injected values.
        autodiff: whether a wrong number is also shown beside JAX's.
    """

    layers: tuple[int, ...] = ()
    activations: tuple[str, ...] = ()
    loss: str = ""
    function: str = ""
    adapter: Adapter | None = None
    seed: int = 0
    autodiff: bool = True


def diagnose(path: str | Path, options: Options | None = None) -> Diagnosis:
    """Return what is wrong, where and why, in the backward pass of a file.

    Arguments:
        path: a Python file or a notebook.
        options: what need not be inferred.

    Raises:
        InputError: when the file cannot be read as a program, or an option names what does not exist.
    """
    options = options or Options()
    start = time.monotonic()
    tell = _losses(options.loss or (options.adapter.loss if options.adapter else ""))
    source = read(path)
    with watch(source, function=options.function, adapter=options.adapter) as session:
        natural = session.run()
        judgement = judge(session, natural, options.seed, tell)
        told = _told(source, natural, judgement, options)
    return replace(told, seconds=time.monotonic() - start)


def _losses(name: str) -> tuple[str, ...]:
    """Return the losses to judge by; all squared errors are one, up to a constant."""
    if not name:
        return ()
    look_up(LOSSES, name, "loss")
    return ("half_sse",) if name in SQUARED else (name,)


def _told(source: Source, natural: Recording, judgement: Judgement | None, options: Options) -> Diagnosis:
    """Return the diagnosis."""
    notes = (*source.notes, *natural.notes)
    base = Diagnosis(file=str(source.path), verdict="", notes=notes, seen=natural.seen, seed=options.seed)
    if judgement is None:
        verdict, missing = _nothing_found(natural)
        return replace(base, verdict=verdict, missing=missing)
    _require_same(judgement, options)
    verdict = judgement.verdict
    if verdict == "correct" and departs(judgement):
        verdict = "correct up to convention"
    return replace(
        base,
        verdict=verdict,
        layers=judgement.best.reading.point.depth,
        network=_network(judgement),
        conventions=conventions(judgement),
        first_fault=_with_line(first_fault(judgement, autodiff=options.autodiff), source),
        bugs=named(judgement),
        evidence=judgement.evidence,
        missing=judgement.missing,
    )


def _with_line(fault: FirstFault | None, source: Source) -> FirstFault | None:
    """Return the fault with the whole line of the file as its text."""
    if fault is None or fault.line is None:
        return fault
    return replace(fault, text=source.text.split("\n")[fault.line - 1].strip())


def _network(judgement: Judgement) -> dict[str, object]:
    point = judgement.best.reading.point
    loss = judgement.loss or "unknown"
    return {"sizes": list(point.sizes), "activations": [f.name for f in point.curves], "loss": loss}


def _require_same(judgement: Judgement, options: Options) -> None:
    """Refuse what was told where the run shows something else."""
    point = judgement.best.reading.point
    if options.layers and options.layers != point.sizes:
        sizes = ",".join(map(str, point.sizes))
        raise InputError("--layers", ",".join(map(str, options.layers)), f"{sizes}, as the run shows", "leave it out")
    names = tuple(f.family for f in point.curves)
    if options.activations and options.activations != names:
        raise InputError(
            "--activations", ",".join(options.activations), f"{','.join(names)}, as the run shows", "leave it out"
        )


def _nothing_found(natural: Recording) -> tuple[str, tuple[str, ...]]:
    """Return the verdict and what is missing where no network was seen in the run."""
    if natural.raised is not None and natural.ended == "raised":
        trace = tuple(natural.raised.traceback[-3:])
        reason = f"{natural.raised.type} in line {natural.raised.line}: {natural.raised.message}"
        return "cannot run", (reason, *trace)
    missing = "a training step: weights that are multiplied with inputs, then changed"
    if not natural.events:
        missing = "any computation with arrays: call the training in the file, or write an adapter (--new-adapter)"
    return "inconclusive", (missing,)


def new_adapter_text(path: str | Path, options: Options) -> str:
    """Return an adapter for a file, with what could be inferred filled in."""
    source = read(path)
    with watch(source, function=options.function) as session:
        one = look(session.run())
    if one is None:
        return skeleton({})
    point, layers = one.reading.point, one.reading.passes[0].chain.layers
    known = {
        "activations": tuple(f.family for f in point.curves),
        "loss": next((s.name for s in one.seen), ""),
        "params": tuple(name for layer in layers if (name := one.tape.name_of(layer.W_key))),
    }
    return skeleton(known)
