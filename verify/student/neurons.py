"""A run of numbers told as one of matrices: neurons written out one by one become layers, and are read as any other."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .blame import GATHERED_STEP
from .cells import Cell, Change, layers_of_cells
from .curves import matching_curves
from .own_loss import Runs
from .recording import NOT_A_NUMBER, Event, Injection, Node, Place, Recording
from .tape import Tape

MOST_WINDOWS = 60  # expressions on the way back whose values are gathered for one layer


class Scatter(NamedTuple):
    """Where the numbers of a gathered array come from: (place, position inside what is made there) for each entry."""

    entries: tuple[tuple[Place, int | None] | None, ...]


class Gathered(NamedTuple):
    """A recording with the arrays that its numbers make up, and where to put other numbers in."""

    recording: Recording
    scatter: dict[Place, Scatter]
    losses: tuple[str, ...] = ()


class Neurons:
    """Runs a program of single numbers and tells of matrices.

    Arguments:
        runs: runs the program.
        natural: its own run, gathered.
    """

    def __init__(self, runs: Runs, natural: Gathered) -> None:
        self._runs, self._natural = runs, natural

    def run(self, inject: Injection | None = None, updates: int = 3, events: int = 30_000) -> Recording:
        """Run with other values injected, those of arrays number by number."""
        recording = self._runs.run(self._scattered(inject or {}), updates=updates, events=events)
        found = gathered(recording)
        return recording if found is None else found.recording

    def _scattered(self, inject: Injection) -> Injection:
        single: dict[Place, NDArray[Any]] = {}
        for place, value in inject.items():
            scatter = self._natural.scatter.get(place)
            if scatter is None:
                single[place] = value
                continue
            for entry, number in zip(scatter.entries, np.ravel(value), strict=True):
                if entry is not None:
                    _put(single, entry, number, self._natural.recording)
        return single


def _put(single: dict[Place, NDArray[Any]], entry: tuple[Place, int | None], number: float, of: Recording) -> None:
    """Enter one number: by itself, or as a part of the display it stands in."""
    place, i = entry
    if i is None:
        single[place] = np.full((), number)
        return
    if place not in single:
        event = next(e for e in of.events if (e.node, e.occurrence) == place)
        single[place] = np.array(of.values[event.result], dtype=np.float64)
    single[place].flat[i] = number


def gathered(recording: Recording) -> Gathered | None:
    """Return the run with its numbers gathered to arrays, None where it has matrices or no neurons."""
    tape = Tape(recording)
    if tape.products:
        return None
    layers, changes = layers_of_cells(tape)
    if not layers or len({tuple(len(c.weights) for c in layer) for layer in layers}) < 1:
        return None
    if any(len({len(c.weights) for c in layer}) > 1 for layer in layers):
        return None
    return _Gathering(tape, layers, changes).done()


class _Gathering:
    """Builds the gathered recording of one run."""

    def __init__(self, tape: Tape, layers: list[list[Cell]], changes: dict[int, Change]) -> None:
        self.tape, self.layers, self.changes = tape, layers, changes
        self.nodes: list[Node] = list(tape.nodes)
        self.values: list[NDArray[Any]] = list(tape.recording.values)
        self.events: list[tuple[float, Event]] = [(float(at), e) for at, e in enumerate(tape.events)]
        self.scatter: dict[Place, Scatter] = {}

    def done(self) -> Gathered:
        """Return the recording."""
        for l, layer in enumerate(self.layers):
            self._layer(l, layer)
        self._output()
        self._updates()
        self._hide_single_updates()
        self.events.sort(key=lambda pair: pair[0])
        told = self.tape.recording
        events = tuple(event for _, event in self.events)
        made = Recording(
            tuple(self.nodes), events, tuple(self.values), told.ended, told.raised, told.notes, told.seen,
            told.seconds, told.printed,
        )  # fmt: skip
        return Gathered(made, self.scatter, self._losses())

    def _hide_single_updates(self) -> None:
        """Let an addition to one number be no update of its own: a bias of one unit would have two."""
        single = {float(change.at) for change in self.changes.values()}
        for i, (at, event) in enumerate(self.events):
            if at in single:
                node = self.nodes[event.node]
                self.nodes.append(node._replace(kind="call", what="changed"))
                self.events[i] = at, event._replace(node=len(self.nodes) - 1)

    def _losses(self) -> tuple[str, ...]:
        """Return the losses that are computed of the output anywhere: squares of differences, else logarithms."""
        made = {self.tape.events[at].result for at in range(len(self.tape.events)) if self._is_output(at)}
        differences = {
            e.result for at, e in enumerate(self.tape.events) if self.tape.node(at).what == "-" and made & {*e.operands}
        }
        for at, event in enumerate(self.tape.events):
            node = self.tape.node(at)
            if node.what in ("**", "pow", "math.pow") and event.operands[:1] and event.operands[0] in differences:
                return ("half_sse",)
            if node.kind == "call" and node.what.rpartition(".")[2] == "log" and made & {*event.operands}:
                return ("bce",)
        return ()

    def _is_output(self, at: int) -> bool:
        return self.tape.events[at].node == self.output_node and self.tape.events[at].result >= 0

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

    def _gather(self, at: float, name: str, keys: Sequence[int], shape: tuple[int, ...], before: int) -> int:
        """Gather numbers to an array that may be replaced; return its key."""
        value = self._numbers(keys).reshape(shape)
        place, key = self._event(at, "call", f"gathered {name}", 0, keys, value)
        entries = tuple(self._entry(k, before) for k in keys)
        if all(e is not None for e in entries):
            self.scatter[place] = Scatter(entries)
        return key

    def _numbers(self, keys: Sequence[int]) -> NDArray[np.float64]:
        return np.array([float(self.tape.array(k)) for k in keys])

    def _entry(self, key: int, before: int) -> tuple[Place, int | None] | None:
        """Return where a number comes from: the display it stands in, else the first expression that made it."""
        number = float(self.tape.array(key))
        for at in range(before):
            if self.tape.node(at).kind == "literal" and (made := self.tape.events[at].result) >= 0:
                found = np.flatnonzero(self.tape.recording.values[made].ravel() == number)
                if len(found) == 1 and self.tape.shape(made):
                    return self.tape.place(at), int(found[0])
        places = self.tape.made.get(key, [])
        return (self.tape.place(places[0]), None) if places and places[0] < before else None

    def _layer(self, l: int, layer: list[Cell]) -> None:
        """Enter the product of one layer."""
        first, last, line = layer[0].at, layer[-1].at, self.tape.node(layer[0].at).line
        keys = [cell.weights[i] for i in range(len(layer[0].weights)) for cell in layer]
        W = self._gather(first - 0.9, f"W{l + 1}", keys, (len(layer[0].weights), len(layer)), first)
        inputs = layer[0].inputs
        a = self.outputs if l and (inputs == self.output_keys) else self._gather(
            first - 0.9, f"a{l}", inputs, (1, len(inputs)), first
        )  # fmt: skip
        wide = self.values[a] @ self.values[W]
        _, z = self._event(last + 0.1, "binary", "@", line, (a, W), wide)
        self.bias_key = NOT_A_NUMBER
        biases = [cell.bias for cell in layer]
        self.W_keys = [*getattr(self, "W_keys", []), W]
        if min(biases) >= 0:
            b = self._gather(first - 0.9, f"b{l + 1}", biases, (len(layer),), first)
            _, z = self._event(last + 0.2, "binary", "+", line, (z, b), self._numbers([c.z for c in layer])[None])
            self.b_keys = [*getattr(self, "b_keys", []), b]
        else:
            self.b_keys = [*getattr(self, "b_keys", []), NOT_A_NUMBER]
        self._activation(layer, z)

    def _activation(self, layer: list[Cell], z: int) -> None:
        """Find the activations of a layer's sums: numbers made by one expression after each of them."""
        value = self.values[z]
        self.outputs, self.output_keys = z, tuple(c.z for c in layer)
        self.output_node = self.tape.events[layer[-1].at].node
        for node, places in self._after(layer):
            keys = [self.tape.events[at].result for at in places]
            a = self._numbers(keys)[None]
            curve = next(matching_curves(value, a), None)
            if curve is not None and curve.name != "linear":
                _, self.outputs = self._again(places[-1] + 0.3, node, 10_000 + places[-1], keys, a)
                self.output_keys, self.output_node = tuple(keys), node
                return

    def _after(self, layer: list[Cell]) -> list[tuple[int, list[int]]]:
        """Return, for each expression, its first evaluation after each of a layer's sums, where each has one."""
        found: dict[int, list[int]] = {}
        ends = [c.at for c in layer[1:]] + [layer[-1].at + 200]
        for j, (cell, end) in enumerate(zip(layer, ends, strict=True)):
            for at in range(cell.at + 1, min(end, len(self.tape.events))):
                event = self.tape.events[at]
                seen = found.setdefault(event.node, [])
                if event.result >= 0 and not self.tape.shape(event.result) and len(seen) == j:
                    seen.append(at)
        return [(node, places) for node, places in found.items() if len(places) == len(layer)]

    def _output(self) -> None:
        """Enter the difference of outputs and targets."""
        start = self.layers[-1][-1].at
        places: list[int] = []
        for key in self.output_keys:
            at = next((i for i in range(start, len(self.tape.events)) if self._compares(i, key)), None)
            if at is None:
                return
            places.append(at)
        node = self.tape.events[places[0]].node
        left = self.tape.events[places[0]].operands[0] == self.output_keys[0]
        others = [self.tape.events[at].operands[1 if left else 0] for at in places]
        Y = self._gather(start - 0.5, "Y", others, (1, len(others)), places[0])
        pair = (self.outputs, Y) if left else (Y, self.outputs)
        self._again(places[-1] + 0.4, node, 20_000, pair, self.values[pair[0]] - self.values[pair[1]])

    def _compares(self, at: int, key: int) -> bool:
        node, event = self.tape.node(at), self.tape.events[at]
        if node.kind != "binary" or node.what != "-" or key not in event.operands or len(event.operands) != 2:
            return False
        other = event.operands[1] if event.operands[0] == key else event.operands[0]
        return other >= 0 and not (node.text.startswith("1") or "(1" in node.text[:2])

    def _updates(self) -> None:
        """Enter the update of every layer's weights and biases, with what was computed on the way back."""
        for layer, W, b in zip(self.layers, self.W_keys, self.b_keys, strict=True):
            keys = [cell.weights[i] for i in range(len(layer[0].weights)) for cell in layer]
            self._update(keys, W)
            if b >= 0:
                self._update([cell.bias for cell in layer], b)

    def _update(self, keys: list[int], array: int) -> None:
        changed = [self.changes.get(k) for k in keys]
        ats = [c.at for c in changed if c is not None]
        if not ats:
            return
        new = [k if c is None else c.new for k, c in zip(keys, changed, strict=True)]
        value = self._numbers(new).reshape(self.values[array].shape)
        node, back = self.tape.node(ats[0]), self._backward(min(ats))
        sign = "+" if node.what.endswith("+=") or node.what == "+" else "-"
        step = self._value(value - self.values[array] if sign == "+" else self.values[array] - value)
        self._event(max(ats) + 0.5, "call", GATHERED_STEP, node.line, [*new, *back], step)
        name = f"{node.what.partition(' ')[0]} {sign}="
        self._event(max(ats) + 0.6, "augment", name, node.line, (array, step), value)

    def _backward(self, until: int) -> list[int]:
        """Return the keys of what expressions on the way back computed for a layer's units one after another."""
        if not hasattr(self, "back"):
            self.back = self._windows()
        return [key for at, key in self.back if at < until]

    def _windows(self) -> list[tuple[float, int]]:
        """Enter, for each expression on the way back, its values for the units of each layer."""
        start = self.layers[-1][-1].at + 1
        places: dict[int, list[int]] = {}
        until = max((c.at for c in self.changes.values()), default=start)
        for at in range(start, min(until + 1, len(self.tape.events))):
            event = self.tape.events[at]
            if event.result >= 0 and not self.tape.shape(event.result):
                places.setdefault(event.node, []).append(at)
        found = []
        sizes = {len(layer) for layer in self.layers}
        for node, ats in places.items():
            for size in sizes - {1}:
                runs = [ats[i : i + size] for i in range(min(len(ats) - size, MOST_WINDOWS) + 1)]
                every = [ats[stride - 1 :: stride][:size] for stride in sizes - {1}]
                found += [self._window(node, window) for window in (*every, *runs) if len(window) == size]
        return found

    def _window(self, node: int, places: list[int]) -> tuple[float, int]:
        """Enter the values that one expression had for the units of a layer; return the position and the key."""
        keys = [self.tape.events[at].result for at in places]
        at = places[-1] + 0.3
        return at, self._again(at, node, 30_000 + 100 * places[-1] + len(places), keys, self._numbers(keys)[None])[1]
