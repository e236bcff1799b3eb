"""Experiments: the derivative that each activation is really given, and runs that tell mistakes apart."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from reference.arrays import Array
from reference.rowwise import ROWWISE

from ...report.diagnosis_parts import Probe
from ..judging.judgement import Judgement, Shown
from ..judging.look import look
from ..judging.own_loss import Runs
from ..mistakes.explanation import Explanation
from ..mistakes.own_names import at_layer
from ..mistakes.replay import CannotReplay, constant, replay, reproduces
from ..reading.align import Reading
from ..reading.curves import Curve
from ..reading.point import Point
from ..runs.recording import Injection
from ..runs.tape import Tape

WANTED = (0.5, -1.0, 2.0)  # values of z at which the derivative is shown, or the nearest there are
FAINT = 1e-3  # of the largest entry: dL/da that is too small to divide by
AWAY = 0.1  # from z = 0, where a kink may be
SAME = 1e-6
FORMULAS_IN_A = {
    "sigmoid": "{v} (1 - {v})",
    "tanh": "1 - {v}^2",
    "relu": "1 if {v} > 0 else 0",
    "softplus": "1 - e^(-{v})",
    "softsign": "(1 - |{v}|)^2",
    "arctan": "cos({v})^2",
    "exp": "{v}",
}


class Implied(NamedTuple):
    """What the sweep multiplied by, beside the true derivative, at every z of the injected points."""

    z: Array
    used: Array
    true: Array


def derivatives(judgement: Judgement) -> Iterator[Probe]:
    """Yield for each activation the derivative that the program's gradients imply, beside the true one.

    The implied derivative is delta_l / (dL/da_l) of the sweep that reproduces the program's gradients.
    """
    explanation = next(iter(judgement.explanations), None)
    if explanation is None and judgement.right is None:
        return
    point = judgement.best.reading.point
    for l, curve in enumerate(point.curves):
        if curve.name in ROWWISE or curve.family == "linear":
            continue
        found = _implied(judgement, explanation, l)
        if found is not None and len(found.z):
            yield _told(l + 1, curve, found, _written(explanation, curve, l, point.depth))


def _implied(judgement: Judgement, explanation: Explanation | None, l: int) -> Implied | None:
    """Return the implied derivative of one layer over all injected points."""
    rows: list[tuple[Array, Array, Array]] = []
    for point in _points(judgement):
        curve, z = point.curves[l], point.z[l]
        true = curve.derivative(z)
        used, telling = true, np.ones_like(z, bool)
        if explanation is not None and explanation.found:
            try:
                made = replay(explanation, point)
            except CannotReplay:
                return None
            telling = np.abs(made.da[l]) > FAINT * np.abs(made.da[l]).max(initial=0)
            used = np.divide(made.delta[l] / _stray(explanation, l), made.da[l], out=np.zeros_like(z), where=telling)
        rows.append((z[telling], used[telling], true[telling]))
    return Implied(*(np.concatenate(parts) for parts in zip(*rows, strict=True))) if rows else None


def _stray(explanation: Explanation, l: int) -> float:
    """Return the constant that slipped into the way down to a layer, which is none of the derivative's."""
    strays = (f for f in explanation.found if f.step == "factor of delta" and f.layer == l + 1 and f.bug != "B41")
    return math.prod(constant(f) for f in strays)


def _points(judgement: Judgement) -> list[Point]:
    looks = [shown.look for shown in judgement.points] or [judgement.natural]
    return [one.reading.point for one in looks]


def _told(layer: int, curve: Curve, found: Implied, written: str) -> Probe:
    """Return the comparison in a sentence."""
    name = f"f' as used in layer {layer} ({curve.name})"
    off = np.abs(found.used - found.true)
    if off.max() <= SAME * max(1.0, float(np.abs(found.true).max())):
        span = f"{found.z.min():.2g} to {found.z.max():.2g}"
        return Probe(name=name, result=f"the true one at {len(found.z)} values of z from {span}", ok=True)
    telling = np.flatnonzero(off > 0.02 * off.max())
    away = telling[np.abs(found.z[telling]) > AWAY]
    telling = away if len(away) else telling
    chosen = dict.fromkeys(int(telling[np.abs(found.z[telling] - z).argmin()]) for z in WANTED)
    samples = [f"at z = {found.z[i]:.3g} got {found.used[i] + 0.0:.4g}, should be {found.true[i]:.4g}" for i in chosen]
    uses = f"uses {written}, " if written else ""
    return Probe(name=name, result=f"{uses}should be {curve.formula}: {'; '.join(samples)}", ok=False)


def _written(explanation: Explanation | None, curve: Curve, l: int, depth: int) -> str:
    """Return the wrong derivative as a formula, "" where it has none."""
    slopes = [f for f in (explanation.found if explanation else ()) if f.step == "slope" and f.layer == l + 1]
    if not slopes:
        return ""
    found = slopes[0]
    if found.bug in ("B4", "B11"):
        return "1"
    if found.bug == "B9" and curve.family in FORMULAS_IN_A:
        return FORMULAS_IN_A[curve.family].format(v="z")
    wrong = at_layer(found.wrong, found.right, found.layer, depth)
    return wrong.partition(" * ")[2].partition(":")[0] or wrong.removeprefix(f"delta_{found.layer} = ")


def told_apart(judgement: Judgement, runs: Runs, tell: tuple[str, ...]) -> tuple[Judgement, tuple[Probe, ...]]:
    """Return the judgement with the explanations that further experiments leave, and what the experiments showed.

    Arguments:
        judgement: of the program.
        runs: runs it again.
        tell: the losses to judge by, where they are known.
    """
    rivals = _rivals(judgement.explanations)
    if len({e.bugs for e in rivals}) < 2 or not judgement.points:
        return judgement, ()
    left, probes = list(rivals), []
    for name, inject in _experiments(judgement.points[0]):
        if len({e.bugs for e in left}) < 2:
            break
        reading = _read(runs, inject, judgement, tell)
        if reading is None:
            continue
        kept = [e for e in left if reproduces(e, reading.point, reading.observed) is not False]
        gone = {e.bugs for e in left} - {e.bugs for e in kept}
        if kept and gone:
            probes.append(_separated(name, kept, gone))
            left = kept
    if not probes and len({e.bugs for e in left}) > 1:
        fits = ", ".join("+".join(bugs) for bugs in dict.fromkeys(e.bugs for e in left))
        probes.append(
            Probe(name="told apart", result=f"no experiment separates {fits}: each fits everywhere", ok=False)
        )
    gone_for_good = [id(e) for e in rivals if not any(e is kept for kept in left)]
    remaining = tuple(e for e in judgement.explanations if id(e) not in gone_for_good)
    return replace(judgement, explanations=remaining), tuple(probes)


def _rivals(explanations: Sequence[Explanation]) -> list[Explanation]:
    """Return the explanations that need as few mistakes as the first."""
    return [e for e in explanations if e.cost[0] == explanations[0].cost[0]]


def _separated(name: str, kept: list[Explanation], gone: set[tuple[str, ...]]) -> Probe:
    still = ", ".join(dict.fromkeys("+".join(e.bugs) for e in kept))
    ruled_out = ", ".join(sorted("+".join(bugs) for bugs in gone))
    return Probe(name=name, result=f"still explained by {still}, no longer by {ruled_out}", ok=False)


def _experiments(shown: Shown) -> Iterator[tuple[str, Injection]]:
    """Yield runs that are unlike the judged one: larger and smaller weights, other inputs."""
    weights = {s.place for s in shown.found.W if s is not None}
    data = {s.place for s in shown.found.X if s is not None}
    inject = shown.inject
    yield "weights three times as large", {p: 3 * v if p in weights else v for p, v in inject.items()}
    yield "weights a third as large", {p: v / 3 if p in weights else v for p, v in inject.items()}
    yield "inputs turned round", {p: -v if p in data and v.dtype.kind == "f" else v for p, v in inject.items()}


def _read(runs: Runs, inject: Injection, judgement: Judgement, tell: tuple[str, ...]) -> Reading | None:
    """Return what a run shows, with the judged activations, None where it shows another network."""
    one = look(Tape(runs.run(inject, updates=2)), tell)
    known = judgement.best.reading.point
    if one is None or one.reading.point.sizes != known.sizes:
        return None
    return one.reading._replace(point=one.reading.point._replace(curves=known.curves))
