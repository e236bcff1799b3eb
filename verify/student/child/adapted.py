"""A training step that the user spelled out: expressions, evaluated under the recorder like the rest of the file."""

import types
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .instrument import Rewritten, rewrite
from .names import STEPS

FILE = "<adapter>"
BEFORE, AFTER = ("x", "y", "params"), ("params", "grads")
"""What is evaluated before each step and after it: the values are bound to adapter_x, adapter_params_0, ..."""


class Told(NamedTuple):
    """A value that the adapter names: the expression, and the name that it is bound to."""

    expression: types.CodeType
    bound: str
    assignment: types.CodeType | None


class Step(NamedTuple):
    """The pieces of code of one step.

    Attributes:
        before, call, after: run in turn.
        told: the data and the parameters.
        update: run where the call changes no parameter: each less its gradient; None where no gradients were named.
    """

    before: types.CodeType
    call: types.CodeType
    after: types.CodeType
    told: tuple[Told, ...]
    update: types.CodeType | None


def prepared(adapter: Mapping[str, Any], table: Rewritten) -> Step:
    """Return the step compiled, its nodes at the end of the table, at line 0.

    Raises:
        SyntaxError: when an expression is no Python.
    """
    pieces = (_bindings(adapter, BEFORE), str(adapter.get("call", "")), _bindings(adapter, AFTER))
    before, call, after = (_compiled(piece, table) for piece in pieces)
    told = tuple(_told(name, expression) for name, expression in _named(adapter, BEFORE))
    return Step(before, call, after, told, _compiled(_updates(adapter), table) if adapter.get("grads") else None)


def difference(table: Rewritten) -> types.CodeType:
    """Return the code of the error that made-up calls go back from, watched as the file's own lines are."""
    return _compiled("one, other = output, target\ngradient = one - other", table)


def _told(name: str, expression: str) -> Told:
    """Return one value that the adapter names, with the statement that gives it another value where there is one."""
    try:
        assignment = compile(f"{expression.strip()} = {name}", FILE, "exec")
    except SyntaxError:
        assignment = None
    return Told(compile(expression.strip(), FILE, "eval"), name, assignment)


def _updates(adapter: Mapping[str, Any]) -> str:
    """Return the assignments that take each parameter a step down its gradient."""
    named = zip(adapter["params"], adapter["grads"], strict=True)
    return "\n".join(f"{parameter} = {parameter} - {adapter.get('lr', 1.0)} * ({grad})" for parameter, grad in named)


def _bindings(adapter: Mapping[str, Any], fields: tuple[str, ...]) -> str:
    """Return the assignments that evaluate the expressions of some fields."""
    return "\n".join(f"{name} = ({expression})" for name, expression in _named(adapter, fields))


def _named(adapter: Mapping[str, Any], fields: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the names that the expressions of some fields are bound to, with the expressions."""
    for field in fields:
        given = adapter.get(field) or ()
        if isinstance(given, str):
            yield f"adapter_{field}", given
        else:
            yield from ((f"adapter_{field}_{i}", expression) for i, expression in enumerate(given))


def _compiled(piece: str, table: Rewritten) -> types.CodeType:
    """Return a piece of code, its nodes entered into the table."""
    found = rewrite(piece, FILE, len(table.rows))
    table.rows.extend(row._replace(line=0, function=FILE) for row in found.rows)
    table.actions.extend(found.actions)
    return compile(found.tree, FILE, "exec", dont_inherit=True)


def take(step: Step, space: dict[str, Any]) -> None:
    """Take the step a few times among the names of the file."""
    for _ in range(STEPS):
        exec(step.before, space)
        for one in step.told:
            _put(one, space)
        old = _parameters(step, space)
        exec(step.call, space)
        exec(step.after, space)
        if step.update is not None and all(map(np.array_equal, old, _parameters(step, space))):
            exec(step.update, space)


def _put(one: Told, space: dict[str, Any]) -> None:
    """Let the program hold the value that was bound, which may be an injected one: in the same array where it can."""
    held, value = eval(one.expression, space), space[one.bound]
    if held is value:
        return
    if isinstance(held, np.ndarray) and (held.shape, held.dtype) == (np.shape(value), np.asarray(value).dtype):
        held[...] = value
    elif one.assignment is not None:
        exec(one.assignment, space)


def _parameters(step: Step, space: dict[str, Any]) -> list[NDArray[Any]]:
    """Return copies of the parameters."""
    return [np.array(eval(one.expression, space)) for one in step.told if one.bound.startswith("adapter_params")]
