"""A recording made searchable: which values are the same numbers, where each is made, and where it is used."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from reference.arrays import Array

from .found_once import found_once
from .literals import literals
from .recording import Event, Node, Place, Recording

PRODUCTS = ("dot", "matmul", "einsum", "inner", "tensordot", "mm", "vdot", "multi_dot")
ROUNDING = ("round", "around", "round_", "rint", "floor", "ceil", "trunc", "fix")
TRANSPOSING = ("T", "transpose", "swapaxes", "moveaxis")
ONES = "ones_like"
GATHERED_STEP = "gathered step"  # an event that stands for the updates of many single numbers
LARGEST = 400_000  # entries of a value worth comparing


class Product(NamedTuple):
    """One product of two arrays: the position of its event, and the keys of its operands and its result."""

    at: int
    left: int
    right: int
    result: int


class Sum(NamedTuple):
    """One addition or subtraction: position, keys of both sides and the result, and the sign of the right side."""

    at: int
    left: int
    right: int
    result: int
    sign: int


class Sources(dict[int, tuple[int, ...]]):
    """For each event the positions of those that it was made of, found when they are first asked for.

    Arguments:
        found: returns them.
    """

    def __init__(self, found: Callable[[int], tuple[int, ...]]) -> None:
        super().__init__()
        self._found = found

    def __missing__(self, at: int) -> tuple[int, ...]:
        found = self[at] = self._found(at)
        return found


class Tape:
    """The events of one run, indexed.

    Arguments:
        recording: the watched run, or a later part of it.
        known: the keys of the values that were there before that part.

    Attributes:
        kept: what was found in the run, by the question.
    """

    def __init__(self, recording: Recording, known: frozenset[int] = frozenset()) -> None:
        self.recording, self.known = recording, known
        self.events: tuple[Event, ...] = recording.events
        self.nodes: tuple[Node, ...] = recording.nodes
        self._groups: dict[int, int] = {}
        self._known: dict[tuple[int, bytes], int] = {}
        self.kept: dict[Hashable, Any] = {}

    def array(self, key: int) -> Array:
        """Return a value as float64."""
        return np.asarray(self.recording.values[key], dtype=np.float64)

    def shape(self, key: int) -> tuple[int, ...]:
        """Return a value's shape."""
        return self.recording.values[key].shape

    def node(self, at: int) -> Node:
        """Return the expression that an event evaluated."""
        return self.nodes[self.events[at].node]

    def place(self, at: int) -> Place:
        """Return the place of an event, for an injection."""
        return self.events[at].node, self.events[at].occurrence

    def group(self, key: int) -> int:
        """Return a number that is equal for equal values, their transposes, and vectors of any orientation."""
        if key < 0:
            return -1
        if key not in self._groups:
            value = self.array(key)
            forms = sorted({value.tobytes(), value.T.tobytes()}) if value.ndim == 2 else [value.tobytes()]
            self._groups[key] = self._known.setdefault((value.size, forms[0]), len(self._known))
        return self._groups[key]

    @cached_property
    def made(self) -> dict[int, list[int]]:
        """The positions of the events that result in a key."""
        found: dict[int, list[int]] = defaultdict(list)
        for at, event in enumerate(self.events):
            if event.result >= 0:
                found[event.result].append(at)
        return found

    @cached_property
    def whole(self) -> list[tuple[int, tuple[int, ...]]]:
        """The positions of the events that whole numbers are part of, with their keys."""
        kinds = [value.dtype.kind in "iu" for value in self.recording.values]
        each = (
            (at, tuple(k for k in (*e.operands, e.result) if k >= 0 and kinds[k])) for at, e in enumerate(self.events)
        )
        return [(at, keys) for at, keys in each if keys]

    @cached_property
    def _made_as(self) -> dict[tuple[int, int], list[int]]:
        """The positions of the events that result in a key and an object."""
        found: dict[tuple[int, int], list[int]] = defaultdict(list)
        for at, event in enumerate(self.events):
            if event.result >= 0 and event.identity >= 0:
                found[event.result, event.identity].append(at)
        return found

    @cached_property
    def makers(self) -> list[tuple[int | None, ...]]:
        """For each event, the positions of those that last made its operands, and its own result before it.

        A whole number that stands in the expression itself was made by none, whatever else is equal to it.
        """
        made: dict[int, int] = {}
        made_as: dict[tuple[int, int], int] = {}
        found = []
        for at, (_, _, operands, result, identity, held_by) in enumerate(self.events):
            held = (*zip(operands, held_by, strict=False), (result, identity))
            last = [made_as.get(value, made.get(value[0])) for value in held]
            found.append(
                (*(None if self._stands_in(at, k) else m for k, m in zip(operands, last[:-1], strict=False)), last[-1])
            )
            if result >= 0:
                made[result] = at
                if identity >= 0:
                    made_as[result, identity] = at
        return found

    def _stands_in(self, at: int, key: int) -> bool:
        """Return whether an operand is a single whole number that is written in its expression."""
        whole = key >= 0 and not self.shape(key) and self.recording.values[key].dtype.kind == "i"
        return whole and float(self.array(key)) in literals(self.node(at).text)

    @cached_property
    def numbers(self) -> dict[int, float]:
        """Every single number by its key; of a complex one the real part."""
        values = enumerate(self.recording.values)
        return {key: float(value.real.reshape(())) for key, value in values if value.size == 1}

    @cached_property
    def used(self) -> dict[int, list[int]]:
        """The positions of the events that have a key among their operands."""
        found: dict[int, list[int]] = defaultdict(list)
        for at, event in enumerate(self.events):
            for key in dict.fromkeys(event.operands):
                if key >= 0:
                    found[key].append(at)
        return found

    @cached_property
    def products(self) -> list[Product]:
        """Every product of two arrays, of which at least one is a matrix or both are vectors."""
        return list(self._products())

    @cached_property
    def product_places(self) -> frozenset[int]:
        """The positions of the products."""
        return frozenset(p.at for p in self.products)

    @cached_property
    def rounds(self) -> bool:
        """Whether anything was rounded."""
        return any(n.kind == "call" and n.what.rpartition(".")[2] in ROUNDING for n in self.nodes)

    def _products(self) -> Iterator[Product]:
        for at, event in enumerate(self.events):
            if event.result < 0 or not self._multiplies(at):
                continue
            arrays = [k for k in event.operands if k >= 0 and self.shape(k) and len(self.shape(k)) <= 2]
            if len(arrays) == 2:
                yield Product(at, arrays[0], arrays[1], event.result)

    def _multiplies(self, at: int) -> bool:
        """Return whether an event is a product of matrices; ``*`` is one for np.matrix."""
        node, event = self.node(at), self.events[at]
        if node.kind == "call":
            return node.what.rpartition(".")[2] in PRODUCTS
        if node.kind != "binary" or node.what not in ("@", "*"):
            return False
        return node.what == "@" or self._is_matrix_product(event)

    def _is_matrix_product(self, event: Event) -> bool:
        """Return whether ``a * b`` multiplied matrices: its shape tells, unless it could be either."""
        if len(event.operands) != 2 or min(*event.operands, event.result) < 0:
            return False
        left, right = (self.shape(k) for k in event.operands)
        if len(left) != 2 or len(right) != 2 or left[1] != right[0]:
            return False
        if self.shape(event.result) != (left[0], right[1]):
            return False
        try:
            by_entry = self.array(event.operands[0]) * self.array(event.operands[1])
        except ValueError:
            return True
        return by_entry.shape != self.shape(event.result) or not np.array_equal(by_entry, self.array(event.result))

    @cached_property
    def sums(self) -> list[Sum]:
        """Every addition and subtraction of two recorded numbers."""
        found = []
        for at, event in enumerate(self.events):
            sign = self._sign(at)
            if sign and event.result >= 0 and len(event.operands) == 2 and min(event.operands) >= 0:
                found.append(Sum(at, *event.operands, event.result, sign))
        return found

    def _sign(self, at: int) -> int:
        node = self.node(at)
        if node.kind == "binary" and node.what in ("+", "-"):
            return 1 if node.what == "+" else -1
        if node.kind == "augment" and node.what.endswith((" +=", " -=")):
            return 1 if node.what.endswith("+=") else -1
        last = node.what.rpartition(".")[2] if node.kind == "call" else ""
        return {"add": 1, "subtract": -1}.get(last, 0)

    def first_made(self, key: int, before: int) -> int | None:
        """Return the position of the first event that results in a key, None where there is none before that."""
        found = self.made.get(key, [])
        return found[0] if found and found[0] < before else None

    def was_there(self, key: int, before: int) -> bool:
        """Return whether a value, or else what it is the transpose of, was made before a position."""
        return any(self.first_made(k, before) is not None for k in (key, self.turned(key)))

    def turned(self, key: int) -> int:
        """Return the value that another was first made of by transposing it, itself where it was made otherwise."""
        first = next(iter(self.made.get(key, ())), None)
        if first is None or self.node(first).what.rpartition(".")[2] not in TRANSPOSING:
            return key
        return next((k for k in self.events[first].operands if k >= 0 and self.group(k) == self.group(key)), key)

    def last_made(self, key: int, held: int, before: int) -> int | None:
        """Return the last event before a position that resulted in a value: in that very object, where it is known."""
        if key < 0:
            return None
        same = _last(self._made_as.get((key, held), []), before) if held >= 0 else None
        return _last(self.made.get(key, []), before) if same is None else same

    def bound(self, name: str, before: int) -> int | None:
        """Return the key of the value that a name was last given before a position, None where it was given none."""
        return next((self.events[at].result for at in reversed(self._bound.get(name, [])) if at < before), None)

    def adapted(self, key: int, before: int) -> int | None:
        """Return where an adapter named a value before a position, None where it did not: its first such event."""
        named = (at for name, places in self._bound.items() if name.startswith("adapter_") for at in places)
        return next((at for at in sorted(named) if at < before and self.events[at].result == key), None)

    @cached_property
    def _bound(self) -> dict[str, list[int]]:
        """The positions at which each name received a value."""
        found: dict[str, list[int]] = defaultdict(list)
        for at in range(len(self.events)):
            if self.node(at).kind == "bind":
                found[self.node(at).what].append(at)
        return found

    def name_of(self, key: int) -> str:
        """Return the first name that a value was given, "" where it has none."""
        binds = (self.node(at) for at in self.made.get(key, []))
        return next((node.what for node in binds if node.kind in ("bind", "store")), "")


def _last(places: list[int], before: int) -> int | None:
    i = bisect_left(places, before) - 1
    return places[i] if i >= 0 else None


def upstream(tape: Tape, end: int, beside: bool = True) -> set[int]:
    """Return the positions of every event that a value was computed from, its own included.

    Arguments:
        tape: the run.
        end: the position of the event that made the value.
        beside: whether what was gathered beside the numbers of a step counts too, though none may be made of it.
    """
    return _reached([end], _sources(tape, beside))


@found_once
def _sources(tape: Tape, beside: bool) -> Sources:
    """Return what each event was made of: its operands, and what a call's function returned."""

    def before(at: int) -> tuple[int, ...]:
        returned = handed_on(tape, at)
        return (*operands_made(tape, at, beside), *(() if returned is None else (returned,)))

    return Sources(before)


def unsigned(tape: Tape, key: int) -> int:
    """Return the value whose sign was turned, itself where none was: what the output meets in -Y / a is Y."""
    places = tape.made.get(key, [])
    node = tape.node(places[0]) if places else None
    if node is None or (node.kind, node.what) != ("unary", "-"):
        return key
    turned = tape.events[places[0]].operands[0]
    return key if turned < 0 else turned


def operands_made(tape: Tape, at: int, beside: bool = True) -> list[int]:
    """Return the positions of the events that made an event's operands, without those gathered beside its numbers.

    Of the one that a graph is gone back from there are none: no entry of the loss enters it.
    """
    event, node = tape.events[at], tape.node(at)
    if node.kind == "call" and node.what.rpartition(".")[2] == ONES and not tape.shape(event.result):
        return []
    numbers = -1 if beside or node.what != GATHERED_STEP else tape.array(event.result).size
    return [made for made in tape.makers[at][:numbers] if made is not None]


def handed_on(tape: Tape, at: int) -> int | None:
    """Return the position of the event whose result an event only hands on: what a call's function returned."""
    event = tape.events[at]
    before = tape.makers[at][-1]
    if before is None or tape.events[before].identity != event.identity:
        return None
    return before if event.identity >= 0 or tape.node(before).kind == "return" else None


def ancestors(tape: Tape, ends: Iterable[int]) -> set[int]:
    """Return the positions of every event that some values are made of, without what a call that hands one on got."""
    return _reached(ends, _own_sources(tape))


@found_once
def _own_sources(tape: Tape) -> Sources:
    """Return what each event was made of: what a call's function returned, without what the call was given."""

    def before(at: int) -> tuple[int, ...]:
        returned = handed_on(tape, at)
        return tuple(operands_made(tape, at)) if returned is None else (returned,)

    return Sources(before)


def _reached(ends: Iterable[int], sources: Sources) -> set[int]:
    """Return the positions that are reached from some by going back, these included."""
    seen: set[int] = set()
    waiting = list(ends)
    while waiting:
        at = waiting.pop()
        if at not in seen:
            seen.add(at)
            waiting += sources[at]
    return seen
