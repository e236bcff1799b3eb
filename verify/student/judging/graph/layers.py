"""The layers in a graph of single numbers: how many weights each number has come through, and what each object is."""

from collections import Counter, defaultdict
from functools import cached_property

from reference.network import ACTIVATIONS

from ...runs.recording import NOT_A_NUMBER
from .steps import GraphStep


class GraphLayers:
    """The layers of one step.

    Arguments:
        step: the step.

    Attributes:
        level: of each number how many trained weights are multiplied one after another on the way to it.
        depth: of the network.
    """

    def __init__(self, step: GraphStep) -> None:
        self.step, self.graph = step, step.graph
        self.leaves = {step.numbers[row] for row in step.trained} - {NOT_A_NUMBER}
        self.level: dict[int, int] = defaultdict(int)
        self.inside = step.inside
        self.trained = set(self.leaves)
        for number, made in self.graph.made.items():
            highest = max((self.level[one] for one in made.of if one >= 0), default=0)
            self.level[number] = highest + self.is_weighing(number)
            if not self.trained.isdisjoint(made.of):
                self.trained.add(number)
        self.depth = max((self.level[one] for one in self.inside), default=0)

    def depends(self, number: int) -> bool:
        """Return whether a number is made of trained ones."""
        return number in self.trained and number not in self.leaves

    def is_weighing(self, number: int) -> bool:
        """Return whether a number is a trained one times another that is not."""
        made = self.graph.made.get(number)
        if made is None or self.step.tape.node(made.at).what != "*" or len(made.of) != 2:
            return False
        return sum(one in self.leaves for one in made.of) == 1

    def layer_of(self, row: int) -> int:
        """Return the layer of an object, counted from 1; for a weight or a bias that which it is part of."""
        number = self.step.numbers[row]
        if number in self.graph.made:
            above = self.quantity_of(row) == "dX"
            return min(max(1, self.level[number] + above), self.depth)
        uses = [use for use in self.graph.uses.get(number, ()) if use in self.inside] if number >= 0 else []
        own = [use for use in uses if self.is_weighing(use)] or uses or self._next(row)
        return max((self.level[use] for use in own), default=0) or self.depth

    def _next(self, row: int) -> list[int]:
        """Return the numbers of the objects whose derivatives came to one."""
        parts = self.step.contributions[row] or []
        return [self.step.numbers[part.of] for part in parts if part.of is not None]

    def quantity_of(self, row: int) -> str:
        """Return what an object's derivative is: "dW" of a weight, "db" of a bias, "dX" of a layer's input, "delta"."""
        number = self.step.numbers[row]
        if number >= 0 and number in self._next(row):
            return "delta"  # an activation only hands it on
        uses = [use for use in self.graph.uses.get(number, ()) if use in self.inside]
        if number in self.leaves:
            return "dW" if any(map(self.is_weighing, uses)) else "db"
        return "dX" if uses and all(map(self.is_weighing, uses)) else "delta"

    @cached_property
    def units(self) -> dict[int, Counter[int]]:
        """For each layer, how many weights go into each of its sums, for one sample."""
        sums: dict[int, int] = {}
        for number in sorted(self.leaves):
            uses = [use for use in self.graph.uses.get(number, ()) if self.is_weighing(use) and use in self.inside]
            if uses:
                sums[number] = self.sum_of(min(uses, key=lambda use: self.graph.made[use].at))
        found: dict[int, Counter[int]] = defaultdict(Counter)
        for total in sums.values():
            found[self.level[total]][total] += 1
        return found

    def sum_of(self, number: int) -> int:
        """Return the whole sum that a number is a term of."""
        while True:
            uses = self.graph.uses.get(number, [])
            made = self.graph.made[uses[0]] if len(uses) == 1 else None
            term = made is not None and self.step.tape.node(made.at).what.rpartition(" ")[2] in ("+", "+=", "sum")
            if not term:
                return number
            number = uses[0]

    def network(self) -> tuple[list[int], list[str]]:
        """Return the sizes of the layers and the names of their activations, both empty where they do not fit."""
        sizes: list[int] = []
        for layer in range(1, self.depth + 1):
            widths = {*self.units[layer].values()}
            if len(widths) != 1 or (sizes and sizes[-1] not in widths):
                return [], []
            sizes += [*([] if sizes else widths), len(self.units[layer])]
        return sizes, [self._activation(layer) for layer in range(1, self.depth + 1)] if sizes else []

    def _activation(self, layer: int) -> str:
        """Return the activation of a layer, by the function of the file that its sums are given to."""
        sums, tape = self.units[layer], self.step.tape
        rows = (row for row, number in enumerate(self.step.numbers) if number in sums)
        back = (part for row in rows for part in self.step.contributions[row] or ())
        for part in back:
            names = tape.node(part.at).function.lower().split(".")
            if name := next((name for name in names if name in ACTIVATIONS), ""):
                return name
        for event in tape.events[: self.step.end]:
            if any(one in sums for one in event.held_by):
                name = tape.nodes[event.node].function.rpartition(".")[2].strip("_").lower()
                if name in ACTIVATIONS:
                    return name
        if layer < self.depth:
            return ""
        return "softmax" if len(sums) > 1 and all(map(self._is_exponent, sums)) else "linear"

    def _is_exponent(self, number: int) -> bool:
        """Return whether e is taken to the power of a number."""
        nodes = (self.step.tape.node(self.graph.made[use].at) for use in self.graph.uses.get(number, ()))
        return any(node.what.rpartition(".")[2] == "exp" for node in nodes)
