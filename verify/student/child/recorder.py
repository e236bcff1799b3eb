"""The hooks that a rewritten file calls: each does what the expression did, and reports its operands and its result."""

import builtins
from collections.abc import Hashable, Iterable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .callers import USED
from .entries import as_array, as_number, in_kind_of, is_number_function, is_numpys, is_table, of_arrays, overwrite
from .node_objects import NodeObjects
from .nodes import Table
from .notes import note
from .stand_ins.anything import Anything
from .stand_ins.unknown import GENERIC
from .store import FLOATS, LARGE, LARGEST, NOT_A_NUMBER, Store
from .updates import Updates, object_of

Place: TypeAlias = tuple[int, int]
Report: TypeAlias = tuple[int, int, tuple[int, ...], int, int, tuple[int, ...]]
States: TypeAlias = list[tuple[NDArray[Any], int]]
Item: TypeAlias = tuple[Any, Any, Any, int, States]
DEEPEST, MOST = 3, 64  # how far lists of operands are taken apart
KEPT = 100  # evaluations of an expression that are kept of data that are made in a loop
STATES = 40_000_000  # bytes of the states that are kept of an array which is filled row by row
ROOM = 20  # times that there is room for as many reports as a run may have
OURS = frozenset(str(Path(__file__).with_name(f"{name}.py")) for name in ("recorder", "entries", "store", "updates"))


class Stop(BaseException):
    """Ends the stranger's program from inside; no ``except Exception`` of theirs catches it."""


class Recorder:
    """One watched run.

    Arguments:
        table: the nodes.
        inject: the values that expressions return instead of their own, by (node, occurrence).
        updates: how many updates of every parameter are enough.
        events: after how many reports the run ends.

    Attributes:
        reports: the events so far.
        ended: why the run was ended from here, "" while it goes on.
        matrices: nodes whose operator * multiplies matrices, as that of np.matrix does.
    """

    def __init__(self, table: Table, inject: Mapping[Place, NDArray[Any]], updates: int, events: int) -> None:
        self.actions, self.is_product, self.is_change, self.is_view, self.targets, self.in_operator = table
        self.inject, self.events = inject, events
        self.reports: list[Report] = []
        self.lists: dict[int, list[Any]] = {}  # displays of numbers: taken as arrays where they are operands
        self.part: tuple[Any, Any] = None, None  # the last row or other part that was cut out of an array, and of which
        self.ended, self.room, self.first = "", ROOM, list[Report]()
        self.matrices: list[int] = []
        self.kept = Store()
        self.updates = Updates(updates)
        self.objects = NodeObjects(self.kept)
        self.counts, self.reported = [0] * len(self.actions), set[int]()

    def install(self) -> None:
        """Make the hooks known to every module."""
        for name in HOOKS:
            setattr(builtins, f"__watch_{name}__", getattr(self, name))
        builtins.__watch_bind__ = self.bind  # type: ignore[attr-defined]
        builtins.__watch_slice__ = slice  # type: ignore[attr-defined]

    # -- expressions -----------------------------------------------------------------------------------------

    def binary(self, node: int, left: Any, right: Any, /) -> Any:
        """Do and report a binary operation or a comparison."""
        if self.ended:
            raise Stop
        if type(left) is int and type(right) is int:
            made = self.actions[node](left, right)
            return self.report(node, (NOT_A_NUMBER,) * 2, (NOT_A_NUMBER,) * 2, made) if type(made) is float else made
        if self.is_product[node]:
            self.kept.largest = LARGEST
        elif isinstance(left, np.matrix):
            self._as_matrices(node, right)
        if type(left) is list or type(right) is list:
            left, right = of_arrays((left, right))
        operands, held = tuple(map(self.kept.key, (left, right))), tuple(map(self.kept.identity, (left, right)))
        return self.report(node, operands, held, self.actions[node](left, right))

    def _as_matrices(self, node: int, right: Any) -> None:
        """Take note that the operator * of this node is the matrix product."""
        if self.is_change[node] == "*" and isinstance(right, np.ndarray) and right.ndim:
            self.is_product[node] = True
            self.matrices.append(node)

    def unary(self, node: int, operand: Any, /) -> Any:
        """Do and report a unary operation."""
        return self.report(node, (self.kept.key(operand),), (self.kept.identity(operand),), self.actions[node](operand))

    def call(self, node: int, function: Any, /, *arguments: Any, **named: Any) -> Any:
        """Call a function and report the arguments it was given and what it returned."""
        if self.ended:
            raise Stop
        given = (*arguments, *named.values())
        if self.is_product[node]:
            self.kept.largest = LARGEST
            given = tuple(map(as_array, given)) if is_numpys(function) else of_arrays(given)
        owner = getattr(function, "__self__", None)
        own = isinstance(owner, np.ndarray | np.number) or is_table(owner)
        taken = [*([as_array(owner)] if own else ()), *self.taken_apart(given)]
        operands, held = tuple(map(self.kept.key, taken)), tuple(map(self.kept.identity, taken))
        try:
            result = function(*arguments, **named)
        except TypeError:
            if not is_number_function(function) or len(arguments) != 1:
                raise
            result = function(as_number(arguments[0]))
        return self.report(node, operands, held, result)

    def taken_apart(self, values: Iterable[Any], deep: int = DEEPEST) -> Iterator[Any]:
        """Yield the values; lists, tuples and dictionaries item by item, but a display of numbers as an array."""
        for value in values:
            if type(value) is list and id(value) in self.lists:
                yield np.array(value)
            elif deep and type(value) in (list, tuple):
                yield from self.taken_apart(value[:MOST], deep - 1)
            elif deep and type(value) is dict:
                yield from self.taken_apart(list(value.values())[:MOST], deep - 1)
            else:
                yield value

    def attribute(self, node: int, owner: Any, /) -> Any:
        """Look an attribute up; report it where it is computed from an array, as in X.T, or comes from a table."""
        found = getattr(owner, self.actions[node])
        if type(found) in PLAIN or not (isinstance(owner, np.ndarray) or is_table(owner)):
            return found
        return self.report(node, (self.kept.key(owner),), (self.kept.identity(owner),), found)

    def subscript(self, node: int, owner: Any, index: Any, /) -> Any:
        """Look an item up; report a part of an array, a length out of a shape, a column of a table."""
        found = owner[index]
        if not (isinstance(owner, np.ndarray | tuple) or is_table(owner)):
            return found
        if isinstance(found, np.ndarray) and found.base is not None:
            self.part = found, owner
        taken = [owner, *([index] if isinstance(index, np.ndarray) else ())]
        return self.report(node, tuple(map(self.kept.key, taken)), tuple(map(self.kept.identity, taken)), found)

    def literal(self, node: int, value: Any, /) -> Any:
        """Report a constant or a display of numbers; a display stays a list, and equal constants are told apart."""
        if type(value) is float:
            value = value * 1.0  # an object of its own: a weight is not the input that is written with the same number
        if not isinstance(value, list):
            return self.report(node, (), (), value)
        kept = self.listed(node, value)
        self.lists[id(kept)] = kept
        return kept

    def listed(self, node: int, value: list[Any], /) -> list[Any]:
        """Report a list of numbers, as a comprehension makes one: as the array that NumPy makes of it."""
        array: Any = as_array(value)
        given: Any = array if array is value else self.report(node, (), (), array)
        return value if given is array else list(given.tolist())

    def name(self, node: int, value: Any, /) -> Any:
        """Report a value that is passed on as it is: a rename, a binding, an argument."""
        return self.report(node, (self.kept.key(value),), (self.kept.identity(value),), value)

    def bind(self, node: int, value: Any, /) -> Any:
        """Report what a name, or a parameter, is given; a stand-in that is given one of data becomes made-up data."""
        if isinstance(value, Anything) and self.targets[node] not in GENERIC:
            value = value.as_data(self.targets[node])
        return self.name(node, value)

    def loop(self, node: int, value: Any, /) -> Any:
        """Report what a loop variable is bound to; counters are of no interest."""
        return value if type(value) in PLAIN else self.name(node, value)

    def result(self, node: int, value: Any, /) -> Any:
        """Report what a function returns, part by part."""
        taken = [value] if isinstance(value, np.ndarray) else list(self.taken_apart((value,)))
        return self.report(node, tuple(map(self.kept.key, taken)), tuple(map(self.kept.identity, taken)), value)

    # -- statements ------------------------------------------------------------------------------------------

    def store(self, node: int, value: Any, container: Any, index: Any, /) -> None:
        """Do and report ``container[index] = value``."""
        if not isinstance(container, np.ndarray):
            if type(value) in FLOATS and type(container) is list:
                self._replaced((node, id(container), index), container[index], value)
            container[index] = self.report(node, (NOT_A_NUMBER, self.kept.key(value)), (-1, -1), value)
            return
        states = self.counts[node] * container.nbytes
        if container.nbytes > LARGE and states > min(STATES, KEPT * container.nbytes) and not self.updates.products:
            container[index] = value  # data that are made row by row: not every state of theirs is kept
            return
        befores = self._changing(container)
        try:
            container[index] = value
        except (TypeError, ValueError):
            container[index] = as_number(value)
        self._changed(node, befores, value)

    def _changing(self, container: NDArray[Any]) -> States:
        """Return what is about to change, as it is: an array, and that of which it is a row, as in ``W[i][j] = 1``."""
        part, owner = self.part
        both = part is container and owner.nbytes <= LARGE
        return [(one, self.kept.key(one)) for one in (container, *([owner] if both else []))]

    def _changed(self, node: int, befores: States, value: Any) -> None:
        """Report what has changed since."""
        key, identity = self.kept.key(value), self.kept.identity(value)
        for array, before in befores:
            given = self.report(node, (before, key), (self.kept.identity(array), identity), array)
            overwrite(array, given)

    def shaped(self, node: int, owner: Any, shape: Any, /) -> None:
        """Do ``owner.shape = shape``; report an array's as the reshaping that it is."""
        before, identity = self.kept.key(owner), self.kept.identity(owner)
        owner.shape = shape
        if isinstance(owner, np.ndarray):
            overwrite(owner, self.report(node, (before,), (identity,), owner))

    def rebind(self, node: int, old: Any, value: Any, name: str = "", owner: Any = None, /) -> Any:
        """Report the new value of a name in ``name = name - ...``, perhaps that of an attribute."""
        if {type(value), type(old)} <= FLOATS and old:
            self._look(node, owner, name, old)
            self._replaced((node, id(owner)), old, value)
        return self.name(node, value)

    def augment(self, node: int, old: Any, value: Any, /) -> Any:
        """Do and report ``name op= value``; return what the name holds afterwards."""
        if type(old) is type(value) is int:
            return self.actions[node](old, value)
        return self._augmented(node, self.kept.key(old), old, value)

    def _augmented(self, node: int, before: int, old: Any, value: Any, *place: Hashable) -> Any:
        """Do and report an augmented assignment to what held the old value, in an object or a list if not a name."""
        was, step = of_arrays((old, value))
        operands = before if before >= 0 else self.kept.key(was), self.kept.key(step)
        held = self.kept.identity(old), self.kept.identity(value)
        new = self.actions[node](old, value)
        given = self.report(node, operands, held, new)
        if type(old) in FLOATS and old and self.is_change[node] in ("+", "-"):
            self._replaced((node, *place), old, given)
        return overwrite(new, given) if new is old else given

    def _replaced(self, place: Hashable, old: Any, new: Any) -> None:
        if old != new:
            self.updates.replaced(place, *(object_of(self.kept.identity(number)) for number in (old, new)))

    def _look(self, node: int, owner: Any, name: str, old: Any) -> None:
        if name and type(old) in FLOATS and self.updates.is_factor(self.kept.identity(old)):
            self.objects.changes(owner, name, (node, self.counts[node]))

    def old_attribute(self, owner: Any, name: str, /) -> Item:
        """Return an attribute as it is before it is augmented."""
        old = getattr(owner, name)
        return owner, name, old, self.kept.key(old), []

    def augment_attribute(self, node: int, place: Item, value: Any, /) -> None:
        """Do and report ``owner.name op= value``."""
        owner, name, old, before, _ = place
        self._look(node, owner, name if self.is_change[node] in ("+", "-") else "", old)
        setattr(owner, name, self._augmented(node, before, old, value, id(owner)))

    def old_item(self, container: Any, index: Any, /) -> Item:
        """Return an item as it is before it is augmented."""
        whole = self._changing(container) if isinstance(container, np.ndarray) else []
        old = container[index]
        return container, index, old, self.kept.key(old), whole

    def augment_item(self, node: int, whole_node: int, place: Item, value: Any, /) -> None:
        """Do and report ``container[index] op= value``: the item, and the array it is part of."""
        container, index, old, before, whole = place
        number = index if isinstance(index, int | str) else None
        given = self._augmented(node, before, old, value, id(container), number)
        if whole:
            self.updates.replaced((node, id(container), number), before, self.kept.key(given))
        container[index] = given
        self._changed(whole_node, whole, given)

    def rounds(self, line: int, numbers: Iterable[Any], /) -> Iterator[Any]:
        """Yield a loop's numbers; leave it where round after round multiplies the same and changes nothing."""
        before: list[int] = []
        alike = 0
        for number in numbers:
            start = len(self.reports)
            yield number
            done = self.reports[start:]
            results = [report[3] for report in done]
            alike = alike + 1 if results == before and any(self.is_product[report[0]] for report in done) else 0
            before = results
            if alike == ALIKE:
                note(f"every round of the loop in line {line} computes the same: it was left")
                return

    def first_time(self, line: int, told: Any, /) -> bool:
        """Return what a branch that only reports depends on, true when it is met for the first time."""
        met = line in self.reported
        self.reported.add(line)
        return bool(told) or not met

    def excuses(self, line: int, /) -> bool:
        """Return whether an assertion may fail: made-up data need not keep it, nor need other values than its own."""
        if self.inject:
            return True
        if "data" in USED:
            note(f"the assertion in line {line} does not hold for the made-up data: it was passed over")
        return "data" in USED

    # -- the report ------------------------------------------------------------------------------------------

    def report(self, node: int, operands: tuple[int, ...], held: tuple[int, ...], result: Any) -> Any:
        """Enter an event and return the result, or what is injected in its place."""
        if self.ended:
            raise Stop
        occurrence = self.counts[node]
        self.counts[node] = occurrence + 1
        if self.inject and (node, occurrence) in self.inject:
            result = in_kind_of(result, self.inject[node, occurrence])
        key = self.kept.key(result)
        if key < 0 and not (isinstance(result, HOLDERS) and any(k >= 0 for k in operands)):
            return result
        self.reports.append((node, occurrence, operands, key, self.kept.identity(result), held))
        self._count(node, operands, held, key)
        if len(self.reports) >= self.events:
            self._make_room()
        if self.kept.full:
            self.end("memory")
        return result

    def _make_room(self) -> None:
        """Forget what was done again and again before the first product, as data are made; else end the run."""
        self.room -= 1
        of_graph = any(
            self.in_operator[r[0]] for r in self.reports
        )  # of single numbers: nothing of it is data being made
        if self.updates.products or self.updates.counts or not self.room or of_graph:
            self.end("too many events")
        self.first = self.first or self.reports
        last = {r[0]: r[1] for r in self.reports}
        self.reports = [r for r in self.reports if r[1] < KEPT or r[1] == last[r[0]]]
        if len(self.reports) > self.events // 2:
            self.end("too many events")

    def restored(self) -> bool:
        """Take back what was forgotten where no product came, for numbers may be trained one by one; return if so."""
        forgotten = bool(self.first) and not self.updates.products
        if forgotten:
            self.reports = self.first
        return forgotten

    def end(self, why: str) -> None:
        """End the run: now, and at every later report should the program swallow this one."""
        self.ended = self.ended or why
        raise Stop

    def start_again(self) -> None:
        """Forget what was reported; occurrences go on counting."""
        self.ended = ""
        self.reports.clear()
        self.updates = Updates(self.updates.wanted)

    def interrupt(self, frame: FrameType | None) -> None:
        """End the run for want of time; from inside a hook only at its next report, so that none is half done."""
        self.ended = self.ended or "time"
        if frame is None or frame.f_code.co_filename not in OURS:
            raise Stop

    def _count(self, node: int, operands: tuple[int, ...], held: tuple[int, ...], result: int) -> None:
        """Count the updates that have come full circle."""
        shapes = self.kept.values
        arrays = [k for k in operands if k >= 0 and shapes[k][0]]
        if self.is_product[node]:
            if "data" in USED and not all(shapes[k][2] for k in arrays):
                self.end("too few data")
            if sum(map(self.updates.multiplied, arrays)):
                self.end("enough updates")
        elif result < 0 or not shapes[result][0]:
            if self.is_change[node] == "*" and not arrays:
                numbers = zip(operands, held, strict=True)
                if sum(self.updates.factor(*one) for one in numbers if one[0] >= 0):
                    self.end("enough updates")
        elif self.is_change[node]:
            alike = [k for k in arrays if shapes[k][0] == shapes[result][0]]
            self.updates.computed(self.is_change[node], operands, arrays, alike, result)
        elif self.is_view[node]:
            for k in arrays:
                self.updates.viewed(k, result)


ALIKE = 20  # rounds of a loop without a change, after which it is left
PLAIN = frozenset((int, str, bool, type(None)))
HOLDERS = (tuple, dict, list, type(None))  # what may be given numbers and is no number: who was given them is told
HOOKS = (
    *("binary", "unary", "call", "attribute", "subscript", "literal", "listed", "name", "loop", "rebind", "result"),
    *("store", "shaped", "augment", "old_attribute", "augment_attribute", "old_item", "augment_item"),
    *("excuses", "first_time", "rounds"),
)
