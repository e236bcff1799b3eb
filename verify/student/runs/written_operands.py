"""How an operand is written: a number taken from a Python list is made by no event, but it has a name."""

import ast

from .tape import Tape


def written(tape: Tape, at: int, key: int) -> bool:
    """Return whether a single number stands under a name in a sum or difference, and is no constant of the program.

    Arguments:
        tape: the run.
        at: the position of the sum or difference.
        key: of the number.
    """
    node, operands = tape.node(at), tape.events[at].operands
    if tape.shape(key) or node.kind != "binary" or key not in operands or len(operands) != 2:
        return False
    made = {tape.node(i).kind for i in tape.made.get(key, ())}
    side = _sides(node.text)[operands.index(key)]
    return isinstance(side, ast.Name | ast.Subscript | ast.Attribute) and made <= {"literal"}


def _sides(text: str) -> tuple[ast.expr | None, ast.expr | None]:
    """Return both sides of an operation as they are written, None where the text is none."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        return None, None
    return (tree.left, tree.right) if isinstance(tree, ast.BinOp) else (None, None)
