"""What was replaced and should have been kept: parameters, the other samples' gradients, activations."""

from dataclasses import replace

from ..mistakes.constants import FACTOR
from ..mistakes.explanation import Explanation, Found
from ..mistakes.stage import ONE
from ..reading.changed import changes
from ..reading.point import weight_penalty
from .lines.number_blame import last_kept
from .lines.trail import ratios, trail_of
from .look import Look
from .rounding import Spoilt

LAST_ALONE = tuple(f"of the {one} sample only" for n, one in ONE.items() if n == -1)


def replaced_parameter(look: Look) -> Spoilt | None:
    """Return the topmost parameter that becomes its step alone, None where none does."""
    reading = look.reading
    steps = [(l, "dW", u) for l, u in enumerate(reading.weights)] + [(l, "db", u) for l, u in enumerate(reading.biases)]
    alone = [Spoilt(l + 1, kind, u.end, "B61") for l, kind, u in steps if u is not None and u.alone]
    return max(alone, key=lambda one: one.layer, default=None)


def as_replaced(look: Look, explanation: Explanation) -> Explanation:
    """Return an explanation in which what was computed rightly, and replaced afterwards, is told as that."""
    factors = any(f.step.startswith(FACTOR) for f in explanation.found)  # perhaps one sample's, as often as there are
    told = explanation.found if factors else tuple(_as_assigned(look, f) for f in explanation.found)
    return replace(explanation, found=told)


def _as_assigned(look: Look, found: Found) -> Found:
    last = found.bug == "B33" and any(alone in found.wrong for alone in LAST_ALONE)
    return found._replace(bug="B36") if last and len(look.reading.passes) > 1 else found


def assigned(look: Look, found: Found) -> int | None:
    """Return where the last of several samples' gradients was last given a name, None where it never was."""
    trail, penalty = trail_of(look, found), weight_penalty(look.reading.point, found.layer - 1)
    forms = [found.value - penalty, found.value] if found.quantity == "dW" else [found.value]
    places = [at for form in forms for at, _ in ratios(trail, form) if look.tape.node(at).kind in ("bind", "store")]
    return last_kept(look, found) or max(places, default=None)


def overwritten(look: Look, found: Found) -> int | None:
    """Return where the input of a layer is first changed in place, or where what changes it got a name of its own."""
    tape, first = look.tape, look.reading.passes[0].chain
    places = changes(tape, first.layers[found.layer - 1], first.end, look.reading.end)
    if not places:
        return None
    held, function = tape.events[places[0]].identity, tape.node(places[0]).function
    named = (at for at in reversed(range(first.end, places[0])) if tape.events[at].identity == held)
    last = next(named, places[0])
    own = tape.node(last).kind == "bind" and tape.node(last).function == function
    return last if own else places[0]
