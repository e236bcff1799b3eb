"""The mini-batch loop: what it does to the loss, and what it leaves alone."""

from typing import Any

import numpy as np
import pytest

from reference import SGD, Adam, InputError, Momentum, Network, flatten, train
from reference.arrays import Array

RNG = np.random.default_rng(0)
X = RNG.normal(size=(23, 3))
Y = np.tanh(X @ RNG.normal(size=(3, 2)))


def network(loss: str = "mse", **options: Any) -> Network:
    """Return the small network of these tests, the same at every call."""
    return Network.build([3, 6, 2], ["tanh", "linear"], loss, np.random.default_rng(1), **options)


def trained(**changes: Any) -> Any:
    """Return the outcome of the standard short training, with some arguments changed."""
    arguments = {"network": network(), "X": X, "Y": Y, "optimizer": SGD(0.1), "rng": np.random.default_rng(2)}
    return train(**{**arguments, "epochs": 3, "batch_size": 5, **changes})


@pytest.mark.parametrize("optimizer", [SGD(0.1), Momentum(0.03), Adam(0.02)], ids=lambda o: type(o).__name__)
def test_training_lowers_the_loss(optimizer: Any) -> None:
    history = trained(optimizer=optimizer, epochs=40).history
    assert history[-1] < history[0] / 4


def test_the_history_is_the_loss_over_all_samples_before_and_after_each_epoch() -> None:
    outcome = trained()
    assert len(outcome.history) == 4
    assert outcome.history[0] == network().loss(network().forward(X), Y)
    assert outcome.history[-1] == outcome.network.loss(outcome.network.forward(X), Y)


def test_the_given_network_and_data_are_not_changed() -> None:
    start, x, y = network(), X.copy(), Y.copy()
    trained(network=start, X=x, Y=y)
    for array, should_be in zip((*start.parameters, x, y), (*network().parameters, X, Y), strict=True):
        np.testing.assert_array_equal(array, should_be)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others() -> None:
    first, second, third = (trained(rng=np.random.default_rng(seed)).history for seed in (2, 2, 3))
    assert first == second != third


def test_one_batch_of_all_rows_is_one_plain_gradient_step() -> None:
    moved = trained(epochs=1, batch_size=128).network
    _, gradients = network().value_and_gradients(X, Y)
    should_be = flatten(network().parameters) - 0.1 * flatten(gradients.parameters)
    np.testing.assert_allclose(flatten(moved.parameters), should_be, rtol=1e-13)


def test_an_epoch_visits_every_row_once_in_batches_of_the_asked_size(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Array] = []
    backward = Network.backward

    def recorded(self: Network, trace: Any, Y: Any) -> Any:
        seen.append(trace.X)
        return backward(self, trace, Y)

    monkeypatch.setattr(Network, "backward", recorded)
    trained(epochs=1)
    assert [len(batch) for batch in seen] == [5, 5, 5, 5, 3]
    rows = np.concatenate(seen)
    assert not np.array_equal(rows, X)
    np.testing.assert_array_equal(np.sort(rows, axis=0), np.sort(X, axis=0))


def test_rows_of_x_and_y_stay_together() -> None:
    outcome = trained(network=network("half_sse"), optimizer=SGD(0.02), epochs=200, batch_size=1)
    assert outcome.history[-1] < 0.02 * outcome.history[0]


def test_progress_is_called_with_each_epoch_and_its_loss() -> None:
    told: list[tuple[int, float]] = []
    history = trained(progress=lambda epoch, loss: told.append((epoch, loss))).history
    assert told == list(enumerate(history))[1:]


def test_no_epochs_return_the_weights_as_they_are() -> None:
    outcome = trained(epochs=0)
    assert len(outcome.history) == 1
    np.testing.assert_array_equal(flatten(outcome.network.parameters), flatten(network().parameters))


def test_no_rows_leave_the_weights_as_they_are() -> None:
    outcome = trained(X=np.empty((0, 3)), Y=np.empty((0, 2)))
    assert outcome.history == (0, 0, 0, 0)
    np.testing.assert_array_equal(flatten(outcome.network.parameters), flatten(network().parameters))


def test_one_row_of_integers_is_enough() -> None:
    history = trained(X=[[1, 2, 3]], Y=[[0, 1]], epochs=20).history
    assert history[-1] < history[0]


def test_integer_labels_and_missing_targets_are_taken_as_the_loss_takes_them() -> None:
    assert len(trained(network=network("softmax_cross_entropy"), Y=np.arange(23) % 2).history) == 4
    assert len(trained(network=network("sum_squares"), Y=None, optimizer=SGD(0.001)).history) == 4


def test_a_float32_network_stays_float32() -> None:
    outcome = trained(network=network(dtype=np.float32), X=X.astype(np.float32))
    assert outcome.network.dtype == np.float32


def test_the_penalty_shrinks_the_weights() -> None:
    free, held = (trained(network=network(l2=l2), epochs=20).network for l2 in (0.0, 0.5))
    assert np.linalg.norm(held.parameters[0]) < np.linalg.norm(free.parameters[0]) / 2


@pytest.mark.parametrize(("rate", "what"), [(1e200, "parameters"), (1e3, "(parameters|loss)")])
def test_divergence_is_told_with_the_epoch_and_what_to_try(rate: float, what: str) -> None:
    message = rf"{what} in epoch \d+: got infinity or NaN: training diverged, should be finite numbers; lower the learn"
    with pytest.raises(InputError, match=message):
        trained(optimizer=SGD(rate), epochs=2000)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": -1}, "epochs: got -1, should be 0 or more"),
        ({"batch_size": 0}, "batch_size: got 0, should be 1 or more"),
        ({"Y": Y[:-1]}, r"Y: got shape \(22, 2\), should be shape \(23, 2\), as the output"),
        ({"X": X[:, :2]}, r"X: got shape \(23, 2\), should be \(N, 3\)"),
        ({"X": np.where(X[4, 1] == X, np.nan, X)}, r"X\[4, 1\]: got nan, should be a finite number"),
        ({"X": [[1.0], [1.0, 2.0]]}, "X: got no rectangular array"),
        ({"Y": [[1.0, 2.0], [1.0]]}, "Y: got no rectangular array"),
        ({"Y": None}, "Y: got nothing"),
    ],
)
def test_bad_input_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        trained(**changes)
