"""Branches that only report, as the print of every hundredth epoch does: they are taken the first time they are met.

What a program prints tells which loss it believes in; a run of a few steps would never get there.
"""

import ast
from collections.abc import Container, Iterator

SAYING = frozenset(("print", "append", "write", "info", "debug", "set_description", "set_postfix"))


def reporting(tree: ast.AST, modules: Container[str]) -> frozenset[ast.If]:
    """Return the branches of loops that depend on a remainder and change nothing but names of their own.

    Arguments:
        tree: the program.
        modules: the names that imports gave to modules.
    """
    return frozenset(_reporting(tree, modules))


def _reporting(tree: ast.AST, modules: Container[str]) -> Iterator[ast.If]:
    for scope in ast.walk(tree):
        if not isinstance(scope, ast.FunctionDef | ast.Module):
            continue
        for loop in (node for node in ast.walk(scope) if isinstance(node, ast.For | ast.While)):
            for branch in loop.body:
                if not isinstance(branch, ast.If) or branch.orelse or not _of_remainder(branch.test):
                    continue
                if _only_says(branch, scope) and (branch is loop.body[-1] or _calls_no_method(branch, modules)):
                    yield branch


def _of_remainder(test: ast.expr) -> bool:
    return any(isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) for node in ast.walk(test))


def _only_says(branch: ast.If, scope: ast.AST) -> bool:
    """Return whether the branch says something, and sets no name that is read outside of it."""
    said = [_says(statement) for statement in branch.body if not isinstance(statement, ast.Assign)]
    targets = [t for statement in branch.body if isinstance(statement, ast.Assign) for t in statement.targets]
    if not any(said) or not all(said) or not all(isinstance(target, ast.Name) for target in targets):
        return False
    inside = {id(node) for node in ast.walk(branch)}
    read = {n.id for n in ast.walk(scope) if isinstance(n, ast.Name) and id(n) not in inside}
    return not read & {target.id for target in targets if isinstance(target, ast.Name)}


def _says(statement: ast.stmt) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and _called(call) in SAYING


def _called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _calls_no_method(branch: ast.If, modules: Container[str]) -> bool:
    """Return whether the branch cannot overwrite what an object keeps for the step that is under way."""
    calls = [node for node in ast.walk(branch) if isinstance(node, ast.Call) and _called(node) not in SAYING]
    owners = [call.func.value for call in calls if isinstance(call.func, ast.Attribute)]
    plain = all(isinstance(call.func, ast.Attribute | ast.Name) for call in calls)
    return plain and all(isinstance(owner, ast.Name) and owner.id in modules for owner in owners)
