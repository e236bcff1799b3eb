"""Names that older NumPy had, for programs written then."""

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np

from ..notes import note
from .finder import Contents

GONE: dict[str, Any] = {
    "float": float,
    "int": int,
    "complex": complex,
    "object": object,
    "str": str,
    "float_": np.float64,
    "asfarray": lambda a, dtype=float: np.asarray(a, dtype),
    "mat": np.asmatrix,
    "product": np.prod,
    "cumproduct": np.cumprod,
    "sometrue": np.any,
    "alltrue": np.all,
    "Inf": np.inf,
    "Infinity": np.inf,
    "infty": np.inf,
    "NaN": np.nan,
    "asscalar": lambda a: np.asarray(a).item(),
    "row_stack": np.vstack,
    "in1d": np.isin,
    "trapz": getattr(np, "trapezoid", None),
}
_LIKE = {name: value for name, value in vars(np).items() if not name.startswith("_")}
NUMPYS: Contents = {
    "cupy": {**_LIKE, "asnumpy": np.asarray, "get_array_module": lambda *_: np},
    "autograd.numpy": _LIKE,
    "autograd.numpy.random": vars(np.random),
}
"""Libraries that do what NumPy does."""
_missing = np.__dict__["__getattr__"]


def found(name: str) -> Any:
    """Return what NumPy had under a name that is gone."""
    if name not in GONE:
        return _missing(name)
    note(f"numpy.{name} is gone from NumPy: what it was then was used")
    return GONE[name]


def install() -> None:
    """Let NumPy answer to the old names; a starred import takes only what it has today."""
    np.__dict__["__getattr__"] = found
    np.set_printoptions = _forgiving(np.set_printoptions)


def _forgiving(function: Callable[..., None]) -> Callable[..., None]:
    """Return a function that does nothing with what NumPy no longer takes, as ``threshold="nan"``."""

    def called(*given: Any, **named: Any) -> None:
        with contextlib.suppress(TypeError, ValueError):
            function(*given, **named)

    return called
