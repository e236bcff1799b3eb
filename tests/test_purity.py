"""Nothing is changed, nothing is remembered, and the form in which numbers arrive does not matter."""

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest

from reference import ACTIVATIONS, LOSSES, Gradients, Network
from reference.arrays import Array

NETWORKS = [pytest.param(name, "half_sse", id=name) for name in ACTIVATIONS] + [
    pytest.param(entry.output or "tanh", name, id=f"loss {name}") for name, entry in LOSSES.items()
]
every_network = pytest.mark.parametrize(("name", "loss"), NETWORKS)


def network(name: str, loss: str, sizes: tuple[int, ...] = (3, 4, 2)) -> Network:
    """Return a network of one hidden layer and the given output, with biases that are not 0 and a penalty."""
    rng = np.random.default_rng(0)
    fresh = Network.build(sizes, [name] * (len(sizes) - 1), loss, rng, l2=0.1)
    return fresh.with_parameters([p + rng.normal(size=p.shape) / 4 for p in fresh.parameters])


def data(loss: str, N: int = 6, K: int = 2) -> tuple[Array, Array]:
    """Return N samples, small whole numbers all, and targets that every loss allows."""
    rng = np.random.default_rng(1)
    Y = np.eye(K)[np.arange(N) % K]
    return rng.integers(-3, 4, (N, 3)).astype(np.float64), 2 * Y - 1 if loss == "hinge" else Y


def arrays_of(gradients: Gradients) -> list[Array]:
    """Return every array of the gradients."""
    *layered, dX = gradients
    return [dX, *(g for quantity in layered for g in quantity)]


def assert_same(got: Gradients, should_be: Gradients) -> None:
    """Assert that two sets of gradients agree in every bit."""
    for a, b in zip(arrays_of(got), arrays_of(should_be), strict=True):
        np.testing.assert_array_equal(a, b, strict=True)


@every_network
def test_inputs_and_weights_are_left_alone(name: str, loss: str) -> None:
    net, (X, Y) = network(name, loss), data(loss)
    given = [X, Y, *net.parameters]
    before = [array.copy() for array in given]
    net.value_and_gradients(X, Y)
    for array, copy in zip(given, before, strict=True):
        np.testing.assert_array_equal(array, copy)


@every_network
def test_read_only_arrays_are_good_enough(name: str, loss: str) -> None:
    net, (X, Y) = network(name, loss), data(loss)
    for array in (X, Y, *net.parameters):
        array.flags.writeable = False
    assert np.isfinite(net.value_and_gradients(X, Y)[0])


@every_network
def test_two_calls_agree_in_every_bit_whatever_happens_between(name: str, loss: str) -> None:
    net, (X, Y) = network(name, loss), data(loss)
    trace = net.forward(X)
    first = net.backward(trace, Y)
    net.value_and_gradients(X + 1, Y)
    assert_same(net.backward(trace, Y), first)
    assert_same(net.value_and_gradients(X, Y)[1], first)


@every_network
def test_no_two_results_share_memory_with_each_other_or_with_what_was_given(name: str, loss: str) -> None:
    net, (X, Y) = network(name, loss), data(loss)
    trace = net.forward(X)
    results = [*trace.z, *trace.a, *arrays_of(net.backward(trace, Y))]
    for a, b in combinations([*results, X, Y, *net.parameters], 2):
        assert not np.shares_memory(a, b)


FORMS: dict[str, Callable[[Array], object]] = {
    "columns first": np.asfortranarray,
    "every second row of a larger array": lambda array: np.repeat(array, 2, axis=0)[::2],
    "reversed twice": lambda array: array[::-1].copy()[::-1],
    "lists": lambda array: array.tolist(),
    "integers": lambda array: array.astype(np.int32),
}


@every_network
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_the_form_of_the_arrays_does_not_matter(name: str, loss: str, form: Callable[[Array], object]) -> None:
    net, (X, Y) = network(name, loss), data(loss)
    value, gradients = net.value_and_gradients(X, Y)
    other_value, other_gradients = net.value_and_gradients(form(X), form(Y))
    assert other_value == pytest.approx(value, rel=1e-14)
    for got, should_be in zip(arrays_of(other_gradients), arrays_of(gradients), strict=True):
        np.testing.assert_allclose(got, should_be, rtol=1e-12, atol=1e-15, strict=True)


@every_network
def test_weights_stored_by_columns_give_the_same_gradients(name: str, loss: str) -> None:
    net, (X, Y) = network(name, loss), data(loss)
    by_columns = net.with_parameters([np.asfortranarray(p) for p in net.parameters])
    gradients, others = (arrays_of(n.value_and_gradients(X, Y)[1]) for n in (net, by_columns))
    for got, should_be in zip(others, gradients, strict=True):
        np.testing.assert_allclose(got, should_be, rtol=1e-12, atol=1e-15)


@every_network
def test_integers_feed_a_float32_network_as_float32(name: str, loss: str) -> None:
    net, (X, Y) = network(name, loss), data(loss)
    single = net.with_parameters([p.astype(np.float32) for p in net.parameters])
    for got in arrays_of(single.value_and_gradients(X.astype(int), Y.astype(int))[1]):
        assert got.dtype == np.float32


@every_network
def test_a_batch_of_no_rows_has_gradients_of_the_penalty_alone(name: str, loss: str) -> None:
    net, (X, Y) = network(name, loss), data(loss)
    gradients = net.value_and_gradients(X[:0], Y[:0])[1]
    for layer, dW, db in zip(net.layers, gradients.dW, gradients.db, strict=True):
        np.testing.assert_array_equal(dW, 0.1 * layer.affine.W)
        np.testing.assert_array_equal(db, 0)
    assert gradients.dX.shape == (0, 3)


@every_network
def test_a_batch_of_one_row_has_db_equal_to_dz(name: str, loss: str) -> None:
    net, (X, Y) = network(name, loss), data(loss, N=1)
    gradients = net.value_and_gradients(X, Y)[1]
    for db, dz in zip(gradients.db, gradients.dz, strict=True):
        np.testing.assert_array_equal(db, dz[0])


@every_network
def test_layers_of_one_unit_work(name: str, loss: str) -> None:
    net, (X, Y) = network(name, loss, sizes=(3, 1, 1)), data(loss, K=1)
    gradients = net.value_and_gradients(X, Y)[1]
    assert [g.shape for g in gradients.parameters] == [(3, 1), (1,), (1, 1), (1,)]
    assert all(np.isfinite(g).all() for g in arrays_of(gradients))
