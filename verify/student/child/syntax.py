"""Small questions about the syntax tree of a stranger's program."""

import ast
from functools import cache
from typing import Any


@cache
def walked(tree: ast.Module) -> tuple[ast.AST, ...]:
    """Return every node of a tree that nothing changes: walked once, for some thirty questions are asked of it."""
    return tuple(ast.walk(tree))


def modules_of(tree: ast.Module) -> frozenset[str]:
    """Return the names that imports give to modules."""
    imports = [alias for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    return frozenset(alias.asname or alias.name.partition(".")[0] for alias in imports)


def absolute(statement: ast.stmt) -> ast.stmt:
    """Return an import of a module beside the program as one that a program by itself can make; others as they are."""
    if not isinstance(statement, ast.ImportFrom) or not statement.level:
        return statement
    names = statement.names
    found = ast.ImportFrom(statement.module, names, 0) if statement.module else ast.Import(names)
    return ast.copy_location(found, statement)


def as_expression(node: Any) -> ast.expr:
    """Return the node, known to be an expression."""
    assert isinstance(node, ast.expr)
    return node


def renewed(node: ast.expr, context: ast.expr_context) -> ast.expr:
    """Return a name or a chain of attributes again, read or written."""
    if isinstance(node, ast.Attribute):
        return ast.copy_location(ast.Attribute(node.value, node.attr, context), node)
    assert isinstance(node, ast.Name)
    return ast.copy_location(ast.Name(node.id, context), node)


def mentions(value: ast.expr, target: ast.expr) -> bool:
    """Return whether a sum or a difference begins with, or ends in, what it is assigned to."""
    if not (isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Sub)):
        return False
    if not (isinstance(target, ast.Name) or is_plain(target)):
        return False
    left = value.left
    while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add | ast.Sub):
        left = left.left
    name = ast.unparse(target)
    return name in (ast.unparse(left), ast.unparse(value.right))


def is_plain(node: ast.expr) -> bool:
    """Return whether the node is an attribute of a name, which may be read twice."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)


def is_of_numbers(node: ast.expr) -> bool:
    """Return whether a display holds numbers and displays of numbers only."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    if isinstance(node, ast.Constant):
        return type(node.value) in (int, float)
    return isinstance(node, ast.List | ast.Tuple) and bool(node.elts) and all(map(is_of_numbers, node.elts))


def is_ragged(node: ast.expr) -> bool:
    """Return whether the parts of a display are no array together, as samples beside their targets: [[0, 1], 1]."""
    parts = node.elts if isinstance(node, ast.List | ast.Tuple) else []
    lengths = {len(p.elts) if isinstance(p, ast.List | ast.Tuple) else -1 for p in parts}
    return len(lengths) > 1 or any(map(is_ragged, parts))


def arguments_of(node: ast.arguments) -> list[ast.arg]:
    """Return the parameters that hold one value each, without the object a method belongs to."""
    return [a for a in [*node.posonlyargs, *node.args, *node.kwonlyargs] if a.arg not in ("self", "cls")]
