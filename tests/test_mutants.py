"""The checker is tested by breaking what it checks: every planted mistake is caught, located and described."""

import dataclasses
import re
from typing import Any, NamedTuple

import numpy as np
import pytest

from reference import ACTIVATIONS, LOSSES, Affine, Gradients, Network, Trace
from reference.arrays import Array
from tests.mutants import MUTANTS, Mutant, backward_with
from verify.architectures import Architecture, Limits, Problem, draw
from verify.blocks import Block
from verify.crosscheck import Backward, crosscheck
from verify.evidence import Evidence
from verify.failure import explain, fails

SQUARE = Architecture.parse("4-4-4-4 tanh,sigmoid,softplus mse/mean batch=4 gain=2 l2=0.01 seed=3")
OFF = (1e-3, -1e-6, 1e-9)


def judged(problem: Problem, **settings: Any) -> Evidence:
    """Return the evidence on one problem."""
    return crosscheck([problem], **settings)[0]


def test_the_sweep_that_mutants_are_made_from_is_right() -> None:
    evidence = judged(SQUARE.build(), backward=backward_with())
    assert (evidence.verdict, evidence.fault) == ("agree", None)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m.name)
def test_a_mistake_in_the_reverse_sweep_is_caught_located_and_described(mutant: Mutant) -> None:
    evidence = judged(SQUARE.build(), backward=mutant.backward)
    assert evidence.verdict == "disagree"
    assert evidence.fault == (mutant.found_at(SQUARE.depth), "autodiff")
    failure = explain(SQUARE, mutant.backward)
    assert failure is not None
    assert re.search(mutant.words, failure.pattern), failure.pattern
    # a network shrunk to one layer has dX where it had da
    assert failure.quantity.replace("dX", "da") == evidence.fault[0][0].replace("dX", "da")


@pytest.mark.parametrize("mutant", MUTANTS[::5], ids=lambda m: m.name)
def test_the_smallest_network_of_a_failure_fails_by_itself_and_is_no_larger(mutant: Mutant) -> None:
    failure = explain(SQUARE, mutant.backward)
    assert failure is not None
    smallest = Architecture.parse(failure.shrunk)
    assert fails(smallest, mutant.backward)
    assert smallest.depth <= SQUARE.depth
    assert max(smallest.sizes) <= 4
    assert failure.command == f'gradproof verify --architecture "{failure.shrunk}"'


@pytest.mark.parametrize("oracle", ["autodiff", "differences", "alone"])
def test_each_oracle_that_knows_the_formulas_finds_a_forgotten_derivative_by_itself(oracle: str) -> None:
    forgotten = backward_with(dz=lambda p: p.da.copy())
    assert judged(SQUARE.build(), backward=forgotten, oracles=(oracle,)).fault == (("dz", 3), oracle)


def planted(entry: Any, **changes: Any) -> Any:
    """Return the entry with some of its functions scaled by 1 plus the given number."""
    return dataclasses.replace(entry, **{field: scaled(getattr(entry, field), off) for field, off in changes.items()})


def scaled(function: Any, off: float) -> Any:
    """Return the function times 1 + off, whatever its arguments."""
    return lambda *arguments: (1 + off) * function(*arguments)


def with_activation(name: str) -> Problem:
    """Return a small network whose second layer, and no other, has the activation."""
    other = "sigmoid" if name == "tanh" else "tanh"
    return Architecture.parse(f"3-5-4-2 {other},{name},{other} half_sse/sum batch=6 seed=1").build()


@pytest.mark.parametrize("off", OFF)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_derivative_that_is_off_is_found_at_dz_of_its_layer(
    name: str, off: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ACTIVATIONS, name, planted(ACTIVATIONS[name], derivative=off))
    evidence = judged(with_activation(name))
    assert evidence.verdict == "disagree"
    assert evidence.fault is not None
    assert evidence.fault[0] == ("dz", 2)


@pytest.mark.parametrize("off", [-1.0, np.nan, np.inf])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_derivative_that_is_zero_or_no_number_does_not_excuse_itself(
    name: str, off: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ACTIVATIONS, name, planted(ACTIVATIONS[name], derivative=off))
    fault = judged(with_activation(name)).fault
    assert fault is not None
    assert fault[0] == ("dz", 2)


@pytest.mark.parametrize("off", [*OFF, np.nan])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_forward_that_is_off_is_found_at_a_of_its_layer(
    name: str, off: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ACTIVATIONS, name, planted(ACTIVATIONS[name], forward=off))
    fault = judged(with_activation(name)).fault
    assert fault is not None
    assert fault[0] == ("a", 2)


def with_loss(name: str) -> Problem:
    """Return a small network with the loss."""
    return Architecture.parse(f"3-4-3 tanh,{LOSSES[name].output or 'linear'} {name} batch=6 seed=1").build()


@pytest.mark.parametrize("off", [*OFF, -1.0, np.nan])
@pytest.mark.parametrize("name", LOSSES)
def test_a_losss_derivative_that_is_off_is_found_at_da_of_the_last_layer(
    name: str, off: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LOSSES, name, planted(LOSSES[name], derivative=off))
    fault = judged(with_loss(name)).fault
    assert fault is not None
    assert fault[0] == ("da", 2)


@pytest.mark.parametrize("off", [*OFF, np.nan])
@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_that_is_off_is_found_at_the_loss(name: str, off: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, name, planted(LOSSES[name], forward=off))
    fault = judged(with_loss(name)).fault
    assert fault is not None
    assert fault[0] == ("loss", 0)


def test_an_affine_map_that_is_off_is_found_at_z(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Affine, "forward", lambda self, a: (a @ self.W + self.b) * (1 + 1e-9))
    fault = judged(SQUARE.build()).fault
    assert fault is not None
    assert fault[0] == ("z", 1)


def test_the_twins_speak_where_the_global_bound_is_too_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACTIVATIONS, "sin", planted(ACTIVATIONS["sin"], derivative=1e-14))
    deep = Architecture.parse("9-9-9-9-9-9-9 sin,tanh,tanh,tanh,tanh,tanh half_sse/sum batch=9 gain=4 seed=1")
    evidence = judged(deep.build())
    assert evidence.comparisons["autodiff"].agrees
    assert evidence.fault == (("dz", 1), "local")


Change = tuple[Block, tuple[int, ...]]


def single_entry(case: int, limits: Limits) -> tuple[Problem, Change] | None:
    """Return a random network with the place of one entry of its gradient, of those that matter to its block."""
    architecture, rng = draw(2024, case, limits), np.random.default_rng(case)
    problem = architecture.build()
    gradients = problem.network.backward(problem.network.forward(problem.X), problem.Y)
    layer = int(rng.integers(architecture.depth))
    quantity = str(rng.choice(["dz", "dW", "db", "da", "dX"]))
    if quantity == "da" and layer == architecture.depth - 1:
        quantity = "dz"  # da_L has no neighbour it could follow from
    block = ("dX", 0) if quantity == "dX" else (quantity, layer + 1)
    size = np.abs(_part(gradients, block))
    places = np.argwhere(size > 1e-6 * size.max())
    return (problem, (block, tuple(places[rng.integers(len(places))]))) if len(places) else None


def _part(gradients: Gradients, block: Block) -> Array:
    quantity, layer = block
    return gradients.dX if quantity == "dX" else getattr(gradients, quantity)[layer - 1]


def with_wrong_entry(change: Change, off: float) -> Backward:
    """Return the reference's backward pass with one entry of one gradient times 1 + off."""
    (quantity, layer), index = change

    def backward(network: Network, trace: Trace, Y: Any) -> Gradients:
        gradients = network.backward(trace, Y)
        if quantity == "dX":
            gradients.dX[index] *= 1 + off
        else:
            getattr(gradients, quantity)[layer - 1][index] *= 1 + off
        return gradients

    return backward


class Shares(NamedTuple):
    """Of single wrong entries: the share that the local identities find, and that they put in the right block."""

    caught: float
    located: float


def shares(off: float, cases: int, limits: Limits) -> Shares:
    """Return the shares over the first networks of a campaign, one wrong entry in each."""
    drawn = [found for case in range(cases) if (found := single_entry(case, limits))]
    faults = [
        (judged(problem, oracles=("local",), backward=with_wrong_entry(change, off)).fault, change)
        for problem, change in drawn
    ]
    caught = [fault is not None for fault, _ in faults]
    located = [fault == (change[0], "local") for fault, change in faults]
    return Shares(sum(caught) / len(drawn), sum(located) / len(drawn))


@pytest.mark.parametrize("off", [1e-3, -1e-5, 1e-7, -1e-8, 1e-9])
def test_every_single_wrong_entry_down_to_1e_9_is_caught_and_located(off: float) -> None:
    found = shares(off, 80, Limits().checked())
    assert found.caught == 1
    assert found.located >= 0.98  # where f' is tiny its wrong dz may show in dW first


def test_almost_every_single_entry_wrong_by_1e_12_is_caught() -> None:
    assert shares(1e-12, 300, Limits().checked()).caught >= 0.99


def test_single_wrong_entries_of_float32_networks_are_caught_down_to_their_own_rounding() -> None:
    assert shares(3e-4, 150, Limits(dtype="float32").checked()).caught >= 0.99


@pytest.mark.parametrize("off", [1e-3, 1e-6])
def test_the_global_oracles_alone_see_single_wrong_entries_too(off: float) -> None:
    problem, change = single_entry(1, Limits().checked()) or pytest.fail("case 1 has an entry that is not 0")
    evidence = judged(problem, oracles=("autodiff", "differences"), backward=with_wrong_entry(change, off))
    assert evidence.fault == (change[0], "autodiff")
    assert evidence.comparisons["differences"].first_wrong is not None
