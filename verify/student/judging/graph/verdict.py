"""The verdict on a program with a graph of its own: on its steps, what is wrong first in them, and the evidence."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ...runs.recording import Recording
from ..own_loss import STEP, Runs
from .blame import Blame, blamed
from .layers import GraphLayers
from .steps import GraphStep, graph_steps

MANY = 150_000  # events of a program whose first steps are long
STEPS = 2  # that must be right: what is kept shows in the second
KEPT = "the derivative of the step before was still in it"
WEIGHTS = 3  # numbers that meet many others and are never changed: one alone may be a constant
AGREE = 1e-5  # of what the terms add up to: the differences' own truncation


class GraphVerdict(NamedTuple):
    """What a program with a graph of its own is judged to be.

    Attributes:
        wrong: what is wrong first, None where nothing is.
        step: the step that shows it.
        layers: of that step.
        evidence: what it rests on, in words.
    """

    wrong: Blame | None
    step: GraphStep
    layers: GraphLayers
    evidence: str


def judged_by_graph(runs: Runs, natural: Recording, seed: int) -> GraphVerdict | None:
    """Return the verdict on a program with a graph of its own, None where it has none or it does not tell.

    Arguments:
        runs: runs the program again.
        natural: the program's own run.
        seed: of the direction in which its loss is differentiated.
    """
    if not natural.objects:
        return None
    steps = graph_steps(natural)
    if len(steps) < STEPS and natural.ended == "too many events":
        natural = runs.run(updates=STEPS + 1, events=MANY)
        steps = graph_steps(natural)
    if not steps or not _follows(runs, steps[0], seed):
        return None
    found = next(_wrong(steps), None)
    step = steps[0] if found is None else found[0]
    layers = GraphLayers(step)
    if not layers.depth or (found is None and not _is_whole(steps)):
        return None
    evidence = (
        f"the derivatives of its loss with respect to {len(step.trained)} trained numbers, by the chain rule over the "
        f"operations that made it, in {min(len(steps), STEPS)} steps; central differences agree with them"
    )
    return GraphVerdict(None if found is None else found[1], step, layers, evidence)


def _wrong(steps: list[GraphStep]) -> Iterator[tuple[GraphStep, Blame]]:
    """Yield what is wrong in the first steps, each with the step."""
    first, *others = steps[:STEPS]
    for step, before in zip(steps[:STEPS], (None, first), strict=False):
        if not step.is_right:
            row = None if before is None else _kept(before, step)
            if row is not None:
                yield step, Blame(row, float(step.got[row]), float(step.should[row]), None, "B35", KEPT)
            elif not step.kinks and (found := blamed(step, GraphLayers(step))) is not None:
                yield step, found
            return
    rates = [step.rate for step in steps[:STEPS]]
    if others and all(rate is not None and rate < 0 for rate in rates):
        if float(first.values[first.numbers.index(first.loss)]) > 0:
            yield first, _climbing(first, GraphLayers(first))
    elif others:
        layers = GraphLayers(first)
        never = sorted(_untrained(first, others[0], layers), key=lambda one: -layers.layer_of(one.row))
        often = Counter(one.bug for one in never)
        yield from ((first, one) for one in never if one.bug != "B54" or often["B54"] >= WEIGHTS)


def _is_whole(steps: list[GraphStep]) -> bool:
    """Return whether all is right: the derivatives in two steps, and the steps along them."""
    right = all(step.is_right and step.rate is not None and step.rate > 0 for step in steps[:STEPS])
    return right and len(steps) >= STEPS


def _climbing(step: GraphStep, layers: GraphLayers) -> Blame:
    """Return the blame for steps along the derivatives instead of against them."""
    row = max(step.trained, key=lambda one: (layers.layer_of(one), layers.quantity_of(one) == "dW"))
    line = step.tape.node(step.end).line
    return Blame(row, -float(step.should[row]), float(step.should[row]), line, "B14", "the steps climb")


def _kept(first: GraphStep, second: GraphStep) -> int | None:
    """Return a trained object to whose derivative that of the first step was added, None where any is off otherwise."""
    before = dict(zip(first.objects.objects, first.got, strict=True))
    layers, found = GraphLayers(second), None
    for row in sorted(second.trained, key=lambda one: (layers.layer_of(one), layers.quantity_of(one) == "dW")):
        if second.wrong[row]:
            added = second.should[row] + before.get(second.objects.objects[row], np.nan)
            if not abs(second.got[row] - added) <= second.allowed[row] + 1e-9 * abs(added):
                return None
            found = row
    return found


def _untrained(first: GraphStep, second: GraphStep, layers: GraphLayers) -> Iterator[Blame]:
    """Yield the parameters that no step changes: terms of sums of trained weights, and what many inputs meet."""
    later = {one: row for row, one in enumerate(second.objects.objects)}
    for row, (one, number) in enumerate(zip(first.objects.objects, first.numbers, strict=True)):
        lasting = number not in first.graph.made and one in later and _is_met_again(first, second, later[one])
        if not lasting or row in first.trained or (number >= 0 and number not in layers.inside):
            continue
        bug = _parameter(first, layers, number) if number >= 0 else _whole_bias(first, layers, row)
        if bug:
            should = first.should[row] if number >= 0 else first.got[row]
            yield Blame(row, 0.0, float(should), None, bug, "no step changes it")


def _is_met_again(first: GraphStep, second: GraphStep, row: int) -> bool:
    """Return whether something came to an object in the second step too, as to no number made for one step alone."""
    return any(part.at > first.end for part in second.contributions[row] or ())


def _parameter(step: GraphStep, layers: GraphLayers, number: int) -> str:
    """Return what a number that is never changed is missed as: a bias, a weight, or "" where it may be data."""
    tape, graph = step.tape, step.graph
    uses = [use for use in graph.uses.get(number, ()) if use in layers.inside]
    made = [graph.made[use] for use in uses]
    if made and all(tape.node(one.at).what == "+" for one in made):
        others = {other for one in made for other in one.of if other >= 0 and other != number}
        return "B10" if others and all(_is_weighed(layers, other) for other in others) else ""
    partners = {other for one in made if tape.node(one.at).what == "*" for other in one.of if other != number}
    met = len(partners - {-1}) > 1 and not partners & layers.leaves
    return "B54" if met and all(tape.node(one.at).what == "*" for one in made) else ""


def _whole_bias(step: GraphStep, layers: GraphLayers, row: int) -> str:
    """Return the same of one that is a whole number, as 0: by the objects whose derivatives came to it."""
    parts = step.contributions[row] or []
    sums = [step.numbers[part.of] for part in parts if part.of is not None]
    added = [step.tape.node(step.graph.made[n].at).what == "+" for n in sums if n in step.graph.made]
    whole = len(added) == len(parts) > 0 and all(added)
    return "B10" if whole and all(_is_weighed(layers, number) for number in sums) else ""


def _is_weighed(layers: GraphLayers, number: int) -> bool:
    """Return whether a number is a sum of products with trained weights, or one of them."""
    waiting, seen = [number], 0
    while waiting and seen < 64:
        one, seen = waiting.pop(), seen + 1
        made = layers.graph.made.get(one)
        if made is None:
            continue
        if layers.is_weighing(one):
            return True
        if layers.step.tape.node(made.at).what == "+":
            waiting += [n for n in made.of if n >= 0]
    return False


def _follows(runs: Runs, step: GraphStep, seed: int) -> bool:
    """Return whether central differences of the loss agree, along one direction of what is trained and can be moved."""
    rng, derivatives = np.random.default_rng(seed), step.graph.derivatives(step.loss)
    trained = {step.numbers[row] for row in step.trained}
    sources: dict[int, int] = {}
    for at, event in enumerate(step.tape.events[: step.end]):
        if event.identity in trained and event.identity >= 0:
            sources.setdefault(event.identity, at)
    along = {number: rng.normal() for number in sources}
    up, down = (_loss_at(runs, step, sources, {n: sign * d for n, d in along.items()}) for sign in (STEP, -STEP))
    terms = np.array([derivatives.get(number, 0.0) * d for number, d in along.items()])
    if up is None or down is None or not terms.size:
        return False
    off = abs((up - down) / (2 * STEP) - terms.sum())
    return bool(off <= AGREE * np.abs(terms).sum() + np.finfo(float).eps * (abs(up) + abs(down)) / STEP)


def _loss_at(runs: Runs, step: GraphStep, sources: dict[int, int], moved: dict[int, float]) -> float | None:
    """Return the loss with its trained numbers moved where they are made, None where the run does not come so far."""
    tape, made = step.tape, step.graph.made[step.loss].at
    values = {number: tape.numbers[tape.events[at].result] for number, at in sources.items()}
    inject = {tape.place(at): np.asarray(values[number] + moved[number]) for number, at in sources.items()}
    seen = runs.run(inject, updates=1, events=made + 2)
    found = next((e.result for e in seen.events if (e.node, e.occurrence) == tape.place(made)), None)
    return None if found is None else float(seen.values[found])
