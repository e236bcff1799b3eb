"""An object that answers whatever it is asked, with no numbers in it."""

import dis
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any, NoReturn

from ..callers import LIBRARIES
from .unknown import GENERIC, made_up, paired, stands_for_data


class StoodInError(TypeError):
    """A stand-in was asked for numbers."""


class Anything:
    """Stands in for what a missing library would have made.

    Arguments:
        name: what it stands in for, e.g. "matplotlib.pyplot.figure".
        given: the arguments of the last call on the way to it.
    """

    def __init__(self, name: str = "something", given: tuple[Any, ...] = ()) -> None:
        object.__setattr__(self, "_name", name)
        object.__setattr__(self, "_given", given)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Anything(f"{self._name}.{name}", self._given).as_data("" if name in GENERIC else name)

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Answer a call; a lone function is what a decorator was given, and stays itself."""
        if len(given) == 1 and not named and callable(given[0]) and not isinstance(given[0], Anything):
            return given[0]
        return Anything(f"{self._name}()", given)

    def __getitem__(self, index: Any) -> Any:
        part = Anything(f"{self._name}[...]", self._given)
        return part.as_data(index) if isinstance(index, str) else part

    def __setitem__(self, index: Any, value: Any) -> None:
        """Take it and forget it."""

    def __iter__(self) -> Iterator[Any]:
        names = paired(_wanted(sys._getframe(1)))
        parts = [Anything(f"{self._name}[{i}]", self._given) for i in range(len(names))]
        return iter([part.as_data(name) for part, name in zip(parts, names, strict=True)])

    def as_data(self, name: str) -> Any:
        """Return made-up numbers where it comes from an unknown module and is given a name of data, else itself."""
        known = self._name.partition(".")[0] in LIBRARIES or "(" not in self._name
        return self if known or not stands_for_data(name) else made_up(name, self._name, self._given)

    def __mro_entries__(self, bases: Any) -> tuple[type, ...]:
        return (Blank,)

    def __array__(self, *_: Any, **__: Any) -> NoReturn:
        raise StoodInError(f"{self._name} is only stood in for, it has no numbers")

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return False

    def __float__(self) -> float:
        return 0.0

    def __int__(self) -> int:
        return 0

    def __index__(self) -> int:
        return 0

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        """Let exceptions pass."""

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __lt__(self, other: Any) -> bool:
        return False

    __gt__ = __le__ = __ge__ = __lt__

    def _itself(self, *_: Any) -> Any:
        """Arithmetic with it leads nowhere."""
        return Anything(self._name)

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _itself
    __matmul__ = __rmatmul__ = __pow__ = __mod__ = __or__ = __neg__ = _itself
    __array_ufunc__ = None

    def __repr__(self) -> str:
        return f"<stand-in for {self._name}>"

    def __str__(self) -> str:
        return ""

    def __format__(self, form: str) -> str:
        return ""


class Blank:
    """The base class of what inherits from a stand-in."""

    def __init__(self, *_: Any, **__: Any) -> None:
        """Take anything."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Anything(name)


def _wanted(frame: FrameType) -> list[str]:
    """Return the names that the caller takes the object apart into; "" for what is no plain name."""
    steps = [step for step in dis.get_instructions(frame.f_code) if step.opname != "CACHE"]
    at = next(i for i, step in enumerate(steps) if step.offset == frame.f_lasti)
    if steps[at].opname not in ("UNPACK_SEQUENCE", "UNPACK_EX"):
        return []
    count = steps[at].arg or 0 if steps[at].opname == "UNPACK_SEQUENCE" else 3
    return (_stored(steps[at + 1 :]) + [""] * count)[:count]


def _stored(steps: list[dis.Instruction]) -> list[str]:
    """Return the names that values are stored under one after another; those inside a nested pair count as one."""
    names: list[str] = []
    for at, step in enumerate(steps):
        if step.opname.startswith("STORE_") and step.argval is not None:
            names += [step.argval] if isinstance(step.argval, str) else list(step.argval)
        elif step.opname == "UNPACK_SEQUENCE":
            inner = step.arg or 0
            return [*names, "", *_stored(steps[at + 1 :])[inner:]]
        elif step.opname not in ("LOAD_NAME", "LOAD_FAST", "LOAD_GLOBAL"):
            break
    return names
