"""The local identities: each quantity from its cached neighbours, at any depth, by no table that is under test."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from reference import ACTIVATIONS, Elementwise, Gradients, Network, Trace
from reference.arrays import Array
from verify.agreement import Comparison
from verify.architectures import Architecture, Limits, draw
from verify.bounds import Roundoff
from verify.identities import local_identities

ROUNDOFF = Roundoff.of(np.dtype(np.float64))
DEEP = "3" + "-4" * 30 + " " + ",".join(["sigmoid"] * 30) + " mse/mean batch=5 seed=2"


def values(line: str) -> tuple[Network, Trace, Gradients]:
    """Return a network with its two sweeps."""
    network, X, Y = Architecture.parse(line).build()
    trace = network.forward(X)
    return network, trace, network.backward(trace, Y)


def judged(network: Network, trace: Trace, gradients: Gradients) -> Comparison:
    """Return the comparison of one network with its identities."""
    return local_identities(network, trace, gradients, ROUNDOFF)


def test_every_quantity_but_the_loss_and_its_gradient_has_an_identity() -> None:
    found = judged(*values("3-4-2 tanh,softmax mse"))
    assert found.blocks == (
        *(("z", 1), ("a", 1), ("z", 2), ("a", 2)),
        *(("dz", 2), ("dW", 2), ("db", 2), ("da", 1)),
        *(("dz", 1), ("dW", 1), ("db", 1), ("dX", 0)),
    )


def test_the_reference_keeps_them_all() -> None:
    limits = Limits().checked()
    for case in range(60):
        network, trace, gradients = values(str(draw(5, case, limits)))
        found = judged(network, trace, gradients)
        assert found.agrees
        assert found.fraction.max() < 0.5


def moved(array: Array, off: float) -> Array:
    """Return the array with its largest entry times 1 + off."""
    copy = array.copy()
    copy[np.unravel_index(np.abs(array).argmax(), array.shape)] *= 1 + off
    return copy


@pytest.mark.parametrize("layer", [1, 15, 30])
@pytest.mark.parametrize("quantity", ["dz", "dW", "db"])
def test_one_entry_off_by_1e_12_is_found_at_any_depth(quantity: str, layer: int) -> None:
    network, trace, gradients = values(DEEP)
    parts = list(getattr(gradients, quantity))
    parts[layer - 1] = moved(parts[layer - 1], 1e-12)
    found = judged(network, trace, gradients._replace(**{quantity: tuple(parts)}))
    assert found.first_wrong is not None
    assert found.blocks[found.first_wrong] == (quantity, layer)


@pytest.mark.parametrize("quantity", ["z", "a"])
def test_one_value_of_the_forward_sweep_off_by_1e_12_is_found(quantity: str) -> None:
    network, trace, gradients = values(DEEP)
    parts = list(getattr(trace, quantity))
    parts[9] = moved(parts[9], 1e-12)
    found = judged(network, trace._replace(**{quantity: tuple(parts)}), gradients)
    assert found.first_wrong is not None
    assert found.blocks[found.first_wrong] == (quantity, 10)


def test_an_earlier_quantity_that_is_wrong_spoils_no_later_identity() -> None:
    network, trace, _ = values("3-4-4-2 tanh,sin,linear mse batch=4")
    wrong = network.backward(trace, np.full_like(trace.output, 99.0))
    assert judged(network, trace, wrong).agrees


@pytest.mark.parametrize("name", [n for n, entry in ACTIVATIONS.items() if isinstance(entry, Elementwise)])
def test_the_table_under_test_is_no_witness_of_itself(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entry: Any = ACTIVATIONS[name]
    wrong = dataclasses.replace(entry, derivative=lambda z: entry.derivative(z) * (1 + 1e-10))
    monkeypatch.setitem(ACTIVATIONS, name, wrong)
    found = judged(*values(f"3-4-2 {name},linear mse batch=4"))
    assert found.first_wrong is not None
    assert found.blocks[found.first_wrong] in {("dz", 1), ("dz", 2)}


def test_the_penalty_belongs_to_dW() -> None:
    network, trace, gradients = values("3-4-2 tanh,linear mse batch=4 l2=0.5")
    assert judged(network, trace, gradients).agrees
    without = tuple(dW - 0.5 * layer.affine.W for dW, layer in zip(gradients.dW, network.layers, strict=True))
    found = judged(network, trace, gradients._replace(dW=without))
    assert found.wrong.sum() == sum(dW.size for dW in without)
