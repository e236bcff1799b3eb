"""A run of numbers told as one of matrices: neurons written out one by one become layers, and are read as any other."""

from collections.abc import Iterator
from itertools import islice, takewhile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...reading.origins import Origin
from ...runs.recording import Injection, Place, Recording
from ...runs.tape import Tape
from ..own_loss import Runs
from ..second_step import UPDATES
from .cells import Cell, Cells, steps_of_cells
from .gathering import Gathered, Gathering
from .losses import later_losses, losses_of_numbers
from .vectors import in_numbers


class Neurons:
    """Runs a program of single numbers and tells of matrices.

    Arguments:
        runs: runs the program.
        natural: its own run, gathered.
    """

    def __init__(self, runs: Runs, natural: Gathered) -> None:
        self._runs, self._natural = runs, natural

    def run(self, inject: Injection | None = None, updates: int = 3, events: int | None = None) -> Recording:
        """Run with other values injected, those of arrays number by number."""
        recording = self.raw(inject or {}, updates, events)
        found = gathered(recording, 2 if updates >= UPDATES else 1)
        return recording if found is None else found.recording

    def raw(self, inject: Injection, updates: int, events: int | None = None) -> Recording:
        """Run with other values injected, and tell of the numbers alone."""
        enough = self._natural.enough
        events = enough if events is None else min(events, enough)
        return self._runs.run(self._scattered(inject), updates=updates, events=events)

    def _scattered(self, inject: Injection) -> Injection:
        single: dict[Place, NDArray[Any]] = {}
        for place, value in inject.items():
            scatter = self._natural.scatter.get(place)
            if scatter is None:
                single[place] = value
                continue
            if np.size(value) != len(scatter.entries):
                continue  # what was found of other values is of another size: it belongs to other numbers
            for entry, number in zip(scatter.entries, np.ravel(value), strict=True):
                if entry is not None:
                    _put(single, entry, number, self._natural.recording)
        return {one: value for place, value in single.items() for one in _handed_in(place, self._natural.recording)}


def _handed_in(place: Place, of: Recording) -> Iterator[Place]:
    """Yield a place, and where else the same argument is handed in: to each object that is made with it."""
    yield place
    if of.nodes[place[0]].kind == "argument":
        same = [e for e in of.events if e.node == place[0]]
        given = next(e.result for e in same if e.occurrence == place[1])
        yield from ((e.node, e.occurrence) for e in same if e.result == given and e.occurrence != place[1])


def _put(single: dict[Place, NDArray[Any]], entry: Origin, number: float, of: Recording) -> None:
    """Enter one number: by itself, or as a part of the display it stands in."""
    place, i = entry
    if i is None:
        single[place] = np.full((), number)
        return
    if place not in single:
        event = next(e for e in of.events if (e.node, e.occurrence) == place)
        single[place] = np.array(of.values[event.result], dtype=np.float64)
    single[place].flat[i] = number


def own_losses(session: Runs, single: Gathered, natural: Recording) -> tuple[str, ...]:
    """Return the loss that a program of single numbers computes of its outputs, in its first steps or later."""
    found = losses_of_numbers(Tape(natural), single.output_node) or later_losses(session, single.output_node)
    return ("cross_entropy",) if found == ("bce",) and single.curve == "softmax" else found


def gathered(recording: Recording, steps: int = 1) -> Gathered | None:
    """Return the run with its numbers gathered to arrays, None where it has matrices or no neurons.

    Arguments:
        recording: of a program of single numbers.
        steps: how many training steps are told in arrays; later ones stay as they are where they show no neurons.
    """
    written = in_numbers(recording)
    tape = Tape(recording if written is None else written)
    if tape.products:
        return None
    found = list(takewhile(_are_of_one_network, islice(steps_of_cells(tape), steps)))
    return Gathering(tape, found).done() if found else None


def _are_of_one_network(cells: Cells) -> bool:
    """Return whether all passes of a step go through the same network, all of whose neurons were found."""
    return all(map(_is_network, cells.passes)) and len({_sizes(one) for one in cells.passes}) == 1


def _is_network(layers: list[list[Cell]]) -> bool:
    """Return whether all neurons of a layer have as many inputs."""
    return bool(layers) and all(len({len(c.weights) for c in layer}) == 1 for layer in layers)


def _sizes(layers: list[list[Cell]]) -> tuple[tuple[int, int], ...]:
    """Return how many inputs each layer has, and how many neurons."""
    return tuple((len(layer[0].weights), len(layer)) for layer in layers)
