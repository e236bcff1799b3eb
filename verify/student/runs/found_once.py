"""What is asked of one run again and again is found once, and kept for as long as the run is."""

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar


class Keeps(Protocol):
    """Something that answers are kept in.

    Attributes:
        kept: by the question, the function and its arguments.
    """

    kept: dict[Hashable, Any]


Of = TypeVar("Of", bound=Keeps)
Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


def found_once(function: Callable[Concatenate[Of, Asked], Answer]) -> Callable[Concatenate[Of, Asked], Answer]:
    """Return a function that is evaluated once for each thing it is asked of.

    Arguments:
        function: what it returns depends on its arguments alone, and nobody changes it; those after the first can be
            hashed, and are given by position.
    """

    @wraps(function)
    def once(of: Of, /, *args: Asked.args, **named: Asked.kwargs) -> Answer:
        key = (function, args)
        if key not in of.kept:
            of.kept[key] = function(of, *args, **named)
        answer: Answer = of.kept[key]
        return answer

    return once
