"""Networks: every gradient against loops over single numbers, and the laws that gradients obey."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from reference import ACTIVATIONS, ELEMENTWISE, INITIALIZERS, LOSSES, Activation, Affine, Gradients, Network, activation
from reference.arrays import Array
from reference.scalar import TWINS
from verify.oracles.exact import complex_step


def some_network(seed: int, loss: str = "half_sse", **options: Any) -> Network:
    """Return a random network: 1 to 4 layers of 1 to 5 units, any activations, biases that are not 0."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 6, rng.integers(2, 6)).tolist()
    names = rng.choice(list(ACTIVATIONS), len(sizes) - 1).tolist()
    network = Network.build(sizes, names, loss, rng, **options)
    return network.with_parameters([p + rng.normal(size=p.shape) / 3 for p in network.parameters])


def data(network: Network, seed: int, N: int = 4) -> tuple[Array, Array]:
    """Return N random samples and targets that fit the network."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(N, network.sizes[0])), rng.normal(size=(N, network.sizes[-1]))


def local_jacobian(name: str, z: list[float]) -> list[list[float]]:
    """Return df_j / dz_k of one activation at one sample's pre-activations, from the scalar twins."""
    units = range(len(z))
    if name in TWINS:
        return [[TWINS[name].derivative(z[j]) if j == k else 0.0 for k in units] for j in units]
    columns = [complex_step(ACTIVATIONS[name].analytic, z, unit).tolist() for unit in np.eye(len(z))]
    return [[columns[k][j] for k in units] for j in units]


def gradients_by_loops(network: Network, X: Array, Y: Array) -> Gradients:
    """Return the gradients of half the summed squared error, one number at a time, by the chain rule alone."""
    depth, weights = len(network.layers), [layer.affine.W.tolist() for layer in network.layers]
    names = [layer.activation.entry.name for layer in network.layers]
    trace = network.forward(X)
    dz, da = ([np.zeros_like(a) for a in trace.a] for _ in range(2))
    dW, db = ([np.zeros_like(p) for p in network.parameters[i::2]] for i in range(2))
    dX = np.zeros_like(X)
    for n in range(len(X)):
        da[-1][n] = [a - y for a, y in zip(trace.output[n].tolist(), Y[n].tolist(), strict=True)]
        for k in reversed(range(depth)):
            J = local_jacobian(names[k], trace.z[k][n].tolist())
            below = dX if k == 0 else da[k - 1]
            for j in range(len(J)):
                dz[k][n, j] = sum(da[k][n, i] * J[i][j] for i in range(len(J)))
                db[k][j] += dz[k][n, j]
                for i, w in enumerate(weights[k]):
                    dW[k][i, j] += trace.inputs[k][n, i] * dz[k][n, j]
                    below[n, i] += w[j] * dz[k][n, j]
    return Gradients(tuple(dz), tuple(da), tuple(dW), tuple(db), dX)


def flat(gradients: Gradients) -> Array:
    """Return all numbers of all quantities in one vector."""
    *layered, dX = gradients
    return np.concatenate([g.ravel() for quantity in layered for g in quantity] + [dX.ravel()])


@pytest.mark.parametrize("seed", range(40))
def test_every_gradient_equals_the_chain_rule_in_loops(seed: int) -> None:
    network = some_network(seed)
    X, Y = data(network, seed)
    got, should_be = network.backward(network.forward(X), Y), gradients_by_loops(network, X, Y)
    scale = np.abs(flat(should_be)).max()
    np.testing.assert_allclose(flat(got), flat(should_be), rtol=1e-11, atol=1e-14 * scale)


@pytest.mark.parametrize("seed", range(10))
def test_the_complex_step_through_a_whole_network_confirms_the_gradient(seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = rng.choice([n for n, e in ACTIVATIONS.items() if e.analytic], 3).tolist()
    network = Network.build([3, 4, 2, 3], names, "half_sse", rng)
    X, Y = data(network, seed)
    directions = [rng.normal(size=p.shape) for p in network.parameters]

    def loss(t: Any) -> Any:
        a = X
        moved = [p + t * d for p, d in zip(network.parameters, directions, strict=True)]
        for layer, W, b in zip(network.layers, moved[::2], moved[1::2], strict=True):
            a = layer.activation.entry.analytic(a @ W + b)
        return ((a - Y) ** 2).sum() / 2

    gradients = network.backward(network.forward(X), Y).parameters
    slope = sum(np.vdot(g, d) for g, d in zip(gradients, directions, strict=True))
    assert slope == pytest.approx(complex_step(loss, 0.0), rel=1e-12)


def test_the_column_major_equations_give_the_transposes() -> None:
    network = some_network(3)
    X, Y = data(network, 3)
    trace = network.forward(X)
    gradients = network.backward(trace, Y)
    for k, layer in enumerate(network.layers):
        delta = gradients.dz[k].T
        below = gradients.dX if k == 0 else gradients.da[k - 1]
        np.testing.assert_allclose(gradients.dW[k].T, delta @ trace.inputs[k], rtol=1e-13)
        np.testing.assert_allclose(gradients.db[k], delta.sum(axis=1), rtol=1e-13)
        np.testing.assert_allclose(below.T, layer.affine.W @ delta, rtol=1e-13)


@pytest.mark.parametrize("seed", range(5))
def test_the_gradient_of_a_batch_is_the_sum_of_its_samples(seed: int) -> None:
    network = some_network(seed)
    X, Y = data(network, seed, N=6)
    whole = network.value_and_gradients(X, Y)
    singles = [network.value_and_gradients(X[n : n + 1], Y[n : n + 1]) for n in range(6)]
    assert whole[0] == pytest.approx(sum(loss for loss, _ in singles), rel=1e-13)
    for i, total in enumerate(whole[1].parameters):
        np.testing.assert_allclose(total, sum(g.parameters[i] for _, g in singles), rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(whole[1].dX, np.concatenate([g.dX for _, g in singles]), rtol=1e-11, atol=1e-14)


def test_repeating_a_batch_changes_no_mean_and_doubles_the_sum() -> None:
    for reduction, factor in (("sum", 2), ("batch_mean", 1), ("mean", 1)):
        network = some_network(7, reduction=reduction)
        X, Y = data(network, 7)
        once = network.backward(network.forward(X), Y).parameters
        twice = network.backward(network.forward(np.tile(X, (2, 1))), np.tile(Y, (2, 1))).parameters
        for g, h in zip(once, twice, strict=True):
            np.testing.assert_allclose(h, factor * g, rtol=1e-12, atol=1e-15)


def test_the_penalty_adds_lambda_W_to_dW_and_touches_nothing_else() -> None:
    free = some_network(11)
    penalised = dataclasses.replace(free, l2=0.3)
    X, Y = data(free, 11)
    (loss, g), (penalised_loss, h) = free.value_and_gradients(X, Y), penalised.value_and_gradients(X, Y)
    weights = free.parameters[::2]
    assert penalised_loss == pytest.approx(loss + 0.15 * sum((W**2).sum() for W in weights), rel=1e-14)
    for W, dW, with_penalty in zip(weights, g.dW, h.dW, strict=True):
        np.testing.assert_array_equal(with_penalty, dW + 0.3 * W)
    for untouched in ("dz", "da", "db"):
        for a, b in zip(getattr(g, untouched), getattr(h, untouched), strict=True):
            np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(g.dX, h.dX)


@pytest.mark.parametrize("loss", LOSSES)
def test_one_sweep_gives_the_same_bits_as_loss_and_backward(loss: str) -> None:
    network = Network.build([3, 4, 2], ["tanh", LOSSES[loss].output or "gelu"], loss, np.random.default_rng(0), l2=0.1)
    X, Y = np.random.default_rng(1).normal(size=(5, 3)), np.eye(2)[[0, 1, 1, 0, 1]]
    Y = 2 * Y - 1 if loss == "hinge" else Y
    trace = network.forward(X)
    value, gradients = network.value_and_gradients(X, Y)
    assert value == network.loss(trace, Y)
    np.testing.assert_array_equal(flat(gradients), flat(network.backward(trace, Y)))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_float32_weights_and_inputs_give_float32_everywhere(name: str) -> None:
    network = Network.build([3, 4, 2], [name, name], "mse", np.random.default_rng(0), l2=0.1, dtype=np.float32)
    X = np.random.default_rng(1).normal(size=(5, 3)).astype(np.float32)
    trace = network.forward(X)
    arrays = [*trace.z, *trace.a, *network.parameters]
    gradients = network.backward(trace, np.zeros((5, 2)))
    *layered, dX = gradients
    arrays += [dX, *(g for quantity in layered for g in quantity)]
    assert {a.dtype for a in arrays} == {np.dtype(np.float32)}
    assert network.dtype == np.float32


@pytest.mark.parametrize("loss", ["cross_entropy", "softmax_cross_entropy", "kl_divergence"])
def test_integer_labels_give_the_bits_of_one_hot_rows(loss: str) -> None:
    network = Network.build([3, 4], [LOSSES[loss].output or "linear"], loss, np.random.default_rng(0))
    X, labels = np.random.default_rng(1).normal(size=(5, 3)), np.array([3, 0, 2, 1, 3])
    by_labels, by_rows = (network.value_and_gradients(X, Y) for Y in (labels, np.eye(4)[labels]))
    assert by_labels[0] == by_rows[0]
    np.testing.assert_array_equal(flat(by_labels[1]), flat(by_rows[1]))


def test_gradients_have_the_shapes_of_what_they_belong_to() -> None:
    network = some_network(5)
    X, Y = data(network, 5)
    trace = network.forward(X)
    gradients = network.backward(trace, Y)
    assert [g.shape for g in gradients.parameters] == [p.shape for p in network.parameters]
    assert [g.shape for g in gradients.dz] == [g.shape for g in gradients.da] == [a.shape for a in trace.a]
    assert gradients.dX.shape == X.shape


def test_a_trace_holds_every_value_of_the_forward_sweep() -> None:
    network = some_network(6)
    X, _ = data(network, 6)
    trace = network.forward(X)
    for layer, a_in, z, a in zip(network.layers, trace.inputs, trace.z, trace.a, strict=True):
        np.testing.assert_array_equal(z, a_in @ layer.affine.W + layer.affine.b)
        np.testing.assert_array_equal(a, layer.activation.entry.forward(z))
    assert trace.inputs[0] is trace.X
    assert trace.output is trace.a[-1]


def test_with_parameters_changes_the_weights_and_nothing_else() -> None:
    network = some_network(8, reduction="batch_mean", l2=0.5)
    doubled = network.with_parameters([2 * p for p in network.parameters])
    np.testing.assert_array_equal(doubled.parameters[0], 2 * network.parameters[0])
    assert [d.activation for d in doubled.layers] == [d.activation for d in network.layers]
    assert (doubled.objective, doubled.reduction, doubled.l2) == (network.objective, "batch_mean", 0.5)


def test_a_stack_is_the_network_of_its_layers() -> None:
    built = Network.build([3, 4, 2], ["tanh", "relu"], "mse", np.random.default_rng(0))
    first, second = (layer.affine for layer in built.layers)
    stacked = Network.stack([first, activation("tanh"), second, activation("relu")], "mse")
    X, Y = data(built, 0)
    np.testing.assert_array_equal(flat(stacked.value_and_gradients(X, Y)[1]), flat(built.value_and_gradients(X, Y)[1]))


def test_an_affine_map_without_an_activation_is_linear() -> None:
    W, b = np.ones((2, 2)), np.zeros(2)
    network = Network.stack([Affine(W, b), Affine(W, b), activation("tanh"), Affine(W, b)], "mse")
    assert [layer.activation.entry.name for layer in network.layers] == ["linear", "tanh", "linear"]


def test_sizes_are_those_asked_for() -> None:
    assert Network.build([3, 1, 4, 2], ["tanh"] * 3, "mse", np.random.default_rng(0)).sizes == (3, 1, 4, 2)


def test_equal_seeds_build_equal_networks() -> None:
    first, second, other = (Network.build([3, 4], ["tanh"], "mse", np.random.default_rng(s)) for s in (1, 1, 2))
    np.testing.assert_array_equal(first.parameters[0], second.parameters[0])
    assert not np.array_equal(first.parameters[0], other.parameters[0])


@pytest.mark.parametrize(
    ("name", "variance"), [("glorot", 2 / 500), ("he", 2 / 200), ("lecun", 1 / 200), ("uniform", 1e-6 / 3)]
)
def test_an_initializer_has_its_stated_variance_and_biases_start_at_0(name: str, variance: float) -> None:
    network = Network.build([200, 300], ["relu"], "mse", np.random.default_rng(0), initializer=name)
    W, b = network.parameters
    assert W.var() == pytest.approx(variance, rel=0.02)
    assert abs(W.mean()) < 5 * np.sqrt(variance / W.size)
    assert not b.any()


def test_every_initializers_variance_is_tested_above() -> None:
    assert set(INITIALIZERS) == {"glorot", "he", "lecun", "uniform"}


def test_an_entry_replaced_in_the_table_is_what_networks_built_afterwards_use(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Network.build([2, 2], ["tanh"], "mse", np.random.default_rng(0))
    planted = dataclasses.replace(ELEMENTWISE["tanh"], derivative=np.zeros_like)
    monkeypatch.setitem(ACTIVATIONS, "tanh", planted)
    after = Network.build([2, 2], ["tanh"], "mse", np.random.default_rng(0))
    X, Y = np.ones((1, 2)), np.zeros((1, 2))
    assert not after.backward(after.forward(X), Y).dW[0].any()
    assert before.backward(before.forward(X), Y).dW[0].all()


def test_a_loss_replaced_in_the_table_is_what_networks_built_afterwards_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "mse", dataclasses.replace(LOSSES["mse"], forward=lambda a, y: a[:, 0] * 0 + 7))
    network = Network.build([2, 2], ["tanh"], "mse", np.random.default_rng(0), reduction="sum")
    assert network.loss(network.forward(np.ones((3, 2))), np.zeros((3, 2))) == 21


def test_an_activation_layer_is_its_entry() -> None:
    z, da = np.random.default_rng(0).normal(size=(2, 3, 2))
    layer = activation("softmax")
    assert layer == Activation(ACTIVATIONS["softmax"])
    np.testing.assert_array_equal(layer.forward(z), ACTIVATIONS["softmax"].forward(z))
    np.testing.assert_array_equal(layer.backward(z, da), ACTIVATIONS["softmax"].derivative(z, da))
