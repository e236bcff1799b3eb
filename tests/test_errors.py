"""Refusals of the reference: where, what was got, what it should be, what to do."""

import dataclasses
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from reference import ACTIVATIONS, INITIALIZERS, LOSSES, REDUCTIONS, Affine, InputError, Network, activation
from reference.arrays import as_floating
from reference.errors import look_up

X = np.ones((4, 3))
Y = np.zeros((4, 2))
W1, B1, W2, B2 = np.ones((3, 5)), np.zeros(5), np.ones((5, 2)), np.zeros(2)
NAN, INF = np.nan, np.inf


def build(sizes: Any = (3, 5, 2), activations: Any = ("tanh", "linear"), loss: str = "mse", **options: Any) -> Network:
    """Build a network that is right unless an argument makes it wrong."""
    return Network.build(sizes, activations, loss, np.random.default_rng(0), **options)


def refusal(action: Callable[[], object]) -> InputError:
    """Return the refusal that ``action`` must end in."""
    with pytest.raises(InputError) as caught:
        action()
    return caught.value


def clauses(error: InputError) -> tuple[str, str, str, str]:
    """Return the four clauses, having checked that the message is made of them in one line."""
    message = f"{error.where}: got {error.got}, should be {error.should_be}; {error.what_to_do}"
    assert str(error) == message
    assert "\n" not in message
    return error.where, str(error.got), error.should_be, error.what_to_do


def with_entry(array: np.ndarray, index: tuple[int, ...], value: float) -> np.ndarray:
    """Return a copy of the array with one entry replaced."""
    changed = array.copy()
    changed[index] = value
    return changed


@pytest.mark.parametrize(
    ("action", "kind", "got", "table", "nearest"),
    [
        (lambda: build(activations=("tahn", "linear")), "activation", "'tahn'", ACTIVATIONS, "tanh"),
        (lambda: build(activations=("tanh", "Soft-Max")), "activation", "'Soft-Max'", ACTIVATIONS, "softmax"),
        (lambda: build(activations=("ReLU", "linear")), "activation", "'ReLU'", ACTIVATIONS, "relu"),
        (lambda: build(loss="MSE"), "loss", "'MSE'", LOSSES, "mse"),
        (lambda: build(loss="mes"), "loss", "'mes'", LOSSES, "mse"),
        (lambda: build(loss="crossentropy"), "loss", "'crossentropy'", LOSSES, "cross_entropy"),
        (lambda: build(reduction="batchmean"), "reduction", "'batchmean'", REDUCTIONS, "batch_mean"),
        (lambda: build(initializer="glorrot"), "initializer", "'glorrot'", INITIALIZERS, "glorot"),
        (lambda: activation("sigmoidd"), "activation", "'sigmoidd'", ACTIVATIONS, "sigmoid"),
        (lambda: Network.stack([Affine(W1, B1)], "maee"), "loss", "'maee'", LOSSES, "mae"),
    ],
)
def test_an_unknown_name_lists_the_allowed_ones_and_suggests_the_nearest(
    action: Callable[[], object], kind: str, got: str, table: dict[str, Any], nearest: str
) -> None:
    assert clauses(refusal(action)) == (kind, got, "one of " + ", ".join(table), f"did you mean {nearest!r}?")


@pytest.mark.parametrize("name", ["", "qqqq", None, 3, {}])
def test_a_name_near_nothing_gets_the_list_alone(name: Any) -> None:
    where, got, should_be, what_to_do = clauses(refusal(lambda: look_up(LOSSES, name, "loss")))
    assert (where, got, what_to_do) == ("loss", repr(name), "choose one of these")
    assert should_be.startswith("one of half_sse, mse, ")


@pytest.mark.parametrize(("size", "got"), [(0, "0"), (-2, "-2"), (2.5, "2.5"), ("7", "7"), (None, "None")])
def test_a_size_that_is_no_whole_number_above_0_is_refused_with_its_place(size: Any, got: str) -> None:
    should = "a whole number, 1 or more"
    assert clauses(refusal(lambda: build(sizes=(3, size, 2))))[:3] == ("sizes[1]", got, should)


@pytest.mark.parametrize(
    ("sizes", "activations", "got", "wanted"),
    [
        ((3, 5, 2), ("tanh",), "1 for 3 sizes", "2, one for each layer after the input"),
        ((3, 5, 2), ("tanh",) * 3, "3 for 3 sizes", "2, one for each layer after the input"),
        ((3,), (), "0 for 1 sizes", "1, one for each layer after the input"),
        ((), (), "0 for 0 sizes", "1, one for each layer after the input"),
    ],
)
def test_lists_whose_lengths_do_not_match_are_refused(sizes: Any, activations: Any, got: str, wanted: str) -> None:
    error = refusal(lambda: build(sizes, activations))
    assert clauses(error) == ("activations", got, wanted, "match the two lists")


@pytest.mark.parametrize("value", [NAN, INF, -INF])
@pytest.mark.parametrize(
    ("action", "where"),
    [
        (lambda v: build().forward(with_entry(X, (2, 1), v)), "X[2, 1]"),
        (lambda v: build().value_and_gradients(X, with_entry(Y, (3, 0), v)), "Y[3, 0]"),
        (lambda v: build().with_parameters([with_entry(W1, (2, 4), v), B1, W2, B2]), "W_1[2, 4]"),
        (lambda v: build().with_parameters([W1, B1, W2, with_entry(B2, (1,), v)]), "b_2[1]"),
    ],
    ids=["X", "Y", "W", "b"],
)
def test_nan_and_infinity_are_refused_with_their_place(
    action: Callable[[float], object], where: str, value: float
) -> None:
    what_to_do = "remove or replace NaN and infinite values first"
    assert clauses(refusal(lambda: action(value))) == (where, str(value), "a finite number", what_to_do)


@pytest.mark.parametrize(
    ("batch", "where", "got", "should_be"),
    [
        (np.ones(3), "X", "shape (3,)", "(N, 3)"),
        (np.ones((2, 4, 3)), "X", "shape (2, 4, 3)", "(N, 3)"),
        (np.ones((3, 4)), "X", "shape (3, 4)", "(N, 3)"),
        (1.0, "X", "shape ()", "(N, 3)"),
        (np.ones((4, 3), np.float32), "X", "dtype float32", "float64, as the weights"),
        (np.ones((4, 3), complex), "X", "dtype complex128", "float64, float32 or integers"),
        (np.ones((4, 3), np.float16), "X", "dtype float16", "float64, float32 or integers"),
        ([["a", "b", "c"]], "X", "dtype <U1", "float64, float32 or integers"),
        ([[1, 2, None]], "X", "dtype object", "float64, float32 or integers"),
    ],
)
def test_a_batch_of_the_wrong_shape_or_dtype_is_refused(batch: Any, where: str, got: str, should_be: str) -> None:
    assert clauses(refusal(lambda: build().forward(batch)))[:3] == (where, got, should_be)


@pytest.mark.parametrize("name", ["X", "Y"])
def test_rows_of_unequal_length_are_refused(name: str) -> None:
    ragged = [[1, 2, 3], [4, 5]]
    action = {"X": lambda: build().forward(ragged), "Y": lambda: build().value_and_gradients(X, ragged)}[name]
    where, got, should_be, _ = clauses(refusal(action))
    assert (where, should_be) == (name, "rows of equal length")
    assert got.startswith("no rectangular array")


@pytest.mark.parametrize(
    ("targets", "got", "should_be"),
    [
        (np.zeros((4, 3)), "shape (4, 3)", "shape (4, 2), as the output"),
        (np.zeros((3, 2)), "shape (3, 2)", "shape (4, 2), as the output"),
        (np.zeros(4), "shape (4,)", "shape (4, 2), as the output"),
        (None, "nothing", "an array of shape (4, 2)"),
        (np.zeros((4, 2), complex), "dtype complex128", "float64, float32 or integers"),
    ],
)
def test_targets_of_the_wrong_shape_or_dtype_are_refused(targets: Any, got: str, should_be: str) -> None:
    network = build()
    for action in (network.loss, network.backward):
        assert clauses(refusal(lambda a=action: a(network.forward(X), targets)))[:3] == ("Y", got, should_be)


@pytest.mark.parametrize(("labels", "where", "got"), [([0, 1, 2, 0], "Y[2]", "2"), ([0, -1, 0, 0], "Y[1]", "-1")])
def test_labels_out_of_range_are_refused(labels: list[int], where: str, got: str) -> None:
    network = build(loss="softmax_cross_entropy")
    error = refusal(lambda: network.value_and_gradients(X, labels))
    assert clauses(error) == (where, got, "a label from 0 to 1", "count classes from 0")


def test_labels_of_another_number_are_refused() -> None:
    network = build(loss="softmax_cross_entropy")
    assert clauses(refusal(lambda: network.value_and_gradients(X, [0, 1])))[:2] == ("Y", "shape (2,)")


@pytest.mark.parametrize(
    ("parameters", "where", "got", "should_be"),
    [
        ([W1, B1, np.ones((4, 2)), B2], "W_2", "shape (4, 2)", "(5, n): 5 units feed it"),
        ([W1, np.zeros(4), W2, B2], "b_1", "shape (4,)", "shape (5,)"),
        ([W1, B1[None], W2, B2], "b_1", "shape (1, 5)", "shape (5,)"),
        ([W1, B1, np.ones(5), B2], "W_2", "shape (5,)", "(n_in, n_out)"),
        ([W1.astype(np.float32), B1, W2, B2], "layer 1", "dtypes float32, float64", "float32, as W_1"),
        ([W1, B1, W2.astype(np.float32), B2], "layer 2", "dtypes float32, float64", "float64, as W_1"),
        ([W1.astype(int), B1, W2, B2], "W_1", "dtype int64", "float64 or float32"),
        ([W1.astype(np.float16), B1, W2, B2], "W_1", "dtype float16", "float64 or float32"),
    ],
)
def test_weights_that_do_not_fit_are_refused(parameters: Any, where: str, got: str, should_be: str) -> None:
    assert clauses(refusal(lambda: build().with_parameters(parameters)))[:3] == (where, got, should_be)


@pytest.mark.parametrize("count", [0, 1, 3, 5])
def test_too_few_or_too_many_weights_are_refused(count: int) -> None:
    error = refusal(lambda: build().with_parameters([W1, B1, W2, B2, W1][:count]))
    assert clauses(error) == ("parameters", str(count), "4 arrays", "give W and b of every layer in turn")


@pytest.mark.parametrize("l2", [-1e-9, NAN, INF])
def test_a_penalty_that_is_negative_or_not_finite_is_refused(l2: float) -> None:
    error = refusal(lambda: build(l2=l2))
    assert clauses(error) == ("l2", str(l2), "a finite number, 0 or more", "use 0 for no penalty")


def test_two_activations_in_a_row_are_refused() -> None:
    layers = [Affine(W1, B1), activation("tanh"), activation("relu")]
    where, got, should_be, _ = clauses(refusal(lambda: Network.stack(layers, "mse")))
    assert (where, got, should_be) == ("layers[2]", "an activation", "an affine map")


def test_an_activation_first_is_refused() -> None:
    layers = [activation("tanh"), Affine(W1, B1)]
    assert clauses(refusal(lambda: Network.stack(layers, "mse")))[0] == "layers[0]"


def test_a_network_of_no_layers_is_refused() -> None:
    assert clauses(refusal(lambda: Network.stack([], "mse")))[:3] == ("layers", "none", "one layer or more")


def test_a_reduction_replaced_by_an_unknown_one_is_refused() -> None:
    assert clauses(refusal(lambda: dataclasses.replace(build(), reduction="average")))[0] == "reduction"


@pytest.mark.parametrize(
    "values", ["text", object(), np.ones(2, np.float16), np.array([1j]), np.array(["2020"], "M8[Y]")]
)
def test_an_activation_of_what_is_no_real_number_is_refused(values: Any) -> None:
    where, _, should_be, what_to_do = clauses(refusal(lambda: ACTIVATIONS["tanh"].forward(values)))
    assert (where, should_be, what_to_do) == ("z", "float64, float32 or integers", "convert it with astype")


def test_a_refusal_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="X: got dtype object"):
        as_floating(np.array([None]), "X")


def test_a_refusal_survives_the_way_between_processes() -> None:
    error = refusal(lambda: build(loss="mes"))
    copy = pickle.loads(pickle.dumps(error))
    assert clauses(copy) == clauses(error)
