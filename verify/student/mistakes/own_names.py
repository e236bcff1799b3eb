"""Formulas in a program's own variable names."""

import re
from collections.abc import Mapping

from .stage import RIGHT_DOWN

TOKEN = re.compile(r"(?:dL/da|delta|dW|db|[aWzbe])_\d+|\b[xXy]\b(?!\()")
DIFFERENCE = re.compile(r"_\(l([+-]\d)\)")


def at_layer(formula: str, right: str, layer: int, depth: int) -> str:
    """Return a general formula with the numbers of one mistake's layers: "delta_2 W_2^T" for "delta_l W_l^T".

    Arguments:
        formula: right or wrong, of layer l.
        right: the right one, which tells whether l is the layer itself or the one that the error comes down from.
        layer: of the mistake, from 1.
        depth: how many layers there are: L.
    """
    l = layer + 1 if right == RIGHT_DOWN else layer
    formula = DIFFERENCE.sub(lambda found: f"_{l + int(found[1])}", formula)
    formula = re.sub(r"_l\b", f"_{l}", re.sub(r"_L\b", f"_{depth}", formula))
    return re.sub(r"\ba_0\b", "x", formula)


def turned(formula: str) -> str:
    """Return a formula with its products as a program writes them whose samples are columns."""
    formula = re.sub(r"\b(x|[az]_\d+)\^T (delta_\d+|dL/da_\d+)", r"\2 \1^T", formula)
    return re.sub(r"\b(delta_\d+|e_\d+) (W_\d+)\^T", r"\2^T \1", formula)


def in_own_names(formula: str, names: Mapping[str, str]) -> str:
    """Return a formula with each quantity under the name that the program gives it, where it gives one.

    Arguments:
        formula: with the numbers of the layers.
        names: the program's name for each quantity.
    """
    slopes = [re.escape(slope) for slope in names if slope.startswith("f'(")]
    token = re.compile("|".join((*slopes, TOKEN.pattern)))  # at once: a name may hold what looks like another quantity
    return token.sub(lambda found: names.get(told := found[0].replace("X", "x"), told), formula)
