"""Neurons written out number by number: sums of weights times inputs, found among the scalars of a run."""

from collections.abc import Iterator
from typing import NamedTuple
from weakref import WeakKeyDictionary

from .recording import NOT_A_NUMBER
from .tape import Sum, Tape

DEEPEST = 400  # terms of one sum
NEAR = 60  # events between two additions of one sum
PASSED = ("bind", "name", "argument", "return", "store")


_KNOWN: WeakKeyDictionary[Tape, dict[int, list[int]]] = WeakKeyDictionary()


class Cell(NamedTuple):
    """One neuron's sum: where it was complete, the keys of its weights, its inputs, its bias and its value."""

    at: int
    weights: tuple[int, ...]
    inputs: tuple[int, ...]
    bias: int
    z: int


class Change(NamedTuple):
    """One number changed by an addition: where, and the keys before and after."""

    at: int
    old: int
    new: int


def layers_of_cells(tape: Tape) -> tuple[list[list[Cell]], dict[int, Change]]:
    """Return the neurons of the last forward pass before the first update, layer by layer, and every first update."""
    sums = {s.at: s for s in tape.sums if not tape.shape(s.result)}
    factors = {k for at in range(len(tape.events)) if _is_product(tape, at) for k in tape.events[at].operands}
    changes = _changes(tape, sums, factors)
    cells = _cells(tape, sums, {c.old for c in changes})
    if not cells:
        return [], {}
    inner = {at for cell in cells for at in _inside(tape, sums, cell.at)}
    outside = [c for c in changes if c.at not in inner]
    trained = {k for cell in cells for k in (*cell.weights, cell.bias)}
    until = min((c.at for c in outside if c.old in trained and c.at > cells[0].at), default=len(tape.events))
    chosen = {frozenset(cell.weights): cell for cell in cells if cell.at < until}
    layers: dict[tuple[int, ...], list[Cell]] = {}
    for cell in sorted(chosen.values()):
        layers.setdefault(cell.inputs, []).append(cell)
    forward = {tape.events[cell.at].node for cell in chosen.values()}
    again = next((at for at in range(until + 1, len(tape.events)) if tape.events[at].node in forward), len(tape.events))
    first: dict[int, Change] = {}
    for change in outside:
        if until <= change.at < again:
            first.setdefault(change.old, change)
    return list(layers.values()), first


def _is_product(tape: Tape, at: int) -> bool:
    node, event = tape.node(at), tape.events[at]
    return node.kind == "binary" and node.what == "*" and event.result >= 0 and not tape.shape(event.result)


def _changes(tape: Tape, sums: dict[int, Sum], factors: set[int]) -> list[Change]:
    """Return the additions to a number that was a factor, or to any in place, with what became of it."""
    found = []
    for at, s in sums.items():
        kept = tape.node(at).kind == "augment" or any(
            tape.node(i).kind in ("bind", "store") and s.result in (tape.events[i].result, *tape.events[i].operands)
            for i in range(at + 1, min(at + 3, len(tape.events)))
        )
        in_place = tape.node(at).kind == "augment"
        olds = (s.left, s.right) if s.sign > 0 and not in_place else (s.left,)
        found += [Change(at, old, s.result) for old in olds if kept and (old in factors or in_place)]
    return found


def _cells(tape: Tape, sums: dict[int, Sum], changed: set[int]) -> list[Cell]:
    """Return every complete sum of products, each with one factor that is changed elsewhere, in order."""
    makers = ((at, _maker(tape, key, at)) for at in sums for key in tape.events[at].operands)
    parts = {made for at, made in makers if made is not None and _continues(tape, sums, made, at)}
    claimed: set[int] = set()
    known: set[frozenset[int]] = set()
    found = []
    for at in sorted({*sums, *_totals(tape)} - {p for p in parts if p in sums}):
        cell = None if at in sums and sums[at].sign < 0 else _cell(tape, sums, at, changed)
        if cell is None:
            continue
        group = frozenset(cell.weights)
        if group not in known and group & claimed:
            continue  # the way back multiplies the same weights in other sums
        known.add(group)
        claimed |= group
        found.append(cell)
    return found


def _cell(tape: Tape, sums: dict[int, Sum], at: int, changed: set[int]) -> Cell | None:
    products, others = _terms(tape, sums, at)
    pairs = []
    for left, right in products:
        if (left in changed) == (right in changed):
            return None
        pairs.append((left, right) if left in changed else (right, left))
    if not pairs or len(others) > 1 or len({w for w, _ in pairs}) < len(pairs):
        return None
    weights, inputs = zip(*pairs, strict=True)
    return Cell(at, weights, inputs, others[0] if others else NOT_A_NUMBER, tape.events[at].result)


def _inside(tape: Tape, sums: dict[int, Sum], at: int) -> Iterator[int]:
    """Yield the positions of the additions that make up a sum."""
    if at in sums:
        yield at
        for key in tape.events[at].operands:
            made = _maker(tape, key, at)
            if made is not None and _continues(tape, sums, made, at):
                yield from _inside(tape, sums, made)


def _continues(tape: Tape, sums: dict[int, Sum], part: int, at: int) -> bool:
    """Return whether an addition is a part of a larger sum, and no update of what is added there."""
    if part not in sums or sums[part].sign < 0 or at - part > NEAR:
        return False
    one, other = tape.node(part), tape.node(at)
    if one.function != other.function:
        return False
    if one.kind == "augment":
        return one.what == other.what or (other.kind == "binary" and bool(one.function))
    return True


def _terms(tape: Tape, sums: dict[int, Sum], at: int) -> tuple[list[tuple[int, int]], list[int]]:
    """Return the factors of the products in a sum, in order, and the keys of its other terms that are not 0."""
    products = [_factors(tape, one) for one in _totals(tape).get(at, ())]
    others: list[int] = []
    waiting = list(tape.events[at].operands[::-1]) if at in sums else []
    places = dict.fromkeys(waiting, at)
    while waiting and len(products) < DEEPEST:
        key = waiting.pop()
        made = _maker(tape, key, places[key])
        if made is not None and _continues(tape, sums, made, places[key]):
            for k in tape.events[made].operands[::-1]:
                waiting.append(k)
                places[k] = made
        elif made is not None and made in _totals(tape):
            products += [_factors(tape, i) for i in _totals(tape)[made]]
        elif made is not None and _is_product(tape, made):
            products.append(_factors(tape, made))
        elif float(tape.array(key)) != 0:
            others.append(key)
    return products, others


def _factors(tape: Tape, at: int) -> tuple[int, int]:
    left, right = tape.events[at].operands
    return left, right


def _totals(tape: Tape) -> dict[int, list[int]]:
    """Return the positions of calls of ``sum`` over products, with those of the products."""
    if tape not in _KNOWN:
        calls = (at for at in range(len(tape.events)) if tape.node(at).what in ("sum", "math.fsum", "fsum"))
        _KNOWN[tape] = {at: terms for at in calls if (terms := _summed(tape, at))}
    return _KNOWN[tape]


def _summed(tape: Tape, at: int) -> list[int]:
    """Return the products just before a call that add up to its result."""
    if tape.events[at].result < 0 or tape.shape(tape.events[at].result):
        return []
    total = float(tape.array(tape.events[at].result))
    so_far, terms = 0.0, list[int]()
    for i in range(at - 1, max(at - 4 * DEEPEST, -1), -1):
        if _is_product(tape, i):
            terms.insert(0, i)
            so_far += float(tape.array(tape.events[i].result))
            if abs(so_far - total) <= 1e-12 * max(1.0, abs(total)):
                return terms
        elif tape.node(i).kind == "call":
            break
    return []


def _maker(tape: Tape, key: int, before: int) -> int | None:
    """Return the last event before a position that computed a number, through names and returns."""
    if key < 0:
        return None
    places = (at for at in reversed(tape.made.get(key, [])) if at < before)
    return next((at for at in places if tape.node(at).kind not in PASSED and not _calls(tape, at)), None)


def _calls(tape: Tape, at: int) -> bool:
    """Return whether an event is a call that hands on what a function of the file returned."""
    own = tape.node(at).what.rpartition(".")[2]
    return tape.node(at).kind == "call" and any(n.function.rpartition(".")[2] == own for n in tape.nodes)
