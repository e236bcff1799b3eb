"""The numbers that stand in an expression itself: no event makes them, whatever else is equal to them."""

import ast
from functools import lru_cache


@lru_cache(maxsize=1024)
def literals(text: str) -> frozenset[float]:
    """Return the numbers that an expression has as its own operands or arguments, as written."""
    try:
        node = ast.parse(f"({text})", mode="eval").body
    except SyntaxError:
        return frozenset()
    values = (part.value for part in _parts(node) if isinstance(part, ast.Constant))
    return frozenset(float(value) for value in values if isinstance(value, int | float))


def _parts(node: ast.expr) -> list[ast.expr]:
    """Return the operands of an operation or a comparison, or the arguments of a call."""
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.Compare):
        return [node.left, *node.comparators]
    return [*node.args, *(named.value for named in node.keywords)] if isinstance(node, ast.Call) else []
