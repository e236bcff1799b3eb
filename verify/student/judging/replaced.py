"""What was replaced and should have been kept: the other samples' gradients, activations by their derivative."""

from dataclasses import replace

import numpy as np

from ..mistakes.explanation import Explanation, Found
from ..mistakes.stage import ONE
from ..reading.multiples import factor_between
from ..reading.point import weight_penalty
from .look import Look
from .number_blame import last_kept
from .trail import ratios, trail_of

LAST_ALONE = tuple(f"of the {one} sample only" for n, one in ONE.items() if n == -1)
OF_SLOPE = "f'(z_(l-1))^T"
IN_PLACE = ("store", "augment")


def as_replaced(look: Look, explanation: Explanation) -> Explanation:
    """Return an explanation in which what was computed rightly, and replaced afterwards, is told as that."""
    return replace(explanation, found=tuple(_as_replaced(look, f) for f in explanation.found))


def _as_replaced(look: Look, found: Found) -> Found:
    one_of_several = len(look.reading.passes) > 1 and any(alone in found.wrong for alone in LAST_ALONE)
    if found.bug == "B33" and one_of_several and not _counted_for_all(look, found):
        return found._replace(bug="B36")
    if found.bug == "B19" and OF_SLOPE in found.wrong and overwritten(look, found) is not None:
        return found._replace(bug="B28")
    return found


def _counted_for_all(look: Look, found: Found) -> bool:
    """Return whether one sample's gradient was multiplied by how many samples there are."""
    N = len(look.reading.point.X)
    return any(np.isclose(abs(ratio), N) for _, ratio in ratios(trail_of(look, found), found.value))


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
