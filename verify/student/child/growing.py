"""Networks that are built up by their own methods, a layer at a time: add_layer(units), add(layer)."""

import inspect
import re
from collections.abc import Callable
from typing import Any

from .names import NoCall, Trial, snake

ADDING = re.compile(r"^_*add(_?(dense|hidden|linear|fc|fully_connected))?(_?layers?)?$|^adicionar_camada$")
INPUTS = re.compile(r"^(n_?|num_?)?(in(put)?s?(_(size|dim|features|units))?|n_in|fan_in|previous\w*|prev\w*)$")


def grow(thing: Any, trial: Trial, named: Callable[[inspect.Parameter], Any], layers: Callable[[], list[Any]]) -> None:
    """Add the layers of a trial to an object that has a method for it and none yet.

    Arguments:
        thing: the object.
        trial: sizes of the layers.
        named: what a parameter takes by its name, ``NoCall`` where it does not say.
        layers: makes the file's own layers, as objects.
    """
    adds = [f for n, f in inspect.getmembers(thing, inspect.ismethod) if ADDING.match(snake(n))]
    required = [_required(f) for f in adds]
    if not adds or not required[0]:
        return
    if snake(required[0][0].name) in ("layer", "l", "module"):
        for layer in layers():
            adds[0](layer)
        return
    for before, after in zip(trial.sizes[:-1], trial.sizes[1:], strict=True):
        sizes = iter((before, after) if INPUTS.match(snake(required[0][0].name)) else (after,))
        adds[0](*(named(p) if (size := next(sizes, None)) is None else size for p in required[0]))


def _required(method: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return the parameters without a default.

    Raises:
        NoCall: when the method takes any number of them.
    """
    parameters = inspect.signature(method).parameters.values()
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters):
        raise NoCall
    return [p for p in parameters if p.default is p.empty]
