"""What is known of each expression of a file before it is evaluated."""

import re
from typing import Any, NamedTuple

from .instrument import Rewritten, Row

PRODUCTS = frozenset(("dot", "matmul", "einsum", "inner", "tensordot", "multi_dot", "vdot"))
VIEWS = frozenset(
    (
        *("transpose", "reshape", "ravel", "flatten", "squeeze", "atleast_2d"),
        *("copy", "array", "asarray", "concatenate", "hstack", "vstack"),
    )
)
OPERATOR = re.compile(r"\.__r?(add|mul)__$")


class Table(NamedTuple):
    """What is known of each node before it is evaluated.

    Attributes:
        actions: what it does.
        is_product: whether it can be a matrix product.
        is_change: "+", "-" or "*" where it can be a term of an update, "part" where it is one of a part, else "".
        is_view: whether it can show the same numbers in another arrangement.
        targets: the bare name that it gives to a value, that of a parameter too, or "".
        in_operator: whether it stands in the sum or the product of a class of the program's own.
    """

    actions: list[Any]
    is_product: list[bool]
    is_change: list[str]
    is_view: list[bool]
    targets: list[str]
    in_operator: list[bool]


def table_of(rewritten: Rewritten) -> Table:
    """Return what is known of the nodes of a rewritten file."""
    rows = rewritten.rows
    return Table(
        rewritten.actions,
        [_is_product(row) for row in rows],
        [_sign_of_change(row) for row in rows],
        [_is_view(row) for row in rows],
        [row.what.removeprefix("self.") if row.kind in ("bind", "argument") else "" for row in rows],
        [bool(OPERATOR.search(row.function)) for row in rows],
    )


def _is_product(row: Row) -> bool:
    """Return whether the node can be a matrix product."""
    return row.what == "@" or (row.kind == "call" and row.what.rpartition(".")[2] in PRODUCTS)


def _sign_of_change(row: Row) -> str:
    """Return "+", "-" or "*" where the node can be a term of an update, "part" where it is one of a part, else ""."""
    if row.kind == "store":
        return "part" if changes_a_part(row.what, row.text) else "-"
    if row.kind == "augment":
        return row.what[-2].replace("/", "*")
    if row.kind == "binary":
        return row.what if row.what in ("+", "-", "*") else ""
    return {"add": "+", "subtract": "-"}.get(row.what.rpartition(".")[2], "") if row.kind == "call" else ""


def changes_a_part(target: str, text: str) -> bool:
    """Return whether a statement adds to a part of an array: ``W[i] -= step``, ``W[i] = W[i] - step``."""
    rest = text.removeprefix(target).lstrip()
    value = " ".join(rest.removeprefix("=").split())
    return rest.startswith(("+=", "-=")) or value.startswith(tuple(target + sign for sign in (" +", " -", "+", "-")))


def _is_view(row: Row) -> bool:
    """Return whether the node can show the same numbers in another arrangement."""
    return row.kind in ("attribute", "subscript") or (row.kind == "call" and row.what.rpartition(".")[2] in VIEWS)
