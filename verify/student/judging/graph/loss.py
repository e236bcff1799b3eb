"""The loss of a program with a graph of its own: by the operations between the outputs of its network and the end."""

from collections.abc import Iterator

from .layers import GraphLayers
from .steps import GraphStep


def loss_of(step: GraphStep, layers: GraphLayers) -> str:
    """Return the name of the loss, "unknown" where no known one is made of the outputs.

    Squares of differences from given numbers are "half_sse", whatever they are multiplied by; logarithms are
    "cross_entropy" where outputs compete, else "bce"; 1 - y a, cut at 0, is "hinge".

    Arguments:
        step: whose loss it is.
        layers: of the step.
    """
    above = [n for n in step.graph.made if n in step.inside and layers.level[n] == layers.depth and layers.depends(n)]
    names = {name for number in above for name in _names(step, layers, number)}
    known = [name for name in ("cross_entropy", "bce", "half_sse", "hinge") if name in names]
    return known[0] if known else "unknown"


def _names(step: GraphStep, layers: GraphLayers, number: int) -> Iterator[str]:
    """Yield the losses that one number is a part of."""
    made, node = step.graph.made[number], step.tape.node(step.graph.made[number].at)
    what = node.what.rpartition(".")[2]
    if what.startswith("log"):
        yield "cross_entropy" if len(layers.units[layers.depth]) > 1 else "bce"
    elif what in ("**", "*", "pow", "square") and _is_square(step, number) and _is_error(step, layers, made.of[0]):
        yield "half_sse"
    elif what in ("+", "-") and _is_margin(step, layers, number):
        yield "hinge"


def _is_square(step: GraphStep, number: int) -> bool:
    """Return whether a number is the square of that which it is made of."""
    value, of = step.tape.numbers, step.graph.made[number].of[0]
    event = step.tape.events[step.graph.made[number].at]
    return of >= 0 and abs(value[event.operands[0]] ** 2 - value[event.result]) <= 1e-12 * value[event.result]


def _is_error(step: GraphStep, layers: GraphLayers, number: int) -> bool:
    """Return whether a number is the difference of an output from a given one."""
    made = step.graph.made.get(number)
    if made is None or step.tape.node(made.at).what not in ("+", "-"):
        return False
    return sum(layers.depends(one) or one in layers.leaves for one in made.of) == 1


def _is_margin(step: GraphStep, layers: GraphLayers, number: int) -> bool:
    """Return whether a number is 1 less what an output is times 1 or -1."""
    event = step.tape.events[step.graph.made[number].at]
    given = [key for key, one in zip(event.operands, event.held_by, strict=True) if not layers.depends(one)]
    if [step.tape.numbers.get(key) for key in given] != [1.0]:
        return False
    product = step.graph.made.get(next(one for one in event.held_by if layers.depends(one)))
    if product is None or step.tape.node(product.at).what != "*":
        return False
    values = [step.tape.numbers.get(key) for key in step.tape.events[product.at].operands]
    return any(value in (1.0, -1.0) for value in values)
