"""The backward pass under test: how it is called, and the refusal of what are no gradients of the network."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from numpy.typing import ArrayLike

from reference import Gradients, InputError, Network, Trace
from reference.arrays import Array, as_floating

from .blocks import name

Backward: TypeAlias = Callable[[Network, Trace, ArrayLike | None], Gradients]


def reference_backward(network: Network, trace: Trace, Y: ArrayLike | None) -> Gradients:
    """Return the reference's own gradients: the backward pass under test unless another is given."""
    return network.backward(trace, Y)


def gradients_under_test(network: Network, trace: Trace, y: Array, backward: Backward) -> Gradients:
    """Return the gradients under test as arrays, refused where they are not those of the network's quantities."""
    found = backward(network, trace, y)
    if not isinstance(found, Gradients):
        raise InputError(
            "backward", f"a {type(found).__name__} in return", "reference.Gradients", "return its five fields"
        )
    weights, biases = network.parameters[::2], network.parameters[1::2]
    likes = {"dz": trace.z, "da": trace.a, "dW": weights, "db": biases}
    parts = [_shaped(quantity, getattr(found, quantity), like) for quantity, like in likes.items()]
    return Gradients(parts[0], parts[1], parts[2], parts[3], _shaped("dX", (found.dX,), (trace.X,))[0])


def _shaped(quantity: str, parts: Sequence[ArrayLike], likes: Sequence[Array]) -> tuple[Array, ...]:
    """Return the arrays of one quantity, one for each layer and of the shape of what it is the gradient of."""
    if len(parts) != len(likes):
        raise InputError(quantity, f"{len(parts)} arrays", f"{len(likes)}, one for each layer", "return all of them")
    arrays = tuple(as_floating(part, quantity) for part in parts)
    for number, (array, like) in enumerate(zip(arrays, likes, strict=True), 1):
        if array.shape != like.shape:
            where = name((quantity, 0 if quantity == "dX" else number))
            raise InputError(where, f"shape {array.shape}", f"shape {like.shape}", "return it in that shape")
    return arrays
