"""Live objects debugged: written down as a program, run by themselves, and diagnosed as a file is."""

import inspect
import types
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from reference.errors import InputError

from ..report.diagnosis import Diagnosis
from .child import names as known_names
from .child.names import BACKWARD, FORWARD, STEP_METHOD, TRIALS, UPDATE, is_data, is_target, made_for, snake
from .debug import Options, diagnose
from .runs.adapter import Adapter
from .source.ingest import Source
from .source.written import program_of

RATE = 0.1
MODEL = "model"


def debug(
    subject: Any,
    X: Any = None,
    Y: Any = None,
    *,
    step: str = "",
    loss: str = "",
    activations: Sequence[str] = (),
    lr: float = RATE,
    seed: int = 0,
    autodiff: bool = True,
    **names: Any,
) -> Diagnosis:
    """Return what is wrong, where and why, in the backward pass of live objects.

    The definitions and the values of the moment are written down as a program, which runs in a process of its own:
    the objects themselves are not called and not changed. What cannot be written down cannot be debugged: functions
    without source (``exec``, compiled code, closures, lambdas), objects that hold open files or objects of other
    packages. Such a gradient is checked by ``verify.check_gradients(f, gradient, *arrays)``.

    Arguments:
        subject: an object with methods, a function, several functions, or the path of a file.
        X: one batch, as the program takes it.
        Y: its targets.
        step: one training step as a statement or several, among the names ``model`` (an object), the functions'
            own, ``X``, ``Y``, ``lr`` and ``names``; inferred from the names of the methods when left out. It must
            change the parameters: that is what shows the gradient.
        loss: the loss that is meant, a name in ``reference.losses.LOSSES``; inferred when left out.
        activations: of the layers; inferred when left out.
        lr: the learning rate of the step.
        seed: of the injected values.
        autodiff: whether a wrong number is also shown beside JAX's.
        names: further values that the step uses, such as ``params``.

    Returns:
        The diagnosis that ``gradproof debug`` gives of a file; its lines are those of the file the objects are from.

    Raises:
        InputError: when there is no source, a value cannot be written down, or the step has to be told.

    >>> import numpy as np
    >>> def train_step(W, X, Y, lr):
    ...     a = np.tanh(X @ W)
    ...     loss = 0.5 * np.sum((a - Y) ** 2)
    ...     W -= lr * X.T @ (a - Y)
    ...     return loss
    >>> rng = np.random.default_rng(0)
    >>> W, X, Y = rng.normal(size=(3, 2)), rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    >>> found = debug(train_step, X, Y, W=W)
    >>> found.verdict, found.bugs[0].id, found.bugs[0].name
    ('wrong', 'B4', 'derivative of the output activation missing')
    """
    options = Options(loss=loss, activations=tuple(activations), seed=seed, autodiff=autodiff)
    if isinstance(subject, str | Path):
        return diagnose(subject, options)
    given = {**names, **({"X": X} if X is not None else {}), **({"Y": Y} if Y is not None else {}), "lr": lr}
    functions = _functions(subject)
    if functions:
        definitions: list[Any] = functions
    else:
        definitions, given = [type(subject)], {MODEL: subject, **given}
    text, file = program_of(definitions, given)
    call = step or _step(subject, functions, given)
    source = Source(Path(file), text, notes=("live objects: written down and run in a process of their own",))
    adapter = Adapter(call=call)
    return diagnose(source, Options(**{**vars(options), "adapter": adapter}))


def _functions(subject: Any) -> list[Any]:
    """Return the functions that were given, none where an object was."""
    if isinstance(subject, types.FunctionType):
        return [subject]
    if isinstance(subject, list | tuple) and subject and all(isinstance(f, types.FunctionType) for f in subject):
        return list(subject)
    if isinstance(subject, types.BuiltinFunctionType | type | types.ModuleType):
        got = f"{type(subject).__name__} {subject.__name__}"
        raise InputError("debug", got, "an object, functions written in Python, or a path", "give one of these")
    return []


def _step(subject: Any, functions: list[Any], given: dict[str, Any]) -> str:
    """Return one training step, told from the names of methods or functions and of their parameters."""
    if functions:
        callables: dict[str, Callable[..., Any]] = {f.__name__: f for f in functions}
    else:
        members = inspect.getmembers(subject, inspect.ismethod)
        callables = {f"{MODEL}.{name}": f for name, f in members if not name.startswith("__")}
    single = [n for n in callables if STEP_METHOD.match(_last(n))] or (list(callables) if len(functions) == 1 else [])
    for name in single:
        call = _call(name, callables[name], given)
        if call and "X" in call:
            return call
    parts = [next((n for n in callables if p.match(_last(n))), "") for p in (FORWARD, BACKWARD, UPDATE)]
    calls = [_call(name, callables[name], given) for name in dict.fromkeys(parts) if name]
    if len(calls) > 1 and all(calls):
        return "\n".join(calls)
    known = ", ".join(f"{n}{inspect.signature(f)}" for n, f in callables.items())
    got = f"none to be told from {known}" if known else "none: the object has no methods"
    raise InputError("step", got, "one training step", 'write it out, as step="model.train(X, Y)"')


def _last(name: str) -> str:
    return snake(name.rpartition(".")[2])


def _call(name: str, function: Callable[..., Any], given: dict[str, Any]) -> str:
    """Return a call with arguments chosen by name, "" where one is unknown."""
    parts = []
    for parameter in inspect.signature(function).parameters.values():
        value = _argument(parameter.name, given)
        if value:
            parts.append(f"{parameter.name}={value}" if parameter.kind is parameter.KEYWORD_ONLY else value)
        elif parameter.default is parameter.empty and parameter.kind not in (
            parameter.VAR_KEYWORD,
            parameter.VAR_POSITIONAL,
        ):
            return ""
        else:
            break
    return f"{name}({', '.join(parts)})"


def _argument(name: str, given: dict[str, Any]) -> str:
    """Return what a parameter of that name takes, "" where the name does not say."""
    if name in given:
        return name
    if is_data(name) and "X" in given:
        return "X"
    if is_target(name) and "Y" in given:
        return "Y"
    asked = made_for(name, TRIALS[0])
    if asked == known_names.RATE and isinstance(asked, float):
        return "lr"
    return "1" if asked == known_names.STEPS and any(word in name for word in ("epoch", "iter", "step")) else ""
