"""Neurons written out number by number: sums of weights times inputs, found among the scalars of a run."""

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from ...reading.scalars import NOTHING, Number, Numbers
from ...runs.tape import Tape, ancestors
from ..unread import Unread, written_name
from .changed import Change, ChangedNumbers
from .fixed import constant_sums, constant_zero

DEEPEST = 400  # terms of one sum
MOST_PASSES = 200
TOTALS = ("sum", "math.fsum", "fsum", "np.sum", "numpy.sum", "math.sumprod")


class Cell(NamedTuple):
    """One neuron's sum: where it was complete, its weights, its inputs, its bias and its value."""

    at: int
    weights: tuple[Number, ...]
    inputs: tuple[Number, ...]
    bias: Number
    z: Number


class Cells(NamedTuple):
    """The neurons of one step, and the first change of each number.

    Attributes:
        passes: each forward pass as layers of neurons; the same weights in all of them.
        changes: by the number before.
        biases: the changes of biases that start at 0, which many things do, or as others, by the neuron's weights.
        unread: the trained numbers that the outputs are computed from and that no neuron has.
        again: where the next step begins.
    """

    passes: list[list[list[Cell]]]
    changes: dict[Number, Change]
    biases: dict[tuple[Number, ...], Change]
    unread: tuple[Unread, ...] = ()
    again: int = 0


NONE = Cells([], {}, {})


def steps_of_cells(tape: Tape) -> Iterator[Cells]:
    """Yield, step by step, the neurons of the forward passes that the updates were computed from, layer by layer."""
    reader, start = _Reader(tape), 0
    while (cells := reader.read(start)).passes and cells.again > start:
        yield cells
        start = cells.again


class _Reader:
    """Reads the neurons of one run."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.numbers = Numbers(tape)
        self.found = ChangedNumbers(tape, self.numbers)
        self.sums, self.changes = self.found.sums, self.found.changes

    def read(self, start: int) -> Cells:
        """Return the neurons of the first step after a position."""
        cells = [cell for cell in self.cells if cell.at >= start]
        if not cells:
            return NONE
        inner = {at for cell in cells for at in self._inside(cell.at)}
        outside = [c for c in self.changes if c.at not in inner]
        used_at = {n: cell.at for cell in reversed(cells) for n in (*cell.weights, cell.bias) if n != NOTHING}
        changed_at = (c.at for c in outside if c.at > used_at.get(c.old, c.at))
        until = min(changed_at, default=len(self.tape.events))
        before = [cell for cell in cells if cell.at < until]
        trained = {n for cell in before for n in (*cell.weights, cell.bias)} - {NOTHING}
        forward = {self.tape.events[cell.at].node for cell in before}
        again = self._again(cells[0], until) or self._next(until, forward)
        step = [c for c in outside if until <= c.at < again]
        first: dict[Number, Change] = {}
        for change in step:
            first.setdefault(change.old, change)
        leading = ancestors(self.tape, [c.at for c in step if c.old in trained])
        whole = [one for one in _passes(before) if any(cell.at in leading for cell in one)]
        led = _with_siblings([cell for cell in before if cell.at in leading], before)
        passes = whole or _passes(led) or _passes(before)[-1:]
        often = Counter(c.old for c in step)
        alike = [cell for cell in (passes[0] if passes else ()) if cell.bias == NOTHING or often[cell.bias] > 1]
        biases = {cell.weights: made for cell in alike for made in self._late_bias(cell, again)}
        with_bias = [[_biased(cell, biases) for cell in one] for one in passes]
        taken = {n for one in with_bias for cell in one for n in (*cell.weights, cell.bias)} | {NOTHING}
        used = self._used([cell.at for one in passes for cell in one])
        late = {change.at for change in biases.values()}
        end = max((cell.at for one in passes for cell in one), default=until)
        after = {c.old: c for c in reversed(outside) if end < c.at < again}.values()
        left = [c for c in after if c.old in used - taken and c.at not in late and self.numbers.value(c.old)]
        unread = dict.fromkeys(Unread(written_name(self.tape, c.at), self.tape.node(c.at).line) for c in left)
        moved = {c.old for c in step if self.numbers.value(c.old) != self.numbers.value(c.new)}
        layers = [[self._beside(layer, moved) for layer in _layers(one)] for one in with_bias]
        fixed = self._fixed(layers[0][0]) if layers else ()
        unbiased = (cell for cell in (with_bias[0] if with_bias else ()) if cell.bias == NOTHING)
        zeros = {name for cell in unbiased if (name := constant_zero(self.tape, self.numbers, cell.at))}
        fixed += tuple(Unread(name, 0) for name in sorted(zeros))
        return Cells(layers, first, biases, (*unread, *fixed), again)

    def _fixed(self, layer: list[Cell]) -> tuple[Unread, ...]:
        """Return the weights below the first layer that changes, where the same expressions add up their products."""
        own = {at for cell in layer for at in self._inside(cell.at)}
        nodes = {self.tape.events[at].node for at in own}
        made = (self.numbers.maker(number, cell.at) for cell in layer for number in cell.inputs)
        below = ancestors(self.tape, [at for at in made if at is not None]) - own
        given = {number.key for cell in layer for number in cell.inputs}
        bent = (at for at in below if at in self.sums and self.tape.events[at].result not in given)
        fixed = {at for at in below if at in self.sums and self.tape.events[at].node in nodes}
        fixed |= {*constant_sums(self.tape, self.numbers, bent)}
        lines = {self.tape.node(at).line for at in fixed}
        return tuple(Unread(f"the weights of the layer below, in line {line}", 0) for line in sorted(lines))

    def _used(self, ends: list[int]) -> set[Number]:
        """Return the numbers that neurons are computed from."""
        return {n for at in ancestors(self.tape, ends) for n in self.numbers.operands(at)}

    def _again(self, first: Cell, until: int) -> int | None:
        """Return where a neuron's sum is next begun after a position, with its new weights or its old ones."""
        renewed = {c.old: c.new for c in self.changes}
        now = [{w, *_successors(w, renewed)} for w in first.weights]
        for cell in self.cells:
            same = len(cell.weights) == len(now) and all(w in own for w, own in zip(cell.weights, now, strict=True))
            if cell.at > until and same:
                return min(self._inside(cell.at), default=cell.at)
        return None

    def _next(self, until: int, nodes: set[int]) -> int:
        """Return where the forward pass is next seen after a position."""
        events = self.tape.events
        return next((at for at in range(until + 1, len(events)) if events[at].node in nodes), len(events))

    def _beside(self, layer: list[Cell], moved: set[Number]) -> list[Cell]:
        """Return a layer with the biases of 0 that nothing changes, where others of its biases are changed.

        Only of units whose weights move: where relu is 0, a bias of 0 changes by 0, and stands nowhere.
        """
        told = next((cell for cell in layer if cell.bias != NOTHING and cell.at in self.sums), None)
        if told is None or all(cell.bias != NOTHING for cell in layer):
            return layer
        sides = [i for i in (0, 1) if self.numbers.operand(told.at, i) == told.bias]
        nodes = {self.tape.events[told.at].node}
        still = [c for c in layer if c.bias == NOTHING and not moved.isdisjoint(c.weights)]
        idle = [c for c in still if self.tape.events[c.at].node in nodes]
        zero = {c.at: n for c in idle for i in sides if self.numbers.value(n := self.numbers.operand(c.at, i)) == 0}
        return [cell._replace(bias=zero.get(cell.at, cell.bias)) for cell in layer]

    # -- what is a neuron ------------------------------------------------------------------------------------

    @cached_property
    def cells(self) -> list[Cell]:
        """Every complete sum of products, each with one factor that is changed elsewhere, in order.

        Beside it stand the layers whose weights no step changes, where they are multiplied as others are.
        """
        changed = {c.old for c in self.changes}
        found = self._cells(changed)
        own = {w for cell in found for w in cell.weights}
        if not (still := self.found.unchanging(own)):
            return found
        steps = [c.at for c in self.changes if c.old in own]
        return _with_layers_between(self.numbers, steps, found, self._cells(changed | still))

    def _cells(self, weights: set[Number]) -> list[Cell]:
        """Return every complete sum of products, each with one factor that is a weight or comes of one, in order."""
        changed, renewed = set(weights), {c.old: c.new for c in self.changes}
        terms = [(at, i) for at in self.sums for i in (0, 1)]
        parts = {m for at, i in terms if (m := self._part(at, i)) is not None}
        makers = (self._maker_of_term(at, i) for at, i in terms if self.sums[at].sign > 0)
        parts |= {m for m in makers if m is not None and m in self._totals}
        claimed, known = set[Number](), set[frozenset[Number]]()
        found = []
        for at in sorted({*self.sums, *self._totals} - parts):
            cell = None if at in self.sums and self.sums[at].sign < 0 else self._cell(at, changed)
            if cell is None:
                continue
            group = frozenset(cell.weights)
            if group not in known and group & claimed:
                continue  # the way back multiplies the same weights in other sums
            if claimed and not any(map(self.numbers.value, group)):
                continue  # gradients that are still 0, which are changed too
            known.add(group)
            claimed |= group
            changed |= {new for w in group for new in _successors(w, renewed)}
            found.append(cell)
        return found

    def _cell(self, at: int, changed: set[Number]) -> Cell | None:
        products, others = self._terms(at)
        pairs = []
        for left, right in products:
            trained = [n for n in (left, right) if n in changed]
            if len(trained) > 1:
                trained = [n for n in trained if not self._is_start(n)]
            if not trained and (constant := self._beside_one(left, right)) is not None:
                others.append(constant)
                continue
            if len(trained) != 1:
                return None
            pairs.append((left, right) if trained == [left] else (right, left))
        if not pairs or len(others) > 1 or len({w for w, _ in pairs}) < len(pairs):
            return None
        weights, inputs = zip(*pairs, strict=True)
        return Cell(at, weights, inputs, others[0] if others else NOTHING, self.numbers.result(at))

    def _beside_one(self, left: Number, right: Number) -> Number | None:
        """Return the factor of 1 in a product: the weight of a constant input, which is never changed."""
        return next((a for a, b in ((left, right), (right, left)) if b.key >= 0 and self.numbers.value(b) == 1), None)

    def _is_start(self, number: Number) -> bool:
        """Return whether a number is an input that only seems changed: a whole one, or 0, as other sums start from."""
        whole = number.key >= 0 and self.tape.recording.values[number.key].dtype.kind == "i"
        return whole or self.numbers.value(number) == 0

    def _inside(self, at: int) -> Iterator[int]:
        """Yield the positions of the additions that make up a sum."""
        waiting = [at]
        while waiting:
            one = waiting.pop()
            if one in self.sums:
                yield one
                waiting += [m for i in (0, 1) if (m := self._part(one, i)) is not None]

    def _part(self, at: int, i: int) -> int | None:
        """Return the addition that made a term of a sum, None where the term was no part of that sum.

        A bias too is made by an addition, once it has been updated: what a term is made by when its expression is
        first evaluated, or that expression itself, is a part.
        """
        made = self._maker_of_term(at, i)
        if made is None or made not in self.sums or self.sums[made].sign < 0 or self.sums[at].sign < 0:
            return None
        node, maker = self.tape.events[at].node, self.tape.events[made].node
        return made if maker == node or self._first_makers.get((node, i)) == maker else None

    def _maker_of_term(self, at: int, i: int) -> int | None:
        return self.numbers.maker(self.numbers.operand(at, i), at)

    @cached_property
    def _first_makers(self) -> dict[tuple[int, int], int | None]:
        """The expression that made each term of each sum's expression when it was first evaluated."""
        found: dict[tuple[int, int], int | None] = {}
        for at in self.sums:
            for i in (0, 1):
                made = self._maker_of_term(at, i)
                found.setdefault((self.tape.events[at].node, i), None if made is None else self.tape.events[made].node)
        return found

    def _terms(self, at: int) -> tuple[list[tuple[Number, Number]], list[Number]]:
        """Return the factors of the products in a sum, in order, and its other terms that are not 0."""
        products = [self._pair(one) for one in self._totals.get(at, ())]
        others: list[Number] = []
        waiting = [(at, 1), (at, 0)] if at in self.sums else []
        while waiting and len(products) < DEEPEST:
            one, i = waiting.pop()
            part, made, term = self._part(one, i), self._maker_of_term(one, i), self.numbers.operand(one, i)
            if part is not None:
                waiting += [(part, 1), (part, 0)]
            elif made is not None and made in self._totals:
                products += [self._pair(k) for k in self._totals[made]]
            elif made is not None and self.found.is_product(made) and (term.held >= 0 or self.numbers.value(term)):
                products.append(self._pair(made))
            elif self.numbers.value(term) != 0:
                others.append(term)  # of zeros, any may have made the value
        return products, others

    def _pair(self, at: int) -> tuple[Number, Number]:
        return self.numbers.operand(at, 0), self.numbers.operand(at, 1)

    @cached_property
    def _totals(self) -> dict[int, list[int]]:
        """The positions of calls of ``sum`` over products, with those of the products."""
        events = range(len(self.tape.events))
        calls = (at for at in events if self.tape.node(at).what in TOTALS and self.tape.node(at).kind == "call")
        return {at: terms for at in calls if (terms := self._summed(at))}

    def _summed(self, at: int) -> list[int]:
        """Return the products just before a call that add up to its result, those of zeros before them too."""
        if self.tape.events[at].result < 0 or self.tape.shape(self.tape.events[at].result):
            return []
        total = float(self.tape.array(self.tape.events[at].result))
        so_far, terms, found = 0.0, list[int](), False
        for i in range(at - 1, max(at - 4 * DEEPEST, -1), -1):
            if self.found.is_product(i):
                value = float(self.tape.array(self.tape.events[i].result))
                if found and (value or self.tape.events[i].node != self.tape.events[terms[0]].node):
                    break
                terms.insert(0, i)
                so_far += value
                found = abs(so_far - total) <= 1e-12 * max(1.0, abs(total))
            elif self.tape.node(i).kind == "call":
                break
        return terms if found else []

    # -- biases that start at 0, or at another number that all have --------------------------------------------

    def _late_bias(self, cell: Cell, after: int) -> Iterator[Change]:
        """Yield the change of a bias that is not told from others: in a later pass it is what the change made."""
        made = {c.new: c for c in self.changes}
        for later in self.cells:
            if later.at < after or later.bias not in made:
                continue
            before = tuple(made[w].old if w in made else w for w in later.weights)
            change = made[later.bias]
            same = change.old == cell.bias or (cell.bias == NOTHING and self.numbers.value(change.old) == 0)
            if before == cell.weights and change.at < after and same:
                yield change
                return


def _successors(number: Number, renewed: dict[Number, Number]) -> Iterator[Number]:
    """Yield what a trained number becomes: the run may end before what it became last is changed again."""
    seen = {number}
    while (number := renewed.get(number, number)) not in seen:
        seen.add(number)
        yield number


def _with_siblings(led: list[Cell], cells: list[Cell]) -> list[Cell]:
    """Return neurons with those beside them that nothing was computed from: where relu is 0, a constant stands."""
    beside, places = {tuple(n.key for n in cell.inputs) for cell in led}, {cell.at for cell in led}
    return [c for c in cells if c.at in places or tuple(n.key for n in c.inputs) in beside]


def _with_layers_between(numbers: Numbers, steps: list[int], cells: list[Cell], more: list[Cell]) -> list[Cell]:
    """Return all neurons whose inputs are made of those known, or these of them: another network is no layer of this.

    Where some of those known are lost, the others are none.

    Arguments:
        numbers: of the run.
        steps: where the weights of the known neurons are changed.
        cells: the known neurons.
        more: neurons, of numbers too that are multiplied alike.
    """
    if not set(cells) <= set(more):
        return cells
    first: dict[frozenset[Number], Cell] = {}
    for cell in more:
        first.setdefault(frozenset(cell.weights), cell)
    starts = {cell.at for cell in cells if cell.at < min(steps)}  # what comes later is made of all that came before
    below, leading = ancestors(numbers.tape, starts), ancestors(numbers.tape, steps)

    def is_above(cell: Cell) -> bool:
        made = [numbers.maker(n, cell.at) for n in cell.inputs]
        told = cell.at in leading and len(made) > 1
        return told and not starts.isdisjoint(ancestors(numbers.tape, [at for at in made if at is not None]))

    linked = {w for w, cell in first.items() if cell.at in below or is_above(cell)}
    return _with_siblings([c for c in more if frozenset(c.weights) in linked], more)


def _biased(cell: Cell, biases: dict[tuple[Number, ...], Change]) -> Cell:
    change = biases.get(cell.weights)
    return cell if change is None else cell._replace(bias=change.old)


def _passes(cells: list[Cell]) -> list[list[Cell]]:
    """Return the forward passes: each has every set of weights once; what is computed again is left out."""
    groups = {frozenset(cell.weights) for cell in cells}
    found: list[dict[frozenset[Number], Cell]] = []
    for cell in sorted(cells):
        group, inputs = frozenset(cell.weights), [n.key for n in cell.inputs]
        current = found[-1] if found else {}
        if not found or (group in current and inputs != [n.key for n in current[group].inputs]):
            found.append(current := {})
        current.setdefault(group, cell)
    whole = [list(one.values()) for one in found if one.keys() == groups]
    return whole[-MOST_PASSES:]


def _layers(cells: list[Cell]) -> list[list[Cell]]:
    """Return the neurons of one pass by what goes into them."""
    layers: dict[tuple[int, ...], list[Cell]] = {}
    for cell in sorted(cells):
        layers.setdefault(tuple(n.key for n in cell.inputs), []).append(cell)
    return list(layers.values())


def number_updates(tape: Tape) -> list[int]:
    """Return the lines in which single numbers are changed by an addition."""
    return list(dict.fromkeys(tape.node(c.at).line for c in ChangedNumbers(tape, Numbers(tape)).changes))
