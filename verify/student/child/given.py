"""The weights and biases that a function takes, where nothing in the file makes any."""

import ast
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from .names import Trial, Values, snake
from .nodes import PRODUCTS
from .stand_ins.samples import generator

_NUMBERED = re.compile(r"^(w|weights?|theta|b|bias(es)?)_?([1-9])$")
_OUTPUT = re.compile(r"(hidden_(to_)?out(put)?|out(put)?_(layer_)?(w|weights?|b|bias(es)?)|bias(es)?_out(put)?)$|^who$")
_HIDDEN = re.compile(r"(in(put)?_(to_)?hidden|hidden_(layer_)?(w|weights?|b|bias(es)?)|bias(es)?_hidden)$|^wih$")
_KIND = re.compile(r"w(eights?)?(?![a-z])|^w(ih|ho|\d)|weights?|theta|b(?![a-z])|bias")


class Given(NamedTuple):
    """What the text of a file says of the parameters that its functions take.

    Attributes:
        depth: how many layers they belong to.
        left: the names that stand on the left of a product: such weights are (out, in).
        keeps: whether sums keep their dimensions: biases are then rows or columns.
    """

    depth: int
    left: frozenset[str]
    keeps: bool

    def made(self, name: str, trial: Trial) -> Values | None:
        """Return the weights or biases that a parameter of this name takes, None where it takes none."""
        layer = layer_of(name, self.depth)
        if not layer or len(trial.sizes) != self.depth + 1:
            return None
        n, m = trial.sizes[layer - 1], trial.sizes[layer]
        columns = bool(self.left)
        if is_weight(name):
            values: Values = generator(layer).normal(size=(n, m))
            return np.ascontiguousarray(values.T) if name in self.left else values
        shape = (m, 1) if columns and trial.layout != "flat" else (1, m) if self.keeps and not columns else (m,)
        return generator(self.depth + layer).normal(size=shape)


def given(tree: ast.Module) -> Given:
    """Return what the text of a file says of the parameters that its functions take."""
    names = {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    numbers = [int(match[3]) for name in names if (match := _NUMBERED.match(snake(name)))]
    worded = [name for name in names if _OUTPUT.search(snake(name)) and is_weight(name)]
    keeps = any(isinstance(n, ast.keyword) and n.arg == "keepdims" for n in ast.walk(tree))
    return Given(max([0, *numbers, *(2 for _ in worded)]), frozenset(_left(tree)), keeps)


def layer_of(name: str, depth: int) -> int:
    """Return the layer that a parameter of this name belongs to, 0 for none."""
    bare = snake(name)
    if found := _NUMBERED.match(bare):
        return int(found[3])
    if not _KIND.search(bare):
        return 0
    return depth if _OUTPUT.search(bare) else int(bool(_HIDDEN.search(bare)))


def is_weight(name: str) -> bool:
    """Return whether the name is one of weights, not of biases."""
    return not re.search(r"bias|^b_?\d|_b$", snake(name))


def _left(tree: ast.Module) -> Iterator[str]:
    """Yield the names of weights that stand on the left of a product, as they are."""
    for node in ast.walk(tree):
        pair: list[Any] = []
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            pair = [node.left]
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in PRODUCTS:
            pair = [node.args[0] if len(node.args) > 1 else node.func.value]  # type: ignore[attr-defined]
        yield from (one.id for one in pair if isinstance(one, ast.Name) and layer_of(one.id, 2))
