"""Calls for a file in which nothing runs: its own classes and functions, with arguments chosen by their names."""

import ast
import inspect
import re
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from .activations import Activations, called
from .asked import counted, desired, is_size, listed, of_all_layers, takes_pairs, wanted
from .given import Given, given
from .growing import grow
from .lacking import chosen
from .layers import by_layers, stacked
from .names import (
    BACKWARD,
    FORWARD,
    INIT,
    LOSS,
    NETWORK,
    PREDICT,
    PRIME,
    STEP_METHOD,
    STEPS,
    TRAIN,
    UPDATE,
    WHOLE_METHOD,
    NoCall,
    Trial,
    beside_training,
    is_data,
    known_for,
    made_for,
    pairs,
    snake,
)
from .stand_ins.finder import framed


def drive(space: dict[str, Any], tree: ast.Module, trial: Trial, way: str, difference: types.CodeType) -> str:
    """Call what the file defines.

    Arguments:
        space: the names of the file after it was run.
        tree: its syntax tree, for the names in return statements.
        trial: sizes and layout of the arguments.
        way: one of WAYS, or the name of the only function or class to call.
        difference: the code of the error that stacked layers go back from.

    Returns:
        What was called, in words.

    Raises:
        NoCall: when nothing can be called that way.
    """
    own = {n: v for n, v in space.items() if getattr(v, "__module__", "") == "__main__"}
    functions = {n: v for n, v in own.items() if isinstance(v, types.FunctionType)}
    classes = {n: v for n, v in own.items() if isinstance(v, type)}
    takes, activations = given(tree), Activations(space, called(tree))
    caller = Caller(space, returned(tree), trial, takes, activations, chosen(tree), of_all_layers(tree))
    if way in ("classes", "pieces"):
        found = by_classes(caller, classes, way == "classes")
    elif way == "training":
        found = by_training(caller, functions)
    elif way == "steps":
        found = by_steps(caller, functions)
    elif way == "layers":
        found = by_layers(trial, classes, space, tree, difference)
    else:
        found = iter([named(caller, own, way)])
    for done in found:
        return done
    raise NoCall(way)


WAYS = ("classes", "pieces", "training", "steps", "layers")


def named(caller: "Caller", own: Mapping[str, Any], function: str) -> str:
    """Call one function, method (as "Class.method") or class of the file a few times."""
    first, _, method = function.partition(".")
    found = own.get(first)
    if isinstance(found, type):
        return f"{first}: " + _trained(caller, caller.construct(found), method)
    if found is None:
        raise NoCall(function)
    caller.prepare({n: f for n, f in own.items() if isinstance(f, types.FunctionType) and n != function})
    for _ in range(STEPS):
        caller.call(found)
    return f"{function}()"


def by_classes(caller: "Caller", classes: Mapping[str, type], whole: bool) -> Iterator[str]:
    """Construct each class and train it: by its training method as a whole, or by forward, backward, update."""
    for name, made in sorted(classes.items(), key=lambda item: -_promise(item[1])):
        if _promise(made) < 1:
            continue
        try:
            yield f"{name}: " + _trained(caller, caller.construct(made), "", whole)
        except NoCall:
            continue


def _promise(made: type) -> int:
    """Return how much a class looks like a network: training 4, forward and backward 3, one that makes gradients 1."""
    methods = [_bare(n, made) for n in vars(made) if callable(getattr(made, n, None)) and not n.startswith("__")]
    step = WHOLE_METHOD if holds_data(made) else STEP_METHOD
    trains, forward, backward = (any(p.match(snake(n)) for n in methods) for p in (step, FORWARD, BACKWARD))
    whole = (f for n, f in vars(made).items() if inspect.isfunction(f) and WHOLE_METHOD.match(snake(_bare(n, made))))
    trains = trains or any(_fits(f) for f in whole)
    return 4 * trains + 2 * (forward and backward) + (backward or any(LOSS.search(snake(n)) for n in methods))


def _trained(caller: "Caller", thing: Any, method: str, whole: bool = True) -> str:
    """Train an object for a few steps; return what was called."""
    made = type(thing)
    bound = (n for n in dir(thing) if not n.startswith("__") and inspect.ismethod(getattr(thing, n, None)))
    methods = {_bare(n, made): getattr(thing, n) for n in bound}
    caller.prepare({n: f for n, f in methods.items() if n not in _own_calls(made)})
    training = [f for n, f in methods.items() if STEP_METHOD.match(snake(n)) and _takes_data(f)]
    if method:
        first = None if TRAIN.match(snake(method)) or FORWARD.match(snake(method)) else _best(methods, FORWARD)
        return caller.repeat([f for f in (first, methods.get(method)) if f is not None])
    if whole and (not training or (holds_data(made) and all(UPDATE.match(snake(f.__name__)) for f in training))):
        alone = [f for n, f in methods.items() if WHOLE_METHOD.match(snake(n)) and (holds_data(made) or _fits(f))]
        training = alone or training
    if whole:
        return caller.repeat(sorted(training, key=lambda f: -len(wanted(f)))[:1])
    return caller.repeat([f for p in (FORWARD, LOSS, BACKWARD, UPDATE) if (f := _best(methods, p)) is not None])


def _own_calls(made: type) -> set[str]:
    """Return the names that the methods of a class use: a method among them is no one else's to call."""
    return {name for f in vars(made).values() if inspect.isfunction(f) for name in f.__code__.co_names}


def holds_data(made: type) -> bool:
    """Return whether a class is given its data when an object is made: its methods then need none."""
    counts = counted(made)
    return any(is_data(counts.get(p.name, p.name)) for p in wanted(made))


def _takes_data(function: Callable[..., Any]) -> bool:
    """Return whether a method takes data and not only gradients or a rate."""
    return len([p for p in wanted(function) if p.default is p.empty]) >= 1


def _fits(function: Callable[..., Any]) -> bool:
    """Return whether a method takes data by its name."""
    return any(is_data(beside_training(p.name)) for p in wanted(function) if p.default is p.empty)


def _bare(name: str, made: type) -> str:
    """Return a method's name as it is written in its class."""
    return name.removeprefix(f"_{made.__name__.lstrip('_')}") if name.startswith("_") else name


def by_training(caller: "Caller", functions: Mapping[str, Any]) -> Iterator[str]:
    """Call the functions that train by themselves."""
    for name, function in functions.items():
        if TRAIN.match(snake(name)) or name == "main":
            try:
                caller.prepare(functions)
                caller.call(function)
            except NoCall:
                continue
            yield f"{name}()"


def by_steps(caller: "Caller", functions: Mapping[str, Any]) -> Iterator[str]:
    """Call what makes parameters, then forward, loss, backward and update in turn."""
    caller.prepare(functions)
    chosen = [f for f in (_best(functions, p) for p in (FORWARD, LOSS, BACKWARD, UPDATE)) if f is not None]
    if any(BACKWARD.match(snake(f.__name__)) or LOSS.search(snake(f.__name__)) for f in chosen):
        yield caller.repeat(chosen)


def _best(functions: Mapping[str, Any], pattern: re.Pattern[str]) -> Any:
    """Return the last function of a kind: helpers come before what uses them, what only predicts last of all."""
    found = [f for n, f in functions.items() if pattern.search(snake(n))]
    found = [f for f in found if not PREDICT.match(snake(f.__name__))] or found
    some, more = ([f for f in found if len(wanted(f)) > least] for least in (0, 1))
    return (more or some or found or [None])[-1]


class Caller:
    """Calls functions with arguments chosen by name, and remembers what they return under the names they return.

    Arguments:
        space: the names of the file.
        returns: the names in each function's return statements.
        trial: sizes and layout of the arguments.
        takes: what the file's functions take that is trained.
        activations: what they take that is called.
        words: the words that the names of the file are compared with.
        lists: what each class takes that holds the widths of all its layers.
    """

    def __init__(
        self,
        space: dict[str, Any],
        returns: Mapping[str, list[str]],
        trial: Trial,
        takes: Given,
        activations: Activations,
        words: Mapping[str, list[str]],
        lists: Mapping[str, dict[str, str]],
    ) -> None:
        self.space, self.returns, self.trial, self.takes = space, returns, trial, takes
        self.activations, self.words, self.lists = activations, words, lists
        self.numbers = np not in [v for v in space.values() if isinstance(v, types.ModuleType)]
        self.pool: dict[str, Any] = {}

    def prepare(self, functions: Mapping[str, Any]) -> None:
        """Call the functions that make parameters, the one for the most layers last."""
        for name, function in functions.items():
            if INIT.match(snake(name)):
                try:
                    self.call(function)
                except (NoCall, TypeError, ValueError, IndexError, KeyError, AttributeError):
                    continue

    def call(self, function: Any) -> Any:
        """Call it and remember what it returned."""
        given: list[Any] = []
        named: dict[str, Any] = {}
        in_pairs, counts = takes_pairs(function), {**counted(function), **desired(function)}
        counts |= self.lists.get(getattr(function, "__name__", ""), {})
        for parameter in wanted(function):
            meant = parameter.replace(name=counts.get(parameter.name, parameter.name))
            data = in_pairs and is_data(beside_training(meant.name))
            value = pairs(self.trial) if data else self.argument(meant)
            if value is _LEFT_OUT:
                continue
            if parameter.default is parameter.empty and parameter.kind is not parameter.KEYWORD_ONLY:
                given.append(value)
            else:
                named[parameter.name] = value
        result = function(*given, **named)
        self.remember(getattr(function, "__name__", ""), result)
        return result

    def repeat(self, functions: list[Any]) -> str:
        """Call the functions in turn, a few times; return what was called.

        Raises:
            NoCall: when none of them can be.
        """
        called: dict[str, None] = {}
        for _ in range(STEPS):
            for function in functions:
                try:
                    self.call(function)
                    called.setdefault(f"{function.__name__}()")
                except NoCall:
                    continue
        if not called:
            raise NoCall
        return ", ".join(called)

    def construct(self, made: type) -> Any:
        """Return an object of a class; where its parameters' names say nothing, they are the sizes in order."""
        required = [p for p in wanted(made) if p.default is p.empty]
        try:
            thing = self.call(made)
        except NoCall:
            if len(required) != len(self.trial.sizes) or holds_data(made):
                raise
            return made(*self.trial.sizes)
        grow(thing, self.trial, self.argument, self.layers)
        return thing

    def layers(self) -> list[Any]:
        """Return the file's own layers as objects, as deep as the sizes of the trial."""
        own = {n: v for n, v in self.space.items() if getattr(v, "__module__", "") == "__main__"}
        return stacked(self.trial, {n: v for n, v in own.items() if isinstance(v, type)}, self.space)

    def argument(self, parameter: inspect.Parameter) -> Any:
        """Return what the parameter takes.

        Raises:
            NoCall: when its name does not say and it has no default.
        """
        name = beside_training(parameter.name)
        if (words := self.words.get(parameter.name)) and parameter.name not in self.pool:
            usual = made_for(name, self.trial)
            return _LEFT_OUT if parameter.default is not parameter.empty else usual if usual in words else words[0]
        value = known_for(name, self.pool)
        value = self.activations.taken(name) if value is None else value
        value = made_for(name, self.trial) if value is None else value
        if parameter.default is not parameter.empty and not _is_data(value) and not is_size(parameter):
            return _LEFT_OUT
        if value is None:
            value = known_for(name, {n: v for n, v in self.space.items() if not n.startswith("__")})
        if value is None and (made := self.takes.made(name, self.trial)) is not None:
            value = self.pool[name] = made
        if value is None or self.trial.layout != "rows":
            return self.own(name) if value is None else value
        return listed(value) if self.numbers and isinstance(value, np.ndarray) else framed(name, value)

    def own(self, name: str) -> Any:
        """Return what a parameter takes of the file's own: a stack of its layers, its loss, or the slope of its loss.

        Raises:
            NoCall: when its name does not say.
        """
        bare, own = snake(name), {n: v for n, v in self.space.items() if getattr(v, "__module__", "") == "__main__"}
        if NETWORK.match(bare):
            return self.layers()
        functions = {n: v for n, v in own.items() if isinstance(v, types.FunctionType) and LOSS.search(snake(n))}
        alike = [v for n, v in functions.items() if bool(PRIME.search(snake(n))) == bool(PRIME.search(bare))]
        if not LOSS.search(bare) or not alike:
            raise NoCall(name)
        return alike[0]

    def remember(self, name: str, result: Any) -> None:
        """Take note of what a function returned; the file's own global of that name takes it, as its main would do."""
        names = self.returns.get(name, [])
        found: dict[str, Any] = {}
        if isinstance(result, tuple) and len(names) == len(result):
            found = dict(zip(names, result, strict=True))
        elif result is not None and len(names) == 1:
            found = {names[0]: result}
        given = result if isinstance(result, tuple) else (result,)
        arrays = [one for one in given if isinstance(one, np.ndarray)]
        if FORWARD.match(snake(name)) and len(arrays) == 1:
            self.pool["output"] = arrays[0]
        if isinstance(result, dict):
            self.pool.update({k: v for k, v in result.items() if isinstance(k, str)})
        self.pool.update(found)
        self.space.update({n: v for n, v in found.items() if isinstance(self.space.get(n), np.ndarray | float)})


_LEFT_OUT = object()


def _is_data(value: Any) -> bool:
    """Return whether the value is an array or holds some."""
    return isinstance(value, np.ndarray | dict | list | tuple)


def returned(tree: ast.Module) -> dict[str, list[str]]:
    """Return the names in the last return statement of every function, by the function's name."""
    found: dict[str, list[str]] = {}
    for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)):
        for node in (n for n in ast.walk(function) if isinstance(n, ast.Return) and n.value is not None):
            parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
            last_word = function.name.rpartition("_")[2]
            found[function.name] = [_name(part) or (f"<{i}>" if i else last_word) for i, part in enumerate(parts)]
    return found


def _name(node: ast.expr | None) -> str:
    """Return the name of a returned value, of ``W - rate * dW`` the first; "" where it has none."""
    while isinstance(node, ast.BinOp):
        node = node.left
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""
