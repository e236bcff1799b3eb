"""A delta that a program names is the one it means: what is multiplied in after it belongs to the product."""

from dataclasses import replace

from reference.arrays import Array

from ...mistakes.explanation import Explanation, Found, found_of
from ...mistakes.stage import Stage
from ...mistakes.weight_gradients import DW
from ...reading.multiples import factor_between
from ..look import Look
from .slope_blame import incoming
from .trail import first_pass, holding, trail_of

NAMING = ("bind", "store")


def as_named(look: Look, explanation: Explanation) -> Explanation:
    """Return an explanation with the wrong delta of a first layer as a wrong dW, where the right delta has a name.

    Without a bias the numbers of the step are the same.

    Arguments:
        look: the run.
        explanation: that reproduces it.
    """
    found = next((f for f in explanation.found if f.layer == 1 and f.step == "slope"), None)
    if found is None or look.reading.observed.db[0] is not None:
        return explanation
    point = look.reading.point
    da = incoming(look, explanation, found)
    delta = point.curves[0].backward(point.z[0], da)
    if not _has_name(look, explanation, found, delta) or _has_name(look, explanation, found, found.value):
        return explanation
    stage, wrong = Stage(point, 0, da, delta), point.X.T @ found.value
    for variant in DW:
        made = variant.change(stage) if variant.bug == found.bug else None
        if made is not None and made.shape == wrong.shape and factor_between(made, wrong):
            own = found_of(variant, 0, "dW", made, "dW")
            told = tuple(own if f is found else f for f in explanation.found)
            return replace(explanation, found=told, deltas=(delta, *explanation.deltas[1:]))
    return explanation


def _has_name(look: Look, explanation: Explanation, found: Found, delta: Array) -> bool:
    """Return whether a delta, or that of the first sample, was given a name on the way to its update."""
    meant = found._replace(value=delta)
    if len(look.reading.passes) > 1:
        look, explanation, meant = first_pass(look, explanation, meant)
    places = holding(trail_of(look, meant), meant.value, {1.0, abs(explanation.scale)})
    return any(look.tape.node(at).kind in NAMING for at in places)
