"""An object that answers whatever it is asked, with no numbers in it."""

import dis
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any, NoReturn


class StoodInError(TypeError):
    """A stand-in was asked for numbers."""


class Anything:
    """Stands in for what a missing library would have made.

    Arguments:
        name: what it stands in for, e.g. "matplotlib.pyplot.figure".
    """

    def __init__(self, name: str = "something") -> None:
        object.__setattr__(self, "_name", name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Anything(f"{self._name}.{name}")

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Answer a call; a lone function is what a decorator was given, and stays itself."""
        if len(given) == 1 and not named and callable(given[0]) and not isinstance(given[0], Anything):
            return given[0]
        return Anything(f"{self._name}()")

    def __getitem__(self, index: Any) -> Any:
        return Anything(f"{self._name}[...]")

    def __setitem__(self, index: Any, value: Any) -> None:
        """Take it and forget it."""

    def __iter__(self) -> Iterator[Any]:
        return iter([Anything(f"{self._name}[{i}]") for i in range(_wanted(sys._getframe(1)))])

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


def _wanted(frame: FrameType) -> int:
    """Return into how many parts the caller takes the object apart: it knows, where it unpacks."""
    code, place = frame.f_code.co_code, frame.f_lasti
    operation = dis.opname[code[place]]
    if operation == "UNPACK_SEQUENCE":
        return code[place + 1]
    return 3 if operation == "UNPACK_EX" else 0
