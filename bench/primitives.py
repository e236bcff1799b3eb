"""The limit of every activation: the NumPy operations its formula cannot do without, in kept buffers.

Each operation is listed once for every time the formula, as its docstring states it, needs it. They run
in place on blocks that stay in the cache, and the result is a fresh array, as the function's own is. What
a function costs beyond this is calls, temporaries and passes that could be saved.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
from scipy import special

from reference import InputError
from reference.arrays import Array
from reference.elementwise import ELEMENTWISE

from .rounds import Call

BLOCK = 1 << 14  # four arrays of it fill half of a usual second-level cache


class Scratch(NamedTuple):
    """One block's inputs, each in the range that its operations see, and where results go."""

    z: Array
    below: Array  # -|z|: what exponentials are taken of
    unit: Array  # e^-|z|, in (0, 1]
    out: Array


Operation: TypeAlias = Callable[[Scratch], object]

OPERATIONS: dict[str, Operation] = {
    "copy": lambda s: np.copyto(s.out, s.z),
    "fill": lambda s: s.out.fill(1),
    "abs": lambda s: np.abs(s.z, out=s.out),
    "negative": lambda s: np.negative(s.z, out=s.out),
    "add": lambda s: np.add(s.z, 1, out=s.out),
    "subtract": lambda s: np.subtract(s.z, s.unit, out=s.out),
    "multiply": lambda s: np.multiply(s.z, s.unit, out=s.out),
    "divide": lambda s: np.divide(s.unit, s.below, out=s.out),
    "maximum": lambda s: np.maximum(s.z, 0, out=s.out),
    "minimum": lambda s: np.minimum(s.z, 0, out=s.out),
    "clip": lambda s: np.clip(s.z, -2, 2, out=s.out),
    "compare": lambda s: np.greater(s.z, 0, out=s.out, casting="unsafe"),
    "exp": lambda s: np.exp(s.below, out=s.out),
    "expm1": lambda s: np.expm1(s.below, out=s.out),
    "log1p": lambda s: np.log1p(s.unit, out=s.out),
    "tanh": lambda s: np.tanh(s.z, out=s.out),
    "sin": lambda s: np.sin(s.z, out=s.out),
    "cos": lambda s: np.cos(s.z, out=s.out),
    "Phi": lambda s: special.stdtr(np.inf, s.z, out=s.out),
}

E = "abs negative exp "
HALF = "abs multiply exp "
GATED = HALF + "compare maximum maximum multiply multiply add divide multiply"
GATE = HALF + "multiply subtract add multiply add multiply add divide multiply compare subtract multiply add multiply "
INNER = "multiply multiply subtract multiply add add "
NEEDED = {
    # name: the forward's operations, the derivative's
    "linear": ("copy", "fill"),
    "relu": ("maximum", "compare"),
    "leaky_relu": ("multiply maximum", "compare maximum"),
    "relu6": ("clip", "compare compare multiply"),
    "hard_tanh": ("clip", "abs compare"),
    "hard_sigmoid": ("add clip divide", "compare compare multiply divide"),
    "hard_swish": ("add clip divide maximum multiply", "clip add divide compare multiply subtract compare add"),
    "elu": ("minimum expm1 maximum add", "minimum exp"),
    "selu": ("minimum expm1 multiply maximum add multiply", "minimum exp multiply compare multiply subtract"),
    "celu": ("minimum expm1 maximum add", "minimum exp"),
    "softsign": ("clip abs add divide", "abs add divide multiply"),
    "gaussian": ("clip multiply negative exp", "clip multiply negative exp multiply multiply"),
    "sin": ("sin", "cos"),
    "sigmoid": (E + "compare maximum add divide", E + "add multiply divide"),
    "log_sigmoid": (E + "log1p minimum subtract", E + "compare maximum add divide"),
    "softplus": (E + "log1p maximum add", E + "compare maximum add divide"),
    "tanh": ("tanh", E + "multiply add divide multiply multiply"),
    "silu": (GATED, GATE + "abs minimum"),
    "mish": (
        "minimum multiply maximum negative exp exp multiply add add multiply multiply multiply add divide multiply "
        "maximum multiply multiply",
        "minimum multiply maximum negative exp exp multiply clip multiply multiply add multiply add multiply "
        "multiply divide multiply add subtract multiply multiply add multiply divide multiply",
    ),
    "gelu": ("Phi maximum multiply", "clip multiply multiply exp multiply multiply Phi add"),
    "gelu_tanh": (
        "clip " + INNER + GATED,
        "abs minimum " + INNER + INNER + GATE,
    ),
}
PARTS = ("forward", "derivative")


def require_every_entry() -> None:
    """Refuse a table with an entry whose limit is not stated here.

    Raises:
        InputError: naming the entries.
    """
    missing = sorted(set(ELEMENTWISE) - set(NEEDED))
    if missing:
        advice = "state the operations its formula needs in bench/primitives.py"
        raise InputError("bench/primitives.py", f"no row for {', '.join(missing)}", "one for every activation", advice)


def limit(name: str, part: str, z: Array) -> Call:
    """Return a call that does what ``ELEMENTWISE[name]``'s forward or derivative needs at z, and no more.

    The first operation reads z, the last one writes the result, and those between stay in one kept block;
    one operation by itself is one pass.
    """
    operations = [OPERATIONS[operation] for operation in NEEDED[name][PARTS.index(part)].split()]
    size = BLOCK if operations[1:] else z.size
    block = z[:size].copy()
    below = -np.abs(block)
    kept = Scratch(block, below - 1, np.exp(below), np.empty_like(block))
    pieces = [z[start : start + size] for start in range(0, z.size, size)]
    firsts = [Scratch(piece, *(array[: piece.size] for array in kept[1:])) for piece in pieces]
    rests = [first._replace(z=block[: first.z.size]) for first in firsts]

    def call() -> Array:
        out = np.empty_like(z)
        for number, (first, rest) in enumerate(zip(firsts, rests, strict=True)):
            scratch = first
            for operation in operations[:-1]:
                operation(scratch)
                scratch = rest
            operations[-1](scratch._replace(out=out[number * size : (number + 1) * size]))
        return out

    return call
