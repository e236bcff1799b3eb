"""A network out of a file's own layer classes, where the file only defines them."""

import ast
import inspect
import re
import types
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from .names import RATE, STEPS, UPDATE, NoCall, Trial, data, made_for, plain, snake, targets
from .stand_ins.samples import generator

OUTPUTS, INPUTS = ("output", "out"), ("dinputs", "dinput", "dx", "dX", "grad_input")
"""What layers that return nothing call what they computed, forward and backward."""
ELSEWHERE = re.compile(r"softmax|dropout|norm|flatten|reshape|pool|conv|loss|entropy|error|cost")
"""What stands between no two dense layers, or changes what goes through it by chance."""
TRAINED = re.compile(r"^_*(w|weights?|kernel|theta|b|bias(es)?|params?|parameters)$")


def by_layers(
    trial: Trial, classes: Mapping[str, type], objects: Mapping[str, Any], tree: ast.Module, difference: types.CodeType
) -> Iterator[str]:
    """Stack the dense layer with the activation, a few times over, and run forward and backward.

    Arguments:
        trial: sizes and layout.
        classes: of the file, by name.
        objects: that the file holds, by name.
        tree: the file's syntax tree: where layers add what they were given, it is y - a.
        difference: the code of ``gradient = output - target``, watched as the lines of the file are.

    Yields:
        What was stacked, in words.
    """
    layers, adds = stacked(trial, classes, objects), climbs(tree)
    for _ in range(STEPS):
        _step(layers, trial, difference, adds)
    yield " -> ".join(type(layer).__name__ for layer in layers)


def stacked(trial: Trial, classes: Mapping[str, type], objects: Mapping[str, Any] | None = None) -> list[Any]:
    """Return the dense layer of a file with its activations in between, as deep as the sizes of a trial.

    An activation that only an object of the file makes what it is stands where it is, once.

    Raises:
        NoCall: when none of the classes is a dense layer.
    """
    bases = {base for made in classes.values() for base in made.__mro__[1:]}
    concrete = [made for made in classes.values() if made not in bases or _required(made)]
    whole: list[Any] = [made for made in concrete if hasattr(made, "forward") and hasattr(made, "backward")]
    dense = [made for made in whole if len(_required(made)) == 2 and made not in bases]
    between = [made for made in whole if not _required(made) and len(_required(made.forward)) == 2]
    between = [made for made in between if not ELSEWHERE.search(snake(made.__name__))]
    ready = [one for one in (objects or {}).values() if type(one) in whole and type(one) not in (*between, *dense[:1])]
    ready = [one for one in ready if not ELSEWHERE.search(snake(type(one).__name__))]
    if not dense:
        raise NoCall
    layers: list[Any] = []
    for number, (before, after) in enumerate(zip(trial.sizes[:-1], trial.sizes[1:], strict=True)):
        layers.append(_made(dense[0], before, after, trial))
        if number < len(trial.sizes) - 2:
            layers += [between[number % len(between)]()] if between else ready[number : number + 1]
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
    W = generator(before).normal(size=(after, before) if columns else (before, after))
    return made(W, np.zeros((after, 1) if columns else after))


def climbs(tree: ast.Module) -> bool:
    """Return whether a file adds rate times gradient to its weights: it then goes back from y - a.

    Raises:
        NoCall: when it adds what may have either sign: the error to go back from is not known.
    """
    for node in ast.walk(tree):
        target = getattr(node, "target", None)
        name = getattr(target, "attr", getattr(target, "id", ""))
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add) and TRAINED.match(snake(name)):
            if any(isinstance(part, ast.USub) for part in ast.walk(node.value)):
                return False
            if not isinstance(node.value, ast.BinOp) or not isinstance(node.value.op, ast.Mult | ast.MatMult):
                raise NoCall
            return True
    return False


def _step(layers: list[Any], trial: Trial, difference: types.CodeType, adds: bool) -> None:
    """Run forward, then backward from a - y, or y - a where the steps are added, and update what does not itself."""
    a = data(trial)
    for layer in layers:
        a = _found(layer.forward(a), layer, OUTPUTS)
    space = {"output": targets(trial), "target": a} if adds else {"output": a, "target": targets(trial)}
    exec(difference, space)
    gradient = space["gradient"]
    for layer in reversed(layers):
        gradient = _found(layer.backward(gradient, *_named(layer.backward, 1, trial)), layer, INPUTS)
    for layer in layers:
        update = next((f for n, f in inspect.getmembers(layer, inspect.ismethod) if UPDATE.match(snake(n))), None)
        if update is not None and _required(update) and all(made_for(n, trial) for n in _required(update)):
            update(*_named(update, 0, trial))


def _named(method: Any, start: int, trial: Trial) -> list[Any]:
    """Return what the parameters of a method take by their names, a rate where these do not say."""
    values = [made_for(name, trial) for name in _required(method)[start:]]
    return [RATE if value is None else value for value in values]


def _found(returned: Any, layer: Any, names: tuple[str, ...]) -> Any:
    """Return what a layer returned, or what it kept instead."""
    if returned is not None:
        return returned
    return next((getattr(layer, name) for name in names if hasattr(layer, name)), None)
