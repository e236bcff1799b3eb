"""What was replaced and should have been kept: parameters, the other samples' gradients, activations."""

from dataclasses import replace
from functools import partial

from ..mistakes.constants import FACTOR
from ..mistakes.explanation import Explanation, Found
from ..mistakes.stage import ONE
from ..reading.multiples import factor_between
from ..reading.point import weight_penalty
from .look import Look
from .number_blame import last_kept
from .rounding import Spoilt
from .trail import ratios, trail_of

LAST_ALONE = tuple(f"of the {one} sample only" for n, one in ONE.items() if n == -1)
OF_SLOPE = "f'(z_(l-1))^T"
IN_PLACE = ("store", "augment")


def replaced_parameter(look: Look) -> Spoilt | None:
    """Return the topmost parameter that becomes its step alone, None where none does."""
    reading = look.reading
    steps = [(l, "dW", u) for l, u in enumerate(reading.weights)] + [(l, "db", u) for l, u in enumerate(reading.biases)]
    alone = [Spoilt(l + 1, kind, u.end, "B61") for l, kind, u in steps if u is not None and u.alone]
    return max(alone, key=lambda one: one.layer, default=None)


def as_replaced(look: Look, explanation: Explanation) -> Explanation:
    """Return an explanation in which what was computed rightly, and replaced afterwards, is told as that."""
    factors = any(f.step.startswith(FACTOR) for f in explanation.found)  # perhaps one sample's, as often as there are
    kept = explanation.found if factors else map(partial(_as_assigned, look), explanation.found)
    return replace(explanation, found=tuple(_as_overwritten(look, f) for f in kept))


def _as_assigned(look: Look, found: Found) -> Found:
    last = found.bug == "B33" and any(alone in found.wrong for alone in LAST_ALONE)
    return found._replace(bug="B36") if last and len(look.reading.passes) > 1 else found


def _as_overwritten(look: Look, found: Found) -> Found:
    slopes = found.bug == "B19" and OF_SLOPE in found.wrong
    return found._replace(bug="B28") if slopes and overwritten(look, found) is not None else found


def assigned(look: Look, found: Found) -> int | None:
    """Return where the last of several samples' gradients was last given a name, None where it never was."""
    trail, penalty = trail_of(look, found), weight_penalty(look.reading.point, found.layer - 1)
    forms = [found.value - penalty, found.value] if found.quantity == "dW" else [found.value]
    places = [at for form in forms for at, _ in ratios(trail, form) if look.tape.node(at).kind in ("bind", "store")]
    return last_kept(look, found) or max(places, default=None)


def overwritten(look: Look, found: Found) -> int | None:
    """Return where the activations below a layer became their derivative in place, None where they did not."""
    l, tape, point = found.layer - 1, look.tape, look.reading.point
    slope = point.curves[l - 1].derivative(point.z[l - 1])
    key = look.reading.passes[0].chain.layers[l].a_key
    for at in range(look.reading.passes[0].chain.end, look.reading.end):
        event = tape.events[at]
        if tape.node(at).kind not in IN_PLACE or event.result < 0 or event.operands[0] != key:
            continue
        held = tape.array(event.result)
        if any(held.shape == form.shape and factor_between(held, form) for form in (slope, slope.T)):
            return at
    return None
