"""A network out of a file's own layer classes, where the file only defines them."""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from .names import RATE, STEPS, NoCall, Trial, data, plain, targets
from .stand_ins.samples import generator

OUTPUTS, INPUTS = ("output", "out"), ("dinputs", "dinput", "dx", "dX", "grad_input")
"""What layers that return nothing call what they computed, forward and backward."""


def by_layers(trial: Trial, classes: Mapping[str, type]) -> Iterator[str]:
    """Stack the dense layer with the activation, a few times over, and run forward and backward.

    Arguments:
        trial: sizes and layout.
        classes: of the file, by name.

    Yields:
        What was stacked, in words.
    """
    layers = stacked(trial, classes)
    for _ in range(STEPS):
        _step(layers, trial)
    yield " -> ".join(type(layer).__name__ for layer in layers)


def stacked(trial: Trial, classes: Mapping[str, type]) -> list[Any]:
    """Return the dense layer of a file with its activations in between, as deep as the sizes of a trial.

    Raises:
        NoCall: when none of the classes is a dense layer.
    """
    bases = {base for made in classes.values() for base in made.__mro__[1:]}
    concrete = [made for made in classes.values() if made not in bases or _required(made)]
    whole: list[Any] = [made for made in concrete if hasattr(made, "forward") and hasattr(made, "backward")]
    dense = [made for made in whole if len(_required(made)) == 2 and made not in bases]
    between = [made for made in whole if not _required(made) and len(_required(made.forward)) == 2]
    if not dense:
        raise NoCall
    layers: list[Any] = []
    for number, (before, after) in enumerate(zip(trial.sizes[:-1], trial.sizes[1:], strict=True)):
        layers.append(_made(dense[0], before, after, trial))
        if between and number < len(trial.sizes) - 2:
            layers.append(between[number % len(between)]())
    return layers


def _required(made: Any) -> list[str]:
    """Return the names of the parameters without a default."""
    return [p.name for p in inspect.signature(made).parameters.values() if p.default is p.empty and p.kind < 2]


def _made(made: type, before: int, after: int, trial: Trial) -> Any:
    """Return a dense layer, made from its sizes or from its weights."""
    first = plain(_required(made)[0])
    if first not in ("w", "weights", "weight"):
        return made(before, after)
    columns = trial.layout in ("columns", "one", "each column")
    W = generator().normal(size=(after, before) if columns else (before, after))
    return made(W, np.zeros((after, 1) if columns else after))


def _step(layers: list[Any], trial: Trial) -> None:
    """Run forward, then backward from a - y."""
    a = data(trial)
    for layer in layers:
        a = _found(layer.forward(a), layer, OUTPUTS)
    gradient = a - targets(trial)
    for layer in reversed(layers):
        more = [RATE] * (len(_required(layer.backward)) - 1)
        gradient = _found(layer.backward(gradient, *more), layer, INPUTS)


def _found(returned: Any, layer: Any, names: tuple[str, ...]) -> Any:
    """Return what a layer returned, or what it kept instead."""
    if returned is not None:
        return returned
    return next((getattr(layer, name) for name in names if hasattr(layer, name)), None)
