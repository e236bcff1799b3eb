"""The objects that hold single numbers with their derivatives: what the nodes of a program's own graph keep.

Where an object's number is trained, all objects of its class are looked at as they are before the step: each has the
number it was made with, and by then the derivative that the way back has left in it.
"""

import gc
from collections.abc import Iterator
from typing import Any

from .store import FLOATS, Store

ENOUGH = 3  # steps that are looked at
MOST = 60_000  # objects
NUMBERS = FLOATS | {int}


class NodeObjects:
    """Looks at the objects before each training step.

    Attributes:
        seen: for each look the attribute that is trained, where the step began as (node, occurrence), the names of
            the numbers that the objects hold, and of each object a number, its values and the identities of these.
    """

    def __init__(self, kept: Store) -> None:
        self.seen: list[dict[str, Any]] = []
        self._kept = kept
        self._since: dict[str, set[int]] = {}
        self._alive: list[object] = []  # another object made later could get the number of one that is gone

    def changes(self, owner: object, name: str, place: tuple[int, int]) -> None:
        """Take note that a trained number of an object changes; look at all of them where a step begins with it."""
        since = self._since.setdefault(name, set())
        again = id(owner) in since
        if again:
            since.clear()
        if (again or not since) and sum(look["name"] == name for look in self.seen) < ENOUGH:
            self.seen += self._look(owner, name, place)
        since.add(id(owner))

    def _look(self, owner: object, name: str, place: tuple[int, int]) -> Iterator[dict[str, Any]]:
        """Yield what the objects of the owner's class hold, should they hold a second number beside the trained one."""
        names = [name, *(n for n in _attributes(owner) if n != name and type(getattr(owner, n, None)) in NUMBERS)]
        objects = [one for one in gc.get_objects() if type(one) is type(owner)]
        if len(names) > 1 and len(objects) <= MOST:
            self._alive += objects
            rows: list[list[Any]] = [[getattr(one, n, None) for n in names] for one in objects]
            whole = [(id(o), row) for o, row in zip(objects, rows, strict=True) if {*map(type, row)} <= NUMBERS]
            yield {
                "name": name,
                "place": place,
                "names": names,
                "objects": [number for number, _ in whole],
                "values": [[float(v) for v in row] for _, row in whole],
                "identities": [[self._kept.identity(v) for v in row] for _, row in whole],
            }


def _attributes(owner: object) -> list[str]:
    """Return the names of what an object holds."""
    slots = [name for kind in type(owner).__mro__ for name in getattr(kind, "__slots__", ())]
    return [*getattr(owner, "__dict__", {}), *slots]
