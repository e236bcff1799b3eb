"""A failure told in full: the message grammar, what the oracles say, the shrunk network and the command."""

import dataclasses
import json
from typing import Any

import numpy as np
import pytest

from reference import ACTIVATIONS, LOSSES, Gradients, Network, Trace
from tests.mutants import backward_with
from verify.architectures import Architecture
from verify.failure import Failure, explain, fails, shrink

SOME = Architecture.parse("5-6-4-3 sin,tanh,linear mse/mean batch=8 gain=2 l2=0.01 seed=3")
SIMPLEST = "1-1 linear half_sse/sum batch=1 gain=1 scale=1 l2=0 seed=3 dtype=float64"


def told(**steps: Any) -> Failure:
    """Return the failure of a reverse sweep with some of its steps replaced."""
    failure = explain(SOME, backward_with(**steps))
    assert failure is not None
    return failure


def test_what_does_not_fail_has_no_failure() -> None:
    assert explain(SOME) is None


def test_a_failure_reads_in_the_grammar_of_the_house() -> None:
    failure = told(dz=lambda p: -p.entry.backward(p.z, p.da))
    first, pattern, advice, found, smallest, again = str(failure).splitlines()
    assert first.startswith(f"layer 1 (linear) dz[0, 0]: got {failure.got:#.4g}, should be {failure.should_be:#.4g} (")
    assert "(autodiff " in first
    assert ", differences " in first
    assert " +- " in first
    assert pattern == "  sign flipped in 24 of 24 entries"
    assert advice.startswith("  try: ")
    assert found == f"  found in: {SOME}"
    assert smallest == f"  smallest: {SIMPLEST}"
    assert again == f'  again:    gradproof verify --architecture "{SIMPLEST}"'


def test_the_numbers_are_those_of_the_worst_entry_and_the_oracles_agree_on_it() -> None:
    failure = told(dW=lambda p: 3 * p.a_in.T @ p.dz)
    assert (failure.quantity, failure.layer, failure.activation, failure.index) == ("dW", 1, "linear", (0, 0))
    assert failure.autodiff is not None
    assert failure.differences is not None
    assert failure.error_bar is not None
    assert failure.got == pytest.approx(3 * failure.autodiff)
    assert abs(failure.differences - failure.autodiff) <= failure.error_bar


def test_the_gradient_with_respect_to_X_belongs_to_no_layer() -> None:
    failure = told(da=lambda p: p.dz @ p.W.T * (2 if p.k == 0 else 1))
    assert (failure.layer, failure.quantity) == (0, "dX")
    assert str(failure).startswith("dX[0, 0]: got ")


def test_a_wrong_loss_is_named_by_the_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    mse = LOSSES["mse"]
    monkeypatch.setitem(LOSSES, "mse", dataclasses.replace(mse, forward=lambda a, y: 2 * mse.forward(a, y)))
    failure = explain(dataclasses.replace(SOME, l2=0.0))
    assert failure is not None
    assert str(failure).startswith("mse loss: got ")
    assert failure.pattern.startswith("twice what it should be")


def test_a_mistake_too_small_for_the_global_oracles_is_told_by_the_local_one_beside_them() -> None:
    failure = told(dW=lambda p: (p.a_in.T @ p.dz + p.network.l2 * p.W) * (1 + 2e-15 * (p.k == 0) * 5))
    assert failure.witness == "local"
    assert failure.autodiff is not None
    assert "from its neighbours' own values" in str(failure)
    assert f"{failure.got:.17g}" != f"{failure.should_be:.17g}"


def test_a_layer_alone_is_told_without_the_numbers_of_the_whole_network() -> None:
    def wrong_by_itself(network: Network, trace: Trace, Y: Any) -> Gradients:
        gradients = network.backward(trace, Y)
        lone = len(network.layers) == 1 and network.objective.name == "projection"
        return gradients._replace(dW=tuple(2 * dW for dW in gradients.dW)) if lone else gradients

    failure = explain(SOME, wrong_by_itself)
    assert failure is not None
    assert (failure.witness, failure.autodiff, failure.differences, failure.error_bar) == ("alone", None, None, None)
    assert "the layer by itself under a random cotangent" in str(failure)


def test_the_fields_of_a_failure_are_plain_data() -> None:
    data = told(db=lambda p: p.dz[0].copy()).as_json()
    assert json.loads(json.dumps(data)) == data
    assert {"architecture", "shrunk", "layer", "quantity", "index", "got", "autodiff", "differences"} <= set(data)
    assert {"error_bar", "pattern", "command"} <= set(data)


def test_shrinking_keeps_what_the_mistake_needs_and_nothing_else() -> None:
    summed_first = backward_with(db=lambda p: p.dz[0].copy())
    assert str(shrink(SOME, summed_first)) == SIMPLEST.replace("batch=1", "batch=2")
    transposed = backward_with(da=lambda p: p.dz @ (p.W if p.W.shape[0] == p.W.shape[1] else p.W.T))
    smallest = shrink(dataclasses.replace(SOME, sizes=(4, 4, 4, 4)), transposed)
    assert smallest.depth == 1
    assert set(smallest.sizes) == {4}
    no_penalty = backward_with(dW=lambda p: p.a_in.T @ p.dz)
    assert str(shrink(SOME, no_penalty)) == SIMPLEST.replace("l2=0", "l2=0.01")


def test_shrinking_keeps_the_activation_that_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    tanh: Any = ACTIVATIONS["tanh"]
    monkeypatch.setitem(ACTIVATIONS, "tanh", dataclasses.replace(tanh, derivative=lambda z: 1 - tanh.forward(z)))
    assert str(shrink(SOME)) == SIMPLEST.replace("linear", "tanh")


def test_a_candidate_the_backward_pass_cannot_run_on_is_passed_over() -> None:
    def only_three_layers(network: Network, trace: Trace, Y: Any) -> Gradients:
        if len(network.layers) == 2:
            raise IndexError("written for three layers")
        gradients = network.backward(trace, Y)
        return gradients._replace(db=tuple(2 * db for db in gradients.db))

    smallest = shrink(SOME, only_three_layers)
    assert smallest.depth == 3
    assert set(smallest.sizes) == {1}
    assert not fails(dataclasses.replace(SOME, sizes=(5, 6, 4), activations=("sin", "tanh")), only_three_layers)


def test_a_network_that_cannot_be_judged_is_no_failure() -> None:
    hopeless = Architecture.parse("1-1 sigmoid bce/sum batch=8 gain=1000 scale=3 seed=3")
    assert explain(hopeless, backward_with(db=lambda p: p.dz[0].copy())) is None
    assert not fails(hopeless, backward_with(db=lambda p: p.dz[0].copy()))


def test_a_failure_that_is_no_number_says_so() -> None:
    failure = told(dW=lambda p: p.W * np.nan)
    assert np.isnan(failure.got)
    assert "got nan, should be " in str(failure)
    assert failure.pattern.startswith("not finite in ")
