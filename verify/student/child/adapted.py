"""A training step that the user spelled out: expressions, evaluated under the recorder like the rest of the file."""

import types
from collections.abc import Mapping
from typing import Any, NamedTuple

from .instrument import Rewritten, rewrite
from .names import STEPS

FILE = "<adapter>"
BEFORE, AFTER = ("x", "y", "params"), ("params", "grads")
"""What is evaluated before each step and after it: the values are bound to adapter_x, adapter_params_0, ..."""


class Step(NamedTuple):
    """The pieces of code of one step."""

    before: types.CodeType
    call: types.CodeType
    after: types.CodeType


def prepared(adapter: Mapping[str, Any], table: Rewritten) -> Step:
    """Return the step compiled, its nodes at the end of the table, at line 0.

    Raises:
        SyntaxError: when an expression is no Python.
    """
    pieces = (_bindings(adapter, BEFORE), str(adapter.get("call", "")), _bindings(adapter, AFTER))
    return Step(*(_compiled(piece, table) for piece in pieces))


def _bindings(adapter: Mapping[str, Any], fields: tuple[str, ...]) -> str:
    """Return the assignments that evaluate the expressions of some fields."""
    lines: list[str] = []
    for field in fields:
        given = adapter.get(field) or ()
        if isinstance(given, str):
            lines.append(f"adapter_{field} = ({given})")
        else:
            lines += [f"adapter_{field}_{i} = ({expression})" for i, expression in enumerate(given)]
    return "\n".join(lines)


def _compiled(piece: str, table: Rewritten) -> types.CodeType:
    """Return a piece of code, its nodes entered into the table."""
    found = rewrite(piece, FILE, len(table.rows))
    table.rows.extend(row._replace(line=0, function=FILE) for row in found.rows)
    table.actions.extend(found.actions)
    return compile(found.tree, FILE, "exec", dont_inherit=True)


def take(step: Step, space: dict[str, Any]) -> None:
    """Take the step a few times among the names of the file."""
    for _ in range(STEPS):
        for piece in step:
            exec(piece, space)
