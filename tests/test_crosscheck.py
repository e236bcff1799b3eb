"""One network through every oracle: verdicts, the first fault, what cannot be judged, and what is refused."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from reference import ACTIVATIONS, LOSSES, Affine, Dense, Gradients, InputError, Network, Trace, activation
from reference.arrays import Array
from tests.mutants import backward_with
from verify import verify_network
from verify.architectures import Architecture, Problem
from verify.blocks import name
from verify.crosscheck import crosscheck
from verify.evidence import ORACLES, Evidence

LINE = "3-5-4-2 tanh,relu,linear mse/mean batch=6 l2=0.01 seed=4"


def some() -> Problem:
    """Return a network with its batch."""
    return Architecture.parse(LINE).build()


def test_a_right_network_agrees_with_every_oracle_on_every_quantity() -> None:
    evidence = crosscheck([some()])[0]
    assert (evidence.verdict, evidence.fault, evidence.unjudgeable) == ("agree", None, None)
    assert list(evidence.comparisons) == list(ORACLES)
    blocks = ["z_1", "a_1", "z_2", "a_2", "z_3", "a_3", "loss", *(f"{q}_3" for q in ("da", "dz", "dW", "db"))]
    assert [name(block) for block in evidence.comparisons["autodiff"].blocks][: len(blocks)] == blocks
    assert [name(block) for block in evidence.comparisons["autodiff"].blocks][-1] == "dX"


def test_the_differences_judge_every_partial_derivative() -> None:
    evidence = crosscheck([some()])[0]
    partials = [block for block in evidence.got if block[0] not in ("z", "a", "loss")]
    assert list(evidence.comparisons["differences"].blocks) == partials
    assert evidence.comparisons["differences"].compared.sum() == sum(evidence.got[b].size for b in partials)


def test_a_layer_alone_is_judged_in_dz_dW_db_and_its_input() -> None:
    blocks = crosscheck([some()], oracles=("alone",))[0].comparisons["alone"].blocks
    assert [name(b) for b in blocks] == [
        *("dz_3", "dW_3", "db_3", "da_2"),
        *("dz_2", "dW_2", "db_2", "da_1"),
        *("dz_1", "dW_1", "db_1", "dX"),
    ]


@pytest.mark.parametrize("oracle", ORACLES)
def test_an_oracle_can_be_asked_by_itself(oracle: str) -> None:
    evidence = crosscheck([some()], oracles=(oracle,))[0]
    assert list(evidence.comparisons) == [oracle]
    assert evidence.mutual is None
    assert evidence.verdict == "agree"


def test_an_unknown_oracle_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"oracle: got 'diferences', should be one of autodiff.*mean 'differences'"):
        crosscheck([some()], oracles=("diferences",))


def test_the_same_seed_gives_the_same_evidence() -> None:
    one, other = (crosscheck([some()], seed=3)[0].comparisons["alone"] for _ in range(2))
    assert one.fraction.tolist() == other.fraction.tolist()
    assert crosscheck([some()], seed=4)[0].comparisons["alone"].fraction.tolist() != one.fraction.tolist()


def test_a_wrong_forward_is_the_implementations_fault_though_the_oracles_then_differ(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    relu: Any = ACTIVATIONS["relu"]
    monkeypatch.setitem(ACTIVATIONS, "relu", dataclasses.replace(relu, forward=lambda z: relu.forward(z) + 0.1 * z * z))
    evidence = crosscheck([some()])[0]
    assert evidence.mutual is not None
    assert not evidence.mutual.agrees
    assert (evidence.verdict, evidence.fault) == ("disagree", (("a", 2), "autodiff"))


def test_oracles_that_contradict_each_other_cannot_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    from verify import crosscheck as module

    def lying(*arguments: Any, **settings: Any) -> Any:
        found = right(*arguments, **settings)
        return found._replace(dX=found.dX._replace(value=found.dX.value + 1))

    right = module.differences
    monkeypatch.setattr(module, "differences", lying)
    evidence = crosscheck([some()])[0]
    assert evidence.verdict == "inconclusive"
    assert evidence.unjudgeable == "autodiff and differences contradict each other on dX"


def test_an_infinite_loss_cannot_be_judged_and_says_so() -> None:
    network = Network(
        (Dense(Affine(np.zeros((1, 1)), np.array([900.0])), activation("sigmoid")),), LOSSES["bce"], "sum"
    )
    evidence = verify_network(network, [[1.0]], [[0.0]])
    assert evidence.verdict == "inconclusive"
    assert evidence.unjudgeable == "the loss is infinite or NaN at this point"


def test_a_network_of_which_more_than_a_hundredth_cannot_be_judged_is_inconclusive() -> None:
    dead = Network((Dense(Affine(np.zeros((2, 2)), np.zeros(2)), activation("relu")),), LOSSES["mse"], "mean")
    evidence = verify_network(dead, np.ones((3, 2)), np.ones((3, 2)))
    assert evidence.inconclusive_share > 0.01
    assert (evidence.verdict, evidence.fault, evidence.unjudgeable) == ("inconclusive", None, None)


@pytest.mark.parametrize("wanted", [np.float64, np.float32])
def test_any_network_of_the_reference_can_be_verified(wanted: Any) -> None:
    rng = np.random.default_rng(1)
    network = Network.build([4, 6, 3], ["gelu", "softmax"], "cross_entropy", rng, dtype=wanted)
    X = rng.normal(size=(5, 4)).astype(wanted)
    evidence = verify_network(network, X, np.array([0, 2, 1, 0, 2]))
    assert evidence.verdict == "agree"
    assert evidence.got["dW", 1].dtype == wanted


def test_a_loss_without_targets_takes_none() -> None:
    network = Network.build([3, 2], ["sigmoid"], "sum_squares", np.random.default_rng(2))
    assert verify_network(network, np.ones((1, 3))).verdict == "agree"


def own(network: Network, trace: Trace, Y: Any) -> Gradients:
    """Return the gradients of a network with a loss of half the summed squares, written into the pass."""
    da: Array = trace.output - Y
    found = []
    for layer, a_in, z in reversed(list(zip(network.layers, trace.inputs, trace.z, strict=True))):
        dz = layer.activation.backward(z, da)
        found.append((dz, da, a_in.T @ dz, dz.sum(axis=0)))
        da = dz @ layer.affine.W.T
    dz, das, dW, db = zip(*reversed(found), strict=True)
    return Gradients(dz, das, dW, db, da)


def test_a_backward_pass_with_the_loss_written_into_it_is_right_alone_too() -> None:
    rng = np.random.default_rng(3)
    network = Network.build([3, 4, 2], ["tanh", "linear"], "half_sse", rng)
    evidence = verify_network(network, rng.normal(size=(5, 3)), rng.normal(size=(5, 2)), backward=own)
    assert evidence.verdict == "agree"
    assert evidence.comparisons["alone"].agrees


def refused(backward: Any) -> str:
    """Return the refusal of a backward pass."""
    rng = np.random.default_rng(4)
    network = Network.build([3, 4, 2], ["tanh", "linear"], "half_sse", rng)
    with pytest.raises(InputError) as caught:
        verify_network(network, rng.normal(size=(5, 3)), rng.normal(size=(5, 2)), backward=backward)
    return str(caught.value)


def altered(**changes: Any) -> Any:
    """Return a backward pass whose gradients are changed field by field."""

    def backward(network: Network, trace: Trace, Y: Any) -> Gradients:
        gradients = network.backward(trace, Y)
        return gradients._replace(**{field: change(getattr(gradients, field)) for field, change in changes.items()})

    return backward


@pytest.mark.parametrize(
    ("backward", "clauses"),
    [
        (lambda *_: None, ("backward: got a NoneType in return", "should be reference.Gradients")),
        (altered(dW=lambda dW: dW[:1]), ("dW: got 1 arrays", "should be 2, one for each layer")),
        (altered(dz=lambda dz: (*dz, dz[0])), ("dz: got 3 arrays", "should be 2")),
        (altered(dW=lambda dW: (dW[0].T, dW[1])), ("dW_1: got shape (4, 3)", "should be shape (3, 4)")),
        (altered(db=lambda db: (db[0], db[1][None])), ("db_2: got shape (1, 2)", "should be shape (2,)")),
        (altered(dX=lambda dX: dX.sum(axis=0)), ("dX: got shape (3,)", "should be shape (5, 3)")),
        (altered(dX=lambda dX: dX + 1j), ("dX: got dtype complex128",)),
        (altered(da=lambda da: ([[1.0], [2.0, 3.0]], da[1])), ("da: got no rectangular array",)),
    ],
)
def test_what_is_no_gradient_of_the_network_is_refused(backward: Any, clauses: tuple[str, ...]) -> None:
    message = refused(backward)
    assert "\n" not in message
    for clause in clauses:
        assert clause in message


def test_gradients_as_lists_are_as_good_as_arrays() -> None:
    problem = some()
    lists = altered(dW=lambda dW: [w.tolist() for w in dW], dX=lambda dX: dX.tolist())
    assert crosscheck([problem], backward=lists)[0].verdict == "agree"


@pytest.mark.parametrize(
    ("X", "Y", "clause"),
    [
        ([[1.0, np.nan, 0.0]], [[0.0, 0.0]], "X[0, 1]: got nan, should be a finite number"),
        ([[1.0, 2.0, 0.0]], [[0.0, np.inf]], "Y[0, 1]: got inf, should be a finite number"),
        ([[1.0, 2.0]], [[0.0, 0.0]], "X: got shape (1, 2), should be (N, 3)"),
        ([[1.0, 2.0, 3.0]], [[0.0]], "Y: got shape (1, 1), should be shape (1, 2), as the output"),
        (np.zeros((0, 3)), np.zeros((0, 2)), "X: got no rows, should be at least one sample"),
        ([[1.0, 2.0, 3.0]], None, "Y: got nothing, should be an array of shape (1, 2)"),
        ([["a", "b", "c"]], [[0.0, 0.0]], "X: got dtype <U1"),
    ],
)
def test_bad_data_is_refused_in_the_words_of_the_house(X: Any, Y: Any, clause: str) -> None:
    network = Network.build([3, 4, 2], ["tanh", "linear"], "half_sse", np.random.default_rng(0))
    with pytest.raises(InputError) as caught:
        verify_network(network, X, Y)
    assert clause in str(caught.value)


def test_labels_out_of_range_are_refused() -> None:
    network = Network.build([3, 2], ["softmax"], "cross_entropy", np.random.default_rng(0))
    with pytest.raises(InputError, match=r"Y\[1\]: got 2, should be a label from 0 to 1"):
        verify_network(network, np.ones((2, 3)), np.array([0, 2]))


def test_the_evidence_keeps_what_each_oracle_said() -> None:
    evidence: Evidence = crosscheck([some()], backward=backward_with(db=lambda p: p.dz.mean(axis=0)))[0]
    assert evidence.fault == (("db", 3), "autodiff")
    estimate = evidence.differences["db", 3]
    np.testing.assert_allclose(evidence.autodiff["db", 3], estimate.value, rtol=1e-6)
    np.testing.assert_allclose(evidence.got["db", 3] * 6, evidence.autodiff["db", 3], rtol=1e-12)
