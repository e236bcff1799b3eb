"""The recording of a program of single numbers with the arrays that its numbers make up."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...reading.curves import CURVES, matching_curves
from ...reading.origins import Origin, data_origins, origins, origins_in_order
from ...reading.returned import NAMING
from ...reading.scalars import NOTHING, Number, Numbers
from ...runs.pieces import PIECES
from ...runs.recording import GATHERED, NOT_A_NUMBER, Event, Node, Place, Recording
from ...runs.tape import GATHERED_STEP, Tape
from ..unread import Unread
from .activated import Activated, candidates
from .cells import Cell, Cells
from .changed import Change
from .one_class import OneClass, one_class

STEPS = 3  # that are looked at
FEW = 12  # events that an update is made of
MOST_WINDOWS = 60  # expressions on the way back whose values are gathered for one layer


class Scatter(NamedTuple):
    """Where the numbers of a gathered array come from: (place, position inside what is made there) for each entry."""

    entries: tuple[Origin | None, ...]


class Gathered(NamedTuple):
    """A run told in arrays.

    Attributes:
        recording: with the arrays that its numbers make up.
        scatter: where to put other numbers in.
        output_node: the expression whose values are the outputs.
        curve: the name of the last activation.
        unread: the trained numbers that no neuron has.
        enough: how many events hold the steps that are needed.
    """

    recording: Recording
    scatter: dict[Place, Scatter]
    output_node: int
    curve: str = "linear"
    unread: tuple[Unread, ...] = ()
    enough: int = 0


def _without_numerals(node: Node) -> tuple[str, ...]:
    return node.kind, node.function, *(re.sub(r"\d+", "", text) for text in (node.what, node.text))


class Gathering:
    """Builds the gathered recording of one run."""

    def __init__(self, tape: Tape, steps: list[Cells]) -> None:
        self.tape, self.steps, self.cells, self.numbers = tape, steps, steps[0], Numbers(tape)
        self.nodes: list[Node] = list(tape.nodes)
        self.values: list[NDArray[Any]] = list(tape.recording.values)
        self.events: list[tuple[float, Event]] = [(float(at), e) for at, e in enumerate(tape.events)]
        self.scatter: dict[Place, Scatter] = {}
        self.outputs, self.output_keys, self.output_node = NOT_A_NUMBER, tuple[int, ...](), NOT_A_NUMBER
        self.output_at, self.curve = 0.0, "linear"
        self.inputs: list[tuple[Place, Sequence[Number], int]] = []
        self.targets: list[tuple[Place, Sequence[Number], int]] = []
        self.W_keys: list[int] = []
        self.b_keys: list[int] = []
        self.back: list[tuple[float, int]] = []
        self.following: list[int] = []

    def done(self) -> Gathered:
        """Return the recording."""
        for cells in self.steps:
            self._step(cells)
        self.events.sort(key=lambda pair: pair[0])
        told, first = self.tape.recording, self.steps[0]
        enough = STEPS * first.again
        events = tuple(event for at, event in self.events if at < enough)
        made = replace(told, nodes=tuple(self.nodes), events=events, values=tuple(self.values))
        return Gathered(made, self.scatter, self.output_node, self.curve, first.unread, enough)

    def _step(self, cells: Cells) -> None:
        """Enter one training step."""
        self.cells, self.W_keys, self.b_keys, self.inputs, self.targets = cells, [], [], [], []
        for layers in self.cells.passes:
            self._pass(layers)
        for data, alone in ((self.inputs, data_origins), (self.targets, origins)):
            entries = origins_in_order(self.numbers, [one[1:] for one in data], alone) if data else []
            for (place, *_), own in zip(data, entries, strict=True):
                self._scatter(place, own)
        self._updates()
        self._hide_single_updates()

    def _pass(self, layers: list[list[Cell]]) -> None:
        """Enter one forward pass and what its outputs are compared with."""
        for l, layer in enumerate(layers):
            self.following = [n.key for n in layers[l + 1][0].inputs] if l + 1 < len(layers) else []
            self._layer(l, layer)
        linear = self.output_keys == tuple(c.z.key for c in layers[-1])
        found = one_class(self.numbers, layers[-1], self.cells.again) if linear else None
        if found is None:
            self._compared(layers[-1])
        else:
            self._of_one_class(layers[-1], found)

    def _hide_single_updates(self) -> None:
        """Let an addition to one number be no update of its own: a bias of one unit would have two.

        Nor is what stands for the changes of a vector's entries: each is the weight of a neuron, or known as none.
        """
        single = {float(change.at) for change in (*self.cells.changes.values(), *self.cells.biases.values())}
        whole = {e.result for e in self.tape.events if self.tape.nodes[e.node].what == PIECES}
        for i, (at, event) in enumerate(self.events):
            if at in single or (self.nodes[event.node].kind == "augment" and whole & {*event.operands}):
                node = self.nodes[event.node]
                self.nodes.append(node._replace(kind="call", what="changed"))
                self.events[i] = at, event._replace(node=len(self.nodes) - 1)

    def _value(self, value: NDArray[Any]) -> int:
        self.values.append(np.asarray(value, np.float64))
        return len(self.values) - 1

    def _event(
        self, at: float, kind: str, what: str, line: int, operands: Sequence[int], value: NDArray[Any] | int
    ) -> tuple[Place, int]:
        """Enter an event of a node of its own; return its place and the key of its value."""
        self.nodes.append(Node(kind, what, line, what, ""))
        return self._again(at, len(self.nodes) - 1, 0, operands, value)

    def _again(
        self, at: float, node: int, occurrence: int, operands: Sequence[int], value: NDArray[Any] | int
    ) -> tuple[Place, int]:
        key = value if isinstance(value, int) else self._value(value)
        held = (NOT_A_NUMBER,) * len(operands)
        self.events.append((at, Event(node, occurrence, tuple(operands), key, NOT_A_NUMBER, held)))
        return (node, occurrence), key

    def _gather(self, at: float, name: str, numbers: Sequence[Number], shape: tuple[int, ...], before: int) -> int:
        """Gather numbers to an array that may be replaced; return its key."""
        keys = [n.key for n in numbers]
        value = self._numbers(keys).reshape(shape)
        place, key = self._event(at, "call", f"gathered {name}", 0, keys, value)
        self._scatter(place, origins(self.numbers, numbers, before))
        return key

    def _scatter(self, place: Place, entries: tuple[Origin | None, ...]) -> None:
        """Note where the numbers of a gathered array are put in, should all be known and be those of no other array."""
        taken = {entry for own, known in self.scatter.items() if own != place for entry in known.entries}
        if all(e is not None for e in entries) and taken.isdisjoint(entries):
            self.scatter[place] = Scatter(entries)

    def _numbers(self, keys: Sequence[int]) -> NDArray[np.float64]:
        return np.array([float(self.tape.array(k)) for k in keys])

    def _layer(self, l: int, layer: list[Cell]) -> None:
        """Enter the product of one layer."""
        first, last, line = layer[0].at, layer[-1].at, self.tape.node(layer[0].at).line
        if l == len(self.W_keys):
            self._parameters(l, layer)
        W, b = self.W_keys[l], self.b_keys[l]
        inputs = [n.key for n in layer[0].inputs]
        if l and tuple(inputs) == self.output_keys:
            a = self.outputs
        else:
            value = self._numbers(inputs)[None]
            place, a = self._event(first - 0.9, "call", f"gathered a{l}", 0, inputs, value)
            if l:
                self._scatter(place, origins(self.numbers, layer[0].inputs, first))
            else:
                self.inputs.append((place, layer[0].inputs, first))
        wide = self.values[a] @ self.values[W]
        _, z = self._event(last + 0.1, "binary", "@", line, (a, W), wide)
        if b >= 0:
            total = self._numbers([c.z.key for c in layer])[None]
            _, z = self._event(last + 0.2, "binary", "+", line, (z, b), total)
        self._activation(layer, z)

    def _parameters(self, l: int, layer: list[Cell]) -> None:
        """Gather the weights and biases of one layer."""
        first = layer[0].at
        weights = [cell.weights[i] for i in range(len(layer[0].weights)) for cell in layer]
        kept = not any(w in self.cells.changes for w in weights)  # they were there before the pass
        at = (self.cells.passes[0][0][0].at if kept else first) - 0.9
        self.W_keys.append(self._gather(at, f"W{l + 1}", weights, (len(layer[0].weights), len(layer)), first))
        biases = [cell.bias for cell in layer]
        has = all(b != NOTHING for b in biases)
        if len(set(biases)) == 1 and not any(c.weights in self.cells.biases for c in layer):
            biases = biases[:1]  # all neurons of the layer share it
        b = self._gather(at, f"b{l + 1}", biases, (len(biases),), first) if has else NOT_A_NUMBER
        self.b_keys.append(b)
        if has and len(biases) > 1 and len(set(biases)) == 1 and (own := self._written_for(layer)):
            self._scatter((self.events[-1][1].node, 0), own)

    def _written_for(self, layer: list[Cell]) -> tuple[Origin | None, ...]:
        """Return where the one number that all biases start as was evaluated for each unit, () where it cannot be told.

        ``Value(0.1)`` gives every unit the same object: its evaluations are counted off, unit by unit.
        """
        number = layer[0].bias
        units = [cell.at for one in self.cells.passes[0] for cell in one if cell.bias == number]
        evaluated: dict[int, list[Place]] = {}
        for at in self.tape.made.get(number.key, ()):
            if self.tape.node(at).kind == "literal" and at < units[0]:
                evaluated.setdefault(self.tape.events[at].node, []).append(self.tape.place(at))
        fitting = [places for places in evaluated.values() if len(places) == len(units)]
        if len(fitting) != 1:
            return ()
        place_of = dict(zip(units, fitting[0], strict=True))
        return tuple((place_of[cell.at], None) for cell in layer)

    def _activation(self, layer: list[Cell], z: int) -> None:
        """Find the activations of a layer's sums: numbers made by one expression after each of them."""
        value = self.values[z]
        self.outputs, self.output_keys = z, tuple(c.z.key for c in layer)
        self.output_node, self.output_at = self.tape.events[layer[-1].at].node, layer[-1].at + 0.2
        self.curve = "linear"
        for found in sorted(candidates(self.tape, layer), key=lambda one: (one.apart, not self._goes_on(one))):
            node, places, keys = found.node, found.places, found.keys
            a = self._numbers(keys)[None]
            if found.apart and not a.any() and found.keys != self.following:
                continue  # zeros that were never computed from the sums
            curve = next(matching_curves(value, a), None)
            if curve is not None and curve.name != "linear" and (curve.name in CURVES or self._goes_on(found)):
                self.output_at, self.curve = places[-1] + 0.3, curve.name
                _, self.outputs = self._again(self.output_at, node, GATHERED + places[-1], keys, a)
                self.output_keys, self.output_node = tuple(keys), node
                return

    def _goes_on(self, found: Activated) -> bool:
        """Return whether numbers are what the next layer takes, or what is compared: no step on the way to them."""
        layers = [layer for one in self.cells.passes for layer in one]
        taken = {n.key for layer in layers for n in layer[0].inputs} | self._differences.keys()
        return taken.issuperset(found.keys)

    def _compared(self, last: list[Cell]) -> None:
        """Enter the difference of outputs and targets, before the next pass: all of them may be compared at the end."""
        start = last[-1].at
        places: list[int] = []
        for key in self.output_keys:
            at = next((i for i in self._differences.get(key, ()) if i >= start and self._compares(i, key)), None)
            if at is None:
                return
            places.append(at)
        pairs = [pair for at in places if (pair := self.numbers.difference(at)) is not None]
        left = pairs[0][0].key == self.output_keys[0]
        others = [pair[1 if left else 0] for pair in pairs]
        keys = [n.key for n in others]
        place, Y = self._event(start - 0.5, "call", "gathered Y", 0, keys, self._numbers(keys)[None])
        self.targets.append((place, others, places[0]))
        operands = (self.outputs, Y) if left else (Y, self.outputs)
        off = self.values[operands[0]] - self.values[operands[1]]
        self._again(self.output_at + 0.05, self._subtraction(places[0]), 2 * GATHERED + places[0], operands, off)

    def _of_one_class(self, last: list[Cell], found: OneClass) -> None:
        """Enter the probabilities of all classes and their difference from 1 for the class of the sample."""
        self.output_at, self.curve, line = last[-1].at + 0.3, "softmax", self.tape.node(found.at).line
        self.output_node = self.tape.events[found.at].node
        _, self.outputs = self._event(self.output_at, "call", "gathered softmax", line, [self.outputs], found.p)
        hot = np.eye(found.p.size)[[found.label]]
        _, Y = self._event(last[-1].at - 0.5, "call", "gathered Y", 0, [], hot)
        self._event(self.output_at + 0.05, "binary", "-", line, [self.outputs, Y], found.p - hot)

    @cached_property
    def _differences(self) -> dict[int, list[int]]:
        """Where each value is one side of a difference."""
        found: dict[int, list[int]] = {}
        for at in range(len(self.tape.events)):
            for key in {n.key for n in self.numbers.difference(at) or ()}:
                found.setdefault(key, []).append(at)
        return found

    def _subtraction(self, at: int) -> int:
        """Return the node of a difference, which may be written as the sum with a negative number."""
        node = self.tape.node(at)
        if node.what == "-":
            return self.tape.events[at].node
        self.nodes.append(node._replace(what="-"))
        return len(self.nodes) - 1

    def _compares(self, at: int, key: int) -> bool:
        pair, text = self.numbers.difference(at), self.tape.node(at).text
        if pair is None or key not in (pair[0].key, pair[1].key):
            return False
        other = pair[1] if pair[0].key == key else pair[0]
        return other.key >= 0 and not (text.startswith("1") or "(1" in text[:2])

    def _updates(self) -> None:
        """Enter the update of every layer's weights and biases, with what was computed on the way back."""
        self.back = self._windows()
        for layer, W, b in zip(self.cells.passes[0], self.W_keys, self.b_keys, strict=True):
            numbers = [cell.weights[i] for i in range(len(layer[0].weights)) for cell in layer]
            self._update(numbers, [self.cells.changes.get(n) for n in numbers], W)
            if b >= 0:
                changes = [self.cells.biases.get(c.weights) or self.cells.changes.get(c.bias) for c in layer]
                count = self.values[b].size
                self._update([cell.bias for cell in layer][:count], changes[:count], b)

    def _update(self, numbers: list[Number], changed: list[Change | None], array: int) -> None:
        ats = [c.at for c in changed if c is not None]
        if not ats:
            return
        new = [n.key if c is None else c.new.key for n, c in zip(numbers, changed, strict=True)]
        value = self._numbers(new).reshape(self.values[array].shape)
        node, back = self.tape.node(ats[0]), self._backward(max(ats))
        sign = "+" if node.what.endswith("+=") or node.what == "+" else "-"
        step = self._value(value - self.values[array] if sign == "+" else self.values[array] - value)
        back += self._stored([c for c in changed if c is not None])
        self._event(max(ats) + 0.5, "call", GATHERED_STEP, node.line, [*new, *back], step)
        name = f"{node.what.partition(' ')[0]} {sign}="
        self._event(max(ats) + 0.6, "augment", name, node.line, (array, step), value)

    def _stored(self, changed: list[Change]) -> list[int]:
        """Enter what was last kept of the numbers that changes take: the gradients, where one line keeps them."""
        kept = [at for c in changed if (at := self._kept(c)) is not None]
        if len(kept) < len(changed) or len({self.tape.events[at].node for at in kept}) > 1:
            return []
        return [self._window(self.tape.events[kept[0]].node, kept)[1]]

    def _kept(self, change: Change) -> int | None:
        """Return where the number that a change takes was last kept in a place of its own, since the step began."""
        start = self.cells.passes[0][0][0].at
        for n in self._factors(change):
            places = [at for at in self.tape.made.get(n.key, ()) if start < at < change.at and self._keeps(at)]
            if places:
                return places[-1]
        return None

    def _factors(self, change: Change) -> Iterator[Number]:
        """Yield the numbers that the step of a change is a product of, or the step itself."""
        waiting = [n for n in self.numbers.operands(change.at) if n != change.old]
        seen = set[Number]()
        while waiting:
            number = waiting.pop()
            if number in seen:
                continue
            seen.add(number)
            made = self.numbers.maker(number, change.at)
            yield number
            if made is not None and self.tape.node(made).what == "*" and change.at - made < FEW:
                waiting += self.numbers.operands(made)

    def _keeps(self, at: int) -> bool:
        node = self.tape.node(at)
        return node.kind in NAMING and ("." in node.what or "[" in node.what)

    def _backward(self, until: int) -> list[int]:
        """Return the keys of what expressions on the way back computed for a layer's units one after another."""
        return [key for at, key in self.back if at < until]

    def _windows(self) -> list[tuple[float, int]]:
        """Enter, for each expression on the way back, its values for the units of each layer."""
        layers = self.cells.passes[-1]
        start = self.cells.passes[0][0][0].at + 1
        places: dict[int, list[int]] = {}
        until = max((c.at for c in self.cells.changes.values()), default=start)
        for at in range(start, min(until + 1, len(self.tape.events))):
            event = self.tape.events[at]
            computed = event.result >= 0 and self.tape.node(at).kind != "literal"
            if computed and not self.tape.shape(event.result):
                places.setdefault(self._alike[event.node], []).append(at)
        found = []
        sizes = {len(layer) for layer in layers}
        for ats in places.values():
            for size in sizes - {1}:
                runs = [ats[i : i + size] for i in range(min(len(ats) - size, MOST_WINDOWS) + 1)]
                every = [ats[stride - 1 :: stride][:size] for stride in sizes - {1}]
                windows = (window for window in (*every, *runs) if len(window) == size)
                found += [self._window(self.tape.events[window[-1]].node, window) for window in windows]
        return found

    @cached_property
    def _alike(self) -> list[int]:
        """For each expression the first that differs in numerals alone, as those of neurons that are written out do."""
        first: dict[tuple[str, ...], int] = {}
        return [first.setdefault(_without_numerals(node), i) for i, node in enumerate(self.tape.nodes)]

    def _window(self, node: int, places: list[int]) -> tuple[float, int]:
        """Enter the values that one expression had for the units of a layer; return the position and the key."""
        keys = [self.tape.events[at].result for at in places]
        at = places[-1] + 0.3
        return at, self._again(
            at, node, 3 * GATHERED + 100 * places[-1] + len(places), keys, self._numbers(keys)[None]
        )[1]
