"""What stands for a layer's input in dW, where it is none of the forward pass but made in a line of its own."""

from collections.abc import Sequence

from reference.arrays import Array

from ...runs.recording import NOT_A_NUMBER
from ...runs.tape import Tape
from ..look import Look
from .trail import TURNING, Trail, ratios


def maker(trail: Trail, look: Look, deltas: Sequence[Array], product: int | None) -> int | None:
    """Return where the input of a product was made, the product itself where that is of the pass or its sweep.

    Arguments:
        trail: of the update.
        look: the run.
        deltas: of each layer, one of them the other side of the product.
        product: the position of the product that makes dW, None where it is not known.
    """
    tape, one = look.tape, look.reading.passes[0]
    sides: tuple[int, ...] = next(((p.left, p.right) for p in tape.products if p.at == product), ())
    held = {tape.group(tape.events[at].result) for delta in deltas for at, _ in ratios(trail, delta)}
    inputs = [key for key in sides if tape.group(key) not in held]
    if product is None or len(inputs) != 1:
        return product
    key = _unturned(tape, inputs[0])
    own = {tape.group(k) for layer in one.chain.layers for k in (layer.a_key, layer.z_key)} | {
        tape.group(one.output.key)
    }
    return product if tape.group(key) in own or not tape.made.get(key) else _called(tape, key)


def _unturned(tape: Tape, key: int) -> int:
    """Return the value that another is but a turned form or a multiple of."""
    while places := tape.made.get(key):
        event, node = tape.events[places[0]], tape.node(places[0])
        turned = node.kind in ("call", "attribute") and node.what.rpartition(".")[2] in TURNING
        scaled = node.kind == "binary" and node.what in ("*", "/")
        whole = [k for k in event.operands if k not in (key, NOT_A_NUMBER) and tape.array(k).size > 1]
        scaled = scaled and (node.what == "*" or event.operands[0] in whole)
        if not (turned or scaled) or len(whole) != 1:
            break
        key = whole[0]
    return key


def _called(tape: Tape, key: int) -> int:
    """Return where a value was made: the call of the function that made it, where one did."""
    first = tape.made[key][0]
    calls = (at for at in tape.made[key] if tape.node(at).kind == "call")
    return next((at for at in calls if tape.node(at).function != tape.node(first).function), first)
