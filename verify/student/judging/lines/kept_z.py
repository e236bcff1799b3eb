"""Pre-activations kept where activations belong: what is read from there is wrong in the derivative and in dW."""

from ...mistakes.explanation import Explanation
from ...mistakes.weight_gradients import OF_Z
from ...reading.chain import Layer
from ...runs.tape import Tape
from ..look import Look

KEEPING = (".append", ".insert", ".extend")


def kept_for_activations(look: Look, explanation: Explanation) -> int | None:
    """Return where z alone was kept, or fetched under two names, for the derivative and dW; None where it was not."""
    slopes = {f.layer - 1 for f in explanation.found if f.bug == "B9"}
    inputs = {f.layer - 2 for f in explanation.found if f.wrong == OF_Z}
    if not slopes & inputs:
        return None
    tape, one = look.tape, look.reading.passes[0]
    layers = [one.chain.layers[l] for l in inputs]
    z, a = {layer.z_key for layer in layers}, {one.chain.layers[l + 1].a_key for l in inputs}
    kept = [at for at in range(one.chain.start, one.output.at) if _keeps(tape, at)]
    of_z, of_a = ([at for at in kept if keys & {*tape.events[at].operands}] for keys in (z, a))
    if of_z and not of_a and len({tape.node(at).line for at in of_z}) == 1:
        return of_z[0]
    return next((at for layer in layers if (at := _fetched_twice(tape, layer, one.output.at)) is not None), None)


def _keeps(tape: Tape, at: int) -> bool:
    """Return whether an event puts a value into a container, or into an attribute."""
    node = tape.node(at)
    stored = node.kind == "store" or (node.kind == "bind" and not node.what.isidentifier())
    return stored or (node.kind == "call" and node.what.endswith(KEEPING))


def _fetched_twice(tape: Tape, layer: Layer, after: int) -> int | None:
    """Return where z gets a second name after the forward pass, None where it gets one at most."""
    bound = [at for at in tape.made.get(layer.z_key, ()) if at > after and tape.node(at).kind == "bind"]
    others = (at for at in bound if tape.node(at).what != tape.node(bound[0]).what)
    return next((at for at in others if tape.node(at).function == tape.node(bound[0]).function), None)
