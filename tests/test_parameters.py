"""Parameters as one vector, and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from reference import InputError, Network, flatten, unflatten

shapes = npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)


@given(st.lists(shapes.flatmap(lambda shape: npst.arrays(np.float64, shape)), min_size=1, max_size=5))
def test_unflatten_undoes_flatten(arrays: list[np.ndarray]) -> None:
    vector = flatten(arrays)
    assert vector.shape == (sum(array.size for array in arrays),)
    for piece, array in zip(unflatten(vector, arrays), arrays, strict=True):
        np.testing.assert_array_equal(piece, array, strict=True)


def test_flatten_shares_no_memory_with_its_arrays() -> None:
    array = np.ones(3)
    assert not np.shares_memory(flatten([array]), array)


def test_unflatten_gives_views_of_the_vector() -> None:
    vector = np.zeros(6)
    assert all(np.shares_memory(piece, vector) for piece in unflatten(vector, [np.ones((2, 2)), np.ones(2)]))


def test_a_layers_piece_is_its_weights_with_the_bias_as_last_row() -> None:
    network = Network.build([3, 5], ["tanh"], "mse", np.random.default_rng(0))
    W, b = network.parameters
    np.testing.assert_array_equal(flatten(network.parameters).reshape(4, 5), np.vstack([W, b]))


def test_float32_stays_float32() -> None:
    vector = flatten([np.ones((2, 2), np.float32)])
    assert vector.dtype == np.float32
    assert unflatten(vector, [np.ones(4)])[0].dtype == np.float32


def test_no_arrays_are_refused() -> None:
    with pytest.raises(InputError, match="arrays: got none, should be one array or more"):
        flatten([])


def test_mixed_dtypes_are_refused() -> None:
    with pytest.raises(InputError, match="dtypes float32, float64, should be one dtype throughout"):
        flatten([np.ones(2), np.ones(2, np.float32)])


def test_a_vector_of_another_length_is_refused() -> None:
    with pytest.raises(InputError, match=r"vector: got 5 numbers, should be 6, for shapes \(2, 2\), \(2,\)"):
        unflatten(np.ones(5), [np.ones((2, 2)), np.ones(2)])


def test_a_column_is_no_vector() -> None:
    with pytest.raises(InputError, match=r"vector: got shape \(6, 1\), should be \(6,\)"):
        unflatten(np.ones((6, 1)), [np.ones(6)])
